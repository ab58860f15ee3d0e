"""The facts of one file that rules judge: whether it is known what it is, and whether it could be read as that."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.incoming import FileView

if TYPE_CHECKING:
    from reports.picture import Picture
    from reports.subjects import Subject

_NAMED = 3
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


def is_unfiled(file: FileView) -> bool:
    """Tell whether a file that belongs to a case has none; files that need none, or that say nothing, are not meant."""
    needs = file.kind in _OF_A_CASE and file.province is not None and file.status == "ok"
    needs = needs and not file.superseded and not file.pasted and is_told(file)
    return needs and not (file.case_ids or file.filed_by)


def unfiled_files(subject: "Subject") -> list[str]:
    """Return the files of a mail of which nobody knows the case: the first by name, with what each may be of."""
    files = _unfiled(subject)
    named = [f"《{file.name}》{f'（可能是“{file.guess}”）' if file.guess else ''}" for file in files[:_NAMED]]
    return [f"{'、'.join(named)}等 {len(files)} 个文件"] if len(files) > _NAMED else named


def unfiled_evidence(subject: "Subject") -> str:
    """Return which clues there were, with how sure they make it, and the command by which a person files them."""
    guessed = [file for file in _unfiled(subject) if file.guess][:_NAMED]
    told = [f"{file.path}：{'；'.join(file.filing_clues)}（把握 {file.confidence:.0%}）" for file in guessed]
    command = f"zhengji decide file {subject.view.id} 文件 --case 小区"
    return "；".join([*(told or ["文件名、文件夹名、来信和同来的材料都没有指明一个小区"]), f"归档：{command}"])


def _unfiled(subject: "Subject") -> list[FileView]:
    own: Sequence[FileView] = subject.picture.unfiled.get(subject.view.id, ())
    return list(own)


def is_judged_photo(file: FileView, picture: "Picture") -> bool:
    """Tell a photo that is judged: not one that only illustrates a material, nor one of no submission."""
    return file.kind == "photo" and _counts(file, picture) and (not file.pasted or file.id in picture.photo_ids)


def is_judged_video(file: FileView, picture: "Picture") -> bool:
    """Tell a film that is judged."""
    return file.kind == "video" and _counts(file, picture)


def _counts(file: FileView, picture: "Picture") -> bool:
    standing = not file.superseded and file.id not in picture.withdrawn_files
    return standing and file.message_pk in picture.submission_ids
