"""How a report of the tracker becomes a page and a text: one template for progress and snapshot, masked and escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from reports.wording import masked, one_line


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
    return _environment().get_template("tracker.html").render(p=page)


def as_text(page: Page) -> str:
    """Return the same content and order as text."""
    return _environment().get_template("tracker.txt").render(p=page)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        finalize=_for_people,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _for_people(value: object) -> object:
    """Mask and flatten whatever a template shows; markup is made of such values."""
    return masked(one_line(value)) if isinstance(value, str) and not hasattr(value, "__html__") else value
