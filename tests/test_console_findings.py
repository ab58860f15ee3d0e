"""The console's findings: chosen and counted, waived together for one reason, reopened, taken along; and SQL's kin."""

import csv
import io
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from ingest.console.acting import DeskActs
from reports.console.acts import Who
from reports.console.findings.bits import bits_of, places_of
from reports.console.findings.index import Choice, Chosen, Index, index_of
from reports.export import COLUMNS
from reports.finding import Finding
from reports.wording import SEVERITIES
from store import activity, decisions, sent
from tests.consoles import PEOPLE, Running, csrf_of, sample_console, write
from tests.desks import AFTER, everything, from_scratch
from tests.picture_builders import finding


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        yield made


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give a console of its own to a test that decides."""
    with sample_console(tmp_path_factory) as made:
        yield made


def open_ones(running: Running, **of: str) -> list[Finding]:
    found = running.console.board.seen.assessment.findings
    return [one for one in found if one.status == "open" and all(getattr(one, key) == of[key] for key in of)]


def listed(page: str) -> list[str]:
    return re.findall(r'<tr id="f-([0-9a-f]{8})"', page)


def page_of(running: Running, query: str = "", role: str = "editor") -> str:
    answer = running.as_role(role).get(f"/findings{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_places_of_a_set_are_those_it_was_made_of() -> None:
    chosen = random.Random(7)
    for size in (1, 9, 8_192, 30_000):
        places = sorted(chosen.sample(range(size), size // 3 + 1))
        bits = bits_of(places, size)
        assert bits.bit_count() == len(places)
        assert list(places_of(bits, 0, size)) == places
        assert list(places_of(bits, 3, 5)) == places[3:8]
        assert list(places_of(bits, len(places), 5)) == []


def test_open_errors_stand_first(running: Running) -> None:
    severities = [
        one.severity for one in Chosen(running.console.board.seen.once(index_of), Choice(state="open")).rows()
    ]
    order = list(SEVERITIES)
    assert severities == sorted(severities, key=order.index)
    shown = listed(page_of(running))
    assert {one.severity for one in open_ones(running) if one.id in shown[:20]} == {"error"}


def test_each_filter_lists_what_it_says_and_counts_it(running: Running) -> None:
    for facet in ("code", "province", "severity"):
        for value in {getattr(one, facet) for one in open_ones(running)} - {None}:
            expected = {one.id for one in open_ones(running, **{facet: value})}
            page = page_of(running, f"?{facet}={value}&rows=200")
            assert set(listed(page)) == expected
            assert f"{len(expected)} 条" in page
    page = page_of(running)
    for severity, word in SEVERITIES.items():
        count = len(open_ones(running, severity=severity))
        assert f'{word}<span class="count">{count}</span>' in page


def test_filters_join_and_count_each_other(running: Running) -> None:
    chosen = Chosen(running.console.board.seen.once(index_of), Choice(severity="error", state="open", province="浙江"))
    assert chosen.total == len(open_ones(running, severity="error", province="浙江"))
    assert chosen.counts("severity") == {
        one: count for one in SEVERITIES if (count := len(open_ones(running, severity=one, province="浙江")))
    }
    assert chosen.provinces() == {
        province: count
        for province in running.console.board.seen.provinces
        if (count := len(open_ones(running, severity="error", province=province)))
    }


def test_pages_of_a_long_list_hold_each_finding_once() -> None:
    made = {
        place: [
            replace(finding(severity=severity), id=f"{number:08x}", province=place)
            for number, severity in enumerate(random.Random(place).choices(list(SEVERITIES), k=1_000))
        ]
        for place in ("浙江", "江苏", "")
    }
    chosen = Chosen(Index.of(made, ["江苏", "浙江"]), Choice(state="open"))
    assert chosen.total == 3_000
    paged = [one for skip in range(0, 3_000, 37) for one in chosen.rows(skip, 37)]
    assert paged == chosen.rows()
    assert [(one.severity, one.province) for one in paged] == sorted(
        ((one.severity, one.province) for one in paged),
        key=lambda one: (list(SEVERITIES).index(one[0]), ["江苏", "浙江", ""].index(str(one[1]))),
    )


def test_the_rules_words_stand_beside_its_code(running: Running) -> None:
    page = page_of(running, "?code=submission.none")
    assert "规则 submission.none：…尚未报送任何材料" in page
    assert re.search(r'<option value="submission.none" selected>…尚未报送任何材料（\d+）submission.none', page)


def test_a_finding_leads_to_its_case_province_mail_and_file(running: Running) -> None:
    seen = running.console.board.seen
    page = page_of(running, "?rows=200&state=all")
    one = next(each for each in open_ones(running) if each.community and each.subject == "case")
    row = page.split(f'<tr id="f-{one.id}"')[1].split("</tr>")[0]
    case = next(each for each in seen.picture.cases if each.community == one.community)
    assert f'href="/cases/{seen.case_keys[case.id]}"' in row
    assert 'href="/provinces/' in row
    assert one.clause in row
    of_file = next(each for each in seen.assessment.findings if each.subject == "file")
    row = page.split(f'<tr id="f-{of_file.id}"')[1].split("</tr>")[0]
    assert re.search(r'href="/messages/\d+"', row)
    key = re.search(r'href="/files/([^"]+)"', row)
    assert key
    assert seen.files[key[1]].path == of_file.file


def test_findings_of_one_case_alone(running: Running) -> None:
    seen = running.console.board.seen
    one = next(each for each in open_ones(running) if each.community)
    case = next(each for each in seen.picture.cases if (each.province, each.community) == (one.province, one.community))
    page = page_of(running, f"?case={seen.case_keys[case.id]}")
    expected = {each.id for each in open_ones(running, community=case.community) if each.province == case.province}
    assert set(listed(page)) == expected
    assert running.as_role("editor").get("/findings?case=nowhere").status_code == 404


def test_text_finds_message_file_and_number(running: Running) -> None:
    one = open_ones(running)[0]
    assert listed(page_of(running, f"?text={one.id}")) == [one.id]
    assert one.id in listed(page_of(running, f"?text={one.message[:6]}&rows=200"))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "(((((.*)+)+)+$",
        "%00\x00",
        "x" * 10_000,
        "字" * 7_000,
        "../../etc/passwd",
        "𠮷\udcff",
    ],
)
def test_hostile_words_are_shown_as_words(running: Running, hostile: str) -> None:
    for name in ("text", "code", "province", "severity", "state", "page", "rows"):
        sound = hostile.encode("utf-8", "replace").decode()
        answer = running.as_role("editor").get("/findings", params={name: sound})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text


def test_many_are_waived_for_one_reason_and_what_cannot_be_is_said(fresh: Running) -> None:
    wanted = [one.id for one in open_ones(fresh)][:30]
    client = fresh.client("editor")
    page = write(
        client, "/findings/waive", finding=[*wanted, "00000000"], note="电话核实", back="/findings?state=waived"
    )
    assert "豁免了 30 条，理由：电话核实" in page
    assert "有 1 条没能豁免" in page
    assert "问题 00000000 已经不在了" in page
    found = {one.id: one for one in fresh.console.board.seen.assessment.findings}
    assert {found[one].status for one in wanted} == {"waived"}
    assert all("李编" in found[one].waived and "电话核实" in found[one].waived for one in wanted)
    deeds, _ = activity.latest(fresh.desk.store, 1)
    assert deeds[0].action == "豁免问题"
    assert set(wanted) <= set(deeds[0].target.split())


def test_waiving_many_equals_waiving_each(fresh: Running, tmp_path_factory: pytest.TempPathFactory) -> None:
    wanted = [one.id for one in open_ones(fresh)][:12]
    who = Who(PEOPLE["editor"], AFTER, "电话核实")
    told = fresh.console.acts.waive_each(who, wanted)
    assert len(told.done) == 12
    assert told.failed == []
    with sample_console(tmp_path_factory) as other:
        for one in wanted:
            other.console.acts.waive(who, [one])
        kept = [[vars(row) for row in decisions.every(each.desk.store)] for each in (fresh, other)]
        assert kept[0] == kept[1]
        assert everything(fresh.console.board.seen.assessment) == everything(other.console.board.seen.assessment)
        assert everything(fresh.console.board.seen.assessment) == everything(from_scratch(fresh.desk))


def test_waiving_many_draws_the_picture_as_often_as_waiving_one(
    fresh: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    keeper = type(fresh.desk.keeper)
    drawn = keeper.assessment
    monkeypatch.setattr(keeper, "assessment", lambda self, *of: looks.append(1) or drawn(self, *of))
    acts = fresh.console.acts
    assert isinstance(acts, DeskActs)
    wanted = [one.id for one in open_ones(fresh)][:21]
    looks.clear()
    acts.waive_each(Who("李编", AFTER, "电话核实"), wanted[:20])
    many = len(looks)
    looks.clear()
    acts.waive(Who("李编", AFTER, "电话核实"), wanted[20:])
    assert many == len(looks)


def test_what_another_waived_before_is_told_and_holds_up_no_others(fresh: Running) -> None:
    one, two, three = [each.id for each in open_ones(fresh)][:3]
    fresh.console.acts.waive(Who("陈管", AFTER, "已看过"), [one])
    page = write(
        fresh.client("editor"), "/findings/waive", finding=[one, two, three], note="电话核实", back="/findings"
    )
    assert "豁免了 2 条" in page
    assert re.search(r"陈管 已于 .* 决定过", page)
    assert "--replace" not in page


def test_one_that_another_waived_before_can_be_insisted_on(fresh: Running) -> None:
    one = open_ones(fresh)[0].id
    fresh.console.acts.waive(Who("陈管", AFTER, "已看过"), [one])
    client = fresh.client("editor")
    fields = {"csrf": csrf_of(client, "/"), "finding": one, "note": "另有理由", "back": "/findings"}
    answer = client.post("/findings/waive", data=fields)
    assert answer.status_code == 422
    seen = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert seen
    assert client.post("/findings/waive", data={**fields, "seen": seen[1]}).status_code == 303
    assert "另有理由" in fresh.console.board.seen.findings[one].waived


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"note": "理由"}, "没有选中任何一条"),
        ({"finding": ["{open}"], "note": "  "}, "请写明豁免的理由"),
        ({"finding": ["00000000"], "note": "理由"}, "已经不在了"),
        ({"finding": ["{open}"], "note": "长" * 501}, "500 字以内"),
    ],
)
def test_a_slip_is_said_in_words_of_the_page(running: Running, fields: dict[str, object], said: str) -> None:
    client = running.as_role("editor")
    if fields.get("finding") == ["{open}"]:
        fields = {**fields, "finding": [open_ones(running)[0].id]}
    answer = client.post("/findings/waive", data={"csrf": csrf_of(client, "/"), **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert "--note" not in answer.text


def test_a_waived_finding_is_listed_as_waived_and_reopened(fresh: Running) -> None:
    one = open_ones(fresh)[0].id
    client = fresh.client("editor")
    page = write(client, "/findings/waive", finding=one, note="电话核实", back="/findings?state=waived")
    assert listed(page) == [one]
    assert "已豁免：李编" in page
    page = write(client, "/findings/reopen", target=one, back="/findings?rows=200")
    assert "已重新打开" in page
    assert one in listed(page)
    answer = client.post("/findings/reopen", data={"csrf": csrf_of(client, "/"), "target": one})
    assert "不用重新打开" in answer.text


def test_what_was_settled_since_a_moment_is_told_with_by_what(running: Running) -> None:
    page = page_of(running, "?state=fixed&since=2026-07-01&rows=200")
    assert "收到首次报送" in page
    assert 'class="badge ok"' in page
    settled = page_of(running, "?state=fixed&since=2026-07-01&province=江苏")
    assert "江苏尚未报送任何材料" in settled
    assert running.as_role("editor").get("/findings?state=fixed&since=昨天").status_code == 422
    assert running.as_role("editor").get("/findings?state=fixed&since=2099-01-01").status_code == 422


def test_what_was_settled_counts_from_the_last_digest(running: Running) -> None:
    page = page_of(running, "?state=fixed")
    week = (AFTER - timedelta(days=7)).date().isoformat()
    assert sent.last_before(running.desk.store, AFTER.date()) is None
    assert f"{week} 00:00 以来" in page


def test_export_holds_what_is_chosen_in_the_columns_of_the_command_line(running: Running) -> None:
    chosen = open_ones(running, severity="error")
    answer = running.as_role("editor").get("/findings/export?severity=error&format=csv")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert tuple(rows[0]) == COLUMNS["findings"]
    assert {row[COLUMNS["findings"].index("id")] for row in rows[1:]} == {one.id for one in chosen}
    assert answer.headers["content-disposition"].startswith("attachment")
    book = openpyxl.load_workbook(
        BytesIO(running.as_role("editor").get("/findings/export?severity=error&format=xlsx").content)
    )
    assert tuple(cell.value for cell in book.active[1]) == COLUMNS["findings"]
    assert book.active.max_row == len(chosen) + 1
    assert running.as_role("editor").get("/findings/export?format=exe").status_code == 422


def test_readers_waive_and_export_nothing(running: Running) -> None:
    page = page_of(running, role="reader")
    assert 'type="checkbox"' not in page
    assert "/findings/export" not in page
    assert running.as_role("reader").get("/findings/export?format=csv").status_code == 403
