"""Reads documents in tests the way the program does: through the one entrance, with the campaign of 2026."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from config.campaign import load_campaign
from parsers.base import Found
from parsers.reading import read_content

Reader = Callable[[bytes], tuple[Found, ...]]
CAMPAIGN = load_campaign("2026-haofuwu")


def reader(folder: Path) -> Reader:
    """Return a function that reads content as a file in a folder and gives what was found in it."""

    def read(data: bytes) -> tuple[Found, ...]:
        path = folder / "content"
        path.write_bytes(data)
        reading = read_content(path, len(data), CAMPAIGN)
        assert reading.status == "ok", reading.reason
        return reading.found

    return read


def only(found: Sequence[Found], kind: str) -> dict[str, Any]:
    """Return the facts of the one thing found, which is of a kind."""
    assert [one.kind for one in found] == [kind]
    return found[0].facts


def values(cells: dict[str, Any]) -> dict[str, Any]:
    """Return the normal forms of cells."""
    return {name: cell["value"] for name, cell in cells.items()}
