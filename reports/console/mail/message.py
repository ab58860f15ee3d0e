"""One mail: who sent it and how that is known, its text as text, its files, its links, and what was decided of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from starlette.responses import FileResponse, RedirectResponse, Response

from config.safe_names import safe_name
from reports import telling
from reports.console.asked import Asked, missing
from reports.console.mail.file_tree import leaves, ordered
from reports.console.mail.inbox import link_rows, mailbox_said, row_of
from reports.console.mail.quoting import passages
from reports.console.mail.settling import message_asked
from reports.console.roles import EDITOR
from reports.console.route import Route
from reports.incoming import MessageView
from reports.moments import between
from store import activity, decisions, mail, one_mail
from store.activity import Deed
from store.decisions import Decided
from store.one_mail import Details

# So many files stand on a page, and so much of a text.
_FILES, _TEXT = 200, 50_000
_FINDINGS = 100
# Databases know no greater number.
_LARGEST = 2**31 - 1
_SEE_OTHER = 303


@dataclass(frozen=True)
class Ruling:
    """A decision on a mail, in words; `stands` where it is neither undone nor replaced."""

    row: Decided
    said: str
    stands: bool


def message(asked: Asked) -> Response:
    """Return the page of a mail; of a copy, that of the mail that counts."""
    number = asked.path["id"]
    if number > _LARGEST:
        raise missing("没有这封来信")
    details = one_mail.details_of(asked.console.store, number)
    if details and number not in asked.seen.messages:
        for copy in details.copies:
            if copy in asked.seen.messages:
                return RedirectResponse(f"/messages/{copy}", _SEE_OTHER)
        raise missing("这封来信刚收到，请稍候再看")
    view = message_asked(asked)
    if details is None:
        raise missing("没有这封来信")
    return _shown(asked, view, details)


def _shown(asked: Asked, view: MessageView, details: Details) -> Response:
    seen, call = asked.seen, asked.console.campaign.call
    files = ordered(seen.files_of.get(view.id, ()))
    page, pages, shown = asked.paged(len(files), _FILES)
    text = view.text[:_TEXT] if asked.may(EDITOR) else ""
    parts = passages(text)
    return asked.show(
        "message.html",
        row=row_of(view, seen),
        view=view,
        details=details,
        stamp=lambda moment: _stamp(moment, asked),
        disputed=view.received is not None and between(view.arrival, view.received, call.last_moment),
        threshold=call.sender_threshold,
        mailbox=mailbox_said(view.mailbox),
        mailbox_said=mailbox_said,
        passages=parts,
        only_quoted=all(one.quoted for one in parts),
        left_out=len(view.text) - len(text),
        files=leaves(files[shown], seen),
        file_count=len(files),
        locked=any(file.status == "encrypted" for file in files),
        page=page,
        pages=pages,
        links=link_rows(seen.links_of.get(view.id, ()), seen),
        findings=[(one, one.message) for one in seen.findings_of_messages.get(view.id, ())[:_FINDINGS]],
        finding_count=len(seen.findings_of_messages.get(view.id, ())),
        running=asked.console.chores.running,
        rulings=_rulings(asked, view, details),
        provinces=list(dict.fromkeys([*seen.provinces, *(seen.mails.by_province.keys() - {""})])),
    )


def _stamp(moment: datetime | None, asked: Asked) -> str:
    """Return a moment to the second: where the deadline is near, a minute is too much."""
    return moment.astimezone(asked.console.campaign.call.zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _rulings(asked: Asked, view: MessageView, details: Details) -> Sequence[Ruling]:
    """Return what was decided of a mail, the newest first."""
    rows = decisions.about_mail(asked.console.store, view.id, details.sender_address, details.spoke)
    standing = {row.id for row in decisions.current(rows)}
    return [Ruling(row, telling.described(row), row.id in standing) for row in reversed(rows)]


def original(asked: Asked) -> Response:
    """Return a mail as it came, for a mail program to open; that it was given out is noted."""
    view = message_asked(asked)
    store = asked.console.store
    path = mail.raw(store, view.id)
    if not path.is_file():
        raise missing("原信文件不在文件库里，请告诉运维")
    if asked.session:
        deed = Deed(asked.now, asked.session.person, asked.address, "下载原信", f"来信 {view.id}", view.subject)
        activity.note(store, deed)
    name = safe_name(PurePosixPath(view.place).name) if view.place else f"来信{view.id}.eml"
    return FileResponse(path, filename=name, media_type="application/octet-stream")


ROUTES = (
    Route("/messages/{id:int}", message),
    Route("/messages/{id:int}/original", original, EDITOR),
)
