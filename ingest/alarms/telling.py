"""Tells of alarms: to each address and group what it was not told yet, all in one message, and never twice.

As with the digest: the bytes are laid into the vault, it is committed that they are about to go, they go, and it is
noted how that ended. A mail that surely did not go is tried again at the next look; what is unclear is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

import structlog

from ingest.desk import Desk
from ingest.intake import DISK_FULL
from ingest.telling.outbox import Delivery, Outbox
from ingest.telling.targets import Clock, Target, hand_over, mail_bytes, targets_of
from reports.alarms.message import Message, as_mail, compose, compose_test
from reports.wording import masked
from store import alarms
from store.alarms import OVER, RAISED, Alarm, Notice
from store.attempts import NOWHERE, TEST, Ended

log = structlog.get_logger()

# Who could not be told for so long that something is over is told no more.
_STALE = timedelta(days=3)
_NO_ADDRESS = "收件地址或发信地址不是邮件地址，请检查设置"


@dataclass(frozen=True)
class Told:
    """What became of a message for a target: `sent`, `failed` or `unclear`, with the reason, and how much it told."""

    target: Target
    state: str
    reason: str
    count: int


def targets(desk: Desk) -> tuple[Target, ...]:
    """Return all who are told of alarms: the addresses of [alarms], else those of the digest, and the chat groups."""
    settings = desk.settings
    return targets_of(settings.digest, settings.alarms.recipients or settings.digest.recipients)


def tell(desk: Desk, clock: Clock) -> tuple[Told, ...]:
    """Tell everybody what has not been told yet; one that fails stops no other."""
    kept, notices = alarms.to_tell(desk.store, clock() - _STALE)
    told = []
    with Outbox(desk.settings.digest.smtp) as outbox:
        for target in targets(desk):
            begun, ended = wanted(kept, notices, target)
            if (begun or ended) and target.channel != NOWHERE:
                told += _send(desk, outbox, target, begun, ended, clock)
    return tuple(told)


def wanted(
    kept: Sequence[Alarm], notices: Sequence[Notice], target: Target
) -> tuple[tuple[Alarm, ...], tuple[Alarm, ...]]:
    """Return what a target has yet to be told: which alarms began, and which are over.

    What began and is over before it could be told is told as over alone; that says all.
    """
    own = {(one.alarm, one.side): one for one in notices if one.target == target.key}
    begun, ended = [], []
    for alarm in kept:
        notice = own.get((alarm.id, RAISED if alarm.is_open else OVER))
        if alarm.is_open and (notice is None or notice.is_to_tell):
            begun.append(alarm)
        elif not alarm.is_open and notice is not None and notice.is_to_tell:
            ended.append(alarm)
    return tuple(begun), tuple(ended)


def _send(
    desk: Desk, outbox: Outbox, target: Target, begun: Sequence[Alarm], ended: Sequence[Alarm], clock: Clock
) -> list[Told]:
    now = clock()
    call = desk.campaign.call
    message = compose(begun, ended, call.title, now, call.zone)
    sides = [*((one.id, RAISED) for one in begun), *((one.id, OVER) for one in ended)]
    try:
        raw = contents(desk, message, target)
    except ValueError:
        return [Told(target, "failed", _NO_ADDRESS, len(sides))]
    ids = alarms.begin_telling(desk.store, sides, target.key, _kept(desk, raw), now)
    if ids is None:
        return []
    delivery = hand_over(outbox, target, raw)
    alarms.finish(desk.store, ids, now, Ended(delivery.state, delivery.reason, clock()))
    return [_noted(target, delivery, len(sides))]


def _kept(desk: Desk, raw: bytes) -> str | None:
    """Lay the bytes into the vault; a disk without room is a reason to tell, and none to be silent."""
    try:
        return desk.store.vault.keep([raw]).sha256
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        return None


def contents(desk: Desk, message: Message, target: Target) -> bytes:
    """Return the very bytes that a target gets; ValueError where an address, or our own, can be none."""
    if target.group is not None:
        return message.chat.encode()

    def build(sender: str) -> EmailMessage:
        return as_mail(message, sender, target.recipient)

    return mail_bytes(desk.settings.digest, build)


def send_test(desk: Desk, to: str | None, now: datetime) -> tuple[Told, ...]:
    """Send a message that says it is a test to everybody, or to one address; nothing is noted of it."""
    call = desk.campaign.call
    message = compose_test(call.title, now, call.zone)
    told = []
    with Outbox(desk.settings.digest.smtp) as outbox:
        for target in [Target(TEST, to)] if to else targets(desk):
            if target.channel == NOWHERE and target.group is not None:
                told.append(Told(target, "failed", target.group.trouble, 1))
                continue
            try:
                raw = contents(desk, message, target)
            except ValueError:
                told.append(Told(target, "failed", _NO_ADDRESS, 1))
                continue
            told.append(_noted(target, hand_over(outbox, target, raw), 1))
    return tuple(told)


def tell_unnoted(desk: Desk, alarm: Alarm, now: datetime) -> tuple[Told, ...]:
    """Tell everybody of what cannot be noted, since the disk has no room for that either."""
    call = desk.campaign.call
    message = compose([alarm], [], call.title, now, call.zone)
    with Outbox(desk.settings.digest.smtp) as outbox:
        return tuple(
            _noted(target, hand_over(outbox, target, contents(desk, message, target)), 1)
            for target in targets(desk)
            if target.channel != NOWHERE
        )


def _noted(target: Target, delivery: Delivery, count: int) -> Told:
    log.info("alarm.sending", channel=target.channel, to=masked(target.recipient), state=delivery.state, alarms=count)
    return Told(target, delivery.state, delivery.reason, count)
