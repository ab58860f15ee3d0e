"""How each mailbox fares, in words: whether mail comes in, how much is here, what is not given, what was in junk."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from reports.incoming import MessageView
from reports.mail_side import MailboxHealth, MailGap
from reports.picture import Picture
from reports.wording import clipped, hours, joined, month_and_day, short_clock

# A mailbox that nobody has looked into for this long: the program itself stands still.
_SILENCE = timedelta(hours=24)
_NAMED = 5
_SUBJECT_LENGTH = 30


def lines(picture: Picture) -> Iterable[str]:
    """Yield how each polled mailbox fares, in a line, and after it what its server does not give."""
    for health in picture.health:
        if told := _line(health, picture):
            yield told
        yield from (gap_text(gap, picture) for gap in picture.gaps if gap.mailbox == health.mailbox)
    polled = {health.mailbox for health in picture.health}
    yield from (gap_text(gap, picture) for gap in picture.gaps if gap.mailbox not in polled)
    yield from junk_lines(picture)


def junk_lines(picture: Picture) -> Iterable[str]:
    """Yield how many submissions lay in a junk folder only, and which, a line a folder, the newest first."""
    found: dict[tuple[str, str], list[MessageView]] = defaultdict(list)
    for message in reversed(picture.messages):
        if message.junk and message.is_submission:
            found[message.mailbox, message.folder].append(message)
    for (mailbox, folder), messages in sorted(found.items()):
        names = joined(map(_named, messages), _NAMED)
        counted = f"收件箱 {mailbox} 的文件夹 {folder} 中有 {len(messages)} 封报送，已照常收取：{names}"
        yield f"{counted}；请在网页邮箱把发信人加入白名单"


def _named(message: MessageView) -> str:
    subject = clipped(message.subject, _SUBJECT_LENGTH).strip() or f"来信 {message.id}"
    return f"{message.province or '未认定单位'}“{subject}”"


def _line(health: MailboxHealth, picture: Picture) -> str:
    if text := trouble(health, picture):
        return f"{health.mailbox}：{text}（{last_good(health, picture)}{_counted(health)}）"
    if health.last_good is None:
        return ""
    at = short_clock(health.last_good, picture.campaign.call.zone)
    return f"{health.mailbox}：正常，最近一次收信 {at}{_counted(health)}"


def _counted(health: MailboxHealth) -> str:
    """Return how many mails the server held at the last good look, and how many of them are here."""
    return "" if health.held is None else f"，服务器 {health.held} 封，已收 {health.known or 0} 封"


def gap_text(gap: MailGap, picture: Picture) -> str:
    """Return what a server does not give, in a sentence that says what to do."""
    return f"收件箱 {gap.mailbox} 的文件夹 {gap.folder} 中{gap_reason(gap, picture)}"


def gap_reason(gap: MailGap, picture: Picture) -> str:
    """Return the same without its place."""
    since = month_and_day(gap.since.astimezone(picture.campaign.call.zone).date())
    return f"有 {gap.count} 封邮件服务器未能给出（{gap.reason}，自 {since} 起），请在网页邮箱查看"


def trouble(health: MailboxHealth, picture: Picture) -> str | None:
    """Return since when and why a mailbox cannot be read, or that nobody looks into it any more, or None."""
    as_of, zone = picture.as_of, picture.campaign.call.zone
    if health.failing_since:
        since = f"自 {short_clock(health.failing_since, zone)} 起"
        return f"收信已停 {hours(health.failing_since, as_of)}（{since}）：{health.reason or '原因不明'}"
    if health.last_good and _long_ago(health.last_good, as_of):
        return f"已有 {hours(health.last_good, as_of)}没有收信，请看收信程序是否在运行"
    return None


def _long_ago(moment: datetime, as_of: datetime) -> bool:
    return as_of - moment > _SILENCE


def last_good(health: MailboxHealth, picture: Picture) -> str:
    """Return when a mailbox was last read well."""
    if health.last_good is None:
        return "还没有成功收过信"
    return f"最近一次正常收信 {short_clock(health.last_good, picture.campaign.call.zone)}"
