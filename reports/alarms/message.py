"""How alarms are said: one message for all that began or ended, as a mail (text and page) and as a text for chats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from email.message import EmailMessage
from hashlib import sha256

from reports.alarms.known import BACKUP, DIGEST, LOGIN, SILENT
from reports.alarms.words import ENDINGS, TEST_SAID, TEST_TITLE, WORDS
from reports.digest.chat import fits
from reports.making.templating import page_environment
from reports.wording import clipped, clock, hours, masked, one_line
from store.alarms import Alarm

_CAMPAIGN = "【征集】"
_TEST = "【测试】"
_SUBJECT, _LINES, _LINE = 90, 12, 200
# Those of which it matters since when: a disk is full when it is told.
_LASTING = (LOGIN, SILENT, DIGEST, BACKUP)
# In a chat a text in angle brackets can call a whole group together.
_BRACKETS = str.maketrans("<>", "＜＞")
# Some groups only let texts with this word pass.
_FOOT = "（与日报同一渠道；详情运行 zhengji alarms）"


@dataclass(frozen=True)
class Part:
    """One alarm as a message says it: a head, what happened, since when, what it means, what to do, where more is."""

    head: str
    said: str
    lines: tuple[str, ...]
    rest: int
    since: str
    means: str
    steps: tuple[str, ...]
    more: str
    is_over: bool


@dataclass(frozen=True)
class Message:
    """What is said at a moment of all that began or ended: for a mail, and for chats."""

    at: datetime
    subject: str
    text: str
    html: str
    chat: str


def compose(begun: Sequence[Alarm], ended: Sequence[Alarm], call: str, now: datetime, zone: tzinfo) -> Message:
    """Return the message that some alarms began and some are over; `call` is the campaign's title."""
    parts = [*(_began(one, now, zone) for one in begun), *map(_over, ended)]
    return _message(_subject(parts), parts, call, now, zone)


def compose_test(call: str, now: datetime, zone: tzinfo) -> Message:
    """Return a message that tries the channels out, and says so."""
    steps = ("不用做什么。没有收到的人，请告诉运维检查设置里的 [alarms] 和 [digest]。",)
    part = Part(f"{TEST_TITLE}", TEST_SAID, (), 0, "", "收信不受影响。", steps, "zhengji alarms", is_over=False)
    return _message(f"{_TEST}{_CAMPAIGN}{TEST_TITLE}", [part], call, now, zone)


def _message(subject: str, parts: Sequence[Part], call: str, now: datetime, zone: tzinfo) -> Message:
    given = {"subject": subject, "parts": parts, "call": call, "at": clock(now, zone)}
    environment = page_environment()
    return Message(
        now,
        subject,
        environment.get_template("alarm.txt").render(given),
        environment.get_template("alarm.html").render(given),
        _chat(subject, parts),
    )


def _began(alarm: Alarm, now: datetime, zone: tzinfo) -> Part:
    words = WORDS[alarm.kind]
    since = _since(alarm.begun, now, zone) if alarm.kind in _LASTING else ""
    lines, rest = _listed(alarm.lines)
    return Part(words.title, alarm.sentence, lines, rest, since, words.means, words.steps, words.more, is_over=False)


def _over(alarm: Alarm) -> Part:
    head = f"{ENDINGS[alarm.ending]}：{WORDS[alarm.kind].title}"
    return Part(head, alarm.over, (), 0, "", "", (), "", is_over=True)


def _since(begun: datetime, now: datetime, zone: tzinfo) -> str:
    lasted = f"，已 {hours(begun, now)}" if now - begun >= timedelta(hours=1) else ""
    return f"自 {clock(begun, zone)} 起{lasted}"


def _listed(lines: Sequence[str]) -> tuple[tuple[str, ...], int]:
    # Masked before it is clipped: half a number would be a number no more.
    shown = tuple(clipped(masked(one_line(line)), _LINE) for line in lines[:_LINES])
    return shown, len(lines) - len(shown)


def _subject(parts: Sequence[Part]) -> str:
    first = parts[0]
    more = f"等 {len(parts)} 件" if len(parts) > 1 else ""
    word = "" if first.is_over else "告警："
    said = clipped(masked(one_line(f"{word}{first.head}{more}")), _SUBJECT)
    return f"{_CAMPAIGN}{said}"


def _chat(subject: str, parts: Sequence[Part]) -> str:
    """Return a short text for chats: each in two lines, as many as fit, and in the end where more is."""
    lines = [subject]
    for part in parts:
        lines += [_shown(f"· {part.said}"), *([_shown(part.means)] if part.means else [])]
    kept = list(lines)
    while not fits("\n".join((*kept, _FOOT))):
        kept.pop()
    return "\n".join((*kept, *(["……"] if len(kept) < len(lines) else []), _FOOT))


def _shown(line: str) -> str:
    return clipped(masked(one_line(line)), _LINE).translate(_BRACKETS)


def as_mail(message: Message, sender: str, recipient: str) -> EmailMessage:
    """Return a message as a mail to one person, marked as written by a machine; ValueError where an address is none."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, message.subject
    mail["Date"] = message.at
    mark = sha256(f"{message.at.isoformat()}\n{recipient}\n{message.html}".encode()).hexdigest()[:24]
    mail["Message-ID"] = f"<alarm-{mark}@{_domain(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, charset="utf-8", cte="base64")
    mail.add_alternative(message.html, subtype="html", charset="utf-8", cte="base64")
    return mail


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2].strip(" >") or "localhost"


def titles(alarms: Iterable[Alarm]) -> list[str]:
    """Return what holds, a line each, as other reports show it."""
    return [f"{WORDS[one.kind].title}：{one.sentence}" for one in alarms]
