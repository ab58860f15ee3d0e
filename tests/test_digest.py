"""The daily digest: what it says first, that its numbers add up, that it masks and escapes, and that it looks right."""

import os
import re
from datetime import timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.digest.content import Earlier, content_of
from reports.digest.digest import Digest, as_mail, compose, write
from reports.digest.parts import Group
from reports.finding import Assessment
from reports.mail_side import MailboxHealth
from reports.making.writing import write_beside
from reports.tally import tally
from reports.wording import masked, one_line, size
from tests.picture_builders import (
    AFTER,
    FRIDAY,
    MORNING,
    assessment,
    association,
    campaign,
    case,
    finding,
    message,
    realistic,
)

SECTIONS = [
    "今天需要处理",
    "上期以来的变化",
    "截止时间与进度",
    "各省报送情况",
    "待报项目",
    "迟报",
    "新到来信",
    "搁置的来信",
    "未能处理的来信",
    "收信情况",
]


class Page(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


def words(html: str) -> str:
    return re.sub(r"\s+", "", "".join(Page(html).words))


@pytest.fixture(scope="module")
def busy() -> Assessment:
    return realistic()


@pytest.fixture(scope="module")
def digest(busy: Assessment) -> Digest:
    return compose(busy, FRIDAY)


def test_the_sections_come_in_order_what_needs_a_person_first(digest: Digest) -> None:
    for text in (digest.text, words(digest.html)):
        places = [
            text.index(f"{number}、{title}") for number, title in zip("一二三四五六七八九十", SECTIONS, strict=True)
        ]
        assert places == sorted(places)


def test_html_and_text_say_the_same(digest: Digest) -> None:
    numbers = re.compile(r"（(\d+)）")
    html = words(digest.mail_html)
    text = re.sub(r"\s+", "", digest.text)
    assert numbers.findall(html) == numbers.findall(text)
    for line in digest.text.splitlines():
        plain = re.sub(r"\s+", "", re.sub(r"^\s*\d+\. ", "", line))
        for piece in re.split(r"[〔〕；]", plain):
            assert piece.rstrip("：") in html


def test_what_needs_a_person_stands_in_order_of_urgency(busy: Assessment) -> None:
    titles = [group.title for group in content_of(busy, Earlier(FRIDAY)).todo.groups]
    assert titles == ["收信中断", "未能处理的来信", "待认定发信单位", "打不开的文件", "超出名额", "须改正", "请核对"]


def test_every_count_equals_its_list_and_what_it_leaves_out(busy: Assessment) -> None:
    content = content_of(busy, None)
    groups: list[Group] = [one for chapter in content.lists for one in chapter.groups]
    assert {content.arrivals, content.outstanding, content.late, content.failed} <= {*groups, content.late}
    for group in groups:
        assert group.count == sum(item.count for item in group.items) + group.rest == sum(i.count for i in group.every)
    assert content.todo.count == sum(group.count for group in content.todo.groups)
    assert content.arrivals.count == len(busy.picture.messages)
    assert len(content.tiles) == 31
    silent = set(content.silent)
    absent = [one for one in busy.findings if one.phase and one.province not in silent]
    assert content.outstanding.count == len(absent)


def test_received_is_filed_and_set_aside_and_failed(busy: Assessment) -> None:
    sums = tally(busy.picture)
    assert len(sums.received) == len(sums.filed) + len(sums.aside) + len(sums.failed)
    assert sums.text == "收到 17 ＝ 归档 13 ＋ 搁置 3 ＋ 未能处理 1"
    assert sums.text in compose(busy, None).text


def test_a_mail_that_still_waits_is_in_the_sum() -> None:
    made = assessment(others=[message(None, kind="", state="waiting")])
    assert tally(made.picture).text.endswith("＋ 待处理 1")


def test_long_lists_are_cut_in_the_mail_and_whole_in_the_page_that_comes_with_it() -> None:
    found = [finding("quota.exceeded", "error", city=f"第{number}市", subject="association") for number in range(14)]
    digest = compose(assessment([], found), None)
    assert "〔超出名额〕14 项" in digest.text
    assert "另有 4 项，见附件" in digest.text
    assert "第13市" not in digest.mail_html
    assert all(f"第{number}市" in words(digest.html) for number in range(14))


def test_phones_are_masked_wherever_text_is_shown(digest: Digest) -> None:
    for text in (digest.html, digest.text, digest.subject):
        assert not re.search(r"1[3-9]\d{9}", text)
        assert "139-8765-4321" not in text
    assert "139****4321@qq.com" in digest.text
    assert "138****5678" in digest.text
    assert "139****4321" in digest.html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13812345678", "138****5678"), ("138 1234 5678", "138****5678"), ("138-1234-5678", "138****5678"),
        ("+86 138-1234-5678", "+86 138****5678"), ("8613812345678", "86138****5678"),
        ("1381234567813987654321", "138****5678139****4321"), ("１３８１２３４５６７８", "１３８****５６７８"),
        ("电话13812345678、13987654321转", "电话138****5678、139****4321转"), ("1381-234-5678", "138****5678"),
        ("13812345678@163.com", "138****5678@163.com"), ("110101199003074512", "110101********4512"),
        ("010-88083570", "010-88083570"), ("2026-08-05 13:59:59", "2026-08-05 13:59:59"), ("125000000", "125000000"),
        ("213812345678", "213812345678"),
    ],
)  # fmt: skip
def test_mobile_numbers_are_masked_however_they_are_written(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_number_split_by_unseen_characters_is_masked_too() -> None:
    made = assessment(others=[message(None, kind="inquiry", subject="联系138\u200b1234\u200b5678")])
    assert "138****5678" in compose(made, None).text


def test_what_others_wrote_is_escaped_and_nothing_is_loaded_from_anywhere(digest: Digest) -> None:
    assert "://" not in digest.text
    for html, source in ((digest.html, "data:image/png;base64,"), (digest.mail_html, "cid:")):
        page = Page(html)
        assert "&lt;b&gt;特价&lt;/b&gt;" in html
        assert "://" not in html
        assert {tag for tag, _ in page.tags} <= {
            "html", "head", "meta", "title", "body", "table", "tr", "td", "b", "br", "span", "a", "img",
        }  # fmt: skip
        assert not any({"background", "class", "srcset"} & set(attributes) for _, attributes in page.tags)
        assert not any("url(" in (attributes.get("style") or "") for _, attributes in page.tags)
        assert all((attributes.get("href") or "#").startswith("#") for _, attributes in page.tags)
        sources = [attributes["src"] or "" for _, attributes in page.tags if "src" in attributes]
        assert len(sources) == 1
        assert sources[0].startswith(source)


def test_text_cannot_turn_lines_or_forge_sections() -> None:
    made = assessment(others=[message(None, kind="inquiry", subject="咨询\n\n一、今天需要处理（0）\u202e\x1b[31m")])
    text = compose(made, None).text
    assert sum(line.startswith("一、今天需要处理") for line in text.splitlines()) == 1
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_the_page_is_chinese_with_fonts_of_every_system(digest: Digest) -> None:
    page = Page(digest.html)
    assert ("html", {"lang": "zh-CN"}) in page.tags
    cells = [attributes.get("style") or "" for tag, attributes in page.tags if tag == "td"]
    spoken = [style for style in cells if "font-size:1" in style and "font-size:1px" not in style]
    assert all("'PingFang SC','Microsoft YaHei','Noto Sans CJK SC'" in style for style in spoken)


def test_a_state_is_said_by_a_word_and_not_by_colour_alone(digest: Digest) -> None:
    assert "山东齐全5/5" in words(digest.html)
    assert "江苏部分0/2" in words(digest.html)
    assert "青海未报" in words(digest.html)


def test_before_the_deadline_things_are_outstanding_and_after_it_missing() -> None:
    before, after = compose(realistic(MORNING), None), compose(realistic(AFTER), None)
    assert "五、待报项目" in before.text
    assert "缺报" not in before.text
    assert "五、缺报项目" in after.text
    assert "待报" not in after.text
    assert "已截止 3 天" in after.subject


def test_late_provinces_stand_in_the_matrix_and_in_a_section_of_their_own() -> None:
    text = compose(realistic(AFTER), None).text
    assert "北京 迟报 2/2" in text
    assert "六、迟报（5）" in text


def test_silent_provinces_stand_in_one_line_and_not_among_the_outstanding() -> None:
    made = realistic()
    content = content_of(made, None)
    assert len(content.silent) == 19
    told = {item.where.partition("（")[0] for item in content.outstanding.items}
    assert told
    assert not set(content.silent) & told
    assert compose(made, None).text.count("尚未报送（19 个）") == 1


def test_what_a_case_lacks_stands_beside_its_name() -> None:
    mail = message("浙江")
    one = case(mail, "春江花园", has=("row",), photos=0)
    common = {"phase": "outstanding", "city": one.city, "community": one.community}
    codes = ("form.missing", "material.missing", "photo.too_few")
    found = [finding(code, "error", **common) for code in codes]
    text = compose(assessment([association("浙江", [mail], [one])], found), None).text
    assert "浙江（3 项）\u3000春江花园：推荐表、案例材料、照片" in text


def test_an_idle_day_says_so_and_still_goes_out() -> None:
    digest = compose(assessment([association("浙江", [message("浙江", arrival=FRIDAY - timedelta(days=2))])]), FRIDAY)
    assert "没有新来信" in digest.text
    assert "没有新来信" in digest.html
    assert "没有需要人工处理的事项" in digest.text
    assert "无需处理事项" in digest.subject


def test_only_what_came_since_the_last_one_is_new() -> None:
    mails = [message("浙江", arrival=FRIDAY), message("浙江", arrival=FRIDAY + timedelta(minutes=1), subject="新的")]
    text = compose(assessment([association("浙江", mails)]), FRIDAY).text
    assert "新到 1 封" in text
    assert "“新的”" in text


def test_a_mailbox_that_cannot_be_read_comes_first_with_since_when_and_why() -> None:
    sick = MailboxHealth("a@x.cn", MORNING - timedelta(hours=9), MORNING - timedelta(hours=8), "密码被拒绝")
    well = MailboxHealth("b@x.cn", MORNING - timedelta(minutes=9), None, "")
    digest = compose(assessment(health=[sick, well]), None)
    assert digest.subject.startswith("【收信中断】")
    assert "收信已停 8 小时（自 07-20 00:30 起）：密码被拒绝" in digest.text
    assert "b@x.cn：正常" in digest.text
    assert content_of(assessment(health=[sick, well]), None).todo.groups[0].count == 1


def test_a_mailbox_that_nobody_has_looked_into_for_a_day_is_told() -> None:
    forgotten = MailboxHealth("a@x.cn", MORNING - timedelta(hours=30), None, "")
    assert "已有 30 小时没有收信" in compose(assessment(health=[forgotten]), None).text


def test_a_failed_mail_stands_with_its_reason() -> None:
    made = assessment(others=[message(None, kind="", state="failed", failure="读信时出错（ValueError）", subject="")])
    text = compose(made, None).text
    assert text.count("读信时出错（ValueError）") == 2
    assert "九、未能处理的来信（1）" in text


def test_submissions_from_junk_folders_are_counted_and_named() -> None:
    junk = {"junk": True, "folder": "垃圾邮件"}
    mails = [message("浙江", subject="报送一", **junk), message("江苏", subject="报送二", **junk)]
    advert = message(None, subject="发票", kind="unrelated", **junk)
    told = compose(assessment([association("浙江", [*mails, advert, message("安徽")])]), None)
    sentence = (
        f"收件箱 {mails[0].mailbox} 的文件夹 垃圾邮件 中有 2 封报送，已照常收取："
        "江苏“报送二”、浙江“报送一”；请在网页邮箱把发信人加入白名单"
    )
    assert sentence in told.text
    assert words(sentence) in words(told.html)
    assert told.text.count("在文件夹“垃圾邮件”中") == 3
    assert "加入白名单" not in compose(assessment([association("浙江")]), None).text


def test_waived_findings_and_infos_need_nobody() -> None:
    found = [finding(status="waived"), finding(severity="info")]
    assert content_of(assessment([], found), None).todo.groups == ()


def test_the_same_assessment_gives_the_same_digest(busy: Assessment, digest: Digest) -> None:
    assert compose(busy, FRIDAY) == digest


def test_the_mail_holds_text_and_html_and_is_marked_as_written_by_a_machine(digest: Digest) -> None:
    sent = as_mail(digest, "zhengji@ecpmi.org.cn", "staff@ecpmi.org.cn")
    mail = message_from_bytes(sent.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert mail["Subject"] == digest.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == digest.as_of
    assert re.fullmatch(r"<digest-2026-07-20-[0-9a-f]{24}@ecpmi\.org\.cn>", mail["Message-ID"])
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "text/html",
    ]  # fmt: skip
    text, html, picture, page = [part for part in mail.walk() if not part.is_multipart()]
    assert text.get_content().replace("\r\n", "\n").strip() == digest.text.strip()
    assert html.get_content().replace("\r\n", "\n").strip() == digest.mail_html.strip()
    assert picture.get_content() == digest.picture
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in digest.mail_html
    assert page.get_filename() == "日报-2026-07-20.html"
    assert page.get_content().replace("\r\n", "\n").strip() == digest.html.strip()


def test_two_recipients_get_mails_of_their_own(digest: Digest) -> None:
    one, two = (as_mail(digest, "征集 <z@ecpmi.org.cn>", f"{name}@ecpmi.org.cn") for name in "ab")
    assert one["Message-ID"] != two["Message-ID"]
    assert one["Message-ID"] == as_mail(digest, "征集 <z@ecpmi.org.cn>", "a@ecpmi.org.cn")["Message-ID"]
    assert two["To"] == "b@ecpmi.org.cn"


def test_an_address_cannot_smuggle_in_a_header(digest: Digest) -> None:
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        as_mail(digest, "z@ecpmi.org.cn", "a@x.cn\r\nBcc: b@x.cn")


def test_the_files_are_named_by_the_day_and_nothing_else_is_left(digest: Digest, tmp_path: Path) -> None:
    folder = tmp_path / "日报"
    page, text = write(digest, folder)
    write(digest, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["日报-2026-07-20.html", "日报-2026-07-20.txt"]
    assert page.read_text(encoding="utf-8") == digest.html
    assert text.read_text(encoding="utf-8") == digest.text


def test_the_day_is_that_of_beijing() -> None:
    late_evening = MORNING - timedelta(hours=8)
    assert compose(assessment(as_of=late_evening), None).day.isoformat() == "2026-07-20"
    assert compose(assessment(as_of=late_evening - timedelta(hours=1)), None).day.isoformat() == "2026-07-19"


def test_the_title_is_the_campaigns(digest: Digest) -> None:
    assert campaign().call.title in digest.subject
    assert campaign().call.title in digest.html


def test_small_helpers_say_sizes_and_lines() -> None:
    assert [size(count) for count in (12, 34_567, 12_345_678)] == ["12 B", "35 KB", "12.3 MB"]
    assert one_line(" 甲\r\n乙\u202e http://x ") == "甲 乙 http：//x"


def test_a_write_that_fails_leaves_the_old_file_and_no_part_of_the_new(tmp_path: Path) -> None:
    target = tmp_path / "日报.html"
    write_beside(target, "旧".encode())
    with pytest.raises(TypeError):
        write_beside(target, "not bytes")  # type: ignore[arg-type]
    assert target.read_bytes() == "旧".encode()
    assert list(tmp_path.iterdir()) == [target]


def test_a_device_is_written_to_and_not_replaced() -> None:
    device = Path(os.devnull)
    write_beside(device, b"x")
    assert not device.is_file()
