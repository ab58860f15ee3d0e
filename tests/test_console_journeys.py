"""What the staff do with the console, done in a real Chromium: with the mouse, with the keyboard alone, on a phone."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import PHONE, WIDE, person
from tests.consoles import Running, sample_console, served
from tests.desks import take
from tests.inbox import mail, photo
from tests.sample import day
from tests.test_open_links import anchor, linked

SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["1280", "375"])
JIANGSU = "玄武湖畔花园"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made, served(made):
        yield made


def fits(page: Page) -> bool:
    """Tell whether nothing stands beyond the right edge of the screen."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def in_sight_below(page: Page, upper: str, lower: str) -> bool:
    """Tell whether one thing is whole on the screen, and another begins below it, still on the screen."""
    first, second = page.locator(upper).bounding_box(), page.locator(lower).bounding_box()
    assert first
    assert second
    height = page.evaluate("innerHeight")
    return bool(first["y"] >= 0 and first["y"] + first["height"] <= second["y"] + 1 and second["y"] < height / 2)


def case_page(running: Running, community: str) -> str:
    keys = running.console.board.seen.cases.items()
    return next(f"/cases/{key}" for key, case in keys if case.community == community)


@SIZES
def test_which_provinces_lack_what_stands_on_the_first_page(
    running: Running, browser: Browser, size: dict[str, int]
) -> None:
    with person(browser, running, "reader", size) as page:
        lacking = page.locator("section", has=page.get_by_role("heading", name="哪些省还缺什么"))
        expect(lacking).to_contain_text("涪城新居：推荐表")
        assert fits(page)
        lacking.get_by_role("link", name="四川", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("四川")
        expect(page.get_by_role("main")).to_contain_text("推荐表")
        assert fits(page)


def test_on_a_phone_a_silent_province_takes_two_lines_and_on_paper_a_long_table_follows_its_heading(
    running: Running, browser: Browser
) -> None:
    with person(browser, running, "editor", PHONE) as page:
        page.goto("/provinces")
        assert page.get_by_role("row", name=re.compile("西藏")).bounding_box()["height"] < 100  # type: ignore[index]
        assert fits(page)
        page.goto(case_page(running, JIANGSU))
        page.emulate_media(media="print")
        for section in ("#findings", "#fields", "#files", "#versions", "#decisions"):
            expect(page.locator(section)).to_have_css("break-inside", "auto")
        page.goto(f"/provinces/{quote('江苏')}/letter")
        expect(page.get_by_role("navigation", name="哪种函件")).to_be_hidden()


@SIZES
def test_the_phone_rings_and_asks_whether_jiangsu_has_sent_everything(
    running: Running, browser: Browser, size: dict[str, int]
) -> None:
    with person(browser, running, "reader", size) as page:
        page.get_by_role("searchbox").fill("江苏交了没")
        page.get_by_role("searchbox").press("Enter")
        answer = page.locator(".answer")
        expect(answer).to_contain_text("江苏")
        expect(answer).to_contain_text("齐")
        assert fits(page)
        page.get_by_role("searchbox").fill("江苏")
        page.get_by_role("button", name="查", exact=True).click()
        page.get_by_role("main").get_by_role("link", name=re.compile("^江苏")).first.click()
        expect(page).to_have_url(re.compile(f"/provinces/{quote('江苏')}"))
        expect(page.get_by_role("main")).to_contain_text(JIANGSU)


@SIZES
def test_a_misread_cell_is_put_right_in_three_clicks(
    running: Running, browser: Browser, size: dict[str, int], request: pytest.FixtureRequest
) -> None:
    said = "13.5万平方米" if request.node.callspec.id == "1280" else "14.5万平方米"
    with person(browser, running, "editor", size) as page:
        page.goto(case_page(running, JIANGSU))
        row = page.locator("#f-floor_area")
        row.locator("summary").first.click()
        row.get_by_label("建筑面积改为").click()
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(said)
        row.get_by_role("button", name="保存").click()
        expect(page.get_by_role("status")).to_contain_text("已认定")
        expect(page.locator("#f-floor_area")).to_contain_text(said)
        expect(page.locator("#f-floor_area")).to_contain_text("李编")
        assert in_sight_below(page, ".notice", "#f-floor_area")
        assert fits(page)
        page.locator("#f-floor_area").get_by_role("button", name="撤销").click()
        expect(page.get_by_role("status")).to_contain_text("已撤销")
        expect(page.locator("#f-floor_area")).not_to_contain_text(said)


@SIZES
def test_whose_mail_this_is_is_said_once_and_learned(
    browser: Browser, size: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with sample_console(tmp_path_factory) as running, served(running):
        with person(browser, running, "editor", size) as page:
            page.get_by_role("link", name=re.compile("看不出是哪个省级物协")).first.click()
            expect(page.get_by_role("heading", level=1)).to_have_text("好服务案例照片")
            expect(page.get_by_text("IMG_2031.jpg").first).to_be_visible()
            expect(page.get_by_text("材料见附件")).to_be_visible()
            box = page.locator("#assign")
            box.get_by_label("省", exact=True).select_option("安徽")
            box.get_by_role("button", name="认定", exact=True).click()
            expect(page.get_by_role("status").first).to_contain_text("安徽")
            expect(page.get_by_text("待认定发信单位")).to_have_count(0)
            assert fits(page)
        more = mail(
            "风轻云淡 <wind@qq.example>", "再补一张好服务照片", day("08-05T13:30:00"), {"IMG_2032.jpg": photo("另一张")}
        )
        take(running.desk, tmp_path_factory.mktemp("more"), more)
        newest = max(running.console.board.look().messages.values(), key=lambda one: one.id)
        assert newest.province == "安徽"


@SIZES
def test_a_finding_settled_by_phone_is_waived_with_its_reason_and_stays_in_sight(
    running: Running, browser: Browser, size: dict[str, int]
) -> None:
    with person(browser, running, "editor", size) as page:
        page.goto(f"/findings?province={quote('湖北')}")
        row = page.get_by_role("row", name=re.compile("手机空白"))
        row.get_by_role("checkbox").check()
        page.get_by_label(re.compile("理由")).fill("8月6日电话核实，补正表随后寄来")
        page.get_by_role("button", name="豁免", exact=True).click()
        expect(page.get_by_role("row", name=re.compile("手机空白"))).to_have_count(0)
        page.goto(f"/findings?province={quote('湖北')}&state=waived")
        row = page.get_by_role("row", name=re.compile("手机空白"))
        expect(row).to_contain_text("李编")
        expect(row).to_contain_text("8月6日电话核实")
        assert fits(page)
        row.get_by_text("重新打开").first.click()
        expect(page.get_by_role("status").first).to_contain_text("已重新打开")


@SIZES
def test_the_files_behind_a_cloud_link_are_downloaded_by_hand_and_brought_in(
    browser: Browser, size: dict[str, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    downloaded = tmp_path_factory.mktemp("downloads") / "照片9.jpg"
    downloaded.write_bytes(photo("云附件里的照片"))
    with sample_console(tmp_path_factory) as running:
        sent = linked(
            anchor("照片9.jpg", "key=zzz", expiry="2026年8月20日 21:15 到期", size="1.2M"),
            subject="江苏物协补充照片", sender="office@jsproperty.example", arrival=day("08-05T15:00:00"),
        )  # fmt: skip
        take(running.desk, tmp_path_factory.mktemp("link"), sent)
        with served(running), person(browser, running, "editor", size) as page:
            page.goto("/inbox/links")
            expect(page.get_by_role("main")).to_contain_text("照片9.jpg")
            page.get_by_role("link", name="补入下载的文件").first.click()
            page.get_by_label(re.compile("^选文件")).set_input_files(downloaded)
            page.get_by_role("button", name="补入", exact=True).click()
            expect(page.locator("#order")).to_contain_text("照片9.jpg")
            expect(page.locator("#order .badge")).to_have_class(re.compile("ok"))
            assert fits(page)
            page.goto("/inbox/links")
            expect(page.get_by_role("main")).not_to_contain_text("照片9.jpg")


def test_two_people_at_once_see_each_other_and_overwrite_nothing(running: Running, browser: Browser) -> None:
    address = case_page(running, "姑苏人家")
    with person(browser, running, "editor", WIDE) as one, person(browser, running, "admin", PHONE) as other:
        for page in (one, other):
            page.goto(address)
            page.locator("#f-completed").locator("summary").first.click()
        one.locator("#f-completed").get_by_label("建成时间改为").fill("2011年")
        one.locator("#f-completed").get_by_role("button", name="保存").click()
        expect(one.get_by_role("status")).to_contain_text("已认定")
        other.locator("#f-completed").get_by_label("建成时间改为").fill("2012年")
        other.locator("#f-completed").get_by_role("button", name="保存").click()
        expect(other.get_by_role("heading", level=1)).to_have_text("别人已经处理过了")
        expect(other.get_by_role("alert")).to_contain_text("李编")
        expect(other.get_by_role("alert")).to_contain_text("2011年")
        assert fits(other)
        other.get_by_role("button", name="看过了，仍按我的来").click()
        expect(other.locator("#f-completed")).to_contain_text("2012年")
        one.reload()
        expect(one.locator("#f-completed")).to_contain_text("陈管")


def test_a_cell_is_put_right_with_the_keyboard_alone(running: Running, browser: Browser) -> None:
    with person(browser, running, "editor", WIDE) as page:
        page.keyboard.press("/")
        page.keyboard.type("南山海景花园")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?**")
        reach(page, page.get_by_role("link", name=re.compile("南山海景花园")).first)
        page.keyboard.press("Enter")
        page.wait_for_url("**/cases/**")
        reach(page, page.locator("#f-completed summary").first)
        page.keyboard.press("Enter")
        reach(page, page.get_by_label("建成时间改为"))
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type("2009年")
        page.keyboard.press("Enter")
        expect(page.locator("#f-completed")).to_contain_text("2009年")
        expect(page.locator("#f-completed")).to_contain_text("李编")


def reach(page: Page, target: object) -> None:
    """Press Tab until something has the focus, and see that it shows; the test fails where that never happens."""
    for _ in range(200):
        focused = target.evaluate("one => one === document.activeElement")  # type: ignore[attr-defined]
        if focused:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not reach it")


def test_pages_do_the_same_without_any_script(running: Running, browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=running.url, viewport=WIDE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("姓名").fill("李编")
    page.get_by_label("密码").fill("correct horse battery staple")
    page.get_by_role("button", name="登录").click()
    # Without script, pictures are not put off until they are seen: making them takes its time.
    page.goto(case_page(running, "白浪河畔"), wait_until="domcontentloaded")
    row = page.locator("#f-completed")
    row.locator("summary").first.click()
    row.get_by_label("建成时间改为").fill("2010年3月")
    row.get_by_role("button", name="保存").click()
    expect(page.locator("#f-completed")).to_contain_text("2010年3月")
    sent = tmp_path / "推荐信.eml"
    sent.write_bytes(mail("江苏 <office@jsproperty.example>", "好服务咨询", day("08-05T16:00:00"), text="请问收到了吗"))
    page.goto("/add")
    page.get_by_label(re.compile(r"\.eml")).set_input_files(sent)
    page.get_by_role("button", name="收入", exact=True).click()
    for _ in range(480):
        if "已收下这封邮件" in page.content():
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(page.get_by_role("main")).to_contain_text("已收下这封邮件")
    context.close()
