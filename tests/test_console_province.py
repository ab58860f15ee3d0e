"""A province's page: what came when, its list against what is there, what is asked of it, and what is decided of it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from playwright.sync_api import expect
from starlette.testclient import TestClient

from ingest.telling.reminding import writer
from reports.console import asked as paging
from reports.console.acts import Who
from reports.console.overview.outlook import outlook
from reports.finding import Finding
from reports.letters.address import contact, recipients
from reports.letters.outstanding import in_list_order
from reports.letters.phones import phone_text
from reports.links import behind_links
from reports.wording import masked
from store import decisions, reminders
from tests.browsers import PHONE, WIDE, chromium, person
from tests.consoles import PEOPLE, Running, csrf_of, sample_console, served, write
from tests.test_console_overview import ELSEWHERE, links, words

EDITOR = PEOPLE["editor"]


# Notes on a button the first words that it says after what it says now.
NOTING = """button => new MutationObserver((_, own) => {
  button.dataset.noted = button.textContent;
  own.disconnect();
}).observe(button, {childList: true, characterData: true, subtree: true})"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        yield made


@pytest.fixture
def editor(running: Running) -> TestClient:
    return running.as_role("editor")


@pytest.fixture
def reader(running: Running) -> TestClient:
    return running.as_role("reader")


def section(text: str, name: str) -> str:
    """Return one card of the page."""
    return text.split(f'id="{name}"', 1)[1].split("</section>", 1)[0]


def rows(text: str) -> list[str]:
    found = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    return [words(re.sub("</t[dh]>", " ", one)).strip() for one in found]


def test_what_came_stands_with_its_moment_what_became_of_it_and_its_files(running: Running, editor: TestClient) -> None:
    text = section(editor.get("/provinces/陕西").text, "mails")
    said = words(text)
    own = [one for one in running.console.board.seen.picture.messages if one.province == "陕西"]
    assert re.findall(r'href="/messages/(\d+)"', text)[0] == str(own[-1].id), "the newest first"
    assert "2026-08-04 18:30 更正：陕西省“好服务”案例汇总清单（以此件为准） 报送" in said
    assert "2026-08-04 10:00 陕西省“好服务”案例报送 报送" in said
    assert "雁塔人家.zip（压缩包） 打不开" in said
    assert "汇总清单.docx（汇总清单） 旧版" in said
    assert all(ELSEWHERE.match(one) or one.startswith("/provinces/") for one in links(text))


def test_the_list_stands_against_what_is_there_of_each_case(running: Running, editor: TestClient) -> None:
    text = section(editor.get("/provinces/陕西").text, "cases")
    case = {one.community: one for one in running.console.board.seen.provinces["陕西"].cases}
    assert "1 西安市 曲江春晓 西安大明宫物业服务有限公司 有 有 有 3 齐全 1" in rows(text)
    assert "2 西安市 雁塔人家 西安雁塔物业服务有限公司 有 缺 缺 0 未齐 3" in rows(text)
    key = running.console.board.seen.case_keys[case["雁塔人家"].id]
    assert f'href="/cases/{key}"' in text
    assert f'href="/findings?case={key}&amp;state=open"' in text
    open_ones = section(editor.get("/provinces/陕西?show=open").text, "cases")
    assert [row.split()[2] for row in rows(open_ones)[1:]] == ["雁塔人家"]


def test_every_case_of_every_list_is_on_its_provinces_page_with_what_export_says(
    running: Running, editor: TestClient
) -> None:
    for province, view in running.console.board.seen.provinces.items():
        if not view.cases:
            continue
        text = section(editor.get(f"/provinces/{province}").text, "cases")
        shown = re.findall(r'data-label="小区"><a href="/cases/([0-9a-f]{12})">(.*?)</a>', text)
        keys = running.console.board.seen.case_keys
        assert shown == [(keys[one.id], one.community) for one in in_list_order(view.cases)]
        photos = [
            int(one) for one in re.findall(r'data-label="合格照片" class="number"><span class="\w+">(\d+)<', text)
        ]
        assert photos == [one.photos for one in in_list_order(view.cases)]


def test_a_long_list_is_paged(running: Running, editor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert paging.ROWS == 50
    monkeypatch.setattr(paging, "ROWS", 3)
    first, second = (section(editor.get(f"/provinces/山东?page={at}").text, "cases") for at in (1, 2))
    assert len(rows(first)) - 1 == 3
    assert len(rows(second)) - 1 == len(running.console.board.seen.provinces["山东"].cases) - 3
    assert "第 1 / 2 页，共 4 条" in words(first)
    # A page that is not there shows the last one.
    assert section(editor.get("/provinces/山东?page=99").text, "cases").count("<tr>") == second.count("<tr>")


def test_what_is_missing_is_what_letters_ask_for(running: Running, editor: TestClient) -> None:
    seen = running.console.board.seen
    by = writer(running.desk, seen.as_of)
    for row in seen.once(outlook).rows:
        name = row.view.province
        text = editor.get(f"/provinces/{name}").text
        assert f"缺报 {row.missing} 项" in words(section(text, "missing"))
        letter = by.letter(row.view)
        asked = [one for one in letter.items if one.kind == "missing"] if letter else []
        assert len(asked) == row.missing, name
    assert "雁塔人家：推荐表、案例材料、照片" in words(section(editor.get("/provinces/陕西").text, "missing"))
    assert "缺报 3 项" in words(editor.get("/provinces/陕西/missing").text)
    assert "陕西尚未" not in editor.get("/provinces/陕西").text
    assert behind_links(seen.picture, "陕西") == ""


@pytest.mark.parametrize("province", ["陕西", "上海", "西藏"])
def test_the_letter_is_word_for_word_that_of_the_command_line_in_three_forms(
    running: Running, editor: TestClient, province: str
) -> None:
    by = writer(running.desk, running.console.board.seen.as_of)
    view = running.console.board.seen.provinces[province]
    letter = by.letter(view)
    assert letter is not None
    text = editor.get(f"/provinces/{province}/letter").text
    copied = {
        name: unescape(body)
        for name, body in re.findall(r'<pre class="quote" id="(.*?)".*?>(.*?)</pre>', text, re.DOTALL)
    }
    assert copied["letter-text"].rstrip() == letter.text.rstrip()
    assert copied["letter-wechat"].rstrip() == letter.wechat.rstrip()
    title = f"{running.console.campaign.call.title}　电话单　{letter.day.isoformat()}"
    names = {province: view.association.name}
    sheet = phone_text([letter], by.sent, names, title, running.console.campaign.call.zone)
    assert copied["letter-phone"].rstrip() == sheet.rstrip()
    assert f'<dd id="letter-subject">{letter.subject}</dd>' in text
    for name in ("letter-to", "letter-subject", "letter-text", "letter-wechat", "letter-phone"):
        assert text.count(f'id="{name}"') == text.count(f'data-copy="{name}"') == 1


def test_before_a_letter_leaves_it_says_what_lies_with_us_unread(editor: TestClient) -> None:
    assert "有 1 个文件我方没能打开，函中说尚缺的可能就在其中" in words(editor.get("/provinces/陕西/letter").text)


def test_where_nothing_is_to_be_asked_there_is_only_a_receipt(editor: TestClient) -> None:
    assert "已到齐，不必再催" in words(editor.get("/provinces/浙江/letter").text)
    receipt = editor.get("/provinces/浙江/letter?what=收件回执").text
    assert "letter-text" in receipt
    assert "letter-phone" not in receipt
    assert "尚未收到任何材料" in editor.get("/provinces/西藏/letter?what=收件回执").text
    assert editor.get("/provinces/西藏/letter?what=情书").status_code == 404


def test_readers_see_phones_masked_and_nothing_to_decide(
    running: Running, reader: TestClient, editor: TestClient
) -> None:
    view = running.console.board.seen.provinces["陕西"]
    who = contact(view, running.console.campaign.call.zone)
    assert re.fullmatch(r"1\d{10}", who.phone)
    for address in ("/provinces/陕西", "/provinces/陕西/letter"):
        assert who.phone in editor.get(address).text
        seen = reader.get(address).text
        assert who.phone not in seen
        assert masked(who.phone) in seen
        assert "<form" not in seen.split("<main")[1]
    to = recipients(view, running.console.board.seen.picture)
    assert to.addresses[0] in section(editor.get("/provinces/陕西").text, "contacts")


def test_a_later_day_is_granted_with_its_reason_and_can_be_undone(running: Running, editor: TestClient) -> None:
    text = write(editor, "/provinces/云南/extend", day="2026-08-20", note="秘书长同意，云物协函〔2026〕3号", back="/")
    assert "已认定" in words(text) or "已记" in words(text)
    assert "2026年8月20日 24:00（已批准延期：李编 8月6日：秘书长同意，云物协函〔2026〕3号）" in words(text)
    (standing,) = (one for one in decisions.every(running.desk.store) if one.what == decisions.DEADLINE)
    assert (standing.person, standing.value["day"]) == (EDITOR, "2026-08-20")
    undo = re.search(r'<form [^>]*action="/undo">.*?</form>', text, re.DOTALL)
    assert undo
    assert f'name="decision" value="{standing.id}"' in undo[0]
    # Whoever sees another's decision on the page replaces it knowingly.
    assert f'name="seen" value="{standing.id}"' in text
    assert "延期至" in words(editor.get("/provinces?state=none").text)
    running.console.acts.undo(_who(running), standing.id)
    assert "已批准延期" not in editor.get("/provinces/云南").text


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("extend", {"day": "", "note": "同意"}, "请选一个新的截止日"),
        ("extend", {"day": "2026-08-20", "note": " "}, "延期要写明依据（谁同意的、哪份函）"),
        ("extend", {"day": "2026-08-01", "note": "同意"}, "不晚于截止日"),
        ("extend", {"day": "<script>", "note": "同意"}, "&lt;script&gt;"),
        ("nothing", {"note": ""}, "零报送要写明依据"),
    ],
)
def test_what_cannot_be_decided_is_said_and_nothing_is_kept(
    running: Running, editor: TestClient, path: str, fields: dict[str, str], said: str
) -> None:
    before = decisions.last_id(running.desk.store)
    answer = editor.post(f"/provinces/贵州/{path}", data={"csrf": csrf_of(editor, "/"), **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert "--note" not in answer.text
    assert decisions.last_id(running.desk.store) == before


def test_a_province_that_sends_nothing_is_recorded_and_asked_for_nothing(running: Running, editor: TestClient) -> None:
    text = write(editor, "/provinces/青海/nothing", note="王处长 8月6日电话：没有推荐", back="/")
    assert "李编 8月6日：王处长 8月6日电话：没有推荐" in words(text)
    assert "零报" in words(editor.get("/provinces?state=nothing").text)
    assert "已登记零报送" in words(editor.get("/provinces/青海/letter").text)
    row = next(one for one in running.console.board.seen.once(outlook).rows if one.view.province == "青海")
    assert (row.tile.word, row.missing, row.is_silent) == ("零报", 0, False)
    assert "零报送 <b>1</b>" in editor.get("/").text
    (standing,) = (one for one in decisions.every(running.desk.store) if one.what == decisions.NOTHING)
    assert f'name="decision" value="{standing.id}"' in editor.get("/provinces/青海").text
    running.console.acts.undo(_who(running), standing.id)
    assert "登记零报送" in editor.get("/provinces/青海").text


def test_readers_can_decide_nothing_of_a_province(reader: TestClient) -> None:
    for path in ("extend", "nothing", "sent", "unsent"):
        answer = reader.post(f"/provinces/贵州/{path}", data={"csrf": csrf_of(reader, "/"), "note": "x"})
        assert answer.status_code == 403


def test_a_letter_that_was_sent_is_noted_and_can_be_taken_back(running: Running, editor: TestClient) -> None:
    text = editor.get("/provinces/四川/letter").text
    fields = dict(re.findall(r'<input type="hidden" name="(what|as_of)" value="(.*?)">', text))
    assert fields["what"] == "催报函"
    shown = write(editor, "/provinces/四川/sent", **fields, channel="微信", note="对方回复收到", back="/")
    (sent,) = reminders.every(running.desk.store, running.clock())
    assert (sent.province, sent.channel, sent.person, sent.note) == ("四川", "微信", EDITOR, "对方回复收到")
    # What is kept is what was copied, word for word.
    assert reminders.text_of(running.desk.store, sent).rstrip() in unescape(text)
    line = rows(section(shown, "reminders"))[1]
    assert line.startswith("2026-08-06 10:00 催报函 微信")
    assert "还有 1 项未到" in line
    assert "上次催办是8月6日" in words(editor.get("/provinces/四川/letter").text)
    back = write(editor, "/provinces/四川/unsent", number=sent.id, note="点错了", back="/")
    assert "已撤销登记，不算（李编" in rows(section(back, "reminders"))[1]
    for number in (sent.id, sent.id + 1, "x"):
        assert editor.post("/provinces/贵州/unsent", data=_form(editor, number=str(number))).status_code == 404
    old = (running.clock() - timedelta(days=9)).isoformat()
    for as_of in (old, "", "2026-08-06T09:00:00", "9999-01-01T00:00:00+08:00"):
        answer = editor.post("/provinces/四川/sent", data=_form(editor, what="催报函", channel="微信", as_of=as_of))
        assert (answer.status_code, "这一页太旧了" in answer.text) == (422, True)
    fields["channel"] = "飞鸽传书"
    assert editor.post("/provinces/四川/sent", data=_form(editor, **fields)).status_code == 422


def test_the_findings_of_a_province_are_counted_by_code_and_lead_to_their_lists(
    running: Running, editor: TestClient
) -> None:
    text = section(editor.get("/provinces/湖北").text, "findings")
    told = {
        (code, severity): int(count)
        for code, severity, count in re.findall(r"code=([\w.]+)&amp;severity=(\w+)&amp;state=open\">(\d+) 项", text)
    }
    found = [one for one in _findings(running, "湖北") if one.status == "open" and not one.phase]
    assert told == Counter((one.code, one.severity) for one in found)
    assert len(told) >= 4


def test_a_province_that_is_not_there_is_said_and_markup_stays_text(editor: TestClient) -> None:
    answer = editor.get("/provinces/%3Cscript%3E")
    assert answer.status_code == 404
    assert "没有“&lt;script&gt;”这个省" in answer.text
    for path in ("mails", "missing", "letter"):
        assert editor.get(f"/provinces/火星/{path}").status_code == 404


def test_in_a_browser_the_letter_is_written_in_place_and_copied(tmp_path_factory: pytest.TempPathFactory) -> None:
    with sample_console(tmp_path_factory) as made, served(made) as running, chromium() as browser:
        for size in (WIDE, PHONE):
            with person(browser, running, "editor", size) as shown:
                for address in ("/", "/provinces", "/provinces/陕西", "/cases", "/todo"):
                    shown.goto(address)
                    wide = shown.evaluate("document.documentElement.scrollWidth")
                    assert wide <= size["width"], f"{address} is {wide} px wide"
                shown.goto("/")
                shown.get_by_role("link", name="陕西", exact=False).first.click()
                shown.get_by_role("link", name="写出可以直接复制的函件").click()
                shown.get_by_role("heading", name="陕西：催报函").wait_for()
                assert shown.url.endswith("/provinces/%E9%99%95%E8%A5%BF")
                shown.context.grant_permissions(["clipboard-read", "clipboard-write"])
                button = shown.locator('[data-copy="letter-wechat"]')
                # It says so for two seconds only, which a busy machine may miss.
                button.evaluate(NOTING)
                button.click()
                expect(button).to_have_attribute("data-noted", "已复制")
                copied = shown.evaluate("navigator.clipboard.readText()")
                assert copied.strip() == shown.locator("#letter-wechat").inner_text().strip()
                assert "雁塔人家" in copied


def _findings(running: Running, province: str) -> list[Finding]:
    return [one for one in running.console.board.seen.assessment.findings if one.province == province]


def _form(client: TestClient, **fields: str) -> dict[str, str]:
    return {"csrf": csrf_of(client, "/"), **fields}


def _who(running: Running) -> Who:
    return Who(EDITOR, running.clock())
