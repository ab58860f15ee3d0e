"""The console's first page: the same numbers as digest and status, each leading to a list of as many; all 31 provinces."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html import unescape
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from ingest.console.serving import AHEAD
from reports.console.board import Board, Seen
from reports.console.overview import overview as page
from reports.console.overview.curve import drawing
from reports.console.overview.outlook import CASES, STATES, outlook
from reports.console.overview.tasks import tasks
from reports.console.routes import ROUTES
from reports.digest.content import Content, content_of
from reports.digest.progress import progress
from reports.digest.todo import todo_groups
from reports.export import rows as exported
from reports.finding import Assessment
from reports.letters.outstanding import outstanding
from reports.mail_side import FolderTrouble, MailboxHealth, MailGap
from reports.status import render as status
from tests import picture_builders as build
from tests.consoles import Running, sample_console

# What an address of another part looks like; whether it answers, its own tests show.
ELSEWHERE = re.compile(
    r"/(?:cases/[0-9a-f]{12}(?:#f-[a-z_]+)?|files/\d+-[0-9a-f]{12}|messages/\d+|findings(?:\?.*)?|inbox(?:\?.*)?|search|queries|add|"
    r"digests|activity|me|people)$"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        yield made


@pytest.fixture
def reader(running: Running) -> TestClient:
    return running.as_role("reader")


@pytest.fixture(scope="module")
def digest(running: Running) -> Content:
    return content_of(running.console.board.seen.assessment, None)


def words(text: str) -> str:
    """Return a page as it is read."""
    body = re.sub(r"<(script|style|svg).*?</\1>", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", body)))


def links(text: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'href="(/(?!static)[^"]*)"', text)]


def link_text(text: str, address: str) -> str:
    """Return what the first link to an address says."""
    found = re.search(rf'<a [^>]*href="{re.escape(address)}"[^>]*>(.*?)</a>', text, re.DOTALL)
    assert found, address
    return words(found[1]).strip()


def test_the_countdown_is_that_of_the_digest(reader: TestClient, digest: Content) -> None:
    text = words(reader.get("/").text)
    assert digest.countdown.text == "已截止 1 天"
    assert digest.countdown.text in text
    assert digest.deadline_text in text


def test_all_provinces_stand_in_the_grid_by_state_word_and_colour(reader: TestClient, digest: Content) -> None:
    text = reader.get("/").text
    tiles = re.findall(
        r'<a class="tile (\w+)" href="/provinces/([^"]+)"><b>(.*?)</b> <span>(.*?)</span> <span class="of">(.*?)</span>',
        text,
    )
    assert len(tiles) == len(digest.tiles) == 31
    shown = {(unquote(at), name, state, word, of) for state, at, name, word, of in tiles}
    assert shown == {(one.province, one.province, one.state, one.word, one.numbers) for one in digest.tiles}


def test_the_sums_are_those_of_digest_and_status_and_each_leads_to_a_list_of_as_many(
    running: Running, reader: TestClient, digest: Content
) -> None:
    text = reader.get("/").text
    told = {number.before.strip("，：；共其中"): number.of.count for number in digest.sums}
    for state, word in STATES.items():
        if not running.console.board.seen.once(outlook).of(state):
            continue
        listed = reader.get(f"/provinces?state={state}").text
        count = len(re.findall(r'<td data-label="省"', listed))
        assert link_text(text, f"/provinces?state={state}") == f"{word} {count}"
        assert told[word] == count
    states = [row["status"] for row in exported(running.console.board.seen.assessment, "submissions")]
    said = status(running.console.board.seen.assessment, None)
    for state, word in (("complete", "齐全"), ("partial", "部分"), ("none", "未报")):
        assert link_text(text, f"/provinces?state={state}").split()[-1] == str(states.count(state))
        assert f"{word} {states.count(state)}" in said


def test_the_numbers_of_cases_are_those_of_the_digest_and_lead_to_lists_of_as_many(
    reader: TestClient, digest: Content
) -> None:
    text = reader.get("/").text
    counts = [number.of.count for number in digest.case_sums]
    own = reader.get("/cases?list=expected&province=浙江").text
    assert re.findall(r'<td data-label="省"><a [^>]*>(.*?)</a>', own) == ["浙江"] * 3
    for name, count in zip(("expected", "arrived", "complete"), counts, strict=True):
        listed = reader.get(f"/cases?list={name}").text
        assert len(re.findall(r'<td data-label="小区">', listed)) == count
        assert link_text(text, f"/cases?list={name}") == f"{CASES[name]} {count}"


def test_the_mails_add_up_as_in_the_digest(reader: TestClient, digest: Content) -> None:
    text = reader.get("/").text
    received, filed, aside, failed = (number.of.count for number in digest.mail_sums)
    assert received == filed + aside + failed
    assert f"收到 {received} ＝ 已归档 {filed} ＋ 搁置 {aside} ＋ 未能处理 {failed}" in words(text)
    assert link_text(text, "/inbox?state=failed") == f"未能处理 {failed}"


def test_what_is_to_be_done_is_the_digests_in_its_order_and_numbers(running: Running, reader: TestClient) -> None:
    seen = running.console.board.seen
    groups = todo_groups(seen.assessment)
    assert [(one.title, one.count, one.key) for one in tasks(seen)] == [
        (one.title, one.count, one.key) for one in groups
    ]
    assert len(groups) >= 4
    text = reader.get("/").text
    headings = [words(one) for one in re.findall(r"<h3 id=\"l[0-9a-f]{8}\">(.*?)</h3>", text)]
    assert headings == [f"{one.title} {one.count} {one.unit}" for one in groups]


def test_each_thing_to_do_leads_to_the_page_where_it_is_done_and_its_number_to_a_list_of_as_many(
    running: Running, reader: TestClient
) -> None:
    for task in tasks(running.console.board.seen):
        assert all(ELSEWHERE.match(line.address) for line in task.lines), task.title
        assert sum(line.count for line in task.lines) + task.rest == task.count
        listed = reader.get(task.address)
        assert listed.status_code == 200
        lines = re.findall(r"<li>(.*?)</li>", listed.text.split('<ul class="plain">')[1].split("</ul>")[0], re.DOTALL)
        assert len(lines) == task.count
        assert all(ELSEWHERE.match(one) for line in lines for one in links(line))
        assert all(links(line) for line in lines)


def test_which_provinces_lack_what_stands_beside_the_tiles(running: Running, reader: TestClient) -> None:
    text = reader.get("/").text
    table = text.split('<table class="list lacking">')[1].split("</table>")[0]
    said = words(table)
    assert "广东 部分 汇总清单盖章扫描件；南山海景花园：照片" in said
    assert "四川 部分 涪城新居：推荐表" in said
    # What may lie in a file that nobody could open is not simply called missing.
    assert "雁塔人家：推荐表、案例材料、照片另有 1 个文件打不开（《雁塔人家.zip》损坏），所缺的可能在其中" in said
    rows = running.console.board.seen.once(outlook).rows
    named = {unquote(one.removeprefix("/provinces/")).partition("#")[0] for one in links(table) if "?" not in one}
    assert named == {row.view.province for row in rows}


def test_what_a_province_lacks_is_counted_as_in_digest_and_letters(running: Running, digest: Content) -> None:
    seen = running.console.board.seen
    counted = {row.view.province: row.missing for row in seen.once(outlook).rows}
    assert sum(counted[row.view.province] for row in seen.once(outlook).rows if not row.is_silent) == (
        digest.outstanding.count
    )
    for province, view in seen.provinces.items():
        asked = [item for item in outstanding(seen.assessment, view) if item.kind == "missing"]
        assert len(asked) == counted[province], province


def seen_of(made: Assessment) -> Seen:
    """Return a look at what was made by hand, with the pictures of its provinces as the keeper gives them."""
    whole = made.picture
    parts = [
        replace(whole, associations=(one,), cases=one.cases, messages=one.messages_in) for one in whole.associations
    ]
    nobody = tuple(one for one in whole.messages if not one.province)
    parts.append(replace(whole, associations=(), cases=(), messages=nobody))
    return Seen(replace(made, picture=replace(whole, parts=tuple(parts))), 1)


@pytest.mark.parametrize("as_of", [build.MORNING, build.AFTER])
def test_before_and_after_the_deadline_the_numbers_are_those_of_the_digest(as_of: datetime) -> None:
    seen = seen_of(build.realistic(as_of))
    out, told = seen.once(outlook), content_of(seen.assessment, None)
    sums = {number.before.strip("，：；共其中"): number.of.count for number in told.sums}
    assert {word: len(out.of(state)) for state, word in STATES.items() if word in sums} | {"": 31} == sums
    assert [number.of.count for number in told.case_sums] == [len(out.cases[one]) for one in CASES][:3]
    assert [(one.title, one.count) for one in out.tasks] == [(one.title, one.count) for one in told.todo.groups]
    assert sum(row.missing for row in out.rows if not row.is_silent) == told.outstanding.count
    assert [row.view.province for row in out.rows if row.is_silent] == list(told.silent)
    assert out.progress == told.progress
    assert out.countdown == told.countdown


def test_a_long_list_of_what_is_lacking_is_cut_with_its_number() -> None:
    mail = build.message("浙江")
    cases = [build.case(mail, f"小区{at}", has=("row", "material")) for at in range(9)]
    lacking = [
        build.finding("form.missing", "error", phase="missing", city="杭州市", community=one.community) for one in cases
    ]
    made = build.assessment([build.association("浙江", [mail], cases)], lacking, as_of=build.AFTER)
    row = next(one for one in seen_of(made).once(outlook).rows if one.view.province == "浙江")
    assert (row.missing, len(row.named), row.is_cut) == (9, 5, True)


def test_the_curve_is_drawn_from_the_digests_numbers_and_said_in_words(running: Running, reader: TestClient) -> None:
    told = progress(running.console.board.seen.picture)
    assert told is not None
    text = reader.get("/").text
    made = drawing(told)
    known = [day for day in told.days if day.arrived is not None]
    assert len(made.arrived.split()) == len(made.complete.split()) == len(known)
    assert len(made.expected.split()) == len(told.days)
    assert made.steps[-1] == told.today
    assert f'points="{made.arrived}"' in text
    assert f'<desc id="curve-text">{told.text}' in text
    assert f"{told.text}。" in words(text)
    assert "style=" not in text
    heights = [float(point.split(",")[1]) for point in made.arrived.split()]
    assert heights == sorted(heights, reverse=True), "cases that came do not go away"


def test_every_link_of_the_overview_leads_to_a_page_that_answers(reader: TestClient) -> None:
    own = {route.path for route in ROUTES}
    found = set(links(reader.get("/").text))
    assert len(found) > 50
    for address in sorted(found):
        if reader.get(address).status_code != 200:
            assert ELSEWHERE.match(unquote(address)), address
            assert address.partition("?")[0] not in own


def test_each_anchor_that_the_overview_names_is_there(reader: TestClient) -> None:
    text = reader.get("/").text
    for anchor in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{anchor}"' in text


def test_health_tells_of_mailboxes_disk_failed_mails_gaps_and_folders(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_of = build.AFTER
    health = (
        MailboxHealth("a@x.example", as_of, None, "", 12, 11),
        MailboxHealth("b@x.example", None, build.MORNING, "授权码不对"),
    )
    made = build.assessment(
        [build.association("浙江")],
        as_of=as_of,
        health=health,
        gaps=(MailGap("a@x.example", "INBOX", 3, build.MORNING, "服务器没有给出"),),
    )
    told = page.mail_health(replace(made.picture, troubles=(FolderTrouble("U盘", "浙江/材料.zip", "放不进任何省"),)))
    assert [one.good for one in told] == [True, False, False, False]
    assert "最近一次正常收信" in told[0].text
    assert "服务器 12 封，已收 11 封" in told[0].text
    assert "收信已停" in told[1].text
    assert "3 封邮件服务器未能给出" in told[2].text
    assert told[3].name == "U盘 浙江/材料.zip"
    shown = words(running.as_role("reader").get("/").text)
    assert re.search(r"(正常|有问题) 磁盘 ?剩余 [\d,.]+ GB，共 [\d,.]+ GB", shown)
    assert re.search("正常 未能处理的来信 ?0 封", shown)
    monkeypatch.setattr(page.shutil, "disk_usage", lambda _path: SimpleNamespace(total=100 * 10**9, free=10**9))
    full = words(running.as_role("reader").get("/").text)
    assert re.search("有问题 磁盘 ?剩余 1.0 GB，共 100.0 GB；空间不多了", full)


def test_what_rests_on_the_picture_alone_is_worked_out_once_a_look(running: Running) -> None:
    seen, done = running.console.board.seen, []

    def work(_seen: Seen, province: str) -> str:
        done.append(province)
        return province

    assert [seen.once(work, name) for name in ("浙江", "江苏", "浙江")] == ["浙江", "江苏", "浙江"]
    assert done == ["浙江", "江苏"]
    assert seen.once(outlook) is seen.once(outlook)


def test_the_overview_is_worked_out_before_pages_see_a_look(running: Running) -> None:
    order: list[str] = []

    def work(seen: Seen) -> None:
        order.append(f"look {seen.number}")

    board = Board(running.desk.keeper, running.clock, [work])
    assert board.seen.number == 1
    assert order == ["look 1"]
    board.look()
    assert order == ["look 1", "look 2"]
    assert (outlook,) == AHEAD


def test_the_table_of_provinces_is_whole_and_filtered(running: Running, reader: TestClient) -> None:
    text = reader.get("/provinces").text
    assert len(re.findall(r'<td data-label="现状"><span class="badge (?:none|partial|complete|late)">', text)) == 31
    assert "不属于任何省" in text
    for row in exported(running.console.board.seen.assessment, "submissions"):
        for severity in ("error", "warning"):
            count = row[f"{severity}s"]
            address = f"province={row['province']}&amp;severity={severity}&amp;state=open"
            assert (address in unquote(text)) == bool(count)
    assert reader.get("/provinces?state=nowhere").status_code == 404
    assert "没有这种状态的省" in reader.get("/provinces?state=nothing").text


def test_what_belongs_to_no_province_has_a_list_of_its_own(running: Running, reader: TestClient) -> None:
    text = reader.get("/provinces/-").text
    own = [one for one in running.console.board.seen.picture.messages if one.province is None]
    assert own
    assert sorted(re.findall(r'href="/messages/(\d+)">', text)) == sorted(str(one.id) for one in own)


@pytest.mark.parametrize(
    "address", ["/todo?list=nowhere", "/cases?list=nowhere", "/cases?province=火星", "/provinces/火星"]
)
def test_a_list_that_is_not_there_is_said(reader: TestClient, address: str) -> None:
    answer = reader.get(address)
    assert answer.status_code == 404
    assert "没有" in answer.text
