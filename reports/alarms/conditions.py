"""What is alarming just now? Each condition is a small function of what is known; which there are is one list.

What ends an alarm is more than what began it: two good looks in a row for a mailbox, a tenth more room for a disk. So
whatever wavers at its limit is told once.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from reports.alarms.known import BACKUP, DIGEST, FULL, LINK, LOGIN, LOW, SILENT, SOME_DISK, Box, DigestDay, Known, Mail
from reports.links import called, is_expired, until
from reports.wording import clipped, clock, hours, month_and_day
from store.alarms import Holding
from store.contents.floor import Disk, amount

# A disk has room again when so much more is free than where it was alarming.
ROOMIER = 1.1
# Of yesterday's digest alarms only one that was due shortly before midnight.
_LATE = timedelta(hours=2)
_SUBJECT = 40
_STATES = {"working": "正在发送", "waiting": "还没有发送", "unclear": "不知道是否送达"}


def login_refused(known: Known) -> Iterable[Holding]:
    """Yield the mailboxes that refused the login, until two looks in a row go well."""
    for box in known.boxes:
        course = box.course
        refused = course is not None and course.outcome == "refused"
        still = known.is_open(LOGIN, box.name) and not (course and course.steady)
        if course and (refused or still):
            begun = course.refused_since or course.last
            yield Holding(LOGIN, box.name, begun, f"{box.name} 收不到信：{course.reason or '登录被拒绝'}")


def nothing_comes(known: Known) -> Iterable[Holding]:
    """Yield the mailboxes that nobody could look into for too long; refused logins and full disks are told as such."""
    for box in known.boxes:
        since = quiet_since(box, known)
        told_otherwise = box.course is not None and box.course.outcome in {"refused", "full"}
        still = known.is_open(SILENT, box.name) and not (box.course and box.course.steady)
        if still or (since is not None and not told_otherwise and _too_long(box, since, known)):
            yield Holding(SILENT, box.name, since or known.now, _silence(box, since or known.now, known))


def quiet_since(box: Box, known: Known) -> datetime | None:
    """Return since when a mailbox could not be read: its last good look; where there was none, the first one at all.

    A good look that lies ahead was noted by a clock that went wrong: what failed after it tells more.
    """
    course = box.course
    if course is None:
        return known.watching
    if course.last_good is not None and course.last_good <= known.now:
        return course.last_good
    ahead = course.last_good is not None
    since = course.failing_since if ahead else course.first
    return since if since is not None and since <= known.now else None


def _too_long(box: Box, since: datetime, known: Known) -> bool:
    """Tell whether it has lasted too long; a worker that has just begun gets the time to look once."""
    if known.now - since < known.patience:
        return False
    if known.watching is None or (box.course is not None and box.course.last >= known.watching):
        return True
    return known.now - known.watching >= known.patience


def _silence(box: Box, since: datetime, known: Known) -> str:
    course = box.course
    tried = course is not None and course.outcome != "ok" and course.last >= known.now - 2 * known.patience
    why = course.reason if course and tried and course.reason else "这段时间没有去收过，收信程序可能停了或卡住了"
    ever = "自 {} 起没有收成过信" if course and course.last_good else "从 {} 开始，一次也没有收成过信"
    return f"{box.name} {ever.format(clock(since, known.zone))}：{why}"


def disk_full(known: Known) -> Iterable[Holding]:
    """Yield the disks below the floor: intake has stopped, until there is clearly room and a look went well again."""
    stopped = "full" in known.outcomes
    floor = known.settings.stop_bytes
    below = [disk for disk in known.disks if disk.free < floor]
    for disk in known.disks:
        still = known.is_open(FULL, disk.name) and (stopped or disk.free < floor * ROOMIER)
        if disk in below or still:
            said = f"{_room(disk)}，低于停收线 {amount(floor)}，已先停止收信"
            yield Holding(FULL, disk.name, known.now, said)
    if stopped and not below and not any(known.is_open(FULL, disk.name) for disk in known.disks):
        why = next((box.course.reason for box in known.boxes if box.course and box.course.outcome == "full"), "")
        yield Holding(FULL, SOME_DISK, known.now, f"磁盘空间不够收信：{why or '磁盘已满'}")


def disk_low(known: Known) -> Iterable[Holding]:
    """Yield the disks that are nearly full; one on which intake has stopped is told as such."""
    line = known.settings.warn_bytes
    for disk in known.disks:
        is_open = known.is_open(LOW, disk.name)
        worse = disk.free < known.settings.stop_bytes or known.is_open(FULL, disk.name)
        if (disk.free < line and not worse) or (is_open and disk.free < line * ROOMIER):
            yield Holding(LOW, disk.name, known.now, f"{_room(disk)}，低于提醒线 {amount(line)}")


def _room(disk: Disk) -> str:
    return f"{disk.name}所在的磁盘只剩 {amount(disk.free)}（共 {amount(disk.total)}）"


def digest_not_sent(known: Known) -> Iterable[Holding]:
    """Yield the days whose digest has not reached all some minutes after its minute; a later one that did ends it."""
    wait = timedelta(minutes=known.settings.digest_minutes)
    for one in known.digests:
        about = one.day.isoformat()
        if not one.unsent or one.due is None or any(later.is_out and later.day > one.day for later in known.digests):
            continue
        # A worker that was started after the minute sends it first.
        due = max(one.due, known.watching or one.due)
        is_today = one.day == known.now.astimezone(known.zone).date()
        begins = (is_today or known.now - one.due < wait + _LATE) and known.now - due >= wait
        if begins or known.is_open(DIGEST, about):
            yield Holding(DIGEST, about, one.due, _unsent(one, known), tuple(_waiting(one)))


def _unsent(one: DigestDay, known: Known) -> str:
    due = f"{one.due.astimezone(known.zone):%H:%M}" if one.due else ""
    day = month_and_day(one.day)
    if not one.unsent[0].recipient:
        return f"{day}的日报过了 {due} 还没有生成"
    if all(missing.state == "unclear" for missing in one.unsent):
        return f"{day}的日报，有 {len(one.unsent)} 处不知道是否送达"
    return f"{day}的日报过了 {due}，还有 {len(one.unsent)} 处没有发到"


def _waiting(one: DigestDay) -> Iterable[str]:
    for missing in one.unsent:
        if missing.recipient:
            state = _STATES.get(missing.state, "未发出")
            yield f"{missing.recipient}：{state}{f'，{missing.reason}' if missing.reason else ''}"


def link_ends(known: Known) -> Iterable[Holding]:
    """Yield the mails of which a cloud link ends soon and nobody has brought its file in: one alarm a mail."""
    soon = known.now + timedelta(days=known.settings.link_days)
    for mail in known.mails:
        waiting = [link for link in mail.links if link.is_open and not is_expired(link, known.now)]
        first = min((link.expires for link in waiting if link.expires is not None), default=None)
        if first is not None and first <= soon:
            said = f"{called_mail(mail)}有 {len(waiting)} 个云附件还没有下载，最早 {clock(first, known.zone)} 到期"
            lines = (f"{called(link)}：{until(link, known.now, known.zone)}" for link in waiting)
            yield Holding(LINK, about_mail(mail.id), known.now, said, tuple(lines))


def backup_overdue(known: Known) -> Iterable[Holding]:
    """Yield that no backup was made for too long; where none ever was, nobody has set one up, and `doctor` says so."""
    last = known.backup
    if last and last.is_overdue(known.now, known.settings.backup_days):
        whole = (known.now - last.made_at).days
        old = f"{whole} 天" if whole else hours(last.made_at, known.now)
        said = f"已有 {old}没有做过备份：上一次在 {clock(last.made_at, known.zone)}，备份到 {last.folder}"
        yield Holding(BACKUP, "backup", last.made_at, said)


def about_mail(number: int) -> str:
    """Return what an alarm about the links of a mail is about."""
    return f"message:{number}"


def called_mail(mail: Mail) -> str:
    """Return how a mail is called: 浙江“报送材料”（来信 12）."""
    subject = clipped(mail.subject.strip(), _SUBJECT) or "（无主题）"
    return f"{mail.province or '未认定单位'}“{subject}”（来信 {mail.id}）"


CONDITIONS: tuple[Callable[[Known], Iterable[Holding]], ...] = (
    login_refused,
    nothing_comes,
    disk_full,
    disk_low,
    digest_not_sent,
    link_ends,
    backup_overdue,
)
