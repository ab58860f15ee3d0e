"""Material behind cloud links: found, counted down, said in the digest, and put in its place by a person."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from config.errors import ConfigError
from ingest.cli import cli
from ingest.decisions.attaching import Attached, attach
from ingest.desk import Desk
from ingest.intake import take_in
from reports.digest.digest import compose
from reports.digest.links import dying_links, other_links
from reports.export import rows
from reports.finding import Assessment, Finding
from store import mail as mails
from tests import mail_builders as build
from tests.desks import assessed, desk, everything, take, write_settings
from tests.inbox import Sent, list_files, mail, photo, submission
from tests.sample import day

CASE = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
ARRIVAL = day("08-04T10:00:00")
LATER = day("08-12T09:00:00")
WHEN = day("08-13T09:00:00")
MATERIAL, PHOTOS, DISK = ("案例材料.zip", "key=aaa"), ("照片.rar", "key=bbb"), ("视频.mp4", "key=ccc")


def anchor(name: str, key: str, expiry: str = "2026年8月20日 21:15 到期", size: str = "128M") -> str:
    url = f"https://dashi.163.com/html/cloud-attachment-download/?{key}"
    return f'<div><a href="{url}"><b>{name}</b></a></div><div>({size}, {expiry})</div>'


def linked(
    *anchors: str,
    sender: str = "zjwyxh@example.cn",
    subject: str = "浙江报送",
    arrival: datetime = ARRIVAL,
    said: str = "",
) -> bytes:
    html = f'<p>{said}</p><div id="divNeteaseBigAttach">从网易163邮箱发来的超大附件{"".join(anchors)}</div>'
    stamp = format_datetime(arrival).encode()
    return build.mail(
        build.text_part(html, b"html"),
        Received=b"from a by b; " + stamp,
        From=sender.encode(),
        Subject=subject.encode(),
        Date=stamp,
        Message_ID=f"<{subject}@x>".encode(),
    )


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "desk") as one:
        yield one


def only(found: Assessment, code: str = "link.cloud_attachment") -> Finding:
    (finding,) = [finding for finding in found.findings if finding.code == code]
    return finding


def codes(found: Assessment) -> set[str]:
    return {finding.code for finding in found.findings if finding.province == "浙江"}


def downloads(tmp_path: Path) -> dict[str, Path]:
    """Write what lies behind the links as a browser would leave it."""
    files = submission("浙江省物业管理协会", [CASE])
    folder = tmp_path / "下载"
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in files}


def test_a_mail_of_a_known_sender_with_links_alone_is_a_submission(opened: Desk, tmp_path: Path) -> None:
    found = take(opened, tmp_path / "in", linked(anchor(*MATERIAL), subject="材料"))
    (message,) = found.picture.messages
    assert (message.kind, message.kind_evidence) == ("submission", "材料在云附件链接里：《案例材料.zip》")
    assert message.files == 0


def test_a_mail_of_a_stranger_with_a_link_is_no_submission(opened: Desk, tmp_path: Path) -> None:
    found = take(
        opened, tmp_path / "in", linked(anchor("产品目录.zip", "key=z"), sender="x@fair.example", subject="资料")
    )
    assert found.picture.messages[0].kind == "unrelated"
    assert found.picture.open_links == ()


def test_the_finding_gives_name_size_and_expiry_and_the_missing_items_say_so(opened: Desk, tmp_path: Path) -> None:
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL), anchor(*PHOTOS, "2026年8月14日 08:00 到期", "1.2G")))
    found = assessed(opened, LATER)
    finding = only(found)
    assert (finding.severity, finding.clause, finding.subject, finding.province) == ("error", "–", "message", "浙江")
    assert finding.message == (
        "有材料放在云附件链接里，尚未下载：《照片.rar》（1.2G）还有 2 天，8月14日 08:00 到期；"
        "《案例材料.zip》（128M）还有 8 天，8月20日 21:15 到期"
    )
    assert "（云附件《照片.rar》等 2 个尚未下载，材料可能在其中）" in only(found, "list.word_missing").message
    assert "材料可能在其中" in compose(found, None).text


def test_an_expired_link_says_so(opened: Desk, tmp_path: Path) -> None:
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL)))
    found = assessed(opened, day("08-21T08:00:00"))
    assert "《案例材料.zip》（128M）已于8月20日到期，请对方重发" in only(found).message
    assert "已到期，没有下载，材料可能在其中" in only(found, "list.scan_missing").message
    (_, dead) = other_links(found.picture)
    assert [item.text for item in dead.items] == ["已于8月20日到期，请对方重发：《案例材料.zip》（128M）"]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("08-12T09:00:00", "还有 8 天，8月20日 21:15 到期"),
        ("08-18T09:00:00", "还有 2 天，8月20日 21:15 到期"),
        ("08-19T23:00:00", "明天 21:15 到期"),
        ("08-20T09:00:00", "今天 21:15 到期"),
        ("08-20T21:15:00", "已于8月20日到期，请对方重发"),
    ],
)
def test_the_days_are_counted_as_the_calendar_does(opened: Desk, tmp_path: Path, now: str, said: str) -> None:
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL)))
    assert said in only(assessed(opened, day(now))).message


def test_links_about_to_expire_come_first_among_the_to_dos_in_red(opened: Desk, tmp_path: Path) -> None:
    letters = (
        linked(
            anchor(*MATERIAL),
            anchor(*PHOTOS, "2026年8月14日 08:00 到期"),
            anchor("旧.zip", "key=old", "2026年8月9日 08:00 到期"),
        ),
        linked(said="链接：https://pan.baidu.com/s/1AbCdEf 提取码: ab12", subject="浙江补充"),
    )
    take(opened, tmp_path / "in", *letters)
    found = assessed(opened, LATER)
    first = dying_links(found.picture)
    assert (first.tone, [item.text for item in first.items]) == (
        "error",
        ["还有 2 天，8月14日 08:00 到期：《照片.rar》（128M）"],
    )
    assert first.items[0].where == "浙江"
    digest = compose(found, None)
    text = digest.text
    order = [
        text.index(f"〔{title}〕") for title in ("三天内到期的云附件", "待下载的云附件", "已到期、没有下载的云附件")
    ]
    assert order == sorted(order)
    assert text.index("〔三天内到期的云附件〕") < text.index("〔待下载的云附件〕") < text.index("二、上期以来的变化")
    assert "提取码 ab12" in text
    assert "尚未下载：" not in text.partition("二、上期以来的变化")[0]
    for page in (digest.html, text):
        assert "还有 2 天，8月14日 08:00 到期：《照片.rar》（128M）" in page


def test_a_quoted_reply_repeats_no_link(opened: Desk, tmp_path: Path) -> None:
    reply = linked(anchor(*MATERIAL), subject="回复：浙江报送", arrival=ARRIVAL + timedelta(hours=1))
    found = take(opened, tmp_path / "in", linked(anchor(*MATERIAL)), reply)
    assert [link.message_pk for link in found.picture.open_links] == [1]
    assert only(found).message_id == "<浙江报送@x>"


@pytest.mark.parametrize(
    ("heading", "end", "said"),
    [
        ("从QQ邮箱发来的超大附件", "", "还有 8 天，8月20日 21:15 到期：《材料.zip》（128M）"),
        (
            "从搜狐邮箱发来的超大附件",
            "<a href='https://dl.sohu.example/f?id=1'>下载</a>",
            "《材料.zip》〔dl.sohu.example〕",
        ),
    ],
)
def test_the_digest_tells_of_a_heading_without_link_and_of_an_unknown_host(
    opened: Desk, tmp_path: Path, heading: str, end: str, said: str
) -> None:
    body = f"<p>好服务案例</p><p>{heading}</p><p>材料.zip (128M, 2026年8月20日 21:15 到期)</p>{end}"
    take(opened, tmp_path / "in", build.mail(build.text_part(body, b"html"), From=b"zjwyxh@example.cn"))
    assert said in compose(assessed(opened, LATER), None).text


@pytest.mark.parametrize(
    ("sender", "subject", "kind", "links"),
    [
        ("wzglzzh@ecpmi.org.cn", "回复：好服务案例", "inquiry", 0),
        ("wzglzzh@ecpmi.org.cn", "好服务案例", "inquiry", 0),
        ("hzwyxh@example.cn", "回复：好服务案例", "inquiry", 0),
        ("hzwyxh@example.cn", "转发：好服务案例", "submission", 1),
    ],
)
def test_a_link_in_a_quoted_mail_is_no_submission(
    opened: Desk, tmp_path: Path, sender: str, subject: str, kind: str, links: int
) -> None:
    text = (
        f"请问推荐表盖什么章？\n\n------ 原始邮件 ------\n发件人: {sender}\n发送时间: 2026年8月1日 10:00\n"
        "主题: 推荐表\n\n推荐表模板：https://pan.baidu.com/s/1AbCdEf 提取码: ab12\n"
    )
    raw = build.mail(build.text_part(text), From=b"zjwyxh@example.cn", Subject=subject.encode())
    found = take(opened, tmp_path / "in", raw)
    assert [message.kind for message in found.picture.messages] == [kind]
    assert len(found.picture.open_links) == links


def test_a_link_inside_a_forwarded_mail_is_found(opened: Desk, tmp_path: Path) -> None:
    outer = mail("zjwyxh@example.cn", "转发：杭州市材料", ARRIVAL, {"转发.eml": linked(anchor(*MATERIAL))})
    found = take(opened, tmp_path / "in", outer)
    assert [link.name for link in found.picture.open_links] == ["案例材料.zip"]


def test_attached_files_are_read_at_once_and_count_from_the_mails_arrival(opened: Desk, tmp_path: Path) -> None:
    files = downloads(tmp_path)
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL)))
    done = attach(opened, "1", list(files.values()), None, "小李", WHEN)
    assert {(one.link, one.new) for one in done} == {(1, True)}
    found = assessed(opened, WHEN)
    view = next(one for one in found.picture.associations if one.province == "浙江")
    assert (view.status, view.first_arrival, view.late) == ("complete", ARRIVAL, False)
    assert {case.first_arrival for case in found.picture.cases} == {ARRIVAL}
    assert not codes(found) & {"link.cloud_attachment", "late.item", "late.case", "late.submission"}
    paths = {file.path for file in found.picture.files}
    assert {"补充/汇总清单.docx", "补充/案例材料.zip"} <= paths
    assert "云附件" not in compose(found, None).text


def test_the_finding_closes_when_every_link_is_answered(opened: Desk, tmp_path: Path) -> None:
    files = downloads(tmp_path)
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL), anchor(*PHOTOS)))
    (one,) = attach(opened, "1", [files["案例材料.zip"]], None, "小李", WHEN)
    assert one == Attached("案例材料.zip", 1, new=True)
    assert "《照片.rar》" in only(assessed(opened, LATER)).message
    assert "《案例材料.zip》" not in only(assessed(opened, LATER)).message
    picture = tmp_path / "下载" / "IMG_1.jpg"
    picture.write_bytes(photo("x"))
    assert attach(opened, "1", [picture], None, "小李", WHEN) == [Attached("IMG_1.jpg", 2, new=True)]
    assert "link.cloud_attachment" not in codes(assessed(opened, LATER))


@pytest.mark.parametrize(
    "name", ["案例材料(1).zip", "案例材料 (2).ZIP", "案例材料（1）.zip", "案例材料 - 副本.zip", "案例材料.rar"]
)
def test_a_file_is_told_by_its_name_whatever_the_browser_made_of_it(opened: Desk, tmp_path: Path, name: str) -> None:
    take(opened, tmp_path / "in", linked(anchor(*PHOTOS), anchor(*MATERIAL)))
    file = tmp_path / name
    file.write_bytes(b"PK\x03\x04 x")
    assert [one.link for one in attach(opened, "1", [file], None, "小李", WHEN)] == [2]


def test_the_same_file_twice_is_one(opened: Desk, tmp_path: Path) -> None:
    files = downloads(tmp_path)
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL)))
    attach(opened, "1", [files["案例材料.zip"]], None, "小李", WHEN)
    before = everything(assessed(opened, WHEN))
    copy = tmp_path / "案例材料(1).zip"
    copy.write_bytes(files["案例材料.zip"].read_bytes())
    assert [one.new for one in attach(opened, "1", [copy], None, "小王", WHEN)] == [False]
    assert everything(assessed(opened, WHEN)) == before


def test_an_answer_survives_a_rebuild(opened: Desk, tmp_path: Path) -> None:
    files = downloads(tmp_path)
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL), anchor(*PHOTOS)))
    attach(opened, "1", [files["案例材料.zip"]], None, "小李", WHEN)
    before = everything(assessed(opened, WHEN))
    mails.forget_conclusions(opened.store)
    take_in(opened)
    assert everything(assessed(opened, WHEN)) == before


def test_a_link_answered_in_one_mail_is_answered_in_its_copy(opened: Desk, tmp_path: Path) -> None:
    files = downloads(tmp_path)
    reply = linked(anchor(*MATERIAL), subject="回复：浙江报送", arrival=ARRIVAL + timedelta(hours=1))
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL)), reply)
    attach(opened, "<回复：浙江报送@x>", [files["案例材料.zip"]], None, "小李", WHEN)
    assert assessed(opened, WHEN).picture.open_links == ()


def test_a_file_may_be_added_to_a_mail_without_links(opened: Desk, tmp_path: Path) -> None:
    files = downloads(tmp_path)
    take(
        opened,
        tmp_path / "in",
        mail("zjwyxh@example.cn", "浙江报送", ARRIVAL, list_files("浙江省物业管理协会", [CASE])),
    )
    assert [one.link for one in attach(opened, "1", [files["案例材料.zip"]], None, "小李", WHEN)] == [None]
    assert [case.complete for case in assessed(opened, WHEN).picture.cases] == [True]


def test_a_file_that_comes_while_the_mail_is_read_is_read_with_it(
    opened: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = downloads(tmp_path)
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL)))
    # The one who attached was killed, or another process was reading with what it saw before.
    with monkeypatch.context() as patched:
        patched.setattr("ingest.held.supplied", lambda *_: [])
        attach(opened, "1", [files["案例材料.zip"]], None, "小李", WHEN)
    assert assessed(opened, WHEN).picture.files == ()
    take_in(opened)
    assert "补充/案例材料.zip" in {file.path for file in assessed(opened, WHEN).picture.files}


def run(tmp_path: Path, *arguments: object) -> Any:
    config = tmp_path / "desk" / "zhengji.toml"
    return CliRunner().invoke(cli, ["--config", str(config), *map(str, arguments)])


@pytest.fixture
def settled(tmp_path: Path) -> Path:
    with desk(tmp_path / "desk") as one:
        take(one, tmp_path / "in", linked(anchor(*MATERIAL), anchor(*PHOTOS)))
    write_settings(tmp_path / "desk")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("99", "{file}"), "没有编号为 99 的来信"),
        (("x", "{file}"), "没有编号为 x 的来信"),
        (("1", "nowhere.zip"), "nowhere.zip: 文件不存在"),
        (("1", "{folder}"), "不是文件"),
        (("1", "{empty}"), "文件是空的"),
        (("1", "{file}"), "看不出《资料.7z》是哪个链接的文件，请加 --link 序号（1 《案例材料.zip》，2 《照片.rar》）"),
        (("1", "{file}", "--link", "9"), "这封来信没有链接 9（1 《案例材料.zip》，2 《照片.rar》）"),
    ],
)
def test_what_has_no_place_is_one_chinese_line_and_nothing_is_done(
    settled: Path, arguments: tuple[str, ...], said: str
) -> None:
    (settled / "资料.7z").write_bytes(b"7z")
    (settled / "空.zip").touch()
    names = {"file": settled / "资料.7z", "folder": settled, "empty": settled / "空.zip"}
    done = run(settled, "attach", *[one.format(**names) for one in arguments])
    assert isinstance(done.exception, Exception)
    assert said in str(done.exception)
    assert "\n" not in str(done.exception)
    assert type(done.exception).__name__ == "ConfigError"
    with desk(settled / "desk") as opened:
        assert len(assessed(opened).picture.open_links) == 2


def test_links_without_names_are_told_by_provider_and_address(opened: Desk, tmp_path: Path) -> None:
    said = "https://pan.baidu.com/s/1AbC 和 https://pan.quark.cn/s/q1"
    take(opened, tmp_path / "in", linked(said=said, subject="浙江补充"))
    file = tmp_path / "资料.7z"
    file.write_bytes(b"7z")
    with pytest.raises(ConfigError) as raised:
        attach(opened, "1", [file], None, "小李", WHEN)
    assert (
        "1 未写文件名，百度网盘 https://pan.baidu.com/s/1AbC，2 未写文件名，夸克网盘 https://pan.quark.cn/s/q1"
        in str(raised.value)
    )


def test_the_command_says_what_it_did(settled: Path) -> None:
    file = settled / "资料.7z"
    file.write_bytes(b"7z\xbc\xaf\x27\x1c and so on")
    done = run(settled, "attach", "1", file, "--link", "2", "--person", "小李")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "《资料.7z》已补入（编号 1），答复链接 2")
    done = run(settled, "attach", "1", file, "--link", "2")
    assert done.output.splitlines()[-1] == "《资料.7z》先前已补入，没有重复（编号 1），答复链接 2"


def test_the_links_can_be_exported_the_soonest_first(opened: Desk, tmp_path: Path) -> None:
    take(opened, tmp_path / "in", linked(anchor(*MATERIAL), anchor(*PHOTOS, "2026年8月14日 08:00 到期")))
    table = rows(assessed(opened, LATER), "links")
    assert [(row["name"], row["expires"], row["is_open"]) for row in table] == [
        ("照片.rar", "2026-08-14T08:00:00+08:00", True),
        ("案例材料.zip", "2026-08-20T21:15:00+08:00", True),
    ]
    assert json.loads(json.dumps(table))[0]["message_pk"] == 1
