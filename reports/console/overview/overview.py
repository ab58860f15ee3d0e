"""The overview: how far the call is, what is to be done, and whether everything runs; each number leads to its list."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from reports import mailboxes
from reports.alarms.known import BACKUP
from reports.alarms.message import titles
from reports.console.asked import Asked, missing
from reports.console.board import Seen
from reports.console.overview.curve import Drawing, drawing
from reports.console.overview.outlook import CASES, STATES, outlook
from reports.console.overview.tasks import lines_of
from reports.console.route import Route
from reports.digest.tile_map import laid_out
from reports.picture import Picture
from reports.tally import PLACES, Tally
from reports.wording import clock, month_and_day
from store.alarms import Alarm, open_alarms
from store.personal import closing
from store.safekeeping.latest import latest

# Below this share of free space somebody should make room.
_SCARCE, _GIGABYTE = 0.1, 1_000_000_000


@dataclass(frozen=True)
class Health:
    """One thing that must run: whether it does, and how it fares in words."""

    name: str
    text: str
    good: bool = False


def overview(asked: Asked) -> Response:
    """Return the first page."""
    seen = asked.seen
    out = seen.once(outlook)
    call = asked.console.campaign.call
    alarms = open_alarms(asked.console.store)
    return asked.show(
        "overview.html",
        out=out,
        closes=f"{call.deadline.year}年{month_and_day(call.deadline)} 24:00 截止",
        states={state: (word, len(out.of(state))) for state, word in STATES.items()},
        cases={name: (word, len(out.cases[name])) for name, word in CASES.items()},
        mails=_mails(out.tally),
        tile_rows=laid_out({row.tile.province: row for row in out.rows}),
        curve=seen.once(curve_of),
        health=[_alarms(alarms), *mail_health(seen.picture), _disk(asked), *_backup(asked, alarms)],
        junk=seen.once(junk_of),
        cleaned=_cleaned(asked),
    )


def _cleaned(asked: Asked) -> str:
    """Return that the personal data was removed, where it was."""
    closed = closing.find(asked.console.store)
    return closing.told(closed, asked.console.campaign.call.zone) if closed and closed.ended_at else ""


def curve_of(seen: Seen) -> Drawing | None:
    """Return the drawing of the curve; None before the notice."""
    told = seen.once(outlook).progress
    return drawing(told) if told else None


def junk_of(seen: Seen) -> tuple[str, ...]:
    """Return which submissions lay in junk folders only."""
    return tuple(mailboxes.junk_lines(seen.picture))


def _mails(told: Tally) -> list[tuple[str, str, int]]:
    """Return what became of the mails: the place, its word and how many; what still waits only where there is some."""
    counted = [(place, word, len(getattr(told, place))) for place, word in PLACES.items()]
    return [one for one in counted if one[0] != "waiting" or one[2]]


def mail_health(picture: Picture) -> list[Health]:
    """Return how each mailbox fares, and after it what its server does not give."""
    told = []
    for one in picture.health:
        trouble = mailboxes.trouble(one, picture)
        held = "" if one.held is None else f"；服务器 {one.held} 封，已收 {one.known or 0} 封"
        text = f"{f'{trouble}；' if trouble else ''}{mailboxes.last_good(one, picture)}{held}"
        told.append(Health(one.mailbox, text, good=trouble is None))
    told += [Health(f"{gap.mailbox} {gap.folder}", mailboxes.gap_reason(gap, picture)) for gap in picture.gaps]
    told += [Health(f"{one.mailbox} {one.path}", one.reason) for one in picture.troubles]
    return told


def _alarms(alarms: Sequence[Alarm]) -> Health:
    """Return what people were told of at once and is not over."""
    told = titles(alarms)
    return Health("告警", "；".join(told) or "没有", good=not told)


def _disk(asked: Asked) -> Health:
    """Return how much room is left where the mails are kept."""
    try:
        room = shutil.disk_usage(asked.console.store.vault.folder)
    except OSError as error:
        return Health("磁盘", f"看不到剩余空间（{error.strerror}）")
    scarce = room.free < room.total * _SCARCE
    text = f"剩余 {room.free / _GIGABYTE:,.1f} GB，共 {room.total / _GIGABYTE:,.1f} GB"
    return Health("磁盘", f"{text}；空间不多了，请清理或扩容" if scarce else text, good=not scarce)


def _backup(asked: Asked, alarms: Sequence[Alarm]) -> list[Health]:
    """Return when a backup was last made; nothing where nobody has set one up, which is for `zhengji doctor` to say."""
    last = latest(asked.console.store)
    if last is None:
        return []
    late = any(one.kind == BACKUP for one in alarms)
    lacks = f"，缺 {last.lost} 个损坏或丢失的内容" if last.lost else ""
    told = f"上次 {clock(last.made_at, asked.console.campaign.call.zone)}{lacks}"
    return [Health("备份", told, good=not late and not last.lost)]


def todo(asked: Asked) -> Response:
    """Return what is to be done, in full; of one list where the address names it."""
    seen, key = asked.seen, asked.query("list")
    tasks = seen.once(outlook).tasks
    if not key:
        return asked.show("todo.html", tasks=tasks, task=None)
    task = next((one for one in tasks if one.key == key), None)
    if task is None:
        raise missing("这一类现在没有要处理的了；请回总览看别的")
    page, pages, part = asked.paged(len(task.things))
    lines = lines_of(task.things[part], seen)
    return asked.show("todo.html", tasks=tasks, task=task, lines=lines, page=page, pages=pages)


ROUTES = (Route("/", overview), Route("/todo", todo))
