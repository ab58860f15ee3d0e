"""The facts of videos that rules judge: whether they can be played, how long they last, how they lie and how large."""

from reports.incoming import FileView

_NO_FORMAT = ("unknown", "text", "html", "")


def is_readable(file: FileView) -> bool:
    """Tell whether a video can be played to its end, as far as can be told without decoding it."""
    return bool(file.facts.get("readable", False))


def reason(file: FileView) -> str:
    """Return why a video cannot be played."""
    return str(file.facts.get("reason") or file.reason or "打不开")


def container(file: FileView) -> str | None:
    """Return a video's format by its content; None where the content is of no known format."""
    return None if file.format in _NO_FORMAT else file.format


def seconds(file: FileView) -> int | None:
    """Return how long a video lasts in whole seconds (five minutes and a frame are five minutes)."""
    duration = file.facts.get("duration")
    return None if duration is None else int(duration)


def is_landscape(file: FileView) -> bool | None:
    """Tell whether a video is wider than high as it is shown (domain.md section 6.11)."""
    found = sides(file)
    return None if found is None else bool(file.facts["width"] > file.facts["height"])


def sides(file: FileView) -> list[int] | None:
    """Return a video's longer and shorter side in pixels."""
    width, height = file.facts.get("width"), file.facts.get("height")
    return sorted((width, height), reverse=True) if width and height else None
