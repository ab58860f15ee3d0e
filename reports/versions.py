"""Which version counts: newer replaces older per item, never per mail (domain.md section 6.8), ordered by arrival.

Files that no longer count are marked `superseded`; nothing is dropped.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from config.campaign import Campaign
from config.naming import community_key, holds_name
from reports.incoming import FileView, MessageView
from reports.list_versions import is_called, list_versions
from reports.picture import LeftOut, ListRow
from reports.wording import own_sentences
from store.queries import Kept

_PHOTOS = re.compile("照片|图片|相片")
# Folders and archives that say nothing of what is in them.
_PLAIN = re.compile(
    r".*(?:照片|图片|材料|附件|报送|压缩|补充|新建文件夹|公司|物业|photos?|images?).*|[\d\s._-]*", re.IGNORECASE
)
# Newer ones of these stand in for older ones of the same case; photos only where the name is the same.
_REPLACED = ("recommendation_form", "recommendation_form_scan", "case_material")


@dataclass(frozen=True)
class Placed:
    """All files with their place: by province, by case, the rows of lists that count by case, and what was left out.

    `removed` holds for a case the newer list that no longer names it.
    """

    files: tuple[FileView, ...]
    files_by_province: Mapping[str, Sequence[FileView]]
    files_by_case: Mapping[int, Sequence[FileView]]
    rows_by_case: Mapping[int, Sequence[ListRow]]
    every_row: Mapping[int, Sequence[ListRow]]
    removed: Mapping[int, LeftOut]


def placed(
    files: list[FileView], aspects: list[FileView], kept: Kept, messages: Mapping[int, MessageView], campaign: Campaign
) -> Placed:
    """Return the files of submissions by province and case, with what is superseded marked.

    `aspects` are further views of the same files, which count for their cases but are no files of their own.
    """
    lists = list_versions(files, messages, kept.filings, campaign)
    old = lists.old | _old_items(files, messages, campaign) | _old_drops(files, messages)
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
    return Placed(tuple(marked), by_province, by_case, lists.rows, lists.every, lists.removed)


def _old_items(files: Sequence[FileView], messages: Mapping[int, MessageView], campaign: Campaign) -> set[int]:
    """Return the ids of forms and materials that a later mail brings anew for the same case, and of renewed photos.

    Only a file that could be read stands in for an earlier one; a photo in a mail called an addition renews none.
    """
    newest: dict[tuple[int, str, str], str] = {}
    old: set[int] = set()
    # The same bytes again are no newer version: a colleague forwards an old mail, or it comes to the other address.
    for file in reversed(sorted(files, key=lambda file: file.first_arrival)):  # noqa: C413 (what came later goes before)
        message = messages[file.message_pk]
        key = item_of(file)
        if key is None or not message.is_submission:
            continue
        if newest.get(key, message.together) != message.together:
            old.add(file.id)
        elif file.status == "ok" and not (file.kind == "photo" and _adds_photos(message, campaign)):
            newest[key] = message.together
    return old


def _adds_photos(message: MessageView, campaign: Campaign) -> bool:
    """Tell whether a mail says that its photos come beside the earlier ones, in its subject or in its own text."""
    told = (one for one in own_sentences(message.text) if _PHOTOS.search(one))
    return is_called([message.subject, *told], campaign.mail.adds)


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


def item_of(file: FileView) -> tuple[int, str, str] | None:
    """Return what a file is a version of: a paper of a case, or a photo of a case by its name; None for others."""
    if len(file.case_ids) != 1 or file.kind not in (*_REPLACED, "photo") or file.pasted:
        return None
    return file.case_ids[0], file.kind, f"{_corner(file)}/{file.name.lower()}" if file.kind == "photo" else ""


def _corner(file: FileView) -> str:
    """Return the folder that tells a photo from others of its name (绿化/1.jpg, 大门/1.jpg); empty for its own."""
    folder = file.path.replace("!/", "/").rpartition("/")[0].rpartition("/")[2]
    stem = folder.rpartition(".")[0] or folder
    own = community_key(file.community or "")
    of_case = not own or holds_name(community_key(stem), own) or holds_name(own, community_key(stem))
    return "" if of_case or _PLAIN.fullmatch(stem) else folder.lower()
