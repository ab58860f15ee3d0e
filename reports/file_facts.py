"""The facts of one file that rules judge: whether it is known what it is, and whether it could be read as that."""

from typing import TYPE_CHECKING

from reports.incoming import FileView
from reports.picture import Picture

if TYPE_CHECKING:
    from reports.subjects import Subject

# Kinds that belong to one case each.
# What a reader of each kind leaves where it could read anything.
_OF_A_CASE = ("recommendation_form", "recommendation_form_scan", "case_material", "photo", "video")
_CONTENT = {"summary_list": "rows", "recommendation_form": "fields"}
_UNREAD = {"summary_list": "收到了，但读不出任何小区", "recommendation_form": "收到了，但读不出内容"}
# What readers tell of a file that they read whole; whatever else they tell of one that opens was not read.
_NO_FAULT = ("含宏，未执行",)


def is_unread(file: FileView) -> bool:
    """Tell whether a file that can be opened is a list or a form, but nothing could be read from it."""
    return file.kind in _CONTENT and file.status == "ok" and not file.facts.get(_CONTENT[file.kind])


def is_told(file: FileView) -> bool:
    """Tell whether a person need not look at what a file is."""
    return (file.kind != "other" or bool(file.kind_evidence)) and not is_unread(file) and not left_out(file)


def left_out(file: FileView) -> str:
    """Return what could not be read of a file that opens, in words; empty where all of it was."""
    told = file.reason.split("；") if file.status == "ok" else ()
    return "；".join(one for one in told if one and one not in _NO_FAULT)


def doubt(subject: "Subject") -> str:
    """Return what is not clear of a file, in words."""
    file: FileView = subject.view
    rest = left_out(file)
    if is_unread(file):
        told = f"应是{subject.campaign.kind_of(file.kind).label}，{_UNREAD[file.kind]}"
    elif file.kind == "other" and not file.kind_evidence:
        told = "看不出是哪种材料"
    else:
        return f"没有全部读出：{rest}"
    return f"{told}（{rest}）" if rest else told


def unread_forms(subject: "Subject") -> str:
    """Return a note where a form came that nobody could read or place: what is missing may be that one."""
    forms = [
        file.name
        for file in subject.picture.files
        if file.kind == "recommendation_form"
        and file.province == subject.view.province
        and is_unread(file)
        and not file.case_ids
    ]
    return f"（《{forms[0]}》收到但读不出，请人工看是否即此表）" if forms else ""


def is_filed(file: FileView) -> bool | None:
    """Tell whether a file that belongs to a case has one; None for files that need none, or that say nothing."""
    needs = file.kind in _OF_A_CASE and file.province is not None and file.status == "ok"
    if not needs or file.superseded or file.pasted or not is_told(file):
        return None
    return bool(file.case_ids or file.filed_by)


def guess(file: FileView) -> str:
    """Return which case a file may be of, in words."""
    return f"，可能是“{file.guess}”" if file.guess else ""


def guess_evidence(file: FileView) -> str:
    """Return where a file is, and which clues spoke for which case, with how sure they make it."""
    where = f"来信 {file.message_pk}：{file.path}"
    if not file.guess:
        return f"{where}；文件名、文件夹名、来信和同来的材料都没有指明一个小区"
    return f"{where}；{'；'.join(file.filing_clues)}（把握 {file.confidence:.0%}）"


def is_judged_photo(file: FileView, picture: Picture) -> bool:
    """Tell a photo that is judged: not one that only illustrates a material, nor one of no submission."""
    return file.kind == "photo" and _counts(file, picture) and (not file.pasted or file.id in picture.photo_ids)


def is_judged_video(file: FileView, picture: Picture) -> bool:
    """Tell a film that is judged."""
    return file.kind == "video" and _counts(file, picture)


def _counts(file: FileView, picture: Picture) -> bool:
    standing = not file.superseded and file.id not in picture.withdrawn_files
    return standing and file.message_pk in picture.submission_ids
