"""Reads a workbook of ours that comes back filled in: staff and reviewers are no strangers, their files may be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.decisions.settling import DecisionError
from ingest.desk import Desk
from parsers.base import ParseError

# No workbook that we made is larger.
_MOST_BYTES = 40_000_000
# The rows of a sheet that are not blank, each with its number there.
Rows = Sequence[tuple[int, Sequence[str]]]


def sheets_of(desk: Desk, path: Path, called: str) -> Mapping[str, Rows]:
    """Return a workbook's sheets by name, opened in the clean room; DecisionError where it cannot be read.

    `called` says in Chinese what it should be: 台账.
    """
    size = path.stat().st_size
    if size > _MOST_BYTES:
        limit = f"{size / 1e6:.0f} MB，超过 {_MOST_BYTES / 1e6:.0f} MB"
        raise DecisionError(f"{path.name} 有 {limit}，不像{called}，没有打开")
    sheets: dict[str, list[tuple[int, Sequence[str]]]] = defaultdict(list)
    try:
        for answer in desk.room.ask("cells", size, path=str(path.absolute())):
            sheets[answer["sheet"]].append((int(answer["row"]), [str(text) for text in answer["cells"]]))
    except ParseError as error:
        raise DecisionError(f"{path.name}：{error.reason}") from error
    return sheets
