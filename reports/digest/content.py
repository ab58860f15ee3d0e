"""What the digest of a moment says, in the order it is read, before it becomes HTML or text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reports import elsewhere, mailboxes
from reports.changes import Changes
from reports.deadline import Countdown, countdown
from reports.digest import cases, changed, mails, provinces, todo
from reports.digest.parts import Chapter, Group, Number, group
from reports.digest.progress import Progress, progress
from reports.digest.provinces import Tile
from reports.finding import Assessment
from reports.picture import Picture
from reports.tally import tally
from reports.wording import clock, month_and_day, short_clock, weekday

_FAILED_LISTED = 10


@dataclass(frozen=True)
class Earlier:
    """The last digest: the moment it spoke of, and where it can be looked at, the picture of then and what changed."""

    since: datetime
    picture: Picture | None = None
    changes: Changes | None = None


@dataclass(frozen=True)
class Content:
    """A digest's content: every list with its count, and every count with its list.

    `lists` are all lists in full, for the end of the whole page.
    """

    title: str
    notice: str
    day: date
    day_text: str
    as_of_text: str
    stopped: bool
    notes: tuple[str, ...]
    todo: Chapter
    changes: Chapter
    changes_sum: tuple[Number, ...]
    idle: str
    countdown: Countdown
    deadline_text: str
    progress: Progress | None
    tiles: tuple[Tile, ...]
    sums: tuple[Number, ...]
    case_sums: tuple[Number, ...]
    arrivals: Group
    since_text: str
    none_new: str
    silent: tuple[str, ...]
    silent_names: tuple[str, ...]
    # Beside who is silent: what came of nobody who is known, or could not be read, and may be of them.
    beside_silent: tuple[str, ...]
    outstanding: Group
    late: Group
    aside: Chapter
    failed: Group
    mailboxes: tuple[str, ...]
    mail_sums: tuple[Number, ...]
    unknown_senders: int
    lists: tuple[Chapter, ...]

    @property
    def silent_word(self) -> str:
        """What the silent provinces are called: after the deadline nobody says any more that they have not yet sent."""
        return "截止后仍未报送" if self.countdown.closed else "尚未报送"


def content_of(assessment: Assessment, earlier: Earlier | None, notes: Sequence[str] = ()) -> Content:
    """Return what the digest of an assessment says; what is not in the earlier one is new."""
    picture = assessment.picture
    call = picture.campaign.call
    day = picture.as_of.astimezone(call.zone).date()
    lists, silent = _Lists.of(assessment, earlier), provinces.silent(assessment)
    return Content(
        title=call.title,
        notice=call.notice,
        day=day,
        day_text=f"{day.year}年{month_and_day(day)}　{weekday(day)}",
        as_of_text=clock(picture.as_of, call.zone),
        stopped=any(health.failing_since for health in picture.health),
        notes=tuple(notes),
        todo=lists.todo,
        changes=lists.changes,
        changes_sum=changed.sums(lists.changes),
        idle=changed.idle_text(earlier.changes if earlier else None),
        countdown=countdown(call, picture.as_of),
        deadline_text=f"{call.deadline.year}年{month_and_day(call.deadline)} 24:00 截止",
        progress=progress(picture),
        tiles=provinces.tiles(assessment),
        sums=provinces.sums(assessment, lists.by_status, lists.late_provinces),
        case_sums=cases.sums(lists.arrived, lists.expected),
        arrivals=lists.arrivals,
        since_text=f"自 {short_clock(earlier.since, call.zone)} 以来" if earlier else "自征集开始以来",
        none_new="没有新来信。" if earlier else "征集开始以来还没有来信。",
        silent=silent,
        silent_names=provinces.silent_names(assessment),
        beside_silent=elsewhere.beside_silent(picture, silent) if silent else (),
        outstanding=lists.outstanding,
        late=lists.late,
        aside=lists.aside,
        failed=lists.failed,
        mailboxes=tuple(mailboxes.lines(picture)),
        mail_sums=mails.sums(lists.received, lists.aside, lists.failed),
        unknown_senders=sum(message.province is None for message in tally(picture).filed),
        lists=lists.chapters,
    )


@dataclass(frozen=True)
class _Lists:
    """Every list of a digest; the numbers are taken from them, so that none can differ from its list."""

    todo: Chapter
    changes: Chapter
    by_status: Chapter
    late_provinces: Chapter
    expected: Chapter
    arrived: Chapter
    outstanding: Group
    late: Group
    arrivals: Group
    aside: Chapter
    failed: Group
    received: Chapter

    @classmethod
    def of(cls, assessment: Assessment, earlier: Earlier | None) -> "_Lists":
        picture = assessment.picture
        aside = Chapter("搁置的来信", mails.aside(picture), "封")
        failed = group("未能处理", todo.failed_mails(picture), _FAILED_LISTED, "error", "封")
        since, before = (earlier.since, earlier.picture) if earlier else (None, None)
        return cls(
            todo=Chapter("今天需要处理", todo.todo_groups(assessment)),
            changes=changed.changed(earlier.changes if earlier else None, picture),
            by_status=provinces.by_status(assessment),
            late_provinces=provinces.late_provinces(assessment),
            expected=cases.expected(assessment),
            arrived=cases.arrived(picture),
            outstanding=provinces.outstanding(assessment),
            late=provinces.late_items(assessment),
            arrivals=mails.arrivals(picture, since, before),
            aside=aside,
            failed=failed,
            received=mails.received(picture, aside, failed),
        )

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """All lists in the order of the digest; what is set aside and what failed stands among what was received."""
        own = (
            self.todo,
            self.changes,
            self.by_status,
            self.late_provinces,
            self.expected,
            self.arrived,
            *(Chapter(one.title, (one,), one.unit) for one in (self.outstanding, self.late, self.arrivals)),
            self.received,
        )
        return tuple(one for one in own if one.count)
