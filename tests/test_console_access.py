"""Who may see and do what in the console: every route, role by role, from its one table; and the headers it answers by."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from starlette.datastructures import MutableHeaders
from starlette.testclient import TestClient

from reports.console.guard import SECURITY_HEADERS, _put_headers
from reports.console.roles import ROLES, may
from reports.console.route import Route
from reports.console.routes import ROUTES
from store import activity
from tests.consoles import PEOPLE, Running, csrf_of, sample_console

ASKING = [route for route in ROUTES if route.role is not None]
WRITES = [route for route in ASKING if route.deed]
PLACES = {"{key}": "0", "{province}": "浙江", "{id:int}": "1", "{id}": "1", "{day}": "2026-08-06", "{name}": "x"}
EXPECTED = Path(__file__).with_name("console_permissions.txt")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        yield made


def address(route: Route) -> str:
    path = route.path
    for place, value in PLACES.items():
        path = path.replace(place, value)
    assert "{" not in path, f"say in PLACES what stands for the places of {route.path}"
    return path


def unguarded(answer: httpx.Response) -> list[str]:
    """Return what an answer lacks of the headers, or tells of what we are made of; whether it may be kept."""
    lacking = [name for name, value in SECURITY_HEADERS.items() if answer.headers.get(name) != value]
    if not str(answer.request.url.path).startswith("/static/") and answer.headers.get("cache-control") != "no-store":
        lacking.append("it may be kept")
    if "server" in answer.headers or "Traceback" in answer.text:
        lacking.append("it tells what we are made of")
    return lacking


def assert_guarded(answer: httpx.Response) -> None:
    """Fail where an answer lacks a header, may be kept, or tells what we are made of."""
    assert unguarded(answer) == []


def wrong_of(routes: Iterable[Route], fault: Callable[[Route], object]) -> dict[str, object]:
    """Return what is wrong with each of some routes, by their names."""
    return {route.name: found for route in routes if (found := fault(route))}


def test_each_address_stands_in_the_table_once() -> None:
    names = [route.name for route in ROUTES]
    assert sorted(names) == sorted(set(names))


def test_the_table_gives_nobody_another_right_than_was_agreed() -> None:
    """Compare it with what is written out in tests/console_permissions.txt, so that a changed right is noticed."""
    lines = EXPECTED.read_text(encoding="utf-8").splitlines()
    agreed = [line for line in lines if line and not line.startswith("#")]
    found = [f"{route.name} {route.role or 'anybody'}" for route in ROUTES]
    assert sorted(found) == sorted(agreed)


def test_writing_asks_for_an_editor_but_for_what_is_ones_own() -> None:
    own = ("/sign-in", "/sign-out", "/me/")
    wrong = [route.name for route in ROUTES if route.deed and not may(str(route.role or "reader"), "editor")]
    assert [name for name in wrong if not name.removeprefix("POST ").startswith(own)] == []


def test_whoever_has_not_signed_in_is_led_to_the_sign_in(running: Running) -> None:
    client = running.client()

    def fault(route: Route) -> object:
        answer = client.request(route.method, address(route))
        led = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        return unguarded(answer) if led else answer.status_code

    assert wrong_of(ASKING, fault) == {}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_what_the_table_says_and_nothing_else(running: Running, role: str) -> None:
    client = running.as_role(role)

    def fault(route: Route) -> object:
        answer = client.request(route.method, address(route))
        refused = answer.status_code == 403 and "没有这项权限" in answer.text
        return unguarded(answer) if refused != may(role, str(route.role)) else f"refused: {refused}"

    assert wrong_of(ASKING, fault) == {}


PLAIN = [route for route in ASKING if not route.deed and "{" not in route.path]


def test_no_page_speaks_of_the_command_line(running: Running) -> None:
    def fault(route: Route) -> object:
        page = re.sub("<[^>]*>", " ", running.as_role("admin").get(address(route)).text)
        return re.findall(r"zhengji |(?<![\w-])--[a-z]+", page)

    assert wrong_of(PLAIN, fault) == {}


def test_no_form_is_taken_without_its_token(running: Running) -> None:
    client, others = running.as_role("admin"), csrf_of(running.as_role("reader"), "/")
    fields: list[dict[str, str]] = [{}, {"csrf": "wrong"}, {"csrf": "错"}, {"csrf": others}]

    def fault(route: Route) -> object:
        answers = [client.post(address(route), data=one) for one in fields]
        by_header = [client.post(address(route), headers={"X-CSRF-Token": one}) for one in ("wrong", others)]
        taken = [answer.status_code for answer in (*answers, *by_header) if answer.status_code != 403]
        silent = [answer.text for answer in answers if "页面过期了" not in answer.text]
        return taken or silent or [lacking for answer in by_header for lacking in unguarded(answer)]

    assert wrong_of(WRITES, fault) == {}


def rows(running: Running, person: str) -> int:
    return activity.latest(running.console.store, 1, person=person)[1]


def test_every_refused_role_leaves_a_row(running: Running) -> None:
    def fault(route: Route) -> object:
        before = rows(running, PEOPLE["reader"])
        running.as_role("reader").post(address(route))
        return rows(running, PEOPLE["reader"]) - before != 1

    refused = [route for route in WRITES if not may("reader", str(route.role))]
    assert refused
    assert wrong_of(refused, fault) == {}


def test_every_write_leaves_a_row_also_one_that_was_refused(running: Running) -> None:
    def fault(route: Route) -> object:
        # What ends the own session is done with one that nobody else needs.
        client = running.client("admin") if route.path == "/sign-out" else running.as_role("admin")
        before, token = rows(running, PEOPLE["admin"]), csrf_of(client, "/")
        client.post(address(route))
        without = rows(running, PEOPLE["admin"]) - before
        client.post(address(route), headers={"X-CSRF-Token": token})
        (latest,), count = activity.latest(running.console.store, 1, person=PEOPLE["admin"])
        told = (latest.action, latest.address, bool(latest.told))
        found = (without, count - before, told)
        return found if found != (1, 2, (route.deed, "127.0.0.1", True)) else ""

    assert wrong_of(WRITES, fault) == {}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "BREW"])
@pytest.mark.parametrize("path", ["/", "/sign-in", "/people", "/static/console.css", "/nowhere"])
def test_other_methods_do_nothing_and_bear_the_headers_too(running: Running, method: str, path: str) -> None:
    for client in (running.client(), running.as_role("admin")):
        answer = client.request(method, path)
        assert answer.status_code in ((200, 303, 404) if method == "HEAD" else (404, 405))
        assert_guarded(answer)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/healthz", "/static/console.css", "/nowhere", "/static/nowhere"])
def test_every_answer_bears_the_security_headers(running: Running, path: str) -> None:
    for client in (running.client(), running.as_role("admin")):
        assert_guarded(client.get(path))


def test_an_answer_of_the_guard_itself_bears_them_too(running: Running) -> None:
    for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}):
        assert_guarded(running.client().post("/sign-in", headers=headers))


def test_the_policy_allows_nothing_inline_and_nothing_from_outside() -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("kind", "path", "shown"),
    [
        ("text/html; charset=utf-8", "/", True), ("image/png", "/files/x/page", True), ("image/svg+xml", "/x", False),
        ("application/xhtml+xml", "/x", False), ("application/pdf", "/x", False), ("text/xml", "/x", False),
        ("image/svg+xml", "/static/icon.svg", True),
    ],
)  # fmt: skip
def test_what_browsers_might_run_is_saved_and_not_shown(kind: str, path: str, *, shown: bool) -> None:
    headers = MutableHeaders({"content-type": kind})
    _put_headers(headers, {"type": "http", "path": path})
    assert headers.get("content-disposition") == (None if shown else "attachment")


def test_healthz_answers_anybody(running: Running) -> None:
    answer = running.client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example@localhost", "localhost@evil.example", "localhost:80,x",
     "", "localhost:", "[::1", "localhost/x", "LOCALHOST.", "127.1", "0.0.0.0"],
)  # fmt: skip
def test_another_host_is_not_answered(running: Running, host: str) -> None:
    assert running.client().get("/sign-in", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LocalHost:8360", "127.0.0.1:1", "[::1]:8360"])
def test_this_machine_is_answered_by_each_of_its_names(running: Running, host: str) -> None:
    assert running.client().get("/sign-in", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"},
        {"origin": "null"}, {"origin": "http://localhost:81"}, {"origin": "http://["}, {"origin": "localhost"},
        {"origin": "http://localhost.evil.example"}, {"referer": "https://evil.example/x"}, {"referer": "http://["},
    ],
)  # fmt: skip
def test_forms_of_other_sites_are_refused(running: Running, headers: dict[str, str]) -> None:
    assert running.client().post("/sign-in", data={"name": "x"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://localhost", "sec-fetch-site": "same-origin"}, {"referer": "http://localhost/sign-in"}],
)
def test_forms_of_ours_are_taken(running: Running, headers: dict[str, str]) -> None:
    with TestClient(running.client().app, base_url="http://localhost", client=("192.0.2.77", 1)) as client:
        assert client.post("/sign-in", data={"name": "x"}, headers=headers).status_code == 401
