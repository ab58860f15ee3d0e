"""Gathers the picture: puts the rows of the store together as associations, cities, cases, messages and files."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict

from config.associations import Association, raised_quota_cities
from config.campaign import Campaign
from config.selected import Selection
from reports import moments, same_pictures, versions
from reports.case_view import case_view
from reports.mail_side import FolderTrouble, LinkView, MailboxHealth, MailGap
from reports.picture import AssociationView, CaseView, Cell, CityView, FileView, MessageView, Picture
from reports.submission_facts import has_rows, nameless_rows
from reports.versions import Placed, holder_of
from store import folders, polls, queries
from store.database import Store
from store.decisions import MAIL_KIND, SENDER, of_message
from store.drops import Dropped
from store.models import File, Filing, Letter, Message, Reading

# The formats of documents whose pictures are taken out.
DOCUMENTS = ("docx", "doc")


def gather(
    store: Store, campaign: Campaign, associations: Sequence[Association], selected: Selection | None, as_of: datetime
) -> Picture:
    """Return the campaign as of a moment (aware); the same rows and the same moment give an equal picture."""
    kept = queries.kept(store, as_of)
    messages = {row.id: _message(row, letter, kept, campaign) for row, letter in kept.messages}
    files = _files(kept, messages)
    placed = versions.placed(files, _aspects(files, kept), kept, messages, campaign)
    cases = _cases(kept, placed, campaign, selected)
    return Picture(
        campaign=campaign,
        as_of=as_of,
        associations=tuple(_associations(associations, messages.values(), placed, cases, campaign)),
        cities=tuple(_cities(cases, placed, campaign, raised_quota_cities(associations))),
        cases=tuple(cases),
        messages=tuple(messages.values()),
        files=placed.files,
        health=tuple(MailboxHealth(**vars(health)) for health in polls.health(store, as_of)),
        links=tuple(_links(kept, messages)),
        troubles=tuple(FolderTrouble(**vars(trouble)) for trouble in kept.troubles),
        gaps=tuple(MailGap(**vars(gap)) for gap in folders.missing(store, as_of)),
        reused=same_pictures.reused(cases),
    )


def _message(row: Message, letter: Letter | None, kept: queries.Kept, campaign: Campaign) -> MessageView:
    """Return one mail as reports see it; one that could not be read has no letter, and says so by its state."""
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
        kind=letter.kind if letter else "",
        kind_evidence=letter.kind_evidence if letter else "",
        state=row.state,
        failure=row.failure,
        files=kept.file_counts.get(row.id, 0),
        bytes=row.bytes,
        text=letter.text if letter else "",
        candidates=tuple(letter.candidates) if letter else (),
        suspicions=tuple(letter.suspicions) if letter else (),
        **(_decided(letter, kept) if letter else _UNDECIDED),
        kept_at=row.kept_at,
        **_place(row, kept.drops.get(row.id), campaign),
        **moments.told(row, letter, kept, campaign),
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


def _links(kept: queries.Kept, messages: Mapping[int, MessageView]) -> Iterable[LinkView]:
    """Yield the cloud links of all messages; what was brought in for one message answers the same link in others."""
    known: set[str] = set()
    for link in kept.links:
        message = messages[link.message_pk]
        yield LinkView(
            message_pk=link.message_pk,
            message=message.key,
            subject=message.subject,
            province=message.province,
            arrival=message.arrival,
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
            answered=link.key in kept.answered,
            repeated=link.key in known,
            in_submission=message.is_submission,
        )
        if message.is_submission:
            known.add(link.key)


class _Settled(TypedDict):
    """Which persons settled a mail's sender and kind: see `reports.picture.MessageView`."""

    sender_decided: str | None
    sender_decided_by: str | None
    kind_decided_by: str | None


_UNDECIDED = _Settled(sender_decided=None, sender_decided_by=None, kind_decided_by=None)


def _decided(letter: Letter, kept: queries.Kept) -> _Settled:
    """Return which persons settled a mail's sender, by the mail itself or by its address, and its kind."""
    spoke = [kept.decisions[int(number)] for number in letter.decided.split(",") if number]
    own = {one.what: one.person for one in spoke if one.subject == of_message(letter.message_pk)}
    learned = [one.person for one in spoke if one.address and one.value.get("province") == letter.province]
    by_message = own.get(SENDER)
    return {
        "sender_decided": "message" if by_message else "address" if learned else None,
        "sender_decided_by": by_message or (learned[-1] if learned else None),
        "kind_decided_by": own.get(MAIL_KIND),
    }


def _files(kept: queries.Kept, messages: Mapping[int, MessageView]) -> list[FileView]:
    """Return all files of messages that were read, each with its facts and the first arrival of its content."""
    first = moments.first_come(kept.files, messages)
    filed: dict[int, list[Filing]] = defaultdict(list)
    for filing in kept.filings:
        filed[filing.file_id].append(filing)
    papers = {(file.message_pk, file.path) for file in kept.files if file.format in DOCUMENTS}
    views = []
    for file in kept.files:
        message = messages[file.message_pk]
        came = first.get(file.sha256 or "", moments.First.of(message)).or_earlier(message)
        view = replace(_file(file, message, filed[file.id], kept, came.arrival), judged=came.taken, brought=came.added)
        pasted = (file.message_pk, holder_of(file.path)) in papers
        views.append(replace(view, pasted=True) if pasted else view)
    return views


def _aspects(files: Iterable[FileView], kept: queries.Kept) -> list[FileView]:
    """Return a view for everything else that was found in a file, such as a form inside a material."""
    filed: dict[int, list[Filing]] = defaultdict(list)
    for filing in kept.filings:
        filed[filing.file_id].append(filing)
    views = []
    for file in files:
        reading = kept.readings.get(file.sha256 or "")
        if reading is None or len(reading.found) == 1:
            continue
        main = _main(reading, file.kind)
        for index, found in enumerate(reading.found):
            cases = tuple(filing.case_id for filing in filed[file.id] if filing.found == index)
            if index != main and cases:
                views.append(replace(file, kind=found["kind"], facts=found["facts"], case_ids=cases))
    return views


def _main(reading: Reading, kind: str) -> int:
    """Return the index of what gave a file its kind."""
    return next((index for index, found in enumerate(reading.found) if found["kind"] == kind), 0)


def _file(file: File, message: MessageView, filed: list[Filing], kept: queries.Kept, first: datetime) -> FileView:
    reading = kept.readings.get(file.sha256 or "")
    main = _main(reading, file.kind) if reading else 0
    cases = tuple(dict.fromkeys(filing.case_id for filing in filed if filing.found == main))
    facts: dict[str, Any] = next((f["facts"] for f in reading.found if f["kind"] == file.kind), {}) if reading else {}
    return FileView(
        id=file.id,
        message_pk=file.message_pk,
        message=message.key,
        path=file.path,
        name=file.name,
        sha256=file.sha256,
        bytes=file.bytes,
        format=file.format,
        kind=file.kind,
        kind_evidence=file.kind_evidence,
        status=file.status,
        reason=file.reason,
        province=file.province,
        community=kept.cases[cases[0]].community if len(cases) == 1 else None,
        city=kept.cases[cases[0]].city if len(cases) == 1 else None,
        case_ids=cases,
        arrival=message.arrival,
        first_arrival=first,
        facts=facts,
        filing_clues=tuple(filed[0].clues) if filed else (),
    )


def _cases(kept: queries.Kept, placed: Placed, campaign: Campaign, selected: Selection | None) -> list[CaseView]:
    """Return every case that a counting list names or that a file belongs to, by province, city and name."""
    ids = {*placed.rows_by_case, *placed.files_by_case}
    views = [
        case_view(
            kept.cases[id_], placed.rows_by_case.get(id_, ()), placed.files_by_case.get(id_, ()), campaign, selected
        )
        for id_ in ids
    ]
    return sorted(views, key=lambda case: (case.province, case.city or "", case.community, case.id))


def _associations(
    associations: Sequence[Association],
    messages: Iterable[MessageView],
    placed: Placed,
    cases: Iterable[CaseView],
    campaign: Campaign,
) -> Iterable[AssociationView]:
    """Yield the provincial associations in the order of the table, each with what is its own."""
    mails, own = defaultdict(list), defaultdict(list)
    for message in messages:
        if message.is_submission and message.province:
            mails[message.province].append(message)
    for case in cases:
        own[case.province].append(case)
    for association in associations:
        if association.level == "provincial":
            name = association.province
            yield _association(association, mails[name], placed, own[name], campaign)


def _association(
    association: Association, mails: list[MessageView], placed: Placed, cases: list[CaseView], campaign: Campaign
) -> AssociationView:
    files = placed.files_by_province.get(association.province, ())
    lists = tuple(file for file in files if file.kind == "summary_list" and not file.superseded)
    view = AssociationView(
        association=association,
        messages_in=tuple(mails),
        lists=lists,
        all_lists=tuple(file for file in files if file.kind == "summary_list"),
        list_scans=tuple(file for file in files if _is_list_scan(file)),
        list_head=_list_head(lists),
        cases=tuple(cases),
        complete_cases=sum(case.complete for case in cases if case.in_list),
        status="none",
        deadline=campaign.call.last_moment,
    )
    return replace(view, status=_status(view))


def _is_list_scan(file: FileView) -> bool:
    """Tell whether a file is the stamped list: a scan, or a PDF of text that bears the seal as it was printed."""
    sealed = file.kind == "summary_list" and file.format == "pdf" and bool(file.facts.get("stamped"))
    return sealed or file.kind == "summary_list_scan"


def _status(view: AssociationView) -> str:
    """Return none, partial or complete (domain.md section 6.6); a list that cannot be read proves nothing complete."""
    if not view.messages:
        return "none"
    # A row that names no community may stand for a case that nobody can look for.
    everything = (
        not nameless_rows(view)
        and view.lists
        and view.list_scans
        and view.cases_listed
        and view.complete_cases == view.cases_listed
    )
    return "complete" if everything else "partial"


def _list_head(lists: Sequence[FileView]) -> dict[str, Cell]:
    """Return submitter, contact and phone of the newest list that states each of them."""
    head: dict[str, Cell] = {}
    for file in reversed(lists):
        for name in ("submitter", "contact", "phone"):
            cell = file.facts.get(name)
            if cell and (name not in head or not head[name].raw.strip()):
                head[name] = Cell.of(cell, file)
    return head


def _cities(
    cases: Iterable[CaseView], placed: Placed, campaign: Campaign, raised: frozenset[str]
) -> Iterable[CityView]:
    """Yield each city with the cases it recommends; where a list can be read, only those that it names."""
    readable = {
        province
        for province, files in placed.files_by_province.items()
        if any(file.kind == "summary_list" and not file.superseded and has_rows(file) for file in files)
    }
    by_city: dict[tuple[str, str], list[CaseView]] = defaultdict(list)
    for case in cases:
        if case.city and (case.in_list or case.province not in readable):
            by_city[case.province, case.city].append(case)
    call = campaign.call
    for (province, city), own in sorted(by_city.items()):
        yield CityView(province, city, tuple(own), call.quota_capital if city in raised else call.quota)
