"""What the names in a watched folder say: whose a file is, on which day it came, and what is no material."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from hashlib import sha256
from pathlib import PurePosixPath

from config.associations import Association
from config.campaign import Call
from config.divisions import divisions
from config.naming import association_key, folded
from parsers.litter import is_left_behind
from parsers.values.dates import read_date

# What programs write beside a document that is open, or while a file is on its way.
_PASSING = re.compile(
    r"\..*|~\$.*|~WRL\d+\.tmp|.*\.(?:tmp|temp|part|partial|filepart|crdownload|download|downloading|xltd|td|!ut|swp)",
    re.IGNORECASE,
)
# An index of PostgreSQL bounds what it holds; a path that is longer is cut and carries its hash.
_LONGEST = 480
_DAY_WITHOUT_YEAR = re.compile(r"(?<![\d年./-])\s*(\d{1,2}\s?月\s?\d{1,2}\s?[日号])")
_WHOLE_DATE = len("2026-08-03")


def is_passing(name: str) -> bool:
    """Tell whether a name is of what comes and goes by itself: lock files, half downloads, thumbnails, recycle bins."""
    return is_left_behind(name) or bool(_PASSING.fullmatch(name))


def bounded(path: str) -> str:
    """Return a path in composed form, at most 500 characters long, its end with the extension kept."""
    path = unicodedata.normalize("NFC", path).replace("\0", "")
    if len(path) <= _LONGEST:
        return path
    mark = sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{path[:300]}…{mark}…{path[-150:]}"


def province_of(folder: PurePosixPath, associations: Sequence[Association]) -> tuple[str | None, int]:
    """Return (province, how many names lead to its folder) of a folder's files; (None, 0) where no name tells it.

    The outermost folder that is called as a province or its association counts; else the outermost of all where it
    names just one: “江苏（补寄）”.
    """
    for number, name in enumerate(folder.parts, start=1):
        if province := _called(name, associations):
            return province, number
    if folder.parts and (province := _named(folder.parts[0], associations)):
        return province, 1
    return None, 0


def _called(name: str, associations: Sequence[Association]) -> str | None:
    """Return the province whose name, or whose association's name, a folder bears."""
    plain, key = unicodedata.normalize("NFKC", name).strip(), association_key(name)
    if plain in {association.province for association in associations}:
        return plain
    if province := divisions().find_province(plain):
        return province
    for association in associations:
        names = (association.name, *association.aliases)
        if association.level == "provincial" and key in {association_key(one) for one in names}:
            return association.province
    return None


def _named(name: str, associations: Sequence[Association]) -> str | None:
    """Return the one province that a folder's name mentions, by itself or by an association."""
    text = unicodedata.normalize("NFKC", name)
    found = {one.division.province for one in divisions().mentions(text) if one.division.level == "province"}
    found |= {
        association.province
        for association in associations
        if any(folded(one) in folded(text) for one in (association.name, *association.aliases))
    }
    return next(iter(found)) if len(found) == 1 else None


def stated_day(inside: PurePosixPath, call: Call) -> tuple[date, str] | None:
    """Return (day, folder's name) where a folder below the province's states a whole date; the innermost counts.

    “8月3日 快递” is of the year of the deadline. A day before the notice is of something else than an arrival.
    """
    for name in reversed(inside.parts[:-1]):
        text = unicodedata.normalize("NFKC", name)
        read = read_date(text) or read_date(_DAY_WITHOUT_YEAR.sub(rf"{call.deadline.year}年\1", text))
        if read and len(read) == _WHOLE_DATE and (day := date.fromisoformat(read)) >= call.notice_date:
            return day, name
    return None


def arrival_of_drop(inside: PurePosixPath, call: Call, now: datetime) -> tuple[datetime, str]:
    """Return (arrival, source) of a file: the end of the day that its folder states, else this moment.

    A whole day is what people write down, and the notice counts days; what is dated ahead has not come then.
    """
    stated = stated_day(inside, call)
    if stated is None or stated[0] > now.astimezone(call.zone).date():
        return now, "folder"
    return min(datetime.combine(stated[0], time(23, 59, 59), call.zone), now), "folder_day"


def delivery_of(inside: str) -> str:
    """Return the folder right below the province's: what was put there is one delivery; empty where there is none."""
    return inside.partition("/")[0] if "/" in inside else ""
