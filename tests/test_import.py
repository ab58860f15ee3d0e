"""Importing files: folders, Maildir and mbox, each mail once, with the arrival that its stamps say."""

import mailbox
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import ConfigError
from ingest.desk import Desk
from ingest.importer import arrival_of, import_path
from store import mail as mails
from tests.desks import desk
from tests.inbox import mail
from tests.sample import day

NOW = datetime(2026, 8, 10, tzinfo=UTC)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "desk") as one:
        yield one


def raw(number: int) -> bytes:
    return mail("a@b.example", f"第 {number} 封", day(f"07-{number:02}T10:00:00"))


def test_a_single_file_is_taken(opened: Desk, tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(raw(1))
    done = import_path(opened, path, NOW)
    assert (done.seen, done.new) == (1, 1)


def test_a_tree_is_walked_and_what_is_no_mail_is_named(opened: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "tree" / "浙江" / "七月"
    folder.mkdir(parents=True)
    (folder / "1.eml").write_bytes(raw(1))
    (folder.parent / "2.EML").write_bytes(raw(2))
    (folder / "没有后缀").write_bytes(raw(3))
    (folder / "清单.docx").write_bytes(b"PK\x03\x04")
    (folder / ".DS_Store").write_bytes(b"x")
    done = import_path(opened, tmp_path / "tree", NOW)
    assert (done.seen, done.new, [Path(path).name for path in done.skipped]) == (3, 3, ["清单.docx"])


def test_an_eml_is_taken_whatever_it_holds(opened: Desk, tmp_path: Path) -> None:
    (tmp_path / "odd.eml").write_bytes(b"\xff\xfe not a mail at all")
    (tmp_path / "empty.eml").write_bytes(b"")
    assert import_path(opened, tmp_path / "odd.eml", NOW).new == 1
    assert import_path(opened, tmp_path / "empty.eml", NOW).new == 1


def test_a_file_name_in_gbk_or_in_no_encoding_stops_nothing(opened: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    for number, name in enumerate(
        ("浙江报送.eml".encode("gb18030"), b"\xff\xfebad.eml", "清单.docx".encode("gb18030")), start=1
    ):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(
            raw(number) if name.endswith(b".eml") else b"PK"
        )
    done = import_path(opened, folder, NOW)
    assert (done.seen, done.new) == (2, 2)
    assert [Path(path).name for path in done.skipped] == ["清单.docx"]


def test_an_mbox_that_begins_with_a_bom_or_a_blank_line_loses_no_mail(opened: Desk, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    box.add(raw(1))
    box.add(raw(2))
    box.close()
    for number, lead in enumerate((b"\xef\xbb\xbf", b"\n")):
        path = tmp_path / f"lead{number}"
        path.write_bytes(lead + (tmp_path / "box").read_bytes())
        assert import_path(opened, path, NOW).seen == 2


def test_a_link_is_not_followed(opened: Desk, tmp_path: Path) -> None:
    (tmp_path / "outside.eml").write_bytes(raw(1))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.eml").symlink_to(tmp_path / "outside.eml")
    assert import_path(opened, folder, NOW).seen == 0


def test_an_mbox_gives_its_mails(opened: Desk, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for number in (1, 2, 3):
        box.add(raw(number))
    box.close()
    done = import_path(opened, tmp_path / "box", NOW)
    assert (done.seen, done.new) == (3, 3)


def test_a_maildir_gives_its_mails_but_not_what_is_half_written(opened: Desk, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "maildir")
    for number in (1, 2):
        box.add(raw(number))
    (tmp_path / "maildir" / "tmp" / "half").write_bytes(raw(3)[:50])
    done = import_path(opened, tmp_path / "maildir", NOW)
    assert (done.seen, done.new) == (2, 2)


def test_the_same_mail_from_two_places_is_one(opened: Desk, tmp_path: Path) -> None:
    for name in ("a.eml", "b.eml"):
        (tmp_path / name).write_bytes(raw(1))
        import_path(opened, tmp_path / name, NOW)
    assert mails.count(opened.store) == 1


def test_what_is_not_there_is_said(opened: Desk, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="文件或文件夹不存在"):
        import_path(opened, tmp_path / "nothing", NOW)


HEADERS = {
    "received": b"Received: from x by y; Mon, 20 Jul 2026 10:00:00 +0800\r\nReceived: from a by b; Sun, 19 Jul 2026 10:00:00 +0800\r\n",
    "date": b"Date: Tue, 21 Jul 2026 10:00:00 +0800\r\n",
    "future": b"Received: from x by y; Mon, 20 Jul 2096 10:00:00 +0800\r\n",
}


@pytest.mark.parametrize(
    ("parts", "expected", "source"),
    [
        (("received", "date"), "2026-07-20T10:00:00+08:00", "received"),
        (("date",), "2026-07-21T10:00:00+08:00", "date"),
        (("future", "date"), "2026-07-21T10:00:00+08:00", "date"),
        ((), "2026-07-22T00:00:00+00:00", "file"),
    ],
)
def test_arrival_is_the_topmost_received_then_the_date_then_the_files_time(
    tmp_path: Path, parts: tuple[str, ...], expected: str, source: str
) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(b"".join(HEADERS[part] for part in parts) + b"Subject: x\r\n\r\nx")
    modified = datetime(2026, 7, 22, tzinfo=UTC).timestamp()
    os.utime(path, (modified, modified))
    assert arrival_of(path, path, NOW) == (datetime.fromisoformat(expected), source)
