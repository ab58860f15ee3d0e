"""A small part of the labelled set, read through the program's own entrance: digital files must be read wholly right.

The whole set with scans and photos is measured by `make bench ARGS=accuracy`.
"""

from pathlib import Path

import pytest

from tests.labelled import labelled_set
from tests.labelled.channels import DIGITAL, needs_office
from tests.labelled.digital import spans
from tests.labelled.office import find_office
from tests.labelled.reading import readings_of
from tests.labelled.scoring import Judged, judged
from tests.labelled.truth import Labelled

_SEED = 6
# Formats whose readers are written elsewhere; once they are here, this list is empty.
_COMING = ("xlsx", "csv", "doc", "wps", "rtf", "xls", "et", "pdf")


def wrong(documents: list[Labelled]) -> list[Judged]:
    """Return the fields that were not read right; skips where a format that is to come has no reader."""
    readings = readings_of([one.path for one in documents])
    channel = documents[0].channel
    if channel in _COMING and not any(reading.found for reading in readings.values()):
        pytest.skip(f"no reader of {channel} files yet")
    return [field for one in documents for field in judged(one, readings[one.path]) if not field.right]


@pytest.mark.parametrize("channel", [one for one in DIGITAL if not needs_office(one)])
def test_every_field_of_a_digital_file_is_read_right(tmp_path: Path, channel: str) -> None:
    documents = labelled_set(tmp_path, _SEED, 12, [channel])
    assert wrong(documents) == []


@pytest.mark.skipif(find_office() is None, reason="LibreOffice makes these files, and it is not installed")
@pytest.mark.parametrize("channel", [one for one in DIGITAL if needs_office(one)])
def test_every_field_of_a_converted_file_is_read_right(tmp_path: Path, channel: str) -> None:
    documents = labelled_set(tmp_path, _SEED, 4, [channel])
    assert wrong(documents) == []


def test_the_same_seed_gives_the_same_documents(tmp_path: Path) -> None:
    one = labelled_set(tmp_path / "one", 7, 6, ["docx", "html"])
    two = labelled_set(tmp_path / "two", 7, 6, ["html"])
    assert [document.truth for document in one[6:]] == [document.truth for document in two]
    assert one[6].path.read_bytes() == two[0].path.read_bytes()
    other = labelled_set(tmp_path / "other", 8, 6, ["html"])
    assert [document.truth for document in other] != [document.truth for document in two]


def test_a_wrong_value_and_a_value_made_up_are_both_misses(tmp_path: Path) -> None:
    document = labelled_set(tmp_path, _SEED, 1, ["docx"])[0]
    assert not Judged(document, "floor_area", 125_000, 12.5).right
    assert not Judged(document, "floor_area", None, 12.5).right
    assert not Judged(document, "fee", (1.2, 1.8), [1.2, 1.2]).right
    assert Judged(document, "fee", (1.2, 1.8), [1.2, 1.8]).right
    assert Judged(document, "community", "春江花园（北区）", "春江花园 (北区)").right


def test_merged_cells_of_a_grid_are_counted() -> None:
    assert spans([["a", "←", "b"], ["↑", "←", "c"]], 0, 0) == (2, 2)
    assert spans([["a", "b"]], 0, 1) == (1, 1)
