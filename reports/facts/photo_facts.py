"""The facts of photos that rules judge: whether they can be opened, why one does not count, which serve two cases."""

import re
from typing import TYPE_CHECKING

from config.campaign import Campaign
from reports.incoming import FileView
from reports.picture import CaseView, Reuse
from reports.same_pictures import first_copies
from reports.wording import joined, size

if TYPE_CHECKING:
    from reports.subjects import Subject

# A chat program leaves no EXIF, and at most so many bytes a pixel; a camera leaves twice that.
_CHAT_BYTES_A_PIXEL = 0.3
_CHAT_LONG = (700, 2_600)
_CHAT_NAME = re.compile(r"微信|mmexport|wx_camera|weixin|wechat", re.IGNORECASE)
_CHAT_NOTE = "可能经微信压缩，请索要原图"
_PAIRS_TOLD = 5


def is_readable(file: FileView) -> bool | None:
    """Tell whether a photo is whole; None for a real picture that could not be tried (too many pixels, odd HEIC)."""
    if "readable" in file.facts:
        return bool(file.facts["readable"]) if file.facts["readable"] is not None else None
    return None if file.status == "ok" and file.format in {"heic", "avif"} else False


def pixels(file: FileView) -> str:
    """Return a picture's or a film's pixels for people."""
    width, height = file.facts.get("width"), file.facts.get("height")
    return f"{width}×{height} 像素" if width and height else "像素未知"


def fault(file: FileView, campaign: Campaign) -> str | None:
    """Return why a photo does not count (domain.md section 6.5), copies apart; None where it does."""
    if not is_readable(file):
        return str(file.facts.get("reason") or file.reason or "打不开")
    if file.format != "jpeg":
        return f"{file.format} 格式"
    return None if file.bytes >= campaign.call.photo_bytes else f"只有 {size(file.bytes)}"


def photo_evidence(subject: "Subject") -> str:
    """Return which photos count, with their pixels, and which do not, with the reason."""
    case: CaseView = subject.view
    fit = [file for file in case.photo_files if fault(file, subject.campaign) is None]
    copies = first_copies(fit)
    others = []
    for file in case.photo_files:
        reason = fault(file, subject.campaign)
        if file.id in copies:
            reason = f"与《{copies[file.id].name}》是同一张"
        if reason:
            others.append(f"《{file.name}》（{reason}）")
    parts = []
    if case.counted_photos:
        parts.append(f"合格：{joined(f'《{file.name}》（{pixels(file)}）' for file in case.counted_photos)}")
    if others:
        parts.append(f"不计：{joined(others)}")
    return "；".join(parts) or "尚未收到该小区的照片"


def size_evidence(subject: "Subject") -> str:
    """Return where a photo is, its pixels, and where it looks so, that a chat program made it small."""
    file: FileView = subject.view
    return "；".join(part for part in (file.path, pixels(file), chat_note(file, subject.campaign)) if part)


def chat_note(file: FileView, campaign: Campaign) -> str:
    """Return a note where a chat program seems to have compressed a photo; empty where nothing points to it."""
    facts = file.facts
    if file.format != "jpeg" or file.bytes >= campaign.call.photo_bytes or facts.get("exif") is not False:
        return ""
    long, area = max(facts.get("width") or 0, facts.get("height") or 0), facts.get("pixels") or 0
    low, high = _CHAT_LONG
    compressed = low <= long <= high and file.bytes <= area * _CHAT_BYTES_A_PIXEL
    return _CHAT_NOTE if compressed or _CHAT_NAME.search(file.name) else ""


def reused_photos(subject: "Subject") -> list[str]:
    """Return the case's photos that also serve other cases, each with the other case and its file."""
    pairs = [_pair(reuse) for reuse in _reuses(subject)]
    return [*pairs[:_PAIRS_TOLD], f"等 {len(pairs)} 处"] if len(pairs) > _PAIRS_TOLD else pairs


def reuse_evidence(subject: "Subject") -> str:
    """Return where the two files of each pair are."""
    return "；".join(f"{reuse.file.path} = {reuse.other.path}" for reuse in _reuses(subject)[:_PAIRS_TOLD])


def _reuses(subject: "Subject") -> tuple[Reuse, ...]:
    return subject.picture.reused.get(subject.view.id, ())


def _pair(reuse: Reuse) -> str:
    case = reuse.other_case
    return f"《{reuse.file.name}》与{case.city or case.province}{case.community}的《{reuse.other.name}》"
