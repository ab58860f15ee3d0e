"""Which captions stand in a material, and which of its pictures is each one's? They stand below (附件2 二(三)).

Where that cannot be told, nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from config.campaign import Campaign
from reports.facts.photo_facts import pixels
from reports.incoming import FileView
from reports.wording import one_line, yes_no

if TYPE_CHECKING:
    from reports.book.contact_sheet import Photo

_HEADINGS = (
    "类别", "文件", "原文件名", "像素", "字节", "图注（材料原文）", "所在章节", "合格照片", "说明", "SHA-256",
    "来源文件",
)  # fmt: skip
_PARTS = 4
_UNSURE = "不能确定是哪一幅图的图注，请人工核对"


@dataclass(frozen=True)
class Caption:
    """A caption as the material has it: in which section, of a picture (图) or a table (表), its text.

    `before` is how many pictures of the material stand before it, None where that is not known.
    """

    section: str
    mark: str
    before: int | None
    text: str


def captions_of(kept: Mapping[str, str]) -> list[Caption]:
    """Return the captions that the readers keep of a material, in the order of its text."""
    parts = [line.split("\t", _PARTS - 1) for line in kept.get("captions", "").splitlines()]
    return [
        Caption(section, mark, int(before) if before.isdecimal() else None, text)
        for section, mark, before, text in (one for one in parts if len(one) == _PARTS)
    ]


def pictures_by_caption(pictures: Sequence[FileView], captions: Sequence[Caption]) -> dict[int, Caption]:
    """Return the captions of pictures by the pictures' ids, those alone that are sure.

    `pictures` are those taken out of the material in the order of its text. By where they stand, where all pictures
    were taken out; else by their order, where there are as many captions.
    """
    own = [one for one in captions if one.mark == "图"]
    numbered = {_ordinal(file): file for file in pictures}
    placed = {one.before: one for one in reversed(own) if one.before is not None}
    if len(placed) == len(own) and own and set(placed) <= set(numbered) and _is_whole(numbered):
        return {numbered[before].id: one for before, one in placed.items() if before is not None}
    if len(own) == len(pictures) and not placed:
        return {file.id: one for file, one in zip(pictures, own, strict=True)}
    return {}


def _ordinal(file: FileView) -> int | None:
    """Return the number by which a picture was taken out of its material: 图3.jpg is the third."""
    digits = PurePosixPath(file.name).stem.removeprefix("图")
    return int(digits) if digits.isdecimal() else None


def _is_whole(numbered: Mapping[int | None, FileView]) -> bool:
    return set(numbered) == set(range(1, len(numbered) + 1))


def captions_text(material: FileView, captions: Sequence[Caption], campaign: Campaign) -> str:
    """Return the captions as plain text; says so where there are none, or where they were not kept."""
    labels = {section.name: section.label for section in campaign.section}
    counted = (material.facts.get("picture_captions") or 0) + (material.facts.get("table_captions") or 0)
    if not captions:
        return "材料中的图注由较早的版本读取，没有留存文字，请见原稿" if counted else "材料中没有识别到图注、表注"
    lines = [f"{one.text}\t（{labels.get(one.section, '正文之前')}）" for one in captions]
    return "\n".join(("材料中的图注、表注，按出现的先后：", "", *lines))


@dataclass(frozen=True)
class Pictures:
    """What a case shows: its photos, the pictures in its material, and where each lies in the pack, by its id."""

    photos: "Sequence[Photo]"
    inserted: Sequence[FileView]
    paths: Mapping[int, str]


def caption_rows(
    pictures: Pictures, captions: Sequence[Caption], campaign: Campaign
) -> tuple[Sequence[str], list[list[Any]]]:
    """Return headings and rows of the table of photos, pictures and captions."""
    labels = {section.name: section.label for section in campaign.section}
    below = pictures_by_caption(pictures.inserted, captions)
    rows = [
        ["照片", *_told(photo.file, pictures), "", "", yes_no(not photo.why_not), photo.why_not, *_origin(photo.file)]
        for photo in pictures.photos
        if not photo.file.pasted
    ]
    for file in pictures.inserted:
        own = below.get(file.id)
        caption = (own.text, labels.get(own.section, "")) if own else ("", "")
        rows.append(["插图", *_told(file, pictures), *caption, "", "", *_origin(file)])
    for one in captions:
        if one not in below.values():
            note = _UNSURE if one.mark == "图" else ""
            rows.append([f"{one.mark}注", "", "", "", "", one.text, labels.get(one.section, ""), "", note, "", ""])
    return _HEADINGS, rows


def _told(file: FileView, pictures: Pictures) -> list[Any]:
    return [pictures.paths.get(file.id, ""), one_line(file.name), pixels(file), file.bytes]


def _origin(file: FileView) -> list[str]:
    return [file.sha256 or "", file.path]
