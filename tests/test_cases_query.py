"""Which cases: filters that combine, order, columns, formats, full text in a list, and queries saved under a name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from config.case_name import CaseName
from config.search_terms import Word, plain
from ingest.cli import cli
from reports.finding import Assessment
from reports.picture import CaseView
from reports.queries.cases import Listed, Manner, listed, shown
from reports.queries.columns import FIELDS
from reports.queries.errors import AskedWrongError
from reports.queries.filters import Wish
from reports.queries.fulltext import Library
from tests import desks
from tests import doc_builders as docs
from tests.inbox import Sent, mail, submission
from tests.picture_builders import AFTER, MORNING, assessment, association, campaign, case, file_of, finding, message
from tests.sample import day

TEXTS: dict[str, dict[str, str]] = {}


def material(one: CaseView, **sections: str) -> CaseView:
    """Return a case whose material says something in its sections."""
    file = replace(one.materials[0], facts={"section_facts": {}, "title": sections.get("title")})
    TEXTS[file.sha256 or ""] = sections
    return replace(one, materials=(file,), title=sections.get("title"))


def library() -> Library:
    def index(words: Sequence[Word]) -> Mapping[Word, frozenset[str] | None]:
        return {
            word: frozenset(
                sha256 for sha256, own in TEXTS.items() if any(word.spans(plain(text)) for text in own.values())
            )
            for word in words
        }

    return Library(index, lambda hashes: {one: TEXTS[one] for one in hashes if one in TEXTS}, campaign())


def _campaign() -> Assessment:
    """Return four provinces: complete, half, late, and one that sent an archive which nobody can open."""
    zj, js, hn = (
        message("浙江"),
        message("江苏"),
        message("湖南", arrival=campaign().call.last_moment + timedelta(hours=2)),
    )
    sx = message("陕西")
    spring = material(
        case(zj, "春江花园", photos=4, company="杭州春江物业服务有限公司", collection_rate=0.985, form_stamped=True),
        title="更新电梯的红色管家", measures="更新电\n梯六部。" + "无" * 50 + "电梯不再困人。",
    )  # fmt: skip
    creek = material(
        case(zj, "西溪诚园", has=("row", "material"), photos=2, delivered="2019", project_type="resettlement"),
        title="老旧管网", measures="消防通道与电梯维保。",
    )  # fmt: skip
    lake = case(
        js,
        "玄武湖畔花园",
        "南京市",
        project_type="abandoned",
        form_stamped=False,
        reason="更换电梯十部",
        delivered=None,
        title=None,
    )
    gusu = case(js, "姑苏人家", "苏州市", photos=0, project_type=None, form_stamped=None, title=None)
    late = case(hn, "岳麓山庄", "长沙市", company=None, delivered="2021-03", title=None)
    gone = case(sx, "雁塔人家", "西安市", has=("row",), photos=0, title=None)
    back = case(sx, "曲江春晓", "西安市", withdrawn="陈静 8月6日：企业来电")
    views = [
        association("浙江", [zj], [spring, creek]), association("江苏", [js], [lake, gusu]),
        association("湖南", [hn], [late]), association("陕西", [sx], [gone, back]),
    ]  # fmt: skip
    locked = file_of(sx, "雁塔人家.zip", "archive", status="encrypted", reason="要密码")
    found = [
        finding(
            "photo.too_few", "error", phase="missing", community="西溪诚园", city="杭州市", message="合格照片 2 张"
        ),
        finding("form.unstamped", province="江苏", community="玄武湖畔花园", city="南京市"),
        finding("photo.reused", province="江苏", community="姑苏人家", city="苏州市", status="waived"),
    ]
    made = assessment(views, found, as_of=AFTER, others=[message(None)])
    return replace(made, picture=replace(made.picture, files=(locked,)))


@pytest.fixture(scope="module")
def made() -> Assessment:
    return _campaign()


def ask(made: Assessment, text: str | None = None, manner: Manner = Manner(), **wish: Any) -> Listed:  # noqa: B008 (frozen)
    return listed(made, Wish(**wish), text, library(), manner)


def names(told: Listed) -> list[str]:
    return [view.case.community for view in told.views]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({}, "玄武湖畔花园 姑苏人家 春江花园 西溪诚园 岳麓山庄 雁塔人家"),
        ({"province": ["浙江省"]}, "春江花园 西溪诚园"),
        ({"province": ["浙江", "湖南"]}, "春江花园 西溪诚园 岳麓山庄"),
        ({"province": ["浙江"], "missing": ["form"]}, "西溪诚园"),
        ({"missing": ["推荐表"]}, "西溪诚园 雁塔人家"),
        ({"missing": ["推荐表", "案例材料"]}, "雁塔人家"),
        ({"missing": ["any"]}, "姑苏人家 西溪诚园 雁塔人家"),
        ({"has": ["form", "photo"]}, "玄武湖畔花园 春江花园 岳麓山庄"),
        ({"type": ["abandoned"]}, "玄武湖畔花园"),
        ({"type": ["弃管小区"]}, "玄武湖畔花园"),
        ({"type": ["安置房", "弃管"]}, "玄武湖畔花园 西溪诚园"),
        ({"city": ["杭州"]}, "春江花园 西溪诚园"),
        ({"city": ["杭州市", "长沙"]}, "春江花园 西溪诚园 岳麓山庄"),
        ({"city": ["昆山"]}, "姑苏人家"),
        ({"company": ["春江"]}, "春江花园"),
        ({"company": ["杭州春江物业"]}, "春江花园"),
        ({"community": ["江花"]}, "春江花园"),
        ({"community": ["春江花园小区"]}, "春江花园"),
        ({"complete": True}, "玄武湖畔花园 春江花园 岳麓山庄"),
        ({"complete": False}, "姑苏人家 西溪诚园 雁塔人家"),
        ({"late": True}, "岳麓山庄"),
        ({"unstamped": True}, "玄武湖畔花园"),
        ({"finding": ["photo.too_few"]}, "西溪诚园"),
        ({"finding": ["photo"]}, "西溪诚园"),
        ({"finding": ["form"]}, "玄武湖畔花园"),
        ({"withdrawn": True}, "曲江春晓"),
        ({"every": True, "province": ["陕西"]}, "曲江春晓 雁塔人家"),
        ({"arrived_since": campaign().call.last_moment}, "岳麓山庄"),
        ({"arrived_before": campaign().call.last_moment, "province": ["湖南"]}, ""),
    ],
)  # fmt: skip
def test_filters_choose_and_combine(made: Assessment, wish: dict[str, Any], expected: str) -> None:
    assert names(ask(made, **wish)) == expected.split()


def test_what_is_not_known_is_counted_apart_and_never_as_a_yes(made: Assessment) -> None:
    from datetime import date

    told = ask(made, delivered_before=date(2019, 6, 1))
    assert names(told) == ["姑苏人家", "春江花园", "雁塔人家"]
    assert any("2 个案例的交付时间未知，或不够精确" in note for note in told.notes)
    told = ask(made, unstamped=True, province=["江苏"])
    assert (names(told), told.notes[0]) == (
        ["玄武湖畔花园"],
        "另有 1 个案例的推荐表看不出是否盖章（灰度件，或没有读出），没有列入",
    )
    assert "1 个案例的项目类型未知" in ask(made, type=["商品房"]).notes[0]
    assert "1 个案例没有写明物业服务企业" in ask(made, company=["绿城"]).notes[0]


def test_what_may_lie_in_a_locked_archive_is_said_beside_what_is_missing(made: Assessment) -> None:
    told = ask(made, missing=["photo"])
    said = "\n".join(told.notes)
    assert "1 个省有打不开" in said
    assert "陕西：1 个文件打不开（《雁塔人家.zip》要密码）" in said
    assert "1 封报送来信还没有认定发信单位" in said
    assert "打不开" not in "\n".join(ask(made, missing=["photo"], province=["浙江"]).notes)


def test_a_case_granted_more_time_is_late_by_its_own_deadline(made: Assessment) -> None:
    views = tuple(
        replace(view, deadline=view.deadline + timedelta(days=3)) if view.province == "湖南" else view
        for view in made.picture.associations
    )
    assert names(ask(replace(made, picture=replace(made.picture, associations=views)), late=True)) == []


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"province": ["浙将"]}, "是不是 浙江"), ({"city": ["航州市"]}, "是不是 杭州市"), ({"type": ["安居房"]}, "安置房小区"),
        ({"missing": ["推荐"]}, "推荐表"), ({"finding": ["fotos"]}, "没有规则"), ({"city": ["鼓楼区"]}, "不止一处"), ({"has": ["证书"]}, "可用的有"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_answered_with_what_may_have_been_meant(
    made: Assessment, wish: dict[str, Any], words: str
) -> None:
    with pytest.raises(AskedWrongError, match=words):
        ask(made, **wish)


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        (["photos"], "姑苏人家", "春江花园"), (["-photos"], "春江花园", "雁塔人家"), (["合格照片"], "姑苏人家", "春江花园"),
        (["delivered"], "姑苏人家", "玄武湖畔花园"), (["-delivered"], "岳麓山庄", "玄武湖畔花园"), (["-province", "city"], "雁塔人家", "姑苏人家"),
        (["community"], "春江花园", "岳麓山庄"),
    ],
)  # fmt: skip
def test_cases_are_sorted_with_what_is_unknown_last_both_ways(
    made: Assessment, sort: list[str], first: str, last: str
) -> None:
    told = names(ask(made, manner=Manner(sort=sort)))
    assert (told[0], told[-1]) == (first, last)


def test_columns_are_named_in_both_languages_and_a_wrong_one_is_corrected(made: Assessment) -> None:
    assert ask(made, manner=Manner(columns=["小区名称", "photos", "推荐表盖章"])).columns == (
        "community",
        "photos",
        "form_stamped",
    )
    with pytest.raises(AskedWrongError, match="是不是 .*小区名称"):
        ask(made, manner=Manner(columns=["小区名"]))
    with pytest.raises(AskedWrongError, match="没有“顽皮”这一栏（可用的有：province 省份"):
        ask(made, manner=Manner(sort=["顽皮"]))


@pytest.mark.parametrize("name", list(FIELDS))
def test_every_column_can_be_shown_in_every_format(made: Assessment, name: str) -> None:
    told = ask(made, "电梯", Manner(columns=["community", name] if name != "community" else [name], sort=[name]))
    for format_ in ("table", "json", "csv", "xlsx"):
        assert shown(told, format_)


def test_a_list_is_the_same_in_every_format(made: Assessment) -> None:
    told = ask(
        made, manner=Manner(columns=["community", "photos", "complete", "first_arrival", "collection_rate"], limit=2)
    )
    table = shown(told, "table").decode()
    assert "共 6 个案例，以上是前 2 个" in table
    assert "98.5%" in table
    rows = json.loads(shown(told, "json"))
    assert [row["community"] for row in rows] == names(told)
    assert rows[0]["first_arrival"].endswith("+08:00")
    assert shown(told, "csv").decode().splitlines()[0] == "community,photos,complete,first_arrival,collection_rate"
    page = openpyxl.load_workbook(BytesIO(shown(told, "xlsx"))).active
    assert [cell.value for cell in page[1]] == ["小区名称", "合格照片", "材料齐全", "首次到达", "收缴率"]
    assert page["A2"].value == names(told)[0]


def test_words_are_found_over_line_ends_and_shown_with_their_place(made: Assessment) -> None:
    told = ask(made, "电梯")
    # The title goes before the number of hits; a reason counts as well.
    assert names(told) == ["春江花园", "玄武湖畔花园", "西溪诚园"]
    hits = told.views[0].hits
    assert hits is not None
    assert (hits.count, hits.in_title) == (3, 1)
    assert [one.marked for one in hits.snippets[:2]] == [
        "案例标题：更新【电梯】的红色管家",
        f"解决措施：更新【电 梯】六部。{'无' * 27}…",
    ]
    second = hits.snippets[1]
    spring = told.views[0].case
    assert TEXTS[spring.materials[0].sha256 or ""]["measures"][second.start : second.end] == "电\n梯"
    table = shown(told, "table").decode()
    assert "【电梯】不再困人" not in table
    assert "推荐理由：更换【电梯】十部" in table
    snippets = json.loads(shown(told, "json"))[0]["snippets"]
    assert [one["hit"] for one in snippets] == ["电梯", "电 梯", "电梯"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电梯 管家", "春江花园"), ("电梯 消防", "西溪诚园"), ("“更新电梯”", "春江花园"), ('"电梯更新"', ""), ("电梯 -消防", "春江花园 玄武湖畔花园"),
        ("管家|管网", "春江花园 西溪诚园"), ("管家 | 管网", "春江花园 西溪诚园"), ("梯", "春江花园 玄武湖畔花园 西溪诚园"), ("十部", "玄武湖畔花园"),
        ("老旧管网", "西溪诚园"), ("不存在", ""), ("“电梯", "春江花园 玄武湖畔花园 西溪诚园"),
    ],
)  # fmt: skip
def test_words_phrases_alternatives_and_exclusions(made: Assessment, text: str, expected: str) -> None:
    assert names(ask(made, text)) == expected.split()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-消防", "只写了不要的词"),
        ("，。", "请写要找的词"),
        ("电" * 400, "太长"),
        (" ".join("甲乙丙丁" * 9), "最多 20 个词"),
        ("|", "请写"),
    ],
)
def test_words_that_ask_for_nothing_are_refused(made: Assessment, text: str, words: str) -> None:
    with pytest.raises(AskedWrongError, match=words):
        ask(made, text)


def test_a_material_that_could_not_be_read_is_named_where_words_are_searched(made: Assessment) -> None:
    """Those of the builders have no readable sections: nobody can say that the words are not in them."""
    notes = ask(made, "电梯").notes
    assert any("个案例的材料没有读出，搜不到" in note and "苏州市/姑苏人家" in note for note in notes)


def test_text_and_filters_combine(made: Assessment) -> None:
    assert names(ask(made, "电梯", province=["浙江"], missing=["form"])) == ["西溪诚园"]


def test_what_others_wrote_stays_text_in_lists() -> None:
    evil = material(
        case(message("浙江"), "=cmd|'/c calc'!A1\x1b[31m", title="x"), title="电梯\x1b]0;x\x07 <b>", measures=""
    )
    other = assessment([association("浙江", [message("浙江")], [evil])])
    told = ask(other, "电梯", Manner(columns=["community", "snippets"]))
    assert "\x1b" not in shown(told, "table").decode()
    assert shown(told, "csv").decode().splitlines()[1].startswith("'=cmd")
    cell = openpyxl.load_workbook(BytesIO(shown(told, "xlsx"))).active["A2"]
    assert (cell.data_type, cell.value[:5]) == ("s", "=cmd|")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the settings of a campaign with one province that was taken in."""
    here = tmp_path_factory.mktemp("cases")
    sent = (
        Sent("春江花园小区", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0),
        Sent("西溪诚园", "浙江诚园物业服务有限公司", "杭州市物业管理协会", photos=0, has_form=False),
    )
    one = mail(
        "浙江物协 <zjwyxh@example.cn>",
        "浙江省报送",
        day("07-20T10:12:03"),
        submission("浙江省物业管理协会", sent, scanned=False),
    )
    with desks.desk(here) as opened:
        desks.take(opened, here / "in", one)
    return here


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(folder / "zhengji.toml"), *words], catch_exceptions=False)


def test_the_commands_of_the_issue_answer(folder: Path) -> None:
    assert "西溪诚园" in run(folder, "cases", "--province", "浙江", "--missing", "form").stdout
    assert run(folder, "cases", "--type", "abandoned").stdout == "没有这样的案例\n"
    assert "春江花园" in run(folder, "cases", "--city", "杭州").stdout
    assert "春江花园" in run(folder, "cases", "--company", "春江物业").stdout
    assert "【电梯】" in run(folder, "cases", "--text", "电梯").stdout
    assert run(folder, "cases", "--late", "--count").stdout == "0\n"
    assert run(folder, "cases", "--as-of", "2026-07-19", "--count").stdout == "0\n"
    rows = json.loads(
        run(folder, "cases", "--format", "json", "--columns", "community,photos", "--sort", "-photos").stdout
    )
    assert [set(row) for row in rows] == [{"community", "photos"}] * 2


def test_a_list_is_written_beside_and_renamed(folder: Path) -> None:
    done = run(folder, "cases", "--format", "xlsx", "-o", str(folder / "出" / "案例.xlsx"))
    assert done.stdout.strip().endswith("案例.xlsx")
    assert openpyxl.load_workbook(folder / "出" / "案例.xlsx").active.max_row == 3
    assert [one.name for one in (folder / "出").iterdir()] == ["案例.xlsx"]
    run(folder, "query", "SELECT community FROM cases", "--format", "xlsx", "-o", str(folder / "问.xlsx"))
    assert openpyxl.load_workbook(folder / "问.xlsx").active["A1"].value == "community"


def test_a_query_is_saved_used_with_more_filters_listed_and_forgotten(folder: Path) -> None:
    assert (
        "已保存“缺表”"
        in run(folder, "cases", "--province", "浙江", "--missing", "form", "--save", "缺表", "--person", "陈静").stderr
    )
    assert "西溪诚园" in run(folder, "cases", "--saved", "缺表").stdout
    assert run(folder, "cases", "--saved", "缺表", "--city", "宁波", "--count").stdout == "0\n"
    assert run(folder, "cases", "--saved", "缺表", "--has", "photo", "--count").stdout == "0\n"
    listing = run(folder, "saved").stdout
    assert "zhengji cases --province=浙江 --missing=form" in listing
    assert "陈静" in listing
    assert "可用" in listing
    assert "已有名为“缺表”的查询（陈静" in _refused(folder, "cases", "--late", "--save", "缺表")
    assert "是不是 缺表" in _refused(folder, "cases", "--saved", "缺表格")
    run(folder, "query", "SELECT count(*) AS n FROM cases WHERE has_form", "--save", "有表数")
    assert "1" in run(folder, "query", "--saved", "有表数").stdout
    assert "zhengji query 的查询" in _refused(folder, "cases", "--saved", "有表数")
    assert run(folder, "saved", "--forget", "缺表").stdout == "已删去“缺表”\n"
    assert "没有名为“缺表”的查询" in _refused(folder, "cases", "--saved", "缺表")


def _refused(folder: Path, *words: str) -> str:
    from config.errors import ConfigError

    with pytest.raises(ConfigError) as caught:
        run(folder, *words)
    return str(caught.value)


@pytest.mark.parametrize("name", ["", " ", "-x", "长" * 61, "a\x1bb"])
def test_a_name_that_nobody_could_use_is_refused(folder: Path, name: str) -> None:
    assert "名称" in _refused(folder, "cases", "--late", "--save", name)


def test_a_query_with_no_condition_is_not_kept(folder: Path) -> None:
    assert "没有写任何条件" in _refused(folder, "cases", "--save", "全部")


def test_a_saved_query_that_no_longer_parses_says_so(folder: Path) -> None:
    from store import saved

    with desks.desk(folder) as opened:
        saved.keep(opened.store, "旧的", ["cases", "--colour=红"], "陈静", MORNING)
    assert "保存的查询“旧的”现在不能用了" in _refused(folder, "cases", "--saved", "旧的")
    assert "现在不能用了" in run(folder, "saved").stdout


def test_a_case_name_is_what_persons_decide_by(made: Assessment) -> None:
    assert {view.case.name for view in ask(made, community=["春江花园"]).views} == {
        CaseName("浙江", "杭州市", "春江花园")
    }


def test_only_what_counts_at_the_moment_is_found_also_after_a_rebuild_on_both_databases(
    tmp_path: Path, database_url: str
) -> None:
    own = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
    path = f"{own.company}/{own.community}+{own.title}.docx"
    old, new = (docs.case_material_docx("春江花园", own.title, f"杭州{who}服务有限公司") for who in ("蓝鲸", "白鹤"))
    first = {**submission("浙江省物业管理协会", [own], scanned=False), path: old}
    mails = [
        mail("zjwyxh@example.cn", "浙江省报送", day("07-20T10:00:00"), first),
        mail("zjwyxh@example.cn", "浙江省补充报送：春江花园案例材料", day("07-30T10:00:00"), {path: new}),
    ]
    before, after = ("--as-of", "2026-07-25"), ("--as-of", "2026-08-01")

    def found(word: str, *when: str) -> str:
        return run(tmp_path, "cases", "--text", word, "--count", *when).stdout.strip()

    with desks.desk(tmp_path, f'[database]\nurl = "{database_url}"\n') as opened:
        desks.take(opened, tmp_path / "in", *mails)
    for _ in range(2):
        assert [found("蓝鲸", *before), found("白鹤", *before)] == ["1", "0"]
        assert [found("蓝鲸", *after), found("白鹤", *after)] == ["0", "1"]
        assert run(tmp_path, "rebuild").exit_code == 0
    with desks.desk(tmp_path, f'[database]\nurl = "{database_url}"\n') as opened:
        (case_,) = (one for one in desks.assessed(opened).picture.cases if one.community == "春江花园")
    # A withdrawn case is found by no word, unless withdrawn ones are asked for.
    done = run(tmp_path, "decide", "withdraw", str(case_.name), "--note", "来电撤回", "--person", "陈静")
    assert done.exit_code == 0, done.output
    assert run(tmp_path, "cases", "--text", "白鹤", "--count").stdout.strip() == "0"
    assert run(tmp_path, "cases", "--text", "白鹤", "--count", "--withdrawn").stdout.strip() == "1"
