"""Every page of the console as axe sees it (WCAG 2 A and AA), wide and on a phone: nothing serious, and no sideways scrolling."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from reports.console.board import file_key
from reports.console.routes import ROUTES
from tests.browsers import PHONE, WIDE, person
from tests.consoles import Running, sample_console, served

# What gives a part of a page, a file or a picture: no page of its own.
PARTS = (
    "/healthz", "/readyz", "/metrics", "/files/{key}/preview", "/files/{key}/page", "/cases/{key}/source/{name}",
    "/inbox/doing", "/add/jobs/{id}", "/add/jobs/{id}/state", "/add/uploads/{id}", "/digests/{id:int}",
    "/digests/{id:int}/shown", "/digests/reports/{day}", "/digests/reports/{day}/shown", "/snapshots/{id:int}",
)  # fmt: skip
DOWNLOADS = ("/export", "/original")
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made, served(made):
        yield made


def addresses(running: Running) -> list[str]:
    seen = running.console.board.seen
    case = next(key for key, one in seen.cases.items() if one.community == "东湖名苑")
    file = next(one for one in seen.picture.files if one.kind == "recommendation_form")
    places = {
        "/cases/{key}": [case], "/cases/{key}/merge": [case], "/files/{key}": [file_key(file)],
        "/provinces/{province}": [quote("陕西"), quote("安徽")], "/messages/{id:int}": ["1", "13"],
    }  # fmt: skip
    found = ["/sign-in"]
    for route in ROUTES:
        if route.method != "GET" or route.path in (*PARTS, "/sign-in") or route.path.endswith(DOWNLOADS):
            continue
        place = route.path[route.path.find("{") : route.path.find("}") + 1]
        for value in places.get(route.path, [quote("陕西")] if place else [""]):
            found.append(route.path.replace(place, value) if place else route.path)
    return [*found, f"/search?q={quote('花园')}", "/findings?state=waived", "/nowhere"]


def faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in SERIOUS]


def test_no_page_has_a_serious_fault_or_scrolls_sideways(running: Running, browser: Browser) -> None:
    wrong: dict[str, list[str]] = {}
    with person(browser, running, "admin", WIDE) as page:
        for address in addresses(running):
            page.set_viewport_size(WIDE)  # type: ignore[arg-type]
            answer = page.goto(address)
            assert answer is not None
            assert answer.status in (200, 404), f"{address}: {answer.status}"
            assert (answer.status == 404) == (address == "/nowhere"), address
            # What is folded away is looked at as well.
            page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
            if own := [*at_size(page, WIDE), *at_size(page, PHONE)]:
                wrong[address] = own
    assert wrong == {}


def at_size(page: Page, size: dict[str, int]) -> list[str]:
    """Return what is wrong with a page on a screen of a size."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    found = faults(page)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("scrolls sideways")
    return [f"{size['width']} px: {one}" for one in found]
