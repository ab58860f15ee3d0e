"""How a report of the tracker becomes a page and a text: one template for progress and snapshot, masked and escaped."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.making.templating import page_environment


@dataclass(frozen=True)
class Entry:
    """A province in a list: its name, what is to be said beside it, and its lines."""

    name: str
    note: str
    lines: Sequence[str]


@dataclass(frozen=True)
class Section:
    """A list: how many provinces stand in it, which stand with lines of their own, and which by name alone."""

    title: str
    count: int
    tone: str
    entries: Sequence[Entry]
    names: Sequence[str]
    note: str = ""


@dataclass(frozen=True)
class Page:
    """A page in the order it is read; `alerts` stand above everything, `foot` below."""

    title: str
    subtitle: str
    headline: str
    alerts: Sequence[str]
    remarks: Sequence[str]
    sections: Sequence[Section]
    foot: Sequence[str]


def as_html(page: Page) -> str:
    """Return a page as HTML: tables and inline styles only, 600 px wide at the most."""
    return page_environment().get_template("tracker.html").render(p=page)


def as_text(page: Page) -> str:
    """Return the same content and order as text."""
    return page_environment().get_template("tracker.txt").render(p=page)
