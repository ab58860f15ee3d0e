"""The text pack of a case for the book: plain text per section, captions, photo originals, and what is not there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from config.campaign import Campaign, Section
from config.extensions import extension_of, usual_extension
from config.safe_names import Taken, safe, safe_name
from reports.book.captions import (
    Caption,
    Pictures,
    caption_rows,
    captions_of,
    captions_text,
    pictures_by_caption,
)
from reports.book.contact_sheet import Photo, photos_of
from reports.facts.file_facts import left_out
from reports.incoming import FileView
from reports.making.tables import csv_text
from reports.picture import CaseView, Picture
from reports.wording import clock, joined, one_line, sound

# 记事本 reads UTF-8 without it since 2019, older programs for setting books only with it; Windows' lines end in CRLF.
BOM = "\ufeff"
MISSING = "未识别到此节"
_STEM = 60
_KEPT_CHARACTERS = 20_000
_TITLE = "title"
# Control characters, and those that turn the direction of reading, have no place in a book.
_DROPPED = dict.fromkeys(
    [*(code for code in range(32) if code not in (9, 10)), *range(0x7F, 0xA0), *range(0x202A, 0x202F),
     *range(0x2066, 0x206A), 0xFEFF]
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A file of the pack, or something that is not there (no path): what it is, its text or the content that it is."""

    what: str
    path: str = ""
    text: str | None = None
    blob: str | None = None
    size: int | None = None
    characters: int | None = None
    source: str = ""
    note: str = ""

    @property
    def data(self) -> bytes:
        """A text's bytes: UTF-8 with BOM, lines ended by CRLF."""
        return encoded(self.text or "")


@dataclass(frozen=True)
class Texts:
    """What the readers keep of a material: the texts of its sections by name, and its captions."""

    sections: Mapping[str, str]
    captions: Sequence[Caption]


def encoded(text: str) -> bytes:
    """Return a text as it is put out: without what no book has, UTF-8 with BOM, lines ended by CRLF."""
    lines = sound(text).replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED).split("\n")
    return (BOM + "\r\n".join(lines)).encode("utf-8")


def case_folders(picture: Picture) -> dict[int, str]:
    """Return the folder of every case, 浙江/春江花园+标题, the same whatever is put out of them.

    Where two would have one name, who came first has it, so that what comes later renames nothing.
    """
    names, folders = Taken(), {}
    for case in sorted(picture.cases, key=lambda case: (case.first_arrival or picture.as_of, case.city or "", case.id)):
        own = f"{case.community}+{case.title}" if case.title else case.community
        province = safe_name(case.province)
        folders[case.id] = f"{province}/{names.name(province, safe(own, _STEM))}"
    return folders


def case_entries(case: CaseView, picture: Picture, kept: Mapping[str, str]) -> list[Entry]:
    """Return what a case's folder holds, paths within it; `kept` is what readers keep of its material's texts."""
    material, campaign = case.material, picture.campaign
    texts = Texts({name: text for name, text in kept.items() if name != "captions"}, captions_of(kept))
    sections = list(_sections(case, texts, campaign))
    pictures = list(_pictures(case, picture, texts))
    source = material.path if material else ""
    whole = Entry("全文", "全文.txt", _whole(case, sections), source=source, note=_cut_note(material, texts))
    made = [*sections, *([whole] if material else []), *pictures, *_captions(case, picture, texts, source)]
    made += _originals(case)
    about = Entry("说明", "00-说明.txt", _about(case, picture, made), note="")
    return [_counted(entry) for entry in (about, *made)]


def _counted(entry: Entry) -> Entry:
    """Return an entry with its size and, of a text, its characters: as Word counts a section, else all but space."""
    if entry.text is None:
        return entry
    count = entry.characters if entry.characters is not None else len("".join(entry.text.split()))
    return replace(entry, size=len(entry.data), characters=count)


def _sections(case: CaseView, texts: Texts, campaign: Campaign) -> Iterator[Entry]:
    """Yield the sections in the notice's order; what is not there is said and not made up."""
    material = case.material
    facts = {one["name"]: one for one in material.facts["section_facts"]} if material else {}
    for number, section in enumerate(campaign.section, start=1):
        named = f"{number:02}-{safe_name(section.label)}.txt"
        text = (case.title or "") if section.name == _TITLE else texts.sections.get(section.name, "")
        own = facts.get(section.name)
        if material is None:
            yield Entry(section.label, note=_no_material(case))
        elif not text.strip() or (own is not None and own["blank"] and section.name != _TITLE):
            yield Entry(section.label, source=material.path, note=_absent(own))
        else:
            yield _section(section, named, text, own, material)


def _section(section: Section, path: str, text: str, own: Mapping[str, Any] | None, material: FileView) -> Entry:
    notes = []
    if own is not None and own["shared"]:
        notes.append("与另一节合写，两节文字相同")
    if own is not None and own["hint"]:
        notes.append(f"留有模板字样“{own['hint']}”")
    if material.facts.get("method") == "ocr":
        notes.append("扫描识别，请对照原件")
    count = None if own is None or section.name == _TITLE else int(own["characters"])
    return Entry(section.label, path, text, characters=count, source=material.path, note="；".join(notes))


def _absent(own: Mapping[str, Any] | None) -> str:
    return MISSING if own is None else "只有标题、没有内容" if not own["hint"] else "只有模板字样、尚未填写"


def _no_material(case: CaseView) -> str:
    """Return why there is no text at all: nothing came, or nobody could read it here."""
    if not case.materials:
        return "尚未收到案例材料"
    return "；".join(f"《{one_line(file.name)}》{_unread(file)}" for file in case.materials)


def _unread(file: FileView) -> str:
    reason = left_out(file) or file.reason or "读不出内容"
    return reason if "请人工看" in reason else f"{reason}，请人工看"


def _cut_note(material: FileView | None, texts: Texts) -> str:
    """Return a note where the text is longer than what is kept of it."""
    if material is None or sum(map(len, texts.sections.values())) < _KEPT_CHARACTERS:
        return ""
    return f"全文过长，只保留了前 {_KEPT_CHARACTERS:,} 字，其余见原稿"


def _whole(case: CaseView, sections: Iterable[Entry]) -> str:
    """Return all sections in one text, those that are not there said in their place."""
    parts = [
        f"{entry.what}\n\n{entry.text}" if entry.text is not None else f"{entry.what}\n\n【{entry.note}】"
        for entry in sections
    ]
    return f"{case.community}\n\n" + "\n\n\n".join(parts)


def _pictures(case: CaseView, picture: Picture, texts: Texts) -> Iterator[Entry]:
    """Yield the originals of the photos by their number, then the pictures that stand in the material."""
    photos = {photo.file.id: photo for photo in photos_of(case, picture)}
    below = pictures_by_caption(inserted(case), texts.captions)
    for file, path in _paths(case):
        caption = below.get(file.id)
        if file.pasted:
            yield _original(file, "插图", path, f"图注：{caption.text}" if caption else "")
        else:
            yield _photo(photos[file.id], path)


def _paths(case: CaseView) -> Iterator[tuple[FileView, str]]:
    """Yield where the photos go, by their number, and the pictures of the material, as they were taken out of it."""
    digits = len(str(max(10, len(case.photo_files))))
    for number, file in enumerate(case.photo_files, start=1):
        if not file.pasted:
            yield file, f"照片/照片{number:0{digits}}.{usual_extension(file.name, file.format)}"
    for file in inserted(case):
        yield file, f"插图/{safe_name(PurePosixPath(file.name).stem)}.{usual_extension(file.name, file.format)}"


def inserted(case: CaseView) -> list[FileView]:
    """Return the pictures that stand in the material that counts, in the order of its text."""
    material = case.material
    if material is None:
        return []
    inside = f"{material.path}!/"
    found = [
        file for file in case.files
        if file.pasted and file.message_pk == material.message_pk and file.path.startswith(inside)
    ]  # fmt: skip
    return sorted(found, key=lambda file: (_number(file), file.path))


def _number(file: FileView) -> int:
    digits = "".join(one for one in PurePosixPath(file.name).stem if one.isdecimal())
    return int(digits) if digits else 0


def _photo(photo: Photo, path: str) -> Entry:
    said = (f"不合格：{photo.why_not}" if photo.why_not else "", f"也用于{photo.elsewhere}" if photo.elsewhere else "")
    return _original(photo.file, "照片", path, "；".join(one for one in said if one))


def _original(file: FileView, what: str, path: str, note: str) -> Entry:
    if file.sha256 is None:
        return Entry(what, source=file.path, note=f"没有内容：{file.reason}")
    return Entry(what, path, blob=file.sha256, size=file.bytes, source=file.path, note=note)


def _captions(case: CaseView, picture: Picture, texts: Texts, source: str) -> Iterator[Entry]:
    """Yield the captions as text, as they stand in the material, and the table of all pictures with theirs."""
    if case.material is not None:
        told = captions_text(case.material, texts.captions, picture.campaign)
        yield Entry("图注", "图注.txt", told, source=source)
    paths = {file.id: path for file, path in _paths(case)}
    pictures = Pictures(photos_of(case, picture), inserted(case), paths)
    rows = caption_rows(pictures, texts.captions, picture.campaign)
    yield Entry("图注一览", "图注.csv", csv_text(*rows), source=source)


def _originals(case: CaseView) -> Iterator[Entry]:
    """Yield the materials as they came, the one that counts first."""
    names = Taken()
    for file in sorted(case.materials, key=lambda one: one is not case.material):
        stem = safe(file.name.rpartition(".")[0] or file.name, _STEM)
        name = names.name("", stem, extension_of(file.name, file.format))
        note = "" if file is case.material else _unread(file) if "section_facts" not in file.facts else "另一份"
        yield _original(file, "原稿", f"原稿/{name}", note)


def _about(case: CaseView, picture: Picture, made: Sequence[Entry]) -> str:
    """Return what stands at the front of a case's folder: whose it is, as of when, and what is not there."""
    call, material = picture.campaign.call, case.material
    notes = [f"{entry.path}：{entry.note}" for entry in made if entry.path and entry.note]
    absent = _absences(made)
    state = f"，已撤回（{case.withdrawn}）" if case.withdrawn is not None else ""
    lines = [
        f"小区名称：{case.community}{state}",
        f"省份城市：{case.province} {case.city or '城市不明'}",
        f"物业服务企业：{case.company or '不明'}",
        f"案例标题：{case.title or MISSING}",
        f"来源文件：{material.path if material else '无'}",
        f"截至：{clock(picture.as_of, call.zone)}（北京时间）　{call.notice}",
        "",
        f"没有的内容：{'无' if not absent else ''}",
        *absent,
        "",
        f"请注意：{'无' if not notes else ''}",
        *notes,
        "",
        "各节文字照材料原样，没有改动；表格每行一行，各格以制表符隔开；图注不计入正文，另见图注.txt 和图注.csv。",
    ]
    return "\n".join(lines)


def _absences(made: Sequence[Entry]) -> list[str]:
    """Return what is not there, a line for each reason."""
    reasons: dict[str, list[str]] = {}
    for entry in made:
        if not entry.path:
            reasons.setdefault(entry.note, []).append(entry.what)
    return [f"{joined(dict.fromkeys(own))}：{reason}" for reason, own in reasons.items()]
