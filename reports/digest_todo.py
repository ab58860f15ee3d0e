"""What needs a person today, in order of urgency: mail that does not come, mail not read, mail of nobody, and findings.

What is only absent or late is not here: it has sections of its own, and the associations are asked for it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from reports.digest_links import dying_links, other_links
from reports.digest_parts import Group, Item, finding_item, group, where
from reports.picture import Assessment, Finding, MailboxHealth, MessageView, Picture
from reports.tally import tally
from reports.wording import clipped, hours, short_clock

_LISTED = 10
# What only wants a look comes in dozens; the digest stays short and the ledger has them all.
_WARNINGS_LISTED = 5
# A mailbox that nobody has looked into for this long: the program itself stands still.
_SILENCE = timedelta(hours=24)
_SUBJECT_LENGTH = 60
# Nobody notes here that a question was answered, so it is shown for some days and then only among what was set aside.
_ASKED_LATELY = timedelta(days=3)

# Findings by what is to be done about them; each stands in the first group that fits.
_KINDS: tuple[tuple[str, str, Callable[[Finding], bool]], ...] = (
    ("待认定发信单位", "warning", lambda finding: finding.code == "sender.unknown"),
    ("发信人可疑", "warning", lambda finding: finding.code == "sender.suspicious"),
    ("打不开的文件", "error", lambda finding: is_about(finding, "file") and finding.severity == "error"),
    ("超出名额", "error", lambda finding: is_about(finding, "quota")),
    ("须改正", "error", lambda finding: finding.severity == "error"),
    ("请核对", "warning", lambda finding: finding.severity == "warning"),
)
_LEAST = _KINDS[-1][0]


def is_about(finding: Finding, *families: str) -> bool:
    """Tell whether a finding's code is of one of these families (the word before the dot)."""
    return finding.code.partition(".")[0] in families


def todo_groups(assessment: Assessment) -> tuple[Group, ...]:
    """Return the groups that hold something, the most urgent first."""
    picture = assessment.picture
    groups = [
        dying_links(picture),
        group("收信中断", stopped_mailboxes(picture), _LISTED, "error", "个"),
        group("文件夹里要整理的文件", folder_troubles(picture), _LISTED, "error", "个"),
        group("未能处理的来信", failed_mails(picture), _LISTED, "error", "封"),
        *other_links(picture),
        group("近三天的咨询", recent_inquiries(picture), _LISTED, "warning", "封"),
        *_finding_groups(assessment),
    ]
    return tuple(one for one in groups if one.count)


def _finding_groups(assessment: Assessment) -> Iterable[Group]:
    messages = {message.key: message for message in assessment.picture.messages}
    by_kind: dict[str, list[Finding]] = {title: [] for title, _, _ in _KINDS}
    for finding in assessment.findings:
        if finding.status == "open" and finding.phase is None and not is_about(finding, "late", "link"):
            title = next((title for title, _, fits in _KINDS if fits(finding)), None)
            if title:
                by_kind[title].append(finding)
    for title, tone, _ in _KINDS:
        at_most = _WARNINGS_LISTED if title == _LEAST else _LISTED
        yield group(title, (_item(finding, messages) for finding in by_kind[title]), at_most, tone)


def _item(finding: Finding, messages: Mapping[str, MessageView]) -> Item:
    """Return a finding as an item; one on a message says which, where the province alone would not."""
    item = finding_item(finding)
    message = messages.get(finding.message_id or "") if finding.subject == "message" else None
    return Item(where(finding.province, subject_of(message)), item.text, item.note) if message else item


def subject_of(message: MessageView) -> str:
    """Return what a mail is called: its subject, else our number."""
    return (
        f"“{clipped(message.subject, _SUBJECT_LENGTH)}”" if message.subject.strip() else f"来信 {message.id}（无主题）"
    )


def recent_inquiries(picture: Picture) -> Iterable[Item]:
    """Yield the questions that came lately: somebody waits for an answer."""
    zone = picture.campaign.call.zone
    for message in picture.messages:
        if message.kind == "inquiry" and picture.as_of - message.arrival <= _ASKED_LATELY:
            sender = message.from_name or message.from_address or "发信人不明"
            asked = f"{short_clock(message.arrival, zone)} 到达，{sender}"
            yield Item(where(message.province, subject_of(message)), "等待答复", asked)


def failed_mails(picture: Picture) -> Iterable[Item]:
    """Yield the mails that could not be read, with the reason."""
    zone = picture.campaign.call.zone
    for message in tally(picture).failed:
        arrived = f"{short_clock(message.arrival, zone)} 到达，编号 {message.id}"
        yield Item(subject_of(message), message.failure or "原因不明，原信已保存", arrived)


def folder_troubles(picture: Picture) -> Iterable[Item]:
    """Yield the files of watched folders that a person must look after."""
    alike: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for trouble in picture.troubles:
        folder, slash, _ = trouble.path.rpartition("/")
        alike[trouble.mailbox, folder if slash else trouble.path, trouble.reason].append(trouble.path)
    for (mailbox, folder, reason), paths in alike.items():
        what = f"《{paths[0]}》" if len(paths) == 1 else f"《{folder}/》里的 {len(paths)} 个文件"
        yield Item(mailbox, what + reason, count=len(paths))


def stopped_mailboxes(picture: Picture) -> Iterable[Item]:
    """Yield the mailboxes that cannot be read, with since when and why, and those that nobody looks into any more."""
    for health in picture.health:
        if trouble := _trouble(health, picture):
            yield Item(health.mailbox, trouble, _last_good(health, picture))


def _trouble(health: MailboxHealth, picture: Picture) -> str | None:
    as_of, zone = picture.as_of, picture.campaign.call.zone
    if health.failing_since:
        since = f"自 {short_clock(health.failing_since, zone)} 起"
        return f"收信已停 {hours(health.failing_since, as_of)}（{since}）：{health.reason or '原因不明'}"
    if health.last_good and _long_ago(health.last_good, as_of):
        return f"已有 {hours(health.last_good, as_of)}没有收信，请看收信程序是否在运行"
    return None


def _long_ago(moment: datetime, as_of: datetime) -> bool:
    return as_of - moment > _SILENCE


def _last_good(health: MailboxHealth, picture: Picture) -> str:
    if health.last_good is None:
        return "还没有成功收过信"
    return f"最近一次正常收信 {short_clock(health.last_good, picture.campaign.call.zone)}"
