"""One bad mail, file or archive stops only itself: it is kept, named with the reason, and the rest goes on."""

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from config.campaign import Campaign
from ingest import contents, intake
from ingest.cases.filing import place_all
from ingest.cases.placing import Item
from ingest.contents import read_mail
from ingest.desk import Desk
from ingest.held import Held
from ingest.intake import take_in
from parsers.documents.legacy import find_office
from reports.incoming import FileView
from store import mail as mails
from store.decisions import Decided
from tests import doc_builders as docs
from tests import outlook_builders as outlook
from tests.desks import assessed, codes, desk, take
from tests.inbox import Sent, list_files, mail, photo
from tests.mail_builders import ZipMember, gbk_zip, zip_bytes
from tests.sample import day

CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
WHEN = day("07-20T10:00:00")
# An old Word file of which only the first bytes are whole, and what it comes to with LibreOffice and without.
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000
NOT_WHOLE = ("corrupt", "file.corrupt") if find_office() else ("unsupported", "file.unsupported")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


def sent(**files: bytes) -> bytes:
    named = {name.replace("__", "."): data for name, data in files.items()}
    return mail("zjwyxh@example.cn", "浙江报送", WHEN, {**list_files("浙江省物业管理协会", [CASE]), **named})


def test_a_province_that_cannot_be_filed_leaves_the_others_alone_and_is_taken_up_again(
    opened: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trip(items: list[Item], province: str, campaign: Campaign, decided: Sequence[Decided]) -> object:
        if province == "浙江":
            raise RuntimeError("a fault in filing")
        return place_all(items, province, campaign, decided)

    monkeypatch.setattr(intake, "place_all", trip)
    other = mail("jswyxh@example.cn", "江苏省物业管理协会报送", WHEN, list_files("江苏省物业管理协会", [CASE]))
    picture = take(opened, tmp_path / "inbox", sent(), other).picture
    assert {message.province: message.state for message in picture.messages} == {"浙江": "failed", "江苏": "filed"}
    monkeypatch.undo()
    take_in(opened)
    assert {message.state for message in assessed(opened).picture.messages} == {"filed"}


def files_of(opened: Desk, tmp_path: Path, *raw: bytes) -> dict[str, FileView]:
    return {file.path: file for file in take(opened, tmp_path / "inbox", *raw).picture.files}


def test_a_mail_that_cannot_be_read_is_kept_as_failed_and_the_others_go_on(
    opened: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trip(one: Desk, raw: Path, *more: Sequence[str], beside: Iterable[Held] = (), format_: str = "eml") -> object:
        if b"BOOM" in raw.read_bytes():
            raise RuntimeError("a parser with a fault")
        return read_mail(one, raw, *more, beside=beside, format_=format_)

    monkeypatch.setattr(contents, "read_mail", trip)
    picture = take(opened, tmp_path / "inbox", mail("a@b.example", "BOOM", WHEN), sent()).picture
    assert sorted(message.state for message in picture.messages) == ["failed", "filed"]
    (failed,) = (message for message in picture.messages if message.state == "failed")
    assert failed.failure is not None
    assert "RuntimeError" in failed.failure
    monkeypatch.undo()
    mails.wait_again(opened.store, every_attempt=True)
    take_in(opened)
    assert {message.state for message in assessed(opened).picture.messages} == {"filed"}


def test_a_failing_mail_is_tried_three_times_and_then_waits_for_retry(
    opened: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def trip(_desk: Desk, raw: Path, **_: object) -> object:
        tries.append(raw)
        raise RuntimeError("a parser with a fault")

    monkeypatch.setattr(contents, "read_mail", trip)
    take(opened, tmp_path / "inbox", sent())
    for _ in range(5):
        take_in(opened)
    assert len(tries) == 3


def test_a_full_disk_while_reading_stops_and_blames_no_mail(
    opened: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    take(opened, tmp_path / "first", mail("a@b.example", "x", WHEN))
    raw = tmp_path / "later"
    with monkeypatch.context() as patched:
        patched.setattr(intake, "take_in", lambda _desk: 0)
        from ingest.importer import import_path
        from tests.inbox import write_inbox

        write_inbox(raw, [sent()])
        import_path(opened, raw, WHEN)
    with monkeypatch.context() as patched:
        patched.setattr(opened.room, "ask", full)
        with pytest.raises(OSError, match="No space"):
            take_in(opened)
    assert len(mails.waiting(opened.store)) == 1
    take_in(opened)
    assert {message.state for message in assessed(opened).picture.messages} == {"filed"}


@pytest.mark.parametrize(
    ("name", "data", "status", "code"),
    [
        ("推荐表.docx", b"PK\x03\x04 not a package", "corrupt", "file.corrupt"),
        ("材料.zip", b"PK\x03\x04" + b"\0" * 60, "corrupt", "file.corrupt"),
        ("案例.doc", OLD_WORD, *NOT_WHOLE),
        ("清单.exe", b"MZ" + b"\0" * 500, "unsafe", "file.unsafe"),
        ("空.docx", b"", "corrupt", "file.corrupt"),
        ("材料.7z", b"7z\xbc\xaf\x27\x1c" + b"\0" * 100, "corrupt", "file.corrupt"),
        ("会议纪要.docx", docs.docx_bytes("会议纪要", "一、听取了汇报。"), "ok", "file.unclassified"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(
    opened: Desk, tmp_path: Path, name: str, data: bytes, status: str, code: str
) -> None:
    raw = mail("zjwyxh@example.cn", "浙江报送", WHEN, {name: data, **list_files("浙江省物业管理协会", [CASE])})
    assessment = take(opened, tmp_path / "inbox", raw)
    files = {file.path: file for file in assessment.picture.files}
    assert files[name].status == status
    assert files[name].reason or status == "ok"
    assert code in codes(assessment, "浙江")
    assert files["汇总清单.docx"].status == "ok"
    assert "list.word_missing" not in codes(assessment, "浙江")


def test_an_old_word_form_that_cannot_be_read_here_is_not_called_missing(opened: Desk, tmp_path: Path) -> None:
    raw = sent(春江花园推荐表__doc=OLD_WORD, **{"春江花园+标题__doc": OLD_WORD})
    assessment = take(opened, tmp_path / "inbox", raw)
    assert not {"form.missing", "material.missing"} & codes(assessment, "浙江")
    assert NOT_WHOLE[1] in codes(assessment, "浙江")


def test_members_of_a_zip_are_streamed_and_named_by_their_folders(opened: Desk, tmp_path: Path) -> None:
    archive = gbk_zip({"企业\\春江花园\\推荐表.docx": CASE.form_docx(), "企业/春江花园/照片1.jpg": photo("1")})
    files = files_of(opened, tmp_path, sent(材料__zip=archive))
    assert files["材料.zip!/企业/春江花园/推荐表.docx"].kind == "recommendation_form"
    assert files["材料.zip!/企业/春江花园/照片1.jpg"].community == "春江花园"


def test_a_path_escape_is_a_finding_on_that_member_and_touches_nothing(opened: Desk, tmp_path: Path) -> None:
    archive = zip_bytes([ZipMember(b"../../escaped.txt", b"x"), ZipMember("推荐表.docx".encode(), CASE.form_docx())])
    assessment = take(opened, tmp_path / "inbox", sent(材料__zip=archive))
    files = {file.path: file for file in assessment.picture.files if file.path.startswith("材料.zip!/")}
    assert sorted(file.status for file in files.values()) == ["ok", "unsafe"]
    assert "file.unsafe" in codes(assessment, "浙江")
    assert not list(tmp_path.rglob("escaped*"))


def test_a_bomb_costs_no_more_than_its_limit(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", b"\0" * 60_000_000)
    with desk(tmp_path, "[limits]\nmember_bytes = 20_000_000\n") as opened:
        assessment = take(opened, tmp_path / "inbox", sent(材料__zip=packed.getvalue()))
        kept = sum(path.stat().st_size for path in opened.store.vault.folder.rglob("*") if path.is_file())
        assert "file.unsafe" in codes(assessment, "浙江")
        assert kept < 20_000_000
        assert not list(opened.store.vault.incoming.iterdir())


def test_zips_in_zips_are_opened_to_the_depth_that_is_set(opened: Desk, tmp_path: Path) -> None:
    data = CASE.form_docx()
    name = "推荐表.docx"
    for depth in range(6):
        data, name = gbk_zip({name: data}), f"层{depth}.zip"
    files = files_of(opened, tmp_path, sent(材料__zip=data))
    stopped = [file for file in files.values() if file.status == "unsafe"]
    assert len(stopped) == 1
    assert "嵌套超过 4 层" in stopped[0].reason
    assert not any(file.path.endswith(".docx") and "!/" in file.path for file in files.values())


def test_the_same_photo_twice_is_one_content_and_counts_once(opened: Desk, tmp_path: Path) -> None:
    raw = sent(春江花园1__jpg=photo("a"), 春江花园2__jpg=photo("a"), 春江花园3__jpg=photo("b"))
    picture = take(opened, tmp_path / "inbox", raw).picture
    (case,) = picture.cases
    assert (len(case.photo_files), case.photos) == (3, 2)


def test_the_files_of_a_forwarded_mail_are_read_inside_it(opened: Desk, tmp_path: Path) -> None:
    inner = mail("city@example.cn", "杭州报送", WHEN, {"推荐表.docx": CASE.form_docx()})
    files = files_of(opened, tmp_path, sent(转发__eml=inner))
    assert files["转发.eml"].kind == "message"
    assert files["转发.eml!/推荐表.docx"].kind == "recommendation_form"


def test_a_form_inside_the_case_material_is_not_missing(opened: Desk, tmp_path: Path) -> None:
    from docx import Document

    whole = Document(io.BytesIO(docs.case_material_docx("春江花园", "标题")))
    form = Document(io.BytesIO(CASE.form_docx()))
    for element in list(form.element.body)[:-1]:
        whole.element.body.insert(len(whole.element.body) - 1, element)
    joined = io.BytesIO()
    whole.save(joined)
    assessment = take(opened, tmp_path / "inbox", sent(**{"春江花园+标题__docx": joined.getvalue()}))
    (case,) = assessment.picture.cases
    assert (case.has_material, case.has_form) == (True, True)
    assert not {"form.missing", "material.missing"} & codes(assessment, "浙江")


def test_a_new_version_of_the_roster_reads_the_old_mail_again(tmp_path: Path) -> None:
    raw = mail("stranger@qq.example", "好服务案例", WHEN, {"春江花园.jpg": photo("1")})
    with desk(tmp_path) as opened:
        assert "sender.unknown" in codes(take(opened, tmp_path / "inbox", raw))
    from tests import desks

    roster = desks.ROSTER.replace(
        'addresses = ["zjwyxh@example.cn"]', 'addresses = ["zjwyxh@example.cn", "stranger@qq.example"]'
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(desks, "ROSTER", roster)
        with desk(tmp_path) as opened:
            take_in(opened)
            assert "sender.unknown" not in codes(assessed(opened))
            assert [message.province for message in assessed(opened).picture.messages] == ["浙江"]


def test_the_files_of_a_forwarded_mail_and_of_mails_in_archives_are_filed(opened: Desk, tmp_path: Path) -> None:
    lists = list_files("浙江省物业管理协会", [CASE])
    city = mail("hzwx@example.cn", "杭州推荐", WHEN, {**lists, "照片.zip": gbk_zip({"正门.jpg": photo("正门")})})
    outer = sent(转发__eml=city, 打包__zip=gbk_zip({"邮件\\杭州.eml": city}))
    files = files_of(opened, tmp_path, outer)
    inside = [*lists, "照片.zip", "照片.zip!/正门.jpg"]
    assert {f"转发.eml!/{name}" for name in inside} <= set(files)
    assert {f"打包.zip!/邮件/杭州.eml!/{name}" for name in inside} <= set(files)
    assert files["转发.eml"].kind == "message"
    assert files["转发.eml!/照片.zip!/正门.jpg"].kind == "photo"


def test_the_files_of_a_message_of_outlook_and_of_a_winmail_dat_are_filed(opened: Desk, tmp_path: Path) -> None:
    lists = list_files("浙江省物业管理协会", [CASE])
    inner = outlook.msg_tree("拱墅推荐", files={"正门.jpg": photo("正门")}, outermost=False)
    message = outlook.compound(outlook.msg_tree(files={**lists, "转发": inner}))
    files = files_of(opened, tmp_path, sent(转发__msg=message, winmail__dat=outlook.tnef({"侧门.jpg": photo("侧门")})))
    assert {f"转发.msg!/{name}" for name in lists} <= set(files)
    assert {path: files[path].kind for path in files if path.endswith(".jpg")} == {
        "转发.msg!/拱墅推荐.eml!/正门.jpg": "photo",
        "winmail.dat!/侧门.jpg": "photo",
    }
    assert {files[path].kind for path in ("转发.msg", "转发.msg!/拱墅推荐.eml", "winmail.dat")} == {"message"}


def test_mails_nested_past_the_limit_are_said_and_not_opened(opened: Desk, tmp_path: Path) -> None:
    inner = sent()
    for level in range(6):
        inner = mail("zjwyxh@example.cn", "浙江报送", WHEN, {f"{level}.eml": inner})
    files = files_of(opened, tmp_path, inner)
    assert max(path.count("!/") for path in files) == opened.settings.limits.depth
    (last,) = (file for path, file in files.items() if path.count("!/") == opened.settings.limits.depth)
    assert (last.status, last.reason) == ("unsafe", "压缩包或邮件嵌套超过 4 层，里面的没有再打开")


def test_what_could_be_had_of_a_part_that_was_cut_off_is_kept(opened: Desk, tmp_path: Path) -> None:
    raw = mail("zjwyxh@example.cn", "浙江报送", WHEN, {"照片.jpg": photo("正门")})
    cut = raw[: len(raw) // 2].rstrip()
    files = files_of(opened, tmp_path, cut[: len(cut) - (len(cut.rpartition(b"\n")[2]) - 1) % 4])
    assert files["照片.jpg"].status == "corrupt"
    assert files["照片.jpg"].sha256
