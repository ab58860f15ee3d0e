"""Which version counts: newer replaces older per item, never per mail (domain.md section 6.8), ordered by arrival.

Files that no longer count are marked `superseded`; nothing is dropped.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from config.campaign import Campaign
from reports.picture import Cell, FileView, ListRow, MessageView
from store.models import Filing
from store.queries import Kept

# Newer ones of these stand in for older ones of the same case; photos only where the name is the same.
_REPLACED = ("recommendation_form", "recommendation_form_scan", "case_material")


@dataclass(frozen=True)
class Placed:
    """All files with their place: by province, by case, and the rows of the lists that count by case."""

    files: tuple[FileView, ...]
    files_by_province: Mapping[str, Sequence[FileView]]
    files_by_case: Mapping[int, Sequence[FileView]]
    rows_by_case: Mapping[int, Sequence[ListRow]]


def placed(
    files: list[FileView], aspects: list[FileView], kept: Kept, messages: Mapping[int, MessageView], campaign: Campaign
) -> Placed:
    """Return the files of submissions by province and case, with what is superseded marked.

    `aspects` are further views of the same files, which count for their cases but are no files of their own.
    """
    row_cases = _row_cases(kept.filings)
    old = _old_lists(files, messages, row_cases, campaign) | _old_items(files, messages, campaign)
    old |= _old_drops(files, messages)
    old |= _old_pasted(files, old)
    marked = [replace(file, superseded=True) if file.id in old else file for file in files]
    by_province: dict[str, list[FileView]] = defaultdict(list)
    by_case: dict[int, list[FileView]] = defaultdict(list)
    for file in marked:
        if file.province and messages[file.message_pk].is_submission:
            by_province[file.province].append(file)
            for case_id in file.case_ids if file.kind != "summary_list" else ():
                by_case[case_id].append(file)
    for file in aspects:
        if messages[file.message_pk].is_submission:
            by_case[file.case_ids[0]].append(file)
    return Placed(tuple(marked), by_province, by_case, _rows(marked, row_cases))


def _row_cases(filings: Iterable[Filing]) -> dict[int, dict[int, int]]:
    """Return for each file which of its rows is which case."""
    cases: dict[int, dict[int, int]] = defaultdict(dict)
    for filing in filings:
        cases[filing.file_id][filing.row] = filing.case_id
    return cases


def _rows(files: Iterable[FileView], row_cases: Mapping[int, Mapping[int, int]]) -> dict[int, list[ListRow]]:
    """Return the list rows of each case from the newest counting list that names it; copies of a list count once."""
    rows: dict[int, list[ListRow]] = {}
    for file in files:
        if file.kind != "summary_list" or file.superseded:
            continue
        own: dict[int, list[ListRow]] = defaultdict(list)
        for number, row in enumerate(file.facts.get("rows", ())):
            if (case_id := row_cases.get(file.id, {}).get(number)) is not None:
                own[case_id].append(ListRow(file, {name: Cell.of(value, file) for name, value in row.items()}))
        rows.update(own)
    return rows


def _old_lists(
    files: Iterable[FileView],
    messages: Mapping[int, MessageView],
    row_cases: Mapping[int, Mapping[int, int]],
    campaign: Campaign,
) -> set[int]:
    """Return the ids of lists that a newer one of the same province replaces.

    A list replaces the earlier ones, unless it is called an addition, or names none of their cases.
    """
    by_province: dict[str, dict[str, list[FileView]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        if file.kind == "summary_list" and file.province and messages[file.message_pk].is_submission:
            by_province[file.province][messages[file.message_pk].together].append(file)
    old: set[int] = set()
    for groups in by_province.values():
        replacing: set[int] = set()
        replaced = False
        for group in reversed(groups.values()):
            cases = {case for file in group for case in row_cases.get(file.id, {}).values()}
            names = [file.name for file in group]
            subject = " ".join(dict.fromkeys(messages[file.message_pk].subject for file in group))
            if replaced or cases & replacing:
                old.update(file.id for file in group)
                continue
            if not adds(subject, names, campaign):
                replacing |= cases
            # A list called a correction replaces whatever came before, also where it names none of the same cases.
            replaced = bool(cases) and _is_called((subject, *names), campaign.mail.replaces)
    return old


def adds(subject: str, names: Iterable[str], campaign: Campaign) -> bool:
    """Tell whether a list is called an addition and not a correction; “补充照片” in a subject speaks of the photos."""
    words = campaign.mail.adds
    said = any(re.search(rf"{re.escape(word)}(?!\d*张?(?:照片|视频|推荐表|扫描件|图片))", subject) for word in words)
    called = _is_called(names, words) or said
    return called and not _is_called((subject, *names), campaign.mail.replaces)


def _is_called(texts: Iterable[str], words: Iterable[str]) -> bool:
    text = " ".join(texts)
    return any(word in text for word in words)


def _old_items(files: Sequence[FileView], messages: Mapping[int, MessageView], campaign: Campaign) -> set[int]:
    """Return the ids of forms and materials that a later mail brings anew for the same case, and of renewed photos.

    Only a file that could be read stands in for an earlier one; a photo in a mail called an addition renews none.
    """
    newest: dict[tuple[int, str, str], str] = {}
    old: set[int] = set()
    for file in reversed(files):
        message = messages[file.message_pk]
        key = _item(file)
        if key is None or not message.is_submission:
            continue
        if newest.get(key, message.together) != message.together:
            old.add(file.id)
        elif file.status == "ok" and not (file.kind == "photo" and _is_called([message.subject], campaign.mail.adds)):
            newest[key] = message.together
    return old


def _old_drops(files: Sequence[FileView], messages: Mapping[int, MessageView]) -> set[int]:
    """Return the ids of files that were overwritten in a watched folder by one that could be read."""
    newest: dict[tuple[str, str], int] = {}
    old: set[int] = set()
    for file in reversed(files):
        message = messages[file.message_pk]
        place = message.mailbox, message.place
        if not message.place or message.added:
            continue
        if newest.get(place, file.message_pk) != file.message_pk:
            old.add(file.id)
        elif file.status == "ok":
            newest[place] = file.message_pk
    return old


def _old_pasted(files: Sequence[FileView], old: set[int]) -> set[int]:
    """Return the ids of the pictures that stand in papers that a newer one replaces."""
    papers = {(file.message_pk, file.path) for file in files if file.id in old}
    return {file.id for file in files if file.pasted and (file.message_pk, holder_of(file.path)) in papers}


def holder_of(path: str) -> str:
    """Return the path of the file that another one stands in; empty where it stands in none."""
    return path.rpartition("!/")[0]


def _item(file: FileView) -> tuple[int, str, str] | None:
    """Return what a file is a version of: a paper of a case, or a photo of a case by its name; None for others."""
    if len(file.case_ids) != 1 or file.kind not in (*_REPLACED, "photo") or file.pasted:
        return None
    return file.case_ids[0], file.kind, file.name.lower() if file.kind == "photo" else ""
