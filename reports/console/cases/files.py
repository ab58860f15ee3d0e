"""The files of a case as its page shows them: papers, photos and films, whether each counts, and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.campaign import Campaign
from reports.console.board import file_key
from reports.console.cases.part import Part
from reports.facts.case_facts import FORM_KINDS
from reports.facts.file_facts import is_told, left_out
from reports.facts.photo_facts import fault, pixels
from reports.finding import Finding
from reports.incoming import FileView
from reports.picture import CaseView
from reports.stamps import is_stamped

PAPERS, PHOTOS, FILMS = "papers", "photos", "films"
GROUPS: Mapping[str, str] = {PAPERS: "表、材料和其他文件", PHOTOS: "照片", FILMS: "视频"}
_GROUP_OF = {"photo": PHOTOS, "video": FILMS}
_ORDER = (*FORM_KINDS, "case_material", "summary_list", "summary_list_scan", "other", "photo", "video")
# What a first page can be made of: documents that Word knows, pages, and pictures of pages.
_PAGED = frozenset(
    ("docx", "doc", "ole", "wps", "rtf", "odt", "wordml", "pdf", "xlsx", "xls", "jpeg", "png", "tiff", "heic", "webp")
)
_STATUSES = {
    "encrypted": "有密码，打不开",
    "corrupt": "已损坏，打不开",
    "unsafe": "不安全，没有打开",
    "unsupported": "这里打不开，请人工看",
    "volume_missing": "分卷不全，打不开",
}
_SEALS = {True: "有红色公章", False: "没有红色公章", None: ""}


@dataclass(frozen=True)
class Item:
    """A file with what is to be seen of it: `state` is ok, warning or empty, `said` says what that means."""

    file: FileView
    key: str
    label: str
    state: str
    said: str
    more: str
    picture: str
    findings: Sequence[Finding]


def group_of(file: FileView) -> str:
    """Return the group in which a file is shown."""
    return _GROUP_OF.get(file.kind, PAPERS)


def ordered(case: CaseView) -> list[FileView]:
    """Return a case's files in the order in which they are shown: papers first, and what counts first."""
    places = {kind: number for number, kind in enumerate(_ORDER)}
    last = places["other"]
    # The list that names it is the association's, and speaks of it.
    lists = {row.file.id: row.file for row in case.rows}
    own = (*lists.values(), *(file for file in case.files if file.id not in lists))
    return sorted(own, key=lambda one: (places.get(one.kind, last), one.pasted, one.superseded, one.path))


def item(file: FileView, part: Part | None, campaign: Campaign, case: CaseView | None = None) -> Item:
    """Return a file as it is shown, in its case or by itself."""
    state, said = _state(file, case, campaign)
    return Item(
        file=file,
        key=file_key(file),
        label=campaign.kind_of(file.kind).label,
        state=state,
        said=said,
        more=_more(file),
        picture=_picture(file),
        findings=part.on_file(file) if part else (),
    )


def _state(file: FileView, case: CaseView | None, campaign: Campaign) -> tuple[str, str]:
    """Return whether a file counts, and what is to be said of that."""
    if file.superseded:
        return "", "已被新版取代"
    if file.status != "ok":
        return "warning", f"{_STATUSES.get(file.status, '打不开')}{f'（{file.reason}）' if file.reason else ''}"
    if file.kind == "photo":
        return _photo_state(file, case, campaign)
    if not is_told(file):
        rest = left_out(file)
        return "warning", f"没有全部读出：{rest}" if rest else "读不出内容，请人工看"
    return ("ok", "计入") if case is not None else ("", "")


def _photo_state(file: FileView, case: CaseView | None, campaign: Campaign) -> tuple[str, str]:
    if why := fault(file, campaign):
        return "warning", f"不计：{why}"
    if case is None:
        return "", ""
    if any(one.id == file.id for one in case.counted_photos):
        return "ok", "计入"
    if any(one.id == file.id for one in case.photo_files):
        return "", "不计：与另一张是同一张"
    return "", "材料里的插图，不计"


def _more(file: FileView) -> str:
    if file.kind in ("photo", "video"):
        return pixels(file)
    return _SEALS[is_stamped(file)] if file.kind in (*FORM_KINDS, "summary_list_scan") else ""


def _picture(file: FileView) -> str:
    """Return which picture can be had of a file: `preview` of a photo, `page` of a document, or none."""
    if file.status != "ok" or not file.sha256:
        return ""
    if file.kind == "photo":
        return "preview" if fault_free(file) else ""
    return "page" if file.format in _PAGED and not file.pasted else ""


def fault_free(file: FileView) -> bool:
    """Tell whether a photo's content could be opened, however small it is."""
    return bool(file.facts.get("readable"))
