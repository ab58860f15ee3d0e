"""Every version of everything that came for a case: arrival, mail, what changed between two, and who decided what.

The same content is one version, however often it came. Of lists and forms the fields that differ are told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from config.campaign import Campaign
from config.case_name import CaseName
from reports.incoming import Cell, FileView
from reports.picture import AssociationView, CaseView, Picture
from reports.telling import CALLED, described
from reports.wording import clock, one_line
from store.decisions import Decided

# The items of a case in the order in which the notice asks for them.
_ITEMS = ("recommendation_form", "recommendation_form_scan", "case_material", "photo", "video")
_LIST = "summary_list"
# The files of each content (province, hash), in the order in which they came.
Copies = Mapping[tuple[str | None, str], Sequence[FileView]]


@dataclass(frozen=True)
class Version:
    """One version of an item: its file, every mail that brought it, whether it counts, and what it changed."""

    file: FileView
    arrivals: tuple[FileView, ...]
    current: bool
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """The versions of a case's (or a list's) items by their Chinese names, and the decisions on it, oldest first."""

    heading: str
    items: Mapping[str, Sequence[Version]]
    decisions: Sequence[Decided] = ()
    notes: Sequence[str] = field(default_factory=tuple)


def copies_in(files: Iterable[FileView]) -> Copies:
    """Return files by their contents, so that all arrivals of a content are found at once."""
    found: dict[tuple[str | None, str], list[FileView]] = {}
    for file in sorted(files, key=lambda one: one.arrival):
        if file.sha256:
            found.setdefault((file.province, file.sha256), []).append(file)
    return found


def case_history(picture: Picture, case: CaseView, made: Iterable[Decided], copies: Copies | None = None) -> History:
    """Return the history of a case; `copies` of the province's files, where whoever asks has them already."""
    known = copies_in(picture.files) if copies is None else copies
    items = {"汇总清单": _row_versions(known, case, picture.campaign)}
    for kind in _ITEMS:
        own = [file for file in case.files if file.kind == kind and not file.pasted]
        items[picture.campaign.kind_of(kind).label] = _versions(known, own, picture.campaign)
    about = [row for row in made if _is_about(row, case.name)]
    notes = [f"已撤回（{case.withdrawn}）"] if case.withdrawn else []
    shown = str(CaseName(case.province, case.city, case.community))
    return History(shown, {name: versions for name, versions in items.items() if versions}, about, notes)


def list_history(picture: Picture, view: AssociationView, made: Iterable[Decided]) -> History:
    """Return the history of a province's lists and scans, with the rows that each adds, changes and leaves out."""
    named: dict[str, Mapping[str, Cell]] = {}
    versions = []
    copies = copies_in(picture.files)
    for group in _by_content(view.all_lists):
        rows = _rows_of(group[0])
        changes = tuple(_row_changes(named, rows, picture.campaign)) if named else (f"共 {len(rows)} 行",)
        versions.append(_version(copies, group, changes))
        named |= rows
    scans = [_version(copies, group, ()) for group in _by_content(view.list_scans)]
    about = [row for row in made if row.value.get("province") == view.province and not row.value.get("community")]
    labels = picture.campaign.kind_of
    items = {labels(_LIST).label: versions, labels("summary_list_scan").label: scans}
    return History(f"{view.province}的汇总清单", {name: own for name, own in items.items() if own}, about)


def _is_about(row: Decided, name: CaseName) -> bool:
    if not row.value.get("community"):
        return False
    into = row.value.get("into")
    names = [CaseName.of(row.value)]
    names += [CaseName(row.value["province"], row.value["into_city"], into)] if into else []
    return any(one.means(name) for one in names)


def _by_content(files: Iterable[FileView]) -> list[list[FileView]]:
    """Return files grouped by their content, in the order in which the contents first came."""
    groups: dict[str, list[FileView]] = {}
    for file in sorted(files, key=lambda file: file.first_arrival):
        groups.setdefault(file.sha256 or str(file.id), []).append(file)
    return list(groups.values())


def _version(copies: Copies, group: Sequence[FileView], changes: tuple[str, ...]) -> Version:
    current = any(not file.superseded for file in group)
    return Version(group[0], _arrivals(copies, group[0]), current, changes)


def _arrivals(copies: Copies, file: FileView) -> tuple[FileView, ...]:
    """Return every arrival of a content within its province, the first one first."""
    return tuple(copies.get((file.province, file.sha256), (file,))) if file.sha256 else (file,)


def _versions(copies: Copies, files: Iterable[FileView], campaign: Campaign) -> list[Version]:
    found: list[Version] = []
    before: Mapping[str, Cell] | None = None
    for group in _by_content(files):
        cells = _fields_of(group[0])
        told = tuple(_differences(before, cells, campaign.recommendation_form.captions)) if before and cells else ()
        found.append(_version(copies, group, told))
        before = cells or before
    return found


def _row_versions(copies: Copies, case: CaseView, campaign: Campaign) -> list[Version]:
    found: list[Version] = []
    before: Mapping[str, Cell] | None = None
    counting = {row.file.sha256 for row in case.rows if case.in_list}
    for row in case.all_rows:
        told = tuple(_differences(before, row.cells, campaign.summary_list.captions)) if before else ()
        found.append(Version(row.file, _arrivals(copies, row.file), row.file.sha256 in counting, told))
        before = row.cells
    return found


def _fields_of(file: FileView) -> Mapping[str, Cell]:
    return {name: Cell.of(value, file) for name, value in (file.facts.get("fields") or {}).items()}


def _rows_of(file: FileView) -> dict[str, Mapping[str, Cell]]:
    """Return the rows of a list by their communities."""
    rows: dict[str, Mapping[str, Cell]] = {}
    for row in file.facts.get("rows", ()):
        name = (row.get("community") or {}).get("value")
        if name:
            rows[str(name)] = {key: Cell.of(value, file) for key, value in row.items()}
    return rows


def _differences(before: Mapping[str, Cell], after: Mapping[str, Cell], captions: Mapping[str, str]) -> Iterator[str]:
    """Yield the fields in which two versions differ, with both values."""
    for name, caption in captions.items():
        one, other = before.get(name), after.get(name)
        if _said(one) != _said(other) and name != "number":
            yield f"{caption}：{_shown(one)} → {_shown(other)}"


def _said(cell: Cell | None) -> object:
    """Return what a cell says, however it is written; a blank one and one that is not there say the same."""
    if cell is None:
        return None
    return cell.value if cell.value is not None else ("".join(cell.raw.split()) or None)


def _shown(cell: Cell | None) -> str:
    return f"“{one_line(cell.raw)}”" if cell is not None and cell.raw.strip() else "空白"


def _row_changes(
    before: Mapping[str, Mapping[str, Cell]], rows: Mapping[str, Mapping[str, Cell]], campaign: Campaign
) -> Iterator[str]:
    if came := [name for name in rows if name not in before]:
        yield f"新列：{'、'.join(came)}"
    if gone := [name for name in before if name not in rows]:
        yield f"未列：{'、'.join(gone)}"
    for name in rows:
        if name in before:
            told = "；".join(_differences(before[name], rows[name], campaign.summary_list.captions))
            if told:
                yield f"{name}：{told}"


def as_text(history: History, picture: Picture) -> str:
    """Return a history for a terminal: item by item, the versions numbered, the newest last."""
    lines = [history.heading, *history.notes]
    for name, versions in history.items.items():
        lines += ["", name]
        for number, version in enumerate(versions, start=1):
            lines += _version_lines(number, version, picture)
    if history.decisions:
        lines += ["", "人工处理", *(_decision_line(row, picture) for row in history.decisions)]
    return "\n".join(_indented(line) for line in lines) + "\n"


def _indented(line: str) -> str:
    """Return a line with its indent, and nothing in it that moves a terminal's cursor."""
    text = line.lstrip(" ")
    return " " * (len(line) - len(text)) + one_line(text)


def _version_lines(number: int, version: Version, picture: Picture) -> Iterator[str]:
    zone = picture.campaign.call.zone
    state = "" if version.current else "（已被新版取代）"
    first, *again = version.arrivals
    yield f"  {number}. {clock(first.arrival, zone)}　《{version.file.name}》{state}　{_mail(first, picture)}"
    for one in again:
        yield f"     同一内容又于 {clock(one.arrival, zone)} 到达　{_mail(one, picture)}"
    for change in version.changes:
        yield f"     {change}"


def _mail(file: FileView, picture: Picture) -> str:
    message = next((one for one in picture.messages if one.id == file.message_pk), None)
    return f"来信 {file.message_pk}{f'“{message.subject}”' if message and message.subject else ''}"


def _decision_line(row: Decided, picture: Picture) -> str:
    zone = picture.campaign.call.zone
    why = f"：{row.note}" if row.note else ""
    undone = f"（{row.undone_by} {clock(row.undone_at, zone)} 撤销）" if row.undone_at else ""
    when = clock(row.decided_at, zone)
    return f"  编号 {row.id}　{CALLED[row.what]}　{described(row)}　{row.person} {when}{why}{undone}"
