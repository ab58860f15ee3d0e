"""All pages of the console in a real Chromium, from "/" through every link, as an administrator: nothing is broken."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from ingest.telling.digesting import make_edition
from ingest.telling.sending import note_written
from ingest.telling.tracking import track
from tests.browsers import WIDE, chromium, person
from tests.consoles import Running, sample_console, served
from tests.desks import AFTER, take
from tests.test_console_attacked import hostile_mails

# What an address is a kind of: so many of each kind are opened, the other links of the kind are asked for alone.
_OPENED = 1
_PART = re.compile(r"(?<=/)(\d+|[0-9a-zA-Z_-]{8,}|[^/?#\x00-\x7f]+|\d{4}-\d\d-\d\d)(?=/|$)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        take(made.desk, tmp_path_factory.mktemp("enemy"), *hostile_mails())
        note_written(made.desk, make_edition(made.desk, AFTER), AFTER)
        track(made.desk, AFTER)
        made.console.board.look()
        with served(made):
            yield made


def kind_of(address: str) -> str:
    """Return what an address is of, without which one: its path with places, and the names of its parameters."""
    parts = urlsplit(address)
    names = sorted(pair.partition("=")[0] for pair in parts.query.split("&") if pair)
    return f"{_PART.sub('*', parts.path)}?{','.join(names)}"


def links_of(page: Page, running: Running) -> list[str]:
    """Return the addresses of ours that a page leads to or shows, without what only stands in the page itself."""
    script = "Array.from(document.querySelectorAll('a[href], iframe[src], img[src]'), one => one.href || one.src)"
    found = (str(one).partition("#")[0] for one in page.evaluate(script))
    return list(dict.fromkeys(one.removeprefix(running.url) for one in found if one.startswith(running.url)))


def test_every_page_and_every_link_of_it_works_and_asks_nobody_else(running: Running, browser: Browser) -> None:
    seen: dict[str, int] = {}
    troubles, waiting, known = [], ["/"], {"/"}
    with person(browser, running, "admin", WIDE) as page:
        page.on("request", lambda one: None if one.url.startswith((running.url, "data:")) else troubles.append(one.url))
        page.on("response", lambda one: troubles.append(f"{one.status} {one.url}") if one.status >= 500 else None)
        page.on("console", lambda line: troubles.append(line.text) if "Security Policy" in line.text else None)
        while waiting:
            address = waiting.pop(0)
            kind = kind_of(address)
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > _OPENED or re.search(r"/(original|export|preview|page|source)\b", address):
                continue
            answer = page.goto(address, wait_until="load")
            if answer is None or answer.status >= 400:
                troubles.append(f"{answer and answer.status} {address}")
            fresh = [one for one in links_of(page, running) if one not in known]
            known.update(fresh)
            waiting += fresh
        cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    client = running.client()
    client.cookies.update(cookies)
    asked: dict[str, int] = {}
    for address in sorted(known):
        kind = kind_of(address)
        asked[kind] = asked.get(kind, 0) + 1
        # Pictures are slow to make, and tests of their own go over them.
        if asked[kind] <= 3 and not re.search(r"/(preview|page|source)\b", address):
            status = client.get(address).status_code
            if status >= 400:
                troubles.append(f"{status} {address}")
    assert troubles == []
    assert len(seen) > 20, sorted(seen)
