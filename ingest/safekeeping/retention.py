"""Removes the personal data of a finished campaign: shows first what goes and what stays, then does it for good.

Killed in the middle it is taken up again: what was begun stands in the database, and every step finds what is left.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import groupby
from operator import attrgetter
from typing import Any

import structlog

from config.errors import ConfigError
from ingest.desk import Desk
from ingest.safekeeping import leftovers
from ingest.telling.digesting import assessment
from ingest.telling.tracking import deadlines
from reports.export import rows
from store import alarms, decisions
from store.contents.blobs import Blob
from store.decisions import Person
from store.personal import closing, removing
from store.personal.closing import Closed
from store.personal.removing import STEPS, Count
from store.personal.scrubbing import Means

log = structlog.get_logger()

# What is said of alarms that held when nobody takes mail in any more.
_OVER = "征集的个人信息已开始清理，不再收信和发送"
VAULT = "原信、附件和发出的函件（文件库里的内容）"
# The index of words is dropped whole: its rows are terms without a text to them.
_CASE, _FINDING = ("province", "city", "community", "complete"), ("code", "province", "status")
_SUBMISSION = ("province", "status", "messages", "first_arrival", "last_arrival", "cases_listed", "cases_complete")


@dataclass(frozen=True)
class Plan:
    """What would be removed now: how much of each kind, in the order in which it goes."""

    counts: Mapping[str, Count]


def plan(desk: Desk) -> Plan:
    """Return what there is to remove, by looking at every row and every file."""
    means = Means(words=_words(desk))
    tables = {step.what: removing.counted(desk.store, step, means) for step in STEPS if step.goes}
    contents = sum((Count(1, blob.bytes) for blob in _contents(desk)), Count())
    return Plan({**tables, VAULT: contents, **{pile.what: pile.count() for pile in leftovers.piles(desk)}})


def due(desk: Desk) -> datetime:
    """Return from when on the data may be removed: so many days after the last deadline that holds for anybody."""
    return deadlines(desk)[-1] + timedelta(days=desk.settings.retention.keep_days)


def check(desk: Desk, campaign: str, now: datetime, *, early: bool) -> None:
    """Raise ConfigError where the data of that campaign may not be removed now."""
    call = desk.campaign.call
    if campaign != call.id:
        raise ConfigError(f"设置文件里的征集活动是 {call.id}，不是 {campaign}；没有清理")
    if others := closing.campaigns(desk.store) - {call.id}:
        raise ConfigError(f"这个库里还有别的征集活动（{'、'.join(sorted(others))}），来信分不开，没有清理")
    last = deadlines(desk)[-1]
    if now <= last:
        raise ConfigError(f"征集还没有结束（{last:%Y-%m-%d} 截止），不能清理")
    if now < due(desk) and not early:
        raise ConfigError(
            f"截止后不满 {desk.settings.retention.keep_days} 天（{due(desk):%Y-%m-%d} 起可以清理）；"
            "确实要提前，请加 --early，并用 --note 写明原因"
        )


def remove(desk: Desk, person: Person) -> Closed:
    """Remove the personal data; return the record of it. What was begun before goes on with its own record."""
    before = closing.find(desk.store)
    closed = before or closing.begin(desk.store, _record(desk, person))
    log.info("retention.begun", campaign=closed.campaign, again=before is not None)
    alarms.let_go(desk.store, _OVER, person.now)
    means = Means(closed.kept.get("key", ""), _words(desk))
    for step in STEPS:
        if step.goes:
            removing.removed(desk.store, step, means)
    removing.forget_index(desk.store)
    for blob in list(_contents(desk)):
        desk.store.vault.remove(blob.sha256)
    for pile in leftovers.piles(desk):
        pile.remove()
    removing.press(desk.store)
    _finish(desk, person.now)
    # Once more, for the secret that was thrown away.
    removing.press(desk.store)
    return closing.find(desk.store) or closed


def clear_here(desk: Desk) -> bool:
    """Tell whether the personal data was removed, and remove then what this machine still holds of it.

    Several machines cache contents and make small pictures of them, each on its own disk; whoever removed what all of
    them share saw only one disk. What was being read at that moment may have left something too.
    """
    closed = closing.find(desk.store)
    if closed is not None and closed.ended_at is not None:
        ended = closed.ended_at.timestamp()
        # What was written out since then speaks of nobody, and stays.
        gone = desk.store.vault.clear() + sum(pile.remove(ended) for pile in leftovers.piles(desk))
        if gone:
            log.info("retention.cleared_here", files=gone)
    return closed is not None


def _contents(desk: Desk) -> Iterator[Blob]:
    """Yield every content once: what all machines share, and what only lies on this one's disk."""
    vault = desk.store.vault
    every = merge(vault.kept(), vault.lying(), key=attrgetter("sha256"))
    return (next(same) for _, same in groupby(every, key=attrgetter("sha256")))


def _words(desk: Desk) -> tuple[str, ...]:
    """Return the words of the campaign file that say of a mail or a list which version counts, and of what."""
    mail, nouns = desk.campaign.mail, desk.campaign.kind_of("summary_list").names
    return tuple(dict.fromkeys((*mail.replaces, *mail.adds, *nouns, "照片", "图片", "相片")))


def _finish(desk: Desk, now: datetime) -> None:
    """Note that it is done; ConfigError where somebody wrote something meanwhile, so that it must be done again."""
    left = [what for what, count in plan(desk).counts.items() if count.rows]
    if left:
        raise ConfigError(f"清理时又写入了新的内容（{'、'.join(left)}）；请停掉 worker 和操作台，再运行一遍")
    closing.end(desk.store, now)
    log.info("retention.done")


def _record(desk: Desk, person: Person) -> Closed:
    counts = {what: asdict(count) for what, count in plan(desk).counts.items() if count.rows}
    return Closed(desk.campaign.call.id, person.name, person.note, person.now, None, counts, _kept(desk, person.now))


def _kept(desk: Desk, now: datetime) -> dict[str, Any]:
    """Return the statistics of the campaign that its record keeps: no name of a person, no phone, no file's name."""
    found = assessment(desk, now)
    codes = Counter((row["code"], row["status"]) for row in rows(found, "findings"))
    kinds = Counter(row.what for row in decisions.every(desk.store))
    messages = Counter(row["kind"] or "" for row in rows(found, "messages"))
    return {
        "provinces": _only(rows(found, "submissions"), _SUBMISSION),
        "cases": _only(rows(found, "cases"), _CASE),
        "findings": [[code, status, count] for (code, status), count in sorted(codes.items())],
        "messages": dict(sorted(messages.items())),
        "decisions": dict(sorted(kinds.items())),
        "key": secrets.token_hex(),
    }


def _only(found: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in names} for row in found]
