"""Gathers what the conditions of alarms compare: from the database and the disks, in a glance that costs little."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from ingest.desk import Desk
from ingest.telling.sending import Standing, known_of, standings, targets
from reports.alarms.conditions import about_mail
from reports.alarms.known import DIGEST, LINK, LOGIN, SILENT, Box, DigestDay, Known, Mail, Unsent
from reports.deadline import is_working_day
from reports.mail_side import LinkView
from reports.views import link_view
from store import polls, sent
from store.alarms import Alarm
from store.contents.floor import disks
from store.linking import Linked, linked
from store.safekeeping.latest import latest

# What a standing with a day's digest is where it did not surely reach somebody.
_MISSING = {"waiting", "working", "failed", "unclear"}


def known_now(desk: Desk, now: datetime, alarms: Sequence[Alarm], watching: datetime | None) -> Known:
    """Return what is known at a moment; `alarms` are those that are open, `watching` since when the worker runs."""
    begun = {one.about: one.begun for one in alarms if one.kind in {LOGIN, SILENT}}
    return Known(
        now,
        desk.campaign.call.zone,
        desk.settings.alarms,
        tuple(_box(desk, mailbox.address, begun, watching) for mailbox in desk.settings.mailboxes),
        disks(desk.store),
        tuple(_digests(desk, now, [one.about for one in alarms if one.kind == DIGEST])),
        tuple(_mails(desk, now, {one.about for one in alarms if one.kind == LINK})),
        latest(desk.store),
        watching,
        desk.settings.worker.poll_minutes,
    )


def _box(desk: Desk, address: str, begun: dict[str, datetime], watching: datetime | None) -> Box:
    back = polls.good_after(desk.store, address, begun[address]) if address in begun else None
    return Box(address, polls.course(desk.store, address, watching), back)


def _digests(desk: Desk, now: datetime, alarming: Iterable[str]) -> Iterable[DigestDay]:
    """Yield yesterday, today, and the days whose digest is alarming, in order."""
    today = now.astimezone(desk.campaign.call.zone).date()
    for day in sorted({today - timedelta(days=1), today, *map(date.fromisoformat, alarming)}):
        due = _due(desk, day)
        if due is None or due > now:
            yield DigestDay(day, None)
        else:
            yield DigestDay(day, due, tuple(_unsent(desk, day, now)))


def _due(desk: Desk, day: date) -> datetime | None:
    """Return when the digest of a day is due by the campaign's clock; None on days off."""
    return datetime.combine(day, desk.settings.digest.time, desk.campaign.call.zone) if is_working_day(day) else None


def _unsent(desk: Desk, day: date, now: datetime) -> Iterable[Unsent]:
    if not targets(desk):
        if not sent.of_day(desk.store, day):
            yield Unsent("", "waiting")
        return
    for one in standings(desk, day, now):
        if one.state in _MISSING:
            yield _unsent_one(one)


def _unsent_one(one: Standing) -> Unsent:
    state = "failed" if one.last is not None and one.last.state == "failed" else one.state
    name = f"群“{one.target.recipient}”" if one.target.group else one.target.recipient
    return Unsent(name, state, known_of(one))


def _mails(desk: Desk, now: datetime, alarming: set[str]) -> Iterable[Mail]:
    """Yield the mails that have an open link which ends soon, or whose links are alarming, each with all its links."""
    soon = now + timedelta(days=desk.settings.alarms.link_days)
    of_mails: dict[int, list[LinkView]] = defaultdict(list)
    for view in map(_view, linked(desk.store)):
        of_mails[view.message_pk].append(view)
    for number, links in of_mails.items():
        ends = any(link.is_open and link.expires and now < link.expires <= soon for link in links)
        if ends or about_mail(number) in alarming:
            yield Mail(number, links[0].province, links[0].subject, tuple(links))


def _view(one: Linked) -> LinkView:
    return link_view(one.link, one, answered=one.answered, repeated=one.repeated, in_submission=True)
