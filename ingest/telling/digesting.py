"""Makes the digest of a moment, says what became of the ones before it, and keeps it as files."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from shlex import quote

from ingest.desk import Desk
from ingest.telling.tracking import notes_for_digest
from reports.alarms.known import DISKS
from reports.alarms.message import titles
from reports.deadline import days_since_working_day
from reports.digest import digest as digests
from reports.digest.chat import chat_text
from reports.digest.digest import Digest
from reports.finding import Assessment
from reports.wording import clock, month_and_day
from store import alarms, decisions, sent
from store.queries import Span
from store.safekeeping import lineage
from store.safekeeping.lineage import Gap
from store.sent import Sending


@dataclass(frozen=True)
class Edition:
    """A day's digest as it goes out: to mailboxes whole, into chat groups as a short text."""

    digest: Digest
    chat: str


def assessment(desk: Desk, as_of: datetime) -> Assessment:
    """Return the campaign as of a moment, judged."""
    return desk.keeper.assessment(as_of)


def make_digest(desk: Desk, as_of: datetime) -> Digest:
    """Return the digest of a moment, as `make_edition` makes it."""
    return make_edition(desk, as_of).digest


def make_edition(desk: Desk, as_of: datetime) -> Edition:
    """Return the digest of a moment with its text for chats, both from one look at the campaign.

    Its “new” counts from the last digest that went out on an earlier day; where none ever went, from the same time on
    the working day before.
    """
    today = as_of.astimezone(desk.campaign.call.zone).date()
    since = sent.last_before(desk.store, today) or as_of - timedelta(days=days_since_working_day(today))
    judged, before = assessment(desk, as_of), looking_back(desk, since, as_of)
    said = (*notes(desk, as_of), *notes_for_digest(desk, as_of))
    content = digests.content(judged, since, said, before=before, decided=decisions.every(desk.store))
    where = "全文见日报邮件" if desk.settings.digest.recipients else f"全文见文件《{file_of(desk, today).name}》"
    return Edition(digests.of(content, as_of), chat_text(content, f"{where}。手机号码已隐去中间四位", said))


def looking_back(desk: Desk, since: datetime, as_of: datetime) -> Assessment:
    """Return the campaign as it was known at a moment: without what was fetched or decided from then to `as_of`.

    The picture of `since` alone would hold mails that had arrived by then and were fetched later, so that no digest
    ever told of them as new.
    """
    return desk.keeper.assessment(since, Span(since, as_of))


def notes(desk: Desk, as_of: datetime) -> tuple[str, ...]:
    """Return what must be said of the sending: which digest of today or of the day before is not known to be there.

    And which group nothing can be written to, because its address cannot be read, which disk is nearly full (other
    alarms stand in the digest in their own places), and what a restore has forgotten.
    """
    zone = desk.campaign.call.zone
    gaps = (gap_text(gap, zone) for gap in lineage.unsettled(desk.store))
    full = [one for one in alarms.held_at(desk.store, as_of) if one.kind in DISKS]
    groups = (f"群“{one.name}”收不到日报：{one.trouble}" for one in desk.settings.digest.chats if one.trouble)
    return (*titles(full), *gaps, *(text for _, text in troubles(desk, as_of)), *groups)


def gap_text(gap: Gap, zone: tzinfo) -> str:
    """Return what is said of a time that the database has forgotten, until a person has looked into it."""
    return (
        f"数据库于 {clock(gap.until, zone)} 从 {clock(gap.since, zone)} 的备份恢复，"
        "这之间发出的日报和函件、所做的人工处理没有记录，请核对；核对后运行 zhengji restored --settle"
    )


def troubles(desk: Desk, as_of: datetime) -> tuple[tuple[date, str], ...]:
    """Return the same, each with the day of its digest."""
    today = as_of.astimezone(desk.campaign.call.zone).date()
    tried = [one for one in sent.every(desk.store) if one.channel != sent.TEST]
    before = max((one.day for one in tried if one.day < today), default=today)
    near = (one for one in tried if one.day in {today, before})
    return tuple((one.day, text) for one in near if (text := _trouble(one, as_of, today)))


def _trouble(one: Sending, as_of: datetime, today: date) -> str:
    day = month_and_day(one.day)
    # What was still going yesterday goes no more, whatever the hour that is asked about.
    if one.is_unclear(as_of) or (one.state == "sending" and one.day < today):
        why = one.reason or "程序在发送途中中断"
        again = f"；确认没有收到的，请运行 zhengji digest --send --again {quote(one.recipient)}"
        return f"{day}的日报不知道是否送达 {one.recipient}（{why}），不会自动再发{again}"
    return f"{day}的日报没有发到 {one.recipient}：{one.reason}" if one.state == "failed" else ""


def file_of(desk: Desk, day: date) -> Path:
    """Return where the page of a day's digest is written by default."""
    return desk.settings.at(desk.settings.digest.folder) / f"日报-{day.isoformat()}.html"


def write_digest(desk: Desk, digest: Digest, folder: Path | None = None) -> tuple[Path, Path]:
    """Write a digest as HTML and text into a folder (by default that of the settings); return both paths."""
    return digests.write(digest, folder or desk.settings.at(desk.settings.digest.folder))
