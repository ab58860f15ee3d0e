"""Names match as people match them: what is one community to a careful clerk, what is another, and what is to be asked."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.naming import Pair, pairs
from config.anatomy import anatomy
from config.matching import CERTAIN, LIKELY, Named, compatible, likeness, why

COMPANY = "杭州春江物业服务有限公司"


def test_equal_names_in_one_city_are_certain() -> None:
    assert likeness(Named("春江花园（二期）", "杭州市"), Named("春江花园2期小区", "杭州市")) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("春江花园II", "春江花园二期"), ("第十二小区", "第12小区"), ("春江花园（暂定名）", "春江花园"), ("春江花园（原名望江苑）", "春江花园"),
        ("錦繡花園", "锦绣花园"), ("安慧里三区", "安慧里第三小区"), ("保利心语花园（A区）", "保利·心语花园Ａ区"),
    ],
)  # fmt: skip
def test_a_name_may_be_written_in_many_ways(one: str, other: str) -> None:
    assert likeness(Named(one, "杭州市"), Named(other, "杭州市")) == 1.0


def test_the_same_name_in_two_cities_is_two_cases() -> None:
    one, other = Named("春江花园", "杭州市", COMPANY), Named("春江花园", "宁波市", COMPANY)
    assert likeness(one, other) == 0.0
    assert likeness(Named("杭州市春江花园"), Named("宁波市春江花园")) == 0.0
    assert likeness(Named("宁波春江花园"), Named("春江花园", "杭州市")) == 0.0


def test_the_same_name_in_two_districts_is_two_cases() -> None:
    assert likeness(Named("西湖区春江花园", "杭州市"), Named("春江花园（余杭区）", "杭州市")) == 0.0


def test_a_district_under_its_old_name_is_the_same_district() -> None:
    for old, new in (("下城区", "拱墅区"), ("萧山市", "萧山区"), ("上海市闸北区", "静安区"), ("江干区", "钱塘区")):
        assert likeness(Named(f"{old}朝晖六区"), Named(f"{new}朝晖六区")) == 1.0, old
    assert likeness(Named("下城区朝晖六区"), Named("西湖区朝晖六区")) == 0.0
    assert likeness(Named("原下城区朝晖六区"), Named("朝晖六区", "杭州市")) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("春江花园一期", "春江花园二期"), ("春江花园Ⅰ期", "春江花园三期"), ("汇景新城二期", "汇景新城十二期"), ("春江花园（北区）", "春江花园（南区）"),
        ("春江花园（东区）", "春江花园（西区）"), ("春江东苑", "春江西苑"), ("翠苑一区", "翠苑三区"), ("古美一村", "古美三村"), ("春江花园A区", "春江花园B区"),
        ("春江新苑", "春江老苑"), ("白云路5号院", "白云路7号院"), ("春江花园二期", "春江花园南区"), ("望京西园", "望京花园西区"),
    ],
)  # fmt: skip
def test_two_phases_or_parts_are_two_cases_whoever_runs_them(one: str, other: str) -> None:
    assert likeness(Named(one, "杭州市", COMPANY), Named(other, "杭州市", COMPANY)) == 0.0


def test_a_phase_on_one_side_only_is_asked_where_the_company_is_one_and_else_not_taken() -> None:
    one, other = "春江花园", "春江花园二期"
    assert LIKELY <= likeness(Named(one, "杭州市", COMPANY), Named(other, "杭州市", COMPANY)) < CERTAIN
    assert likeness(Named(one, "杭州市"), Named(other, "杭州市")) < LIKELY
    assert likeness(Named(one, "杭州市", COMPANY), Named(other, "杭州市", "浙江绿城物业服务有限公司")) < LIKELY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("春江花园", "春江花苑"), ("锦绣花园", "锦秀花园"), ("春江花园", "舂江花园"), ("恒大名都", "名都"), ("翡翠湖畔", "翡翠湖胖"), ("春江花园", "春江"),
        ("康桥水郡", "康侨水郡"), ("龙湖时代天街", "时代天街"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_likely_the_same_where_the_company_is_the_same(one: str, other: str) -> None:
    assert likeness(Named(one, "杭州市", COMPANY), Named(other, "杭州市", COMPANY)) >= LIKELY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("春江花园", "春晖花园"), ("东湖名苑", "东湖名邸"), ("万科·金域华府", "万科·金域蓝湾"), ("恒大绿洲", "恒大名都"), ("碧桂园", "碧桂园凤凰城"),
        ("滨江万家名城", "滨江万家星城"), ("翡翠城梅苑", "翡翠城兰苑"), ("丽园", "利园"), ("天湖花园", "天目湖花园"), ("万科翡翠公园", "保利翡翠公园"),
    ],
)  # fmt: skip
def test_sisters_of_one_developer_and_neighbours_by_a_character_are_not_taken_for_one(one: str, other: str) -> None:
    assert likeness(Named(one, "杭州市", COMPANY), Named(other, "杭州市", COMPANY)) < LIKELY


def test_only_another_tail_is_believed_less_where_the_companies_differ() -> None:
    one, other = Named("春江花园", "杭州市", COMPANY), Named("春江花苑", "杭州市", "杭州钱塘物业管理有限公司")
    assert likeness(one, other) < LIKELY


def test_an_equal_name_is_not_certain_where_no_city_is_known_and_the_companies_differ() -> None:
    one, other = (
        Named("世纪花园", None, "青岛世纪物业管理有限公司"),
        Named("世纪花园", None, "烟台海信物业服务有限公司"),
    )
    assert LIKELY <= likeness(one, other) < CERTAIN


@pytest.mark.parametrize(
    "company", ["绿城物业", "绿城物业管理有限公司", "绿城物业服务集团有限公司杭州分公司", "綠城物業服務集團有限公司"]
)
def test_a_company_is_known_by_its_short_name_and_its_branch(company: str) -> None:
    one = Named("御景花园", "杭州市", "绿城物业服务集团有限公司")
    assert likeness(one, Named("御景花苑", "杭州市", company)) > likeness(one, Named("御景花苑", "杭州市", "万科物业"))


def test_why_two_names_are_alike_is_said_in_chinese() -> None:
    one, other = Named("锦绣花园", "杭州市", COMPANY), Named("锦秀花园", "杭州市", COMPANY)
    assert why(one, other) == "仅差一字：锦绣花园/锦秀花园，企业相同"
    assert why(Named("春江花园"), Named("春江花苑")) == "仅后缀不同：春江花园/春江花苑，企业未知，城市待核"
    assert why(one, Named("万科金域华府")) == ""


def test_a_name_is_taken_apart_as_people_read_it() -> None:
    whole = anatomy("杭州市西湖区万科·金域华府（二期）北区")
    assert (whole.place, whole.brand, whole.base, whole.phases, whole.parts) == (
        "杭州市西湖区", "万科", "金域华府", {"2"}, ("北",),
    )  # fmt: skip
    assert (anatomy("春江花园").core, anatomy("翠苑").core, anatomy("绿城桂花园").core) == ("春江", "翠苑", "桂花")


def test_places_are_compared_by_what_they_mean_today() -> None:
    assert compatible("杭州市", "浙江省杭州市西湖区")
    assert compatible("昆山市", "苏州市")
    assert compatible("重庆市渝中区", "渝中区")
    assert not compatible("昆山市", "无锡市")
    assert not compatible("南京市下关区", "徐州市鼓楼区")


LABELLED = pairs()
NAMES = st.sampled_from([pair.one for pair in LABELLED] + [pair.other for pair in LABELLED])
# Names that nobody has, of what names are made of.
WORDS = st.lists(
    st.sampled_from(
        [*"春江湖东西一二期区AB12新園苑花（）·", "花园", "小区", "万科", "杭州市", "西湖区", "杭州", "金域", "第"]
    ),
    max_size=7,
).map("".join)
ANY = NAMES | st.builds(Named, WORDS, st.none() | st.sampled_from(["杭州市", "宁波市", "昆山"]), st.none() | WORDS)


@given(ANY, ANY)
def test_likeness_is_the_same_both_ways_and_never_outside_its_bounds(one: Named, other: Named) -> None:
    assert 0.0 <= likeness(one, other) == likeness(other, one) <= 1.0
    assert bool(why(one, other)) == (likeness(one, other) > 0)


@given(ANY | st.builds(Named, st.text(max_size=12)))
@example(Named("杭州市春", "宁波市"))
def test_a_name_is_certainly_itself(one: Named) -> None:
    assert likeness(one, one) == 1.0


def test_the_labelled_set_is_as_large_and_as_mixed_as_it_should_be() -> None:
    assert len(LABELLED) >= 500
    assert 0.4 <= sum(pair.same for pair in LABELLED) / len(LABELLED) <= 0.6
    assert {pair.part for pair in LABELLED} == {"tune", "test"}
    assert len({(pair.one, pair.other) for pair in LABELLED}) == len(LABELLED)


def test_on_the_held_out_part_what_is_certain_is_right_and_what_is_the_same_is_found() -> None:
    held_out = [pair for pair in LABELLED if pair.part == "test"]
    certain, likely = _taken(held_out, CERTAIN), _taken(held_out, LIKELY)
    assert all(pair.same for pair in certain)
    assert sum(pair.same for pair in likely) >= 0.97 * sum(pair.same for pair in held_out)
    assert sum(pair.same for pair in likely) >= 0.97 * len(likely)


def _taken(labelled: list[Pair], threshold: float) -> list[Pair]:
    return [pair for pair in labelled if pair.sure >= threshold]
