"""Who is drawn? A stratified sample that anybody can recompute from seed, share and list, on any machine.

Everything rests on SHA-256 of texts; no random generator of any language is used. How it goes, in three steps:

1. The strata (province × project type) stand in a row. Stratum by stratum the share of all cases so far is counted up
   and cut to a whole number; where the counting starts, between 0 and 1, is given by the seed. So each stratum, and
   each province, gets its exact share cut or rounded up, all together n, and every case has the same chance. (The
   largest remainders would never draw a case that stands alone in its stratum, and everybody would know it before.)
2. Within a stratum the cases stand in the order of their lots, which the seed and their keys give; the first are
   drawn, those after them are the reserves in their order.
3. Where it is asked for, a province of which nobody was drawn gives the case with the lowest lot.
"""

import hashlib
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

# What is hashed with the seed for where the counting starts; no key of a case is written so.
START = "起点"
# So many hexadecimal digits of a hash give the start.
START_DIGITS = 8
_WHOLE = 16**START_DIGITS
_MOST_SEED = 200


@dataclass(frozen=True)
class Unit:
    """A case that may be drawn: its key (unique), province and project type in words."""

    key: str
    province: str
    type: str

    @property
    def stratum(self) -> str:
        """What its stratum is called: 浙江/商品住宅小区."""
        return f"{self.province}/{self.type}"


@dataclass(frozen=True)
class Stratum:
    """A stratum with its units in the order of their lots: the first `drawn` are drawn, `extra` of them by step 3."""

    name: str
    province: str
    type: str
    units: tuple[Unit, ...]
    drawn: int
    extra: int = 0

    @property
    def chosen(self) -> tuple[Unit, ...]:
        """Those drawn."""
        return self.units[: self.drawn]

    @property
    def reserves(self) -> tuple[Unit, ...]:
        """Those who come next, in their order."""
        return self.units[self.drawn :]


@dataclass(frozen=True)
class Draw:
    """A sample: the seed, the share that was asked for, and the strata."""

    seed: str
    share: Fraction
    strata: tuple[Stratum, ...]
    # Whether every province that has cases was to give one.
    every_province: bool = False

    @property
    def total(self) -> int:
        """How many cases may be drawn."""
        return sum(len(stratum.units) for stratum in self.strata)

    @property
    def chosen(self) -> tuple[Unit, ...]:
        """Those drawn, stratum by stratum."""
        return tuple(unit for stratum in self.strata for unit in stratum.chosen)

    @property
    def population_hash(self) -> str:
        """What the list is known by, in whatever order it stands."""
        return population_hash(unit for stratum in self.strata for unit in stratum.units)


def population_hash(units: Iterable[Unit]) -> str:
    """Return SHA-256 of the lines `stratum TAB key LF` in the order of their characters."""
    lines = sorted(f"{unit.stratum}\t{unit.key}\n" for unit in units)
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()


def tidy_seed(text: str) -> str:
    """Return a seed as it is used: composed characters, no space around it; ValueError where it cannot be one."""
    seed = unicodedata.normalize("NFC", text).strip()
    if not seed or len(seed) > _MOST_SEED or any(unicodedata.category(one)[0] == "C" for one in seed):
        raise ValueError(f"种子应为 1 到 {_MOST_SEED} 个字的一行文字")
    return seed


def lot(seed: str, text: str) -> str:
    """Return the lot of a text under a seed: SHA-256 of `seed LF text` in UTF-8, hexadecimal."""
    return hashlib.sha256(f"{seed}\n{text}".encode()).hexdigest()


def wanted(share: Fraction, total: int) -> int:
    """Return how many are to be drawn at least: the share, rounded up."""
    return math.ceil(share * total)


def draw(
    units: Iterable[Unit], seed: str, share: Fraction, order: Sequence[str], *, every_province: bool = False
) -> Draw:
    """Return the sample of units (in whatever order) for a tidy seed; `order` is that of the strata, by name.

    ValueError where two units have one key, or the share is not within 0 and 1.
    """
    strata = _strata(units, seed, order)
    if not 0 < share <= 1:
        raise ValueError("抽样率应大于 0、不超过 1")
    counts = allocate([len(own) for own in strata.values()], share, seed)
    made = [
        Stratum(name, own[0].province, own[0].type, own, count)
        for (name, own), count in zip(strata.items(), counts, strict=True)
    ]
    given = tuple(_with_every_province(made, seed)) if every_province else tuple(made)
    return Draw(seed, share, given, every_province)


def allocate(sizes: Sequence[int], share: Fraction, seed: str) -> list[int]:
    """Return how many of each stratum are drawn, given their sizes in order; together the share, rounded up."""
    total = sum(sizes)
    count, start = wanted(share, total), int(lot(seed, START)[:START_DIGITS], 16)
    so_far, given, counts = 0, 0, []
    for size in sizes:
        so_far += size
        # The start is start/_WHOLE; all in whole numbers, so that no machine rounds otherwise.
        reached = (so_far * count * _WHOLE + start * total) // (total * _WHOLE)
        counts.append(reached - given)
        given = reached
    return counts


def _strata(units: Iterable[Unit], seed: str, order: Sequence[str]) -> Mapping[str, tuple[Unit, ...]]:
    """Return the units by stratum, strata in their order (those that it does not name last), units by their lots."""
    known = list(units)
    if len({unit.key for unit in known}) < len(known):
        raise ValueError("总体中有两个案例的编号相同")
    places = {name: number for number, name in enumerate(order)}
    known.sort(key=lambda unit: (places.get(unit.stratum, len(places)), unit.stratum, lot(seed, unit.key), unit.key))
    found: dict[str, list[Unit]] = {}
    for unit in known:
        found.setdefault(unit.stratum, []).append(unit)
    return {name: tuple(own) for name, own in found.items()}


def _with_every_province(strata: Sequence[Stratum], seed: str) -> Iterable[Stratum]:
    """Yield the strata; in a province of which nobody was drawn, the one with the lowest lot gives its first case."""
    seen = {stratum.province for stratum in strata if stratum.drawn}
    first: dict[str, Stratum] = {}
    for stratum in strata:
        if stratum.province not in seen:
            best = first.setdefault(stratum.province, stratum)
            if lot(seed, stratum.units[0].key) < lot(seed, best.units[0].key):
                first[stratum.province] = stratum
    for stratum in strata:
        if first.get(stratum.province) is stratum:
            yield Stratum(stratum.name, stratum.province, stratum.type, stratum.units, 1, 1)
        else:
            yield stratum
