"""Which of a ledger's cells lead to which documents? Only to files that we laid out ourselves, below the workbook."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reports.archive.layout import Entry, Layout, links_of
from reports.export import Row
from reports.picture import AssociationView, CaseView

_NOTHING = Layout(())


@dataclass(frozen=True)
class Links:
    """Where documents lie beside a workbook: their layout, the path of each in truth, and the folder before it."""

    laid: Layout = _NOTHING
    where: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""

    def of_case(self, case: CaseView) -> dict[str, str]:
        """Return what leads to a case's form, material, photos (their folder), video, and list."""
        own = self.laid.by_case.get(case.id, ())
        standing = case.material
        found = {
            "form": self._first(links_of(own, "recommendation_form") or links_of(own, "recommendation_form_scan")),
            "material": self._of_file(standing.message, standing.path) if standing else "",
            "photos": self._first(links_of(own, "photo")).rpartition("/")[0],
            "video": self._first(links_of(own, "video")),
            "list": next((self._of_file(row.file.message, row.file.path) for row in case.rows), ""),
        }
        found["material"] = found["material"] or self._first(links_of(own, "case_material"))
        return _known(found)

    def of_association(self, view: AssociationView) -> dict[str, str]:
        """Return what leads to a province's list and its scan."""
        own = self.laid.of_provinces.get(view.province, ())
        return _known(
            {
                "list": self._first(links_of(own, "summary_list")),
                "scan": self._first(links_of(own, "summary_list_scan"))
                or next((self._of_file(one.message, one.path) for one in view.list_scans), ""),
            }
        )

    def of_finding(self, row: Row) -> dict[str, str]:
        """Return what leads to the file that a finding is of."""
        return _known({"file": self._of_file(row["message_id"] or "", row["file"] or "")})

    def of_mail(self, key: str) -> dict[str, str]:
        """Return what leads to a raw mail, where these are laid out."""
        return _known({"mail": self._mails.get(key, "")})

    @cached_property
    def _mails(self) -> dict[str, str]:
        return {entry.message: self._path(entry.path) for entry in links_of(self.laid.entries, "mail")}

    def _first(self, entries: Iterable[Entry]) -> str:
        return next((path for entry in entries if (path := self._path(entry.path))), "")

    def _of_file(self, message: str, path: str) -> str:
        return self._path(self.laid.by_file.get((message, path), ""))

    def _path(self, path: str) -> str:
        """Return where an entry lies from the workbook's folder; empty where it is not there."""
        there = self.where.get(path)
        return f"{self.prefix}{there}" if there else ""


def _known(links: dict[str, str]) -> dict[str, str]:
    return {name: target for name, target in links.items() if target}
