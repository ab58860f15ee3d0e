"""Of one moment, digest, chat, brief, deadline lists, status, ledger and exports say the same numbers."""

import io
from collections import Counter
from collections.abc import Iterator

import openpyxl
import pytest

from ingest.desk import Desk
from ingest.telling import tracking
from ingest.telling.digesting import assessment, make_edition
from reports.digest.brief import brief_text
from reports.digest.provinces import tiles
from reports.export import rows as exported
from reports.ledger import ledger
from reports.status import render
from tests.desks import desk
from tests.sample import day
from tests.tracker_world import fill

MOMENTS = ("05-18T00:00:00", "07-29T08:30:00", "08-05T16:00:00", "08-05T23:59:59", "08-06T08:30:00", "08-11T10:00:00")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("numbers")
    with desk(folder) as opened:
        fill(opened, folder / "inbox")
        yield opened


@pytest.mark.parametrize("moment", MOMENTS)
def test_of_one_moment_all_say_the_same(world: Desk, moment: str) -> None:
    judged, edition = assessment(world, day(moment)), make_edition(world, day(moment))
    rows = exported(judged, "submissions")
    state, late = Counter(row["status"] for row in rows), sum(bool(row["late"]) for row in rows)
    provinces = f"已报齐 {state['complete']}，部分报送 {state['partial']}，未报送 {state['none']}"
    for told in (edition.digest.text, edition.chat):
        assert provinces in told
        assert (f"其中迟报 {late}" in told) is bool(late)
    words = Counter(tile.state for tile in tiles(judged))
    assert (words["none"], words["late"]) == (state["none"], late)
    assert f"未报送{state['none']}个。" in brief_text(judged)
    assert f"齐全 {state['complete']}，部分 {state['partial']}，未报 {state['none']}" in render(judged, None)
    standing = tracking.standing_of(world, day(moment))
    assert {one.province for one in standing.of("nothing")} == {
        row["province"] for row in rows if row["status"] == "none"
    }
    assert {one.province for one in standing.of("late")} == {row["province"] for row in rows if row["late"]}
    assert sum(one.complete_now for one in standing.provinces) == state["complete"]


@pytest.mark.parametrize("moment", MOMENTS[1:])
def test_cases_and_mails_are_as_many_in_digest_brief_status_and_ledger(world: Desk, moment: str) -> None:
    judged, text = assessment(world, day(moment)), make_edition(world, day(moment)).digest.text
    cases = exported(judged, "cases")
    whole = sum(bool(row["complete"]) for row in cases)
    assert f"已到 {len(cases)}，材料齐全 {whole}" in text
    assert f"共有案例{len(cases)}个，其中材料齐全{whole}个" in brief_text(judged)
    assert f"案例 {whole}/{len(cases)} 齐全" in render(judged, None)
    assert f"收到 {len(judged.picture.messages)} ＝" in text
    book = openpyxl.load_workbook(io.BytesIO(ledger(judged)))
    names = {row["community"] for row in cases}
    shown = {str(cell.value) for line in book["案例"].iter_rows() for cell in line}
    assert names <= shown
