"""Which names are one name that an OCR misread, and which are neighbours."""

import pytest

from config.likeness import misread
from config.naming import community_key


@pytest.mark.parametrize(
    ("one", "other"),
    [("春江花园", "舂江花园"), ("锦绣家园", "锦绣豪园"), ("翡翠湖畔小区", "翡翠湖胖小区"), ("春江花园", "春江花園")],
)
def test_one_character_misread_is_the_same_name(one: str, other: str) -> None:
    assert misread(community_key(one), community_key(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("春江东苑", "春江西苑"), ("春江花园一期", "春江花园二期"), ("春江花园", "春江花园二期"), ("翡翠园A区", "翡翠园B区"),
        ("锦绣南园小区", "锦绣北园小区"), ("幸福里", "和谐里"), ("金色家园", "银色港湾"), ("春江新苑", "春江老苑"),
    ],
)  # fmt: skip
def test_neighbours_and_phases_are_not(one: str, other: str) -> None:
    assert not misread(community_key(one), community_key(other))
