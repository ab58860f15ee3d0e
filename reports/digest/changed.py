"""What has changed since the last digest, in groups: what came, was settled, was replaced, and what persons did."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from config.campaign import Campaign
from reports.changes import Changes, Replaced
from reports.digest.alike import gathered, shown, subjects_of
from reports.digest.parts import Chapter, Group, Item, Number, group, told, where
from reports.finding import Finding
from reports.incoming import FileView
from reports.picture import CaseView, Picture
from reports.telling import CALLED, described
from reports.wording import clipped, joined, month_and_day, short_clock
from store.decisions import WAIVED, Decided

_LISTED = 5
_NAMES = 3
_LENGTH = 60
_LISTS = ("summary_list", "summary_list_scan")
_SEVERITIES = ("error", "warning")


def changed(found: Changes | None, picture: Picture) -> Chapter:
    """Return what changed as groups, those that hold something; findings that are only good to know are left out."""
    if found is None:
        return Chapter("上期以来的变化", (), "")
    campaign, subjects = picture.campaign, subjects_of(picture.messages)
    new = sorted((one for one in found.new if one.severity in _SEVERITIES), key=_weight)
    settled = sorted(
        (one for one in found.settled if one.finding.severity in _SEVERITIES), key=lambda one: _weight(one.finding)
    )
    groups = (
        group("首次报送的省", (Item("", view.province) for view in found.first), _LISTED, unit="个"),
        _cases("新到案例", found.arrived),
        _cases("新报齐的案例", found.completed),
        _cases("撤回的案例", found.withdrawn, lambda case: case.withdrawn or ""),
        gathered("已解决的问题", [shown(one.finding, subjects, one.how) for one in settled], _LISTED),
        gathered("新出现的问题", [shown(one, subjects) for one in new], _LISTED),
        _newer(found.replaced, campaign),
        group("人工处理", (_decision(one, campaign) for one in found.decided), _LISTED),
    )
    return Chapter("上期以来的变化", tuple(one for one in groups if one.count), "")


def sums(chapter: Chapter) -> tuple[Number, ...]:
    """Return how much changed, kind by kind."""
    return tuple(
        Number(f"{'，' if number else ''}{one.title}", one, unit=one.unit, here=one.key)
        for number, one in enumerate(chapter.groups)
    )


def _weight(finding: Finding) -> tuple[bool, bool]:
    """Return what sorts findings: errors first, and of them what is there and wrong before what is only absent."""
    return finding.severity != "error", finding.phase is not None


def _cases(title: str, cases: Sequence[CaseView], note: Callable[[CaseView], str] = lambda _case: "") -> Group:
    every = (Item(where(case.province, case.city), case.community, note(case)) for case in cases)
    whole = group(title, every, 0, unit="个")
    by_province: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        by_province[case.province].append(case.community)
    lines = (Item(place, joined(names, _NAMES), count=len(names)) for place, names in by_province.items())
    return told(whole, lines, _LISTED)


def _newer(replaced: Sequence[Replaced], campaign: Campaign) -> Group:
    """Return what newer versions replaced: who sent which item anew, and when."""
    every = [_version(one, campaign) for one in replaced]
    whole = group("更正、更新的材料", every, 0, unit="件")
    alike: dict[tuple[str, str], list[Replaced]] = defaultdict(list)
    for one in replaced:
        alike[one.old.province or "", campaign.kind_of(one.old.kind).label].append(one)
    lines = (_versions(place, label, same) for (place, label), same in alike.items())
    return told(whole, lines, _LISTED)


def _versions(place: str, label: str, same: Sequence[Replaced]) -> Item:
    names = dict.fromkeys(_subject(one.old) for one in same)
    return Item(place, f"{label} {len(same)} 件：{joined(names, _NAMES)}", count=len(same))


def _subject(old: FileView) -> str:
    """Return what was renewed: of a case's papers the case; a list is the province's, whatever stands in it."""
    return old.community if old.community and old.kind not in _LISTS else f"《{old.name}》"


def _version(one: Replaced, campaign: Campaign) -> Item:
    label = campaign.kind_of(one.old.kind).label
    if one.newer is None:
        came = "已有新版"
    else:
        came = f"新版《{one.newer.name}》，{short_clock(one.newer.first_arrival, campaign.call.zone)} 到达"
    community = None if one.old.kind in _LISTS else one.old.community
    return Item(where(one.old.province, community), f"{label}《{one.old.name}》", came)


def _decision(one: Decided, campaign: Campaign) -> Item:
    """Return what a person decided, without the codes of our rules."""
    text = described(one)
    plain = text.removesuffix(f"（{one.value['code']}）") if one.what == WAIVED else text
    day = month_and_day(one.decided_at.astimezone(campaign.call.zone).date())
    note = f"：{one.note}" if one.note else ""
    return Item(CALLED[one.what], clipped(plain, 2 * _LENGTH), f"{one.person} {day}{note}")


def idle_text(found: Changes | None) -> str:
    """Return what is said where nothing changed, or where there is nothing to compare with."""
    return "没有变化。" if found is not None else "这是第一期，没有上期可比。"
