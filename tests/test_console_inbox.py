"""The console's inbox: what became of every mail, whose it is, and what persons put right there; hostile mails too."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from starlette.testclient import TestClient

from config.errors import ConfigError
from ingest.desk import Desk
from reports.console.acts import Who
from reports.console.mail.chores import Chore, Chores
from reports.console.mail.mails import STATES, Choice, mails_of
from reports.console.mail.quoting import passages
from reports.incoming import MessageView
from store import activity, decisions
from store import mail as kept
from store.models import Message
from tests.archive_builders import locked_zip
from tests.browsers import PHONE, WIDE, chromium, person
from tests.consoles import Running, csrf_of, sample_console, served, write
from tests.desks import AFTER, take
from tests.inbox import mail, photo
from tests.sample import day
from tests.test_open_links import anchor, linked
from tests.test_stamps import arrive

PASSWORD = "Wy-2026"
STRANGER = "wind@qq.example"
SCRIPT = "<script>alert(1)</script>"
TURNED = "\u202egnp.exe\u202c"
NOT_FOUND = 404
# What a busy machine may take, in milliseconds.
_PATIENCE = 120_000


def hostile_mail() -> bytes:
    return mail(
        f'"{SCRIPT}{TURNED}" <a@evil.example>',
        f"好服务案例 {SCRIPT}{TURNED}",
        day("08-03T08:00:00"),
        {f'"><img src=x onerror=alert(2)>{TURNED}.docx': b"nothing"},
        text=f"电话 13812345678 {SCRIPT}\n> 上一封 {TURNED}<b>旧信</b>",
    )


def live_mail() -> bytes:
    html = f"<p>网页信 &lt;script&gt;alert(3) {SCRIPT}</p><img src='https://evil.example/pixel.png'><form><input>"
    return mail("网页 <live@163.example>", "网页做的信", day("08-03T08:10:00"), text="", html=html)


def long_mail() -> bytes:
    return mail("长信 <long@163.example>", "好服务案例咨询", day("08-03T08:30:00"), text="很长的正文，" * 600_000)


def disk_mail() -> bytes:
    said = "照片见网盘 链接：https://pan.baidu.com/s/1AbCdEfGh_23456 提取码: ab3d"
    return mail("浙江物协 <zjwyxh@example.cn>", "浙江百度网盘", day("08-04T11:00:00"), text=f"好服务案例{said}")


def locked_mail() -> bytes:
    files = {"材料/照片1.jpg": photo("locked"), "材料/照片2.jpg": photo("locked too")}
    return mail(
        "浙江物协 <zjwyxh@example.cn>",
        "浙江补充照片",
        day("08-04T09:00:00"),
        {"加密照片.zip": locked_zip(files, PASSWORD)},
        text="密码另行电话告知。",
    )


def links_mail() -> bytes:
    late = anchor("照片.rar", "key=bbb", "2026年9月20日 21:15 到期")
    soon = anchor("案例材料.zip", "key=aaa", "2026年8月8日 21:15 到期")
    gone = anchor("旧材料.zip", "key=ccc", "2026年8月4日 21:15 到期")
    return linked(late, soon, gone, subject="浙江网盘材料", said="提取码：ab3d")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        folder = tmp_path_factory.mktemp("mails")
        take(made.desk, folder, hostile_mail(), live_mail(), long_mail(), locked_mail(), links_mail(), disk_mail())
        # However slow the machine is, each act is over when it is answered.
        made.console.chores.patience = 300
        made.console.board.look()
        yield made


def editor(running: Running) -> TestClient:
    return running.as_role("editor")


def named(running: Running, subject: str) -> MessageView:
    running.console.board.look()
    return next(one for one in running.console.board.seen.picture.messages if subject in one.subject)


def plain(page: str) -> str:
    """Return a page's words without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def listed(page: str) -> list[int]:
    """Return the mails of a list in their order, by our numbers."""
    return [int(number) for number in re.findall(r'<td data-label="主题"><span><a href="/messages/(\d+)"', page)]


def test_the_sum_adds_up_and_each_number_opens_its_list(running: Running) -> None:
    client, mails = editor(running), running.console.board.seen.mails
    page = client.get("/inbox").text
    told = mails.tally
    assert told.text.replace(" ", "") in plain(page).replace(" ", "")
    assert len(told.received) == len(told.filed) + len(told.aside) + len(told.failed) + len(told.waiting)
    assert len(listed(page)) == len(told.received)
    for state in STATES:
        count = len(mails.by_state.get(state, ()))
        if count or state in ("filed", "aside", "failed", "unknown"):
            assert len(listed(client.get(f"/inbox?state={state}").text)) == count, state
            if state != "waiting":
                assert re.search(rf'href="/inbox\?state={state}"[^>]*>[^<]*<b>{count}</b>', page), state


def test_what_needs_a_person_comes_first_and_then_the_newest(running: Running) -> None:
    seen = running.console.board.seen
    numbers = listed(editor(running).get("/inbox").text)
    first = {one.id for state in ("failed", "unknown", "unfiled") for one in seen.mails.by_state.get(state, ())}
    assert first
    assert set(numbers[: len(first)]) == first
    for part in (numbers[: len(first)], numbers[len(first) :]):
        arrivals = [seen.messages[number].arrival for number in part]
        assert arrivals == sorted(arrivals, reverse=True)


def test_a_row_says_what_became_of_a_mail_and_leads_to_province_and_case(running: Running) -> None:
    seen = running.console.board.seen
    page = plain(editor(running).get("/inbox?q=湖北").text)
    assert "已归档 湖北 · 东湖名苑" in page
    html = editor(running).get("/inbox?province=湖北").text
    case = next(one for one in seen.picture.cases if one.community == "东湖名苑")
    assert f'href="/cases/{seen.case_keys[case.id]}"' in html
    assert 'href="/provinces/%E6%B9%96%E5%8C%97"' in html
    aside = plain(editor(running).get("/inbox?state=aside&kind=unrelated").text)
    assert "搁置 无关邮件" in aside


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("province=陕西", {"陕西省“好服务”案例报送", "更正：陕西省“好服务”案例汇总清单（以此件为准）"}),
        ("province=陕西&q=更正", {"更正：陕西省“好服务”案例汇总清单（以此件为准）"}),
        ("kind=automatic", {"自动回复：收到"}),
        ("q=SX@WYXH", {"陕西省“好服务”案例报送", "更正：陕西省“好服务”案例汇总清单（以此件为准）"}),
        ("state=filed&kind=automatic", set()),
        ("state=aside&kind=automatic&mailbox=import&province=浙江", {"自动回复：收到"}),
        ("mailbox=nowhere", set()),
        # What no text can hold is left out: nothing is sought.
        ("q=%00&state=failed", set()),
        ("q=湖北省案例%0A湖北", {"湖北省案例"}),
        ("q=好服务&state=failed", set()),
    ],
)
def test_the_list_is_filtered(running: Running, query: str, subjects: set[str]) -> None:
    messages = running.console.board.seen.messages
    assert {messages[number].subject for number in listed(editor(running).get(f"/inbox?{query}").text)} == subjects


def test_a_long_list_is_paged(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.console.asked.ROWS", 4)
    client, everything = editor(running), []
    count = len(running.console.board.seen.picture.messages)
    for page in range(1, -(-count // 4) + 1):
        text = client.get(f"/inbox?page={page}").text
        everything += listed(text)
        assert f"第 {page} / {-(-count // 4)} 页，共 {count} 条" in text
    assert everything == [one.id for one in running.console.board.seen.mails.ordered]
    # What lies beyond the end is the last page.
    assert listed(client.get("/inbox?page=999").text) == everything[-(count % 4 or 4) :]


def test_open_links_stand_with_what_is_needed_to_bring_them_in_the_soonest_first(running: Running) -> None:
    number = named(running, "浙江网盘材料").id
    page = editor(running).get("/inbox/links").text
    words = plain(page)
    assert [words.index(name) for name in ("案例材料.zip", "照片.rar", "旧材料.zip")] == sorted(
        words.index(name) for name in ("案例材料.zip", "照片.rar", "旧材料.zip")
    )
    assert "《案例材料.zip》（128M）" in words
    assert "还有 2 天，8月8日 21:15 到期" in words
    assert "已于8月4日到期，请对方重发" in words
    assert "提取码 ab3d" in words
    assert 'rel="noopener noreferrer"' in page
    assert f'href="/add?message={number}&amp;link=2"' in page
    assert "案例材料.zip" in editor(running).get("/inbox").text
    for path in ("/inbox", "/inbox/links", f"/messages/{number}"):
        shown = running.as_role("reader").get(path).text
        assert "案例材料.zip" in shown
        assert "打开网盘" not in shown
        assert "ab3d" not in shown


def test_a_mails_page_tells_who_sent_it_and_how_that_is_known(running: Running) -> None:
    one = named(running, "江苏省推荐案例材料")
    words = plain(editor(running).get(f"/messages/{one.id}").text)
    assert one.sender_confidence is not None
    assert one.sender_confidence >= running.desk.campaign.call.sender_threshold
    assert f"线索合起来的把握 {round(one.sender_confidence * 100)}%（到 70% 才自动认定）" in words
    for clue in one.sender_clues:
        assert re.sub(r"\s+", " ", clue) in words
    assert "2026-07-22 15:40:10" in words
    assert one.kind_evidence in words
    assert "您好，材料见附件，请查收。" in words


def test_the_files_of_a_mail_stand_as_a_tree_with_their_cases(running: Running) -> None:
    one = named(running, "浙江省“好服务”案例报送")
    page = editor(running).get(f"/messages/{one.id}").text
    found = r'<li class="depth(\d)">\s*(?:<span[^>]*>([^<]*)</span>)?<a class="wrap" href="/files/([^"]+)">([^<]*)</a>'
    tree = re.findall(found, page)
    names = [(depth, folder + name) for depth, folder, _, name in tree]
    archive = names.index(("0", "案例材料.zip"))
    assert names[archive + 1] == ("1", "宁波甬安物业管理有限公司/鄞州安居家园/推荐表.docx")
    assert [depth for depth, _ in names[archive + 1 : archive + 6]] == ["1"] * 5
    assert {key for _, _, key, _ in tree} == {
        key for key, file in running.console.board.seen.files.items() if file.message_pk == one.id
    }
    assert "鄞州安居家园</a>" in page[page.index("宁波甬安物业管理有限公司/鄞州安居家园/") :][:600]


def test_findings_of_a_mail_are_shown_without_commands(running: Running) -> None:
    page = editor(running).get(f"/messages/{named(running, '好服务案例照片').id}").text
    assert "看不出是哪个省级物协的来信" in page
    assert "zhengji" not in page


def test_texts_originals_and_message_ids_are_for_editors(running: Running) -> None:
    one = named(running, "请问推荐表能否只盖电子章")
    reader = running.as_role("reader")
    assert "谢谢" in editor(running).get(f"/messages/{one.id}").text
    page = reader.get(f"/messages/{one.id}").text
    assert "正文只给编辑人员看" in page
    assert "谢谢" not in page
    assert '<form method="post" action="/messages' not in page
    assert reader.get(f"/messages/{one.id}/original").status_code == 403


def test_the_raw_mail_is_given_as_a_file_and_that_is_noted(running: Running) -> None:
    one = named(running, "湖北省案例")
    answer = editor(running).get(f"/messages/{one.id}/original")
    assert answer.content == kept.raw(running.desk.store, one.id).read_bytes()
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment")
    assert disposition.endswith(".eml")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    (deed,) = activity.latest(running.desk.store, 1)[0]
    assert (deed.action, deed.target, deed.person) == ("下载原信", f"来信 {one.id}", "李编")


@pytest.mark.parametrize("path", ["/messages/9999", "/messages/9999/original", "/messages/99999999999999999999"])
def test_a_mail_that_is_not_there_is_said_to_be_missing(running: Running, path: str) -> None:
    answer = editor(running).get(path)
    assert answer.status_code == NOT_FOUND
    assert "没有这封来信" in answer.text


def test_nothing_of_a_hostile_mail_is_live_or_turns_the_text_around(running: Running) -> None:
    one = named(running, "alert")
    for path in ("/inbox", f"/messages/{one.id}", "/inbox?q=%3Cscript%3E"):
        page = editor(running).get(path).text
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "\u202e" not in page
    page = editor(running).get(f"/messages/{one.id}").text
    assert "<details><summary>引用或转发的内容" in page
    assert "13812345678" in page
    assert "&lt;b&gt;旧信" in page


def test_the_html_of_a_mail_is_never_live(running: Running) -> None:
    page = editor(running).get(f"/messages/{named(running, '网页做的信').id}").text
    assert "网页信 &lt;script&gt;alert(3)" in page
    assert "pixel.png" not in page
    assert "<img" not in page
    assert "<form><input>" not in page


def test_a_mail_of_ten_megabytes_has_a_page_of_bounded_size(running: Running) -> None:
    one = named(running, "好服务案例咨询")
    assert one.bytes > 10_000_000
    page = editor(running).get(f"/messages/{one.id}").text
    assert "正文太长" in page
    assert len(page) < 100_000


def test_a_script_in_the_query_stays_text(running: Running) -> None:
    page = editor(running).get('/inbox?q="><script>x</script>&state=<b>&province=<b>&page=-1').text
    assert "<script>x" not in page
    assert "<b>&" not in page


def test_whose_mail_it_is_is_said_in_two_clicks_and_the_next_one_files_itself(running: Running, tmp_path: Path) -> None:
    client = editor(running)
    one = named(running, "好服务案例照片")
    listing = client.get("/inbox?state=unknown").text
    assert one.id in listed(listing)
    page = client.get(f"/messages/{one.id}").text
    assert "IMG_2031.jpg" in page
    assert f"以后 {STRANGER} 的来信都照此认定" in page
    page = write(client, f"/messages/{one.id}/assign", province="贵州", learn="yes", back=f"/messages/{one.id}")
    assert "属于贵州" in page
    assert f"{STRANGER} 的来信都照此" in page
    assert re.search(r'name="decision" value="\d+"', page)
    assert one.id not in listed(client.get("/inbox?state=unknown").text)
    later = mail(f"风轻云淡 <{STRANGER}>", "再补一张照片 好服务案例", day("08-05T15:00:00"), {"IMG_2.jpg": photo("2")})
    take(running.desk, tmp_path, later)
    assert named(running, "再补一张照片").province == "贵州"
    (deed,) = activity.latest(running.desk.store, 1, person="李编")[0]
    assert (deed.action, deed.target) == ("认定发信单位", f"来信 {one.id}")


def test_an_address_is_not_remembered_where_the_box_is_not_ticked(running: Running) -> None:
    one = named(running, "第十二届国际智慧停车展邀请函")
    write(editor(running), f"/messages/{one.id}/kind", kind="submission", back="/inbox")
    write(editor(running), f"/messages/{one.id}/assign", province="云南", city="昆明市", level="city", back="/inbox")
    row = decisions.about_mail(running.desk.store, one.id, None)[-1]
    assert (row.value["learned"], row.value["city"], row.value["level"]) == (None, "昆明市", "city")
    assert named(running, "第十二届").province == "云南"


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("assign", {}, "请先选这封来信属于哪个省"),
        ("assign", {"province": "火星"}, "没有 火星 这个省份"),
        ("assign", {"province": "浙江", "city": "火星市"}, "浙江没有 火星市 这个市"),
        ("kind", {}, "请先选来信类别"),
        ("kind", {"kind": "火星"}, "没有 火星 这一类"),
        ("arrival", {}, "请选按时或迟到"),
        ("arrival", {"verdict": "迟到"}, "是否按时没有疑问"),
        ("unlock", {"word": "  "}, "请写密码"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_way_back(
    running: Running, path: str, fields: dict[str, str], said: str
) -> None:
    client = editor(running)
    one = named(running, "湖北省案例")
    answer = client.post(f"/messages/{one.id}/{path}", data={"csrf": csrf_of(client, "/"), **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert "返回修改" in answer.text


def test_two_who_say_otherwise_see_each_other(running: Running) -> None:
    one = named(running, "请问推荐表能否只盖电子章")
    write(running.as_role("admin"), f"/messages/{one.id}/kind", kind="unrelated", back="/inbox")
    client = editor(running)
    fields = {"csrf": csrf_of(client, "/"), "kind": "inquiry", "back": "/inbox"}
    answer = client.post(f"/messages/{one.id}/kind", data=fields)
    assert answer.status_code == 422
    assert "别人已经处理过了" in answer.text
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen
    page = write(client, f"/messages/{one.id}/kind", kind="inquiry", back="/inbox", seen=seen[1])
    assert "取代 陈管" in page
    assert named(running, "请问推荐表").kind == "inquiry"


def test_a_password_opens_what_is_locked_and_is_shown_nowhere(running: Running) -> None:
    client = editor(running)
    one = named(running, "浙江补充照片")
    page = client.get(f"/messages/{one.id}").text
    assert "要密码" in page
    wrong = write(client, f"/messages/{one.id}/unlock", word="nonsense-1", back=f"/messages/{one.id}")
    assert "仍打不开" in wrong
    page = write(client, f"/messages/{one.id}/unlock", word=PASSWORD, back=f"/messages/{one.id}")
    assert "打开了来信" in page
    assert "照片1.jpg" in page
    assert PASSWORD not in page
    assert all(PASSWORD not in deed.told for deed in activity.latest(running.desk.store, 20)[0])


def test_failed_mails_are_read_again(running: Running) -> None:
    one = named(running, "湖南省")
    let_fail(running.desk, one.id)
    running.console.board.look()
    client = editor(running)
    assert listed(client.get("/inbox").text)[0] == one.id
    failed = plain(client.get("/inbox?state=failed").text)
    assert "未能处理 读信时出错（测试）" in failed
    page = write(client, "/inbox/retry", back="/inbox?state=failed")
    assert "重读 " in page
    assert listed(page) == []
    assert named(running, "湖南省").state == "filed"


def let_fail(desk: Desk, number: int) -> None:
    """Let a mail have failed."""
    kept.wait_again(desk.store)
    with desk.store.session() as session:
        session.get_one(Message, number).state = "waiting"
    kept.fail(desk.store, number, "读信时出错（测试）")


def test_what_takes_long_is_answered_soon_shown_while_it_goes_on_and_told_when_over(running: Running) -> None:
    client, gate = editor(running), threading.Event()
    chores = running.console.chores
    blocked = chores.begin(Chore("重读来信", "陈管", running.clock(), lambda: [str(gate.wait(60))]))
    try:
        page = client.get("/inbox").text
        assert "正在重读来信：陈管" in page
        assert 'hx-get="/inbox/doing"' in page
        assert "正在重读来信" in client.get("/inbox/doing").text
        again = client.post("/inbox/retry", data={"csrf": csrf_of(client, "/"), "back": "/inbox"})
        assert again.status_code == 422
        assert "陈管 已经让程序重读来信，还没有做完" in again.text
    finally:
        gate.set()
    assert blocked.finished.wait(60)
    assert blocked.result() == ["True"]
    over(chores)
    answer = client.get("/inbox/doing")
    assert answer.headers["hx-refresh"] == "true"
    assert "正在" not in plain(answer.text)


def over(chores: Chores) -> None:
    """Wait until nothing is being done."""
    for thread in threading.enumerate():
        if thread.name == "chore":
            thread.join(300)
    assert not chores.running


def test_the_end_of_what_took_long_is_told_on_the_next_page_and_in_the_log(running: Running) -> None:
    client, chores = editor(running), running.console.chores
    one = named(running, "江苏省推荐案例材料")
    chores.patience = 0
    turn = running.console.board.deciding()
    turn.__enter__()
    try:
        page = write(client, f"/messages/{one.id}/kind", kind="submission", note="看过", back="/inbox")
        assert "正在改来信类别，可能要几分钟" in page
    finally:
        turn.__exit__(None, None, None)
        chores.patience = 300
    over(chores)
    assert "是报送" in client.get("/inbox").text
    deeds = activity.latest(running.desk.store, 2)[0]
    assert [deed.action for deed in deeds] == ["改来信类别（做完）", "改来信类别"]


def test_what_cannot_be_done_is_told_also_where_it_took_long() -> None:
    def refuse() -> list[str]:
        raise ConfigError("没有这封来信")

    chores, told = Chores(), []
    gate = threading.Event()
    chore = Chore("改来信类别", "李编", AFTER, lambda: [] if not gate.wait(60) else refuse())
    assert chore.tell_later(told.extend)
    gate.set()
    chores.begin(chore)
    over(chores)
    assert told == ["没有成功：没有这封来信"]
    assert not chore.tell_later(told.extend)
    with pytest.raises(ConfigError):
        chore.result()


def test_a_copy_of_a_mail_leads_to_the_one_that_counts(running: Running, tmp_path: Path) -> None:
    raw = mail("小胡 <hu@163.example>", "请问截止日期", day("08-02T09:00:00"), text="请问好服务案例截止日期是哪天？")
    other = raw.replace(b"with ESMTP id X1", b"with ESMTP id X2")
    take(running.desk, tmp_path, raw, other)
    one = named(running, "请问截止日期")
    page = editor(running).get(f"/messages/{one.id}").text
    copy = int(next(iter(re.findall(r"同一封信另收到 1 次（来信 (\d+)）", page))))
    answer = editor(running).get(f"/messages/{copy}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/messages/{one.id}")


def test_where_the_deadline_lies_between_two_stamps_a_person_says_which_counts(running: Running) -> None:
    late, before = day("08-06T00:00:30"), day("08-05T23:59:30")
    raw = mail("浙江物协 <zjwyxh@example.cn>", "浙江压线补充", before, {"照片.jpg": photo("line")})
    arrive(running.desk, raw, late)
    one = named(running, "浙江压线补充")
    page = editor(running).get(f"/messages/{one.id}").text
    for said in ("2026-08-06 00:00:30", "2026-08-05 23:59:30", "截止时间夹在两个时间中间", "算按时", "算迟到"):
        assert said in page
    page = write(editor(running), f"/messages/{one.id}/arrival", verdict="迟到", back=f"/messages/{one.id}")
    assert "由李编认定为迟到" in plain(page).replace(" ", "")
    assert named(running, "浙江压线补充").arrival_decided == "late"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您好\n谢谢", [("您好\n谢谢", False)]),
        ("收到\n> 老师好\n> 附件\n谢谢", [("收到", False), ("> 老师好\n> 附件", True), ("谢谢", False)]),
        (
            "请查收\n\n-----原始邮件-----\n发件人：a@b.cn\n正文",
            [("请查收\n", False), ("-----原始邮件-----\n发件人：a@b.cn\n正文", True)],
        ),
        ("好\n在 2026-08-01 09:30，张三 写道：\n旧", [("好", False), ("在 2026-08-01 09:30，张三 写道：\n旧", True)]),
        ("", []),
    ],
)
def test_quoted_parts_of_a_text_are_told_apart(text: str, expected: list[tuple[str, bool]]) -> None:
    assert [(one.text.strip("\n"), one.quoted) for one in passages(text)] == [
        (said.strip("\n"), quoted) for said, quoted in expected
    ]


def test_lines_without_end_are_told_apart() -> None:
    lines = ["- " * 100_000, "在" * 100_000, " " * 200_000 + "好"]
    assert [(one.text, one.quoted) for one in passages("\n".join(lines))] == [("\n".join(lines), False)]


def test_a_hundred_thousand_mails_are_sorted_once_and_a_page_is_only_cut_out(running: Running) -> None:
    running.console.board.look()
    seen = running.console.board.seen
    one = named(running, "湖北省案例")
    many = tuple(
        replace(one, id=100_000 + number, subject=f"第 {number} 封", arrival=one.arrival + timedelta(seconds=number))
        for number in range(100_000)
    )
    mails = mails_of(replace(seen.assessment, picture=replace(seen.picture, messages=many)))
    first = mails.chosen(Choice())
    # The very same list, not another one made of it.
    assert first is mails.ordered
    assert mails.chosen(Choice(province="湖北")) is mails.by_province["湖北"]
    assert mails.chosen(Choice(state="filed")) is mails.by_state["filed"]
    assert [found.subject for found in mails.chosen(Choice(text="第 99999 封", kind="submission"))] == ["第 99999 封"]
    assert first[0].subject == "第 99999 封"


def test_a_mail_without_province_is_assigned_in_a_real_browser(running: Running) -> None:
    raw = mail("云淡风轻 <cloud@qq.example>", "好服务照片两张", day("08-05T10:00:00"), {"IMG_9.jpg": photo("cloud")})
    with served(running), chromium() as browser:
        take(running.desk, running.desk.settings.base / "browser", raw)
        running.console.board.look()
        for size, province in ((WIDE, "青海"), (PHONE, "甘肃")):
            with person(browser, running, "editor", size) as page:
                page.set_default_timeout(_PATIENCE)
                page.goto("/inbox?q=cloud@qq.example")
                page.get_by_role("link", name="好服务照片两张").click()
                expect(page.get_by_role("link", name="IMG_9.jpg")).to_be_visible(timeout=_PATIENCE)
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
                if province == "甘肃":
                    page.get_by_text("改认定发信单位").click()
                page.get_by_label("省", exact=True).select_option(province)
                page.get_by_role("button", name="认定", exact=True).click()
                expect(page.get_by_role("status")).to_contain_text(f"属于{province}", timeout=_PATIENCE)
                expect(page.get_by_role("link", name=province).first).to_be_visible(timeout=_PATIENCE)


def test_a_suspicious_sender_is_named_and_not_to_be_remembered(running: Running, tmp_path: Path) -> None:
    checked = "mx.ecpmi.org.cn; spf=fail smtp.mailfrom=evil.example"
    files = {"照片.jpg": photo("suspicious")}
    raw = mail(
        "浙江物协 <zjwyxh@example.cn>", "更换账户报送", day("08-05T11:00:00"), files, Authentication_Results=checked
    )
    take(running.desk, tmp_path, raw)
    one = named(running, "更换账户报送")
    assert one.suspicions
    page = editor(running).get(f"/messages/{one.id}").text
    for said in one.suspicions:
        assert said in page
    assert '<input type="checkbox" name="learn" value="yes"> 以后 zjwyxh@example.cn' in page
    assert "发信人可疑" in editor(running).get("/inbox").text


def test_what_a_person_added_says_by_which_way_it_came(running: Running, tmp_path: Path) -> None:
    added = tmp_path / f"微信照片{TURNED}.jpg"
    added.write_bytes(photo("chat"))
    said = {"province": "浙江", "city": None, "case": None, "source": "微信", "arrived": None}
    running.console.acts.add(Who("李编", running.clock()), [added], said)
    one = next(one for one in running.console.board.seen.picture.messages if one.added)
    page = editor(running).get(f"/messages/{one.id}").text
    assert "微信补入，李编" in page
    assert "下载原信</a>" in page
    assert re.search(r"对它的人工处理</h2>.*微信补入浙江", page, re.DOTALL)
    answer = editor(running).get(f"/messages/{one.id}/original")
    assert answer.content == photo("chat")
    assert "attachment" in answer.headers["content-disposition"]
    assert "%E2%80%AE" not in answer.headers["content-disposition"]
    assert "微信补入，李编" in editor(running).get("/inbox?province=浙江").text


def test_many_files_are_paged(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.console.mail.message._FILES", 8)
    one = named(running, "山东省案例报送")
    pages = -(-one.files // 8)
    shown = []
    for page in range(1, pages + 1):
        text = editor(running).get(f"/messages/{one.id}?page={page}").text
        shown += re.findall(r'<a class="wrap" href="/files/([^"]+)"', text)
    assert pages > 1
    assert len(shown) == len(set(shown)) == one.files


def test_whose_mail_a_colleague_passes_on_is_shown(running: Running, tmp_path: Path) -> None:
    quoted = "请处理\n\n-----原始邮件-----\n发件人：江西物协 <jx@qq.example>\n主题：江西报送\n\n江西省好服务案例照片"
    raw = mail(
        "王老师 <wang@ecpmi.org.cn>", "转发：好服务案例图", day("08-05T11:30:00"), {"1.jpg": photo("jx")}, quoted
    )
    take(running.desk, tmp_path, raw)
    one = named(running, "转发：好服务案例图")
    page = editor(running).get(f"/messages/{one.id}").text
    assert "转发的是</dt><dd>江西物协 jx@qq.example" in page
    assert "以后 jx@qq.example 的来信都照此认定" in page
