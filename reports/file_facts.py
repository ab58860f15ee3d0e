"""The facts of one file that rules judge: whether it is known what it is, and whether it could be read as that."""

from typing import TYPE_CHECKING

from reports.picture import FileView

if TYPE_CHECKING:
    from reports.subjects import Subject

# What a reader of each kind leaves where it could read anything.
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
