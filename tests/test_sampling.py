"""The sample for visits (三(三)2): at least a fifth, by province and type, drawn again by anybody from what it says."""

import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from math import sqrt
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from config.campaign import Campaign
from config.errors import ConfigError
from ingest.cli import cli
from ingest.desk import Desk
from ingest.papers.sampled import open_sample
from reports.picture import CaseView, Picture
from reports.sampling.check import Moment, additions, compare, continued, verify
from reports.sampling.draw import Unit, draw, lot, population_hash, tidy_seed
from reports.sampling.population import UNKNOWN_TYPE, case_keys, population, strata_order
from reports.sampling.protocol import Protocol, script_of
from reports.sampling.workbook import VISIT, Sample, fresh_sample, sample_json, sample_workbook
from tests.desks import desk, write_settings
from tests.inbox import Sent, list_files, mail, write_inbox
from tests.picture_builders import AFTER, assessment, association, case, message
from tests.sample import day

FIFTH = Fraction(1, 5)
TYPES = ("商品住宅小区", "安置房小区", "国企移交社会管理小区", "弃管小区", UNKNOWN_TYPE)
SIZES = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 4), st.integers(1, 12)), min_size=1, max_size=25)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Give a desk in whose clean room workbooks are opened."""
    with desk(tmp_path_factory.mktemp("clean")) as opened:
        yield opened


def units(cells: list[tuple[int, int, int]]) -> list[Unit]:
    """Return units of strata given as (province, type, how many); the same stratum may stand there twice."""
    counted = Counter[tuple[int, int]]()
    for province, type_, count in cells:
        counted[province, type_] += count
    return [
        Unit(f"省{province}/小区{type_}-{number}", f"省{province}", TYPES[type_])
        for (province, type_), count in sorted(counted.items())
        for number in range(count)
    ]


def order(known: list[Unit]) -> list[str]:
    return list(dict.fromkeys(unit.stratum for unit in known))


@given(SIZES, st.text(min_size=1, max_size=8, alphabet="双色球0123"), st.fractions(FIFTH, 1, max_denominator=50))
@settings(max_examples=150, deadline=None)
def test_the_whole_and_every_stratum_and_province_get_their_share(
    cells: list[tuple[int, int, int]], seed: str, share: Fraction
) -> None:
    known = units(cells)
    made = draw(known, seed, share, order(known))
    assert len(made.chosen) == -(-share * len(known) // 1)
    rate = Fraction(len(made.chosen), len(known))
    for stratum in made.strata:
        assert 0 <= stratum.drawn <= len(stratum.units)
        assert abs(stratum.drawn - rate * len(stratum.units)) < 1
    for province in {unit.province for unit in known}:
        own = [stratum for stratum in made.strata if stratum.province == province]
        wanted = rate * sum(len(stratum.units) for stratum in own)
        assert abs(sum(stratum.drawn for stratum in own) - wanted) < 1


@given(SIZES, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_in_which_cases_come_changes_nothing(cells: list[tuple[int, int, int]], source: object) -> None:
    known = units(cells)
    mixed = list(known)
    source.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = (draw(own, "种子", FIFTH, order(known)) for own in (known, mixed))
    assert one == other
    assert one.population_hash == population_hash(mixed)


@given(SIZES, st.sampled_from(["甲", "乙", "丙"]))
@settings(max_examples=60, deadline=None)
def test_where_it_is_asked_for_every_province_gives_one(cells: list[tuple[int, int, int]], seed: str) -> None:
    known = units(cells)
    plain, every = (draw(known, seed, FIFTH, order(known), every_province=own) for own in (False, True))
    assert {unit.province for unit in every.chosen} == {unit.province for unit in known}
    assert set(plain.chosen) <= set(every.chosen)
    new = Counter(unit.province for unit in set(every.chosen) - set(plain.chosen))
    assert set(new.values()) <= {1}


def test_over_many_seeds_every_case_is_drawn_equally_often() -> None:
    known = units([(0, 0, 3), (0, 1, 1), (1, 0, 7), (2, 0, 1), (2, 1, 1), (2, 4, 2), (3, 3, 11), (4, 0, 4)])
    rounds, drawn = 6_000, Counter[str]()
    for number in range(rounds):
        drawn.update(unit.key for unit in draw(known, f"第{number}期", FIFTH, order(known)).chosen)
    chance = drawn.total() / (rounds * len(known))
    assert chance == pytest.approx(6 / 30)
    expected, freedom = rounds * chance, len(known) - 1
    squares = sum((drawn[unit.key] - expected) ** 2 / (expected * (1 - chance)) for unit in known)
    # Chi-square of so many degrees: its mean and four standard deviations; largest remainders would give thousands.
    assert squares < freedom + 4 * sqrt(2 * freedom)


def test_within_a_stratum_every_place_is_equally_likely() -> None:
    known = units([(0, 0, 10)])
    rounds, drawn = 4_000, Counter[str]()
    for number in range(rounds):
        drawn.update(unit.key for unit in draw(known, str(number), FIFTH, order(known)).chosen)
    expected = rounds / 5
    squares = sum((drawn[unit.key] - expected) ** 2 / (expected * 0.8) for unit in known)
    # 99.9 % of chi-square with nine degrees of freedom.
    assert squares < 27.9


def test_the_same_seed_gives_the_same_sample_on_every_machine() -> None:
    # By hand: printf '2026-08-06\n浙江/杭州市/春江花园' | sha256sum
    assert lot("2026-08-06", "浙江/杭州市/春江花园")[:16] == "c4d32b5ce713ba07"
    known = units([(0, 0, 6), (0, 1, 2), (1, 0, 9), (2, 3, 3)])
    chosen = [unit.key for unit in draw(known, "双色球2026090期", FIFTH, order(known)).chosen]
    assert chosen == ["省0/小区0-2", "省1/小区0-8", "省1/小区0-7", "省2/小区3-0"]


@pytest.mark.parametrize("text", ["", "  ", "一\n二", "\u202e123", "长" * 201])
def test_what_cannot_be_written_down_is_no_seed(text: str) -> None:
    with pytest.raises(ValueError, match="种子"):
        tidy_seed(text)


# ---------------------------------------------------------------- the workbook


def campaign_of(withdrawn: str = "") -> Picture:
    """Return a picture of three provinces: 12, 5 and 1 complete cases, and some that do not count."""
    views = []
    for province, city, count in (("浙江", "杭州市", 12), ("山东", "济南市", 5), ("西藏", "拉萨市", 1)):
        post = message(province)
        kinds = ("commodity", "resettlement", None)
        cases = [
            case(post, f"小区{number}", city, project_type=kinds[number % 3], company=f"=公司{number}")
            for number in range(count)
        ]
        views.append(association(province, [post], cases))
    post = message("湖北")
    unlisted = case(post, "未列花园", "武汉市", has=("form", "material"))
    short = case(post, "未齐花园", "武汉市", has=("row", "form"))
    gone = replace(case(post, "撤回花园", "武汉市"), withdrawn="陈静 7月21日：改报")
    views.append(association("湖北", [post], [unlisted, short, gone]))
    picture = assessment(views, as_of=AFTER).picture
    cases = tuple(replace(one, withdrawn="陈静") if str(one.name) == withdrawn else one for one in picture.cases)
    return replace(picture, cases=cases)


def drawn_from(picture: Picture, seed: str = "上证指数2026-08-06收盘", *, every_province: bool = False) -> Sample:
    who = population(picture, "complete")
    made = draw(who.units, seed, FIFTH, strata_order(picture), every_province=every_province)
    return fresh_sample(Protocol(made, who, picture.as_of, picture.campaign))


def saved(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def standing(picture: Picture) -> dict[str, CaseView]:
    keys = case_keys(picture)
    return {keys[one.id]: one for one in picture.cases if one.is_judged}


def test_only_cases_that_count_are_drawn_from_and_the_others_are_said() -> None:
    who = population(campaign_of(), "complete")
    assert len(who.cases) == 18
    assert who.left_out == {"清单未列": 1, "材料未齐": 1, "已撤回": 1}
    assert [len(population(campaign_of(), of).cases) for of in ("listed", "all")] == [19, 20]


def test_two_communities_of_one_name_are_two_lots() -> None:
    post = message("浙江")
    twins = [case(post, "春江花园", company=company) for company in ("甲公司", "乙公司", "乙公司")]
    picture = assessment([association("浙江", [post], twins)]).picture
    assert list(case_keys(picture).values()) == [
        "浙江/杭州市/春江花园（甲公司）", "浙江/杭州市/春江花园（乙公司）（2）", "浙江/杭州市/春江花园（乙公司）（3）",
    ]  # fmt: skip


def test_the_workbook_says_seed_and_method_and_holds_who_could_be_drawn() -> None:
    sample = drawn_from(campaign_of())
    book = openpyxl.load_workbook(io.BytesIO(sample_workbook(sample)))
    assert book.sheetnames == ["抽样名单", "抽样方法", "各层抽取数", "总体名单"]
    told = {row[0]: row[1] for row in book["抽样方法"].iter_rows(values_only=True)}
    assert told["种子"] == "上证指数2026-08-06收盘"
    assert told["截至"].startswith("2026-08-08 08:30")
    assert told["总体指纹"] == sample.draw.population_hash
    assert "18 × 0.2" in told["应抽"]
    assert "不低于 20%" in told["依据"]
    assert "三(三)2" in told["依据"]
    header, *rows = list(book["抽样名单"].iter_rows(values_only=True))
    assert len(rows) == 4 >= 0.2 * 18
    first = dict(zip(header, rows[0], strict=True))
    assert first["申报单位联系人及手机"] == "张三\n13812345678"
    assert first["推荐单位、联系人及手机"].endswith("李四\n057187654321")
    assert all(first[name] is None for name in VISIT)
    # Nobody's text is a formula, and the sheets print on A4 across.
    assert book["抽样名单"]["E2"].value.startswith("=公司")
    assert book["抽样名单"]["E2"].data_type == "s"
    assert [(page.page_setup.paperSize, page.page_setup.orientation) for page in book] == [(9, "landscape")] * 4
    strata = list(book["各层抽取数"].iter_rows(values_only=True))
    assert strata[-1] == ("总计", "全国", "合计", 18, 4, pytest.approx(4 / 18))
    assert sum(row[4] for row in strata[1:] if row[0] == "层") == 4
    assert book["总体名单"].max_row == 19


@pytest.mark.parametrize("every", [False, True])
def test_anybody_draws_it_again_with_the_script_that_stands_in_the_workbook(tmp_path: Path, *, every: bool) -> None:
    sample = drawn_from(campaign_of(), every_province=every)
    book = openpyxl.load_workbook(io.BytesIO(sample_workbook(sample)))
    header, *rows = list(book["总体名单"].iter_rows(values_only=True))
    columns = [header.index(name) for name in ("层", "编号")]
    lines = ["\t".join(str(row[at]) for at in columns) for row in rows]
    (tmp_path / "总体名单.txt").write_text("\r\n".join(lines), encoding="utf-8-sig", newline="")
    method = [(str(row[0]), str(row[1] or "")) for row in book["抽样方法"].iter_rows(values_only=True)]
    (tmp_path / "recipe.py").write_text(script_of(method), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "recipe.py"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    fingerprint, *names = done.stdout.splitlines()
    assert fingerprint == f"总体指纹 {sample.draw.population_hash}"
    assert set(names) == {row.unit.key for row in sample.rows}
    assert len(names) == len(sample.rows) == (5 if every else 4)


def test_a_drawn_sample_is_verified_from_its_workbook_also_after_a_withdrawal(clean: Desk, tmp_path: Path) -> None:
    sample = drawn_from(campaign_of())
    kept = open_sample(clean, saved(tmp_path / "抽样名单.xlsx", sample_workbook(sample)))
    assert verify(kept).wrong == []
    gone = sample.rows[0].unit.key
    later = campaign_of(withdrawn=gone)
    assert verify(kept).wrong == []
    assert compare(kept, standing(later), population(later, "complete").cases) == [
        f"抽取之后已撤回或不再单列：{gone}（抽中）"
    ]


TAMPERED = {
    "a case was exchanged": (lambda book: book["抽样名单"].cell(2, 15, "浙江/杭州市/小区99"), "没有抽中"),
    "the seed was changed": (lambda book: _line(book, "种子", "别的"), "抽中"),
    "a case was taken out of the population": (lambda book: book["总体名单"].delete_rows(3), "总体指纹"),
}


def _line(book: openpyxl.Workbook, name: str, text: str) -> None:
    for row in book["抽样方法"].iter_rows():
        if row[0].value == name:
            row[1].value = text


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_sample_that_somebody_changed_is_found_out(clean: Desk, tmp_path: Path, change: object) -> None:
    alter, said = change  # type: ignore[misc]
    book = openpyxl.load_workbook(io.BytesIO(sample_workbook(drawn_from(campaign_of()))))
    alter(book)
    book.save(tmp_path / "改.xlsx")
    assert any(said in one for one in verify(open_sample(clean, tmp_path / "改.xlsx")).wrong)


def test_notes_of_visitors_and_another_order_of_rows_change_nothing(clean: Desk, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(sample_workbook(drawn_from(campaign_of()))))
    book["抽样名单"].cell(2, 11, "暗访")
    page = book["总体名单"]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    for number, row in enumerate(sorted(rows, key=lambda row: row[4]), start=2):
        for column, value in enumerate(row, start=1):
            page.cell(number, column, value)
    book.save(tmp_path / "填.xlsx")
    assert verify(open_sample(clean, tmp_path / "填.xlsx")).wrong == []


def test_a_withdrawn_case_is_replaced_by_the_next_of_its_stratum_and_visits_stay(clean: Desk, tmp_path: Path) -> None:
    sample = drawn_from(campaign_of())
    gone = next(row.unit for row in sample.rows if row.unit.province == "浙江")
    stratum = next(one for one in sample.draw.strata if gone in one.units)
    book = openpyxl.load_workbook(io.BytesIO(sample_workbook(sample)))
    visited = [row.unit.key for row in sample.rows].index(gone.key) + 2
    book["抽样名单"].cell(visited, 11, "实地调研")
    book["抽样名单"].cell(visited, 14, "=SUM(1)")
    book.save(tmp_path / "抽样名单.xlsx")

    later = campaign_of(withdrawn=gone.key)
    kept = open_sample(clean, tmp_path / "抽样名单.xlsx")
    made = additions(kept, standing(later))
    assert [(one.for_whom, one.unit) for one in made] == [(gone.key, stratum.reserves[0])]
    when = Moment(later.campaign, later.as_of + timedelta(days=9))
    again = saved(tmp_path / "补抽.xlsx", sample_workbook(continued(kept, made, standing(later), when)))

    kept = open_sample(clean, again)
    assert verify(kept).wrong == []
    assert kept.ways[stratum.reserves[0].key] == f"替补（代替 {gone.key}）"
    assert kept.ways[gone.key] == f"已撤回（由 {stratum.reserves[0].key} 替补）"
    noted = next(noted for key, _, noted in kept.listed if key == gone.key)
    assert "实地调研" in noted.values()
    assert "截至 2026-08-17" in kept.line("补抽")
    # What has been replaced is not replaced again.
    assert additions(kept, standing(later)) == []


def test_where_a_stratum_has_no_reserve_the_province_gives_one_and_else_it_is_said(clean: Desk, tmp_path: Path) -> None:
    sample = drawn_from(campaign_of(), every_province=True)
    kept = open_sample(clean, saved(tmp_path / "抽样名单.xlsx", sample_workbook(sample)))
    lonely = next(row.unit.key for row in sample.rows if row.unit.province == "西藏")
    (one,) = additions(kept, {key for key in standing(campaign_of()) if key != lonely})
    assert one.unit is None
    assert "没有候补" in one.said
    stratum = next(one for one in sample.draw.strata if one.province == "浙江" and one.drawn)
    left = {key for key in standing(campaign_of()) if key not in {unit.key for unit in stratum.units}}
    made = [one for one in additions(kept, left) if one.for_whom in {unit.key for unit in stratum.chosen}]
    assert made
    assert all(one.unit is not None and one.unit.province == "浙江" for one in made)


def test_another_workbook_is_no_sample(clean: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "x.xlsx")
    (tmp_path / "y.xlsx").write_bytes(b"no workbook")
    for name in ("x.xlsx", "y.xlsx"):
        with pytest.raises(ConfigError):
            open_sample(clean, tmp_path / name)


def test_other_programs_get_it_as_json_without_phones() -> None:
    sample = drawn_from(campaign_of())
    told = json.loads(sample_json(sample))
    assert told["population_sha256"] == sample.draw.population_hash
    assert len(told["sample"]) == 4
    assert len(told["population"]) == 18
    assert b"13812345678" not in sample_json(sample)


def test_the_protocol_explains_every_step(campaign: Campaign) -> None:
    sample = drawn_from(campaign_of(), every_province=True)
    names = [name for name, _ in sample.lines]
    assert [name for name in names if name.startswith("方法")] == [
        "方法一：分层", "方法二：各层抽几个", "方法三：层内抽谁", "方法四：每省至少一个",
    ]  # fmt: skip
    # The share is data of the campaign.
    assert campaign.call.sample_share == 0.2
    assert ("抽样率要求", "0.2") in sample.lines


# ---------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sampling")
    path = write_settings(folder)
    cases = [
        Sent(f"{name}花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0, has_material=False)
        for name in ("春江", "西溪", "东湖")
    ]
    files = list_files("浙江省物业管理协会", cases, scanned=False)
    write_inbox(folder / "inbox", [mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)])
    done = run(path, "import", str(folder / "inbox"))
    assert done.exit_code == 0, done.output
    return path


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(config), *arguments])


def test_a_sample_is_drawn_verified_and_added_to_by_command(clean: Desk, config: Path, tmp_path: Path) -> None:
    target = tmp_path / "抽样名单.xlsx"
    drawn = run(config, "sample", "--of", "listed", "--seed", "2026090", "--as-of", "2026-08-06", "-o", str(target))
    assert drawn.exit_code == 0, drawn.output
    assert "总体 3 个，应抽 1 个，实抽 1 个（33.3%）；种子“2026090”" in drawn.output
    again = run(
        config,
        "sample",
        "--of",
        "listed",
        "--seed",
        "2026090",
        "--as-of",
        "2026-08-06",
        "-o",
        str(tmp_path / "二.xlsx"),
    )
    assert again.exit_code == 0
    assert open_sample(clean, target) == open_sample(clean, tmp_path / "二.xlsx")
    checked = run(config, "sample", "verify", str(target))
    assert (checked.exit_code, "相符" in checked.output) == (0, True)
    assert "不用补抽" in run(config, "sample", "--add-to", str(target)).output
    chosen = open_sample(clean, target).listed[0][0]
    assert run(config, "decide", "withdraw", chosen, "--person", "陈静").exit_code == 0
    added = run(config, "sample", "--add-to", str(target))
    assert added.exit_code == 0, added.output
    assert f"{chosen} 已撤回，由" in added.output
    assert len(open_sample(clean, tmp_path / "抽样名单-补抽.xlsx").listed) == 2
    assert f"已撤回或不再单列：{chosen}" in run(config, "sample", "verify", str(target)).output
    assert run(config, "decide", "reopen", chosen, "--person", "陈静").exit_code == 0


def test_a_seed_that_nobody_gave_is_made_and_written_down(clean: Desk, config: Path, tmp_path: Path) -> None:
    seeds = set()
    for name in ("一.xlsx", "二.xlsx"):
        done = run(config, "sample", "--of", "listed", "-o", str(tmp_path / name))
        seed = open_sample(clean, tmp_path / name).line("种子")
        assert f"种子“{seed}”（随机生成" in done.output
        seeds.add(seed)
    assert len(seeds) == 2


@pytest.mark.parametrize("share", ["0.19", "19%", "0", "1.2", "两成", "1/0"])
def test_a_share_below_the_notice_or_that_is_none_is_refused(config: Path, share: str, tmp_path: Path) -> None:
    done = run(config, "sample", "--share", share, "--of", "listed", "-o", str(tmp_path / "x.xlsx"))
    assert isinstance(done.exception, ConfigError)
    assert "抽样率" in str(done.exception)
    assert not (tmp_path / "x.xlsx").exists()


def test_a_moment_before_anything_came_has_nobody_to_draw(config: Path) -> None:
    done = run(config, "sample", "--as-of", "2026-07-01")
    assert "没有可抽的案例" in str(done.exception)


def test_only_those_of_a_list_are_drawn_from_where_one_is_given(clean: Desk, config: Path, tmp_path: Path) -> None:
    names = tmp_path / "复审.txt"
    names.write_text("西溪花园\r\n# 说明\r\n浙江/东湖花园\r\n", encoding="utf-8-sig")
    target = tmp_path / "x.xlsx"
    done = run(config, "sample", "--of", "all", "--among", str(names), "--share", "100%", "-o", str(target))
    assert done.exit_code == 0, done.output
    assert {key for key, _, _ in open_sample(clean, target).listed} == {"浙江/杭州市/西溪花园", "浙江/杭州市/东湖花园"}
    assert "另附的名单" in open_sample(clean, target).line("总体范围")


def test_the_sample_that_is_added_to_is_never_written_over(config: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.xlsx"
    run(config, "sample", "--of", "listed", "-o", str(target))
    before = target.read_bytes()
    assert run(config, "sample", "--add-to", str(target), "-o", str(target)).exit_code == 2
    assert run(config, "sample", "--add-to", str(target), "--seed", "x").exit_code == 2
    assert target.read_bytes() == before
