"""A watched folder: what comes by courier, chat or USB stick counts like mail, and the folder is only ever read."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from click.testing import CliRunner

from ingest.cli import cli
from ingest.desk import Desk
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from ingest.watched.folder_names import arrival_of_drop, is_passing, province_of
from reports.digest.digest import compose
from reports.finding import Assessment
from store import drops, polls
from store import mail as mails
from store.polls import PollResult
from tests import doc_builders as docs
from tests.desks import assessed, codes, desk, everything, take
from tests.inbox import Sent, list_files, mail, photo, submission
from tests.sample import day
from tests.video_builders import mp4

BOX = "U盘与快递"
NOW = datetime(2026, 8, 4, 2, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 7, 1, tzinfo=UTC).timestamp()
CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
OTHER = Sent("西溪诚园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
SETTINGS = f'[[mailboxes]]\nkind = "folder"\npath = "收件"\naddress = "{BOX}"\n'


class Watched:
    """A desk that watches one folder, with a clock that tests move."""

    def __init__(self, desk: Desk, root: Path) -> None:
        self.desk, self.root, self.now = desk, root, NOW
        root.mkdir(exist_ok=True)

    def put(self, path: str, data: bytes, modified: float = LONG_AGO) -> Path:
        """Put a file there that was last changed long ago."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, (modified, modified))
        return file

    def look(self, later: timedelta = timedelta(0)) -> PollResult:
        self.now += later
        (result,) = Poller(self.desk, lambda: self.now).poll_all()
        take_in(self.desk)
        return result

    def assessed(self) -> Assessment:
        return assessed(self.desk, self.now)

    def troubles(self) -> list[tuple[str, str]]:
        return [(one.path, one.reason) for one in drops.troubles(self.desk.store, self.now)]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with desk(tmp_path / "desk", SETTINGS) as opened:
        yield Watched(opened, tmp_path / "desk" / "收件")


def test_a_province_that_comes_on_a_stick_is_a_submission_like_any_other(watched: Watched) -> None:
    for path, data in submission("浙江省物业管理协会", [CASE], zipped=False).items():
        watched.put(f"浙江/{path}", data)
    assert (watched.look().outcome, watched.look().new) == ("ok", 0)
    view = next(one for one in watched.assessed().picture.associations if one.province == "浙江")
    assert (view.status, view.complete_cases, view.first_arrival) == ("complete", 1, NOW)
    message = view.messages_in[0]
    assert (message.mailbox, message.folder, message.uid) == (BOX, "浙江", None)
    assert (message.sender_level, message.sender_clues) == ("provincial", ("放在文件夹 浙江/ 下",))
    assert (message.arrival_source, message.kind_evidence) == ("folder", "放在文件夹 浙江/ 下")
    assert not codes(watched.assessed(), "浙江") & {"sender.unknown", "sender.not_provincial"}


def test_the_vault_holds_the_files_own_bytes(watched: Watched) -> None:
    data = CASE.form_docx()
    watched.put("浙江/推荐表.docx", data)
    watched.look()
    (file,) = watched.assessed().picture.files
    assert file.path == "浙江/推荐表.docx"
    assert watched.desk.store.vault.path(file.sha256 or "").read_bytes() == data
    assert watched.assessed().picture.messages[0].bytes == len(data)


@pytest.mark.parametrize(
    "folder", ["浙江", "浙江省", "浙江省物业管理协会", "浙江省物协", "浙江（补寄）", "快递/浙江", "1 浙江省"]
)
def test_the_province_is_told_by_its_folder_however_it_is_called(watched: Watched, folder: str) -> None:
    watched.put(f"{folder}/推荐表.docx", CASE.form_docx())
    watched.look()
    assert [one.province for one in watched.assessed().picture.messages] == ["浙江"]


def test_folder_names_are_clues_as_in_archives(watched: Watched) -> None:
    for case in (CASE, OTHER):
        watched.put(f"浙江/{case.company}/{case.community}/推荐表.docx", case.form_docx())
        for number in range(3):
            watched.put(f"浙江/{case.company}/{case.community}/IMG_{number}.jpg", photo(f"{case.community}{number}"))
    watched.look()
    cases = {case.community: case.photos for case in watched.assessed().picture.cases}
    assert cases == {"春江花园": 3, "西溪诚园": 3}


def test_a_photo_beside_a_form_in_one_folder_is_of_its_case_also_when_it_comes_later(watched: Watched) -> None:
    watched.put("浙江/材料一/推荐表.docx", CASE.form_docx())
    watched.put("浙江/材料二/推荐表.docx", OTHER.form_docx())
    watched.look()
    watched.put("浙江/材料二/IMG_1.jpg", photo("later"))
    watched.look(timedelta(days=1))
    assert {case.community: case.photos for case in watched.assessed().picture.cases} == {"春江花园": 0, "西溪诚园": 1}


def test_a_photo_that_lies_alone_beside_all_provinces_papers_is_filed_nowhere(watched: Watched) -> None:
    watched.put("浙江/材料一/推荐表.docx", CASE.form_docx())
    watched.put("浙江/IMG_1.jpg", photo("alone"))
    watched.look()
    assert [case.photos for case in watched.assessed().picture.cases] == [0]


def test_two_forms_of_one_material_that_were_put_down_together_both_count(watched: Watched) -> None:
    files = CASE.files()
    word = next(path for path in files if "+" in path)
    watched.put(f"浙江/{word}", files[word])
    watched.put(f"浙江/{CASE.company}/{CASE.community}/推荐表.docx", CASE.form_docx())
    watched.put(f"浙江/{CASE.company}/{CASE.community}/推荐表（盖章）.pdf", docs.picture("PDF", 7, 800, 1100))
    watched.look()
    (case,) = watched.assessed().picture.cases
    assert len(case.forms) == 2
    assert not any(file.superseded for file in watched.assessed().picture.files)


def test_a_dated_folder_states_the_day_of_arrival_and_the_source_is_shown(watched: Watched) -> None:
    watched.now = day("08-07T10:00:00")
    for path, data in list_files("浙江省物业管理协会", [CASE]).items():
        watched.put(f"浙江/2026-08-03 快递/{path}", data)
    watched.look()
    (message, _) = watched.assessed().picture.messages
    assert (message.arrival, message.arrival_source) == (day("08-03T23:59:59"), "folder_day")
    assert not codes(watched.assessed(), "浙江") & {"late.submission", "late.item"}
    assert "文件夹“U盘与快递”，2026-08-03 快递" in compose(watched.assessed(), None).text


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("2026-08-03 快递", "08-03T23:59:59"),
        ("20260803", "08-03T23:59:59"),
        ("8月3日 快递", "08-03T23:59:59"),
        ("2026年8月3日", "08-03T23:59:59"),
        ("2026-08-04", "08-04T10:00:00"),
        ("2026-09-03 快递", "08-04T10:00:00"),
        ("2015-06-30 交付", "08-04T10:00:00"),
        ("第二批", "08-04T10:00:00"),
    ],
)
def test_the_day_of_a_folder_counts_to_its_end_but_never_ahead_of_now(
    desk_call: object, folder: str, expected: str
) -> None:
    arrival, _ = arrival_of_drop(PurePosixPath(folder, "x.docx"), desk_call, NOW)  # type: ignore[arg-type]
    assert arrival == day(expected)


@pytest.fixture
def desk_call(campaign: object) -> object:
    return campaign.call  # type: ignore[attr-defined]


def test_a_strangers_file_time_decides_nothing(watched: Watched) -> None:
    watched.now = day("08-07T10:00:00")
    watched.put("浙江/推荐表.docx", CASE.form_docx(), day("07-01T10:00:00").timestamp())
    watched.look()
    assert watched.assessed().picture.messages[0].arrival == watched.now
    assert "late.submission" in codes(watched.assessed(), "浙江")


def test_a_date_ahead_is_told_and_the_file_counts_from_now(watched: Watched) -> None:
    watched.put("浙江/2026-09-03 快递/推荐表.docx", CASE.form_docx())
    watched.look()
    assert watched.assessed().picture.messages[0].arrival == NOW
    ((_, reason),) = watched.troubles()
    assert "2026-09-03 还没有到" in reason
    (watched.root / "浙江" / "2026-09-03 快递").rename(watched.root / "浙江" / "2026-08-03 快递")
    watched.look()
    assert watched.troubles() == []
    assert watched.assessed().picture.messages[0].arrival == day("08-03T23:59:59")


def test_a_mail_in_the_folder_is_read_as_any_mail(watched: Watched) -> None:
    raw = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), list_files("浙江省物业管理协会", [CASE]))
    watched.put("转来.eml", raw)
    watched.look()
    (message,) = watched.assessed().picture.messages
    assert (message.province, message.arrival, message.arrival_source) == ("浙江", day("07-20T10:00:00"), "received")
    assert (message.from_address, message.subject, message.files) == ("zjwyxh@example.cn", "浙江报送", 2)


def test_a_mail_of_nobody_known_in_a_provinces_folder_is_that_provinces(watched: Watched) -> None:
    watched.put(
        "湖南/转来.eml", mail("wind@qq.example", "好服务案例照片", day("07-20T10:00:00"), {"照片1.jpg": photo("x")})
    )
    watched.look()
    (message,) = watched.assessed().picture.messages
    assert (message.province, message.sender_level) == ("湖南", "provincial")
    assert message.sender_clues[0] == "放在文件夹 湖南/ 下"


def test_the_same_bytes_by_mail_and_by_courier_count_once(watched: Watched, tmp_path: Path) -> None:
    files = {
        **submission("浙江省物业管理协会", [CASE], zipped=False),
        "春江花园视频.mp4": mp4(),
    }
    take(watched.desk, tmp_path / "in", mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files))
    before = everything(watched.assessed())
    for path, data in files.items():
        watched.put(f"浙江/{path}", data)
    watched.look()
    after = everything(watched.assessed())
    assert after["cases"] == before["cases"]
    assert after["submissions"][10] | {"messages": 1, "last_arrival": None} == before["submissions"][10] | {
        "last_arrival": None
    }
    assert [row for row in after["findings"] if row["province"] == "浙江" and row["subject"] != "file"] == [
        row for row in before["findings"] if row["province"] == "浙江" and row["subject"] != "file"
    ]


def test_the_same_mail_from_the_mailbox_and_the_folder_is_one(watched: Watched, tmp_path: Path) -> None:
    raw = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"))
    take(watched.desk, tmp_path / "in", raw)
    watched.put("浙江/转来.eml", raw)
    assert watched.look().new == 0
    assert mails.count(watched.desk.store) == 1


def test_a_mail_that_lies_there_under_another_name_stays_a_mail(watched: Watched, tmp_path: Path) -> None:
    raw = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), {"推荐表.docx": CASE.form_docx()})
    take(watched.desk, tmp_path / "in", raw)
    watched.put("江苏/转来的邮件.txt", raw)
    watched.look()
    (message,) = watched.assessed().picture.messages
    assert (message.province, message.subject, message.arrival) == ("浙江", "浙江报送", day("07-20T10:00:00"))


def test_a_file_that_is_being_written_is_left_for_a_later_look(watched: Watched) -> None:
    file = watched.put("浙江/大.zip", b"PK\x03\x04" + bytes(100), NOW.timestamp())
    assert (watched.look().new, drops.count_waiting(watched.desk.store, BOX)) == (0, 1)
    with file.open("ab") as out:
        out.write(bytes(100))
    os.utime(file, (NOW.timestamp() + 30,) * 2)
    assert watched.look(timedelta(seconds=40)).new == 0
    assert watched.look(timedelta(seconds=40)).new == 0
    assert watched.look(timedelta(seconds=40)).new == 1
    assert drops.count_waiting(watched.desk.store, BOX) == 0
    assert watched.assessed().picture.messages[0].bytes == 204


def test_a_file_whose_clock_is_ahead_is_taken_once_it_stays_as_it_is(watched: Watched) -> None:
    watched.put("浙江/推荐表.docx", CASE.form_docx(), NOW.timestamp() + 1e8)
    assert watched.look().new == 0
    assert watched.look(timedelta(minutes=10)).new == 1


def test_a_file_that_grows_while_it_is_read_is_left_for_a_later_look(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = watched.put("浙江/大.zip", b"PK\x03\x04" + bytes(100))
    with monkeypatch.context() as patched:
        patched.setattr("ingest.watched.dropping.chunks_of", lambda source: grow(file, source.read()))
        assert watched.look().new == 0
    assert mails.count(watched.desk.store) == 0
    assert watched.look(timedelta(minutes=10)).new == 0
    assert watched.look(timedelta(minutes=10)).new == 1


def grow(file: Path, data: bytes) -> Iterator[bytes]:
    yield data
    with file.open("ab") as out:
        out.write(b"more")


@pytest.mark.parametrize(
    "name",
    ["~$推荐表.docx", ".DS_Store", "Thumbs.db", "desktop.ini", "材料.zip.crdownload", "a.tmp", "._照片.jpg", ".~lock.x.docx#",
     "~WRL0003.tmp", "视频.mp4.part", "x.downloading"],
)  # fmt: skip
def test_what_comes_and_goes_by_itself_is_passed_over(watched: Watched, name: str) -> None:
    watched.put(f"浙江/{name}", b"x")
    watched.put(f"{name}", b"x")
    result = watched.look()
    assert (result.seen, result.new, watched.troubles()) == (0, 0, [])


def test_names_that_only_look_passing_are_material() -> None:
    assert not any(is_passing(name) for name in ("案例.part1.rar", "推荐表.docx", "tmp", "临时.docx", "a.temperature"))


def test_a_link_is_not_followed_but_named(watched: Watched, tmp_path: Path) -> None:
    secret = tmp_path / "outside"
    secret.mkdir()
    (secret / "x.docx").write_bytes(CASE.form_docx())
    (watched.root / "浙江").mkdir()
    (watched.root / "浙江" / "链接.docx").symlink_to(secret / "x.docx")
    (watched.root / "浙江" / "外面").symlink_to(secret)
    assert watched.look().new == 0
    assert [path for path, reason in watched.troubles() if "链接" in reason] == ["浙江/外面", "浙江/链接.docx"]


def test_a_file_of_no_province_is_an_alarm_until_it_is_moved(watched: Watched) -> None:
    for path in ("推荐表.docx", "新建文件夹/推荐表.docx", "深圳/照片.jpg"):
        watched.put(path, CASE.form_docx() + path.encode())
    assert watched.look().outcome == "ok"
    assert [path for path, _ in watched.troubles()] == ["推荐表.docx", "新建文件夹/推荐表.docx", "深圳/照片.jpg"]
    digest = compose(watched.assessed(), None)
    for text in (digest.text, digest.html):
        assert "看不出是哪个省的材料，没有收" in text
    assert mails.count(watched.desk.store) == 0
    for path in ("推荐表.docx", "新建文件夹/推荐表.docx", "深圳/照片.jpg"):
        (watched.root / "广东" / path).parent.mkdir(parents=True, exist_ok=True)
        (watched.root / path).rename(watched.root / "广东" / path)
    assert watched.look().new == 3
    assert watched.troubles() == []


def test_many_files_of_one_folder_are_one_alarm_in_the_digest(watched: Watched) -> None:
    for number in range(12):
        watched.put(f"新建文件夹/照片{number}.jpg", photo(str(number)))
    watched.look()
    assert "〔文件夹里要整理的文件〕12 个" in compose(watched.assessed(), None).text
    assert "《新建文件夹/》里的 12 个文件看不出是哪个省的材料" in compose(watched.assessed(), None).text


def test_what_was_put_down_together_is_one_line_among_the_arrivals(watched: Watched) -> None:
    for number in range(12):
        watched.put(f"浙江/2026-08-03 快递/照片{number:02}.jpg", photo(str(number)))
    watched.look()
    text = compose(watched.assessed(), NOW - timedelta(hours=1)).text
    assert "新到 12 封" in text
    assert "《照片00.jpg》、《照片01.jpg》、《照片02.jpg》等 12 个" in text
    assert "08-03 · 报送 · 12 个文件" in text
    assert "新到 12 封" not in compose(watched.assessed(), NOW + timedelta(hours=1)).text


def test_the_alarm_is_told_once(watched: Watched, capfd: pytest.CaptureFixture[str]) -> None:
    watched.put("推荐表.docx", CASE.form_docx())
    watched.look()
    assert "folder.trouble" in (first := capfd.readouterr()).out + first.err
    watched.look(timedelta(minutes=10))
    assert "folder.trouble" not in (second := capfd.readouterr()).out + second.err


def test_a_file_or_folder_that_may_not_be_read_is_named_and_holds_up_nothing(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = watched.put("浙江/推荐表.docx", CASE.form_docx())
    inner = watched.put("江苏/春江花园/推荐表.docx", b"PK" + CASE.form_docx())
    watched.put("四川/推荐表.docx", OTHER.form_docx())
    with monkeypatch.context() as patched:
        # Tests may run as root, whom the system refuses nothing.
        patched.setattr("ingest.watched.dropping.os.open", refusing(os.open, closed))
        patched.setattr("ingest.watched.folder.os.scandir", refusing(os.scandir, inner.parent))
        assert watched.look().new == 1
        denied = [path for path, reason in watched.troubles() if "没有权限" in reason]
        assert denied == ["江苏/春江花园", "浙江/推荐表.docx"]
        assert "没有权限" in compose(watched.assessed(), None).text
    assert watched.look().new == 2
    assert watched.troubles() == []


def refusing(function: Any, path: Path) -> Any:
    def asked(wanted: Any, *arguments: Any) -> Any:
        if Path(wanted) == path:
            raise PermissionError(13, "Permission denied")
        return function(wanted, *arguments)

    return asked


def test_a_stick_that_fails_while_it_is_read_is_named_and_tried_again(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched.put("浙江/推荐表.docx", CASE.form_docx())
    with monkeypatch.context() as patched:
        patched.setattr("ingest.watched.dropping.chunks_of", broken)
        assert watched.look().outcome == "ok"
    assert "读不了" in watched.troubles()[0][1]
    assert watched.look().new == 1
    assert watched.troubles() == []


def broken(_source: object) -> Iterator[bytes]:
    yield b"PK"
    raise OSError(5, "Input/output error")


def test_an_empty_file_is_named(watched: Watched) -> None:
    watched.put("浙江/推荐表.docx", b"")
    watched.look()
    assert watched.troubles() == [("浙江/推荐表.docx", "文件是空的（0 字节），没有收；请重新放入")]


def test_a_folder_that_is_not_there_is_a_mailbox_that_cannot_be_reached(watched: Watched) -> None:
    watched.put("浙江/推荐表.docx", CASE.form_docx())
    watched.look()
    away = watched.root.rename(watched.root.with_name("away"))
    result = watched.look(timedelta(minutes=10))
    assert (result.outcome, "不存在或没有接上" in result.reason) == ("unreachable", True)
    assert "收信已停" in compose(watched.assessed(), None).text
    away.rename(watched.root)
    assert watched.look(timedelta(minutes=10)).outcome == "ok"
    assert polls.health(watched.desk.store, watched.now)[0].failing_since is None
    assert mails.count(watched.desk.store) == 1


def test_nothing_in_the_folder_is_moved_changed_or_deleted(watched: Watched) -> None:
    for path, data in submission("浙江省物业管理协会", [CASE]).items():
        watched.put(f"浙江/{path}", data)
    watched.put("推荐表.docx", CASE.form_docx())
    watched.put("浙江/转来.eml", mail("a@b.example", "x", day("07-20T10:00:00")))
    before = snapshot(watched.root)
    watched.look()
    watched.look(timedelta(minutes=10))
    assert snapshot(watched.root) == before


def snapshot(root: Path) -> dict[str, tuple[int, int, int, bytes]]:
    return {
        str(file): (state.st_mode, state.st_mtime_ns, state.st_ino, file.read_bytes() if file.is_file() else b"")
        for file in sorted(root.rglob("*"))
        for state in [file.stat()]
    }


def test_a_look_at_what_is_known_opens_no_file(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    for path, data in submission("浙江省物业管理协会", [CASE], zipped=False).items():
        watched.put(f"浙江/{path}", data)
    watched.look()

    def refused(*_arguments: object) -> int:
        raise AssertionError("opened")

    monkeypatch.setattr("ingest.watched.dropping.os.open", refused)
    result = watched.look(timedelta(minutes=10))
    assert (result.outcome, result.seen, result.new) == ("ok", 7, 0)


def test_a_file_that_is_overwritten_is_a_newer_version(watched: Watched) -> None:
    watched.put("浙江/春江花园/推荐表.docx", Sent("春江花园", "甲物业有限公司", CASE.recommender).form_docx())
    watched.look()
    watched.put("浙江/春江花园/推荐表.docx", CASE.form_docx(), LONG_AGO + 60)
    watched.look()
    (case,) = watched.assessed().picture.cases
    assert case.company == CASE.company
    assert [file.superseded for file in watched.assessed().picture.files] == [True, False]


def test_a_file_moved_to_the_right_province_belongs_there_and_clearing_the_folder_changes_nothing(
    watched: Watched,
) -> None:
    file = watched.put("江苏/推荐表.docx", CASE.form_docx())
    watched.look()
    (watched.root / "浙江").mkdir()
    file = file.rename(watched.root / "浙江" / "推荐表.docx")
    watched.look(timedelta(minutes=10))
    assert watched.troubles() == []
    assert [one.province for one in watched.assessed().picture.messages] == ["浙江"]
    assert [case.province for case in watched.assessed().picture.cases] == ["浙江"]
    before = everything(watched.assessed())
    file.unlink()
    watched.look(timedelta(minutes=10))
    mails.forget_conclusions(watched.desk.store)
    take_in(watched.desk)
    assert everything(watched.assessed()) == before


def test_the_same_file_in_two_provinces_counts_for_the_first_and_is_told(watched: Watched) -> None:
    watched.put("江苏/推荐表.docx", CASE.form_docx())
    watched.look()
    second = watched.put("浙江/推荐表.docx", CASE.form_docx())
    watched.look()
    watched.look()
    assert [one.province for one in watched.assessed().picture.messages] == ["江苏"]
    assert watched.troubles() == [("浙江/推荐表.docx", "同样的文件也放在江苏的文件夹里，只算江苏的；请留下一处")]
    second.unlink()
    watched.look()
    assert watched.troubles() == []


def test_names_in_gbk_in_decomposed_form_and_of_great_length_are_read(watched: Watched) -> None:
    folder = os.fsencode(watched.root) + b"/" + "浙江".encode("gb18030")
    Path(os.fsdecode(folder)).mkdir()
    for name in ("推荐表.docx".encode("gb18030"), b"\xff\xfe.docx", "Cafe\u0301.docx".encode()):
        path = Path(os.fsdecode(folder + b"/" + name))
        path.write_bytes(CASE.form_docx() + name)
        os.utime(path, (LONG_AGO, LONG_AGO))
    deep = "/".join(["很长的文件夹名" * 5] * 25)
    watched.put(f"浙江/{deep}/推荐表.docx", CASE.form_docx())
    assert (watched.look().new, watched.look().new) == (4, 0)
    assert {one.province for one in watched.assessed().picture.messages} == {"浙江"}
    assert "浙江/Café.docx" in {file.path for file in watched.assessed().picture.files}


def test_a_huge_file_is_streamed(watched: Watched) -> None:
    import tracemalloc

    file = watched.put("浙江/视频.mp4", b"\0\0\0\x20ftypisom")
    os.truncate(file, 200_000_000)
    os.utime(file, (LONG_AGO, LONG_AGO))
    tracemalloc.start()
    Poller(watched.desk, lambda: NOW).poll_all()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert mails.count(watched.desk.store) == 1
    assert peak < 20_000_000


def test_a_full_disk_takes_nothing_and_the_next_look_goes_on(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.put("浙江/推荐表.docx", CASE.form_docx())

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        assert watched.look().outcome == "full"
    assert watched.troubles() == []
    assert watched.look().new == 1


def test_a_look_can_be_stopped_between_two_files(watched: Watched) -> None:
    for number in range(4):
        watched.put(f"浙江/照片{number}.jpg", photo(str(number)))
    Poller(watched.desk, lambda: NOW, stop=lambda: mails.count(watched.desk.store) >= 2).poll_all()
    assert mails.count(watched.desk.store) == 2
    assert watched.look().new == 2


def test_a_rebuild_gives_the_same(watched: Watched) -> None:
    for path, data in submission("浙江省物业管理协会", [CASE], zipped=False).items():
        watched.put(f"浙江/2026-08-03 快递/{path}", data)
    watched.look()
    before = everything(watched.assessed())
    mails.forget_conclusions(watched.desk.store)
    take_in(watched.desk)
    assert everything(watched.assessed()) == before


def test_province_of_takes_the_outermost_folder_that_is_called_so(watched: Watched) -> None:
    associations = watched.desk.associations
    assert province_of(PurePosixPath("浙江/江苏籍企业"), associations) == ("浙江", 1)
    assert province_of(PurePosixPath("快递/八月/浙江省"), associations) == ("浙江", 3)
    assert province_of(PurePosixPath("浙江和江苏"), associations) == (None, 0)
    assert province_of(PurePosixPath(), associations) == (None, 0)


@pytest.mark.parametrize(
    ("right", "arrival", "source"),
    [("2026-08-02 快递", "08-02T23:59:59", "folder_day"), ("2026-07-30 快递", "07-30T23:59:59", "folder_day"), ("补寄", "08-04T10:00:00", "folder")],
)  # fmt: skip
def test_a_date_set_right_by_renaming_the_folder_counts(
    watched: Watched, right: str, arrival: str, source: str
) -> None:
    watched.put("浙江/2026-08-01 快递/推荐表.docx", CASE.form_docx())
    watched.look()
    (watched.root / "浙江" / "2026-08-01 快递").rename(watched.root / "浙江" / right)
    watched.look(timedelta(days=3))
    (message,) = watched.assessed().picture.messages
    assert (message.arrival, message.arrival_source) == (day(arrival), source)


def test_a_file_that_is_moved_about_keeps_the_moment_it_was_first_seen(watched: Watched) -> None:
    watched.put("浙江/推荐表.docx", CASE.form_docx())
    watched.look()
    (watched.root / "浙江" / "补寄").mkdir()
    (watched.root / "浙江" / "推荐表.docx").rename(watched.root / "浙江" / "补寄" / "推荐表.docx")
    watched.look(timedelta(days=3))
    assert watched.assessed().picture.messages[0].arrival == NOW


def test_everything_works_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    with desk(tmp_path / "desk", f'{SETTINGS}[database]\nurl = "{postgres_url}"\n') as opened:
        watched = Watched(opened, tmp_path / "desk" / "收件")
        long = "/".join(["龘" * 80] * 12)
        for path in ("浙江/推荐表.docx", f"快递/{long}/江苏/推荐表.docx", "无处/x.docx"):
            watched.put(path, CASE.form_docx() + path.encode())
        assert (watched.look().new, watched.look().new) == (2, 0)
        (watched.root / "浙江").rename(watched.root / "湖南")
        watched.look(timedelta(days=1))
        assert {one.province for one in watched.assessed().picture.messages} == {"江苏", "湖南"}
        assert [path for path, _ in watched.troubles()] == ["无处/x.docx"]


def test_the_poll_command_says_what_came_what_waits_and_what_is_wrong(tmp_path: Path) -> None:
    with desk(tmp_path / "desk", SETTINGS) as opened:
        watched = Watched(opened, tmp_path / "desk" / "收件")
        watched.put("浙江/推荐表.docx", CASE.form_docx())
        watched.put("浙江/大.zip", b"PK\x03\x04", datetime.now(UTC).timestamp())
        watched.put("推荐表.docx", CASE.form_docx())
    command = ["--config", str(tmp_path / "desk" / "zhengji.toml"), "poll"]
    done = CliRunner().invoke(cli, command)
    assert done.exit_code == 1
    assert f"{BOX}：新来信 1 封；1 个文件可能还没有放完，下次再收" in done.output
    assert f"{BOX}：《推荐表.docx》看不出是哪个省的材料" in done.output
    checked = CliRunner().invoke(cli, [*command[:2], "check-config"])
    assert f"收件邮箱：{BOX}" in checked.output
    (tmp_path / "desk" / "收件").rename(tmp_path / "away")
    assert "不存在或没有接上" in CliRunner().invoke(cli, [*command[:2], "check-config"]).output
