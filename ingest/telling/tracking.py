"""Runs the deadline tracker: lays down the snapshot of every deadline that passed, and makes the report of its days.

Whatever is due is done once, whenever somebody looks: after each poll, with the digest, and right after the deadline.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog

from config.campaign import campaign_bytes
from ingest.desk import Desk
from reports.deadline import is_working_day
from reports.making.writing import write_beside
from reports.tracker import progress, since, snapshot
from reports.tracker.milestones import AT_DEADLINE, Milestone, before, latest, milestones
from reports.tracker.page import as_html, as_text
from reports.tracker.progress import Progress
from reports.tracker.snapshot_page import alerts, snapshot_page
from reports.tracker.standing import Standing, standing, standing_at
from reports.wording import clock
from store import decisions, sent, snapshots
from store import milestones as noted
from store.milestones import Noted
from store.snapshots import Kept

log = structlog.get_logger()

# A digest has gone out so long after its minute; what is made later waits for the next one.
_DIGEST_TAKES = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


def track(desk: Desk, now: datetime) -> None:
    """Do whatever is due at a moment (aware): snapshots first, which nothing may change, then the report."""
    for moment in due_snapshots(desk, now):
        if _has_seen_mail(desk, moment):
            lay_down(desk, moment, now)
        else:
            log.warning("snapshot.waits", moment=moment.isoformat(), reason="no mailbox was ever read")
    _write_lost(desk)
    report_due(desk, now)


def _write_lost(desk: Desk) -> None:
    """Write the files of a snapshot that are not there: whoever took it was killed before, or they were moved away."""
    for kept in snapshots.every(desk.store, desk.campaign.call.id):
        if not all(path.is_file() for path in snapshot_paths(desk, kept)):
            write_snapshot(desk, thawed(desk, kept))


def _has_seen_mail(desk: Desk, moment: datetime) -> bool:
    """Tell whether there is anything to lay down: mails, or mailboxes that were read and held none.

    A program that was just set up, with a wrong password, must not freeze that nobody sent anything.
    """
    boxes = snapshots.seen(desk.store, _addresses(desk), moment)
    return bool(snapshots.kept_mails(desk.store)) or (bool(boxes) and all(box.last_good for box in boxes))


def _addresses(desk: Desk) -> list[str]:
    return [mailbox.address for mailbox in desk.settings.mailboxes]


def due_snapshots(desk: Desk, now: datetime) -> list[datetime]:
    """Return the deadlines, the campaign's and those granted, that have passed and of which nothing is laid down."""
    call = desk.campaign.call
    known = {one.moment for one in snapshots.every(desk.store, call.id)}
    return [moment for moment in deadlines(desk) if moment + _SECOND <= now and moment not in known]


def deadlines(desk: Desk) -> list[datetime]:
    """Return the last moments that hold for anybody: the campaign's, then those that were granted, in order."""
    call = desk.campaign.call
    granted = [row for row in decisions.current(decisions.every(desk.store)) if row.what == decisions.DEADLINE]
    days = {datetime.fromisoformat(row.value["day"]).date() for row in granted}
    own = datetime.combine
    later = {own(day, call.last_moment.time(), call.zone) for day in days if day > call.deadline}
    return [call.last_moment, *sorted(later)]


@dataclass(frozen=True)
class Frozen:
    """A snapshot with its content, None where that is not whole, and what is wrong with it."""

    kept: Kept
    content: dict[str, Any] | None
    faults: Sequence[str]
    new: bool = False


def lay_down(desk: Desk, moment: datetime, now: datetime) -> Frozen:
    """Take the snapshot of a moment, or return the one that was taken; its files are written either way."""
    known = snapshots.find(desk.store, desk.campaign.call.id, moment)
    if known is None:
        made = content_of(desk, moment, now)
        data, numbers = snapshot.canonical(made), made["numbers"]
        known = snapshots.keep(desk.store, desk.campaign.call.id, moment, data, numbers, now)
        _say(made, known)
        frozen = thawed(desk, known, new=known.taken_at == now)
    else:
        frozen = thawed(desk, known)
    if frozen.content is not None:
        write_snapshot(desk, frozen)
    return frozen


def _say(made: dict[str, Any], kept: Kept) -> None:
    """Leave a line of a snapshot, loudly where mail had not been seen until its moment."""
    log.info("snapshot.taken", moment=kept.moment.isoformat(), sha256=kept.sha256)
    for alert in alerts(made):
        log.error("snapshot.incomplete", moment=kept.moment.isoformat(), alert=alert)


def content_of(desk: Desk, moment: datetime, now: datetime) -> dict[str, Any]:
    """Return what a snapshot of a moment holds by what is known now."""
    settings = desk.settings
    around = snapshot.Circumstances(
        program=version("zhengji"),
        campaign_sha256=snapshot.digest(campaign_bytes(settings.campaign.id, settings.base)),
        mails=snapshots.kept_mails(desk.store),
        mailboxes=snapshots.seen(desk.store, _addresses(desk), moment),
        decisions=decisions.every(desk.store),
    )
    known = desk.keeper.assessment(max(now, moment)).picture
    return snapshot.content(standing_at(desk.store, desk.keeper.call, known, moment), around)


def thawed(desk: Desk, kept: Kept, *, new: bool = False) -> Frozen:
    """Return a snapshot with its content, where that is whole."""
    if faults := snapshots.faults(desk.store, kept):
        return Frozen(kept, None, faults)
    return Frozen(kept, snapshot.parsed(snapshots.content(desk.store, kept) or b""), (), new=new)


def every_snapshot(desk: Desk) -> list[Frozen]:
    """Return all snapshots of the campaign by their moments."""
    return [thawed(desk, kept) for kept in snapshots.every(desk.store, desk.campaign.call.id)]


def learned(desk: Desk, frozen: Frozen, now: datetime) -> list[str]:
    """Return in words what is known of a snapshot's moment today that was not when it was taken."""
    if frozen.content is None:
        return []
    return since.learned(frozen.content, content_of(desk, frozen.kept.moment, now))


def snapshot_paths(desk: Desk, kept: Kept) -> tuple[Path, Path, Path]:
    """Return where a snapshot's files lie: its content, and its lists as a page and as text."""
    day = kept.moment.astimezone(desk.campaign.call.zone).date()
    stem = folder_of(desk) / "截止时刻" / f"截止快照-{day.isoformat()}"
    return stem.with_suffix(".json"), stem.with_suffix(".html"), stem.with_suffix(".txt")


def folder_of(desk: Desk) -> Path:
    """Return the folder of the digests."""
    return desk.settings.at(desk.settings.digest.folder)


def write_snapshot(desk: Desk, frozen: Frozen) -> tuple[Path, Path, Path]:
    """Write a snapshot's files, each beside and renamed; return their paths. Raises OSError."""
    paths = snapshot_paths(desk, frozen.kept)
    data = snapshots.content(desk.store, frozen.kept)
    if frozen.content is not None and data is not None:
        page = snapshot_page(frozen.content, frozen.kept.sha256)
        for path, made in zip(paths, (data, as_html(page).encode(), as_text(page).encode()), strict=True):
            if not path.is_file() or path.read_bytes() != made:
                write_beside(path, made)
    return paths


def faults_of(desk: Desk, frozen: Frozen) -> list[str]:
    """Return everything that is not as it was laid down: row, vault, and the file that was written beside."""
    path = snapshot_paths(desk, frozen.kept)[0]
    said = list(frozen.faults)
    if path.is_file() and snapshot.digest(path.read_bytes()) != frozen.kept.sha256:
        said.append(f"{path.name} 与登记的 SHA-256 不符：文件被改过（zhengji deadline snapshot 重写）")
    return said


def calendar(desk: Desk) -> list[Milestone]:
    """Return the days of the tracker."""
    return list(milestones(desk.campaign.call, desk.settings.digest.time, deadlines(desk)[-1]))


def report_due(desk: Desk, now: datetime) -> Path | None:
    """Make the report of the latest day that passed, where it was not made yet; return its page, or None."""
    days, known = calendar(desk), {one.day for one in noted.every(desk.store, desk.campaign.call.id)}
    one = latest(days, now)
    if one is None or one.day in known or _is_over(days, one, now):
        return None
    made = progress_of(desk, one, now, missed=_missed(desk, days, one, known))
    if one.name.startswith("T+") and not any(province.lacks for province in made.now.provinces):
        _note(desk, one, now, "")
        return None
    page, data = write_progress(desk, made)
    _note(desk, one, now, desk.store.vault.keep([data]).sha256)
    return page


def _is_over(days: Sequence[Milestone], one: Milestone, now: datetime) -> bool:
    """Tell whether the tracker's last day is long over: who looks in a year is told nothing of it."""
    return one == days[-1] and now - one.as_of >= timedelta(days=1)


def _missed(desk: Desk, days: Sequence[Milestone], one: Milestone, known: set[Any]) -> list[Milestone]:
    """Return the days since the program has been in use, and since its last report, that were not reported on."""
    first = snapshots.in_use_since(desk.store)
    last = max(known, default=None)
    earlier = [day for day in days[: days.index(one)] if last is None or day.day > last]
    return [day for day in earlier if first is not None and day.due >= first]


def _note(desk: Desk, one: Milestone, now: datetime, sha256: str) -> None:
    made = Noted(day=one.day, name=one.name, as_of=one.as_of, made_at=now, sha256=sha256)
    new = noted.note(desk.store, desk.campaign.call.id, made)
    log.info("milestone.reported", day=one.day.isoformat(), name=one.name, new=new, needed=bool(sha256))


def progress_of(desk: Desk, one: Milestone, now: datetime, missed: Sequence[Milestone] = ()) -> Progress:
    """Return the report of a day, beside the tracker's day before."""
    earlier = before(calendar(desk), one)
    zone = desk.campaign.call.zone
    # The report of the deadline is made in the first second of the next day.
    made_on = now.astimezone(zone).date()
    in_time = one.day + timedelta(days=1) if one.name == AT_DEADLINE else one.day
    return Progress(
        milestone=one,
        now=standing_of(desk, one.as_of),
        earlier=(earlier, standing_of(desk, earlier.as_of)) if earlier else None,
        missed=missed,
        made_on=made_on if made_on > in_time else None,
        snapshot=_snapshot_line(desk, one.as_of),
    )


def _snapshot_line(desk: Desk, as_of: datetime) -> str:
    """Return the line that names the snapshot of the deadline, once it is taken."""
    kept = snapshots.find(desk.store, desk.campaign.call.id, desk.campaign.call.last_moment)
    if kept is None or kept.moment > as_of:
        return ""
    return f"截止快照已留底：截止时刻/{snapshot_paths(desk, kept)[1].name}，SHA-256 {kept.sha256}"


def standing_of(desk: Desk, as_of: datetime) -> Standing:
    """Return how all provinces stand as of a moment (aware)."""
    return standing(desk.store, desk.keeper.call, desk.keeper.assessment(as_of).picture)


def write_progress(desk: Desk, made: Progress, folder: Path | None = None) -> tuple[Path, bytes]:
    """Write a report as a page and as text, each beside and renamed; return the page with its bytes."""
    page = progress.progress_page(made)
    path = (folder or folder_of(desk)) / f"{progress.file_name(made.milestone)}.html"
    data = as_html(page).encode("utf-8")
    write_beside(path, data)
    write_beside(path.with_suffix(".txt"), as_text(page).encode("utf-8"))
    return path, data


def notes_for_digest(desk: Desk, as_of: datetime) -> list[str]:
    """Return a line for each report and snapshot that was made since the last digest: also on days off, and late."""
    start = _last_digest(desk, as_of)
    days = {one.day: one for one in calendar(desk)}
    made = noted.every(desk.store, desk.campaign.call.id)
    new = [one for one in made if start < one.made_at <= as_of and one.sha256 and one.day in days]
    said = [progress.note(Progress(days[one.day], standing_of(desk, one.as_of))) for one in new]
    laid = [frozen for frozen in every_snapshot(desk) if start < frozen.kept.taken_at <= as_of]
    return [*said, *(line for frozen in laid for line in _laid_down(desk, frozen))]


def _laid_down(desk: Desk, frozen: Frozen) -> Iterator[str]:
    """Yield that a snapshot was taken, with when and its hash, and what must be known before anybody relies on it."""
    kept, zone = frozen.kept, desk.campaign.call.zone
    path, taken = snapshot_paths(desk, kept)[1], clock(kept.taken_at, zone)
    yield f"截止快照已于 {taken} 留底，见 截止时刻/{path.name}，SHA-256 {kept.sha256}"
    if frozen.content is not None:
        yield from alerts(frozen.content)


def _last_digest(desk: Desk, as_of: datetime) -> datetime:
    """Return when the digest before this one went out, or would have."""
    zone = desk.campaign.call.zone
    today = as_of.astimezone(zone).date()
    day = today - timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    would = datetime.combine(day, desk.settings.digest.time.replace(tzinfo=None), zone) + _DIGEST_TAKES
    return (sent.last_before(desk.store, today) or would).astimezone(UTC)


def report_as_of(desk: Desk, as_of: datetime) -> Progress | None:
    """Return the report of the latest day that had passed by a moment; None before the first."""
    one = latest(calendar(desk), as_of)
    return progress_of(desk, one, one.as_of) if one else None


def lost_snapshots(desk: Desk) -> list[Path]:
    """Return the written snapshots of which no row tells: somebody took it out."""
    known = {snapshot_paths(desk, one)[0].name for one in snapshots.every(desk.store, desk.campaign.call.id)}
    folder = folder_of(desk) / "截止时刻"
    return sorted(path for path in folder.glob("截止快照-*.json") if path.name not in known)
