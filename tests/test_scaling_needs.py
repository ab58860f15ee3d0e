"""What docs/scaling.md says of many campaigns is what is computed from the costs that were measured."""

from pathlib import Path

import pytest

from benchmarks.scaling import NAMES
from benchmarks.scaling_needs import MEASURED, Assumed, costs, given, needs, saturated, tables
from config.settings import load_settings
from tests.desks import write_settings

DOCUMENT = Path(__file__).parent.parent / "docs" / "scaling.md"


def test_every_number_of_the_document_is_the_computed_one() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert "\n".join(costs()) in text
    for table in "\n".join(tables(Assumed())).split("\n\n"):
        assert table in text


def test_the_part_that_is_full_first_is_named_first() -> None:
    worst = saturated(1_000, Assumed())
    assert [full for _, full in worst] == sorted((full for _, full in worst), reverse=True)
    assert f"**{worst[0][0]}**" in DOCUMENT.read_text(encoding="utf-8")


def test_needs_grow_with_the_campaigns_and_the_pages() -> None:
    one, ten = dict(needs(1, Assumed())), dict(needs(10, Assumed()))
    assert (one["mails"], ten["mails"]) == ("3,000", "30,000")
    more = dict(saturated(1, given(["pages_a_case=8"])))
    assert all(more[name] >= full for name, full in saturated(1, Assumed()))
    assert MEASURED.page_cpu > MEASURED.reader_cpu


def test_the_sets_that_are_measured_are_named_as_objects_may_be(tmp_path: Path) -> None:
    for name in NAMES:
        objects = f'[vault.s3]\nbucket = "zhengji"\nendpoint = "http://127.0.0.1:1"\nprefix = "{name}-4"\naccess_key = "a"\nsecret_key = "b"\n'
        assert load_settings(write_settings(tmp_path / name, objects)).vault.s3


def test_an_assumption_that_is_none_is_refused() -> None:
    with pytest.raises(SystemExit, match="pages_a_case"):
        given(["pages=8"])
