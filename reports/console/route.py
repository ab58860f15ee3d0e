"""What a page of the console is: its address, who may see it, and whether it writes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.console.roles import EDITOR, READER

if TYPE_CHECKING:
    from reports.console.asked import Asked


@dataclass(frozen=True)
class Route:
    """A page: its path (as Starlette writes it), the function that answers, and the role that it asks for.

    None as role: everybody, without signing in. `deed` is what the activity log calls a write, and marks it as one: it
    is a POST with a CSRF token. A page with `streams` reads the body itself, however large it may be, and asks for the
    token in a header; the form of one with `files` may bring files, which are on the disk when the page is asked. A
    `bare` one is answered on the spot, without asking for a session: also while the database does not answer.
    """

    path: str
    page: Callable[["Asked"], Any]
    role: str | None = READER
    deed: str = ""
    streams: bool = False
    files: bool = False
    bare: bool = False

    @property
    def method(self) -> str:
        """GET for what is looked at, POST for what is written."""
        return "POST" if self.deed else "GET"

    @property
    def name(self) -> str:
        """By what tests and log lines name it."""
        return f"{self.method} {self.path}"


def write(path: str, page: Callable[["Asked"], Any], deed: str, role: str | None = EDITOR) -> Route:
    """Return a route that writes."""
    return Route(path, page, role, deed)
