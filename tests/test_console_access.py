"""Who may see and do what in the console: every route, role by role, from its one table; and the headers it answers by."""

from collections.abc import Iterator

import pytest

from reports.console.guard import SECURITY_HEADERS
from reports.console.roles import ROLES, may
from reports.console.route import Route
from reports.console.routes import ROUTES
from tests.consoles import Running, csrf_of, sample_console

ASKING = [route for route in ROUTES if route.role is not None]
PLACES = {"{key}": "0", "{province}": "浙江", "{id:int}": "1", "{id}": "1", "{day}": "2026-08-06", "{name}": "x"}


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


def test_each_address_stands_in_the_table_once() -> None:
    names = [route.name for route in ROUTES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("route", ASKING, ids=lambda route: route.name)
def test_whoever_has_not_signed_in_is_led_to_the_sign_in(running: Running, route: Route) -> None:
    answer = running.client().request(route.method, address(route))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ASKING, ids=lambda route: route.name)
def test_a_role_reaches_what_the_table_says_and_nothing_else(running: Running, route: Route, role: str) -> None:
    if route.path == "/sign-out":
        return
    answer = running.as_role(role).request(route.method, address(route))
    refused = answer.status_code == 403 and "没有这项权限" in answer.text
    assert refused != may(role, str(route.role))


@pytest.mark.parametrize("route", [one for one in ASKING if one.deed], ids=lambda route: route.name)
def test_no_form_is_taken_without_its_token(running: Running, route: Route) -> None:
    for fields in ({}, {"csrf": "wrong"}, {"csrf": csrf_of(running.as_role("reader"), "/")}):
        answer = running.as_role("admin").post(address(route), data=fields)
        assert answer.status_code == 403
        assert "页面过期了" in answer.text


@pytest.mark.parametrize("path", ["/", "/sign-in", "/healthz", "/static/console.css", "/nowhere", "/static/nowhere"])
def test_every_answer_bears_the_security_headers(running: Running, path: str) -> None:
    for client in (running.client(), running.as_role("admin")):
        answer = client.get(path)
        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)


def test_the_policy_allows_nothing_inline_and_nothing_from_outside() -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert policy.startswith("default-src 'none'")


def test_healthz_answers_anybody(running: Running) -> None:
    answer = running.client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_another_host_is_not_answered(running: Running) -> None:
    assert running.client().get("/sign-in", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}]
)
def test_forms_of_other_sites_are_refused(running: Running, headers: dict[str, str]) -> None:
    assert running.client().post("/sign-in", data={"name": "x"}, headers=headers).status_code == 403


def test_no_answer_tells_whether_an_account_exists(running: Running) -> None:
    answers = [
        running.client().post("/sign-in", data={"name": name, "password": "wrong"}) for name in ("王读", "无此人")
    ]
    assert len({(one.status_code, one.text.replace("王读", "无此人")) for one in answers}) == 1
