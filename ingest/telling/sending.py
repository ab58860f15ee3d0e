"""Sends a day's digest to staff and chat groups: to each once, also where the program is killed in between.

The bytes are laid into the vault, then it is committed that they are about to go, then they go, then it is noted how
that ended. Whoever finds only the first note does not send again: a person lets it go.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import make_msgid
from hashlib import sha256

import structlog

from config.errors import ConfigError
from ingest.desk import Desk
from ingest.telling.digesting import Edition
from ingest.telling.outbox import Outbox
from ingest.telling.targets import Clock, Target, hand_over, mail_bytes, targets_of
from reports.digest import digest as digests
from reports.wording import clock as clock_text
from reports.wording import masked
from store import sent
from store.decisions import Person
from store.personal import closing
from store.safekeeping import lineage
from store.sent import FILE, NOWHERE, TEST, Parcel, Sending

log = structlog.get_logger()
TEST_MARK = "【测试】"
HELD = "数据库是从备份恢复的，这一天的日报可能已经发过；核对后运行 zhengji restored --settle"


class SendingError(ConfigError):
    """A wish to send that cannot be met; the text is one Chinese line."""


@dataclass(frozen=True)
class Standing:
    """How a target stands with a day's digest: `waiting`, `had`, `unclear`, or `working` where it just goes.

    It is `held` where the database was brought back from a backup: it may have had it, and a person has to say. A
    group whose address cannot be read is `failed`, without anything being noted of it: it waits once that can be.
    """

    target: Target
    state: str
    last: Sending | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a target this time: `sent`, `failed`, `unclear`, or one of those of its standing."""

    target: Target
    state: str
    reason: str = ""


def targets(desk: Desk) -> tuple[Target, ...]:
    """Return all who get the digest by the settings: the addresses where there is a server, then the chat groups."""
    return targets_of(desk.settings.digest, desk.settings.digest.recipients)


def standings(desk: Desk, day: date, now: datetime) -> tuple[Standing, ...]:
    """Return how everybody stands with a day's digest."""
    tried = {one.target: one for one in sent.of_day(desk.store, day)}
    standing = (_standing(target, tried.get(target.key), now) for target in targets(desk))
    held = is_held(desk, day)
    return tuple(replace(one, state="held") if held and one.state == "waiting" else one for one in standing)


def is_held(desk: Desk, day: date) -> bool:
    """Tell whether the digest of a day may have gone out in a time that this database has forgotten."""
    zone = desk.campaign.call.zone
    return any(day <= gap.until.astimezone(zone).date() for gap in lineage.unsettled(desk.store))


def _standing(target: Target, last: Sending | None, now: datetime) -> Standing:
    if target.channel == NOWHERE:
        return Standing(target, "failed")
    if last is None or last.state == "failed":
        return Standing(target, "waiting", last)
    if last.is_unclear(now):
        return Standing(target, "unclear", last)
    return Standing(target, "had" if last.state == "sent" else "working", last)


def send_edition(desk: Desk, edition: Edition, clock: Clock) -> tuple[Outcome, ...]:
    """Send an edition to all who wait for it; return what became of everybody. One that fails stops no other."""
    closing.refuse_on(desk.store)
    outcomes = []
    with Outbox(desk.settings.digest.smtp) as outbox:
        for standing in standings(desk, edition.digest.day, clock()):
            if standing.state == "waiting":
                outcomes.append(_send(desk, outbox, edition, standing.target, clock))
            else:
                outcomes.append(Outcome(standing.target, standing.state, known_of(standing)))
    return tuple(outcomes)


def known_of(standing: Standing) -> str:
    """Return what is known of why a target stands as it does."""
    if standing.state == "held":
        return HELD
    if standing.state == "failed" and standing.target.group:
        return standing.target.group.trouble
    return standing.last.reason if standing.last else ""


def note_written(desk: Desk, edition: Edition, now: datetime) -> None:
    """Keep an edition that goes to nobody and is read as a file, so that the next one counts its “new” from it."""
    closing.refuse_on(desk.store)
    raw = edition.digest.html.encode()
    kept = desk.store.vault.keep([raw]).sha256
    parcel = Parcel(edition.digest.day, edition.digest.as_of, FILE, edition.digest.file_name, kept, kept)
    sent.note_written(desk.store, parcel, now)


def send_test(desk: Desk, edition: Edition, recipient: str, clock: Clock) -> Outcome:
    """Send an edition to one address, marked as a test; it does not count as the day's."""
    if desk.settings.digest.smtp is None:
        raise SendingError("没有设置发信服务器（[digest.smtp]），没有发送")
    tried = replace(edition, digest=replace(edition.digest, subject=TEST_MARK + edition.digest.subject))
    with Outbox(desk.settings.digest.smtp) as outbox:
        return _send(desk, outbox, tried, Target(TEST, recipient), clock)


def send_again(desk: Desk, recipient: str, day: date | None, who: Person, clock: Clock) -> Outcome:
    """Let the same bytes go once more to one of whom nobody knows whether it got them, because a person says so.

    It is the last unclear one, or that of a day. SendingError where there is none, or where another was quicker.
    """
    closing.refuse_on(desk.store)
    last = _unclear(desk, recipient, day, who.now)
    target = next((one for one in targets(desk) if one.key == last.target), None)
    if target is None:
        raise SendingError(f"{recipient} 已不在设置的收件人和群里，没有再发")
    try:
        raw = desk.store.vault.path(last.sha256 or "").read_bytes()
    except OSError:
        raise SendingError(f"发往 {recipient} 的原件不在文件库里，没有再发") from None
    when = clock_text(who.now, desk.campaign.call.zone)
    said = f"{who.name} {when} 决定再发一次{f'：{who.note}' if who.note else ''}"
    sending = sent.begin_again(desk.store, last, clock(), said)
    if sending is None:
        raise SendingError(f"发往 {recipient} 的日报刚刚由别人处理了，没有再发")
    with Outbox(desk.settings.digest.smtp) as outbox:
        # Where this try surely did not go, nobody knows of the first one any better: a person may let it go once more.
        return _go(desk, outbox, sending, target, raw, clock, noted_where_failed="unclear")


def _unclear(desk: Desk, recipient: str, day: date | None, now: datetime) -> Sending:
    known = [one for one in sent.every(desk.store) if one.recipient in {recipient, recipient.lower()}]
    tried = [one for one in known if one.channel != TEST and day in {None, one.day}]
    last = next((one for one in reversed(tried) if one.is_unclear(now)), None)
    if last is not None:
        return last
    if any(one.state == "sending" for one in tried):
        raise SendingError(f"发往 {recipient} 的日报正在发送，请一刻钟后再看（zhengji sent）")
    raise SendingError(f"发往 {recipient} 的日报没有不明的，没有再发（zhengji sent 列出全部）")


def _send(desk: Desk, outbox: Outbox, edition: Edition, target: Target, clock: Clock) -> Outcome:
    """Lay the bytes into the vault, commit that they are about to go, and let them go."""
    try:
        raw = contents(desk, edition, target)
    except ValueError:
        # An address that no mail can name.
        return Outcome(target, "failed", "收件地址或发信地址不是邮件地址，请检查设置")
    digest, kept = edition.digest, desk.store.vault.keep([raw])
    page = sha256(digest.html.encode()).hexdigest()
    parcel = Parcel(digest.day, digest.as_of, target.channel, target.recipient, kept.sha256, page)
    sending = sent.begin(desk.store, parcel, clock())
    if sending is None:
        return Outcome(target, "working")
    return _go(desk, outbox, sending, target, raw, clock)


def contents(desk: Desk, edition: Edition, target: Target) -> bytes:
    """Return the very bytes that a target gets; ValueError where an address, or our own, can be none."""
    if target.group is not None:
        return edition.chat.encode()

    def build(sender: str) -> EmailMessage:
        mail = digests.as_mail(edition.digest, sender, target.recipient)
        if target.channel == TEST:
            # Under the same number as the day's, that would be taken for a second copy and dropped.
            del mail["Message-ID"]
            mail["Message-ID"] = make_msgid("test", domain="zhengji.invalid")
        return mail

    return mail_bytes(desk.settings.digest, build)


def _go(  # noqa: PLR0913 (what goes where, by what, and when)
    desk: Desk,
    outbox: Outbox,
    sending: Sending,
    target: Target,
    raw: bytes,
    clock: Clock,
    *,
    noted_where_failed: str = "failed",
) -> Outcome:
    delivery = hand_over(outbox, target, raw)
    state = noted_where_failed if delivery.state == "failed" else delivery.state
    sent.finish(desk.store, sending, state, delivery.reason, clock())
    log.info(
        "digest.sending",
        day=str(sending.day),
        channel=target.channel,
        to=masked(target.recipient),
        state=delivery.state,
    )
    return Outcome(target, delivery.state, delivery.reason)
