"""What is a picture file: its real format, pixels, date, and can it be opened whole? The one door to Pillow.

The pixels are loaded, for `verify()` passes truncated files; a JPEG is loaded reduced, which finds truncation at a
fraction of the cost (54 ms for 12 megapixels). Truncated files are never patched up. HEIC is read by pi-heif, which
only decodes; AVIF by Pillow itself.
"""

import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import pi_heif
from PIL import Image, ImageFile

from parsers.base import ParseError
from parsers.boxes import boxes, is_cut
from parsers.fingerprint import SIDE, fingerprint

# Pillow's own limit raises before the header can be told; ours stands in `_too_many`.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False
# One thread: the clean room counts processor time. Thumbnails and depth maps of phones are not asked for.
pi_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)

MAX_PIXELS = 200_000_000
# Formats that can only be loaded whole need up to 4 bytes a pixel, a progressive JPEG up to 6, HEIC and AVIF up to 9.
MAX_PIXELS_WHOLE = 64_000_000
MAX_PIXELS_MOVIE_CODEC = 50_000_000
# WebP is loaded whole by way of two more copies of it.
MAX_PIXELS_WEBP = 25_000_000
# A scan of more pages than this is none of ours: the longest summary list has 10.
MAX_PAGES = 100
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "HEIF", "AVIF")
_NAMES = {"MPO": "JPEG", "HEIF": "HEIC"}
_SHRINK = 8
_ORIENTATION, _EXIF_IFD = 0x0112, 0x8769
# DateTimeOriginal, DateTimeDigitized; DateTime, when the file was written, only where neither is there.
_TAKEN, _WRITTEN = (0x9003, 0x9004), 0x0132
_DAY_MARKS = re.compile("[:/.]")
_CAMERA = (0x010F, 0x0110)
_TURNED = (5, 6, 7, 8)
# EXIF orientation -> what puts the picture upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_REDUCIBLE = ("L", "LA", "La", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "LAB", "I", "F")
# What Pillow and its codecs were seen to raise on broken or hostile pictures.
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError, EOFError, OverflowError,
    ZeroDivisionError, RuntimeError, struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip
_END_OF_JPEG = b"\xff\xd9"
_TAIL_BYTES = 65_536
# Paper by yellow lamps has some colour, in a shadow less light (of 255 each).
_PALE, _LIGHT = 90, 100
_ZERO_BYTES = 4_096
# The frame's size is in the first bytes ("WebP Container Specification"), in 14 bits where there is no more than one.
_WEBP_HEAD, _WEBP_SIDE = 30, 0x3FFF
_TOO_MANY = "像素过多（{}×{}），没有打开"
_CANNOT_OPEN = "图片打不开，可能已损坏"
_NOT_WHOLE = "图片不完整，可能没有传完"
_CANNOT_DECODE = "本版解不开这种图片，请人工看"


@dataclass(frozen=True)
class Picture:
    """A picture as measured: format (None where unknown), width and height as shown (after rotation), whether whole.

    `readable` is None where it was not tried; `reason` says in Chinese why it is not True; `taken` is local ISO time;
    `exif` whether it tells a camera or when it was taken; `pages` how many a TIFF has, 1 for all others; `fingerprint`
    see `parsers.fingerprint`, None where not readable or where the picture shows next to nothing; `paper` the share
    (0..1) of it that is as light and as colourless as paper.
    """

    format: str | None
    width: int | None
    height: int | None
    readable: bool | None
    reason: str = ""
    taken: str | None = None
    exif: bool = False
    pages: int = 1
    fingerprint: str | None = None
    paper: float = 0.0


def measure(path: Path) -> Picture:
    """Return what a picture file is; never raises on a file's content."""
    if size := _large_webp(path):
        return Picture("WEBP", *size, None, _TOO_MANY.format(*size))
    try:
        # Pillow warns of broken EXIF and the like: what matters of it is in the result.
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=_FORMATS) as image:
            return _measured(image, path)
    except MemoryError:
        return Picture(None, None, None, readable=None, reason="图片过大，内存不够，没有打开")
    except _BROKEN:
        if _may_be_whole(path):
            return Picture(None, None, None, readable=None, reason=_CANNOT_DECODE)
        return Picture(None, None, None, readable=False, reason=_CANNOT_OPEN)


def _large_webp(path: Path) -> tuple[int, int] | None:
    """Return the pixels of a WebP that says it has too many, None for any other: its decoder takes memory at once."""
    with path.open("rb") as file:
        head = file.read(_WEBP_HEAD)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP" or len(head) < _WEBP_HEAD:
        return None
    packed = int.from_bytes(head[21:25], "little")
    sizes = {
        b"VP8X": (int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1),
        b"VP8L": ((packed & _WEBP_SIDE) + 1, (packed >> 14 & _WEBP_SIDE) + 1),
        b"VP8 ": (
            int.from_bytes(head[26:28], "little") & _WEBP_SIDE,
            int.from_bytes(head[28:30], "little") & _WEBP_SIDE,
        ),
    }
    width, height = sizes.get(head[12:16], (0, 0))
    return (width, height) if width * height > MAX_PIXELS_WEBP else None


def _may_be_whole(path: Path) -> bool:
    """Tell a HEIC or AVIF whose bytes are all there: where our decoder refuses it, that need not be its fault."""
    return any(box.kind == b"meta" for box in boxes(path)) and not is_cut(path)


def open_upright(content: Path | BinaryIO, longest: int) -> Iterator[Image.Image]:
    """Yield each page of a picture file (several of a TIFF, one of any other), upright by EXIF, in RGB or grey (L).

    The longer side has at most `longest` pixels. ParseError where the file cannot be opened or a page is not whole:
    pages before that one have been given by then.
    """
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(content, formats=_FORMATS) as image:
            for number in range(MAX_PAGES):
                if number and (image.format != "TIFF" or not _turned_to(image, number)):
                    return
                yield _page(image, longest)
            _require_no_more(image)
    except ParseError:
        raise
    except MemoryError:
        raise ParseError("unsafe", "图片过大，内存不够，没有打开") from None
    except _BROKEN:
        raise ParseError("corrupt", _CANNOT_OPEN) from None


def is_turned(path: Path) -> bool:
    """Tell whether a picture's EXIF says that it is to be turned or mirrored; False where that cannot be had."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=_FORMATS) as image:
            return _exif(image)[0] in _UPRIGHT
    except (MemoryError, *_BROKEN):
        return False


def _require_no_more(image: Image.Image) -> None:
    """Raise ParseError where a TIFF has pages after the last one that is looked at."""
    if image.format == "TIFF" and _turned_to(image, MAX_PAGES):
        raise ParseError("unsupported", f"页数较多，只看了前 {MAX_PAGES} 页")


def _turned_to(image: Image.Image, page: int) -> bool:
    """Turn to a page; False where there is none."""
    try:
        image.seek(page)
    except EOFError:
        return False
    return True


def _page(image: Image.Image, longest: int) -> Image.Image:
    """Return the present page of a file, bounded and upright, in RGB or, where it has no colours, in grey (L)."""
    if problem := _too_many(image):
        raise ParseError("unsupported", problem)
    orientation = _exif(image)[0]
    try:
        image.draft(None, (longest, longest))
        image.load()
    except _BROKEN:
        raise ParseError("corrupt", _NOT_WHOLE) from None
    page = _bounded(image, longest)
    if max(page.size) > longest:
        page.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return _upright(_on_white(page), orientation)


def _bounded(image: Image.Image, longest: int) -> Image.Image:
    """Return a copy of 8 bits a channel that is at most about twice as long as asked for: large ones cost memory."""
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    if image.mode in {"1", "P", "PA"}:
        image = image.convert("L" if image.mode == "1" else "RGBA" if "transparency" in image.info else "RGB")
    factor = max(image.size) // (2 * longest)
    return image.reduce(factor) if factor > 1 and image.mode in _REDUCIBLE else image.copy()


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a grey picture of 16 or 32 bits in 8: 16 bits by their upper half, others by what values there are."""
    if image.mode.startswith("I;16"):
        low, high = 0.0, 65_535.0
    else:
        low, high = cast("tuple[float, float]", image.getextrema())
    scale = 255 / max(high - low, 1.0)
    return image.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def _on_white(image: Image.Image) -> Image.Image:
    """Return a picture in RGB or, where its mode has no colours, in grey; what is transparent in it is white."""
    plain = "L" if image.mode in {"L", "LA", "La"} else "RGB"
    if image.mode in {"LA", "La", "RGBA", "RGBa"}:
        own = image.convert("RGBA")
        white = Image.new("RGBA", own.size, "white")
        return Image.alpha_composite(white, own).convert(plain)
    return image.convert(plain)


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def _measured(image: Image.Image, path: Path) -> Picture:
    name = _NAMES.get(image.format or "", image.format)
    width, height = image.size
    orientation, exif, taken = _exif(image)
    if orientation in _TURNED:
        width, height = height, width
    if problem := _too_many(image):
        return Picture(name, width, height, None, problem, taken, exif)
    reason, small = _loaded(image, path)
    if small is None:
        readable = None if reason == _CANNOT_DECODE else False
        return Picture(name, width, height, readable, reason, taken, exif)
    mark = fingerprint(_upright(_grey(small), orientation).tobytes())
    pages, reason = _pages(image) if image.format == "TIFF" else (1, "")
    return Picture(name, width, height, not reason, reason, taken, exif, pages, mark, _paper(small))


def _too_many(image: Image.Image) -> str:
    """Return why a picture has too many pixels to be loaded; empty where it has not."""
    if image.format in {"HEIF", "AVIF"}:
        limit = MAX_PIXELS_MOVIE_CODEC
    elif image.format == "WEBP":
        limit = MAX_PIXELS_WEBP
    elif image.format in {"JPEG", "MPO"} and not image.info.get("progressive"):
        limit = MAX_PIXELS
    else:
        limit = MAX_PIXELS_WHOLE
    width, height = image.size
    return _TOO_MANY.format(width, height) if width * height > limit else ""


def _loaded(image: Image.Image, path: Path) -> tuple[str, Image.Image | None]:
    """Load a picture; return why it cannot be loaded whole, and where it can, a small copy of it in RGB."""
    try:
        # For the fingerprint more pixels than its own are needed, also where the picture is small.
        wanted = (max(image.width // _SHRINK, 4 * SIDE), max(image.height // _SHRINK, 4 * SIDE))
        image.draft("RGB", wanted)
        image.load()
    except _BROKEN:
        return _CANNOT_DECODE if _may_be_whole(path) else _NOT_WHOLE, None
    if image.format in {"JPEG", "MPO"} and _ends_in_zeros(path):
        return "图片后半部分是空的，可能没有传完", None
    return "", _on_white(_bounded(image, 4 * SIDE))


def _grey(small: Image.Image) -> Image.Image:
    """Return the grey miniature that a fingerprint is taken of."""
    return small.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _paper(small: Image.Image) -> float:
    """Return the share of a picture that is light and colourless: much of any page, of few photos."""
    _, colour, light = small.resize((SIDE, SIDE)).convert("HSV").split()
    pixels = zip(colour.tobytes(), light.tobytes(), strict=True)
    return round(sum(one < _PALE and other > _LIGHT for one, other in pixels) / (SIDE * SIDE), 3)


def _pages(image: Image.Image) -> tuple[int, str]:
    """Return how many pages a TIFF has, and why they are not all whole; the first is loaded already."""
    count = 1
    try:
        while count < MAX_PAGES and _turned_to(image, count):
            if problem := _too_many(image):
                return count, problem
            image.load()
            count += 1
    except _BROKEN:
        return count, f"图片第 {count + 1} 页不完整，可能没有传完"
    return count, ""


def _ends_in_zeros(path: Path) -> bool:
    """Tell a JPEG whose rest was never written: a long run of zeros where its end mark should stand.

    Zeros behind the end mark, however many, are but padding.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        end = _last_written(file, size)
        file.seek(max(0, end - _TAIL_BYTES))
        return size - end >= _ZERO_BYTES and _END_OF_JPEG not in file.read(min(end, _TAIL_BYTES))


def _last_written(file: BinaryIO, size: int) -> int:
    """Return where the zeros begin that a file ends in."""
    end = size
    while end:
        start = max(0, end - _TAIL_BYTES)
        file.seek(start)
        if written := file.read(end - start).rstrip(b"\0"):
            return start + len(written)
        end = start
    return 0


def _exif(image: Image.Image) -> tuple[int, bool, str | None]:
    """Return how a picture lies (1 is upright), whether a camera is told, when it was taken; 1, no, None if broken."""
    orientation, camera = 1, False
    try:
        exif = image.getexif()
        orientation = exif.get(_ORIENTATION, 1)
        camera = any(exif.get(tag) for tag in _CAMERA)
        details = exif.get_ifd(_EXIF_IFD)
        said = (*(details.get(tag) for tag in _TAKEN), exif.get(_WRITTEN))
        taken = next((moment for text in said if (moment := _moment(text))), None)
    except _BROKEN:
        return orientation, camera, None
    return orientation, camera or taken is not None, taken


def _moment(text: Any) -> str | None:  # noqa: ANN401 (whatever a stranger wrote into the tag)
    """Return an EXIF date (2026:06:01 10:00:00, a local time) in ISO form; None where it is none."""
    if not isinstance(text, str):
        return None
    day, _, clock = text.strip(" \0").partition(" ")
    try:
        moment = datetime.fromisoformat(f"{_DAY_MARKS.sub('-', day)}T{clock.strip()}")
    except ValueError:
        return None
    # Some write the zone behind it; the clock is the camera's all the same.
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")
