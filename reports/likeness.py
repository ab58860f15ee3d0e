"""How alike are two texts of which an OCR read one? A single misread character is no difference between two papers."""

from difflib import SequenceMatcher

# 舂江花园 is 春江花园: of four characters, one may be misread.
ALIKE = 0.74
# What an OCR read with less confidence than this proves nothing.
SURE = 0.9


def alike(one: str, other: str) -> float:
    """Return the share (0..1) of characters that stand in both texts in the same order."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
