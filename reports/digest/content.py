"""What the digest of a moment says, in the order it is read, before it becomes HTML or text."""

from dataclasses import dataclass
from datetime import date, datetime

from reports import mailboxes
from reports.deadline import Countdown, countdown
from reports.digest import mails, provinces, todo
from reports.digest.parts import Group, group
from reports.digest.provinces import Outstanding, Tile
from reports.finding import Assessment
from reports.tally import tally
from reports.wording import PHASES, clock, month_and_day, short_clock, weekday

_FAILED_LISTED = 10


@dataclass(frozen=True)
class Content:
    """A digest's content: every list with its count, and every count with its list."""

    title: str
    notice: str
    day: date
    day_text: str
    as_of_text: str
    stopped: bool
    todo: tuple[Group, ...]
    countdown: Countdown
    deadline_text: str
    tiles: tuple[Tile, ...]
    sums: str
    arrivals: Group
    since_text: str
    none_new: str
    phase: str
    silent: tuple[str, ...]
    outstanding: tuple[Outstanding, ...]
    late: Group
    aside: tuple[Group, ...]
    failed: Group
    mailboxes: tuple[str, ...]
    tally_text: str
    unknown_senders: int

    @property
    def todo_count(self) -> int:
        """How many things need a person."""
        return sum(one.count for one in self.todo)

    @property
    def outstanding_count(self) -> int:
        """How many items are still to come from provinces that have sent something."""
        return sum(one.count for one in self.outstanding)

    @property
    def aside_count(self) -> int:
        """How many mails are set aside."""
        return sum(one.count for one in self.aside)


def content_of(assessment: Assessment, since: datetime | None) -> Content:
    """Return what the digest of an assessment says; mails that arrived after `since` are new."""
    picture = assessment.picture
    call = picture.campaign.call
    day = picture.as_of.astimezone(call.zone).date()
    return Content(
        title=call.title,
        notice=call.notice,
        day=day,
        day_text=f"{day.year}年{month_and_day(day)}　{weekday(day)}",
        as_of_text=clock(picture.as_of, call.zone),
        stopped=any(health.failing_since for health in picture.health),
        todo=todo.todo_groups(assessment),
        countdown=countdown(call, picture.as_of),
        deadline_text=f"{call.deadline.year}年{month_and_day(call.deadline)} 24:00 截止",
        tiles=provinces.tiles(assessment),
        sums=provinces.sums(assessment),
        arrivals=mails.arrivals(picture, since),
        since_text=f"自上期（{short_clock(since, call.zone)}）以来" if since else "自征集开始以来",
        none_new="自上期以来没有新来信。" if since else "征集开始以来还没有来信。",
        phase=PHASES["missing" if picture.closed else "outstanding"],
        silent=provinces.silent(assessment),
        outstanding=provinces.outstanding(assessment),
        late=provinces.late_items(assessment),
        aside=mails.aside(picture),
        failed=group("未能处理", todo.failed_mails(picture), _FAILED_LISTED, "error", "封"),
        mailboxes=tuple(mailboxes.lines(picture)),
        tally_text=tally(picture).text,
        unknown_senders=sum(message.province is None for message in tally(picture).filed),
    )
