"""When a message came: by the server's two stamps, by what a person said, and what is open between them.

INTERNALDATE is wrong after a mail was put back without its date, so the stamp of the topmost Received header stands
beside it: late is what both call late, or what a person does. Exports give the arrival, lateness the earlier stamp.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self

from config.campaign import Campaign
from reports.incoming import FileView, MessageView
from reports.picture import CaseView
from reports.wording import short_clock
from store.decisions import ARRIVAL, Decided, of_message
from store.models import File, Letter, Message
from store.queries import Look

if TYPE_CHECKING:
    from reports.subjects import Subject

# A stamp later than this after the arrival is of a wrong clock: no server takes a mail before it received it.
_AFTER = timedelta(days=1)
# On what an arrival stands that a person did not leave to our clock.
_STANDS_ON = {"received": "，按收信服务器的记录", "date": "，按发信人的时钟"}


def told(row: Message, letter: Letter | None, look: Look, campaign: Campaign) -> dict[str, Any]:
    """Return what a message's view says of when and how it came, beside its arrival."""
    drop = look.drops.get(row.id)
    added = look.decisions.get(drop.decision) if drop and drop.decision is not None else None
    decided = look.standing(ARRIVAL, of_message(row.id))
    return {
        "received": second_stamp(row.arrival, row.arrival_source, letter.received if letter else None, campaign),
        "arrival_decided": ("late" if decided.value["late"] else "in_time") if decided else "",
        "arrival_decided_by": decided.person if decided else None,
        "added": _added(added, row, campaign) if added else "",
    }


def second_stamp(arrival: datetime, source: str, received: datetime | None, campaign: Campaign) -> datetime | None:
    """Return the Received stamp where it is evidence beside the mailbox's own; None where it is none.

    It is none beside any other arrival, which is that stamp or a person's word; nor long after the arrival, nor before
    the notice that the mail answers.
    """
    if received is None or source != "internaldate" or received == arrival:
        return None
    notice = datetime.combine(campaign.call.notice_date, time(), campaign.call.zone)
    return received if notice <= received <= arrival + _AFTER else None


def _added(decided: Decided, row: Message, campaign: Campaign) -> str:
    """Say by which way an added message came, who says so, and on what its arrival stands: 微信补入，张三 08-04."""
    zone = campaign.call.zone
    day, value = short_clock(decided.decided_at, zone).partition(" ")[0], decided.value
    stated, source = datetime.fromisoformat(value["arrival"]), value["arrival_source"]
    stands = _STANDS_ON.get(source, "")
    if source == "added_day":
        stands = f"，写明 {short_clock(stated, zone).partition(' ')[0]} 收到"
    elif source == "added" and stated != decided.decided_at:
        stands = f"，写明 {short_clock(stated, zone)} 收到"
    # It may have come earlier by another way.
    return f"{value['way']}补入，{decided.person} {day}{stands if stated == row.arrival else ''}"


@dataclass(frozen=True)
class First:
    """When a content first came: its arrival, the moment that lateness is judged by, and who added it then."""

    arrival: datetime
    taken: datetime
    added: str

    @classmethod
    def of(cls, message: MessageView) -> Self:
        """Return that of one message."""
        return cls(message.arrival, message.taken, message.added)

    def or_earlier(self, message: MessageView) -> "First":
        """Return that of the same content which also came in another message."""
        if message.arrival >= self.arrival and message.taken >= self.taken:
            return self
        earlier = message.taken < self.taken
        return First(
            min(self.arrival, message.arrival),
            min(self.taken, message.taken),
            message.added if earlier else self.added,
        )


def first_come(files: Iterable[File], messages: Mapping[int, MessageView]) -> dict[str, First]:
    """Return for each content, by its hash, when it first came in a submission."""
    first: dict[str, First] = {}
    for file in files:
        message = messages[file.message_pk]
        if file.sha256 and file.kind != "message" and message.is_submission:
            first[file.sha256] = first.get(file.sha256, First.of(message)).or_earlier(message)
    return first


def came(file: FileView, subject: "Subject") -> str:
    """Say when a file first came, and who added it where a person did."""
    by = f"（{file.brought}）" if file.brought else ""
    return f"《{file.name}》{subject.clock(file.first_taken)} 到达{by}"


def first_taken(case: CaseView) -> datetime | None:
    """Return when the first of a case's material came, as lateness is judged."""
    return min((file.first_taken for file in case.files), default=case.first_arrival)


def came_first(messages: Sequence[MessageView], subject: "Subject") -> str:
    """Say when the first of a province's submissions came, and who added it or judged it where a person did."""
    message = min(messages, key=lambda one: one.taken, default=None)
    if message is None:
        return ""
    by = f"（{message.added}）" if message.added else ""
    decided = f"，由{message.arrival_decided_by}认定" if message.arrival_decided_by else ""
    return f"来信“{message.subject}”，{subject.clock(message.taken)} 到达{decided}{by}"


def apart(message: MessageView) -> int | None:
    """Return how far the server's two stamps are apart, in seconds; None where there is one."""
    if message.received is None:
        return None
    return round(abs((message.arrival - message.received).total_seconds()))


def is_disputed(message: MessageView, deadline: datetime) -> bool:
    """Tell whether the deadline lies between the server's two stamps."""
    return between(message.arrival, message.received or message.arrival, deadline)


def between(one: datetime, other: datetime, deadline: datetime) -> bool:
    """Tell whether of two moments one is in time and the other late."""
    return min(one, other) <= deadline < max(one, other)


def is_open(subject: "Subject") -> bool:
    """Tell whether a person still has to say which of the two stamps counts."""
    return not subject.view.arrival_decided and is_disputed(subject.view, subject.last_moment)


def evidence(subject: "Subject") -> str:
    """Return both stamps with where they stood."""
    message: MessageView = subject.view
    received = subject.clock(message.received)
    return f"INTERNALDATE {subject.clock(message.arrival)}；最上一行 Received {received}"


def command(message: MessageView) -> str:
    """Return the command by which a person settles it."""
    return f"zhengji decide arrival {message.id} 按时|迟到"
