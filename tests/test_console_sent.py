"""What went out and what was laid down, as it was; what was done and decided, by whom, and how it is undone."""

import email.policy
import hashlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.parser import BytesParser

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route as At
from starlette.testclient import TestClient

from ingest.telling.digesting import make_edition
from ingest.telling.sending import note_written
from ingest.telling.tracking import track
from reports.console import guard
from reports.console.acts import Who
from reports.console.guard import SECURITY_HEADERS, Guard
from reports.digest import digest as digests
from store import activity, decisions, sent, snapshots
from store.activity import Deed
from store.database import Store
from store.decided import Wanted, latest
from store.decisions import Person
from store.sent import MAIL, Parcel
from tests.browsers import PHONE, WIDE, person
from tests.consoles import PEOPLE, Running, csrf_of, sample_console, served, write
from tests.desks import AFTER

MORNING = datetime.fromisoformat("2026-08-06T08:30:00+08:00")
HOSTILE = (
    '<h1>日报</h1><script>document.title="run"; parent.document.title="run"</script><img src="https://evil.example/x">'
)
POLICY = "content-security-policy"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        _send(made)
        track(made.desk, MORNING)
        made.console.board.look()
        with served(made):
            yield made


def _send(made: Running) -> None:
    """Send a digest as a file, as a mail, into a group (nobody knows whether it came), and a hostile page."""
    edition = make_edition(made.desk, MORNING)
    note_written(made.desk, edition, MORNING)
    mail = digests.as_mail(edition.digest, "office@example.cn", "lead@example.cn").as_bytes()
    for channel, recipient, raw, state in (
        (MAIL, "lead@example.cn", mail, "sent"),
        ("wecombot", "工作群", edition.chat.encode(), "unclear"),
        ("file", "hostile.html", HOSTILE.encode(), "sent"),
    ):
        kept = made.desk.store.vault.keep([raw]).sha256
        parcel = Parcel(edition.digest.day, MORNING, channel, recipient, kept, kept)
        begun = sent.begin(made.desk.store, parcel, MORNING)
        assert begun is not None
        sent.finish(made.desk.store, begun, state, "对方没有答复" if state == "unclear" else "", MORNING)


def number_of(running: Running, recipient: str) -> int:
    return next(one.id for one in sent.every(running.desk.store) if one.recipient == recipient)


def test_digests_are_listed_with_when_to_whom_by_which_channel_and_their_state(running: Running) -> None:
    page = running.as_role("reader").get("/digests").text
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in page.split("<tr>")]
    mail = next(row for row in rows if "lead@example.cn" in row)
    assert all(word in mail for word in ("2026-08-06", "邮件", "已发送", "2026-08-06 08:30"))
    group = next(row for row in rows if "工作群" in row)
    assert all(word in group for word in ("企业微信", "不知道是否送达", "对方没有答复"))


def test_a_mail_is_shown_as_it_was_sent_and_given_byte_for_byte(running: Running) -> None:
    number = number_of(running, "lead@example.cn")
    shown = running.as_role("reader").get(f"/digests/{number}/shown").text
    raw = running.as_role("editor").get(f"/digests/{number}/original")
    row = sent.find(running.desk.store, number)
    assert row is not None
    assert hashlib.sha256(raw.content).hexdigest() == row.sha256
    assert raw.headers["content-disposition"].startswith("attachment")
    body = BytesParser(policy=email.policy.default).parsebytes(raw.content).get_body(("html",))
    assert body is not None
    html = body.get_content()
    assert shown.split("<img")[0] == html.split("<img")[0]
    # The mail's own picture is within; none is fetched.
    assert "cid:" in html
    assert "cid:" not in shown
    assert "data:image/png;base64," in shown


def test_a_text_for_a_group_is_shown_as_text(running: Running) -> None:
    page = running.as_role("reader").get(f"/digests/{number_of(running, '工作群')}").text
    assert "今天需要处理" in page
    assert "<iframe" not in page


def test_only_the_framed_page_has_the_sandboxed_policy_and_only_its_page_may_frame(running: Running) -> None:
    reader, number = running.as_role("reader"), number_of(running, "hostile.html")
    around, within = reader.get(f"/digests/{number}"), reader.get(f"/digests/{number}/shown")
    assert within.headers[POLICY] == guard.FRAMED
    assert guard.FRAMED.startswith("sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'")
    assert within.headers["x-frame-options"] == "SAMEORIGIN"
    assert around.headers[POLICY] == f"{SECURITY_HEADERS['Content-Security-Policy']}; frame-src 'self'"
    assert around.headers["x-frame-options"] == "DENY"
    assert 'sandbox src="/digests/' in around.text
    assert "<script>" not in around.text.split("</head>")[1]
    for path in ("/digests", "/snapshots", "/activity", "/decisions"):
        assert reader.get(path).headers[POLICY] == SECURITY_HEADERS["Content-Security-Policy"]


def test_no_page_can_ask_for_a_policy_that_is_not_written_in_the_guard() -> None:
    loose = {"Content-Security-Policy": "default-src *", "X-Frame-Options": "ALLOWALL"}
    routes = [At("/", lambda _request: PlainTextResponse("x", headers=loose))]
    answer = TestClient(Starlette(routes=routes, middleware=[Middleware(Guard)]), base_url="http://localhost").get("/")
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_what_was_sent_as_html_runs_nothing_in_a_browser(
    running: Running, browser: Browser, size: dict[str, int]
) -> None:
    path = f"/digests/{number_of(running, 'hostile.html')}"
    asked: list[str] = []
    context = browser.new_context(viewport=size, base_url=running.url)  # type: ignore[arg-type]
    client = running.client("reader")
    context.add_cookies([{"name": one.name, "value": str(one.value), "url": running.url} for one in client.cookies.jar])
    page = context.new_page()
    page.on("requestfinished", lambda request: asked.append(request.url))
    for address in (path, f"{path}/shown"):
        page.goto(address)
        frame = page.frames[-1]
        frame.get_by_role("heading", name="日报", exact=True).wait_for()
        assert page.title() != "run"
    assert not any("evil" in url for url in asked)
    context.close()


def test_the_pages_of_what_was_sent_fit_the_screen(running: Running, browser: Browser) -> None:
    number = number_of(running, "lead@example.cn")
    with person(browser, running, "editor", PHONE) as page:
        for path in ("/digests", f"/digests/{number}", "/snapshots", "/snapshots/1", "/activity", "/decisions"):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        page.goto(f"/digests/{number}")
        assert "“好服务”案例征集日报" in page.frames[-1].locator("body").inner_text()


def test_reports_of_the_deadline_are_shown_as_they_were_made(running: Running) -> None:
    reader = running.as_role("reader")
    page = reader.get("/digests").text
    assert "截止后第 1 天" in page
    shown = reader.get("/digests/reports/2026-08-06/shown")
    original = running.as_role("editor").get("/digests/reports/2026-08-06/original").content
    assert shown.text == original.decode()
    assert shown.headers[POLICY] == guard.FRAMED
    assert reader.get("/digests/reports/2026-01-01").status_code == 404
    assert reader.get("/digests/reports/yesterday/shown").status_code == 404


def test_what_there_is_not_is_not_found(running: Running) -> None:
    for path in ("/digests/999", "/digests/99999999999999999999", "/digests/999/shown", "/snapshots/999"):
        assert running.as_role("admin").get(path).status_code == 404


def test_a_snapshot_is_shown_with_its_numbers_hash_and_lists_and_verified(running: Running) -> None:
    (kept,) = snapshots.every(running.desk.store, running.desk.campaign.call.id)
    reader = running.as_role("reader")
    for path in ("/snapshots", f"/snapshots/{kept.id}"):
        page = reader.get(path).text
        assert "完好，与留底时一致" in page
        assert kept.sha256 in page
        assert f"<b>{kept.numbers['cases_complete']}</b>案例齐全" in page
    assert "按时且齐全" in page
    assert "北京" in page
    data = running.as_role("editor").get(f"/snapshots/{kept.id}/original").content
    assert hashlib.sha256(data).hexdigest() == kept.sha256
    file = running.desk.store.vault.path(kept.sha256)
    file.chmod(0o644)
    file.write_bytes(data.replace(b"1", b"2", 1))
    try:
        for path in ("/snapshots", f"/snapshots/{kept.id}"):
            page = reader.get(path).text
            assert "已损坏" in page
            assert "文件被改过" in page
            assert "完好" not in page
    finally:
        file.write_bytes(data)


def test_a_hash_is_whole_for_readers_though_its_digits_look_like_a_phone(running: Running) -> None:
    raw, number = b"", 0
    while not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", hashlib.sha256(raw).hexdigest()):
        number += 1
        raw = b"%d" % number
    kept = running.desk.store.vault.keep([raw]).sha256
    parcel = Parcel(AFTER.date(), AFTER, "file", f"{number}.html", kept, kept)
    sent.note_written(running.desk.store, parcel, AFTER)
    page = running.as_role("reader").get(f"/digests/{number_of(running, f'{number}.html')}").text
    assert kept in page


# What was done and decided


def test_the_activity_log_is_paged_and_filtered_by_person(running: Running) -> None:
    store, now = running.desk.store, running.clock.moment
    for number in range(60):
        activity.note(store, Deed(now, "张三", "10.0.0.9", "试做", f"第 {number} 件", "电话 13812345678"))
    reader, admin = running.as_role("reader"), running.as_role("admin")
    first = reader.get("/activity", params={"person": "张三"}).text
    assert "第 59 件" in first
    assert "第 9 件" not in first
    assert "第 1 / 2 页，共 60 条" in first
    second = reader.get("/activity", params={"person": "张三", "page": 2}).text
    assert "第 9 件" in second
    assert "登录" not in re.sub(r"<(?:nav|header).*?</(?:nav|header)>", "", second, flags=re.DOTALL).split("<tbody>")[1]
    # Readers see no phones, and nobody but an administrator from where somebody worked.
    assert "13812345678" not in first
    assert "10.0.0.9" not in first
    assert "10.0.0.9" in admin.get("/activity", params={"person": "张三"}).text


def decided(running: Running) -> tuple[int, int]:
    """Decide two things of two provinces by the functions of the console; return their numbers."""
    acts, now = running.console.acts, running.clock.moment
    acts.send_nothing(Who(PEOPLE["editor"], now, "电话核实"), "青海")
    acts.extend(Who(PEOPLE["admin"], now, "来函〔2026〕3号"), "西藏", "2026-08-20")
    rows = decisions.every(running.desk.store)
    return rows[-2].id, rows[-1].id


def row_of(page: str, number: int) -> str:
    found = re.search(rf'<tr id="d{number}">(.*?)</tr>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]) if found else ""


def test_every_decision_is_listed_filtered_and_undone(running: Running) -> None:
    nothing, later = decided(running)
    editor = running.as_role("editor")
    page = editor.get("/decisions").text
    assert all(word in row_of(page, nothing) for word in ("零报送", "青海零报送", "李编", "电话核实", "有效"))
    assert "西藏的截止日期延到 2026-08-20" in row_of(page, later)
    for params, there in (
        ({"person": PEOPLE["editor"]}, nothing),
        ({"province": "青海"}, nothing),
        ({"what": decisions.NOTHING}, nothing),
        ({"what": decisions.DEADLINE, "province": "西藏"}, later),
    ):
        page = editor.get("/decisions", params=params).text
        other = later if there == nothing else nothing
        assert row_of(page, there)
        assert not row_of(page, other)
    page = write(editor, "/undo", decision=nothing, note="弄错了省", back="/decisions")
    assert "已撤销人工处理" in page
    assert all(word in row_of(page, nothing) for word in ("已撤销", "李编"))
    assert "撤销编号" not in row_of(page, nothing)
    (deed,), _ = activity.latest(running.desk.store, 1)
    assert (deed.person, deed.action) == (PEOPLE["editor"], "撤销")
    assert deed.target == f"人工处理 {nothing}，弄错了省"
    again = editor.post("/undo", data={"csrf": csrf_of(editor, "/"), "decision": str(nothing)})
    assert (again.status_code, "已由 李编 撤销过" in again.text) == (422, True)


@pytest.mark.parametrize("decision", ["", "0", "999999", "-1", "x", "9" * 30])
def test_what_was_never_decided_cannot_be_undone(running: Running, decision: str) -> None:
    editor = running.as_role("editor")
    answer = editor.post("/undo", data={"csrf": csrf_of(editor, "/"), "decision": decision})
    assert answer.status_code == 404


def test_a_decision_on_a_mail_is_found_by_the_mails_province_and_one_replaced_says_so(running: Running) -> None:
    messages = running.console.board.seen.picture.messages
    message = next(one for one in messages if one.province == "江苏")
    store, now = running.desk.store, running.clock.moment
    subject = decisions.of_message(message.id)
    first = decisions.add(store, decisions.ARRIVAL, subject, {"late": True}, Person("张三", now))
    second = decisions.add(store, decisions.ARRIVAL, subject, {"late": False}, Person("张三", now + timedelta(hours=1)))
    reader = running.as_role("reader")
    page = reader.get("/decisions", params={"province": "江苏"}).text
    assert f"已由编号 {second} 取代" in row_of(page, first)
    assert "有效" in row_of(page, second)
    assert not row_of(reader.get("/decisions", params={"province": "浙江"}).text, first)
    # Whoever only looks sees no button.
    assert 'action="/undo"' not in page


def test_decisions_are_found_alike_in_both_databases(store: Store) -> None:
    place = {"province": "青海", "message": "青海尚未报送任何材料"}
    decisions.add(store, decisions.WAIVED, "finding:1", place, Person("张三", AFTER))
    first = decisions.add(store, decisions.NOTHING, "province:青海", place, Person("张三", AFTER))
    last = decisions.add(store, decisions.NOTHING, "province:青海", place, Person("李四", AFTER))
    found, total = latest(store, Wanted(what=decisions.NOTHING, province="青海"), 10)
    assert [(one.decided.id, one.replaced_by) for one in found] == [(last, None), (first, last)]
    assert total == 2
    assert latest(store, Wanted(person="李四", province="浙江"), 10) == ([], 0)


def test_a_file_beside_a_mail_is_found_by_the_mails_province(running: Running) -> None:
    message = next(one for one in running.console.board.seen.picture.messages if one.province == "山东")
    value = {"message": message.id, "name": "补.zip", "sha256": "0" * 64, "bytes": 3}
    store, subject = running.desk.store, f"attached:{message.id}:{'0' * 64}"
    made = decisions.add(store, decisions.ATTACHED, subject, value, Person("张三", AFTER))
    page = running.as_role("reader").get("/decisions", params={"province": "山东"}).text
    assert "《补.zip》补入来信" in row_of(page, made)
    assert f'href="/messages/{message.id}"' in page


def test_a_phone_is_not_cut_in_two_where_a_long_text_is(running: Running) -> None:
    told = "长" * 593 + "13812345678"
    activity.note(running.desk.store, Deed(AFTER, "赵六", "", "试做", "", told))
    page = running.as_role("reader").get("/activity", params={"person": "赵六"}).text
    assert "长138***" in page
    assert "138123" not in page


def test_decisions_are_paged(running: Running) -> None:
    store, now = running.desk.store, running.clock.moment
    value = {"kind": "submission"}
    for _ in range(55):
        decisions.add(store, decisions.MAIL_KIND, decisions.of_message(1), value, Person("王五", now))
    page = running.as_role("reader").get("/decisions", params={"person": "王五"}).text
    assert page.count('<tr id="d') == 50
    assert "第 1 / 2 页，共 55 条" in page
    assert page_two(running.as_role("reader")).count('<tr id="d') == 5


def page_two(client: TestClient) -> str:
    return client.get("/decisions", params={"person": "王五", "page": 2}).text
