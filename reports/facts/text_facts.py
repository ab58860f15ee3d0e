"""The facts of passages that stand in the materials of two cases: how much, where, and in which words."""

from typing import TYPE_CHECKING

from reports.picture import Shared

if TYPE_CHECKING:
    from reports.subjects import Subject

_CASES_TOLD, _PASSAGES_TOLD, _PASSAGE_CHARACTERS = 5, 3, 80


def shared_texts(subject: "Subject") -> list[str]:
    """Return the other cases that the case's material has long passages in common with, and how long they are."""
    told = [_told(one) for one in _shared(subject)]
    return [*told[:_CASES_TOLD], f"等 {len(told)} 个案例"] if len(told) > _CASES_TOLD else told


def passages_quoted(subject: "Subject") -> str:
    """Return the evidence: where the two materials are, and the longest of the passages in the words of this case."""
    return "；".join(_quoted(one) for one in _shared(subject)[:_CASES_TOLD])


def _shared(subject: "Subject") -> tuple[Shared, ...]:
    return subject.picture.near_duplicates.get(subject.view.id, ())


def _told(shared: Shared) -> str:
    case = shared.other_case
    return f"与{case.city or case.province}{case.community}（《{shared.other.name}》）相同 {shared.characters} 字"


def _quoted(shared: Shared) -> str:
    """Return one pair: its files, and up to three passages, each cut where it is long."""
    words = [
        f"“{one}”" if len(one) <= _PASSAGE_CHARACTERS else f"“{one[:_PASSAGE_CHARACTERS]}…”"
        for one in shared.passages[:_PASSAGES_TOLD]
    ]
    more = f"等 {len(shared.passages)} 句" if len(shared.passages) > len(words) else ""
    both = f"{shared.file.path} = {shared.other.path}"
    return f"{both}：{''.join(words)}{more}" if words else both
