"""One archive in several mails, its password in another one, one mail in two mailboxes: put together whatever came first."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from ingest.decisions.settling import DecisionError
from ingest.decisions.unlocking import set_password
from ingest.desk import Desk
from ingest.intake import take_in
from reports.picture import Picture
from store import mail as mails
from store.decisions import Person
from tests.archive_builders import locked_zip, seven_zip, split_zip
from tests.desks import assessed, codes, desk, everything, take
from tests.inbox import Sent, list_files, mail, photo
from tests.mail_builders import gbk_zip
from tests.sample import day

CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
SENDER = "zjwyxh@example.cn"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "desk") as one:
        yield one


def at(number: int) -> datetime:
    return day(f"07-20T1{number}:00:00")


def volumes(count: int = 3) -> list[bytes]:
    """Return the mails that bring one split archive, a volume each."""
    whole = gbk_zip(list_files("浙江省物业管理协会", [CASE]) | {"照片1.jpg": photo("a")})
    size = -(-len(whole) // count)
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    return [
        mail(SENDER, f"浙江报送（{number}）", at(number), {f"材料.zip.{number:03}": piece})
        for number, piece in enumerate(pieces, start=1)
    ]


def statuses(picture: Picture) -> dict[str, str]:
    return {file.path: file.status for file in picture.files}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_volumes_in_three_mails_are_joined_in_whatever_order_they_are_read(
    order: Sequence[int], tmp_path: Path
) -> None:
    sent = volumes()
    with desk(tmp_path / "desk") as opened:
        for step in order:
            picture = take(opened, tmp_path / f"inbox{step}", sent[step]).picture
    assert statuses(picture) == {
        "材料.zip.001": "ok",
        "材料.zip.002": "ok",
        "材料.zip.003": "ok",
        "材料.zip.001!/汇总清单.docx": "ok",
        "材料.zip.001!/汇总清单（盖章扫描件）.pdf": "ok",
        "材料.zip.001!/照片1.jpg": "ok",
    }
    # What an archive holds came when its last volume did.
    assert {file.arrival for file in picture.files if "!/" in file.path} == {at(3)}
    assert [case.community for case in picture.cases] == ["春江花园"]


def test_a_missing_volume_is_named_and_nothing_is_made_up(opened: Desk, tmp_path: Path) -> None:
    first, _, third = volumes()
    result = take(opened, tmp_path / "inbox", first, third)
    assert set(statuses(result.picture).values()) == {"volume_missing"}
    assert "file.volume_missing" in codes(result)
    assert all("2" in file.reason for file in result.picture.files)


def test_a_volume_sent_twice_changes_nothing(opened: Desk, tmp_path: Path) -> None:
    sent = volumes()
    again = mail(SENDER, "再发第二卷", at(5), {"材料.zip.002": b"PK\x03\x04 of another archive"})
    picture = take(opened, tmp_path / "inbox", *sent, again).picture
    assert {file.arrival for file in picture.files if "!/" in file.path} == {at(3)}


def test_volumes_of_two_senders_with_one_name_are_two_sets(opened: Desk, tmp_path: Path) -> None:
    first, second, third = volumes()
    foreign = second.replace(SENDER.encode(), b"someone@elsewhere.example").replace("浙江报送".encode(), b"x")
    picture = take(opened, tmp_path / "inbox", first, foreign, third).picture
    assert not any("!/" in file.path for file in picture.files)


@pytest.mark.parametrize("method", ["ZipCrypto", "AES-256"])
def test_a_password_in_the_senders_next_mail_opens_the_archive(method: str, opened: Desk, tmp_path: Path) -> None:
    archive = locked_zip(list_files("浙江省物业管理协会", [CASE]), "好服务2026", method)
    locked = mail(SENDER, "浙江报送", at(1), {"材料.zip": archive})
    picture = take(opened, tmp_path / "first", locked).picture
    assert statuses(picture)["材料.zip!/汇总清单.docx"] == "encrypted"
    word = mail(SENDER, "密码", at(2), text="昨天的压缩包，解压密码：好服务2026，请查收。")
    picture = take(opened, tmp_path / "second", word).picture
    assert statuses(picture)["材料.zip!/汇总清单.docx"] == "ok"
    assert [case.community for case in picture.cases] == ["春江花园"]


@pytest.mark.parametrize("names", [("a.zip", "密码.txt"), ("密码.txt", "z.zip")])
def test_a_password_in_a_text_file_opens_the_archive_beside_it(
    names: Sequence[str], opened: Desk, tmp_path: Path
) -> None:
    archive = locked_zip({"推荐表.docx": CASE.form_docx()}, "hn123")
    bytes_of = {name: archive if name.endswith("zip") else "解压密码：hn123".encode("gbk") for name in names}
    picture = take(opened, tmp_path / "inbox", mail(SENDER, "浙江报送", at(1), bytes_of)).picture
    assert set(statuses(picture).values()) == {"ok"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_password_in_a_text_file_of_another_mail_opens_the_archive(
    order: Sequence[int], opened: Desk, tmp_path: Path
) -> None:
    archive = locked_zip({"推荐表.docx": CASE.form_docx()}, "hn123")
    sent = [mail(SENDER, "报送", at(1), {"a.zip": archive}), mail(SENDER, "补", at(2), {"密码.txt": b"hn123"})]
    for step in order:
        picture = take(opened, tmp_path / f"inbox{step}", sent[step]).picture
    assert set(statuses(picture).values()) == {"ok"}


def test_a_password_in_the_archives_own_name_opens_it(opened: Desk, tmp_path: Path) -> None:
    archive = seven_zip({"推荐表.docx": CASE.form_docx()}, "8888", hidden=True)
    sent = mail(SENDER, "浙江报送", at(1), {"案例材料（密码8888）.7z": archive})
    assert set(statuses(take(opened, tmp_path / "inbox", sent).picture).values()) == {"ok"}


def test_a_rebuild_joins_and_unlocks_the_same(opened: Desk, tmp_path: Path) -> None:
    archive = locked_zip({"推荐表.docx": CASE.form_docx()}, "wy2026")
    locked = mail(SENDER, "浙江报送补充", at(4), {"推荐表.zip": archive})
    word = mail(SENDER, "密码", at(5), text="密码：wy2026")
    before = everything(take(opened, tmp_path / "inbox", *reversed(volumes()), locked, word))
    mails.forget_conclusions(opened.store)
    take_in(opened)
    assert everything(assessed(opened)) == before


def test_one_mail_that_came_to_both_addresses_is_one(opened: Desk, tmp_path: Path) -> None:
    one = mail(SENDER, "浙江报送", at(1), list_files("浙江省物业管理协会", [CASE]))
    stamp = b"Received: from mx.example.cn by other.ecpmi.org.cn with ESMTP id X2; Mon, 20 Jul 2026 11:02:00 +0800\r\n"
    other = b"Delivered-To: wylzzh@ecpmi.org.cn\r\n" + stamp + one
    picture = take(opened, tmp_path / "inbox", other, one).picture
    assert [message.arrival for message in picture.messages] == [at(1)]
    assert len(picture.files) == 2


def test_a_resend_of_the_same_files_is_another_mail(opened: Desk, tmp_path: Path) -> None:
    files = list_files("浙江省物业管理协会", [CASE])
    picture = take(
        opened, tmp_path / "inbox", mail(SENDER, "报送", at(1), files), mail(SENDER, "报送", at(2), files)
    ).picture
    assert len(picture.messages) == 2


def test_a_password_that_a_person_gives_opens_the_archive_and_outlives_a_rebuild(opened: Desk, tmp_path: Path) -> None:
    archive = locked_zip(list_files("浙江省物业管理协会", [CASE]), "wy2026")
    picture = take(opened, tmp_path / "inbox", mail(SENDER, "浙江报送", at(1), {"材料.zip": archive})).picture
    (message,) = picture.messages
    who = Person("王编辑", datetime.now(UTC))
    said = set_password(opened, str(message.id), "猜的", who)
    assert any("仍打不开" in line for line in said)
    said = set_password(opened, SENDER, "wy2026", who)
    assert any("打开了" in line and "汇总清单.docx" in line for line in said)
    assert not any("wy2026" in line for line in said)
    mails.forget_conclusions(opened.store)
    take_in(opened)
    assert [case.community for case in assessed(opened).picture.cases] == ["春江花园"]


def test_a_password_for_a_message_that_is_not_there_is_one_line(opened: Desk) -> None:
    with pytest.raises(DecisionError, match="来信"):
        set_password(opened, "12", "x", Person("王编辑", datetime.now(UTC)))


def test_a_split_zip_whose_last_volume_is_large_is_opened(opened: Desk, tmp_path: Path) -> None:
    whole = gbk_zip(list_files("浙江省物业管理协会", [CASE]) | {"照片1.jpg": photo("a")})
    first, last = split_zip(whole, [len(whole) // 2])
    assert len(last) > 4096
    mails_sent = (
        mail(SENDER, "浙江（上）", at(1), {"材料.z01": first}),
        mail(SENDER, "浙江（下）", at(2), {"材料.zip": last}),
    )
    picture = take(opened, tmp_path / "inbox", *mails_sent).picture
    assert statuses(picture)["材料.z01!/汇总清单.docx"] == "ok"
    assert {one.status for one in picture.files} == {"ok"}


def halves(name: str, content: str) -> dict[str, bytes]:
    whole = gbk_zip({f"{content}.jpg": photo(content)})
    return {f"{name}.zip.001": whole[: len(whole) // 2], f"{name}.zip.002": whole[len(whole) // 2 :]}


def test_two_split_archives_of_one_name_are_both_opened(opened: Desk, tmp_path: Path) -> None:
    first = mail(SENDER, "浙江 春江花园", at(1), halves("照片", "春江"))
    second = mail(SENDER, "浙江 秋水苑", at(2), halves("照片", "秋水"))
    picture = take(opened, tmp_path / "inbox", first, second).picture
    assert {file.name for file in picture.files if "!/" in file.path} == {"春江.jpg", "秋水.jpg"}


def test_split_archives_of_one_name_in_two_folders_are_both_opened(opened: Desk, tmp_path: Path) -> None:
    both = {f"{folder}/{name}": data for folder in ("春江", "秋水") for name, data in halves("照片", folder).items()}
    picture = take(opened, tmp_path / "inbox", mail(SENDER, "浙江", at(1), {"全部.zip": gbk_zip(both)})).picture
    assert {file.name for file in picture.files if file.kind == "photo"} == {"春江.jpg", "秋水.jpg"}


def test_a_split_archive_that_is_sent_anew_under_its_name_is_opened_too(opened: Desk, tmp_path: Path) -> None:
    old, new = halves("照片", "旧"), halves("照片", "新")
    sent = [
        mail(SENDER, f"浙江 {number}", at(number), {name: data})
        for number, (name, data) in enumerate([*old.items(), *new.items()], start=1)
    ]
    picture = take(opened, tmp_path / "inbox", *sent).picture
    assert {file.name for file in picture.files if file.kind == "photo"} == {"旧.jpg", "新.jpg"}


def test_what_one_colleague_passes_on_of_two_provinces_is_no_one_archive(opened: Desk, tmp_path: Path) -> None:
    sent = [
        mail("editor@ecpmi.org.cn", f"转发：{province}", at(number), halves("照片", province), text=quoted(province))
        for number, province in enumerate(("浙江", "江苏"), start=1)
    ]
    picture = take(opened, tmp_path / "inbox", *sent).picture
    assert {file.name for file in picture.files if file.kind == "photo"} == {"浙江.jpg", "江苏.jpg"}


def quoted(province: str) -> str:
    name = f"{province}省物业管理协会"
    return f"请处理\n\n-----原始邮件-----\n发件人: {name} <{len(province)}{ord(province[0])}@qq.com>\n主题: {province}省报送\n\n见附件"
