"""When did a thing come, and how late? The evidence of what is in time or late: file, mail, stamps, and the delay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from reports.incoming import FileView, MessageView
from reports.wording import one_line

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class Came:
    """A file, or a mail alone, with both of the server's stamps; `taken` is the one that lateness is judged by.

    `late` is by how much it came after its deadline, None where it came in time.
    """

    file: str | None
    name: str
    sha256: str | None
    message: int
    message_id: str
    subject: str
    arrival: datetime
    received: datetime | None
    taken: datetime
    decided_by: str | None
    added: str
    late: timedelta | None


def mail_came(message: MessageView, deadline: datetime) -> Came:
    """Return a mail as evidence against a deadline."""
    late = message.taken - deadline if message.taken > deadline else None
    return Came(
        file=None,
        name="",
        sha256=None,
        message=message.id,
        message_id=message.key,
        subject=message.subject,
        arrival=message.arrival,
        received=message.received,
        taken=message.taken,
        decided_by=message.arrival_decided_by if message.arrival_decided else None,
        added=message.added,
        late=late,
    )


@dataclass(frozen=True)
class Arrivals:
    """A province's mails and in which of them each content first came, as lateness is judged."""

    messages: Mapping[int, MessageView]
    first: Mapping[str, FileView]

    @classmethod
    def of(cls, messages: Iterable[MessageView], files: Iterable[FileView]) -> "Arrivals":
        """Return those of a province's mails and files."""
        known = {message.id: message for message in messages}
        first: dict[str, FileView] = {}
        for file in files:
            mail = known.get(file.message_pk)
            if file.sha256 and mail is not None and mail.is_submission:
                other = first.get(file.sha256)
                if other is None or mail.taken < known[other.message_pk].taken:
                    first[file.sha256] = file
        return cls(known, first)

    def came(self, file: FileView, deadline: datetime) -> Came | None:
        """Return when a file's content first came; None where its mail is not known."""
        source = self.first.get(file.sha256 or "", file)
        message = self.messages.get(source.message_pk)
        if message is None:
            return None
        mail = mail_came(message, deadline)
        return Came(**{**vars(mail), "file": source.path, "name": source.name, "sha256": source.sha256})


def delay(late: timedelta) -> str:
    """Return a delay in days and hours, as people say it; only a short one in minutes or seconds."""
    seconds = int(late.total_seconds())
    days, hours = late.days, seconds % (24 * _HOUR) // _HOUR
    if days:
        return f"{days} 天{f' {hours} 小时' if hours else ''}"
    if seconds >= _HOUR:
        minutes = seconds % _HOUR // _MINUTE
        return f"{hours} 小时{f' {minutes} 分' if minutes else ''}"
    return f"{seconds // _MINUTE} 分钟" if seconds >= _MINUTE else f"{seconds} 秒"


def told(came: Came, zone: tzinfo) -> str:
    """Return the evidence in a sentence: file, mail, when the server took it (both stamps where they differ), delay."""
    what = f"《{one_line(came.name)}》" if came.file else ""
    by = f"（{came.added}）" if came.added else ""
    stamps = "" if came.received is None else _stamps(came, zone)
    late = f"，晚 {delay(came.late)}" if came.late else ""
    return f"{what}{_clock(came.taken, zone)} 到达{by}{late}，来信 {came.message}“{one_line(came.subject)}”{stamps}"


def _stamps(came: Came, zone: tzinfo) -> str:
    decided = f"，由{came.decided_by}认定" if came.decided_by else ""
    received = _clock(came.received, zone) if came.received else ""
    return f"（INTERNALDATE {_clock(came.arrival, zone)}；最上一行 Received {received}{decided}）"


def _clock(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
