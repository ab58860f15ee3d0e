"""What changed between two looks at the campaign: what came, what was settled by what, what newer versions replaced.

Both looks read the same rows with today's readers, so a better reader changes nothing here; a thing outstanding that
the deadline makes missing is the same finding as before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath

from reports.facts.case_facts import FORM_KINDS
from reports.finding import Assessment, Finding
from reports.incoming import FileView
from reports.picture import AssociationView, CaseView, Picture
from reports.wording import joined, month_and_day
from store.decisions import DEADLINE, VALUE, Decided

_NAMED = 2
# What comes where it was missing.
_BRINGS: Mapping[str, tuple[str, ...]] = {
    "form.missing": FORM_KINDS,
    "material.missing": ("case_material",),
    "photo.too_few": ("photo",),
}
# Versions of these are told of one by one; pictures are counted.
_PAPERS = ("summary_list", *FORM_KINDS, "case_material")


@dataclass(frozen=True)
class Settled:
    """A finding that stood and stands no more, and by what."""

    finding: Finding
    how: str


@dataclass(frozen=True)
class Replaced:
    """A file that a newer one replaced: whose, of which kind, and the newer one where it can be told."""

    old: FileView
    newer: FileView | None


@dataclass(frozen=True)
class Changes:
    """What is otherwise than at the earlier look; provinces, cases and findings in the order of the picture."""

    since: datetime
    new: tuple[Finding, ...] = ()
    settled: tuple[Settled, ...] = ()
    replaced: tuple[Replaced, ...] = ()
    first: tuple[AssociationView, ...] = ()
    arrived: tuple[CaseView, ...] = ()
    completed: tuple[CaseView, ...] = ()
    withdrawn: tuple[CaseView, ...] = ()
    decided: tuple[Decided, ...] = ()

    @property
    def is_idle(self) -> bool:
        """Whether nothing changed at all."""
        return not any(
            (self.new, self.settled, self.replaced, self.first, self.arrived, self.completed, self.withdrawn)
        )


def changes(before: Assessment, after: Assessment, made: Iterable[Decided] = ()) -> Changes:
    """Return what changed between two looks; `made` are all decisions, of which those made in between are told."""
    old, new = before.picture, after.picture
    known = {case.id: case for case in old.cases if counts(case)}
    silent = {view.province for view in old.associations if view.status == "none"}
    own = [case for case in new.cases if counts(case)]
    decided = tuple(one for one in made if old.as_of < one.decided_at <= new.as_of and one.undone_at is None)
    return Changes(
        since=old.as_of,
        new=_only_in(after, before),
        settled=tuple(_settled(before, after, decided)),
        replaced=tuple(_replaced(old, new)),
        first=tuple(view for view in new.associations if view.messages and view.province in silent),
        arrived=tuple(case for case in own if case.id not in known),
        completed=tuple(case for case in own if case.complete and not (case.id in known and known[case.id].complete)),
        withdrawn=tuple(case for case in new.cases if case.withdrawn is not None and case.id in known),
        decided=decided,
    )


def counts(case: CaseView) -> bool:
    """Tell whether a case counts as come: something of it is there, and it was not withdrawn."""
    return case.is_judged and bool(case.files)


# By what a finding is known again in another look at the same rows.
_Mark = tuple[str, object]
# Province, city and community as a look shows them.
_Place = tuple[str | None, str | None, str | None]


def _marks(assessment: Assessment) -> dict[_Mark, Finding]:
    """Return the open findings by what they are known by: code and case, else code and subject."""
    ids: dict[_Place, int] = {(case.province, case.city, case.community): case.id for case in assessment.picture.cases}
    return {_mark(one, ids): one for one in assessment.findings if one.status == "open"}


def _mark(finding: Finding, ids: Mapping[_Place, int]) -> _Mark:
    place = (finding.province, finding.city, finding.community)
    if finding.subject == "case" and (id_ := ids.get(place)) is not None:
        return finding.code, id_
    return finding.code, finding.key or (*place, finding.subject, finding.message_id, finding.file)


def _only_in(one: Assessment, other: Assessment) -> tuple[Finding, ...]:
    """Return the open findings of one look that are not open in the other."""
    known = _marks(other)
    return tuple(finding for mark, finding in _marks(one).items() if mark not in known)


def _settled(before: Assessment, after: Assessment, decided: Sequence[Decided]) -> Iterable[Settled]:
    now = _After(before.picture, after, decided)
    return (Settled(finding, now.how(finding)) for finding in _only_in(before, after))


@dataclass(frozen=True)
class _After:
    """The later look, to ask by what a finding of the earlier one was settled."""

    old: Picture
    assessment: Assessment
    decided: Sequence[Decided]

    def how(self, finding: Finding) -> str:
        """Return by what a finding was settled, in words; the surest reason first."""
        asked: Iterable[Callable[[Finding], str]] = (
            self._by_waiver,
            self._by_decision,
            self._by_first_mail,
            self._by_newer,
            self._by_state,
        )
        return next((told for ask in asked if (told := ask(finding))), "已不再成立")

    @cached_property
    def _ids(self) -> dict[_Place, int]:
        pictures = (self.old, self.assessment.picture)
        return {(case.province, case.city, case.community): case.id for one in pictures for case in one.cases}

    @cached_property
    def _waived(self) -> dict[_Mark, str]:
        return {_mark(one, self._ids): one.waived for one in self.assessment.findings if one.status == "waived"}

    @cached_property
    def _cases(self) -> dict[int, CaseView]:
        return {case.id: case for case in self.assessment.picture.cases}

    @cached_property
    def _known_files(self) -> frozenset[int]:
        return frozenset(file.id for file in self.old.files)

    def _case(self, finding: Finding) -> CaseView | None:
        place = (finding.province, finding.city, finding.community)
        return self._cases.get(self._ids.get(place, -1))

    def _by_waiver(self, finding: Finding) -> str:
        waived = self._waived.get(_mark(finding, self._ids))
        return "" if waived is None else f"已豁免（{waived}）" if waived else "已豁免"

    def _by_decision(self, finding: Finding) -> str:
        """Tell of a correction of the case, of its withdrawal, and of a deadline that was granted."""
        case = self._case(finding)
        if case is not None and case.withdrawn is not None:
            return f"案例已撤回（{case.withdrawn}）"
        for one in reversed(self.decided):
            corrected = one.what == VALUE and case is not None and _speaks_of(one, case)
            granted = one.what == DEADLINE and one.value["province"] == finding.province
            if corrected or (granted and finding.code.startswith("late.")):
                return f"人工更正（{_who(one, self.old)}）" if corrected else f"同意延期（{_who(one, self.old)}）"
        return ""

    def _by_first_mail(self, finding: Finding) -> str:
        if finding.code != "submission.none":
            return ""
        view = next((one for one in self.assessment.picture.associations if one.province == finding.province), None)
        if view is None or view.messages:
            return "收到首次报送"
        return f"已登记零报送（{view.nothing_to_send}）" if view.nothing_to_send else ""

    def _by_newer(self, finding: Finding) -> str:
        """Tell which files came that the finding was waiting for, or that replaced what it was about."""
        case = self._case(finding)
        files = (*case.files, *(row.file for row in case.rows)) if case is not None else self._own_files(finding)
        kinds = _BRINGS.get(finding.code)
        came = [one for one in files if one.id not in self._known_files and (kinds is None or one.kind in kinds)]
        return f"收到{joined((f'《{one.name}》' for one in came), _NAMED)}" if came else ""

    def _own_files(self, finding: Finding) -> Sequence[FileView]:
        """Return the files that can settle a finding that is on no case: lists and scans, newer ones of its name."""
        if finding.subject == "association":
            views = (one for one in self.assessment.picture.associations if one.province == finding.province)
            return [file for view in views for file in (*view.lists, *view.list_scans)]
        name = PurePosixPath(finding.file or "").name
        own = (file for file in self.assessment.picture.files if file.province == finding.province)
        return [file for file in own if finding.file and file.name == name and not file.superseded]

    def _by_state(self, finding: Finding) -> str:
        case = self._case(finding)
        return "新清单不再列有" if case is not None and not case.is_judged else ""


def _speaks_of(one: Decided, case: CaseView) -> bool:
    return (one.value.get("province"), one.value.get("community")) == (case.name.province, case.name.community)


def _who(one: Decided, picture: Picture) -> str:
    return f"{one.person} {month_and_day(one.decided_at.astimezone(picture.campaign.call.zone).date())}"


def _replaced(old: Picture, new: Picture) -> Iterable[Replaced]:
    """Yield the papers that counted at the earlier look and were replaced since, with the newest that came for them."""
    counted = {file.id for file in old.files if not file.superseded}
    known = {file.id for file in old.files}
    come: dict[tuple[object, ...], FileView] = {
        _slot(file): file for file in new.files if file.id not in known and not file.superseded
    }
    for file in new.files:
        if file.superseded and file.id in counted and not file.pasted:
            yield Replaced(file, come.get(_slot(file)))


def _slot(file: FileView) -> tuple[object, ...]:
    """Return what a file is one version of."""
    name = file.name.lower() if file.kind not in _PAPERS else ""
    return file.province, file.kind, file.case_ids if file.kind != "summary_list" else (), name
