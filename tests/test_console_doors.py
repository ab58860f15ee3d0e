"""The console as an attacker meets it: sign-in, cookies, forms, addresses, faults, and what is told of each."""

import logging
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from reports.console import app
from reports.console.asked import Asked, Done, local
from reports.console.route import Route, write
from store import accounts, activity, passwords
from store.throttling import BORNE_ADDRESS, BORNE_BOTH
from tests.consoles import PASSWORD, PEOPLE, Running, csrf_of, empty_console
from tests.test_console_access import assert_guarded

READER = {"name": PEOPLE["reader"], "password": PASSWORD}
WRONG = "wrong"
NOBODY = "无此人"


@pytest.fixture
def running() -> Iterator[Running]:
    with empty_console() as made:
        yield made


def tried(running: Running, name: str, password: str = WRONG, address: str = "192.0.2.1") -> tuple[int, str]:
    """Try to sign in; return status and page, the name left out."""
    answer = running.client(address=address).post("/sign-in", data={"name": name, "password": password})
    return answer.status_code, answer.text.replace(name, "…")


# Signing in


def test_a_session_that_somebody_planted_is_not_taken_over(running: Running) -> None:
    for planted in ("planted", running.client("editor").cookies["zhengji"]):
        token = csrf_of(running.as_role("editor"))
        headers = {"cookie": f"zhengji={planted}"}
        answer = running.client().post("/sign-in", data={**READER, "csrf": token}, headers=headers)
        assert planted not in str(answer.headers.get_list("set-cookie"))
        assert "王读" not in running.client().get("/me", headers=headers).text


def test_whoever_signs_in_again_ends_the_session_before(running: Running) -> None:
    client = running.client("reader")
    before = client.cookies["zhengji"]
    answer = client.post("/sign-in", data={**READER, "csrf": csrf_of(client)})
    assert answer.status_code == 303
    assert running.client().get("/me", headers={"cookie": f"zhengji={before}"}).status_code == 303


def cookie(answer: object, name: str) -> str:
    lines = answer.headers.get_list("set-cookie")  # type: ignore[attr-defined]
    return str(next(line for line in lines if line.startswith(f"{name}=")))


@pytest.mark.parametrize(("base", "prefix", "secure"), [("http", "", False), ("https", "__Host-", True)])
def test_cookies_are_for_the_browser_alone(running: Running, base: str, prefix: str, *, secure: bool) -> None:
    client = running.client(base=f"{base}://localhost")
    answer = client.post("/sign-in", data=READER)
    for name in ("zhengji", "zhengji-known"):
        line = cookie(answer, f"{prefix}{name}").lower()
        assert "httponly" in line
        assert "samesite=lax" in line
        assert "path=/" in line
        assert "domain" not in line
        assert ("secure" in line) is secure
    assert ("strict-transport-security" in answer.headers) is secure
    assert client.get("/me").status_code == 200
    out = client.post("/sign-out", data={"csrf": csrf_of(client)})
    assert 'zhengji=""' in cookie(out, f"{prefix}zhengji")
    assert client.get("/me").status_code == 303


def test_with_tls_no_cookie_is_believed_that_a_page_without_could_have_set(running: Running) -> None:
    token = running.client("reader").cookies["zhengji"]
    secure = running.client(base="https://localhost")
    assert secure.get("/me", headers={"cookie": f"zhengji={token}"}).status_code == 303
    assert secure.get("/me", headers={"cookie": f"__Host-zhengji={token}"}).status_code == 200


def test_what_a_browser_is_known_by_opens_nothing(running: Running) -> None:
    mark = running.client("reader").cookies["zhengji-known"]
    assert running.client().get("/me", headers={"cookie": f"zhengji={mark}"}).status_code == 303


def test_a_session_ends_at_its_end_and_when_it_rests(running: Running) -> None:
    client = running.client("reader")
    running.clock.move(minutes=running.console.settings.idle_minutes - 1)
    assert client.get("/me").status_code == 200
    running.clock.move(minutes=running.console.settings.idle_minutes - 1)
    assert client.get("/me").status_code == 200, "it was used meanwhile"
    running.clock.move(minutes=running.console.settings.idle_minutes)
    assert client.get("/me").status_code == 303
    again = running.client("reader")
    for _ in range(int(running.console.settings.session_hours)):
        running.clock.move(minutes=59)
        assert again.get("/me").status_code == 200
    running.clock.move(hours=1)
    assert again.get("/me").status_code == 303


def test_no_answer_tells_whether_an_account_exists(running: Running) -> None:
    accounts.disable(running.console.store, PEOPLE["editor"], running.clock())
    disabled = tried(running, PEOPLE["editor"], PASSWORD)
    assert {tried(running, PEOPLE["reader"]), tried(running, NOBODY), tried(running, NOBODY, "")} == {disabled}
    assert disabled[0] == 401


def test_every_refused_sign_in_costs_one_look_at_a_hash(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    really = passwords._matches  # noqa: SLF001 (how often it is called is what a stopwatch would see)

    def matches(password: str, kept: str) -> bool:
        looks.append(kept)
        return really(password, kept)

    monkeypatch.setattr(passwords, "_matches", matches)
    accounts.disable(running.console.store, PEOPLE["editor"], running.clock())
    for name in (PEOPLE["reader"], PEOPLE["editor"], NOBODY, "a\x00b", "", "长" * 500):
        looks.clear()
        assert tried(running, name)[0] == 401
        assert len(looks) == 1, name


@pytest.mark.parametrize("name", [PEOPLE["reader"], NOBODY])
def test_sign_ins_are_held_up_alike_whether_there_is_an_account(running: Running, name: str) -> None:
    said = [tried(running, name)[0] for _ in range(BORNE_BOTH + 2)]
    assert said == [401] * BORNE_BOTH + [429] * 2
    assert tried(running, name, PASSWORD)[0] == 429, "not even the right one is looked at"
    assert tried(running, name, address="192.0.2.2")[0] == 401
    running.clock.move(minutes=16)
    assert tried(running, name)[0] == 401


def test_names_written_otherwise_are_one_name_to_whoever_counts(running: Running) -> None:
    said = [tried(running, f" {PEOPLE['reader']}{' ' * number}")[0] for number in range(BORNE_BOTH + 1)]
    assert said[-1] == 429


def test_an_address_is_held_up_and_a_browser_that_signed_in_before_is_not(running: Running) -> None:
    client = running.client("reader", address="192.0.2.1")
    client.post("/sign-out", data={"csrf": csrf_of(client)})
    for number in range(BORNE_ADDRESS):
        assert tried(running, f"{NOBODY}{number}")[0] == 401
    with capture_logs() as lines:
        assert tried(running, PEOPLE["reader"], PASSWORD)[0] == 429
    assert client.post("/sign-in", data=READER).status_code == 303
    assert [(line["event"], line["address"]) for line in lines] == [("console.sign_in_slowed", "192.0.2.1")]
    assert PASSWORD not in str(lines)


def test_a_refused_sign_in_is_noted_without_what_was_typed(running: Running) -> None:
    tried(running, PEOPLE["reader"], "my other password")
    tried(running, "password in the wrong box")
    rows, _ = activity.latest(running.console.store, 10)
    assert [(row.person, row.action, row.told) for row in rows] == [
        ("（没有这个账号）", "登录", "没有成功：用户名或密码不对"), ("王读", "登录", "没有成功：用户名或密码不对"),
    ]  # fmt: skip
    assert "password" not in str(rows)


def test_a_part_of_a_page_leads_the_whole_page_to_the_sign_in_and_back(running: Running) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://localhost/findings?page=2"}
    answer = running.client().get("/", headers=headers)
    assert (answer.status_code, answer.text) == (401, "")
    assert answer.headers["hx-redirect"] == "/sign-in?back=%2Ffindings%3Fpage%3D2"
    for hostile in ("https://evil.example//evil.example/", "http://[", "x\\y", ""):
        hostile_answer = running.client().get("/", headers={**headers, "hx-current-url": hostile})
        assert hostile_answer.headers["hx-redirect"] == "/sign-in"


def test_a_form_of_a_session_that_ended_leads_back_to_its_page(running: Running) -> None:
    answer = running.client().post("/me/end", headers={"referer": "http://localhost/me?x=1"})
    assert answer.headers["location"] == "/sign-in?back=%2Fme%3Fx%3D1"


# Addresses


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)", "", "me",
     "/\t/evil.example", "/me\r\nSet-Cookie: a=b", "/\x00", "/a\\b", " //evil.example", "/\u2028"],
)  # fmt: skip
def test_nobody_is_led_to_another_site(running: Running, target: str) -> None:
    assert local(target) == "/"
    answer = running.client(address="192.0.2.3").post("/sign-in", data={**READER, "back": target})
    assert answer.headers["location"] in ("/", "/%20") or answer.headers["location"].startswith("/%")
    assert "set-cookie: a=b" not in str(answer.headers).lower()


@pytest.mark.parametrize(
    ("target", "there"), [("/me?x=1&y=%20", "/me?x=1&y=%20"), ("/provinces/浙江", "/provinces/%E6%B5%99%E6%B1%9F")]
)
def test_whoever_signs_in_goes_on_where_they_wanted_to(running: Running, target: str, there: str) -> None:
    assert running.client().post("/sign-in", data={**READER, "back": target}).headers["location"] == there


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/....//app.py", "/static//etc/passwd",
     "/static/%00", "/static", "/static/", "//evil.example/", "/%2e%2e/%2e%2e/etc/passwd", "/me/", "/ME", "/me%00",
     "/me;x", "/static/" + "a" * 5_000, "/" + "a/" * 5_000],
)  # fmt: skip
def test_addresses_that_are_none_are_not_found(running: Running, path: str) -> None:
    for client in (running.client(), running.as_role("admin")):
        answer = client.get(f"http://localhost{path}")
        assert answer.status_code == 404
        assert "没有这个页面" in answer.text
        assert "root:" not in answer.text
        assert_guarded(answer)


# Bodies


def test_strangers_send_a_name_and_a_password_and_nothing_larger(running: Running) -> None:
    for content in (b"name=" + b"x" * 10_000, iter([b"name=", b"x" * 6_000, b"x" * 6_000])):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = running.client().post("/sign-in", content=content, headers=headers)
        assert answer.status_code == 413
        assert_guarded(answer)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"a&" * 2_100, 400),
        ("application/x-www-form-urlencoded", b"csrf=x" + b"y" * 2_000_001, 413),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n--x--\r\n', 400),
        ("multipart/form-data; boundary=x", b"--y\r\n", 400),
        ("multipart/form-data", b"x", 400),
        ("application/json", b'{"csrf": 1}', 403),
        ("text/plain", b"csrf=x", 403),
        ("application/x-www-form-urlencoded; charset=x", b"%00=%ff&csrf=%ff", 403),
    ],
)  # fmt: skip
def test_forms_that_are_none_are_refused_in_words(running: Running, kind: str, body: bytes, status: int) -> None:
    answer = running.as_role("reader").post("/me/end", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert re.search("内容太长|请求不完整|页面过期了", answer.text)
    assert_guarded(answer)
    (latest,), _ = activity.latest(running.console.store, 1)
    assert (latest.action, latest.told.startswith("没有成功")) == ("结束自己的登录", True)


def test_zeros_and_halves_of_characters_break_nothing(running: Running) -> None:
    answer = running.client().post(
        "/sign-in",
        content=b"name=%00%ed%a0%80&password=%00%ff",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 401


# Faults


@contextmanager
def with_routes(*routes: Route) -> Iterator[None]:
    """Give the console some routes more."""
    before = app.ROUTES
    app.ROUTES = (*before, *routes)  # type: ignore[misc]
    try:
        yield
    finally:
        app.ROUTES = before  # type: ignore[misc]


SECRET = "13912345678 token-of-somebody"


def fails(asked: Asked) -> Done:
    raise KeyError(SECRET, asked.form)


def is_missing(asked: Asked) -> Done:
    raise HTTPException(404, f"没有这个案例：{asked.text('case')}")


def test_what_fails_is_answered_without_its_cause_and_logged_without_what_was_typed(running: Running) -> None:
    with with_routes(Route("/fails", fails), write("/fails", fails, "失败"), write("/missing", is_missing, "找不到")):
        client = TestClient(app.build(running.console), "http://localhost", raise_server_exceptions=False)
        client.cookies.set("zhengji", running.client("editor").cookies["zhengji"])
        given = {"csrf": csrf_of(client), "note": "only I know this"}
        with capture_logs() as lines:
            answers = [client.get("/fails"), client.post("/fails", data=given)]
        for answer in answers:
            assert answer.status_code == 500
            assert "程序出错了" in answer.text
            assert_guarded(answer)
            for word in ("KeyError", "13912345678", "token-of", "only I know this", ".py"):
                assert word not in answer.text
        assert [line["event"] for line in lines] == ["console.failed"] * 2
        assert all("test_console_doors.py" in str(line["where"]) for line in lines)
        assert "13912345678" not in str(lines)
        assert "only I know" not in str(lines)
        assert client.post("/missing", data={**given, "case": "x"}).status_code == 404
    rows, _ = activity.latest(running.console.store, 2)
    assert [row.told for row in rows] == ["没有成功：没有这个案例：x", "没有完成：程序出错"]


def database_of(running: Running) -> Path:
    return Path(str(make_url(running.desk.settings.database_url).database))


@contextmanager
def away(running: Running) -> Iterator[None]:
    """Take the database away for a moment."""
    database = database_of(running)
    running.console.store.engine.dispose()
    database.rename(database.with_suffix(".away"))
    database.mkdir()
    try:
        yield
    finally:
        running.console.store.engine.dispose()
        database.rmdir()
        database.with_suffix(".away").rename(database)


def test_while_the_database_is_away_every_page_says_so_and_then_goes_on(running: Running) -> None:
    client, stranger = running.client("reader"), running.client()
    form = {"csrf": csrf_of(client), "old": PASSWORD, "new": "x" * 10, "again": "x" * 10}
    with away(running):
        answer = stranger.get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
        assert "数据库连不上或没有回答" in answer.text
        assert stranger.get("/healthz").status_code == 200
        asked = [client.get("/"), client.get("/nowhere"), stranger.post("/sign-in", data=READER)]
        asked.append(client.post("/me/password", data=form))
        for answer in asked:
            assert answer.status_code == 503
            assert "请过一会儿再试" in answer.text
            assert str(database_of(running)) not in answer.text
            assert answer.headers["retry-after"] == "30"
            assert_guarded(answer)
        assert stranger.get("/static/console.css").status_code == 200
        assert stranger.get("/sign-in").status_code == 200
    assert stranger.get("/readyz").status_code == 200
    assert client.get("/").status_code == 200
    assert stranger.post("/sign-in", data=READER).status_code == 303


@contextmanager
def locked(running: Running) -> Iterator[None]:
    """Let another writer hold the database; who waits for it here does not wait long."""

    def impatient(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=20")

    engine = running.console.store.engine
    engine.dispose()
    event.listen(engine, "connect", impatient)
    other = sqlite3.connect(database_of(running), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()
        event.remove(engine, "connect", impatient)
        engine.dispose()


def test_while_another_writer_holds_the_database_pages_are_read_and_writes_say_so(running: Running) -> None:
    client = running.client("reader")
    running.clock.move(minutes=10)
    form = {"csrf": csrf_of(client), "session": "1"}
    running.clock.move(minutes=10)
    with locked(running):
        assert running.client().get("/healthz").status_code == 200
        with capture_logs() as lines:
            assert client.get("/me").status_code == 200, "that it was used is noted another time"
        assert [line["event"] for line in lines] == ["console.not_noted"]
        for answer in (client.post("/me/end", data=form), running.client().post("/sign-in", data=READER)):
            assert answer.status_code == 503
            assert "请过一会儿再试" in answer.text
    assert running.client().post("/sign-in", data=READER).status_code == 303


def test_nothing_of_a_sign_in_is_logged(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    with capture_logs() as lines, caplog.at_level(logging.DEBUG):
        client = running.client("reader")
        client.get("/me")
        tried(running, PEOPLE["reader"])
    said = str(lines) + caplog.text
    assert not [word for word in (PASSWORD, client.cookies["zhengji"], csrf_of(client)) if word in said]
