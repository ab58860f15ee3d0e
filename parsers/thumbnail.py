"""What does a photo show, small? A clean JPEG of it: upright, in sRGB, and nothing in it but the picture.

No metadata go with it: where a photo was taken is nobody's business on a printed sheet.
"""

import io
from contextlib import suppress
from pathlib import Path

from PIL import Image, ImageCms

from parsers.image import is_turned, open_upright

# Raised where thumbnails come out otherwise: those that are kept are made again.
THUMBNAIL_VERSION = 1
LONGEST = 1_200
_QUALITY = 82
# The profiles of cameras and screens have a few kilobytes.
_MOST_PROFILE_BYTES = 4_000_000


def thumbnail(path: Path, longest: int = LONGEST) -> tuple[bytes, bool]:
    """Return a JPEG of at most `longest` pixels of a picture (of a TIFF its first page), and whether EXIF turned it.

    ParseError where it cannot be opened or is not whole.
    """
    return jpeg_of(_in_srgb(next(open_upright(path, longest)))), is_turned(path)


def jpeg_of(page: Image.Image) -> bytes:
    """Return a picture in RGB or grey as a JPEG with nothing in it but the picture."""
    out = io.BytesIO()
    # Without these the file would get the profile and the comment of its source.
    page.info.clear()
    page.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _in_srgb(page: Image.Image) -> Image.Image:
    """Return a page in the colours of sRGB; one whose profile is none, or not of its kind, as it is."""
    profile = page.info.get("icc_profile")
    if not isinstance(profile, bytes) or len(profile) > _MOST_PROFILE_BYTES:
        return page
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(page, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        return made if made is not None else page
    return page
