"""What would a ledger's 处理意见 change? First told line by line, then decided as `zhengji decide` does.

What somebody decided after the ledger was made is not overwritten; the same ledger taken in again changes nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from config.case_name import CaseName
from config.errors import ConfigError
from config.naming import folded
from ingest.decisions import deciding
from ingest.decisions.deciding import Clerk
from ingest.decisions.ledger_import import Opinion, read_ledger
from ingest.desk import Desk
from ingest.telling.digesting import assessment
from reports.finding import Finding
from reports.ledger.fields import CORRECTED, OPINION, REASON, REOPEN, RESTORE, VALUE, WAIVE, WITHDRAW
from reports.ledger.mark import Mark
from reports.picture import CaseView
from reports.telling import described
from reports.wording import clock, one_line
from store import decisions
from store.decisions import Decided, Person


@dataclass(frozen=True)
class Change:
    """Something that an opinion would change: in words, by whom and why, and how it is decided."""

    text: str
    person: str
    note: str
    seen: int | None
    act: Callable[[Clerk], list[str]]


@dataclass
class Plan:
    """What a ledger would change, what stands so already, and what cannot be taken and why; a line each."""

    changes: list[Change] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class _Refused(Exception):  # noqa: N818 (no fault: an opinion that cannot be taken, in Chinese)
    """An opinion that cannot be taken; its text says why."""


class _Unchanged(Exception):  # noqa: N818 (no fault: it stands so already)
    """An opinion that changes nothing; its text says what stands."""


def plan(desk: Desk, path: Path, who: Person) -> Plan:
    """Return what a ledger would change. DecisionError where it is none of this campaign."""
    written = read_ledger(desk, path)
    made, planner = Plan(refused=list(written.lacking)), _Planner(desk, written.mark, who)
    for opinion, clash in _once(written.opinions):
        if clash:
            made.refused.append(f"{opinion.place}：与{clash}写的不一样，两处都没有收")
            continue
        try:
            made.changes += planner.changes(opinion)
        except _Unchanged as told:
            made.unchanged.append(f"{opinion.place}：{told}")
        except (_Refused, ConfigError) as error:
            made.refused.append(f"{opinion.place}：{error}")
    return made


def carry_out(desk: Desk, made: Plan, now: datetime) -> Iterator[tuple[bool, list[str]]]:
    """Decide what a plan holds, one after the other; yield whether each was done, and what to say of it."""
    for change in made.changes:
        try:
            yield True, change.act(Clerk(desk, Person(change.person, now, change.note), change.seen))
        except ConfigError as error:
            yield False, [f"没有记下　{change.text}：{error}"]


def _once(opinions: Iterable[Opinion]) -> Iterator[tuple[Opinion, str]]:
    """Yield each opinion once, with the place of another row that says otherwise of the same thing."""
    rows: dict[object, list[Opinion]] = {}
    for one in opinions:
        rows.setdefault(one.finding or one.case or one.place, []).append(one)
    for same in rows.values():
        other = next((one for one in same if one.said != same[0].said), None)
        yield same[0], other.place if other else ""


class _Planner:
    """Holds opinions against the campaign as it stands now."""

    def __init__(self, desk: Desk, mark: Mark, who: Person) -> None:
        seen = assessment(desk, who.now)
        self.desk, self.mark, self.who = desk, mark, who
        self.zone = desk.campaign.call.zone
        self.findings = {one.id: one for one in seen.findings}
        self.cases = {one.name: one for one in seen.picture.cases}
        self.made = decisions.every(desk.store)
        self.counting = {row.id for row in decisions.current(self.made)}

    def changes(self, opinion: Opinion) -> list[Change]:
        """Return what an opinion changes; _Unchanged or _Refused where it changes nothing."""
        if opinion.finding:
            return [self._of_finding(opinion, self._finding(opinion))]
        if opinion.case is None:
            raise _Refused("这一行没有编号，认不出是哪个问题或案例")
        return list(self._of_case(opinion, self._case(opinion)))

    def _finding(self, opinion: Opinion) -> Finding:
        found = self.findings.get(opinion.finding)
        if found is None:
            raise _Refused(f"现在没有编号为 {opinion.finding} 的问题，可能已经解决")
        _same_place(opinion, found.province, found.community)
        return found

    def _case(self, opinion: Opinion) -> CaseView:
        found = self.cases.get(opinion.case) if opinion.case else None
        if found is None:
            raise _Refused(f"现在没有 {opinion.case} 这个案例，可能已合并或改归别处")
        _same_place(opinion, found.province, found.community)
        return found

    def _of_finding(self, opinion: Opinion, found: Finding) -> Change:
        place = "/".join(filter(None, (found.province, found.community))) or "（省份不明）"
        what = f"问题 {found.id}（{place}：{one_line(found.message)}）"
        made = [row for row in self.made if row.what == decisions.WAIVED and _is_waiver_of(row, found)]
        standing = _standing(made, self.counting)
        if opinion.opinion == WAIVE:
            if not opinion.reason:
                raise _Refused(f"豁免要在“{REASON}”里写明理由")
            now = standing if found.status == "waived" else None
            self._check(opinion, made, standing, now)
            return self._change(
                opinion,
                f"{what}：{_was(now, '待处理')} → 已豁免",
                standing,
                lambda clerk: deciding.waive(clerk, found.id),
            )
        if opinion.opinion == REOPEN:
            if found.status != "waived":
                raise _Unchanged(f"{what}本来就待处理")
            self._not_later(standing)
            return self._change(
                opinion,
                f"{what}：{_was(standing, '')} → 待处理",
                standing,
                lambda clerk: deciding.reopen(clerk, found.id),
            )
        raise _Refused(_unknown(opinion, WAIVE, REOPEN))

    def _of_case(self, opinion: Opinion, case: CaseView) -> Iterator[Change]:
        """Yield what is to be changed of a case: whether it is withdrawn, and one of its values."""
        corrects = bool(opinion.field or opinion.value)
        if opinion.opinion or not corrects:
            yield self._withdrawal(opinion, case)
        if corrects:
            yield self._correction(opinion, case)

    def _withdrawal(self, opinion: Opinion, case: CaseView) -> Change:
        what, target = f"案例 {case.name}", str(case.name)
        made = [row for row in self.made if row.what == decisions.WITHDRAWN and CaseName.of(row.value).means(case.name)]
        standing = _standing(made, self.counting)
        if opinion.opinion == WITHDRAW:
            self._check(opinion, made, standing, standing)
            return self._change(
                opinion,
                f"{what}：{_was(standing, '报送中')} → 已撤回",
                standing,
                lambda clerk: deciding.withdraw(clerk, target),
            )
        if opinion.opinion == RESTORE:
            if standing is None:
                raise _Unchanged(f"{what}本来就没有撤回")
            self._not_later(standing)
            return self._change(
                opinion,
                f"{what}：{_was(standing, '')} → 恢复报送",
                standing,
                lambda clerk: deciding.reopen(clerk, target),
            )
        raise _Refused(_unknown(opinion, WITHDRAW, RESTORE))

    def _correction(self, opinion: Opinion, case: CaseView) -> Change:
        if not (opinion.field and opinion.value):
            raise _Refused(f"“{CORRECTED}”和“{VALUE}”要一起填")
        more = deciding.correction(self.desk.campaign, case, opinion.field, opinion.value)
        made = [
            row
            for row in self.made
            if row.what == decisions.VALUE
            and row.value["field"] == more["field"]
            and CaseName.of(row.value).means(case.name)
        ]
        standing = _standing(made, self.counting)
        old = standing.value["raw"] if standing else more["was"]
        if standing and standing.value["raw"] == more["raw"]:
            raise _Unchanged(f"案例 {case.name} 的{more['caption']}已更正为“{more['raw']}”（{standing.person}）")
        self._check(opinion, [row for row in made if row.value["raw"] == more["raw"]], standing, None)
        text = f"案例 {case.name} 的{more['caption']}：{f'“{one_line(old)}”' if old else '空白'} → “{more['raw']}”"
        target = str(case.name)
        return self._change(
            opinion, text, standing, lambda clerk: deciding.correct(clerk, target, more["field"], opinion.value)
        )

    def _check(self, opinion: Opinion, made: Sequence[Decided], standing: Decided | None, now: Decided | None) -> None:
        """Let an opinion pass that says something new; `now` is the decision that holds, where one does."""
        person = opinion.person or self.who.name
        if now and now.note in (opinion.reason, opinion.reason or now.note):
            raise _Unchanged(f"已由 {now.person} {clock(now.decided_at, self.zone)} 决定：{described(now)}")
        for row in made:
            # It was taken in before, and somebody has since thought otherwise.
            if row.id > self.mark.decided and (row.person, row.note) == (person, opinion.reason) and row is not now:
                raise _Refused(f"同样的意见已经导入过（编号 {row.id}），此后已被撤销或改过，没有再改")
        if standing and standing.person != person:
            self._not_later(standing)

    def _not_later(self, standing: Decided | None) -> None:
        """Refuse where somebody decided after the ledger was made: whoever wrote the opinion has not seen that."""
        if standing and standing.id > self.mark.decided:
            when = clock(standing.decided_at, self.zone)
            raise _Refused(
                f"做台账之后 {standing.person} 已于 {when} 决定（编号 {standing.id}）："
                f"{described(standing)}。没有覆盖，请看过再定"
            )

    def _change(
        self, opinion: Opinion, text: str, standing: Decided | None, act: Callable[[Clerk], list[str]]
    ) -> Change:
        person = opinion.person or self.who.name
        why = f"：{opinion.reason}" if opinion.reason else ""
        return Change(f"{text}（{person}{why}）", person, opinion.reason, standing.id if standing else None, act)


def _same_place(opinion: Opinion, *place: str | None) -> None:
    """Refuse a row whose province or community is another one's: where a part of the columns was sorted alone."""
    for shown, known in zip(opinion.shown, place, strict=True):
        if shown and folded(shown) != folded(known or ""):
            raise _Refused(f"这一行写的是“{shown}”，编号却是{known or '别处'}的：是不是只排序了一部分列？")


def _is_waiver_of(row: Decided, found: Finding) -> bool:
    same = (row.value["code"], row.value["subject"]) == (found.code, found.key)
    return same and (not row.value.get("city") or not found.city or row.value["city"] == found.city)


def _standing(made: Sequence[Decided], counting: Collection[int]) -> Decided | None:
    """Return the decision of these that counts."""
    return next((row for row in reversed(made) if row.id in counting), None)


def _was(standing: Decided | None, otherwise: str) -> str:
    if standing is None:
        return otherwise
    word = {decisions.WAIVED: "已豁免", decisions.WITHDRAWN: "已撤回"}[standing.what]
    return f"{word}（{standing.person}{f'：{standing.note}' if standing.note else ''}）"


def _unknown(opinion: Opinion, *choices: str) -> str:
    if not opinion.opinion:
        return f"没有填“{OPINION}”，可以填：{'、'.join(choices)}"
    return f"看不懂的{OPINION}“{opinion.opinion[:20]}”，可以填：{'、'.join(choices)}"
