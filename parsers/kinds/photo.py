"""What is a photo: the facts that the notice asks for (附件2 二(四)).

Facts: `format` (JPEG, PNG …, None where unknown), `width`, `height` (pixels as shown, None where unknown), `pixels`
(their product), `bytes`, `readable` (None where not tried), `reason` (Chinese), `taken` (local ISO time, or None),
`exif` (whether a camera or a time is told), `pages` (of a TIFF), `fingerprint` (64 hex digits, see
`parsers.fingerprint`; None where it shows next to nothing), `paper` (the share, 0..1, that is like paper).
"""

from config.campaign import Campaign
from parsers.base import Found, Source
from parsers.image import measure


class Photo:
    """Measures a picture; whether it is a photo of the case or a scan or a logo, its name and size say afterwards."""

    kind = "photo"
    version = 4

    def read(self, document: Source, _campaign: Campaign) -> tuple[Found, ...]:
        """Return the picture's facts; every picture has them."""
        picture = measure(document.path)
        facts = {
            "format": picture.format,
            "width": picture.width,
            "height": picture.height,
            "pixels": picture.width * picture.height if picture.width and picture.height else None,
            "bytes": document.size,
            "readable": picture.readable,
            "reason": picture.reason,
            "taken": picture.taken,
            "exif": picture.exif,
            "pages": picture.pages,
            "fingerprint": picture.fingerprint,
            "paper": picture.paper,
        }
        return (Found(self.kind, 0.6, facts),)
