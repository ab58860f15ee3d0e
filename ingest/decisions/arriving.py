"""Which of the server's two stamps of a mail counts, where the deadline lies between them and a person must say it."""

from config.errors import nearest
from ingest.decisions.settling import DecisionError, keep, read_message_named
from ingest.desk import Desk
from reports.moments import between, second_stamp
from reports.wording import clock
from store import documents
from store.decisions import ARRIVAL, Ground, Person, of_message

_VERDICTS = {"按时": False, "迟到": True}


def decide_arrival(desk: Desk, target: str, verdict: str, person: Person, seen: int | None = None) -> list[str]:
    """Decide whether a message came in time; returns what that means, a sentence a line.

    DecisionError where there is no such message or no such verdict, or where its stamps leave nothing open.
    """
    late = _VERDICTS.get(verdict)
    if late is None:
        raise DecisionError(f"没有 {verdict} 这一种{nearest(verdict, list(_VERDICTS))}")
    message = read_message_named(desk, target)
    call = desk.campaign.call
    arrival, source, received = documents.stamps_of(desk.store, message.id)
    second = second_stamp(arrival, source, received, desk.campaign)
    if second is None or not between(arrival, second, call.last_moment):
        also = f"，收到 {clock(second, call.zone)}" if second else ""
        raise DecisionError(f"来信 {message.id} 是否按时没有疑问：入箱 {clock(arrival, call.zone)}{also}")
    value = {"late": late, "arrival": arrival.isoformat(), "received": second.isoformat()}
    _, lines = keep(desk, ARRIVAL, of_message(message.id), value, person, Ground(seen))
    taken = max(arrival, second) if late else min(arrival, second)
    first, *more = lines
    return [f"{first}，到达时间按 {clock(taken, call.zone)} 计", *more]
