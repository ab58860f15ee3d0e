"""Which cases does --among mean? Those that a text file names, one a line, and those that the reviewers adopt."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from ingest.desk import Desk
from reports.lookup import case_named
from reports.picture import Picture
from reports.screening.adopted import adopted
from reports.screening.summary import standing
from store import decisions

# What is written instead of a file for those that were adopted.
ADOPTED = ("adopted", "采用")


@dataclass(frozen=True)
class Chosen:
    """The ids of the cases that are meant, how that is said, and what a person should know of it, a line each."""

    ids: Collection[int]
    said: str
    notes: tuple[str, ...] = ()


def chosen_among(desk: Desk, picture: Picture, given: Sequence[str]) -> Chosen | None:
    """Return the cases that are meant, as of the picture's moment; None where nothing is given.

    ConfigError where a file cannot be read, a case is not known, or nothing was adopted.
    """
    if not given:
        return None
    parts = [_adopted(desk, picture) if one in ADOPTED else _named(picture, Path(one)) for one in dict.fromkeys(given)]
    return Chosen(
        frozenset().union(*(part.ids for part in parts)),
        "或".join(dict.fromkeys(part.said for part in parts)),
        tuple(note for part in parts for note in part.notes),
    )


def _adopted(desk: Desk, picture: Picture) -> Chosen:
    found = adopted(standing(picture, decisions.every(desk.store)))
    if not found.ids:
        raise ConfigError(f"没有评阅人一致采用的案例，见 zhengji screening show{''.join(_listed(found.disputed))}")
    notes = [f"评阅人一致采用 {len(found.ids)} 个案例"]
    if found.disputed:
        notes += [f"有人采用而没有列入的 {len(found.disputed)} 个，要用请写进名单另加 --among 名单.txt："]
        notes += [f"  {line}" for line in found.disputed]
    if found.remarks:
        notes += [f"列入而请注意的 {len(found.remarks)} 个："]
        notes += [f"  {line}" for line in found.remarks]
    return Chosen(found.ids, "评阅人一致采用的案例", tuple(notes))


def _listed(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield "；有人采用而未定的："
        yield "，".join(lines)


def _named(picture: Picture, path: Path) -> Chosen:
    """Return the cases that a text file names; what begins with # is a remark."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"--among {path}：读不了（{error.strerror}）；应是名单文件，或 {ADOPTED[0]}") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    names = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return Chosen(frozenset(case_named(picture, name).id for name in names), "另附的名单之内的案例")
