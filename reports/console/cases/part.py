"""One province as the pages of its cases and files see it: what was found on each, and all arrivals of a content."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from reports.finding import Finding
from reports.history import Copies, copies_in
from reports.identity import subject_key
from reports.incoming import FileView
from reports.picture import CaseView, Picture


@dataclass(frozen=True, eq=False)
class Part:
    """A province's own picture with its findings; what is looked up in it is put in order once a look."""

    picture: Picture
    findings: Sequence[Finding]

    @cached_property
    def copies(self) -> Copies:
        """The files of each content."""
        return copies_in(self.picture.files)

    @cached_property
    def _found(self) -> Mapping[str, Sequence[Finding]]:
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.findings:
            found[finding.key].append(finding)
        return found

    def on_case(self, case: CaseView) -> list[Finding]:
        """Return what was found on a case itself; one of its name in another city is another one."""
        return [one for one in self._found.get(subject_key("case", case), ()) if one.city == case.city]

    def on_file(self, file: FileView) -> list[Finding]:
        """Return what was found on a file."""
        found = self._found.get(subject_key("file", file), ())
        return [one for one in found if (one.message_id, one.file) == (file.message, file.path)]

    def called(self, name: str) -> list[CaseView]:
        """Return the cases of exactly that name: of one city two companies may each have one."""
        return [case for case in self.picture.cases if str(case.name) == name]


def province_of(picture: Picture) -> str | None:
    """Return whose picture a part of the whole is; None for what belongs to no province."""
    if picture.associations:
        return picture.associations[0].province
    if picture.cases:
        return picture.cases[0].province
    return picture.messages[0].province if picture.messages else None
