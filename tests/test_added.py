"""What came by courier, chat or USB stick and a person adds: it counts like mail, says who says so, and can be undone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError
from ingest.decisions.adding import Done, add
from ingest.decisions.attaching import attach
from ingest.decisions.settling import DecisionError, undo
from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller
from reports.digest.digest import compose
from reports.export import rows
from reports.incoming import MessageView
from reports.picture import AssociationView
from store import decisions
from store import mail as mails
from store.decisions import Person
from tests.desks import AFTER, assessed, codes, desk, everything, take
from tests.inbox import Sent, list_files, mail, photo, submission
from tests.outlook_builders import compound, msg_tree
from tests.sample import day
from tests.test_cli import zhengji
from tests.test_folder import SETTINGS

WHEN = day("08-04T15:30:00")
ZHANG = Person("张三", WHEN)
CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
OTHER = Sent("西溪诚园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
ASSOCIATION = "浙江省物业管理协会"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "desk") as one:
        yield one


class Office:
    """A clerk who adds files that she writes down first."""

    def __init__(self, opened: Desk, folder: Path) -> None:
        self.desk, self.folder = opened, folder
        folder.mkdir(exist_ok=True)

    def written(self, files: dict[str, bytes]) -> list[Path]:
        paths = [self.folder / name.rpartition("/")[2] for name in files]
        for path, data in zip(paths, files.values(), strict=True):
            path.write_bytes(data)
        return paths

    def add(self, files: dict[str, bytes], province: str = "浙江", person: Person = ZHANG, **said: str) -> Done:
        told = {"province": province, "source": "微信", **said}
        return add(self.desk, self.written(files), told, person)

    def messages(self) -> dict[int, MessageView]:
        return {one.id: one for one in assessed(self.desk).picture.messages}

    def province(self, name: str = "浙江") -> AssociationView:
        return next(one for one in assessed(self.desk).picture.associations if one.province == name)


@pytest.fixture
def office(opened: Desk, tmp_path: Path) -> Office:
    return Office(opened, tmp_path / "收到")


def whole() -> dict[str, bytes]:
    return submission(ASSOCIATION, [CASE], zipped=False)


def test_a_province_that_is_added_is_a_submission_like_any_other(office: Office) -> None:
    done = office.add(whole())
    assert done.lines[0] == "《汇总清单.docx》已补入浙江（编号 1）：微信，2026-08-04 15:30 收到"
    view = office.province()
    assert (view.status, view.complete_cases, view.first_arrival, view.late) == ("complete", 1, WHEN, False)
    message = view.messages_in[0]
    assert (message.mailbox, message.folder, message.uid) == ("微信补入", "浙江", None)
    assert (message.sender_level, message.sender_clues) == ("provincial", ("微信补入（张三，2026-08-04）",))
    assert message.kind_evidence == "微信补入（张三，2026-08-04）"
    assert not codes(assessed(office.desk), "浙江") & {"sender.unknown", "sender.not_provincial"}


def test_the_source_is_said_in_digest_exports_and_ledger(office: Office) -> None:
    office.add({"推荐表.docx": CASE.form_docx()})
    found = assessed(office.desk, day("08-04T20:00:00"))
    assert "微信补入，张三 08-04" in compose(found, None).text
    assert [row["came"] for row in rows(found, "messages")] == ["微信补入，张三 08-04"]


def test_lateness_goes_by_the_moment_it_was_received_and_says_who_added_it(office: Office) -> None:
    later = Person("张三", day("08-07T09:00:00"))
    office.add({"推荐表.docx": CASE.form_docx()}, person=later)
    found = assessed(office.desk, day("08-08T09:00:00"))
    (late,) = [one for one in found.findings if one.code == "late.submission"]
    assert late.evidence == "来信“浙江/推荐表.docx”，2026-08-07 09:00:00 到达（微信补入，张三 08-07）"


@pytest.mark.parametrize(
    ("arrived", "arrival", "source", "late"),
    [
        ("2026-08-04T15:30", "08-04T15:30:00", "added", False),
        ("2026-08-05 23:59:59", "08-05T23:59:59", "added", False),
        ("2026-08-05", "08-05T23:59:59", "added_day", False),
        ("2026-08-06", "08-06T23:59:59", "added_day", True),
        ("2026-08-05T16:00:00+00:00", "08-06T00:00:00", "added", True),
        ("2026-08-07", "08-07T09:00:00", "added_day", True),
    ],
)
def test_a_day_alone_counts_to_its_end(office: Office, arrived: str, arrival: str, source: str, *, late: bool) -> None:
    office.add({"推荐表.docx": CASE.form_docx()}, arrived=arrived, person=Person("张三", day("08-07T09:00:00")))
    (message,) = assessed(office.desk, day("08-09T09:00:00")).picture.messages
    assert (message.arrival, message.arrival_source) == (day(arrival), source)
    found = assessed(office.desk, day("08-09T09:00:00"))
    assert ("late.submission" in codes(found, "浙江")) is late


def test_a_moment_that_a_person_wrote_down_is_said_with_it(office: Office) -> None:
    person = Person("张三", day("08-07T09:00:00"))
    office.add({"推荐表.docx": CASE.form_docx()}, arrived="2026-08-05", person=person)
    (row,) = rows(assessed(office.desk, day("08-09T09:00:00")), "messages")
    assert row["came"] == "微信补入，张三 08-07，写明 08-05 收到"
    assert "08-05 · 报送" in compose(assessed(office.desk, day("08-09T09:00:00")), None).text


def test_the_case_that_is_named_is_the_folder_by_which_photos_are_filed(office: Office) -> None:
    office.add(list_files(ASSOCIATION, [CASE, OTHER]))
    done = office.add({f"IMG_{n}.jpg": photo(f"{n}") for n in range(3)}, case="春江花园", source="QQ")
    assert done.lines[1] == "  归入案例：春江花园"
    assert {case.community: case.photos for case in office.province().cases} == {"春江花园": 3, "西溪诚园": 0}


def test_a_case_that_no_list_names_is_told_and_filed_as_soon_as_one_does(office: Office) -> None:
    done = office.add({"IMG_1.jpg": photo("1")}, case="春江花园")
    assert done.lines[1] == "  还没有归入案例：清单和推荐表里没有“春江花园”，有了会自动归入"
    office.add(list_files(ASSOCIATION, [CASE, OTHER]))
    assert {case.community: case.photos for case in office.province().cases} == {"春江花园": 1, "西溪诚园": 0}


def test_what_is_added_at_once_came_together_as_in_one_mail(office: Office) -> None:
    office.add(list_files(ASSOCIATION, [CASE, OTHER]))
    later = Person("张三", WHEN + timedelta(hours=1))
    office.add({"推荐表.docx": CASE.form_docx(), "IMG_1.jpg": photo("1")}, person=later)
    assert {case.community: case.photos for case in office.province().cases} == {"春江花园": 1, "西溪诚园": 0}


def test_files_of_one_name_for_two_cases_stand_beside_each_other(office: Office) -> None:
    office.add({"推荐表.docx": CASE.form_docx()})
    office.add({"推荐表.docx": OTHER.form_docx()}, person=Person("张三", WHEN + timedelta(minutes=1)))
    view = office.province()
    assert {case.community: case.has_form for case in view.cases} == {"春江花园": True, "西溪诚园": True}
    assert [file.superseded for file in assessed(office.desk).picture.files] == [False, False]


def test_a_form_that_is_added_anew_replaces_the_one_before(office: Office) -> None:
    office.add({"推荐表.docx": CASE.form_docx()})
    newer = Sent(**{**vars(CASE), "delivered": "2018年6月"})
    office.add({"推荐表.docx": newer.form_docx()}, person=Person("张三", WHEN + timedelta(hours=1)))
    (case,) = office.province().cases
    assert case.delivered == "2018-06"


def test_the_same_bytes_again_are_said_and_nothing_is_there_twice(office: Office) -> None:
    office.add({"推荐表.docx": CASE.form_docx()})
    before = everything(assessed(office.desk))
    done = office.add({"表.docx": CASE.form_docx()}, person=Person("李四", WHEN + timedelta(hours=1)))
    assert done.lines[0] == "《表.docx》先前已补入（编号 1），没有重复"
    assert everything(assessed(office.desk)) == before
    assert len(decisions.every(office.desk.store)) == 1


def test_the_same_bytes_for_another_province_are_refused(office: Office) -> None:
    office.add({"推荐表.docx": CASE.form_docx()})
    with pytest.raises(DecisionError, match=r"先前已由张三补入（浙江），没有重复；要改归，请先运行 zhengji undo 1"):
        office.add({"推荐表.docx": CASE.form_docx()}, "江苏")
    assert len(decisions.every(office.desk.store)) == 1


def test_two_files_of_the_same_bytes_at_once_are_one(office: Office) -> None:
    done = office.add({"a.docx": CASE.form_docx(), "b.docx": CASE.form_docx()})
    assert "《b.docx》先前已补入（编号 1），没有重复" in done.lines
    assert mails.count(office.desk.store) == 1


def test_what_a_city_association_hands_in_is_of_its_level(office: Office) -> None:
    office.add({"推荐表.docx": CASE.form_docx()}, city="杭州")
    (message,) = office.messages().values()
    assert (message.province, message.city, message.sender_level) == ("浙江", "杭州市", "city")
    assert "sender.not_provincial" in codes(assessed(office.desk), "浙江")


def test_an_undone_file_counts_nowhere_and_stays_to_be_seen(office: Office) -> None:
    office.add(whole())
    numbers = [row.id for row in decisions.every(office.desk.store)]
    li = Person("李四", day("08-05T09:00:00"))
    lines = undo(office.desk, numbers[0], li)
    assert lines[0] == "已撤销人工处理 1（《汇总清单.docx》微信补入浙江，来信 1）"
    assert lines[1] == "改为无关邮件的来信：1（共 1 封）"
    for number in numbers[1:]:
        undo(office.desk, number, li)
    view = office.province()
    assert (view.status, view.messages, view.cases) == ("none", 0, ())
    assert codes(assessed(office.desk), "浙江") == {"submission.none"}
    found = list(office.messages().values())
    assert {(one.kind, one.kind_evidence) for one in found} == {("unrelated", "补入已由李四撤销（2026-08-05）")}
    assert len(found) == len(numbers)
    before = everything(assessed(office.desk))
    mails.forget_conclusions(office.desk.store)
    take_in(office.desk)
    assert everything(assessed(office.desk)) == before


def test_what_was_undone_counts_again_when_it_is_added_again(office: Office) -> None:
    office.add({"推荐表.docx": CASE.form_docx()}, arrived="2026-08-03")
    undo(office.desk, 1, ZHANG)
    later = Person("李四", day("08-05T09:00:00"))
    done = office.add({"推荐表.docx": CASE.form_docx()}, case="春江花园", source="快递", person=later)
    assert done.lines == [
        "《推荐表.docx》已补入浙江（编号 2）：快递，2026-08-05 09:00 收到",
        "  归入案例：春江花园",
    ]
    (message,) = office.messages().values()
    assert (message.kind, message.arrival, message.place) == (
        "submission", later.now, "浙江/春江花园/推荐表.docx",
    )  # fmt: skip
    assert message.added == "快递补入，李四 08-05"


def test_adding_survives_a_rebuild(office: Office) -> None:
    office.add(whole(), case="春江花园", arrived="2026-08-03")
    before = everything(assessed(office.desk))
    mails.forget_conclusions(office.desk.store)
    take_in(office.desk)
    assert everything(assessed(office.desk)) == before


def test_a_mail_file_is_taken_as_the_mail_it_is_and_as_the_provinces(office: Office) -> None:
    raw = mail("fq@qq.com", "材料", day("08-03T10:00:00"), {"推荐表.docx": CASE.form_docx()})
    office.add({"材料.eml": raw})
    (message,) = office.messages().values()
    assert (message.subject, message.from_address, message.province) == ("材料", "fq@qq.com", "浙江")
    assert (message.arrival, message.arrival_source) == (day("08-03T10:00:00"), "received")
    assert message.added == "微信补入，张三 08-04，按收信服务器的记录"
    assert [file.path for file in assessed(office.desk).picture.files] == ["推荐表.docx"]
    assert "微信补入，张三 08-04" in compose(assessed(office.desk), None).text


def test_what_a_person_said_of_a_mail_goes_before_what_it_says_itself(office: Office) -> None:
    raw = mail("jswx@jsproperty.example", "材料", day("08-03T10:00:00"), {"推荐表.docx": CASE.form_docx()})
    office.add({"材料.eml": raw}, arrived="2026-08-04")
    (message,) = office.messages().values()
    assert (message.province, message.arrival) == ("浙江", WHEN)


def test_a_message_of_outlook_is_taken_as_the_mail_it_is(office: Office) -> None:
    raw = compound(msg_tree("材料", ("省协会", "zjwyxh@example.cn"), "您好", files={"推荐表.docx": CASE.form_docx()}))
    office.add({"材料.msg": raw})
    (message,) = office.messages().values()
    assert (message.subject, message.from_address, message.kind) == ("材料", "zjwyxh@example.cn", "submission")
    assert [file.path for file in assessed(office.desk).picture.files] == ["推荐表.docx"]


def test_photos_in_a_mail_are_filed_by_the_case_that_is_named(office: Office) -> None:
    office.add(list_files(ASSOCIATION, [CASE, OTHER]))
    raw = mail("fq@qq.com", "照片", day("08-03T10:00:00"), {"IMG_1.jpg": photo("1")})
    office.add({"照片.eml": raw}, case="春江花园")
    assert {case.community: case.photos for case in office.province().cases} == {"春江花园": 1, "西溪诚园": 0}


def test_a_mail_that_also_came_to_the_mailbox_stays_when_adding_it_is_undone(office: Office, tmp_path: Path) -> None:
    raw = mail("zjwyxh@example.cn", "浙江报送", day("08-06T10:00:00"), {"推荐表.docx": CASE.form_docx()})
    take(office.desk, tmp_path / "in", raw)
    before = everything(assessed(office.desk))
    office.add({"材料.eml": raw}, "江苏", arrived="2026-08-03")
    (message,) = office.messages().values()
    assert (message.province, message.arrival.astimezone(UTC).date().isoformat()) == ("江苏", "2026-08-03")
    undo(office.desk, 1, ZHANG)
    assert everything(assessed(office.desk)) == before


def test_a_withdrawn_mail_hides_no_copy_of_it(office: Office, tmp_path: Path) -> None:
    raw = mail("zjwyxh@example.cn", "浙江报送", day("08-03T10:00:00"), {"推荐表.docx": CASE.form_docx()})
    office.add({"材料.eml": raw.replace(b"id X1", b"id X2")})
    undo(office.desk, 1, ZHANG)
    take(office.desk, tmp_path / "in", raw)
    assert [message.kind for message in office.messages().values()] == ["unrelated", "submission"]
    assert office.province().messages == 1


def test_what_also_lies_in_a_watched_folder_stays_when_adding_it_is_undone(tmp_path: Path) -> None:
    with desk(tmp_path / "desk", SETTINGS) as opened:
        office = Office(opened, tmp_path / "收到")
        file = tmp_path / "desk" / "收件" / "江苏" / "推荐表.docx"
        file.parent.mkdir(parents=True)
        file.write_bytes(CASE.form_docx())
        os.utime(file, (1_780_000_000, 1_780_000_000))
        Poller(opened, lambda: day("08-06T09:00:00")).poll_all()
        take_in(opened)
        before = everything(assessed(opened, AFTER))
        office.add(
            {"推荐表.docx": CASE.form_docx()}, arrived="2026-08-03", person=Person("张三", day("08-06T10:00:00"))
        )
        (message,) = office.messages().values()
        assert (message.province, message.arrival) == ("浙江", day("08-03T23:59:59"))
        Poller(opened, lambda: day("08-06T11:00:00")).poll_all()
        take_in(opened)
        assert [one.province for one in office.messages().values()] == ["浙江"]
        undo(opened, 1, ZHANG)
        assert everything(assessed(opened, AFTER)) == before


def test_a_volume_that_is_withdrawn_no_longer_opens_what_others_sent(office: Office) -> None:
    samples = Path(__file__).parent / "samples" / "rar"
    parts = {f"案例.part{n}.rar": (samples / f"rar5-vols.part{n}.rar").read_bytes() for n in (1, 2, 3)}
    office.add(parts)
    inside = [file.path for file in assessed(office.desk).picture.files if "!/" in file.path]
    assert inside
    undo(office.desk, 2, ZHANG)
    assert [file.path for file in assessed(office.desk).picture.files if "!/" in file.path] == []
    office.add({"案例.part2.rar": parts["案例.part2.rar"]}, person=Person("张三", WHEN + timedelta(hours=1)))
    assert len([file for file in assessed(office.desk).picture.files if "!/" in file.path]) == len(inside)


def test_everything_works_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    with desk(tmp_path / "desk", f'[database]\nurl = "{postgres_url}"\n') as opened:
        office = Office(opened, tmp_path / "收到")
        office.add({"推荐表.docx": CASE.form_docx()}, case="春江花园")
        undo(opened, 1, ZHANG)
        assert office.province().status == "none"
        office.add({"推荐表.docx": CASE.form_docx()}, case="春江花园")
        assert office.province().status == "partial"
        assert [row.undone_by for row in decisions.every(opened.store)] == ["张三", None]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"province": "浙工"}, "没有 浙工 这个省份，你是不是想说 浙江？"),
        ({"city": "南京市"}, "浙江没有 南京市 这个市"),
        ({"source": " "}, "--source 请写明怎样收到的"),
        ({"source": "长" * 21}, "最多 20 个字"),
        ({"arrived": "昨天"}, "昨天 不是时刻，请写作 2026-08-04 或 2026-08-04T15:30（北京时间）"),
        ({"arrived": "0001-01-01T00:00:00+14:00"}, "不是时刻"),
        ({"arrived": "2026-08-05"}, "2026-08-05 还没有到"),
        ({"arrived": "2026-08-04T15:31"}, "还没有到"),
        ({"arrived": "2026-05-17"}, "早于征集通知（2026-05-18）"),
    ],
)
def test_what_is_not_known_is_refused_in_one_line(office: Office, said: dict[str, str], words: str) -> None:
    with pytest.raises(DecisionError) as error:
        office.add({"推荐表.docx": CASE.form_docx()}, **said)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert decisions.every(office.desk.store) == []
    assert mails.count(office.desk.store) == 0


@pytest.mark.parametrize(
    ("name", "words"), [("没有.docx", "文件不存在"), ("空.docx", "文件是空的"), ("夹", "不是文件；文件夹请先压缩")]
)
def test_what_is_no_file_is_refused_and_nothing_beside_it_is_added(office: Office, name: str, words: str) -> None:
    (office.folder / "空.docx").touch()
    (office.folder / "夹").mkdir()
    good = office.written({"推荐表.docx": CASE.form_docx()})
    with pytest.raises(ConfigError, match=words):
        add(office.desk, [*good, office.folder / name], {"province": "浙江", "source": "微信"}, ZHANG)
    assert mails.count(office.desk.store) == 0


def run(tmp_path: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    config = tmp_path / "desk" / "zhengji.toml"
    return zhengji("--config", str(config), *map(str, arguments), ZHENGJI_PERSON="张三")


def test_the_commands_add_list_and_undo(tmp_path: Path) -> None:
    with desk(tmp_path / "desk"):
        pass
    file = tmp_path / "推荐表.docx"
    file.write_bytes(CASE.form_docx())
    today = datetime.now(UTC).date().isoformat()
    added = run(tmp_path, "decide", "add", file, "--province", "浙江省", "--source", "微信", "--note", "电话说过")
    assert added.returncode == 0, added.stderr
    assert "《推荐表.docx》已补入浙江（编号 1）：微信" in added.stdout
    again = run(tmp_path, "decide", "add", file, "--province", "浙江", "--source", "微信", "--arrived", today)
    assert "没有重复" in again.stdout
    listed = run(tmp_path, "decisions").stdout
    assert "《推荐表.docx》微信补入浙江，来信 1" in listed
    assert "电话说过" in listed
    assert "补入文件" in listed
    assert run(tmp_path, "undo", "1").returncode == 0
    assert "已撤销（张三" in run(tmp_path, "decisions").stdout
    wrong = run(tmp_path, "decide", "add", file, "--province", "浙工", "--source", "微信")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (2, "", 1)
    assert "你是不是想说 浙江？" in wrong.stderr
    assert '"kind": "unrelated"' in run(tmp_path, "export", "messages").stdout


_TRIED = 6


@pytest.mark.parametrize("part", range(_TRIED))
def test_adding_that_is_killed_is_completed_by_the_same_command(office: Office, tmp_path: Path, part: int) -> None:
    files = office.written({"推荐表.docx": CASE.form_docx(), **list_files(ASSOCIATION, [CASE])})
    with desk(tmp_path / "undisturbed"):
        pass
    steps = int(killed(tmp_path / "undisturbed", 0, files).stdout.split()[-1])
    assert steps > 2 * _TRIED
    assert killed(tmp_path / "desk", 1 + part * (steps - 1) // (_TRIED - 1), files).returncode == -9
    done = killed(tmp_path / "desk", 0, files)
    assert done.returncode == 0, done.stderr
    assert len(decisions.every(office.desk.store)) == 3
    assert [one.state for one in office.messages().values()] == ["filed"] * 3
    assert [case.has_form for case in office.province().cases] == [True]


def killed(folder: Path, step: int, files: list[Path]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.adding_killed", str(folder / "zhengji.toml"), str(step), *map(str, files)]
    return subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)


def test_an_attached_file_is_a_decision_that_can_be_undone_and_made_again(opened: Desk, tmp_path: Path) -> None:
    take(opened, tmp_path / "in", mail("zjwyxh@example.cn", "浙江报送", WHEN, list_files(ASSOCIATION, [CASE])))
    before = everything(assessed(opened))
    file = tmp_path / "推荐表.docx"
    file.write_bytes(CASE.form_docx())
    (one,) = attach(opened, "1", [file], None, "小李", WHEN)
    counted = everything(assessed(opened))
    assert [case.has_form for case in assessed(opened).picture.cases] == [True]
    lines = undo(opened, one.decision or 0, ZHANG)
    assert lines == [
        "已撤销人工处理 1（《推荐表.docx》补入来信 1）",
        "《推荐表.docx》不再算在来信 1 里，来信已重读；文件仍保存着",
    ]
    assert everything(assessed(opened)) == before
    mails.forget_conclusions(opened.store)
    take_in(opened)
    assert everything(assessed(opened)) == before
    (again,) = attach(opened, "1", [file], None, "小王", WHEN)
    assert (again.new, again.decision) == (True, 2)
    assert everything(assessed(opened)) == counted
    assert [(row.what, row.person, row.undone_by) for row in decisions.every(opened.store)] == [
        ("attached", "小李", "张三"),
        ("attached", "小王", None),
    ]


def test_undoing_one_of_two_attached_files_leaves_the_other(opened: Desk, tmp_path: Path) -> None:
    take(opened, tmp_path / "in", mail("zjwyxh@example.cn", "浙江报送", WHEN, list_files(ASSOCIATION, [CASE, OTHER])))
    files = [tmp_path / "春江花园推荐表.docx", tmp_path / "西溪诚园推荐表.docx"]
    for file, case in zip(files, (CASE, OTHER), strict=True):
        file.write_bytes(case.form_docx())
    attach(opened, "1", files, None, "小李", WHEN)
    undo(opened, 1, ZHANG)
    found = {case.community: case.has_form for case in assessed(opened).picture.cases}
    assert found == {"春江花园": False, "西溪诚园": True}


def test_a_link_is_open_again_when_its_answer_is_undone(opened: Desk, tmp_path: Path) -> None:
    from tests.test_open_links import MATERIAL, anchor, linked

    take(opened, tmp_path / "in", linked(anchor(*MATERIAL)))
    file = tmp_path / "案例材料.zip"
    file.write_bytes(b"PK\x05\x06" + bytes(18))
    attach(opened, "1", [file], None, "小李", WHEN)
    assert assessed(opened).picture.open_links == ()
    undo(opened, 1, ZHANG)
    assert [link.name for link in assessed(opened).picture.open_links] == ["案例材料.zip"]


def test_a_mail_that_was_imported_too_stays_when_adding_it_is_undone(office: Office) -> None:
    raw = mail("fq@qq.com", "材料", day("08-03T10:00:00"), {"推荐表.docx": CASE.form_docx()})
    office.add({"材料.eml": raw})
    import_path(office.desk, office.folder, datetime.now(UTC))
    take_in(office.desk)
    assert [one.province for one in office.messages().values()] == ["浙江"]
    undo(office.desk, 1, ZHANG)
    (message,) = office.messages().values()
    assert (message.kind, message.added, message.arrival_source) == ("submission", "", "received")
