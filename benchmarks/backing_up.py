"""What a backup costs: the first one, one with little new, a restore, and the tables of a hundred thousand mails."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import insert

from benchmarks.measure import HEADER, measure
from store.database import Store, open_store, open_unmigrated
from store.models import File, Letter, Message, Sighting
from store.safekeeping import dump
from store.safekeeping.backing_up import Wish, back_up
from store.safekeeping.backup import find_backup
from store.safekeeping.restoring import restore
from store.safekeeping.verifying import Part, check_vault
from tests.servers import program

_NOW = datetime(2026, 8, 1, tzinfo=UTC)
_CONTENTS, _BYTES, _NEW = 20_000, 10_000, 200
_MAILS, _FILES = 100_000, 3
_AT_ONCE = 2_000


def run() -> None:
    """Print the seconds of each, and a plain copy as the yardstick."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _with_contents(folder)
        _with_tables(folder)


def _with_contents(folder: Path) -> None:
    print(f"\nbackup of {_CONTENTS:,} contents of {_BYTES // 1000} KB; then with {_NEW} new ones")
    print(HEADER)
    megabytes = _CONTENTS * _BYTES / 1e6
    _fill(folder, 0, _CONTENTS)
    copy = measure(_copy, folder, "-r")
    print(copy.line("cp -r of database and vault, then sync", megabytes, copy))
    first = measure(_backed_up, folder, 1)
    assert first.result == _CONTENTS
    print(first.line("first backup", megabytes, copy))
    _fill(folder, _CONTENTS, _NEW)
    update = measure(_copy, folder, "-ru")
    print(update.line("cp -ru with 200 new, then sync", 0, update))
    second = measure(_backed_up, folder, 2)
    assert second.result == _NEW
    print(second.line("backup with 200 new", 0, update))
    print(measure(_verified, folder).line("verify: all hashed again", megabytes, copy))
    back = measure(_restored, folder, "a")
    assert back.result == _CONTENTS + _NEW
    print(back.line("restore", megabytes, copy))
    shutil.rmtree(folder / "back-a")


def _with_tables(folder: Path) -> None:
    """Show what the tables alone cost, where there are many rows and no contents."""
    print(f"\ntables of {_MAILS:,} mails with {_FILES} files each")
    print(HEADER)
    _fill_tables(folder)
    for mails in (1_000, _MAILS):
        done = measure(_dumped, folder, mails)
        print(done.line(f"dump, {done.result[0]:,} rows, {done.result[1] / 1e6:,.0f} MB", done.result[1] / 1e6))
    loaded = measure(_loaded, folder)
    print(loaded.line(f"load, {loaded.result:,} rows"))


def _store(folder: Path, name: str = "desk") -> Store:
    (folder / name).mkdir(exist_ok=True)
    return open_store(f"sqlite:///{folder}/{name}/zhengji.db", folder / name / "vault")


def _fill(folder: Path, start: int, count: int) -> None:
    store = _store(folder)
    rows = []
    for number in range(start, start + count):
        content = Random(number).randbytes(_BYTES)
        sha256 = hashlib.sha256(content).hexdigest()
        path = store.vault.path(sha256)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        rows.append(_message(sha256))
    with store.session() as session:
        session.execute(insert(Message), rows)
    store.close()
    os.sync()


def _message(sha256: str) -> dict[str, Any]:
    own = {"sha256": sha256, "bytes": _BYTES, "arrival": _NOW, "arrival_source": "internaldate", "kept_at": _NOW}
    return {**own, "state": "filed", "attempts": 0}


def _copy(folder: Path, how: str) -> None:
    subprocess.run([program("cp", "coreutils"), how, str(folder / "desk"), str(folder / "copy")], check=True)
    os.sync()


def _backed_up(folder: Path, day: int) -> int:
    store = _store(folder)
    wish = Wish(folder / "backup", "2026-haofuwu", "bench", keep=30, spare=0, supplied={})
    made = back_up(store, wish, _NOW + timedelta(days=day))
    store.close()
    return made.copied


def _verified(folder: Path) -> None:
    store = _store(folder)
    assert check_vault(store, Part(), lambda _: None).is_whole
    store.close()


def _restored(folder: Path, name: str) -> int:
    store = open_unmigrated(f"sqlite:///{folder}/back-{name}/zhengji.db", folder / f"back-{name}" / "vault")
    copied = restore(store, find_backup(folder / "backup"), None, _NOW + timedelta(days=9), 0).copied
    store.close()
    return copied


def _fill_tables(folder: Path) -> None:
    store = _store(folder, "tables")
    for start in range(0, _MAILS, _AT_ONCE):
        with store.session() as session:
            for table, rows in _rows(range(start + 1, start + 1 + _AT_ONCE)):
                session.execute(insert(table), rows)
    store.close()


def _rows(ids: range) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    yield Message, [{**_message(f"{one:064x}"), "id": one} for one in ids]
    seen = {"mailbox": "a@b.cn", "folder": "INBOX", "uidvalidity": 7, "arrival": _NOW, "seen_at": _NOW}
    yield Sighting, [{**seen, "message_id": one, "uid": one} for one in ids]
    letter = {
        "from_name": "浙江省物业管理协会", "to": ["box@example.cn"], "subject": "好服务案例报送",
        "text": "您好，" * 200,
        "kind": "submission", "kind_evidence": "含汇总清单", "sender_clues": ["地址"], "defects": [],
        "version": "1" * 64,
    }  # fmt: skip
    yield Letter, [{**letter, "message_pk": one} for one in ids]
    file = {"bytes": 1, "kind": "photo", "status": "ok"}
    files = [(one, number) for one in ids for number in range(_FILES)]
    yield (
        File,
        [
            {
                **file,
                "message_pk": one,
                "path": f"{number}.jpg",
                "name": f"{number}.jpg",
                "sha256": f"{one + number:064x}",
            }
            for one, number in files
        ],
    )


def _dumped(folder: Path, mails: int) -> tuple[int, int]:
    """Dump tables; of few mails it is what a process takes anyway."""
    store = _store(folder, "tables" if mails == _MAILS else "desk")
    size = 0
    with (folder / f"tables-{mails}.jsonl").open("w", encoding="utf-8") as out, dump.frozen(store.engine) as connection:
        counts = dump.dump(connection, out.write)
        size = out.tell()
    store.close()
    return sum(counts.values()), size


def _loaded(folder: Path) -> int:
    from store.database import migrating, upgrade

    store = open_unmigrated(f"sqlite:///{folder}/loaded.db", folder / "loaded")
    with (folder / f"tables-{_MAILS}.jsonl").open(encoding="utf-8") as lines, migrating(store.engine) as connection:
        upgrade(connection, dump.revision_in(iter(lines)))
        counts = dump.load(connection, iter(lines), lambda _: None)
    store.close()
    return sum(counts.values())
