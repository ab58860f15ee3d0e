"""Sends a letter to an association: only by a person's hand, never at night, never twice, and noted before it leaves.

A trial goes to oneself alone and is not noted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from email.message import EmailMessage

import structlog

from config.digest import SmtpSettings
from ingest.desk import Desk
from ingest.telling.outbox import Delivery, send_each
from ingest.telling.reminding import ReminderError, reached, sender
from reports.letters.draft import as_mail
from reports.letters.letter import Letter
from reports.wording import clock, joined
from store import reminders
from store.reminders import AlreadySendingError, Sending

log = structlog.get_logger()
# Nobody gets a letter of ours by night, Beijing time.
MORNING, NIGHT = time(7), time(22)
_TRIAL = "【试发，只给自己】"


@dataclass(frozen=True)
class Posted:
    """What became of a letter: the deliveries, and the number under which it is recorded (None for a trial)."""

    deliveries: tuple[Delivery, ...]
    number: int | None

    @property
    def ok(self) -> bool:
        """Whether everybody got it."""
        return all(one.ok for one in self.deliveries)


def try_out(desk: Desk, letter: Letter, address: str) -> Posted:
    """Send a letter to oneself, marked as a trial; ReminderError where there is no server."""
    smtp = server(desk)
    mail = as_mail(letter, _sender(smtp), draft=False, to=[address])
    mail.replace_header("Subject", f"{_TRIAL}{letter.subject}")
    mail.replace_header("Message-ID", letter.message_id.replace("<letter-", "<trial-"))
    return Posted(send_each(lambda _to: mail, [address], smtp), None)


def post(
    desk: Desk, letter: Letter, person: str, confirmed: Callable[[], bool], now: Callable[[], datetime]
) -> Posted | None:
    """Send a letter to its association once a person has confirmed it; None where that person did not.

    ReminderError by night, without a server or an address, or where another one has just gone. It is noted as being
    sent before the first byte leaves: whoever finds it so after a crash looks before it is sent again.
    """
    smtp = server(desk)
    if not letter.to.addresses:
        raise ReminderError(f"{letter.province}没有可发的地址：{letter.to.source}，请在名录中登记")
    _by_day(desk, now())
    if not confirmed():
        return None
    moment = now()
    _by_day(desk, moment)
    number = _noted(desk, letter, person, moment)
    done = send_each(lambda _to: _mail(desk, letter, smtp), letter.to.addresses, smtp)
    _settle(desk, number, done)
    log.info("reminder.posted", province=letter.province, number=number, states=[one.state for one in done])
    return Posted(done, number)


def _settle(desk: Desk, number: int, done: Sequence[Delivery]) -> None:
    """Note what became of a letter; one of which nobody knows it stays as being sent, until a person has looked."""
    states = {one.state for one in done}
    if "sent" not in states and "unclear" in states:
        return
    lost = [f"{one.recipient}：{one.reason}" for one in done if not one.ok]
    reminders.settle(desk.store, number, reminders.SENT if "sent" in states else reminders.FAILED, joined(lost))


def server(desk: Desk) -> SmtpSettings:
    """Return the server that sends; ReminderError where the settings name none."""
    if desk.settings.digest.smtp is None:
        raise ReminderError("没有设置发信服务器（[digest.smtp]）；可以写成草稿，由人从邮箱发出")
    return desk.settings.digest.smtp


def _by_day(desk: Desk, moment: datetime) -> None:
    zone = desk.campaign.call.zone
    if not MORNING <= moment.astimezone(zone).time() < NIGHT:
        raise ReminderError(
            f"现在是北京时间 {moment.astimezone(zone):%H:%M}，{NIGHT:%H:%M} 至次日 {MORNING:%H:%M} 不向协会发信"
        )


def _noted(desk: Desk, letter: Letter, person: str, moment: datetime) -> int:
    """Note the letter as being sent; ReminderError where somebody else has sent it today."""
    zone = desk.campaign.call.zone
    today = datetime.combine(moment.astimezone(zone).date(), time(), zone)
    to = reached(letter, "邮件")
    sending = Sending(letter.province, letter.what, letter.asked, letter.as_of, "邮件", to, person, moment, letter.text)
    try:
        return reminders.add(desk.store, sending, reminders.SENDING, since=today)
    except AlreadySendingError as error:
        when = clock(error.other.sent_at, zone)
        raise ReminderError(
            f"{letter.province}的{letter.what}今天已由{error.other.person}发过（{when}），没有再发"
        ) from None


def _mail(desk: Desk, letter: Letter, smtp: SmtpSettings) -> EmailMessage:
    mail = as_mail(letter, _sender(smtp), draft=False)
    # Answers go to the receiving mailbox, also where another account sends.
    if sender(desk).lower() not in _sender(smtp).lower():
        mail["Reply-To"] = sender(desk)
    return mail


def _sender(smtp: SmtpSettings) -> str:
    return smtp.sender or smtp.username
