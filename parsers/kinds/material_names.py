"""Which section does a heading name? By its ways in the campaign file, alone, joined or among others."""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from config.campaign import Section
from parsers.documents.tables import key, short_key
from parsers.values.traditional import simplified

_JOINTS = re.compile("与|和|及其|及|、|/|&|暨")
_PARTS = re.compile(r"[，,:：\s|｜—–“”\"]+")
_LETTER = re.compile(r"[^\W_]")
_BRACKET = re.compile(r"[(（\[［【〔]")
_IN_BRACKETS = re.compile(r"[(\[【〔][^)\]】〕]*[)\]】〕]")
# What people add to a name that says it already: 项目基本情况简介, 存在问题如下.
_ADDED = re.compile("(?:简介|介绍|概述|说明|情况|分析|展示|汇报|部分|方面|如下)$")
# 总结, 做法, 经验 …: words that many lines consist of.
_WEAK = 2
_LONG_WAY = 4
Named = tuple[str, int]


class Names:
    """The ways in which the sections are headed; each is known by its section, and by its place among the ways."""

    def __init__(self, sections: tuple[Section, ...]) -> None:
        self.order = {section.name: index for index, section in enumerate(sections)}
        self.ways: dict[str, Named] = {}
        for section in sections:
            for rank, way in enumerate(section.headings):
                self.ways.setdefault(key(way), (section.name, rank))
        self._endings = {way[-_WEAK:] for way in self.ways}

    def named(self, text: str, *, weak: bool) -> Named | None:
        """Return (section, rank) of a text that is nothing but a section's name, what is in brackets aside."""
        if not self._may_name(text):
            return None
        ways = (key(text), short_key(text)) if _BRACKET.search(text) else (key(text),)
        found = (way for way in ways if way in self.ways and (weak or len(way) > _WEAK))
        return next((self.ways[way] for way in found), None) or self._with_added(ways[-1])

    def joined(self, text: str) -> list[str]:
        """Return the sections, in the notice's order, that a heading names with and, all of it: 取得成效与总结启示."""
        pieces = _JOINTS.split(_IN_BRACKETS.sub("", text))
        parts = [self.named(piece, weak=True) for piece in pieces] if len(pieces) > 1 else []
        if None in parts:
            return []
        return sorted({part[0] for part in parts if part}, key=self.order.__getitem__)

    def loosely(self, text: str) -> Named | None:
        """Return (section, rank) of a text that says a section's name among other words, its end before its pieces."""
        if self._may_name(text) and (found := self._ending(short_key(text))):
            return found
        return next((found for piece in self._pieces(text) if (found := self._piece(piece))), None)

    def _pieces(self, text: str) -> Iterator[str]:
        """Yield what stands between commas, then between joints: 工作成效与群众评价 begins with a name."""
        parts = [part for part in _PARTS.split(_IN_BRACKETS.sub("", text)) if part]
        yield from parts
        for part in parts:
            yield from _JOINTS.split(part) if _JOINTS.search(part) else ()

    def _piece(self, text: str) -> Named | None:
        plain = short_key(text)
        return self.ways.get(plain) if len(plain) >= _LONG_WAY and plain in self.ways else self._ending(plain)

    def _ending(self, plain: str) -> Named | None:
        return next((self.ways[plain[-size:]] for size in self._sizes if plain[-size:] in self.ways), None)

    def _with_added(self, plain: str) -> Named | None:
        """Return the section of a name to which a word was added that says nothing new."""
        bare = _ADDED.sub("", plain)
        return self.ways.get(bare) if bare != plain and len(bare) >= _LONG_WAY else None

    def _may_name(self, text: str) -> bool:
        """Tell whether a text ends as some name does, which most do not; what is in brackets may follow."""
        plain = "".join(_LETTER.findall(simplified(text)))
        return plain[-_WEAK:] in self._endings or bool(_BRACKET.search(text) or _ADDED.search(plain))

    @cached_property
    def _sizes(self) -> list[int]:
        return sorted({len(way) for way in self.ways if len(way) >= _LONG_WAY}, reverse=True)


@lru_cache(maxsize=4)
def names_of(sections: tuple[Section, ...]) -> Names:
    """Return the names of a campaign's sections, made once: there are five hundred ways."""
    return Names(sections)
