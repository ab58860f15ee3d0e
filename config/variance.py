"""In what two names of communities differ: in what people and an OCR change without meaning another one, or in more."""

from enum import Enum, auto

from rapidfuzz.distance import OSA

from config.anatomy import Anatomy
from config.characters import look_alike, sound_alike

# What a name has beside another one that it holds may be anything from so many characters on.
_LONG = 4
# A name that is held in another one must have so many characters, to be no word of everyday.
_HELD = 3
# 丽园 and 利园 are two names: a single other character must have so many beside it that are the same.
_CONFUSED = 3
# Of a name of so many characters the order may be mistaken.
_REORDERED = 5
# What tells neighbours apart, by sorts: exchanged for another of its sort, or standing on one side only.
_SORTS = (
    *("东西南北中", "上下", "左右", "内外", "前后", "新老旧", "大小", "0123456789", "甲乙丙丁"),
    *("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "春夏秋冬", "梅兰竹菊荷桂松柏樱枫桃李杏梨", "金银铜铁", "山水江河湖海溪"),
    *("红黄蓝绿紫白青", "日月星", "龙凤", "福禄寿喜"),
)
_SORT_OF = {character: number for number, sort in enumerate(_SORTS) for character in sort}
# Of these sorts one alone makes another community: 春江苑 and 春江东苑.
_TELLING = frozenset("".join(_SORTS[:10]))


class Variance(Enum):
    """How two names differ."""

    NONE = auto()
    # A city's short name, or a developer's, stands before one of them.
    LEAD = auto()
    BRAND = auto()
    # 花园 for 花苑, or none.
    TAIL = auto()
    # One character of the same sound or shape, without and with another tail.
    CONFUSED = auto()
    CONFUSED_TAIL = auto()
    # One other character; one more.
    ONE = auto()
    MISSING = auto()
    REORDERED = auto()
    # One holds the other: 锦绣江南荷风苑 and 荷风苑.
    HELD = auto()


def variance(one: Anatomy, other: Anatomy) -> Variance | None:
    """Return in what two names differ; None where they are different names or neighbours (一期 and 二期)."""
    if one.key == other.key:
        return Variance.NONE
    shared = len(one.characters & other.characters)
    if shared < needed(len(one.characters), len(other.characters)) or _other_part(one, other):
        return None
    if _is_branded(one, other) or _is_branded(other, one):
        return Variance.BRAND
    return None if _tell_apart(one, other) else _of_bases(one, other)


def needed(one: int, other: int) -> int:
    """Return how many characters two cores of so many must share to be compared at all: all of the shorter but one."""
    return max(1, min(one, other) - 1)


def _of_bases(one: Anatomy, other: Anatomy) -> Variance | None:
    if one.base == other.base:
        return _of_fronts(one, other)
    if one.core == other.core:
        return Variance.TAIL
    return _near(one, other) or _of_cores(one, other)


def _of_cores(one: Anatomy, other: Anatomy) -> Variance | None:
    """Return how two names differ by more than a character."""
    if one.tail != other.tail and _exchanged(one.core, other.core) is Variance.CONFUSED:
        return Variance.CONFUSED_TAIL
    if _is_held(one, other) or _is_held(other, one):
        return Variance.HELD
    mixed = len(one.base) >= _REORDERED and sorted(one.base) == sorted(other.base)
    return Variance.REORDERED if mixed else None


def _of_fronts(one: Anatomy, other: Anatomy) -> Variance:
    if one.brand != other.brand:
        return Variance.BRAND
    return Variance.LEAD if one.lead != other.lead else Variance.NONE


def _tell_apart(one: Anatomy, other: Anatomy) -> bool:
    """Tell whether both name a brand, a city or a number, and different ones."""
    if (one.brand and other.brand and one.brand != other.brand) or (one.lead and other.lead and one.lead != other.lead):
        return True
    return bool(one.figures and other.figures and one.figures != other.figures)


def _is_branded(one: Anatomy, other: Anatomy) -> bool:
    """Tell whether a name is another with a brand before it, where the other seems to begin with one: 龙湖·时代天街."""
    return bool(one.brand and other.brand) and one.base == other.brand + other.base


def _other_part(one: Anatomy, other: Anatomy) -> bool:
    """Tell whether both name a phase or a part, and different ones."""
    if one.phases == other.phases and one.parts == other.parts:
        return False
    if one.phases and other.phases and one.phases.isdisjoint(other.phases):
        return True
    if one.parts and other.parts and one.parts != other.parts:
        return True
    # 二期 and 南区 may be anything to each other.
    told, other_told = {*one.phases, *one.parts}, {*other.phases, *other.parts}
    return not (told <= other_told or other_told <= told)


def _near(one: Anatomy, other: Anatomy) -> Variance | None:
    """Return how two names differ by one character; None where by more, or by one that tells neighbours apart."""
    left, right = (
        (one.base, other.base) if one.brand == other.brand else (one.brand + one.base, other.brand + other.base)
    )
    if OSA.distance(left, right, score_cutoff=1) > 1:
        return None
    if len(left) == len(right):
        return _exchanged(left, right)
    shorter = one if len(left) < len(right) else other
    more = max(left, right, key=len)[_first_difference(left, right)]
    return Variance.MISSING if more not in _TELLING and len(shorter.core) >= _HELD else None


def _exchanged(one: str, other: str) -> Variance | None:
    """Return how two texts of one length differ by one character or by the order of two."""
    if len(one) != len(other) or one == other:
        return None
    start = _first_difference(one, other)
    a, b = one[start], other[start]
    if one[start + 1 :] != other[start + 1 :]:
        swapped = one[start + 2 :] == other[start + 2 :] and one[start : start + 2] == other[start : start + 2][::-1]
        return Variance.REORDERED if swapped and len(one) >= _REORDERED else None
    if _SORT_OF.get(a, -1) == _SORT_OF.get(b, -2):
        return None
    if len(one) >= _CONFUSED and (sound_alike(a, b) or look_alike(a, b)):
        return Variance.CONFUSED
    return None if a in _TELLING or b in _TELLING else Variance.ONE


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _is_held(inner: Anatomy, outer: Anatomy) -> bool:
    """Tell whether one name stands at the beginning or the end of another, and all that is more tells nothing apart."""
    core, base = inner.core, outer.base
    if len(core) < _HELD or len(core) >= len(base):
        return False
    if base.startswith(core):
        more = base[len(core) :]
    elif base.endswith(inner.base) and not inner.brand:
        more = base[: -len(inner.base)]
    else:
        return False
    return len(more) >= _LONG or (len(more) > 1 and _TELLING.isdisjoint(more))
