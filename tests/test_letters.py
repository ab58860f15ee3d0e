"""What associations are asked, in which words, of whom, and when: letters from judged pictures and from real mails."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from config.campaign import Campaign, load_campaign
from config.errors import ConfigError
from ingest.telling.reminding import writer
from reports.finding import Assessment
from reports.incoming import Cell, MessageView
from reports.judge import assess
from reports.letters.address import contact, recipients
from reports.letters.asking import prove, words_of
from reports.letters.backlog import backlog, doubts, everywhere
from reports.letters.letter import Letter, Writer
from reports.letters.outstanding import outstanding
from reports.letters.phones import phone_sheet
from reports.letters.situations import KINDS, PLACEHOLDERS, TEMPLATES, demands
from reports.letters.spacing import Spacing, next_day
from reports.letters.stationery import copy_defaults, default, load_templates
from reports.mail_side import MailboxHealth
from reports.making.templating import TemplateTroubleError, checked
from reports.picture import AssociationView, CaseView
from store import decisions
from store.decisions import Person
from store.reminders import Sent
from tests import picture_builders as build
from tests.desks import desk, take
from tests.inbox import Sent as Own
from tests.inbox import list_files, mail
from tests.sample import day
from tests.test_campaign import changed

BEFORE, AFTER = day("07-29T10:00:00"), day("08-06T10:00:00")
# Names, hashes, commands and clues that are ours alone.
OURS = re.compile(r"zhengji|人工|豁免|把握|(?=[0-9]*[a-f])[0-9a-f]{8,}|编号|线索|13[0-9]{9}")


def judged(views: Sequence[AssociationView], as_of: datetime = BEFORE, **more: Any) -> Assessment:
    """Return what the rules find in associations made by hand, each judged in a picture of its own as the keeper does."""
    whole = build.assessment(views, as_of=as_of, **more).picture
    parts = []
    for view in whole.associations:
        files = [*view.all_lists, *view.list_scans, *(file for case in view.cases for file in case.files)]
        own = tuple(file for file in whole.files if file.id in {one.id for one in files})
        parts.append(
            replace(whole, associations=(view,), cases=view.cases, messages=view.messages_in, files=own, cities=())
        )
    return assess(replace(whole, parts=tuple(parts)))


def own_case(came: MessageView, community: str, city: str = "杭州市", **changed_: Any) -> CaseView:
    """Return a case as `build.case` does, with every cell of its list row filled and photos that can be opened."""
    one = build.case(came, community, city, **changed_)
    cells = {name: Cell(name, name, "第 1 行", None) for name in build.campaign().summary_list.required}
    rows = tuple(replace(row, cells={**cells, "community": row.cells["community"]}) for row in one.rows)
    shots = tuple(
        replace(file, format="jpeg", facts={"readable": True}, case_ids=(one.id,)) for file in one.photo_files
    )
    files = (*one.forms, *one.materials, *shots)
    return replace(one, rows=rows, photo_files=shots, counted_photos=shots, files=files)


def letters(assessment: Assessment, sent: tuple[Sent, ...] = ()) -> Writer:
    return Writer(assessment, sent, load_templates(None, assessment.picture.campaign))


def letter_to(view: AssociationView, what: str | None = None, as_of: datetime = BEFORE, **more: Any) -> Letter:
    made = letters(judged([view], as_of, **more)).letter(view, what)
    assert made is not None
    return made


def sent(province: str, ids: Sequence[str], at: datetime, what: str = "催报函") -> Sent:
    items = tuple({"id": one, "text": ""} for one in ids)
    return Sent(1, province, what, items, at, "邮件", "", "张三", at, "", "0" * 64, "sent", "")


def partial(**changed_: Any) -> AssociationView:
    """Return 浙江 with a case that is whole, one that lacks form and photos, and no scan of its list."""
    came = build.message("浙江")
    cases = [
        own_case(came, "春江花园", list_number="1"),
        own_case(came, "秋水苑", "宁波市", has=("row", "material"), photos=1, list_number="2"),
    ]
    return replace(build.association("浙江", [came], cases, scan=False), **changed_)


# ---- the words


def test_every_rule_has_its_words_to_provinces_or_says_why_not(campaign: Campaign) -> None:
    prove(campaign)
    said = [words_of(rule, campaign) for rule in campaign.rule]
    assert all(one is not None and bool(one.ask) != bool(one.internal) for one in said)
    for one in said:
        assert one is not None
        assert not re.search(r"zhengji|人工|豁免|把握", one.ask + one.each)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('  { code = "form.missing", ask', '  { code = "form.missinx", ask', "没有这条规则，是不是 form.missing？"),
        ('  { code = "material.missing", ask = "案例材料（附件2），Word 版" },\n', "", "规则 material.missing（case）还没有写"),
        ("推荐表上未见公章", "推荐表不合格", "“不合格”不对协会说"),
        ("{photos_short}", "{photos_shrt}", "占位符没有 photos_shrt，是不是 photos_short？"),
        ('{call.photos_min}—{call.photos_max} 张（JPG 格式，每张 {call.photo_bytes} 以上）" },\n  { code = "list', '{call.fotos_min} 张" },\n  { code = "list', "占位符没有 call.fotos_min"),
        ('when = "links_expired"', 'when = "links_expird"', "when: 没有 links_expird，是不是 links_expired？"),
        ('on = "case", ask = "汇总', 'on = "cas", ask = "汇总', "on: 没有 cas，是不是 case？"),
    ],
)  # fmt: skip
def test_words_that_are_missing_or_wrong_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        prove(load_campaign(str(changed(tmp_path, old, new))))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_rule_is_either_asked_or_internal_and_never_both(tmp_path: Path) -> None:
    path = changed(tmp_path, 'internal = "先由我方核实"', 'internal = "先由我方核实", ask = "请核实"')
    with pytest.raises(ConfigError, match="要写一个，也只写一个"):
        load_campaign(str(path))


# ---- one exact letter


def test_a_letter_says_which_case_lacks_which_item_case_by_case_with_its_company() -> None:
    made = letter_to(partial())
    assert (made.what, made.subject) == ("催报函", "关于报送2026年住宅小区“好服务”案例征集材料的提醒函（浙江）")
    lines = [line.strip() for line in made.text.splitlines()]
    at = lines.index("尚未收到的材料（3 项）")
    assert lines[at + 1 : at + 6] == [
        "（一）汇总清单及整体情况",
        "1. 汇总清单（附件4）加盖公章后的扫描件。",
        "（二）宁波市秋水苑（秋水苑物业服务有限公司）",
        "2. 推荐表（附件3），请由市级物协加盖公章。",
        "3. 符合要求的照片现有 1 张，还需 2 张（JPG 格式，每张 1 MB 以上，共 3—5 张）。",
    ]
    assert "尚缺 3 项" in made.text
    assert "春江花园" not in made.text


def test_before_the_deadline_it_reads_otherwise_than_after_it() -> None:
    before, after = letter_to(partial()), letter_to(partial(), as_of=AFTER)
    assert "将于8月5日截止，距今还有 7 天" in before.text
    assert "于8月5日（含当日）前补充" in before.text
    assert "已于8月5日截止" in after.text
    assert "尽快补报" in after.text
    assert "不再报送的，请告知" in after.text
    assert "（含当日）前" not in after.text
    assert "补报" in after.subject
    assert "就是今天" in letter_to(partial(), as_of=day("08-05T09:00:00")).text


def test_a_silent_association_is_told_what_a_submission_holds() -> None:
    view = build.association("浙江")
    before, after = letter_to(view), letter_to(view, as_of=AFTER)
    for made in (before, after):
        assert "汇总清单（附件4）的 Word 版和盖章扫描件各一份" in made.text
        assert "照片 3—5 张（JPG 格式，每张 1 MB 以上）" in made.text
    assert "特此提醒" in before.text
    assert "本次如不再报送，请告知" in after.text


def test_a_later_deadline_that_was_granted_is_the_one_that_is_spoken_of() -> None:
    view = partial(deadline=day("08-12T23:59:59"), deadline_note="王主任 7月30日：来函申请延期")
    made = letter_to(view, as_of=AFTER)
    assert "贵会的报送截止日期延至8月12日，距今还有 6 天" in made.text
    assert "于8月12日（含当日）前补充" in made.text
    assert "王主任" not in made.text
    assert "8月5日" not in made.text


def test_what_came_and_does_not_do_is_a_notice_with_the_reason_and_the_remedy() -> None:
    came = build.message("浙江")
    shots = tuple(
        build.file_of(came, f"秋水苑{n}.jpg", "photo", format="jpeg", bytes=size, facts={"readable": True})
        for n, size in ((1, 2_000_000), (2, 2_000_000), (3, 2_000_000), (4, 612_000), (5, 8_000))
    )
    own = own_case(came, "秋水苑", "宁波市", list_number="1", form_stamped=False)
    shots = tuple(replace(one, case_ids=(own.id,)) for one in shots)
    own = replace(own, photo_files=shots, counted_photos=shots[:3], files=(*own.forms, *own.materials, *shots))
    view = build.association("浙江", [came], [own])
    made = letter_to(view)
    assert made.what == "补正通知"
    assert "其中 2 项需要补正" in made.text
    assert "推荐表上未见公章，请补充加盖市级物协公章后的扫描件" in made.text
    # The photos that are too small are one item, and each is named with its size.
    assert "照片《秋水苑4.jpg》（612 KB）、《秋水苑5.jpg》（8 KB）小于 1 MB，请提供原图" in made.text
    assert "尚缺" not in made.text


def test_a_receipt_says_what_came_and_what_is_still_to_come() -> None:
    made = letter_to(partial(), "收件回执")
    assert "一、来件 1 件" in made.text
    assert "三、案例 2 个，其中材料齐全的 1 个" in made.text
    assert "1. 杭州市春江花园（春江花园物业服务有限公司）：清单已列；收到推荐表、案例材料、照片 3 张。" in made.text
    assert "清单已列；收到案例材料、照片 1 张；尚未收到推荐表。" in made.text
    assert "盖章扫描件：尚未收到。" in made.text
    assert "以下各项尚未收到" in made.text
    assert "收齐" not in made.text
    came = build.message("浙江")
    whole = letter_to(build.association("浙江", [came], [own_case(came, "春江花园")]), "收件回执")
    assert "应报送的材料已经收齐" in whole.text
    assert "以后续审核为准" in whole.text


def test_there_is_no_receipt_where_nothing_came_and_no_reminder_where_all_is_there() -> None:
    assert letters(judged([])).letter(build.association("浙江"), "收件回执") is None
    came = build.message("浙江")
    view = build.association("浙江", [came], [own_case(came, "春江花园")])
    for what in ("催报函", "补正通知"):
        assert letters(judged([view])).letter(view, what) is None


def test_a_letter_stops_where_the_province_sends_nothing_and_where_all_is_waived_or_withdrawn() -> None:
    view = replace(build.association("浙江"), nothing_to_send="陈静 7月21日：电话告知")
    assert letters(judged([view])).letter(view) is None
    half = partial()
    gone = replace(half, cases=(half.cases[0], replace(half.cases[1], withdrawn="李四 7月28日：来函撤回")))
    made = letter_to(gone)
    assert [item.code for item in made.items] == ["list.scan_missing"]
    assert "秋水苑" not in made.text
    judged_ = judged([half])
    waived = {
        province: tuple(replace(one, status="waived", waived="王五 7月22日：电话确认") for one in found)
        for province, found in judged_.by_province.items()
    }
    assert outstanding(replace(judged_, by_province=waived), half) == ()


def test_long_lists_are_whole_in_the_letter_and_short_in_the_message() -> None:
    came = build.message("浙江")
    cases = [own_case(came, f"小区{n}", has=("row",), photos=0, list_number=str(n)) for n in range(1, 61)]
    made = letter_to(build.association("浙江", [came], cases))
    assert "尚缺 180 项" in made.text
    assert re.findall(r"^　　(\d+)\. ", made.text, re.MULTILINE) == [str(n) for n in range(1, 181)]
    assert [f"杭州市小区{n}（" in made.text for n in range(1, 61)] == [True] * 60
    assert "（六十）杭州市小区60" in made.text
    assert len(made.wechat) <= 1_000
    rest = re.search(r"其余 (\d+) 项见", made.wechat)
    assert rest is not None
    told = (
        made.wechat.count("推荐表（附件3）")
        + made.wechat.count("案例材料（附件2）")
        + made.wechat.count("符合要求的照片")
    )
    assert int(rest[1]) + told == 180
    assert not re.search(r"[*#`]|\]\(", made.wechat)


def test_what_was_asked_before_is_said_with_its_day() -> None:
    view = partial()
    judged_ = judged([view])
    ids = [number for item in outstanding(judged_, view) for number in item.ids]
    at = day("07-20T09:00:00")
    everything = letters(judged_, (sent("浙江", ids, at),)).letter(view)
    assert everything is not None
    assert "以上事项，我们此前已于7月20日提请贵会。" in everything.text
    assert "（此前" not in everything.text
    some = letters(judged_, (sent("浙江", ids[:1], at), sent("江苏", ids, at))).letter(view)
    assert some is not None
    assert "扫描件（此前已于7月20日提请）。" in some.text
    assert some.text.count("提请") == 1


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    came = build.message("浙江")
    nasty = "=HYPERLINK(1)\r\nBcc: x@evil.example\u202e{{ 协会 }}{each}" + "甲" * 40_000
    own = own_case(came, nasty, has=("row",), photos=0, company="<b>公司</b>\x00{call.quota}")
    made = letter_to(build.association("浙江", [came], [own]))
    assert "\u202e" not in made.text + made.wechat
    assert "\x00" not in made.text
    assert not [line for line in made.text.splitlines() if line.startswith("Bcc")]
    assert "{{ 协会 }}{each}" in made.text
    assert len(made.text) < 3_000
    assert len(made.wechat) <= 1_000
    book = openpyxl.load_workbook(BytesIO(phone_sheet([made], (), {"浙江": "=1+1"}, "单", build.campaign().call.zone)))
    assert book.active is not None
    assert [cell.data_type for cell in book.active[2] if cell.value] == ["s"] * 4
    assert tmp_path.exists()


# ---- to whom


def test_a_letter_goes_to_the_rosters_address_before_any_other() -> None:
    came = build.message("浙江", from_address="other@example.cn")
    roster = build.known("浙江").model_copy(update={"addresses": ("zj@example.cn", "zj2@example.cn")})
    view = build.association("浙江", [came], roster=roster)
    to = recipients(view, judged([view]).picture)
    assert (to.addresses, to.source) == (("zj@example.cn", "zj2@example.cn"), "协会名录")


def test_else_it_goes_where_the_provincial_association_last_wrote_from_and_never_to_a_city_or_a_stranger() -> None:
    mails = [
        build.message("浙江", from_address="old@zj.example", arrival=day("07-10T09:00:00")),
        build.message("浙江", from_address="new@zj.example", arrival=day("07-12T09:00:00")),
        build.message("浙江", from_address="hz@city.example", sender_level="city", arrival=day("07-20T09:00:00")),
        build.message("浙江", from_address="co@firm.example", sender_level="enterprise", arrival=day("07-21T09:00:00")),
        build.message("浙江", from_address="fake@zj.example", suspicions=("SPF",), arrival=day("07-22T09:00:00")),
        build.message("浙江", from_address="wzglzzh@ecpmi.org.cn", arrival=day("07-23T09:00:00")),
        build.message("浙江", from_address="usb@zj.example", added="U盘", arrival=day("07-24T09:00:00")),
    ]
    view = build.association("浙江", mails)
    to = recipients(view, judged([view]).picture)
    assert to.addresses == ("new@zj.example",)
    assert "自7月12日起" in to.source
    assert recipients(build.association("浙江", mails[2:4]), judged([view]).picture).addresses == ()


def contact_list(view: AssociationView, mail: Any, name: str, phone: str) -> Any:
    facts = {
        "contact": {"raw": name, "value": name or None, "place": "表头"},
        "phone": {"raw": phone, "value": phone or None, "place": "表头"},
    }
    return build.file_of(mail, facts=facts, province=view.province)


def test_the_contact_is_the_newest_lists_and_never_a_citys() -> None:
    zone = build.campaign().call.zone
    old = build.message("浙江", arrival=day("07-10T09:00:00"))
    new = build.message("浙江", arrival=day("07-20T09:00:00"))
    city = build.message("浙江", sender_level="city", arrival=day("07-25T09:00:00"))
    blank = build.message("浙江", arrival=day("07-26T09:00:00"))
    view = build.association("浙江", [old, new, city, blank])
    lists = (
        contact_list(view, old, "陈静", "13900001234"),
        contact_list(view, new, "李强", "0571-87654321"),
        contact_list(view, city, "市里人", "13700000000"),
        contact_list(view, blank, "新来的", ""),
    )
    who = contact(replace(view, all_lists=lists), zone)
    # A name of one list and a number of another are never put together.
    assert (who.name, who.phone) == ("李强", "0571-87654321")
    assert who.source.startswith("7月20日到达的")
    roster = build.known("浙江").model_copy(update={"contact": "陈静", "phone": "13900001234"})
    fallen = contact(replace(view, all_lists=lists[2:3], association=roster), zone)
    assert (fallen.name, fallen.phone, fallen.source) == ("陈静", "13900001234", "协会名录")


# ---- our own backlog


def test_what_lies_with_us_is_told_before_anybody_is_written_to() -> None:
    came = build.message("浙江", from_address="zj@example.cn")
    shut = build.message(None, state="failed", kind="", from_address=None, sender_level=None)
    maybe = build.message(None, candidates=("浙江", "江西"))
    view = build.association("浙江", [came])
    link = replace(build.answered_link(came), answered=False, expires=AFTER)
    done = judged([view], others=[shut, maybe])
    done = replace(done, picture=replace(done.picture, links=(link,)))
    told = backlog(done, view, {shut.id: "ZJ@example.cn"})
    assert [f"{shut.id}" in told[0], "未能处理" in told[0]] == [True, True]
    assert "待认定" in told[1]
    assert "1 个云附件尚未下载" in told[2]
    # The list of the hand-made picture has no row that could be read.
    assert "打不开或认不出" in told[3]
    # Of another province nothing lies here; but what is nobody's may be anybody's.
    assert backlog(done, build.association("江苏"), {shut.id: "zj@example.cn"}) == ()
    assert len(everywhere(done.picture)) == 2


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("case.withdrawn_resent", "登记撤回之后又来了春江花园的材料，请核实"),
        ("case.withdrawal_said", "来信说到撤回春江花园"),
    ],
)
def test_what_a_province_said_is_verified_before_it_is_asked_again(code: str, message: str) -> None:
    view = partial()
    said = build.finding(code, "warning", province="浙江", message=message)
    assert f"请先核实：{message}" in backlog(build.assessment([view], [said]), view)
    assert f"请先核实：{message}" not in backlog(build.assessment([view], [said]), build.association("江苏"))
    waived = replace(said, status="waived")
    assert f"请先核实：{message}" not in backlog(build.assessment([view], [waived]), view)


def test_whoever_writes_that_something_lacks_is_told_of_a_shut_archive_that_may_hold_it() -> None:
    shut = build.finding("file.encrypted", "error", province="浙江", message="《材料.zip》要密码", subject="file")
    (told,) = doubts(build.assessment([partial()], [shut]), "浙江", lacks=True)
    assert told == "有 1 个文件我方没能打开，函中说尚缺的可能就在其中（《材料.zip》要密码）"
    assert doubts(build.assessment([partial()], [shut]), "江苏", lacks=True) == ()
    assert doubts(build.assessment([partial()], [shut]), "浙江", lacks=False) == ()


def test_nobody_is_asked_for_the_archive_of_a_withdrawn_case() -> None:
    came = build.message("浙江")
    gone = replace(own_case(came, "秋水苑"), withdrawn="陈静 8月1日：来电撤回")
    stands = own_case(came, "春江花园")

    def texts(name: str, *cases: CaseView) -> str:
        view = build.association("浙江", [came], list(cases))
        made = judged([view])
        shut = build.file_of(came, name, "archive", status="corrupt")
        whole = replace(
            made.picture,
            parts=tuple(
                replace(p, files=(*p.files, shut)) if p.associations[0].province == "浙江" else p
                for p in made.picture.parts
            ),
        )
        return "".join(item.text for item in outstanding(assess(whole), view))

    assert "《秋水苑.zip》" not in texts("秋水苑.zip", gone, stands)
    assert "《秋水苑、春江花园.zip》" in texts("秋水苑、春江花园.zip", gone, stands)
    assert "《材料.zip》" in texts("材料.zip", gone, stands)


def test_nobody_is_written_to_while_no_mail_comes_in() -> None:
    down = MailboxHealth("wzglzzh@ecpmi.org.cn", BEFORE, BEFORE - timedelta(hours=5), "拒绝登录")
    view = build.association("浙江")
    assert "目前收不到信" in backlog(judged([view], health=[down]), view)[0]


# ---- spacing


@pytest.mark.parametrize(
    ("last", "again"),
    [
        # A week of working days while the deadline is far.
        (date(2026, 6, 1), date(2026, 6, 8)),
        # The Dragon Boat Festival on Friday 06-19 is no working day.
        (date(2026, 6, 15), date(2026, 6, 23)),
        # From seven days before the deadline on two working days do, also where the last one was earlier.
        (date(2026, 7, 24), date(2026, 7, 29)),
        (date(2026, 7, 29), date(2026, 7, 31)),
        (date(2026, 8, 6), date(2026, 8, 10)),
    ],
)
def test_reminders_are_spaced_in_working_days_and_closer_near_the_deadline(last: date, again: date) -> None:
    assert next_day(last, Spacing(5, 2, 7), date(2026, 8, 5)) == again


# ---- templates


def test_the_packages_templates_serve_every_situation(campaign: Campaign) -> None:
    assert set(load_templates(None, campaign)) == set(TEMPLATES) == {*KINDS, "微信"}
    for name in TEMPLATES:
        for values in demands(name, campaign).situations:
            assert set(values) == set(PLACEHOLDERS)
            text = checked(name, default(name), demands(name, campaign)).render(values)
            assert not re.search(r"\n\n\n|[ \t]\n|，，|。。|（）|、、|None", text)


def test_templates_are_copied_with_their_placeholders_and_what_staff_changed_stays(
    campaign: Campaign, tmp_path: Path
) -> None:
    assert len(copy_defaults(tmp_path / "模板")) == 4
    own = tmp_path / "模板" / "催报函.txt"
    text = own.read_text(encoding="utf-8")
    assert all(f"{name}：" in text for name in PLACEHOLDERS)
    own.write_text(text.replace("此函。", "顺颂秋祺！"), encoding="utf-8")
    assert copy_defaults(tmp_path / "模板") == []
    view = partial()
    made = Writer(judged([view]), (), load_templates(tmp_path / "模板", campaign)).letter(view)
    assert made is not None
    assert "顺颂秋祺！" in made.text
    assert "{#" not in made.text
    assert made.text.startswith("浙江省物业管理协会：")


GOOD = "主题：函\n\n{{ 协会 }}：\n{{ 事项 }}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("事项 }}", "事项"), "第 4 行："),
        # What would go out to a province as it stands.
        (GOOD.replace("{{ 协会 }}", "{ 协会 }"), "第 3 行：“{”没有成对写好"),
        (GOOD.replace("{{ 协会 }}", "{ 协会 }}"), "第 3 行：“{”没有成对写好"),
        (GOOD.replace("{{ 协会 }}", "｛｛ 协会 ｝｝"), "第 3 行：“｛”没有成对写好"),
        (GOOD + "{％ if 已截止 ％}好{％ endif ％}", "第 5 行：“{”没有成对写好"),
        (GOOD + "好\x00", "第 5 行：有看不见的控制字符"),
        (GOOD + "好\u202e", "第 5 行：有看不见的控制字符"),
        ("", "第一行应写“主题：…”"),
        (GOOD * 200_000, "太长"),
        (GOOD.replace("{{ 协会 }}", "{{ 协会名 }}"), "第 3 行：没有 协会名 这个名称，是不是 协会？"),
        (GOOD.replace("{{ 事项 }}", ""), "{{ 事项 }} 没有出现"),
        (GOOD.replace("{{ 事项 }}", "{% if 已截止 %}{{ 事项 }}{% endif %}"), "{{ 事项 }} 没有出现"),
        (GOOD + "{{ 事项 }}", "{{ 事项 }} 出现了 2 次"),
        (GOOD.replace("主题：", "标题："), "第一行应写“主题：…”"),
        (GOOD + "逾期按违规处理", "第 5 行：“违规”不对协会说"),
        (GOOD + "{% if 已截止 %}好", "没有配对的 {% endif %}"),
        (GOOD + "{% wenn 已截止 %}", "花括号里写的不对"),
        (GOOD + "{{ ''.__class__.__mro__ }}", "第 5 行：不能取值的一部分（点号）"),
        (GOOD + "{{ 事项['__class__'] }}", "不能取值的一部分（方括号）"),
        (GOOD + "{% for i in range(10**9) %}x{% endfor %}", "不能用循环（for）"),
        (GOOD + "{{ 'x' * 10**10 }}", "不能这样写"),
        (GOOD + "{{ 10**10**10 }}", "不能这样写"),
        (GOOD + "{{ lipsum() }}", "不能用函数（括号）"),
        (GOOD + "{{ 协会 | upper }}", "竖线"),
        (GOOD + "{% include '/etc/passwd' %}", "不能这样写"),
        (GOOD + "{% set 协会 = 1 %}", "不能赋值"),
        (GOOD + "{% macro x() %}{% endmacro %}", "不能这样写"),
        (GOOD + "{% if 协会 > 3 %}x{% endif %}", "填不出来"),
        (GOOD + "甲" * 30_000, "太长"),
        (GOOD + "{{" + "(" * 9_000, "条件套得太深"),
        (GOOD + "{% if 已截止 %}" * 500 + "{% endif %}" * 500, "条件套得太深"),
    ],
)
def test_a_template_that_is_broken_or_hostile_is_refused_in_one_line(
    campaign: Campaign, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "催报函.txt").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateTroubleError) as caught:
        load_templates(tmp_path, campaign)
    assert said in str(caught.value)
    assert str(tmp_path / "催报函.txt") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_misnamed_template_another_encoding_and_a_missing_folder_are_said(campaign: Campaign, tmp_path: Path) -> None:
    with pytest.raises(TemplateTroubleError, match="模板文件夹不存在"):
        load_templates(tmp_path / "没有", campaign)
    (tmp_path / "催报函.txt").write_bytes(GOOD.encode("gbk"))
    with pytest.raises(TemplateTroubleError, match="请另存为 UTF-8"):
        load_templates(tmp_path, campaign)
    (tmp_path / "催报函.txt").rename(tmp_path / "催报涵.txt")
    with pytest.raises(TemplateTroubleError, match="没有《催报涵》这种模板，是不是 催报函？"):
        load_templates(tmp_path, campaign)


def test_a_template_may_be_as_plain_as_its_items(campaign: Campaign, tmp_path: Path) -> None:
    (tmp_path / "催报函.txt").write_text("\ufeff" + GOOD, encoding="utf-8")
    assert load_templates(tmp_path, campaign)["催报函"].where.endswith("催报函.txt")


def test_a_template_saved_by_windows_gives_the_same_letter(campaign: Campaign, tmp_path: Path) -> None:
    view, texts = partial(), []
    for raw in (GOOD.encode(), b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()):
        # Windows also calls it so.
        (tmp_path / "催报函.TXT").write_bytes(raw)
        made = Writer(judged([view]), (), load_templates(tmp_path, campaign)).letter(view)
        assert made is not None
        texts.append((made.subject, made.text))
    assert texts[0] == texts[1]
    assert texts[0][0] == "函"


# ---- from real mails


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writer]:
    """Give the letters of two provinces that use one photo and one text, with remarks of ours on much of it."""
    folder = tmp_path_factory.mktemp("real")
    one = Own(
        "春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=3, form={"applicant_phone": "1381234567"}
    )
    two = Own("玄武湖畔", "南京金陵物业服务有限公司", "南京市物业管理协会", photos=3)
    lacking = Own(
        "秋水苑", "宁波甬安物业服务有限公司", "宁波市物业管理协会", photos=0, has_form=False, has_material=False
    )
    gone = Own(
        "东海名苑", "宁波东海物业服务有限公司", "宁波市物业管理协会", photos=0, has_form=False, has_material=False
    )
    own, other = one.files(), two.files()
    shots = [next(name for name in files if name.endswith("照片1.jpg")) for files in (own, other)]
    other[shots[1]] = own[shots[0]]
    small = {f"{one.company}/{one.community}/照片9.jpg": b"\xff\xd8\xff\xe0 broken"}
    with desk(folder / "desk") as opened:
        take(
            opened,
            folder / "inbox",
            mail(
                "浙江物协 <zjwyxh@example.cn>",
                "浙江报送",
                day("07-20T10:00:00"),
                {**list_files("浙江省物业管理协会", [one, lacking, gone], scanned=False), **own, **small},
            ),
            mail(
                "江苏物协 <jswx@jsproperty.example>",
                "江苏报送",
                day("07-21T10:00:00"),
                {**list_files("江苏省物业管理协会", [two], contact="王芳", phone="13611112222"), **other},
            ),
        )
        who = Person("审核员赵某", day("07-22T10:00:00"), "内部意见：关系户，先放一放")
        case = {"province": "浙江", "city": "宁波市", "community": "东海名苑"}
        decisions.add(opened.store, decisions.WITHDRAWN, "case:浙江/宁波市/东海名苑", case, who)
        yield writer(opened, BEFORE)


def view_of(by: Writer, province: str) -> AssociationView:
    return next(view for view in by.assessment.picture.associations if view.province == province)


def test_no_letter_tells_what_is_ours_or_anothers(real: Writer) -> None:
    for province, others in (("浙江", ("江苏", "玄武湖畔", "金陵", "王芳")), ("江苏", ("浙江", "春江花园", "秋水苑"))):
        for what in KINDS:
            made = real.letter(view_of(real, province), what)
            if made is None:
                continue
            text = made.subject + made.text + made.wechat
            assert not OURS.search(text), OURS.search(text)
            assert not [word for word in (*others, "赵某", "关系户", "东海名苑") if word in text]
            assert not [word for word in real.campaign.letters.never if word in text]


def test_a_shared_photo_is_asked_about_by_its_own_name_alone(real: Writer) -> None:
    found = {one.code for one in real.assessment.by_province["浙江"]}
    assert "photo.reused" in found
    made = real.letter(view_of(real, "浙江"))
    assert made is not None
    assert re.search(r"照片《[^》]*照片1\.jpg》与其他案例的照片相同，请核对并提供本小区的照片", made.text)


def test_a_number_that_cannot_be_read_is_named_by_its_cell_and_not_repeated(real: Writer) -> None:
    assert "form.field_invalid" in {one.code for one in real.assessment.by_province["浙江"]}
    made = real.letter(view_of(real, "浙江"))
    assert made is not None
    assert "推荐表的申报单位联系人手机我们未能识别，请核对填写" in made.text
    assert "1381234567" not in made.text


def test_what_cannot_be_opened_is_our_difficulty(real: Writer) -> None:
    made = real.letter(view_of(real, "浙江"))
    assert made is not None
    assert "照片《照片9.jpg》未能完整打开，请重新发送原图" in made.text


def test_every_count_in_a_letter_is_the_number_of_its_items(real: Writer) -> None:
    made = real.letter(view_of(real, "浙江"))
    assert made is not None
    numbered = re.findall(r"^　　(\d+)\. ", made.text, re.MULTILINE)
    assert numbered == [str(n) for n in range(1, len(made.items) + 1)]
    for kind, heading in (("missing", "尚未收到的材料"), ("amend", "需要补正的内容"), ("hint", "一并完善")):
        count = sum(item.kind == kind for item in made.items)
        assert bool(count) == (f"{heading}（{count} 项）" in made.text)


def test_the_same_letter_has_the_same_message_id_and_another_one_another(real: Writer) -> None:
    one, again = real.letter(view_of(real, "浙江")), real.letter(view_of(real, "浙江"))
    other = real.letter(view_of(real, "江苏"), "收件回执")
    assert one is not None
    assert again is not None
    assert other is not None
    assert one.message_id == again.message_id != other.message_id
