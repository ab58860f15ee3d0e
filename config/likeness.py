"""How alike are two texts of which an OCR read one? A single misread character is no difference between two papers."""

from difflib import SequenceMatcher

# 舂江花园 is 春江花园: of four characters, one may be misread.
ALIKE = 0.74
# What an OCR read with less confidence than this proves nothing.
SURE = 0.9
# What tells neighbours apart: 一期 and 二期, 东苑 and 西苑, A 区 and B 区.
_TELLING = frozenset(
    "0123456789一二三四五六七八九十东西南北中上下左右前后内外新老甲乙丙丁期区abcdefghijklmnopqrstuvwxyz"
)


def alike(one: str, other: str) -> float:
    """Return the share (0..1) of characters that stand in both texts in the same order."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def misread(one: str, other: str) -> bool:
    """Tell whether two keys of names may be one name, misread; never 春江东苑 and 春江西苑, 一期 and 二期."""
    return alike(one, other) >= ALIKE and not _tell_apart(one, other)


def _tell_apart(one: str, other: str) -> bool:
    """Tell whether what differs is a word for another part or phase: changed for another such, or on one side only."""
    codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    differing = [(one[a:b], other[c:d]) for tag, a, b, c, d in codes if tag != "equal"]
    return any(all(not part or _TELLING & set(part.lower()) for part in pair) for pair in differing)
