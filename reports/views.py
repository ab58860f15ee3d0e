"""Turns the rows of one province into what reports look at: its messages, files and cloud links."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from sys import intern
from typing import Any, Protocol, TypedDict

from config.campaign import Campaign
from reports import moments
from reports.incoming import FileView, MessageView
from reports.mail_side import LinkView
from reports.moments import First
from reports.rulings import Rulings
from reports.versions import holder_of
from reports.wording import decided_by
from store.decisions import MAIL_KIND, SENDER, of_message
from store.drops import Dropped
from store.models import File, Filing, Letter, Link, Message, Reading
from store.queries import Kept, Look

# The formats of documents whose pictures are taken out.
DOCUMENTS = ("docx", "doc")


@dataclass(frozen=True)
class Rows:
    """The rows of one province, the look that they are of, the campaign, and what persons decided."""

    kept: Kept
    look: Look
    campaign: Campaign
    rulings: Rulings

    @property
    def threshold(self) -> float:
        """How sure a place must be to count."""
        return self.campaign.call.filing_threshold


def message_views(rows: Rows) -> dict[int, MessageView]:
    """Return the messages by their ids, in the order of their arrival."""
    return {row.id: _message(row, letter, rows) for row, letter in rows.kept.messages}


def _message(row: Message, letter: Letter | None, rows: Rows) -> MessageView:
    """Return one mail as reports see it; one that could not be read has no letter, and says so by its state."""
    kept, drop = rows.kept, rows.look.drops.get(row.id)
    seen = kept.sightings.get(row.id)
    return MessageView(
        id=row.id,
        mailbox=seen.mailbox if seen else "",
        folder=seen.folder if seen else "",
        uid=seen.uid if seen and seen.uid else None,
        junk=bool(seen and seen.junk),
        message_id=letter.message_id if letter else None,
        from_address=letter.from_address if letter else None,
        from_name=letter.from_name if letter else "",
        subject=letter.subject if letter else "",
        arrival=row.arrival,
        arrival_source=row.arrival_source,
        province=letter.province if letter else None,
        city=letter.city if letter else None,
        sender_level=letter.sender_level if letter else None,
        sender_clues=tuple(letter.sender_clues) if letter else (),
        sender_confidence=letter.sender_confidence if letter else None,
        kind=letter.kind if letter else "",
        kind_evidence=letter.kind_evidence if letter else "",
        state=row.state,
        failure=row.failure,
        files=kept.file_counts.get(row.id, 0),
        bytes=row.bytes,
        text=letter.text if letter else "",
        candidates=tuple(letter.candidates) if letter else (),
        suspicions=tuple(letter.suspicions) if letter else (),
        **(_decided(letter, rows.look) if letter else _UNDECIDED),
        kept_at=row.kept_at,
        **_place(row, drop, rows.campaign),
        **moments.told(row, letter, rows.look, rows.campaign),
    )


def _place(row: Message, drop: Dropped | None, campaign: Campaign) -> dict[str, Any]:
    """Return the place of a file of a watched folder, and what it came with; a mail comes alone, also from there."""
    if drop is None or drop.is_mail:
        return {}
    delivery, slash, _ = drop.inside.partition("/")
    delivery = delivery if slash else ""
    day = row.arrival.astimezone(campaign.call.zone).date().isoformat()
    # What a person added at once came together, as in one mail.
    day = day if drop.decision is None else drop.at.isoformat()
    return {"place": drop.path, "delivery": delivery, "batch": f"{drop.mailbox}/{drop.province}/{delivery}/{day}"}


def link_views(rows: Rows, messages: Mapping[int, MessageView]) -> Iterable[LinkView]:
    """Yield the cloud links of all messages; what was brought in for one message answers the same link in others."""
    known: set[str] = set()
    for link in rows.kept.links:
        message = messages[link.message_pk]
        answered, repeated = link.key in rows.look.answered, link.key in known
        yield link_view(link, message, answered=answered, repeated=repeated, in_submission=message.is_submission)
        if message.is_submission:
            known.add(link.key)


class OfMail(Protocol):
    """What a link's view says of its mail: by which key it is known, its subject, whose it is, when it came."""

    @property
    def key(self) -> str:
        """By what it is known."""

    @property
    def subject(self) -> str:
        """Its subject."""

    @property
    def province(self) -> str | None:
        """Whose it is."""

    @property
    def arrival(self) -> datetime:
        """When it came."""


def link_view(link: Link, mail: OfMail, *, answered: bool, repeated: bool, in_submission: bool) -> LinkView:
    """Return how reports see a link of a mail."""
    return LinkView(
        message_pk=link.message_pk,
        message=mail.key,
        subject=mail.subject,
        province=mail.province,
        arrival=mail.arrival,
        number=link.number,
        provider=link.provider,
        key=link.key,
        url=link.url,
        name=link.name,
        size=link.size_text,
        bytes=link.bytes,
        expires=link.expires,
        expires_text=link.expires_text,
        code=link.code,
        answered=answered,
        repeated=repeated,
        in_submission=in_submission,
    )


class _Settled(TypedDict):
    """Which persons settled a mail's sender and kind: see `reports.picture.MessageView`."""

    sender_decided: str | None
    sender_decided_by: str | None
    kind_decided_by: str | None


_UNDECIDED = _Settled(sender_decided=None, sender_decided_by=None, kind_decided_by=None)


def _decided(letter: Letter, look: Look) -> _Settled:
    """Return which persons settled a mail's sender, by the mail itself or by its address, and its kind."""
    spoke = [look.decisions[int(number)] for number in letter.decided.split(",") if number]
    own = {one.what: one.person for one in spoke if one.subject == of_message(letter.message_pk)}
    learned = [one.person for one in spoke if one.address and one.value.get("province") == letter.province]
    by_message = own.get(SENDER)
    return {
        "sender_decided": "message" if by_message else "address" if learned else None,
        "sender_decided_by": by_message or (learned[-1] if learned else None),
        "kind_decided_by": own.get(MAIL_KIND),
    }


def file_views(rows: Rows, messages: Mapping[int, MessageView]) -> list[FileView]:
    """Return all files of messages that were read, each with its facts and the first arrival of its content."""
    kept = rows.kept
    first = moments.first_come(kept.files, messages)
    filed = _by_file(kept.filings)
    papers = {(file.message_pk, file.path) for file in kept.files if file.format in DOCUMENTS}
    views = []
    for file in kept.files:
        message = messages[file.message_pk]
        came = (first.get(file.sha256 or "") or First.of(message)).or_earlier(message)
        view = _file(file, message, filed.get(file.id, []), rows, came)
        pasted = (file.message_pk, holder_of(file.path)) in papers
        views.append(replace(view, pasted=True) if pasted else view)
    return views


def aspects(files: Iterable[FileView], rows: Rows) -> list[FileView]:
    """Return a view for everything else that was found in a file, such as a form inside a material."""
    filed = _by_file(rows.kept.filings)
    views = []
    for file in files:
        reading = rows.kept.readings.get(file.sha256 or "")
        if reading is None or len(reading.found) == 1:
            continue
        main = _main(reading, file.kind)
        for index, found in enumerate(reading.found):
            cases = _cases_of(filed.get(file.id, []), index, rows.threshold)
            if index != main and cases:
                views.append(replace(file, kind=found["kind"], facts=found["facts"], case_ids=cases))
    return views


def _by_file(filings: Iterable[Filing]) -> dict[int, list[Filing]]:
    filed: dict[int, list[Filing]] = defaultdict(list)
    for filing in filings:
        filed[filing.file_id].append(filing)
    return filed


def _cases_of(filed: Iterable[Filing], found: int, threshold: float) -> tuple[int, ...]:
    """Return the cases that something found in a file surely belongs to; what is less sure is only a guess."""
    return tuple(dict.fromkeys(one.case_id for one in filed if one.found == found and one.confidence >= threshold))


def _main(reading: Reading, kind: str) -> int:
    """Return the index of what gave a file its kind."""
    return next((index for index, found in enumerate(reading.found) if found["kind"] == kind), 0)


def _file(file: File, message: MessageView, filed: list[Filing], rows: Rows, came: First) -> FileView:
    known, reading = rows.kept.cases, rows.kept.readings.get(file.sha256 or "")
    decided = rows.rulings.shelf.of(file.message_pk, file.path, file.sha256)
    kind = (decided.value.get("kind") if decided else None) or file.kind
    main = _main(reading, kind) if reading else 0
    cases = _cases_of(filed, main, rows.threshold)
    facts: dict[str, Any] = next((f["facts"] for f in reading.found if f["kind"] == kind), {}) if reading else {}
    by = decided_by(decided, rows.campaign.call.zone) if decided else ""
    return FileView(
        id=file.id,
        message_pk=file.message_pk,
        message=message.key,
        path=file.path,
        name=file.name,
        sha256=file.sha256,
        bytes=file.bytes,
        format=intern(file.format),
        kind=intern(kind),
        kind_evidence=f"人工归档（{by}）" if decided and decided.value.get("kind") else file.kind_evidence,
        status=intern(file.status),
        reason=file.reason,
        province=intern(file.province) if file.province else None,
        community=known[cases[0]].community if len(cases) == 1 else None,
        city=known[cases[0]].city if len(cases) == 1 else None,
        case_ids=cases,
        arrival=message.arrival,
        first_arrival=came.arrival,
        judged=came.taken,
        brought=came.added,
        facts=facts,
        filing_clues=tuple(filed[0].clues) if filed else (),
        confidence=min((one.confidence for one in filed if one.found == main), default=None),
        guess="" if cases or not filed else known[filed[0].case_id].community,
        filed_by=by if decided and decided.value.get("placed") else "",
        sentences=(reading.sentences if reading else None) or b"",
    )
