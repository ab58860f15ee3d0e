"""What is a video: the facts that the notice asks for (附件2 二(四)).

Facts: `container`, `codec`, `duration` (seconds), `width`, `height` (pixels as shown), each None where it cannot be
told; `bytes`, `readable`, `reason` (Chinese). Its format (mp4, mov …) is the file's own.
"""

from dataclasses import asdict

from config.campaign import Campaign
from parsers.base import Found, Source
from parsers.sniff import HEAD_BYTES, format_of
from parsers.video import measure


class Video:
    """Measures a video; any file of a video's format is one."""

    kind = "video"
    version = 1

    def read(self, document: Source, _campaign: Campaign) -> tuple[Found, ...]:
        """Return the video's facts; every video has them."""
        with document.path.open("rb") as file:
            format_ = format_of(file.read(HEAD_BYTES))
        film = measure(document.path, format_)
        return (Found(self.kind, 1.0, {**asdict(film), "bytes": document.size}),)
