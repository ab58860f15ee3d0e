"""What the search box looks through: the names of a look, by its provinces, made anew only where something changed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.naming import folded
from reports.console.board import Seen
from reports.console.per_part import PerPart
from reports.console.search.lines import Lines
from reports.incoming import FileView, MessageView
from reports.picture import CaseView

# Who answers for a case: name, number, and the case.
Person = tuple[str, str, CaseView]


@dataclass(frozen=True)
class Cases:
    """The cases of a province by what they are called, by their companies, titles, people, and materials."""

    names: Lines[CaseView]
    companies: Lines[tuple[str, Sequence[CaseView]]]
    titles: Lines[CaseView]
    people: Lines[Person]
    by_name: Mapping[str, Sequence[CaseView]]
    materials: Mapping[str, Sequence[CaseView]]


@dataclass(frozen=True)
class Mails:
    """The mails by their subjects, and by whom they are of."""

    subjects: Lines[MessageView]
    senders: Lines[MessageView]


@dataclass(frozen=True)
class Part:
    """What is looked through of a province."""

    cases: Cases
    mails: Mails
    files: Lines[FileView]


def _cases(own: Sequence[CaseView]) -> Cases:
    by_name: dict[str, list[CaseView]] = defaultdict(list)
    companies: dict[str, list[CaseView]] = defaultdict(list)
    materials: dict[str, list[CaseView]] = defaultdict(list)
    for case in own:
        for name in _names(case):
            by_name[folded(name)].append(case)
        if case.company:
            companies[case.company].append(case)
        if case.material and case.material.sha256:
            materials[case.material.sha256].append(case)
    return Cases(
        names=Lines((name, case) for case in own for name in _names(case)),
        companies=Lines((company, (company, cases)) for company, cases in companies.items()),
        titles=Lines((case.title or "", case) for case in own),
        people=Lines(pair for case in own for pair in _people(case)),
        by_name=by_name,
        materials=materials,
    )


def _names(case: CaseView) -> Sequence[str]:
    return tuple(dict.fromkeys((case.community, case.name.community)))


def _people(case: CaseView) -> Iterator[tuple[str, Person]]:
    """Yield names and numbers of those who answer for a case, each as a `Person`."""
    for name, phone in (
        (case.applicant_contact, case.applicant_phone),
        (case.recommender_contact, case.recommender_phone),
    ):
        for text in (name, phone):
            if text:
                yield text, (name or "", phone or "", case)


def _mails(own: Sequence[MessageView]) -> Mails:
    senders = ((text, one) for one in own for text in (one.from_name, one.from_address or ""))
    return Mails(Lines((one.subject, one) for one in own), Lines(senders))


def _files(own: Sequence[FileView]) -> Lines[FileView]:
    return Lines((file.name, file) for file in own if not file.pasted)


_cases_of, _mails_of, _files_of = PerPart(_cases), PerPart(_mails), PerPart(_files)


def index_of(seen: Seen) -> tuple[Part, ...]:
    """Return what is looked through, by province; `Seen.once` keeps it."""
    campaign = id(seen.picture.campaign)
    parts = seen.picture.parts or (seen.picture,)
    return tuple(
        Part(
            _cases_of((campaign, number), part.cases),
            _mails_of((campaign, number), part.messages),
            _files_of((campaign, number), part.files),
        )
        for number, part in enumerate(parts)
    )
