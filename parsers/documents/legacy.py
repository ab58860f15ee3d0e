"""How does an old Word file become a new one? LibreOffice converts .doc, .wps, .rtf and .odt, many files a call.

A call is a process of its own with bounded time and memory, a profile of its own, no macros and no links followed. Its
exit status says nothing: a file was converted where its output is there and whole.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from parsers.base import ParseError

# What LibreOffice tells the format by: the suffix is ours, by the content, never the one that the file came under.
SUFFIXES = {"doc": ".doc", "rtf": ".rtf", "odt": ".odt", "wordml": ".xml"}
MISSING = "旧版 Word 格式，要有 LibreOffice 才能读：请安装 libreoffice-writer-nogui，装好后会自动重读"
_FAILED = "旧版 Word 文件转换不出来，可能已损坏，请人工看或请对方另存为 .docx"
_TOO_LONG = "旧版 Word 文件转换超过 {seconds:.0f} 秒还没有完成，已中止，请人工看或请对方另存为 .docx"
_PROGRAMS = ("soffice", "libreoffice")
_USUAL_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)
# A start takes some seconds, more with a new profile; then a file takes a tenth of a second (documents.md).
_START_SECONDS = 20
_MOST_HANGING = 2
# How a command ends whose processor time is used up, by itself or told by a shell.
_OUT_OF_TIME = (-24, -9, 128 + 24, 128 + 9)
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>1</value></prop></item>
</oor:items>
"""
# Nothing listens there: whatever would be fetched over the net is refused at once.
_NO_NET = dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), "http://127.0.0.1:9")


@dataclass(frozen=True)
class Allowance:
    """What a conversion may take: seconds for each file beyond the start, and bytes of memory."""

    seconds: float
    memory_bytes: int


@dataclass(frozen=True)
class Target:
    """What files are to become: LibreOffice's name of the filter, the suffix, and what tells a whole output."""

    filter: str
    suffix: str
    is_whole: Callable[[Path], bool]


_WORD = Target("docx:MS Word 2007 XML", ".docx", zipfile.is_zipfile)


def find_office() -> str | None:
    """Return LibreOffice's program; None where it is not installed."""
    known = (shutil.which(name) for name in _PROGRAMS)
    return next((one for one in (*known, *_USUAL_PLACES) if one and Path(one).exists()), None)


def convert(files: Mapping[Path, str], out: Path, allowance: Allowance) -> dict[Path, Path | ParseError]:
    """Return for each file (path -> format) its .docx in the folder `out`, or why there is none.

    Where a call fails as a whole, each file that it left is tried by itself: one bad file takes no other with it.
    """
    office = find_office()
    if office is None:
        return {path: ParseError("unsupported", MISSING) for path in files}
    with tempfile.TemporaryDirectory(prefix="zhengji-office-") as folder:
        work = Work(office, Path(folder), out, allowance, _WORD)
        named = {path: work.take(path, SUFFIXES[format_]) for path, format_ in files.items()}
        hung = work.run_all(list(named.values()))
        return {path: work.find_output(name) or _failure(allowance, name in hung) for path, name in named.items()}


def _failure(allowance: Allowance, hung: bool) -> ParseError:  # noqa: FBT001 (a table of two rows)
    seconds = _START_SECONDS + allowance.seconds
    return ParseError("unsafe", _TOO_LONG.format(seconds=seconds)) if hung else ParseError("corrupt", _FAILED)


@dataclass(frozen=True)
class Work:
    """One conversion: the program, a folder for its inputs and profile, where outputs go, its limits and its target."""

    office: str
    folder: Path
    out: Path
    allowance: Allowance
    target: Target

    def take(self, path: Path, suffix: str) -> Path:
        """Return a link to a file under a neutral name; where links across disks fail, a copy."""
        name = self.folder / f"{path.name}{suffix}"
        try:
            name.symlink_to(path.absolute())
        except OSError:
            shutil.copyfile(path, name)
        return name

    def find_output(self, name: Path) -> Path | None:
        """Return what a file became; None where nothing whole is there, as when the call was killed amid it."""
        output = self.out / f"{name.stem}{self.target.suffix}"
        return output if output.exists() and self.target.is_whole(output) else None

    def run_all(self, names: Sequence[Path]) -> set[Path]:
        """Convert files in one call, then those that it left one by one; return those for which time was too short.

        Where it was for some by themselves, it is the program that hangs: no more of them are tried.
        """
        hung = set() if self.run(names) else set(names)
        left = [name for name in names if self.find_output(name) is None]
        if len(names) == 1:
            return hung
        slow = 0
        for name in left:
            if slow == _MOST_HANGING:
                break
            in_time = self.run([name])
            slow += not in_time
            hung = hung - {name} if in_time else hung | {name}
        return hung

    def run(self, names: Sequence[Path]) -> bool:
        """Convert files in one call, killed with all that it started once its time is over; tell if that was enough."""
        seconds = self.seconds_for(len(names))
        wanted = ["--convert-to", self.target.filter, "--outdir", str(self.out)]
        command = [*self._limits(seconds), self.office, self._profile(), *_OPTIONS, *wanted, *map(str, names)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            env={**os.environ, **_NO_NET, "HOME": str(self.folder), "SAL_USE_VCLPLUGIN": "svp"},
            start_new_session=True,
        )
        try:
            return process.wait(seconds) not in _OUT_OF_TIME
        except subprocess.TimeoutExpired:
            return False
        finally:
            _end(process)

    def seconds_for(self, count: int) -> float:
        """Return how long a call for so many files may take."""
        return _START_SECONDS + self.allowance.seconds * count

    def _limits(self, seconds: float) -> list[str]:
        """Return what bounds a command's memory and processor time; on Windows its time alone is bounded."""
        if os.name == "nt":
            return []
        limits = f"ulimit -d {self.allowance.memory_bytes // 1024}; ulimit -t {int(seconds) + 1}; ulimit -c 0"
        return ["/bin/sh", "-c", f'{limits}; exec "$@"', "sh"]

    def _profile(self) -> str:
        """Return the option that names the profile; two calls on one profile would stop each other."""
        profile = self.folder / "profile"
        settings = profile / "user" / "registrymodifications.xcu"
        if not settings.exists():
            settings.parent.mkdir(parents=True)
            settings.write_text(_PROFILE, encoding="utf-8")
        return f"-env:UserInstallation={profile.absolute().as_uri()}"


_OPTIONS = ("--headless", "--norestore", "--nolockcheck", "--nodefault")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Kill a call and all that it started, if anything is left of it."""
    with suppress(OSError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
