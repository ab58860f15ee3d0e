"""The contact sheet of a case's photos (照片页): what each shows, whether it counts and why not, on A4."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from config.campaign import Campaign
from reports.facts.photo_facts import fault, is_readable
from reports.incoming import FileView
from reports.making.pdf import HEIGHT, WIDTH, Fonts, Pdf, absent_said
from reports.picture import CaseView, Picture
from reports.same_pictures import first_copies
from reports.wording import clock, joined, size

_MARGIN, _GAP = 15.0, 8.0
_COLUMNS, _ROWS = 2, 3
_A_PAGE = _COLUMNS * _ROWS
_TOP, _FOOT = 48.0, 283.0
_CELL_WIDTH = (WIDTH - 2 * _MARGIN - _GAP) / _COLUMNS
_CELL_HEIGHT = (_FOOT - 2 - _TOP) / _ROWS
_SHOWN_HEIGHT = 56.0
_INK, _GREY, _RED, _GREEN, _RULE, _PALE = "#1A1A1A", "#5B6570", "#A61B1B", "#1E5B2E", "#9AA7B4", "#F3F5F7"
_CANNOT_OPEN = "打不开，请人工看"


@dataclass(frozen=True)
class Shown:
    """A small picture of a photo as JPEG, and whether its EXIF turned it; None where it cannot be had, with why."""

    jpeg: bytes | None
    turned: bool = False
    reason: str = ""


# Gives the small picture of a content, by its hash and size.
Thumbnails = Callable[[str, int], Shown]


@dataclass(frozen=True)
class Photo:
    """A photo on the sheet: its number, whether it counts, why not, and which other cases use it."""

    number: int
    file: FileView
    why_not: str
    elsewhere: str


@dataclass
class Made:
    """A PDF, and the characters that no font of this machine has."""

    data: bytes
    absent: set[str] = field(default_factory=set)


def photos_of(case: CaseView, picture: Picture) -> list[Photo]:
    """Return a case's photos in their order, numbered as everywhere in the book."""
    campaign = picture.campaign
    copies = first_copies([file for file in case.photo_files if fault(file, campaign) is None])
    uses: dict[int, list[str]] = {}
    for reuse in picture.reused.get(case.id, ()):
        other = reuse.other_case
        uses.setdefault(reuse.file.id, []).append(f"{other.province}{other.city or ''}{other.community}")
    return [
        Photo(number, file, _why_not(file, copies, campaign), joined(dict.fromkeys(uses.get(file.id, ())), 2))
        for number, file in enumerate(case.photo_files, start=1)
    ]


def _why_not(file: FileView, copies: dict[int, FileView], campaign: Campaign) -> str:
    """Return why a photo does not count, in the words of the notice; empty where it does."""
    if file.id in copies:
        return f"重复，与《{copies[file.id].name}》是同一张"
    if fault(file, campaign) is None:
        return ""
    if not is_readable(file):
        return f"打不开（{fault(file, campaign)}）"
    if file.format != "jpeg":
        return f"非JPEG（{file.format} 格式）"
    return f"不足{campaign.call.photo_bytes / 1_000_000:g}MB（{size(file.bytes)}）"


def contact_sheet(cases: Sequence[CaseView], picture: Picture, thumbnails: Thumbnails, fonts: Fonts) -> Made:
    """Return the contact sheets of cases as one PDF, each case on pages of its own."""
    names = joined((case.community for case in cases), 3)
    pdf = Pdf(fonts, f"{names} 照片页")
    pages = list(_pages(cases, picture))
    for number, (case, photos, first) in enumerate(pages, start=1):
        if number > 1:
            pdf.next_page()
        if first:
            pdf.mark(f"{case.province} {case.city or ''} {case.community}")
        _head(pdf, case, picture.campaign)
        for place, photo in enumerate(photos):
            _cell(pdf, place, photo, thumbnails)
        if not photos:
            pdf.text((_MARGIN, _TOP + 4), "尚未收到这个小区的照片", 11, _GREY)
        _foot(pdf, number, len(pages), picture)
    return Made(pdf.finished(), pdf.absent)


def _pages(cases: Iterable[CaseView], picture: Picture) -> Iterator[tuple[CaseView, Sequence[Photo], bool]]:
    """Yield the pages: of which case, with which photos, and whether it is the case's first one."""
    for case in cases:
        photos = photos_of(case, picture)
        for start in range(0, max(1, len(photos)), _A_PAGE):
            yield case, photos[start : start + _A_PAGE], start == 0


def _head(pdf: Pdf, case: CaseView, campaign: Campaign) -> None:
    width = WIDTH - 2 * _MARGIN
    pdf.text((_MARGIN, 12), _first(pdf.lines(case.community, 18, width, 1)), 18, _INK)
    pdf.text((_MARGIN, 21), f"{case.province}　{case.city or '城市不明'}", 10.5, _INK)
    company = pdf.lines(f"物业服务企业：{case.company or '不明'}", 10.5, width, 1)
    title = pdf.lines(f"案例标题：{case.title or '未识别到'}", 10.5, width, 1)
    pdf.text((_MARGIN, 27), _first(company), 10.5, _INK)
    pdf.text((_MARGIN, 33), _first(title), 10.5, _INK)
    call, counted = campaign.call, case.photos
    told = f"照片 {len(case.photo_files)} 张，合格 {counted} 张（要求 {call.photos_min}-{call.photos_max} 张）"
    fits = call.photos_min <= counted <= call.photos_max
    withdrawn = "　已撤回" if case.withdrawn is not None else ""
    pdf.text((_MARGIN, 39), told + withdrawn, 10.5, _GREEN if fits and not withdrawn else _RED)
    pdf.line((_MARGIN, 45.5), (WIDTH - _MARGIN, 45.5), _RULE)


def _first(lines: Sequence[str]) -> str:
    return lines[0] if lines else ""


def _cell(pdf: Pdf, place: int, photo: Photo, thumbnails: Thumbnails) -> None:
    """Put one photo with its three lines in its place on the page."""
    x = _MARGIN + (place % _COLUMNS) * (_CELL_WIDTH + _GAP)
    y = _TOP + (place // _COLUMNS) * _CELL_HEIGHT
    box = (x, y, _CELL_WIDTH, _SHOWN_HEIGHT)
    shown = _shown(photo.file, thumbnails)
    pdf.frame(box, _RULE, _PALE)
    if shown.jpeg is not None:
        pdf.picture(shown.jpeg, box)
        pdf.frame(box, _RULE)
    else:
        pdf.text((x + 4, y + 22), _CANNOT_OPEN, 12, _RED)
        for number, line in enumerate(pdf.lines(shown.reason, 8.5, _CELL_WIDTH - 8, 2)):
            pdf.text((x + 4, y + 29 + 4.4 * number), line, 8.5, _GREY)
    below = y + _SHOWN_HEIGHT + 1.5
    named = f"{photo.number}．{photo.file.name}{'（文档插图）' if photo.file.pasted else ''}"
    pdf.text((x, below), _first(pdf.lines(named, 9.5, _CELL_WIDTH, 1)), 9.5, _INK)
    pdf.text((x, below + 4.8), _measured(photo.file, turned=shown.turned), 8.5, _GREY)
    said = f"不计：{photo.why_not}" if photo.why_not else "合格"
    said += f"；也用于{photo.elsewhere}" if photo.elsewhere else ""
    colour = _RED if photo.why_not or photo.elsewhere else _GREEN
    for number, line in enumerate(pdf.lines(said, 8.5, _CELL_WIDTH, 2)):
        pdf.text((x, below + 9.2 + 4 * number), line, 8.5, colour)


def _shown(file: FileView, thumbnails: Thumbnails) -> Shown:
    """Return the small picture of a photo; one that its reader could not open is not tried again."""
    if file.sha256 is None or not is_readable(file):
        return Shown(None, reason=str(file.facts.get("reason") or file.reason))
    return thumbnails(file.sha256, file.bytes)


def _measured(file: FileView, *, turned: bool) -> str:
    """Return pixels, bytes, which way it lies, and whether it was turned as its camera says."""
    wide, high = file.facts.get("width"), file.facts.get("height")
    parts = [f"{wide}×{high} 像素" if wide and high else "像素未知", size(file.bytes)]
    if wide and high:
        parts.append("横幅" if wide > high else "竖幅" if high > wide else "方形")
    return "，".join([*parts, *(["已按拍摄方向转正"] if turned else [])])


def _foot(pdf: Pdf, number: int, total: int, picture: Picture) -> None:
    call = picture.campaign.call
    pdf.line((_MARGIN, _FOOT), (WIDTH - _MARGIN, _FOOT), _RULE)
    told = f"{call.title}　照片页　截至 {clock(picture.as_of, call.zone)}（北京时间）"
    pdf.text((_MARGIN, _FOOT + 2), told, 8, _GREY)
    pdf.text((WIDTH - _MARGIN, _FOOT + 2), f"第 {number} 页，共 {total} 页", 8, _GREY, "right")
    absent = pdf.lines(absent_said(pdf.absent), 7.5, WIDTH - 2 * _MARGIN, 1)
    if absent:
        pdf.text((_MARGIN, min(_FOOT + 6.5, HEIGHT - 6)), absent[0], 7.5, _RED)
