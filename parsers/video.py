"""What is a video: container, codec, length, pixels as shown, and is it all there? The one door to MediaInfo's library.

Nothing is decoded. The library is handed the bytes that it asks for, never a path, so that a film which refers to other
files or addresses opens none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pymediainfo import MediaInfo

from parsers.boxes import boxes

_CANNOT_OPEN = "视频打不开，可能已损坏"
_NOT_WHOLE = "视频不完整，可能没有传完"
_ONLY_SOUND = "里面只有声音，没有画面"
# What the library's wrapper raises: the library failed, or its report (XML) holds a stranger's broken text.
_BROKEN = (RuntimeError, SyntaxError, ValueError, AttributeError)
_ISO = ("mp4", "mov", "3gp")
_ZERO_BYTES = 65_536
_QUARTER, _HALF = 90, 180


@dataclass(frozen=True)
class Film:
    """A video as measured: length in seconds, width and height as shown (after rotation), whether it is all there.

    What cannot be told is None; `readable` is not None, and `reason` says in Chinese why it is False.
    """

    container: str | None = None
    codec: str | None = None
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    readable: bool = True
    reason: str = ""


def measure(path: Path, format_: str) -> Film:
    """Return what a video file of a format (as `parsers.sniff` tells it) is; never raises on a file's content."""
    try:
        with path.open("rb") as file:
            tracks = [track.to_data() for track in MediaInfo.parse(file, parse_speed=0.3).tracks]
    except _BROKEN:
        return Film(readable=False, reason=_CANNOT_OPEN)
    film = _film(tracks)
    if film.readable and format_ in _ISO and _ends_in_zeros(path):
        return replace(film, readable=False, reason="视频后半部分是空的，可能没有传完")
    return film


def _film(tracks: list[dict[str, Any]]) -> Film:
    """Return a film by the library's report: one general track, then those of pictures and of sound."""
    general: Mapping[str, Any] = next((one for one in tracks if one["track_type"] == "General"), {})
    shown = [one for one in tracks if one["track_type"] == "Video"]
    sound = any(one["track_type"] == "Audio" for one in tracks)
    # Beside the film itself there may be a small one, such as a cover that moves.
    film = max(shown, key=lambda one: (_whole(one, "width") or 0) * (_whole(one, "height") or 0), default={})
    width, height = _whole(film, "width"), _whole(film, "height")
    if round(_number(film, "rotation") or 0) % _HALF == _QUARTER:
        width, height = height, width
    reason = _fault(general, has_picture=bool(shown), has_sound=sound)
    milliseconds = _number(general, "duration") or _number(film, "duration")
    return Film(
        general.get("format"),
        film.get("format"),
        round(milliseconds / 1000, 3) if milliseconds else None,
        width,
        height,
        not reason,
        reason,
    )


def _fault(general: Mapping[str, Any], *, has_picture: bool, has_sound: bool) -> str:
    """Return why a film cannot be shown whole; empty where it can."""
    if general.get("istruncated") == "Yes":
        return _NOT_WHOLE
    if has_picture:
        return ""
    return _ONLY_SOUND if has_sound else _CANNOT_OPEN


def _number(track: Mapping[str, Any], name: str) -> float | None:
    """Return a number of the library's report, which writes some as text; None where it says none."""
    try:
        return float(track[name])
    except (KeyError, ValueError, TypeError):
        return None


def _whole(track: Mapping[str, Any], name: str) -> int | None:
    number = _number(track, name)
    return None if number is None else int(number)


def _ends_in_zeros(path: Path) -> bool:
    """Tell a film whose rest was never written: its pictures are the last box, and that ends in zeros."""
    found = boxes(path)
    if not found or found[-1].kind != b"mdat":
        return False
    with path.open("rb") as file:
        file.seek(max(found[-1].start, found[-1].end - _ZERO_BYTES))
        tail = file.read(_ZERO_BYTES)
    return len(tail) == _ZERO_BYTES and not any(tail)
