"""Letters to associations from the desk: which are due, what stands in their way, and the record of what was sent.

Nothing here sends anything.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from config.divisions import divisions
from config.errors import ConfigError, nearest
from ingest.desk import Desk
from ingest.telling.digesting import assessment
from ingest.telling.drafts import account_of
from reports.finding import Assessment
from reports.letters.asking import prove
from reports.letters.backlog import backlog, doubts, everywhere
from reports.letters.draft import Draft, drafts_in
from reports.letters.history import DONE, Record, next_of, records
from reports.letters.letter import Letter, Writer
from reports.letters.outstanding import outstanding
from reports.letters.situations import RECEIPT
from reports.letters.spacing import Spacing
from reports.letters.stationery import load_templates
from reports.picture import AssociationView, Picture
from reports.tally import place_of
from reports.wording import month_and_day
from store import mail, reminders
from store.decisions import Person
from store.reminders import Sending, Sent

# The address in a mail's own From line, so far as it can be told from a head that nobody could read.
_FROM = re.compile(rb"(?im)^From:[^\r\n]{0,500}?(?:\r?\n[ \t][^\r\n]{0,500}?)?([\w.+-]{1,64}@[\w.-]{1,190}\w)")
_HEAD = 100_000
CHANNELS = ("邮件", "微信", "电话", "其他")


class ReminderError(ConfigError):
    """A letter that cannot be written or sent; its text is one Chinese line that says why."""


@dataclass
class Chosen:
    """The letters that are to be written; the provinces for which none is, and why; and what staff should know."""

    letters: list[Letter] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def writer(desk: Desk, as_of: datetime) -> Writer:
    """Return what letters of a moment are written from; ConfigError where a template is wrong."""
    return writer_of(desk, assessment(desk, as_of))


def writer_of(desk: Desk, judged: Assessment) -> Writer:
    """Return the same of the campaign as somebody has seen it."""
    folder = desk.settings.reminders.templates
    templates = load_templates(desk.settings.at(folder) if folder else None, desk.campaign)
    prove(desk.campaign)
    sent = reminders.every(desk.store, judged.picture.as_of)
    return Writer(judged, sent, templates, _unread(desk, judged.picture))


def _unread(desk: Desk, picture: Picture) -> dict[int, str]:
    """Return of every mail that could not be read yet which address stands in its From line, as far as one does."""
    found = {}
    for message in picture.messages:
        if place_of(message) in ("failed", "waiting") and not message.from_address:
            with suppress(OSError), mail.raw(desk.store, message.id).open("rb") as raw:
                if line := _FROM.search(raw.read(_HEAD)):
                    found[message.id] = line[1].decode("ascii").lower()
    return found


def spacing(desk: Desk) -> Spacing:
    """Return how far two reminders are apart."""
    own = desk.settings.reminders
    return Spacing(own.spacing_days, own.near_spacing_days, own.near_days)


def reminded(desk: Desk, seen: Assessment, province: str | None = None) -> list[Record]:
    """Return the records of what was sent (to one province) until the moment that is looked at, the newest first."""
    every = reminders.every(desk.store, seen.picture.as_of)
    return records(seen, [one for one in every if province in (None, one.province)], spacing(desk))


def sender(desk: Desk) -> str:
    """Return the address that letters are written from."""
    account = account_of(desk.settings.accounts, desk.campaign.call.addresses)
    return account.address if account else desk.campaign.call.addresses[0]


def view_named(picture: Picture, text: str) -> AssociationView:
    """Return the association that a person names by its province or its own name; ReminderError where there is none."""
    wanted = text.strip()
    short = divisions().find_province(wanted)
    for view in picture.associations:
        if wanted in (view.province, view.association.name) or view.province == short:
            return view
    raise ReminderError(
        f"没有 {wanted} 这个省的协会{nearest(wanted, [view.province for view in picture.associations])}"
    )


def due(desk: Desk, by: Writer, what: str | None) -> Chosen:
    """Return the letters that are due: something to ask for, and the last reminder long enough ago."""
    chosen = Chosen()
    for view in by.assessment.picture.associations:
        letter = by.letter(view, what)
        if letter is None:
            continue
        if wait := _too_soon(desk, by, view, letter):
            chosen.skipped.append(f"{view.province}：{wait}")
        else:
            chosen.letters.append(letter)
    return chosen


def named(desk: Desk, by: Writer, provinces: Iterable[str], what: str | None) -> Chosen:
    """Return the letters to the associations that a person names, also where it is soon for another one."""
    chosen = Chosen()
    for view in dict.fromkeys(view_named(by.assessment.picture, text) for text in provinces):
        letter = by.letter(view, what)
        if letter is None:
            chosen.skipped.append(f"{view.province}：{why_none(by, view, what)}")
            continue
        chosen.letters.append(letter)
        if wait := _too_soon(desk, by, view, letter):
            chosen.notes.append(f"{view.province}：{wait}")
    return chosen


def without_backlog(by: Writer, chosen: Chosen) -> Chosen:
    """Return the same without the letters to provinces of which something lies with us unread; those are refused."""
    views = {view.province: view for view in by.assessment.picture.associations}
    left = Chosen(skipped=chosen.skipped, notes=chosen.notes, refused=list(chosen.refused))
    for letter in chosen.letters:
        if told := backlog(by.assessment, views[letter.province], by.unread):
            left.refused.append(f"{letter.province}：{'；'.join(told)}，请先处理（仍要写请加 --anyway）")
        else:
            left.letters.append(letter)
    return left


def warnings(by: Writer, letters: Sequence[Letter]) -> list[str]:
    """Return what staff should know before letters leave: mails that may be what is asked for, or may be an answer."""
    picture = by.assessment.picture
    asking = {letter.province: letter.lacks for letter in letters if letter.what != RECEIPT}
    told = [
        f"{province}：{said}"
        for province, lacks in asking.items()
        for said in doubts(by.assessment, province, lacks=lacks)
    ]
    return [*told, *(everywhere(picture) if letters else ())]


def why_none(by: Writer, view: AssociationView, what: str | None) -> str:
    """Return why there is no letter of a kind to an association."""
    if view.nothing_to_send:
        return f"已登记零报送（{view.nothing_to_send}），不必催"
    if not view.messages:
        return "尚未收到任何材料，没有可以回执或补正的"
    if what != RECEIPT and not outstanding(by.assessment, view):
        return f"{DONE}；要写回执请加 --what {RECEIPT}"
    return f"没有要写进{what}的事项" if what else f"{DONE}；要写回执请加 --what {RECEIPT}"


def too_soon(desk: Desk, by: Writer, letter: Letter) -> str:
    """Return why a letter should wait; empty where it need not."""
    return _too_soon(desk, by, view_named(by.assessment.picture, letter.province), letter)


def _too_soon(desk: Desk, by: Writer, view: AssociationView, letter: Letter) -> str:
    zone = desk.campaign.call.zone
    if letter.what == RECEIPT:
        had = [one for one in by.sent if one.province == view.province and one.what == RECEIPT and one.counts]
        answered = bool(had) and (view.last_arrival is None or had[-1].sent_at >= view.last_arrival)
        day = month_and_day(had[-1].sent_at.astimezone(zone).date()) if had else ""
        return f"{day}已发过回执，此后没有来件" if answered else ""
    again = next_of(by.assessment, by.sent, view.province, spacing(desk))
    if again is None or again <= letter.day:
        return ""
    last = max(one.sent_at for one in by.sent if one.province == view.province and one.counts and one.what != RECEIPT)
    return f"上次催办是{month_and_day(last.astimezone(zone).date())}，{month_and_day(again)}起可再催"


def letters_folder(desk: Desk, folder: Path | None = None) -> Path:
    """Return where drafts go: as a person says, else as the settings do."""
    return folder or desk.settings.at(desk.settings.reminders.folder)


def record(desk: Desk, letter: Letter | Draft, channel: str, recipient: str, person: Person) -> Sent:
    """Keep that a letter was sent, as a person says, and return the record."""
    text = letter.text if isinstance(letter, Draft) or channel != "微信" else letter.wechat
    items = list(letter.items) if isinstance(letter, Draft) else letter.asked
    sending = Sending(
        letter.province,
        letter.what,
        items,
        letter.as_of,
        channel,
        recipient,
        person.name,
        person.now,
        text,
        person.note,
    )
    number = reminders.add(desk.store, sending)
    return next(one for one in reminders.every(desk.store, person.now) if one.id == number)


def newest_draft(folder: Path, province: str, what: str | None, until: datetime) -> Draft | None:
    """Return the newest draft of a letter that lies in a folder: that is the one a person sent."""
    own = [
        draft
        for draft in drafts_in(folder)
        if draft.province == province and what in (None, draft.what) and draft.as_of <= until
    ]
    return own[-1] if own else None


def reached(letter: Letter, channel: str) -> str:
    """Return whom a letter reached by a channel, as far as we know."""
    who: dict[str, Sequence[str]] = {"邮件": letter.to.addresses, "电话": (letter.contact.name, letter.contact.phone)}
    between = "；" if channel == "邮件" else " "
    return between.join(part for part in who.get(channel, (letter.contact.name,)) if part)
