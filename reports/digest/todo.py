"""What needs a person today, the most urgent first: mail not coming or not given, not read, of nobody, and findings.

What is only absent or late is not here: it has sections of its own, and the associations are asked for it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from reports import mailboxes
from reports.digest.alike import gathered, shown, subject_of, subjects_of
from reports.digest.links import dying_links, other_links
from reports.digest.parts import Group, Item, group, where
from reports.finding import Assessment, Finding
from reports.picture import Picture
from reports.tally import tally
from reports.wording import short_clock

_LISTED = 10
# What only wants a look comes in dozens; the digest stays short and the ledger has them all.
_WARNINGS_LISTED = 5
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
# Of these many are alike; of the others each is a case of its own.
_TOGETHER = ("须改正", "请核对")


def is_about(finding: Finding, *families: str) -> bool:
    """Tell whether a finding's code is of one of these families (the word before the dot)."""
    return finding.code.partition(".")[0] in families


def todo_groups(assessment: Assessment) -> tuple[Group, ...]:
    """Return the groups that hold something, the most urgent first."""
    return tuple(one for one in (*other_groups(assessment.picture), *_finding_groups(assessment)) if one.count)


def other_groups(picture: Picture) -> Iterable[Group]:
    """Return the groups that rest on no finding, the most urgent first; some may hold nothing."""
    return (
        dying_links(picture),
        group("收信中断", stopped_mailboxes(picture), _LISTED, "error", "个"),
        group("文件夹里要整理的文件", folder_troubles(picture), _LISTED, "error", "个"),
        group("服务器未给出的邮件", withheld_mails(picture), _LISTED, "error", "处"),
        group("未能处理的来信", failed_mails(picture), _LISTED, "error", "封"),
        *other_links(picture),
        group("近三天的咨询", recent_inquiries(picture), _LISTED, "warning", "封"),
    )


@dataclass(frozen=True)
class Kind:
    """The findings of which the same is to be done; where `alike`, most of them are of few kinds."""

    title: str
    tone: str
    alike: bool
    findings: Sequence[Finding]


def finding_kinds(assessment: Assessment) -> tuple[Kind, ...]:
    """Return the findings that are to be seen to, by what is to be done, the most urgent first."""
    by_kind: dict[str, list[Finding]] = {title: [] for title, _, _ in _KINDS}
    for finding in assessment.findings:
        if finding.status == "open" and finding.phase is None and not is_about(finding, "late", "link"):
            title = next((title for title, _, fits in _KINDS if fits(finding)), None)
            if title:
                by_kind[title].append(finding)
    return tuple(Kind(title, tone, title in _TOGETHER, by_kind[title]) for title, tone, _ in _KINDS)


def _finding_groups(assessment: Assessment) -> Iterable[Group]:
    subjects = subjects_of(assessment.picture.messages)
    for kind in finding_kinds(assessment):
        at_most = _WARNINGS_LISTED if kind.title == _LEAST else _LISTED
        found = [shown(finding, subjects) for finding in kind.findings]
        if kind.alike:
            yield gathered(kind.title, found, at_most, kind.tone)
        else:
            yield group(kind.title, (one.item for one in found), at_most, kind.tone)


def recent_inquiries(picture: Picture) -> Iterable[Item]:
    """Yield the questions that came lately: somebody waits for an answer."""
    zone = picture.campaign.call.zone
    for message in picture.messages:
        if message.kind == "inquiry" and picture.as_of - message.arrival <= _ASKED_LATELY:
            sender = message.from_name or message.from_address or "发信人不明"
            asked = f"{short_clock(message.arrival, zone)} 到达，{sender}"
            yield Item(where(message.province, subject_of(message)), "等待答复", asked, about=message)


def failed_mails(picture: Picture) -> Iterable[Item]:
    """Yield the mails that could not be read, with the reason."""
    zone = picture.campaign.call.zone
    for message in tally(picture).failed:
        arrived = f"{short_clock(message.arrival, zone)} 到达，编号 {message.id}"
        yield Item(subject_of(message), message.failure or "原因不明，原信已保存", arrived, about=message)


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
        if trouble := mailboxes.trouble(health, picture):
            yield Item(health.mailbox, trouble, mailboxes.last_good(health, picture))


def withheld_mails(picture: Picture) -> Iterable[Item]:
    """Yield the folders in which the server names mails and does not give them."""
    for gap in picture.gaps:
        yield Item(where(gap.mailbox, gap.folder), mailboxes.gap_reason(gap, picture))
