"""The search page: one box for provinces, communities, companies, numbers, people, files and words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from reports.console.asked import Asked
from reports.console.board import Seen
from reports.console.leads import findings_page
from reports.console.roles import EDITOR
from reports.console.route import Route
from reports.console.search import numbers, texts, things
from reports.console.search.sought import Group, Sought
from reports.queries.ask.answer import Answer

_LONGEST = 200
_FOUND = 302
# So many of a kind are shown, and while one is still typing.
_SHOWN, _WHILE_TYPING = 10, 5
_MAIL = re.compile(r"(来信 (\d{1,9}))")


@dataclass(frozen=True)
class Answered:
    """An answer with its proof, each line in pieces: text, and the address that it leads to."""

    sentence: str
    proof: Sequence[Sequence[tuple[str, str]]]


def search(asked: Asked) -> Response:
    """Return what may be meant by what was typed; what is surely meant is gone to at once."""
    typing = bool(asked.request.headers.get("hx-request"))
    text = " ".join(asked.query("q").replace("\x00", "").split())
    sought = Sought(text[:_LONGEST], asked.may(EDITOR), _WHILE_TYPING if typing else _SHOWN)
    if not typing and (address := numbers.unmistakable(sought, asked.seen)):
        return RedirectResponse(address, _FOUND)
    told = texts.answer(sought, asked.seen) if text else None
    return asked.show(
        "search_found.html" if typing else "search.html",
        sought=sought,
        cut=len(text) > _LONGEST,
        answered=_answered(told, asked.seen) if told else None,
        groups=sorted(_groups(sought, asked), key=lambda group: group.sure) if sought.key else [],
        findings_at=findings_page(state="all", text=sought.text),
    )


def _groups(sought: Sought, asked: Asked) -> Iterator[Group]:
    """Yield what was found of each kind, where there is any."""
    seen, console = asked.seen, asked.console
    every = (
        Group("编号", tuple(numbers.numbered(sought, seen, console.store))),
        Group("省份", tuple(things.provinces(sought, seen))[: sought.at_most]),
        Group("案例", things.cases(sought, seen)),
        Group("物业服务企业", things.companies(sought, seen)),
        Group("联系人", things.people(sought, seen)),
        Group("来信", things.mails(sought, seen)),
        Group("文件", things.files(sought, seen)),
        texts.passages(sought, console, seen),
    )
    yield from (group for group in every if group.hits or group.all_at)


def _answered(told: Answer, seen: Seen) -> Answered:
    return Answered(told.sentence, [_pieces(line, seen) for line in told.proof])


def _pieces(line: str, seen: Seen) -> list[tuple[str, str]]:
    """Return a line in which the mails that it names lead to them."""
    pieces = _MAIL.split(line)
    found = [(pieces[0], "")]
    for word, number, behind in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        found += [(word, f"/messages/{number}" if int(number) in seen.messages else ""), (behind, "")]
    return [(text, address) for text, address in found if text]


ROUTES = (Route("/search", search),)
