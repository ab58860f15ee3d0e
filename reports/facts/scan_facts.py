"""Does the stamped scan name the same cases as the Word list? Compared by meaning; one misread character is nothing."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from config.likeness import alike, misread
from config.naming import community_key
from reports.incoming import FileView
from reports.picture import AssociationView

if TYPE_CHECKING:
    from reports.subjects import Subject


def differences(view: AssociationView) -> list[str] | None:
    """Return the communities that only the Word list or only its scan names; None where one of them cannot be read.

    Only the newest scan that could be read is compared, with the pages that came with it as pictures of their own, and
    with all lists that count: it may be a copy of the last one.
    """
    listed = [name for file in view.lists for name in _names(file)]
    pages = _newest(view)
    if not listed or not pages:
        return None
    left, extra = _unmatched(listed, [name for page in pages for name in _names(page)])
    # A scan of which some rows were not read leaves names open; only whole pages say that one is absent.
    missing = [] if any(map(_has_gaps, pages)) else [f"扫描件没有“{name}”" for name in left]
    return missing + [f"扫描件另有“{name}”" for name in extra]


def _newest(view: AssociationView) -> list[FileView]:
    """Return the scans that came together with the newest one that could be read."""
    together = {message.id: message.together for message in view.messages_in}
    newest = next((file for file in reversed(view.list_scans) if _is_readable(file)), None)
    if newest is None:
        return []
    return [
        file
        for file in view.list_scans
        if file is newest or together.get(file.message_pk, file) == together.get(newest.message_pk)
    ]


def evidence(subject: "Subject") -> str:
    """Return which files were compared."""
    view: AssociationView = subject.view
    return "；".join(f"《{file.name}》{len(_names(file))} 行" for file in (*view.lists, *view.list_scans))


def _is_readable(file: FileView) -> bool:
    return bool(_names(file))


def _names(file: FileView) -> list[str]:
    cells = (row.get("community") for row in file.facts.get("rows", ()))
    return [str(cell["value"]) for cell in cells if cell and cell.get("value")]


def _has_gaps(scan: FileView) -> bool:
    """Tell whether a scan, or a row of it, has no name that was read."""
    cells = [row.get("community") or {} for row in scan.facts.get("rows", ())]
    return not cells or bool(scan.reason) or any(not cell.get("value") for cell in cells)


def _unmatched(listed: Sequence[str], scanned: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names of each side that have no partner on the other: equal names first, then those most alike."""
    left, right = _without(listed, scanned)
    keys = {name: community_key(name) for name in (*left, *right)}
    pairs = [(alike(keys[a], keys[b]), a, b) for a in left for b in right if misread(keys[a], keys[b])]
    for _, one, other in sorted(pairs, reverse=True):
        if one in left and other in right:
            left.remove(one)
            right.remove(other)
    return left, right


def _without(listed: Iterable[str], scanned: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return both sides without the names that mean the same."""
    one = {community_key(name): name for name in listed}
    other = {community_key(name): name for name in scanned}
    return [one[key] for key in one if key not in other], [other[key] for key in other if key not in one]
