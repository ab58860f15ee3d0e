"""The console over a campaign in which every text was written by an enemy, and holds what readers may not see.

On both databases: who may see what is asked of every address of the table, and nothing that is sent breaks anything.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from ingest.console.serving import console_of
from ingest.telling.digesting import make_edition
from ingest.telling.sending import note_written
from ingest.telling.tracking import track
from reports.console.roles import may
from reports.console.route import Route
from reports.console.routes import ROUTES
from reports.digest import digest as digests
from reports.letters.situations import KINDS
from store import accounts, sent, snapshots
from store.sent import MAIL, Parcel
from tests.consoles import PASSWORD, PEOPLE, Clock, Running, cheap_hashes, csrf_of
from tests.desks import AFTER, desk, take
from tests.inbox import Sent, list_files, mail, submission
from tests.sample import day
from tests.servers import Postgres

MOBILE, IDENTITY = "13812345678", "110101199003071234"
ENEMY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}{%include 'x'%}\u202e"
SECRET = f"{ENEMY}{MOBILE}，{IDENTITY}"
CASE = Sent(
    f"春江花园{MOBILE}",
    f"杭州春江物业服务有限公司{MOBILE}",
    "杭州市物业管理协会",
    title=f"红色管家{MOBILE}<b>和{IDENTITY}",
    photos=1,
    form={
        name: f"{said}{SECRET}"
        for name, said in {
            "address": "浙江省杭州市西湖区文三路1号", "floor_area": "12.5万平方米", "fee": "2.5元/㎡·月",
            "collection_rate": "98.5%", "applicant_contact": "王建国", "recommender_contact": "李秀英",
            "reason": "获评示范", "recommender": "杭州市物业管理协会", "completed": "2014年12月",
        }.items()
    }
    | {"applicant_phone": MOBILE, "recommender_phone": f"138-1234-5678 {IDENTITY}"},
)  # fmt: skip
PLAIN = Sent("西溪诚园", "浙江诚园物业服务有限公司", "杭州市物业管理协会", photos=0)
# What staff write into forms of the console.
NOTE = f"电话 {MOBILE} 核实，身份证 {IDENTITY} {ENEMY}"
VALUES = ("a\x00b", "9" * 40, "-1", "²", "١", "\u202e<script>", "字" * 300, "%00", "(((a+)+)+$", "2026-99-99")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give a console to whose campaign an enemy wrote, and in which staff wrote down phone numbers everywhere."""
    folder, more = tmp_path_factory.mktemp("attacked"), ""
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        more = f'[database]\nurl = "{postgres.database()}"\n'
    with desk(folder / "desk", more) as opened, cheap_hashes():
        take(opened, folder / "inbox", *hostile_mails())
        for role, name in PEOPLE.items():
            accounts.add(opened.store, name, role, PASSWORD, "测试", AFTER)
        clock = Clock()
        made = Running(opened, console_of(opened, clock), clock)
        _decide(made)
        _send(made)
        made.console.board.look()
        yield made


def hostile_mails() -> Iterator[bytes]:
    files = submission("浙江省物业管理协会", (CASE, PLAIN), zipped=False)
    files |= list_files(f"浙江省物业管理协会{MOBILE}", (CASE, PLAIN), contact=f"陈静{MOBILE}", phone=MOBILE)
    text = f"请联系 {MOBILE}，身份证 {IDENTITY} https://pan.example/s/{MOBILE} {ENEMY}\x00"
    yield mail(f"浙江物协{MOBILE} <zjwyxh@example.cn>", f"浙江省案例报送 {SECRET}", day("07-20T10:12:03"), files, text)
    yield mail(f"张三{MOBILE} <13812345678@qq.example>", f"咨询 {SECRET}", day("07-21T10:00:00"), text=text)
    bad = {f"{MOBILE}坏.zip": b"PK\x03\x04broken", f"{IDENTITY}.docx": b"no document", f"{MOBILE}.exe": b"MZ"}
    yield mail(
        "江苏物协 <jswx@jsproperty.example>", f"江苏省报送{MOBILE}", day("08-03T10:00:00"), bad, html=f"<p>{text}"
    )


def _decide(made: Running) -> None:
    """Let staff decide, each time with a note that holds numbers: each must be carried out."""
    seen, client = made.console.board.seen, made.client("editor")
    token = csrf_of(client)
    key, other = (key for key, case in seen.cases.items() if case.province == "浙江")
    finding = next(one.id for one in seen.findings.values() if MOBILE in one.message)
    message = next(one.id for one in seen.picture.messages if one.subject.startswith("咨询"))
    for path, fields in (
        (f"/cases/{key}/correct", {"field": "reason", "value": SECRET}),
        (f"/cases/{other}/withdraw", {}),
        ("/findings/waive", {"finding": finding}),
        ("/provinces/浙江/extend", {"day": "8月20日"}),
        ("/provinces/西藏/nothing", {}),
        (f"/messages/{message}/assign", {"province": "广东"}),
        ("/queries/save", {"name": f"询{MOBILE}", "query": f"text={MOBILE}"}),
        ("/queries/sql/save", {"name": f"句{MOBILE}", "sql": f"select '{MOBILE}'"}),
        ("/provinces/江苏/sent", {"what": KINDS[0], "channel": "电话", "as_of": AFTER.isoformat()}),
    ):
        answer = client.post(path, data={"csrf": token, "note": NOTE, "back": "/", **fields})
        assert answer.status_code == 303, f"{path}: {answer.status_code}"


def _send(made: Running) -> None:
    edition = make_edition(made.desk, AFTER)
    note_written(made.desk, edition, AFTER)
    raw = digests.as_mail(edition.digest, "office@example.cn", "lead@example.cn").as_bytes()
    for channel, data in ((MAIL, raw), ("wecombot", edition.chat.encode())):
        kept = made.desk.store.vault.keep([data]).sha256
        begun = sent.begin(made.desk.store, Parcel(edition.digest.day, AFTER, channel, MOBILE, kept, kept), AFTER)
        assert begun is not None
        sent.finish(made.desk.store, begun, "sent", f"回执 {MOBILE}", AFTER)
    track(made.desk, AFTER)


def addresses(running: Running, route: Route) -> list[str]:
    """Return the address of a route for each thing there is that it may be about."""
    seen, store = running.console.board.seen, running.desk.store
    keys = list(seen.files) if route.path.startswith("/files") else list(seen.cases)
    numbers = list(seen.messages)
    if route.path.startswith("/digests"):
        numbers = [one.id for one in sent.every(store)]
    if route.path.startswith("/snapshots"):
        numbers = [one.id for one in snapshots.every(store, running.desk.campaign.call.id)]
    found = [route.path]
    for place, values in {
        "{key}": keys, "{province}": ("浙江", "江苏", "广东", "西藏"), "{id:int}": numbers, "{id}": ("1",),
        "{day}": ("2026-08-06", "2026-08-02"), "{name}": ("applicant_phone", "reason", "community"),
    }.items():  # fmt: skip
        if place in route.path:
            assert values, f"nothing stands for {place} of {route.path}"
            found = [one.replace(place, quote(str(value))) for one in found for value in values]
    return found


def told(answer: Any) -> str:
    """Return all that an answer says: its headers and its body, as written and with what is written in other ways."""
    text = answer.content.decode("utf-8", "replace")
    heads = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return "\n".join((heads, unquote(heads), text, unquote(text), re.sub(r"<[^>]*>|[\s*]", "", text)))


def is_picture(route: Route) -> bool:
    return "{name}" in route.path or route.path.endswith(("/page", "/preview"))


READS = [route for route in ROUTES if route.method == "GET" and route.role]
ASKED = {
    "/search": [{"q": word} for word in ("春江", MOBILE, IDENTITY, "王建国", "红色管家", "核实", "坏")],
    "/queries": [{"show": "1"}, {"text": "红色"}, {"text": MOBILE}, {"show": "1", "columns": "phone"}],
    "/decisions": [{"person": PEOPLE["editor"]}, {"person": MOBILE}],
    "/findings": [{"state": one} for one in ("open", "waived", "fixed", "all")] + [{"text": MOBILE}],
    "/inbox": [{"state": "all"}, {"q": MOBILE}, {"kind": "inquiry"}],
    "/provinces/{province}/letter": [{"what": one} for one in KINDS],
    "/activity": [{"person": PEOPLE["editor"]}],
}


@pytest.mark.parametrize("route", READS, ids=lambda route: route.name)
def test_no_address_gives_a_reader_a_whole_number(running: Running, route: Route) -> None:
    client = running.as_role("reader")
    for address in addresses(running, route):
        for query in ({}, *ASKED.get(route.path, ())):
            answer = client.get(address, params=query)
            assert answer.status_code < 500, f"{address} {query}"
            said = told(answer)
            asked = "\n".join(query.values())
            for number in (MOBILE, "138-1234-5678", IDENTITY):
                # What somebody typed stands in the field where they typed it.
                if number not in asked:
                    assert number not in said, f"{address} {query}: {said[max(0, said.find(number) - 200) :][:300]}"
            if not may("reader", str(route.role)):
                assert answer.status_code == 403


def test_the_numbers_are_really_there_for_editors(running: Running) -> None:
    """Without them the test above would say nothing."""
    client, shown = running.as_role("editor"), []
    for route in READS:
        if is_picture(route):
            continue
        if any(MOBILE in told(client.get(address)) for address in addresses(running, route)):
            shown.append(route.path)
    expected = {
        "/cases/{key}", "/files/{key}", "/messages/{id:int}", "/inbox", "/decisions", "/activity", "/findings",
        "/queries", "/queries/sql", "/search", "/provinces/{province}",
    }  # fmt: skip
    assert expected - {"/search"} - set(shown) == set()


@pytest.mark.parametrize("route", READS, ids=lambda route: route.name)
def test_nothing_of_an_enemy_stands_as_markup_or_is_taken_for_a_template(running: Running, route: Route) -> None:
    client = running.as_role("admin")
    # Pictures hold no text, and are slow to make.
    for address in () if is_picture(route) else addresses(running, route):
        answer = client.get(address)
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "<script>alert" not in answer.text
            assert "<img src=x" not in answer.text
            assert "\u202e" not in answer.text
            assert "\x00" not in answer.text


def fields_of(route: Route) -> list[str]:
    """Return every field that the file of a page asks forms or addresses for."""
    text = Path(inspect.getfile(route.page)).read_text(encoding="utf-8")
    return sorted(set(re.findall(r'asked\.(?:text|texts|query)\("(\w+)"\)', text)))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_nothing_that_is_typed_or_stands_in_an_address_breaks_a_page(running: Running, route: Route) -> None:
    if route.path == "/sign-out":
        return
    role = "editor" if may("editor", str(route.role or "reader")) else "admin"
    client = running.as_role(role)
    token = csrf_of(client)
    address = addresses(running, route)[0]
    names = fields_of(route)
    for value in VALUES:
        asks = [dict.fromkeys(names, value), *({name: value} for name in names)] if value in VALUES[:2] else []
        for fields in asks or [dict.fromkeys(names, value)]:
            if route.method == "GET":
                answer = client.get(address, params=fields)
            else:
                answer = client.post(address, data={"csrf": token, "note": value, "seen": value, **fields})
            assert answer.status_code < 500, f"{address} with {fields}"


_PLACE = re.compile(r"\{(\w+)(:int)?\}")


@pytest.mark.parametrize("route", [one for one in ROUTES if "{" in one.path], ids=lambda route: route.name)
def test_no_place_of_an_address_breaks_a_page(running: Running, route: Route) -> None:
    client = running.as_role("admin")
    token = csrf_of(client)
    for value in ("9" * 40, "0", "%00", "%E2%80%AE", "..", "%2e%2e%2f", "²", "-1", "字" * 500, "'", "{{7*7}}"):
        address = _PLACE.sub(value, route.path)
        answer = client.request(route.method, address, data={"csrf": token} if route.deed else None)
        assert answer.status_code < 500, address
