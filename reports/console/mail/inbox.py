"""The inbox: every mail with what became of it, those that need a person first; and what lies behind cloud links."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from reports.console.asked import Asked
from reports.console.board import Seen
from reports.console.mail.file_tree import cases_named
from reports.console.mail.mails import STATES, Choice
from reports.console.route import Route
from reports.incoming import MessageView
from reports.links import called, is_expired, is_soon, until
from reports.mail_side import LinkView
from reports.sources import source_of
from reports.tally import PLACES, place_of
from reports.wording import MESSAGE_KINDS

_CASES_NAMED, _LINKS_SHOWN = 3, 5
_TONES = {"filed": "ok", "aside": "", "failed": "error", "waiting": "warning"}
# How the import is called where mailboxes are named.
_IMPORT, _IMPORTED = "import", "导入"


@dataclass(frozen=True)
class Row:
    """A mail in the list: what became of it, and what is still asked about it."""

    message: MessageView
    place: str
    word: str
    tone: str
    kind: str
    # The first cases that its files belong to, by key and name, and how many there are.
    cases: Sequence[tuple[str, str]]
    case_count: int
    unfiled: int
    stranger: bool
    source: str


@dataclass(frozen=True)
class LinkRow:
    """A cloud link that nobody has brought in yet, in words."""

    link: LinkView
    called: str
    until: str
    tone: str


def inbox(asked: Asked) -> Response:
    """Return the list of mails."""
    mails = asked.seen.mails
    choice = _choice(asked)
    found = mails.chosen(choice)
    page, pages, shown = asked.paged(len(found))
    return asked.show(
        "inbox.html",
        choice=choice,
        told=mails.tally,
        counts={state: len(mails.by_state.get(state, ())) for state in STATES},
        states=STATES,
        rows=[row_of(message, asked.seen) for message in found[shown]],
        found=len(found),
        page=page,
        pages=pages,
        provinces=sorted(mails.by_province.keys() - {""}, key=_order(asked.seen)),
        message_kinds=[kind for kind in MESSAGE_KINDS if kind in mails.by_kind],
        mailboxes={box: mailbox_said(box) for box in sorted(mails.by_mailbox) if box},
        links=link_rows(mails.links[:_LINKS_SHOWN], asked.seen),
        link_count=len(mails.links),
        running=asked.console.chores.running,
    )


def _choice(asked: Asked) -> Choice:
    state = asked.query("state")
    return Choice(
        state if state in STATES else "",
        asked.query("province"),
        asked.query("kind"),
        asked.query("mailbox"),
        asked.query("q"),
    )


def _order(seen: Seen) -> Callable[[str], tuple[int, str]]:
    order = {province: at for at, province in enumerate(seen.provinces)}
    return lambda province: (order.get(province, len(order)), province)


def mailbox_said(mailbox: str) -> str:
    """Return how a mailbox is called: its address, or that the mail was imported."""
    return _IMPORTED if mailbox == _IMPORT else mailbox


def row_of(message: MessageView, seen: Seen) -> Row:
    """Return a mail with what became of it."""
    place = place_of(message)
    ids = dict.fromkeys(one for file in seen.files_of.get(message.id, ()) for one in file.case_ids)
    return Row(
        message,
        place,
        PLACES[place],
        _TONES[place],
        MESSAGE_KINDS.get(message.kind, ""),
        cases_named(list(ids)[:_CASES_NAMED], seen),
        len(ids),
        len(seen.picture.unfiled.get(message.id, ())),
        place == "filed" and message.province is None,
        source_of(message),
    )


def links(asked: Asked) -> Response:
    """Return all cloud links that nobody has brought in yet."""
    open_ones = asked.seen.mails.links
    page, pages, shown = asked.paged(len(open_ones))
    rows = link_rows(open_ones[shown], asked.seen)
    return asked.show("inbox_links.html", links=rows, link_count=len(open_ones), page=page, pages=pages)


def link_rows(found: Sequence[LinkView], seen: Seen) -> list[LinkRow]:
    """Return cloud links in words."""
    zone = seen.picture.campaign.call.zone
    return [LinkRow(link, called(link), until(link, seen.as_of, zone), _link_tone(link, seen)) for link in found]


def _link_tone(link: LinkView, seen: Seen) -> str:
    if is_expired(link, seen.as_of):
        return "error"
    return "warning" if is_soon(link, seen.as_of) else ""


ROUTES = (Route("/inbox", inbox), Route("/inbox/links", links))
