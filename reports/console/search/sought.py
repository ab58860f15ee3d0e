"""What was typed into the search box, and what a hit of it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from config.divisions import divisions
from config.naming import folded
from reports.wording import masked

# How sure a hit is what was meant.
EXACT, BEGINS, HOLDS, ALIKE, IN_TEXT = range(5)
_APART = re.compile(r"[\s/／,，、]+")
_LONGEST_PLACE, _SHORTEST_NAME = 12, 2
_WHOLE_NUMBER = 11


@dataclass(frozen=True)
class Hit:
    """Something that was found: what it is called, where it is shown, what else tells it, and how sure it is."""

    title: str
    address: str
    more: str = ""
    sure: int = HOLDS
    why: str = ""
    # Passages: what stands before what was sought, that itself, and what stands behind.
    passages: Sequence[tuple[str, str, str, str]] = ()


@dataclass(frozen=True)
class Group:
    """What was found of one kind, and where all of it is shown, if that is elsewhere."""

    word: str
    hits: Sequence[Hit]
    all_at: str = ""
    note: str = ""

    @property
    def sure(self) -> int:
        """How sure its best hit is."""
        return min((hit.sure for hit in self.hits), default=IN_TEXT)


@dataclass(frozen=True)
class Sought:
    """What was typed; `open` where whoever typed it may see phone numbers."""

    text: str
    open: bool
    at_most: int

    @cached_property
    def key(self) -> str:
        """It as names are compared."""
        return folded(self.text)

    @cached_property
    def province(self) -> str | None:
        """The province that it begins or ends with, where more is said: 浙江 春江花园, 浙江春江花园, 浙江3号."""
        return self._parted[0]

    @cached_property
    def rest(self) -> str:
        """It without that province, as names are compared."""
        return self._parted[1]

    @cached_property
    def _parted(self) -> tuple[str | None, str]:
        words = [one for one in _APART.split(self.text) if one]
        for at, word in enumerate(words if len(words) > 1 else ()):
            if province := divisions().find_province(word):
                return province, folded("".join(words[:at] + words[at + 1 :]))
        for end in range(min(_LONGEST_PLACE, len(self.text) - 1), _SHORTEST_NAME - 1, -1):
            if province := divisions().find_province(self.text[:end]):
                return province, folded(self.text[end:])
        return None, self.key

    def is_seen(self, text: str) -> bool:
        """Tell whether whoever typed it may find it in a text: only in what is shown, or by a whole number."""
        # What stands for hidden figures is no noise between the others.
        shown = folded(masked(text).replace("*", "\x01"))
        return self.open or self.rest in shown or self.is_whole_number

    @property
    def is_whole_number(self) -> bool:
        """Whether it is a whole mobile number, which need not be hidden from whoever knows it."""
        return self.key.isascii() and self.key.isdecimal() and len(self.key) == _WHOLE_NUMBER
