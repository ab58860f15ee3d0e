"""Checks whether everything can be kept: is the database ours, is the vault safe, may we write, is there room."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from config.vault import ObjectStoreSettings
from ingest.doctor.result import Patient, Result, fail, ok, warn
from store.condition import examine, nearest_folder
from store.contents.objects import probe
from store.database import shown, sqlite_file

if sys.platform != "win32":
    import fcntl

_GIGABYTE = 1_000_000_000
# File systems that lie on another machine, where SQLite's locks and its log do not hold (sqlite.org/wal.html).
_NETWORK = {
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "davfs",
    "afs", "ceph", "lustre", "gpfs", "vboxsf",
}  # fmt: skip
_MOUNTS = Path("/proc/mounts")


def database(patient: Patient) -> Iterator[Result]:
    """Tell whether the database answers, whose tables are in it, and whether we may write; nothing is changed."""
    url = patient.settings.database_url
    found = examine(url)
    told = {"server": found.server, "where": shown(url)}
    if found.trouble:
        yield fail("database.read_only", why=found.trouble, **told)
    elif not found.speaks_chinese:
        yield fail("database.encoding", encoding=found.encoding, **told)
    elif found.is_newer:
        yield fail("database.newer", revision=found.revision, **told)
    elif found.revision is None:
        yield ok("database.empty", **told)
    elif not found.is_migrated:
        yield warn("database.older", revision=found.revision, newest=found.newest, **told)
    else:
        yield ok("database.ok", revision=found.revision, **told)
    if found.file and (kind := network_kind(nearest_folder(found.file.parent))):
        yield fail("database.network", kind=kind, **told)


def network_kind(folder: Path) -> str:
    """Return the kind of the network file system that holds a folder; empty where it is none, or nobody can tell."""
    if not _MOUNTS.exists():
        return ""
    here, best, kind = folder.resolve(), Path("/"), ""
    for line in _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        _, mounted, fstype, *_ = line.split(" ")
        point = Path(mounted.replace("\\040", " "))
        if here.is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, fstype
    return kind if kind in _NETWORK else ""


def vault(patient: Patient) -> Iterator[Result]:
    """Do in the vault what keeping a mail does: write, sync, lock, and rename out of `incoming`."""
    path = patient.settings.at(patient.settings.vault.path)
    incoming = path / "incoming"
    try:
        trouble = _kept_and_removed(nearest_folder(incoming), nearest_folder(path))
    except OSError as error:
        yield fail("vault.unwritable", path=path, why=error.strerror or type(error).__name__)
        return
    if trouble:
        yield fail(trouble, path=path)
    elif path.exists():
        yield ok("vault.ok", path=path)
    else:
        yield ok("vault.new", path=path)


def object_stores_of(patient: Patient) -> Sequence[ObjectStoreSettings]:
    """Return the object store of the settings, where there is one."""
    s3 = patient.settings.vault.s3
    return (s3,) if s3 else ()


def objects(_patient: Patient, settings: ObjectStoreSettings) -> Iterator[Result]:
    """Store, fetch and remove a small object."""
    why = probe(settings)
    yield fail("objects.away", bucket=settings.bucket, why=why) if why else ok("objects.ok", bucket=settings.bucket)


def _kept_and_removed(incoming: Path, folder: Path) -> str:
    """Return the key of what is wrong with a vault's folders; empty where nothing is. OSError where they refuse."""
    if incoming.stat().st_dev != folder.stat().st_dev:
        return "vault.two_disks"
    with tempfile.TemporaryDirectory(prefix=".probe-", dir=incoming) as own:
        first, second = Path(own) / "first", Path(own) / "second"
        with first.open("wb") as file:
            file.write(b"zhengji")
            file.flush()
            os.fsync(file.fileno())
            locks = _locks_hold(file.fileno(), first)
        first.replace(second)
        return "" if locks else "vault.no_locks"


def _locks_hold(handle: int, path: Path) -> bool:
    """Tell whether a locked file refuses a second lock; where files cannot be locked (Windows) nobody asks."""
    if sys.platform == "win32":
        return True
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with path.open("rb") as again:
        try:
            fcntl.flock(again.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _folders(patient: Patient) -> dict[str, Path]:
    """Return the folders that are written to beside the vault, by their names in the settings."""
    settings = patient.settings
    return {
        "[digest] folder": settings.at(settings.digest.folder),
        "[reminders] folder": settings.at(settings.reminders.folder),
    }


def folders(patient: Patient) -> Iterator[Result]:
    """Tell whether digests and letters can be written."""
    for name, path in _folders(patient).items():
        try:
            with tempfile.TemporaryFile(dir=nearest_folder(path)):
                pass
        except OSError as error:
            yield fail("folders.unwritable", name=name, path=path, why=error.strerror or type(error).__name__)
            return
    yield ok("folders.ok", paths="、".join(map(str, _folders(patient).values())))


def disk(patient: Patient) -> Iterator[Result]:
    """Tell how much room is left on each disk that we write to, against what the alarms are set to."""
    alarms, file = patient.settings.alarms, sqlite_file(patient.settings.database_url)
    vault_path = patient.settings.at(patient.settings.vault.path)
    paths = [*([file.parent] if file else []), vault_path, *_folders(patient).values()]
    seen: set[int] = set()
    for folder in map(nearest_folder, paths):
        if (device := folder.stat().st_dev) in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(folder).free
        told = {
            "path": folder,
            "free": gigabytes(free),
            "warn": gigabytes(alarms.warn_bytes),
            "stop": gigabytes(alarms.stop_bytes),
        }
        if free < alarms.stop_bytes:
            yield fail("disk.full", **told)
        else:
            yield warn("disk.low", **told) if free < alarms.warn_bytes else ok("disk.ok", **told)


def gigabytes(count: int) -> str:
    """Return a number of bytes as staff read it: 12.3 GB, 35 MB where it is less than a tenth of one."""
    return f"{count / _GIGABYTE:.1f} GB" if count >= _GIGABYTE / 10 else f"{count / 1_000_000:.0f} MB"
