"""The files of a mail as a tree: archives with their members under them, each with what it is and how it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.campaign import Campaign
from reports.console.board import Seen, file_key
from reports.elsewhere import LOCKED
from reports.facts import file_facts
from reports.incoming import FileView

_INSIDE = "!/"
# Deeper than this a screen has no room to show.
_DEEPEST = 6


@dataclass(frozen=True)
class Leaf:
    """A file in the tree: how deep it lies, its folder and name there, and its state in words with a tone."""

    key: str
    depth: int
    folder: str
    name: str
    kind: str
    bytes: int
    state: str
    tone: str
    reason: str
    # The cases that it belongs to, by key and name.
    cases: Sequence[tuple[str, str]]
    view: FileView


def ordered(files: Iterable[FileView]) -> list[FileView]:
    """Return the files of a mail so that what an archive holds comes right after it."""
    return sorted(files, key=lambda file: file.path.split(_INSIDE))


def leaves(files: Iterable[FileView], seen: Seen) -> list[Leaf]:
    """Return files as they stand in the tree."""
    return [_leaf(file, seen) for file in files]


def _leaf(file: FileView, seen: Seen) -> Leaf:
    parts = file.path.split(_INSIDE)
    folder, slash, name = parts[-1].rpartition("/")
    state, tone = _state(file)
    return Leaf(
        file_key(file),
        min(len(parts) - 1, _DEEPEST),
        folder + slash,
        name,
        kind_label(file.kind, seen.picture.campaign),
        file.bytes,
        state,
        tone,
        file.reason,
        cases_named(file.case_ids, seen),
        file,
    )


def kind_label(kind: str, campaign: Campaign) -> str:
    """Return what a kind of file is called."""
    return next((one.label for one in campaign.kind if one.name == kind), kind)


def _state(file: FileView) -> tuple[str, str]:
    """Return how a file stands, in words with their tone: what needs a person first."""
    if file.status in LOCKED:
        return LOCKED[file.status], "error"
    if file_facts.is_unread(file):
        return "读不出内容", "warning"
    if file_facts.is_unfiled(file):
        return "没归到小区", "warning"
    if file_facts.left_out(file):
        return "没有全部读出", "warning"
    if not file_facts.is_told(file):
        return "看不出是什么", "warning"
    return ("已有新版", "") if file.superseded else ("已收", "ok")


def cases_named(ids: Iterable[int], seen: Seen) -> list[tuple[str, str]]:
    """Return cases by key and name, each once."""
    keys = [seen.case_keys[one] for one in dict.fromkeys(ids) if one in seen.case_keys]
    return [(key, seen.cases[key].community) for key in keys]
