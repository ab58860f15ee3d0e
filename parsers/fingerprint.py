"""Answers by what a picture is known again after it was re-saved, resized, brightened or turned.

It is the signs of its lowest frequencies (a cosine transform of its grey miniature, as perceptual hashes do). To turn
or mirror a picture only changes signs and swaps rows with columns, so one fingerprint serves all eight positions:
`reports.same_pictures` compares. No array library is needed: 80,000 multiplications.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import cos, pi, sqrt
from operator import mul

# The miniature's side in pixels, and how many frequencies in each direction are kept: 16 × 16 bits, 64 hex digits.
SIDE, FREQUENCIES = 64, 16
# Grey levels (0..255) that the strongest frequencies must reach together; below, it is a blank page or a plain wall.
_FLAT = 6.0
# A picture most of which is one even surface is a page, a logo or a screen, and such are alike. Real photos had up to
# 0.58 of their neighbours alike (a starry night), most under 0.4; logos and pages have 0.8 and more.
_EVEN_STEP, _EVEN_SHARE = 2, 0.75
# A logo with shades or a chat's screen has less of that (0.6), but one grey level (give or take one) in two fifths of
# it and more; of photos none had both (the moon 0.58 and 0.24, stars 0.28 and 0.38).
_DRAWN_SHARE, _GROUND_SHARE = 0.55, 0.33
_WAVES = [[cos(pi * u * (2 * x + 1) / (2 * SIDE)) for x in range(SIDE)] for u in range(FREQUENCIES)]


def fingerprint(grey: bytes) -> str | None:
    """Return 64 hex digits of a miniature (SIDE × SIDE grey bytes, row by row); None where it shows next to nothing.

    Bit v × 16 + u (from the most significant) is the sign of the frequency of u half waves across and v down.
    """
    rows = [grey[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]
    if _is_even(rows):
        return None
    across = [[sum(map(mul, wave, row)) for wave in _WAVES] for row in rows]
    waves = [[sum(map(mul, wave, column)) for column in zip(*across, strict=True)] for wave in _WAVES]
    waves[0][0] = 0.0
    if _strength(waves) < _FLAT:
        return None
    bits = "".join("1" if value > 0 else "0" for line in waves for value in line)
    return f"{int(bits, 2):0{FREQUENCIES * FREQUENCIES // 4}x}"


def _strength(waves: Sequence[Sequence[float]]) -> float:
    """Return the root of the sum of squares of all waves in grey levels."""
    return 2 * sqrt(sum(value * value for line in waves for value in line)) / (SIDE * SIDE)


def _is_even(rows: Sequence[bytes]) -> bool:
    """Tell whether most neighbours do not differ: paper, a screen, a logo; a photo has grain and shades."""
    same = sum(abs(one - other) < _EVEN_STEP for row in rows for one, other in pairwise(row))
    share = same / (SIDE * (SIDE - 1))
    return share > _EVEN_SHARE or (share > _DRAWN_SHARE and _ground(rows) > _GROUND_SHARE)


def _ground(rows: Sequence[bytes]) -> float:
    """Return the share of the grey level that there is most of, with its neighbours."""
    levels = Counter(level for row in rows for level in row)
    return max(levels[level - 1] + levels[level] + levels[level + 1] for level in list(levels)) / (SIDE * SIDE)
