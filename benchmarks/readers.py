"""Reads the console as colleagues do: so many at once, each going from page to page, with or without a pause."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

import httpx2 as httpx

from config.divisions import divisions
from reports.console.names import digest_of

_FOUND, _SEE_OTHER, _MISSING = 200, 303, 404
_PATIENCE = 60
# Mails are looked for so often (seconds).
_EVERY = 0.2


@dataclass(frozen=True)
class Console:
    """A console that runs: where, whom it lets in, and how many cases it has."""

    url: str
    name: str
    password: str
    cases: int


@dataclass(frozen=True)
class Load:
    """How many read at once, for how long, and what each rests between two pages (seconds)."""

    readers: int
    seconds: float
    rest: float


def read(console: Console, load: Load) -> Mapping[str, list[float]]:
    """Return the seconds that each page took, by its kind."""
    return asyncio.run(_read(console, load))


def community(console: Console, source: Random) -> tuple[str, str, int]:
    """Return the province and the name of a case, and its number there, as `benchmarks.filled` names them."""
    provinces = divisions().provinces
    number = source.randrange(console.cases)
    province = provinces[number % len(provinces)]
    return province, f"{province}第{number // len(provinces)}花园", number // len(provinces)


def case_path(province: str, name: str) -> str:
    """Return the path of a case's page."""
    return f"/cases/{digest_of('case', province, '', name)}"


def _province(console: Console, source: Random) -> tuple[str, str]:
    province, _, _ = community(console, source)
    return f"/provinces/{quote(province)}", province


def _case(console: Console, source: Random) -> tuple[str, str]:
    province, name, _ = community(console, source)
    return case_path(province, name), name


def _search(console: Console, source: Random) -> tuple[str, str]:
    """Return a search for a community, a company, a province, or words that a material may hold."""
    province, name, number = community(console, source)
    words = source.choice((name, name, f"某某物业{number}", province, "消防通道占用整改"))
    return f"/search?q={quote(words)}", ""


# Each gives the path of a page, and what must stand there.
PAGES: Mapping[str, Callable[[Console, Random], tuple[str, str]]] = {
    "overview": lambda _console, _source: ("/", ""),
    "province": _province,
    "case": _case,
    "search": _search,
}


async def _read(console: Console, load: Load) -> Mapping[str, list[float]]:
    took: dict[str, list[float]] = defaultdict(list)
    async with AsyncExitStack() as leaving:
        # One after the other: many sign-ins at once from one address are slowed down.
        clients = [await leaving.enter_async_context(_signed_in(console)) for _ in range(load.readers)]
        async with asyncio.TaskGroup() as group:
            for number, client in enumerate(clients):
                group.create_task(_one(client, console, load, Random(number), took))
    return dict(took)


async def _one(
    client: httpx.AsyncClient, console: Console, load: Load, source: Random, took: dict[str, list[float]]
) -> None:
    await asyncio.sleep(load.rest * source.random())
    end = time.monotonic() + load.seconds
    while time.monotonic() < end:
        kind = source.choice(list(PAGES))
        path, held = PAGES[kind](console, source)
        started = time.perf_counter()
        answer = await client.get(path)
        if answer.status_code != _MISSING:
            took[kind].append(time.perf_counter() - started)
            assert answer.status_code == _FOUND, f"{path}: {answer.status_code}"
            assert held in answer.text, path
        await asyncio.sleep(load.rest * (0.5 + source.random()))


@asynccontextmanager
async def _signed_in(console: Console) -> AsyncIterator[httpx.AsyncClient]:
    """Give a browser without pictures that has signed in."""
    async with httpx.AsyncClient(base_url=console.url, timeout=_PATIENCE) as client:
        answer = await client.post("/sign-in", data={"name": console.name, "password": console.password})
        assert answer.status_code == _SEE_OTHER, answer.text
        yield client


def wait_for(console: Console, path: str, words: str, patience: float) -> float | None:
    """Return the seconds until some words stand on a page; None where they do not within so many."""
    return asyncio.run(_wait_for(console, path, words, patience))


async def _wait_for(console: Console, path: str, words: str, patience: float) -> float | None:
    started = time.monotonic()
    async with _signed_in(console) as client:
        while time.monotonic() - started < patience:
            if words in (await client.get(path)).text:
                return time.monotonic() - started
            await asyncio.sleep(_EVERY)
    return None
