"""What cases are chosen by, as data: the points of annex 1 with the words that locate them, and the veto items.

A veto item has no words: whether it holds, a person finds out, and nothing here guesses it.
"""

from collections.abc import Iterable
from functools import cached_property

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class _Part(BaseModel):
    """A table of a campaign file: fixed once read, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Principle(_Part):
    """A sentence of the notice that whoever screens keeps in mind, and its clause."""

    text: str
    clause: str


class Criterion(_Part):
    """A point of annex 1: its direction and number there, its exact text, a short name of ours, and its words.

    One word is enough to locate a passage. In `党员+带头|先锋` both parts must stand in one sentence, of the second
    either word.
    """

    id: str
    direction: str
    number: int = Field(ge=1)
    label: str
    text: str
    words: tuple[str, ...] = Field(min_length=1)

    @field_validator("words")
    @classmethod
    def _words_are_whole(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if not all(alternative.strip() for part in word.split("+") for alternative in part.split("|")):
                raise ValueError(f"“{word}”里有空的词，应如 党员+带头|先锋")
        return words

    @cached_property
    def patterns(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Its words taken apart: of each the parts that must stand together, of each part the alternatives."""
        return tuple(tuple(tuple(part.split("|")) for part in word.split("+")) for word in self.words)

    @property
    def name(self) -> str:
        """What it goes by where there is little room: 群众满意2."""
        return f"{self.direction}{self.number}"


class Veto(_Part):
    """A veto item of annex 1 (一票否决): its number and exact text there, and a short name of ours."""

    id: str
    direction: str
    number: int = Field(ge=1)
    label: str
    text: str

    @property
    def name(self) -> str:
        """What heads its box: 否决1 拒不退出."""
        return f"{self.direction.removeprefix('一票')}{self.number} {self.label}"


class Screening(_Part):
    """What cases are chosen by; a campaign that has none is not screened here."""

    principle: tuple[Principle, ...] = ()
    criterion: tuple[Criterion, ...] = ()
    veto: tuple[Veto, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Screening":
        _once("id", [*(one.id for one in self.criterion), *(one.id for one in self.veto)])
        _once("direction、number", [one.name for one in self.criterion])
        _once("label", [one.name for one in self.veto])
        return self

    @cached_property
    def directions(self) -> tuple[str, ...]:
        """The directions of the points, in the annex's order."""
        return tuple(dict.fromkeys(one.direction for one in self.criterion))


def _once(what: str, names: Iterable[str]) -> None:
    """Raise ValueError where a name stands twice."""
    known = list(names)
    if twice := sorted({name for name in known if known.count(name) > 1}):
        raise ValueError(f"{what} 重复：{'、'.join(twice)}")
