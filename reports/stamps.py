"""Is it stamped? What the scans and forms of a case or an association say of their red seals.

A grey copy cannot tell, and neither can a file that could not be read: “cannot tell” (None) is never “bears none”.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reports.incoming import FileView

if TYPE_CHECKING:
    from reports.subjects import Subject

# The formats whose pictures are looked at where there are any: without one, there is no seal.
_LOOKED_INTO = ("docx", "doc", "rtf", "odt", "wordml", "pdf")

# How the places for seals are called.
_AT: Mapping[str | None, str] = {"applicant": "申报单位处", "recommender": "推荐单位处", "submitter": "提交单位处"}


def is_stamped(file: FileView) -> bool | None:
    """Tell whether a file bears a red seal; one that was read and looked into and shows no picture bears none."""
    if "stamped" in file.facts:
        return bool(file.facts["stamped"]) if file.facts["stamped"] is not None else None
    return False if file.facts.get("fields") and file.format in _LOOKED_INTO else None


def any_stamped(files: Iterable[FileView]) -> bool | None:
    """Tell whether one of several versions bears a red seal; None where that cannot be told, or there is none."""
    told = [is_stamped(file) for file in files]
    if any(told):
        return True
    return None if None in told or not told else False


def form_seals(subject: "Subject") -> str:
    """Return which versions of a case's form were looked at for a seal."""
    return _looked_at(subject.view.forms)


def list_seals(subject: "Subject") -> str:
    """Return which scans of a list were looked at for a seal."""
    return _looked_at(subject.view.list_scans)


def seals_said(files: Iterable[FileView]) -> str:
    """Return where the seals of some files stand and what they say, beside the name that stands there."""
    said = (_seal_said(seal, file.facts) for file in files for seal in file.facts.get("seals", ()))
    return "；".join(dict.fromkeys(said))


def _seal_said(seal: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Return what one seal says, such as 推荐单位处：杭州市物业管理协会（与此处单位一致）."""
    # A list has one place for a seal.
    at = seal.get("at") or ("submitter" if "rows" in facts else None)
    if at and seal.get("agrees"):
        named = facts.get("fields", facts).get(at) or {}
        return f"{_AT[at]}：{named.get('value')}（与此处单位一致）"
    return f"{_AT.get(at, '其他位置')}：{_text_said(seal)}"


def _text_said(seal: Mapping[str, Any]) -> str:
    if not seal.get("text"):
        return "文字认不出"
    return f"“{seal['text']}”（{'与此处单位不一致，请核对' if seal.get('agrees') is False else '文字待核'}）"


def _looked_at(files: Sequence[FileView]) -> str:
    return "；".join(f"《{file.name}》{_pages(file)}未见红色公章" for file in files)


def _pages(file: FileView) -> str:
    pages = file.facts.get("pages")
    return f"共 {pages} 页，" if isinstance(pages, int) and pages > 1 else ""
