"""What is to be raised and what is over: what holds now, compared with the alarms that are open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reports.alarms.conditions import CONDITIONS, about_mail, called_mail
from reports.alarms.known import BACKUP, DIGEST, DISKS, FULL, LINK, LOGIN, LOW, SILENT, SOME_DISK, Known
from reports.links import is_expired
from reports.wording import clock, hours, month_and_day
from store.alarms import DONE, Alarm, Ending, Holding
from store.contents.floor import amount

RESTORED, EXPIRED = "restored", "expired"


@dataclass(frozen=True)
class Change:
    """What is to be noted: what began, what ended and how, and what passed while nobody could tell."""

    begun: tuple[Holding, ...]
    ended: tuple[tuple[Alarm, Ending], ...]
    past: tuple[tuple[Holding, Ending], ...]


def compare(known: Known, alarms: Sequence[Alarm]) -> Change:
    """Return what changed since the alarms that are open were noted."""
    known = replace(known, open=frozenset(one.key for one in alarms))
    holding = {one.key: one for condition in CONDITIONS for one in condition(known)}
    return Change(
        tuple(one for key, one in holding.items() if key not in known.open),
        tuple((one, ending_of(one, known)) for one in alarms if one.key not in holding and _is_in_sight(one, known)),
        tuple(_past(known)),
    )


def _is_in_sight(alarm: Alarm, known: Known) -> bool:
    """Tell whether it can be seen from here if an alarm is over: the disk of another machine cannot."""
    return alarm.kind not in DISKS or alarm.about in {SOME_DISK, *(disk.name for disk in known.disks)}


def _past(known: Known) -> Iterable[tuple[Holding, Ending]]:
    """Yield for how long no mail was taken in before the worker began: it could not tell of it while it was down."""
    for box in known.boxes:
        gap = box.course.resumed if box.course else None
        if gap and gap[1] - gap[0] >= known.patience and not known.is_open(SILENT, box.name):
            begun, back = gap
            said = f"{box.name} 在 {_span(begun, back, known)} 没有收信：收信程序没有运行"
            yield Holding(SILENT, box.name, begun, said), Ending(RESTORED, _back(box.name, begun, back, known), back)


def ending_of(alarm: Alarm, known: Known) -> Ending:
    """Return how an alarm ended that holds no more."""
    word, sentence = _ENDINGS[alarm.kind](alarm, known)
    return Ending(word, sentence, known.now)


_Said = tuple[str, str]


def _mailbox_back(alarm: Alarm, known: Known) -> _Said:
    box = next((box for box in known.boxes if box.name == alarm.about), None)
    if box is None:
        return DONE, f"{alarm.about} 已不在设置的收件邮箱里"
    return RESTORED, _back(alarm.about, alarm.begun, max(box.back or known.now, alarm.begun), known)


def _back(name: str, begun: datetime, back: datetime, known: Known) -> str:
    return f"{name} 已恢复收信：停收 {_span(begun, back, known)}；期间的来信都在邮箱里，已照常补收"


def _span(begun: datetime, end: datetime, known: Known) -> str:
    return f"{hours(begun, end)}（{clock(begun, known.zone)} 至 {clock(end, known.zone)}）"


def _roomy(alarm: Alarm, known: Known) -> _Said:
    disk = next((disk for disk in known.disks if disk.name == alarm.about), None)
    room = f"{alarm.about}所在的磁盘现在剩余 {amount(disk.free)}" if disk else "磁盘又有空间了"
    return RESTORED, f"{room}，{'已自动恢复收信' if alarm.kind == FULL else '已高于提醒线'}"


def _digest_out(alarm: Alarm, known: Known) -> _Said:
    own = next((one for one in known.digests if one.day.isoformat() == alarm.about), None)
    if own is not None and own.is_out:
        return RESTORED, f"{month_and_day(own.day)}的日报已全部发出"
    later = max((one.day for one in known.digests if one.is_out), default=None)
    day = own.day if own else known.now.astimezone(known.zone).date()
    if later is None:
        return DONE, f"{month_and_day(day)}的日报不用再发了"
    return RESTORED, f"日报已恢复正常：{month_and_day(later)}的已全部发出（{month_and_day(day)}的不再补发）"


def _link_over(alarm: Alarm, known: Known) -> _Said:
    mail = next((mail for mail in known.mails if about_mail(mail.id) == alarm.about), None)
    if mail is None:
        return DONE, f"{alarm.about.replace('message:', '来信 ')} 的云附件不用再下载了"
    dead = [link for link in mail.links if link.is_open and is_expired(link, known.now)]
    if dead:
        return EXPIRED, f"{called_mail(mail)}有 {len(dead)} 个云附件已到期、没有下载，请对方重发"
    return DONE, f"{called_mail(mail)}的云附件已下载补入"


def _backed_up(_alarm: Alarm, known: Known) -> _Said:
    last = known.backup
    if last is None or known.settings.backup_days == 0:
        return DONE, "不再看备份是否按时做"
    return RESTORED, f"已重新备份：{clock(last.made_at, known.zone)} 备份到 {last.folder}"


# How each kind of alarm ends, and how that is said.
_ENDINGS: Mapping[str, Callable[[Alarm, Known], _Said]] = {
    LOGIN: _mailbox_back,
    SILENT: _mailbox_back,
    LOW: _roomy,
    FULL: _roomy,
    DIGEST: _digest_out,
    LINK: _link_over,
    BACKUP: _backed_up,
}
