"""Adds files that came by other ways than mail: kept first, then decided whose they are and when they came, then read.

Killed in between, the same command again completes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath

from config.campaign import Call
from ingest.contents import added_format, letter_at
from ingest.decisions.attaching import name_of
from ingest.decisions.settling import DecisionError, place_named
from ingest.desk import Desk
from ingest.importer import first_stamp, stamped_arrival
from ingest.intake import take_in
from parsers.names import safe_name, unique_path
from reports.wording import clock, one_line
from store import added, mail
from store.added import Brought, Noted, Told
from store.contents.blobs import Blob, chunks_of
from store.decisions import Person
from store.personal import closing

# A way is named in the place of a mailbox, a case in that of a folder.
_LONGEST_WAY, _LONGEST_CASE = 20, 100
_ISO_DAYS = {len("2026-08-04"), len("20260804")}
_YEARS = range(2000, 3000)
_NO_MOMENT = "{text} 不是时刻，请写作 2026-08-04 或 2026-08-04T15:30（北京时间）"


@dataclass
class Done:
    """What adding came to, a sentence a line, and which messages could not be read."""

    lines: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def add(desk: Desk, files: Sequence[Path], said: Mapping[str, str | None], person: Person) -> Done:
    """Add files as material of a province, which lie in the folder of a case where one is named.

    `said` is {province, city, case, source, arrived} as a person wrote them. DecisionError or ConfigError, with nothing
    decided, where any of it is not known, or a file was added before for another province or case; NoRoomError where
    the disk has no room.
    """
    closing.refuse_on(desk.store)
    told = _told(desk, said)
    arrived = _stated(said.get("arrived"), desk.campaign.call, person.now)
    names = [(file, name_of(file)) for file in files]
    desk.floor.check(sum(file.stat().st_size for file, _ in names))
    kept = [(name, _kept(desk, file)) for file, name in names]
    for name, blob in kept:
        _refuse_another(desk, name, blob, told)
    taken: dict[str, int] = {}
    brought = [_brought(desk, name, blob, told, arrived or person.now, taken) for name, blob in kept]
    noted = added.add(desk.store, brought, told, person)
    take_in(desk)
    return _done(desk, brought, noted, told)


def _told(desk: Desk, said: Mapping[str, str | None]) -> Told:
    place = place_named(desk, {**said, "level": None})
    way = one_line(said.get("source") or "").removesuffix("补入").strip()
    if not way or len(way) > _LONGEST_WAY:
        raise DecisionError(f"--source 请写明怎样收到的（快递、微信、QQ、U盘、传真……），最多 {_LONGEST_WAY} 个字")
    case = (said.get("case") or "").strip()
    if len(case) > _LONGEST_CASE:
        raise DecisionError(f"--case 请写小区名称，最多 {_LONGEST_CASE} 个字")
    return Told(place["province"], place["city"], place["level"], safe_name(case) if case else "", way)


@dataclass(frozen=True)
class _Stated:
    """A moment that a person stated, or a day alone."""

    moment: datetime
    source: str


def _stated(text: str | None, call: Call, now: datetime) -> _Stated | None:
    """Return when a person says that files came: a day alone is its end, as the notice counts days.

    What is still to come has not come, and nothing came before the notice.
    """
    if not text:
        return None
    parsed, is_day = _parsed(text.strip(), call)
    if parsed.astimezone(call.zone).date() < call.notice_date:
        raise DecisionError(f"{text} 早于征集通知（{call.notice_date.isoformat()}），请核对收到的日期")
    begins = datetime.combine(parsed.date(), time(), call.zone) if is_day else parsed
    if begins > now:
        raise DecisionError(f"{text} 还没有到，请核对收到的时间")
    return _Stated(min(parsed, now), "added_day" if is_day else "added")


def _parsed(text: str, call: Call) -> tuple[datetime, bool]:
    """Return (moment, whether it is a day alone: then its last second), in the campaign's zone where none is said."""
    try:
        if len(text) in _ISO_DAYS:
            found, is_day = datetime.combine(date.fromisoformat(text), time(23, 59, 59), call.zone), True
        else:
            found, is_day = datetime.fromisoformat(text), False
    except ValueError:
        raise DecisionError(_NO_MOMENT.format(text=text)) from None
    if found.year not in _YEARS:
        raise DecisionError(_NO_MOMENT.format(text=text))
    return (found if found.tzinfo else found.replace(tzinfo=call.zone)), is_day


def _kept(desk: Desk, file: Path) -> Blob:
    with file.open("rb") as opened:
        return desk.store.vault.keep(chunks_of(opened))


def _refuse_another(desk: Desk, name: str, blob: Blob, told: Told) -> None:
    """Refuse bytes that count already for another province or case: two answers to one question help nobody."""
    standing = added.find_standing(desk.store, blob.sha256)
    if standing is None or (standing.value["province"], standing.value["case"]) == (told.province, told.case):
        return
    place = "，".join(part for part in (standing.value["province"], standing.value["case"]) if part)
    raise DecisionError(
        f"《{name}》先前已由{standing.person}补入（{place}），没有重复；要改归，请先运行 zhengji undo {standing.id}"
    )


def _brought(
    desk: Desk, name: str, blob: Blob, told: Told, arrived: _Stated | datetime, taken: dict[str, int]
) -> Brought:
    """Return a file with its path, and its arrival: as stated, else as a mail's own stamps say, else now."""
    raw = desk.store.vault.path(blob.sha256)
    suffix = PurePosixPath(name).suffix.lower()
    is_mail = suffix == ".eml" or (suffix == ".msg" and added_format(raw) == "msg")
    path = unique_path("/".join(part for part in (told.province, told.case, name) if part), taken)
    if isinstance(arrived, _Stated):
        return Brought(name, path, blob, is_mail, arrived.moment, arrived.source)
    stamp = _stamp(desk, raw, suffix, arrived) if is_mail else None
    return Brought(name, path, blob, is_mail, *(stamp or (arrived, "added")))


def _stamp(desk: Desk, raw: Path, suffix: str, now: datetime) -> tuple[datetime, str] | None:
    if suffix == ".eml":
        return stamped_arrival(raw, now)
    letter = letter_at(desk, raw, "msg")
    return first_stamp(letter.received, letter.date, now) if letter else None


def _done(desk: Desk, brought: Sequence[Brought], noted: Sequence[Noted], told: Told) -> Done:
    done = Done()
    failed = dict(mail.failed(desk.store))
    for one, what in zip(brought, noted, strict=True):
        if not what.new:
            done.lines.append(f"《{one.name}》先前已补入（编号 {what.decision}），没有重复")
        else:
            when = clock(one.arrival, desk.campaign.call.zone)
            came = when.partition(" ")[0] if one.source == "added_day" else when
            done.lines.append(f"《{one.name}》已补入{told.province}（编号 {what.decision}）：{told.way}，{came} 收到")
        done.lines += _filed(desk, what.message, told.case)
        if what.message in failed:
            done.failures.append(f"来信 {what.message} 未能读出：{failed[what.message]}")
    return done


def _filed(desk: Desk, message: int, case: str) -> list[str]:
    """Say under which cases a file was filed, and where it was filed under none though one was named."""
    found = added.communities(desk.store, message)
    if found:
        return [f"  归入案例：{'、'.join(found)}"]
    return [f"  还没有归入案例：清单和推荐表里没有“{case}”，有了会自动归入"] if case else []
