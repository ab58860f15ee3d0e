"""The facts of a case's material that rules judge: sections, their lengths, and its layout (附件2).

Where several materials came the newest counts. What could not be read is never called missing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from config.campaign import Campaign, Section
from reports.incoming import FileView
from reports.picture import CaseView

if TYPE_CHECKING:
    from reports.subjects import Subject

# How a document was read that OCR may misread, and whose lines need not be those of its author.
_READ_BY_OCR = ("ocr",)
_BROKEN_LINES = ("ocr", "pdf")
_TITLE = "title"
# The parser keeps so much of a template's hint.
_HINT_CHARACTERS = 30


def material_of(case: CaseView) -> FileView | None:
    """Return the material that counts; see `CaseView.material`."""
    return case.material


def sections_missing(case: CaseView, campaign: Campaign) -> list[str] | None:
    """Return which sections are not there, have no text, or still hold a template's words; None where untold."""
    file = material_of(case)
    if file is None or file.facts["method"] in _READ_BY_OCR:
        return None
    facts = _by_name(file)
    absent = [section.label for section in campaign.section if not _is_there(section, file, facts)]
    present = [(section, facts[section.name]) for section in campaign.section if section.name in facts]
    blank = [f"“{section.label}”{_blank(section, own)}" for section, own in present if own["blank"]]
    left = [
        f"“{section.label}”里还留有模板字样“{_snippet(own['hint'])}”"
        for section, own in present
        if own["hint"] and not own["blank"]
    ]
    return [*([f"没有找到“{'”“'.join(absent)}”"] if absent else []), *blank, *left]


def _blank(section: Section, own: Mapping[str, Any]) -> str:
    """Return how a section has nothing of its own: its heading alone, or a template's words below it."""
    if own["hint"]:
        return "只有模板字样、尚未填写"
    return "尚未填写" if section.name == _TITLE else "只有标题、没有内容"


def _snippet(hint: str) -> str:
    """Return a hint for people, its last mark left out, and said to go on where it is cut."""
    return f"{hint}…" if len(hint) >= _HINT_CHARACTERS else hint.rstrip("，。；、：")


def _by_name(file: FileView) -> Mapping[str, Mapping[str, Any]]:
    return {one["name"]: one for one in file.facts["section_facts"]}


def _is_there(section: Section, file: FileView, facts: Mapping[str, Any]) -> bool:
    """Tell whether a section is there; a title needs no heading."""
    return section.name in facts or (section.name == _TITLE and bool(file.facts.get("title")))


def sections_off(case: CaseView, campaign: Campaign) -> list[str] | None:
    """Return which sections are longer or shorter than asked, with their counts; None where they cannot be counted."""
    file = material_of(case)
    if file is None or file.facts["method"] in _BROKEN_LINES:
        return None
    facts = _by_name(file)
    counted = [(section, facts[section.name]) for section in campaign.section if section.name in facts]
    tolerance = campaign.call.section_tolerance
    return [
        f"“{section.label}”{own['characters']} 字（要求 {_asked(section)}）"
        for section, own in counted
        if not (own["shared"] or own["blank"] or _fits(section, own["characters"], tolerance))
    ]


def _fits(section: Section, characters: int, tolerance: float) -> bool:
    """Tell whether a length is as asked: a limit holds to the character, “about” within the tolerance."""
    if section.at_most is not None:
        return characters <= section.at_most
    return section.about is None or abs(characters - section.about) <= tolerance * section.about


def _asked(section: Section) -> str:
    return f"{section.at_most} 字以内" if section.at_most is not None else f"{section.about} 字左右"


def layout_faults(case: CaseView) -> list[str] | None:
    """Return what of the layout is otherwise than asked; None where the file does not tell."""
    file = material_of(case)
    return file.facts.get("layout_faults") if file else None


def counts(subject: "Subject") -> str:
    """Return the evidence: the material, and how long each of its sections is."""
    file = material_of(subject.view)
    if file is None:
        return ""
    labels = {section.name: section.label for section in subject.campaign.section}
    lengths = "、".join(f"{labels.get(name, name)} {own['characters']} 字" for name, own in _by_name(file).items())
    return f"《{file.name}》：{lengths}" if lengths else f"《{file.name}》"


def named(subject: "Subject") -> str:
    """Return the evidence: which material was looked at."""
    file = material_of(subject.view)
    return f"《{file.name}》" if file else ""


def pasted_note(subject: "Subject") -> str:
    """Return a note where photos were pasted into a paper: they are there, but their originals are asked for."""
    pasted = [file for file in subject.view.photo_files if file.pasted]
    return f"（文档中另有插图 {len(pasted)} 张，请提供原图）" if pasted else ""
