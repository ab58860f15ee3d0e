"""By which names do addresses speak of cases, files and findings? Kept between looks where a province is the same."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TypeVar

from reports.finding import Assessment, Finding
from reports.incoming import FileView
from reports.picture import CaseView, Picture

_KEY = 12
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
# Where a finding on a case stands: province, city and community.
Where = tuple[str | None, str | None, str | None]


def digest_of(*parts: str) -> str:
    """Return a short name for addresses that is as good as unique."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_KEY]


def file_key(file: FileView) -> str:
    """Return by what a file's addresses name it: its message and its path there, which rereading does not change."""
    return f"{file.message_pk}-{digest_of(file.path)}"


class Joined(Mapping[_Key, _Value]):
    """Several mappings looked at as one, the first that has a key speaking for it."""

    def __init__(self, parts: Sequence[Mapping[_Key, _Value]]) -> None:
        self._parts = parts

    def __getitem__(self, key: _Key) -> _Value:
        """Return what stands under a key."""
        for part in self._parts:
            if key in part:
                return part[key]
        raise KeyError(key)

    def __iter__(self) -> Iterator[_Key]:
        """Yield all keys."""
        return chain.from_iterable(self._parts)

    def __len__(self) -> int:
        """Return how many there are; no key is in two."""
        return sum(map(len, self._parts))


class Files(Mapping[str, FileView]):
    """All files by the keys that stand in addresses, found by way of their messages: most are never asked for."""

    def __init__(self, files_of: Mapping[int, Sequence[FileView]]) -> None:
        self._files_of = files_of

    def __getitem__(self, key: str) -> FileView:
        """Return the file of a key."""
        number, _, _ = key.partition("-")
        own = self._files_of.get(int(number), ()) if number.isascii() and number.isdecimal() else ()
        found = next((file for file in own if file_key(file) == key), None)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        """Yield all keys."""
        return (file_key(file) for own in self._files_of.values() for file in own)

    def __len__(self) -> int:
        """Return how many files there are."""
        return sum(map(len, self._files_of.values()))


@dataclass(frozen=True, eq=False)
class Drawn:
    """What is drawn of a province."""

    drawn_cases: tuple[CaseView, ...]
    drawn_files: tuple[FileView, ...]

    @cached_property
    def cases(self) -> Mapping[str, CaseView]:
        """The cases by the keys that stand in addresses: the same case has the same key in every look."""
        found: dict[str, CaseView] = {}
        for case in sorted(self.drawn_cases, key=lambda one: one.id):
            key = digest_of("case", *(part or "" for part in (case.name.province, case.name.city, case.name.community)))
            # Two companies may each have a community of that name in one city.
            found[key if key not in found else digest_of(key, case.company or "", str(case.id))] = case
        return found

    @cached_property
    def case_keys(self) -> Mapping[int, str]:
        """The keys of the cases by their ids in this look."""
        return {case.id: key for key, case in self.cases.items()}

    @cached_property
    def files_of(self) -> Mapping[int, Sequence[FileView]]:
        """The files of each message, by our number of it."""
        found: dict[int, list[FileView]] = defaultdict(list)
        for file in self.drawn_files:
            found[file.message_pk].append(file)
        return dict(found)


@dataclass(frozen=True, eq=False)
class Found:
    """What was found in a province."""

    findings: tuple[Finding, ...]

    @cached_property
    def by_id(self) -> Mapping[str, Finding]:
        """The findings by their ids."""
        return {finding.id: finding for finding in self.findings}

    @cached_property
    def by_case(self) -> Mapping[Where, Sequence[Finding]]:
        """The findings of each case, and of its files, by its province, city and community."""
        found: dict[Where, list[Finding]] = defaultdict(list)
        for finding in self.findings:
            if finding.community:
                found[finding.province, finding.city, finding.community].append(finding)
        return dict(found)


@dataclass(frozen=True, eq=False)
class Names:
    """The names of everything in one look, by province."""

    drawn: tuple[Drawn, ...]
    found: tuple[Found, ...]

    @cached_property
    def cases(self) -> Mapping[str, CaseView]:
        """The cases by their keys."""
        return Joined([one.cases for one in self.drawn])

    @cached_property
    def case_keys(self) -> Mapping[int, str]:
        """The keys of the cases by their ids."""
        return Joined([one.case_keys for one in self.drawn])

    @cached_property
    def files_of(self) -> Mapping[int, Sequence[FileView]]:
        """The files of each message, by our number of it."""
        return Joined([one.files_of for one in self.drawn])

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """The findings by their ids."""
        return Joined([one.by_id for one in self.found])

    @cached_property
    def findings_of_cases(self) -> Mapping[Where, Sequence[Finding]]:
        """The findings of each case, and of its files, by its province, city and community."""
        return Joined([one.by_case for one in self.found])


def names_of(assessment: Assessment, before: Names | None = None) -> Names:
    """Return the names in a look, ready to be asked for; what is the same as in the look before is taken from there."""
    drawn = {(id(one.drawn_cases), id(one.drawn_files)): one for one in before.drawn} if before else {}
    found = {id(one.findings): one for one in before.found} if before else {}
    parts: Sequence[Picture] = assessment.picture.parts or (assessment.picture,)
    names = Names(
        tuple(drawn.get((id(part.cases), id(part.files))) or Drawn(part.cases, part.files) for part in parts),
        tuple(found.get(id(own)) or Found(own) for own in assessment.by_province.values()),
    )
    # Made now, that no page waits for it.
    for made in (names.cases, names.case_keys, names.files_of, names.findings, names.findings_of_cases):
        len(made)
    return names
