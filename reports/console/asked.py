"""A request as pages see it: who asks, what was sent, what the campaign looks like, and how to answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from config.campaign import Campaign
from config.console import ConsoleSettings
from reports.console import render, roles
from reports.console.acts import Acts, Who
from reports.console.adding.jobs import Jobs
from reports.console.adding.uploads import ROOM, Uploads
from reports.console.board import Board, Seen
from reports.console.cases.made import Made
from reports.console.files.pictures import Pictures
from reports.console.mail.chores import Chores
from reports.console.notices import Notices
from reports.watching.monitor import Monitor
from store.accounts import Session
from store.database import Store
from store.personal.accesses import Watch

NOT_FOUND, UNPROCESSABLE = 404, 422
# So many rows stand on a page.
ROWS = 50


@dataclass(frozen=True)
class Console:
    """Everything that pages rest on; `now` reads the clock, `folder` is where uploads grow and previews are kept."""

    campaign: Campaign
    settings: ConsoleSettings
    store: Store
    board: Board
    acts: Acts
    now: Callable[[], datetime]
    folder: Path
    pictures: Pictures
    monitor: Monitor
    # So many bytes stay free on the disk, whoever wants to add files.
    floor: int = 0
    # What was done, told once on the next page of a session.
    notices: Notices = field(default_factory=Notices)
    # What is being read just now because somebody asked for it.
    chores: Chores = field(default_factory=Chores)

    @cached_property
    def made(self) -> Made:
        """What persons decided of cases."""
        return Made(self.store)

    @cached_property
    def watch(self) -> Watch:
        """Who looked at personal data, until it is written."""
        return Watch(self.store)

    uploads: Uploads = field(init=False)
    jobs: Jobs = field(init=False)

    def __post_init__(self) -> None:
        """Make what lies in its folder known."""
        uploads = Uploads(self.folder / "uploads", self.settings.upload_bytes, max(ROOM, self.floor))
        object.__setattr__(self, "uploads", uploads)
        object.__setattr__(self, "jobs", Jobs(self.folder / "orders", uploads, self.acts, self.store, self.now))

    @property
    def idle(self) -> timedelta:
        """How long a session may rest."""
        return timedelta(minutes=self.settings.idle_minutes)


@dataclass(frozen=True)
class Done:
    """What a write came to: what to say, where to go on, and what it was about (for the activity log).

    `shown` is answered instead of going on: a part of a page.
    """

    lines: Sequence[str]
    back: str
    target: str = ""
    shown: Response | None = None


@dataclass(frozen=True, eq=False)
class Asked:
    """A request: `session` is of whoever signed in, `form` what was sent with it."""

    console: Console
    request: Request
    session: Session | None = None
    form: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def seen(self) -> Seen:
        """The campaign as it was seen last: one look for the whole request."""
        return self.console.board.seen

    @property
    def now(self) -> datetime:
        """This moment."""
        return self.console.now()

    @property
    def path(self) -> Mapping[str, Any]:
        """The parts of the address that the route names."""
        return self.request.path_params

    @property
    def address(self) -> str:
        """Where the request came from."""
        return self.request.client.host if self.request.client else ""

    def query(self, name: str) -> str:
        """Return a parameter of the address, without blanks at its ends; empty where there is none."""
        return _storable(self.request.query_params.get(name, "")).strip()

    def text(self, name: str) -> str:
        """Return a field of the form, without blanks at its ends; empty where there is none."""
        value = self.form.get(name, "")
        return _storable(value).strip() if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        """Return all values of a field of the form that may come several times."""
        values = self.form.getlist(name) if hasattr(self.form, "getlist") else []
        return [_storable(value) for value in values if isinstance(value, str)]

    def may(self, role: str) -> bool:
        """Tell whether whoever asks may do what a role may."""
        return self.session is not None and roles.may(self.session.role, role)

    @property
    def who(self) -> Who:
        """Who decides: the person that signed in, the reason, and which earlier decision was seen."""
        if self.session is None:
            raise HTTPException(403)
        return Who(self.session.person, self.now, self.text("note"), whole(self.text("seen")))

    @property
    def back(self) -> str:
        """Where to go on after a write: what the form says, if it is a page of ours."""
        return local(self.text("back"))

    @property
    def page_number(self) -> int:
        """Which page of a long list is asked for, from 1."""
        return whole(self.query("page"), len("999999")) or 1

    def paged(self, count: int, rows: int = 0) -> tuple[int, int, slice]:
        """Return which page of a list of so many is shown, how many pages there are, and what of the list is on it."""
        rows = rows or ROWS
        pages = max(1, -(-count // rows))
        page = min(self.page_number, pages)
        return page, pages, slice((page - 1) * rows, page * rows)

    def with_query(self, **changes: str | int | None) -> str:
        """Return the address of this page with some parameters changed, or left out (None)."""
        kept = [(key, value) for key, value in self.request.query_params.multi_items() if key not in changes]
        kept += [(key, str(value)) for key, value in changes.items() if value is not None]
        return f"{self.request.url.path}?{urlencode(kept)}" if kept else self.request.url.path

    def show(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 (what templates show)
        """Return a page, or a part of one, as whoever asks may see it: for readers phones are masked."""
        call = self.console.campaign.call
        given = {
            "asked": self,
            "campaign": self.console.campaign,
            "zone": call.zone,
            "csrf": self.csrf,
            "token": Markup("{}").format(self._token),
            **values,
        }
        return HTMLResponse(render.rendered(template, given, masking=not self.may(roles.EDITOR)), status)

    def csrf(self) -> Markup:
        """Return the hidden field that every form which writes must carry."""
        return Markup('<input type="hidden" name="csrf" value="{}">').format(self._token)

    @property
    def _token(self) -> str:
        """Ours alone, of letters, digits, - and _."""
        return self.session.csrf if self.session else ""

    def notices(self) -> list[str]:
        """Return what was done since the last page, once."""
        return self.console.notices.take(self.session.id) if self.session else []


def _storable(text: str) -> str:
    """Return a text without what a database takes for the end of it: nobody types that, and PostgreSQL refuses it."""
    return text.replace("\x00", "")


def local(target: str) -> str:
    """Return an address of ours; the overview where it is anybody else's, or none."""
    good = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if good and "\\" not in target else "/"


def whole(text: str, digits: int = 9) -> int | None:
    """Return the number that a person typed or an address holds; None where it is none, or longer than any of ours."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def missing(what: str) -> HTTPException:
    """Return what to raise where there is no such thing: a Chinese sentence for the page that says so."""
    return HTTPException(NOT_FOUND, what)
