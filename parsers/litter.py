"""Which files has nobody sent on purpose? What Macs, Windows, Office and file servers leave beside people's papers."""

import re
from pathlib import PurePosixPath

from parsers.base import Reading

_FOLDERS = re.compile(
    r"__macosx|\$recycle\.bin|system volume information|lost\+found|@eadir|#recycle|\.trashes|\.spotlight-v100",
    re.IGNORECASE,
)
_FILES = re.compile(
    r"\._.*|\.ds_store|(?:eh)?thumbs\.db|desktop\.ini|zbthumbnail\.info|\.picasa\.ini", re.IGNORECASE | re.DOTALL
)
# Office writes who has a document open into ~$ and its name, a browser where a page is into a shortcut.
_OWNER_FILE = re.compile(r"~\$.*", re.DOTALL)
_SHORTCUT = re.compile(r".*\.(?:url|webloc)", re.IGNORECASE | re.DOTALL)
_MACINTOSH = "appledouble"
# A content that is a document or a picture is one, whatever its name.
_NOTHING_READABLE = ("unknown", "text", "ole", _MACINTOSH)

TOLD = "系统附带的文件"


def is_left_behind(name: str) -> bool:
    """Tell whether a file's or a folder's own name is of what systems leave behind."""
    return bool(_FILES.fullmatch(name) or _FOLDERS.fullmatch(name))


def lies_among_left_behind(path: str) -> bool:
    """Tell whether a file or a folder that it lies in is called as what systems leave behind."""
    return any(is_left_behind(part) for part in path.split("/"))


def find_litter(reading: Reading, path: str) -> str | None:
    """Return the Chinese evidence that a file was left behind by a system, None where it may be material."""
    name = PurePosixPath(path).name
    if reading.format == _MACINTOSH:
        return f"{TOLD}（Mac）"
    if reading.found or reading.format not in _NOTHING_READABLE:
        return None
    if lies_among_left_behind(path.rpartition("!/")[2]):
        return TOLD
    if reading.format == "ole":
        return None
    if _OWNER_FILE.fullmatch(name):
        return f"{TOLD}（Office 打开文件时的临时文件）"
    return f"{TOLD}（网址快捷方式）" if _SHORTCUT.fullmatch(name) else None
