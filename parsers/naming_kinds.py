"""Which material kind is a file, all in all? Its content decides; its name and folder where the content cannot say."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from config.campaign import Campaign
from parsers.archives import ARCHIVE_FORMATS
from parsers.base import Reading
from parsers.body_tables import is_body_table
from parsers.litter import find_litter

Told = tuple[str, float, str]
UNTOLD: Told = ("other", 0.0, "")

_VIDEOS = ("mp4", "mov", "3gp", "avi", "wmv", "mkv", "flv", "rm", "mpeg", "mpegts")
_IMAGES = ("jpeg", "png", "gif", "bmp", "tiff", "webp", "heic", "avif")
_BY_FORMAT: Mapping[str, Told] = {
    **dict.fromkeys(ARCHIVE_FORMATS, ("archive", 1.0, "内容：压缩包")),
    **dict.fromkeys(_VIDEOS, ("video", 1.0, "内容：视频")),
    **dict.fromkeys(("eml", "mbox", "msg", "tnef"), ("message", 1.0, "内容：邮件")),
    "exe": ("other", 1.0, "内容：程序或脚本"),
}
_EDITABLE = ("docx", "ole", "rtf", "odt", "xlsx", "ods", "mht", "html", "text")
_PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".heic", ".bmp", ".tif", ".tiff", ".webp", ".gif")
_VIDEO_SUFFIXES = (".mp4", ".mov", ".avi", ".wmv", ".mkv", ".flv", ".mpg", ".mpeg", ".m4v", ".3gp", ".rmvb")
# Content that a file with a picture's or a video's name has only by mistake or damage.
_NO_PICTURE = ("unknown", "text", "html", "")
_SUFFIX_WORDS = {**dict.fromkeys(_PHOTO_SUFFIXES, "photo"), **dict.fromkeys(_VIDEO_SUFFIXES, "video")}
_SCANS = {"summary_list": "summary_list_scan", "recommendation_form": "recommendation_form_scan"}
# A word of two characters (清单, 案例) is in many names: it tells a scan or an old .doc, not a Word file that was read.
_WEAK = 2
_SCAN_WORDS = re.compile("扫描|盖章|签章|scan", re.IGNORECASE)
_PHOTO_WORDS = re.compile(r"照片|图片|相片|实景|IMG|DSC|微信图片|mmexport|\d+x\d+", re.IGNORECASE)
# Papers of other matters whose names hold the same words, unless they speak of our matter too.
_FOREIGN = re.compile(
    "个人|人员|员工|先进|优秀|示范|党员|专家|会员|理事|经理|物资|费用|设备|发票|合同|收费|(?:照片|图片|资料|文件|附件|材料|服务)清单|"
    "服务事项|权力|责任|负面|问题|任务|采购|报价|资产|工程量|装箱|书目|参会"
)
_OURS = ("案例", "好服务", "小区")
# A picture of a page's corner: logos and icons of a signature.
_LOGO_BYTES, _LOGO_PIXELS = 20_000, 200
_PHOTO_BYTES, _PHOTO_LONG, _PHOTO_SHORT = 100_000, 800, 300
# Of a picture that somebody attached it takes less to be a photo; one that is smaller than an icon is none anywhere.
_ATTACHED_BYTES, _ATTACHED_LONG = 10_000, 300
_ICON_PIXELS = 64

# How a file stood where it came from: by itself, shown inside a mail's HTML, or in an archive or a watched folder.
ATTACHED, EMBEDDED, PACKED = "attached", "embedded", "packed"


def kind_of(reading: Reading, name: str, path: str, campaign: Campaign, place: str = ATTACHED) -> Told:
    """Return (kind, confidence 0..1, evidence in Chinese); `other` without evidence means that nothing could tell."""
    documents = [found for found in reading.found if found.kind not in {"photo", "video"}]
    if documents:
        best = max(documents, key=lambda found: found.confidence)
        return best.kind, best.confidence, f"内容：{campaign.kind_of(best.kind).label}"
    if litter := find_litter(reading, path):
        return "other", 1.0, litter
    if reading.format in _BY_FORMAT:
        return _BY_FORMAT[reading.format]
    if reading.format in _IMAGES:
        return _picture(reading, (name, path), campaign, place)
    if is_body_table(name):
        return "other", 0.7, "内容：正文中的表格"
    return _by_name(reading, name, path, campaign)


def _by_name(reading: Reading, name: str, path: str, campaign: Campaign) -> Told:
    """Return the kind of a file that is no picture by its name, then by the nearest folder that says anything."""
    suffix = PurePosixPath(name).suffix.lower()
    if reading.format in _NO_PICTURE and suffix in _SUFFIX_WORDS:
        return _SUFFIX_WORDS[suffix], 0.5, f"文件名以 {suffix} 结尾，内容认不出"
    for confidence, text, where in _texts(name, path):
        hint = _hint(text, campaign)
        if hint is None:
            continue
        kind, word = hint
        told = _as_format(kind, word, text, reading)
        if told is not None:
            return told, 0.5 if reading.format == "docx" else confidence, f"{where}含“{word}”"
    return UNTOLD


def _texts(name: str, path: str) -> Iterator[tuple[float, str, str]]:
    """Yield (confidence, text, what it is) of a file's name and its folders, nearest first; not of archives."""
    yield 0.7, _stem(name), "文件名"
    inside = path.rpartition("!/")[2]
    for folder in list(PurePosixPath(inside).parents)[:-1]:
        yield 0.6, unicodedata.normalize("NFKC", folder.name), "文件夹名"


def _stem(name: str) -> str:
    return unicodedata.normalize("NFKC", re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name))


def _hint(text: str, campaign: Campaign) -> tuple[str, str] | None:
    """Return (kind, word) that a name points to; a name that points to a list and a form points to neither."""
    if _FOREIGN.search(text) and not any(word in text for word in _OURS):
        return None
    other = campaign.kind_of("other").names
    plus = re.match(r"\s*[^+]{2,}\+\s*\S", text)
    if not plus and (word := next((word for word in other if text.endswith(word)), None)):
        return "other", word
    strong = [(kind, word) for kind in _SCANS if (word := _word(text, kind, campaign, weak=False))]
    if strong:
        return strong[0] if len(strong) == 1 else None
    if plus:
        return "case_material", "+"
    candidates = (
        ("other", next((word for word in other if word in text), None)),
        ("summary_list", _word(text, "summary_list", campaign, weak=True)),
        ("case_material", _word(text, "case_material", campaign, weak=True)),
    )
    return next(((kind, word) for kind, word in candidates if word), None)


def _word(text: str, kind: str, campaign: Campaign, *, weak: bool) -> str | None:
    """Return the longest word of a kind that stands in a name."""
    names = sorted(campaign.kind_of(kind).names, key=len, reverse=True)
    return next((word for word in names if word in text and (weak or len(word) > _WEAK)), None)


def _as_format(kind: str, word: str, text: str, reading: Reading) -> str | None:
    """Return the kind that a name's word means in a file of this format; None where it means nothing there."""
    weak = len(word) <= _WEAK and word != "+"
    if kind == "other":
        return "other"
    if reading.format in _EDITABLE:
        read = reading.format == "docx" and reading.status == "ok"
        # A Word file that was read and is no list is not made one by a word of its name, nor a table by 清单.
        if weak and (read or kind == "summary_list"):
            return None
        scanned = reading.format == "docx" and _SCAN_WORDS.search(text)
        return _SCANS.get(kind, kind) if scanned else kind
    return _SCANS.get(kind, kind)


def _picture(reading: Reading, named: tuple[str, str], campaign: Campaign, place: str) -> Told:
    """Return the kind of a picture: a scan by its name, else a photo or a logo by its name, its place and its size."""
    called = None
    for confidence, text, where in _texts(*named):
        if match := _PHOTO_WORDS.search(text):
            # A size in a name (logo-200x60) is of no scan, but need not be of a photo.
            called = None if match[0][0].isdigit() else f"{where}含“{match[0]}”"
            break
        hint = _hint(text, campaign)
        if hint and hint[0] in _SCANS:
            return _SCANS[hint[0]], confidence, f"{where}含“{hint[1]}”"
    facts: Mapping[str, Any] = next((found.facts for found in reading.found), {})
    return _by_size(facts, place, called)


def _by_size(facts: Mapping[str, Any], place: str, called: str | None) -> Told:
    """Tell a photo from a logo; what cannot be told by size is a photo, for a small photo must be in sight."""
    width, height, size = facts.get("width"), facts.get("height"), facts.get("bytes")
    if width is None or height is None or size is None:
        return "photo", 0.6, "内容：图片"
    long, short = max(width, height), min(width, height)
    if size >= _PHOTO_BYTES or (long >= _PHOTO_LONG and short >= _PHOTO_SHORT):
        return "photo", 0.8, f"内容：图片（{width}×{height}）"
    if place != EMBEDDED and long >= _ICON_PIXELS and (called or place == PACKED):
        return "photo", 0.6, f"{called or '内容：图片'}（{width}×{height}）"
    least_bytes, least_long = (_LOGO_BYTES, _LOGO_PIXELS) if place == EMBEDDED else (_ATTACHED_BYTES, _ATTACHED_LONG)
    if size < least_bytes or long < least_long:
        return "other", 0.7, f"内容：小图标（{width}×{height}，{size} 字节）"
    return "photo", 0.5, f"内容：图片（{width}×{height}）"
