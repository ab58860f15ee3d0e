"""Sets of places in a list, each a whole number: the bit of a place says whether it belongs to the set.

Thousands of them are joined, and counted, in the time that it takes to look at one thing after the other.
"""

from collections.abc import Iterable, Iterator

# So many bytes are looked through at once where the first of many are left out.
_CHUNK = 1_024


def bits_of(places: Iterable[int], size: int) -> int:
    """Return the set of some places below `size`."""
    made = bytearray(size // 8 + 1)
    for place in places:
        made[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(made, "little")


def places_of(bits: int, skip: int, at_most: int) -> Iterator[int]:
    """Yield the places of a set in their order, without the first `skip`, at most so many."""
    data = bits.to_bytes(bits.bit_length() // 8 + 1, "little")
    for start in range(0, len(data), _CHUNK):
        chunk = int.from_bytes(data[start : start + _CHUNK], "little")
        count = chunk.bit_count()
        if count <= skip:
            skip -= count
            continue
        for place in _places(chunk):
            if skip:
                skip -= 1
            elif at_most:
                at_most -= 1
                yield start * 8 + place
            else:
                return


def _places(chunk: int) -> Iterator[int]:
    while chunk:
        lowest = chunk & -chunk
        yield lowest.bit_length() - 1
        chunk ^= lowest
