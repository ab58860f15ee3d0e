"""What a community's name consists of: a city, a developer's brand, its core, its usual tail, and what part it is.

春江花园（二期）北区 is the core 春江, the tail 花园, and the parts 2期 and 北区. All is of folded text, never shown.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from config.divisions import divisions
from config.naming import community_key, community_place

# Tails that people exchange or leave out; all others (名苑, 名邸, 华府 …) make another name.
_TAIL = re.compile("(?:家属大院|家属院|住宅区|花园|花苑|家园|家苑|公寓|社区|小区|大院|宿舍|苑|园)$")
_PHASE = re.compile(r"(\d{1,2}|[A-Z])期")
# A part of a community at the name's end: 北区, A区, 3村, 5号院. 江南, 城东 and the like are words, no parts.
_PART = re.compile(
    r"(?:(\d{1,3}|[A-Z]\d?|(?<![江城河湖山水海岭淮])[东西南北中]{1,2}\d{0,2}|[甲乙丙丁])"
    r"(?:小区|组团|地块|标段|号院|号楼|街区|片区|[区号弄栋幢座块]|([村苑园院里坊岸]))|(?<!\d)(\d{1,2}))$"
)
# 春江花园II is its second phase.
_BARE_ROMAN = re.compile(r"(?<=[\u4e00-\u9fff])(?:II|III|IV|VI|VII|VIII)$")
_ROMAN = {"II": "2", "III": "3", "IV": "4", "VI": "6", "VII": "7", "VIII": "8"}
_SHORTEST = 2


@dataclass(frozen=True)
class Anatomy:
    """A name in its pieces.

    `base` is the name without `lead` (a city's short name), brand, phases and parts; `core` is the base without its
    usual tail. `phases`, `parts` and the `figures` in the base tell neighbours apart.
    """

    key: str
    place: str
    lead: str
    brand: str
    base: str
    core: str
    tail: str
    phases: frozenset[str]
    parts: tuple[str, ...]
    figures: str
    characters: frozenset[str]


@lru_cache(maxsize=20_000)
def anatomy(name: str) -> Anatomy:
    """Return the pieces of a community's name."""
    key = community_key(name)
    rest, phases = _without_phases(key)
    rest, parts = _without_parts(rest)
    lead = _lead(rest)
    rest = rest[len(lead) :]
    brand = _brand(rest)
    base = rest[len(brand) :]
    core, tail = _without_tail(base)
    return Anatomy(
        key=key,
        place=community_place(name),
        lead=lead,
        brand=brand,
        base=base,
        core=core,
        tail=tail,
        phases=phases,
        parts=parts,
        figures="".join(filter(str.isdigit, base)),
        characters=frozenset(core),
    )


def _without_phases(text: str) -> tuple[str, frozenset[str]]:
    text = _BARE_ROMAN.sub(lambda found: f"{_ROMAN[found[0]]}期", text)
    rest = _PHASE.sub("", text)
    return (rest, frozenset(_PHASE.findall(text))) if len(rest) >= _SHORTEST else (text, frozenset())


def _without_parts(text: str) -> tuple[str, tuple[str, ...]]:
    """Take the parts off a name's end, the outermost first in what is returned; a name of nothing else keeps them."""
    parts: list[str] = []
    while (found := _PART.search(text)) and found.start() >= _SHORTEST:
        # 西园 is a name of its own, 西区 and 西 are none.
        parts.insert(0, found[1] + (found[2] or "") if found[1] else found[3])
        text = text[: found.start()]
    return text, tuple(parts)


def _lead(text: str) -> str:
    """Return the city's or province's short name before a name that stands by itself: 杭州 of 杭州春江花园."""
    lead = divisions().short_before(text)
    return lead if _stands_alone(text[len(lead) :]) else ""


def _brand(text: str) -> str:
    found = _brands().match(text)
    return found[0] if found and _stands_alone(text[found.end() :]) else ""


@cache
def _brands() -> re.Pattern[str]:
    """Return the developers that people put before a community's name or leave out: 万科·金域华府 is 金域华府."""
    names = (resources.files("config") / "brands.txt").read_text(encoding="utf-8").split()
    return re.compile("|".join(sorted(names, key=len, reverse=True)))


def _stands_alone(rest: str) -> bool:
    """Tell whether what remains of a name is still one: 金域华府 is, 花园 is not."""
    return len(rest) >= _SHORTEST and _TAIL.sub("", rest) != "" and not rest.startswith(("市", "省"))


def _without_tail(base: str) -> tuple[str, str]:
    """Return (core, tail); the core has two characters at least: the core of 翠苑 is 翠苑."""
    found = _TAIL.search(base)
    while found and found.start() < _SHORTEST:
        found = _TAIL.search(base, found.start() + 1)
    return (base[: found.start()], found[0]) if found else (base, "")
