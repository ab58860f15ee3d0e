"""Names that mean the same to a person have the same key, and others have not."""

import pytest

from config.naming import association_key, community_key, company_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("春江花园小区", "春江花园"),
        ("春江花园（二期）", "春江花园二期"),
        ("春江花园2期", "春江花园第二期小区"),
        ("春江花园Ⅱ期", "春江花园二期"),
        ("金色·家园", "金色家园"),
        (" ＡＢＣ国际 ", "abc国际小区"),
        ("春江花园（北区）", "春江花园北区"),
    ],
)
def test_the_same_community(one: str, other: str) -> None:
    assert community_key(one) == community_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("春江花园一期", "春江花园二期"),
        ("春江花园", "春江花苑"),
        ("春江花园", "春江花园二期"),
        ("小区", "花园"),
        ("东区", "西区"),
    ],
)
def test_another_community(one: str, other: str) -> None:
    assert community_key(one) != community_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("浙江绿城物业服务有限公司", "浙江绿城物业管理有限公司"),
        ("绿城物业服务集团有限公司", "绿城物业服务集团公司"),
        ("（杭州）甲乙物业有限责任公司", "杭州甲乙物业公司"),
    ],
)
def test_the_same_company(one: str, other: str) -> None:
    assert company_key(one) == company_key(other)


def test_another_company() -> None:
    assert company_key("杭州甲物业服务有限公司") != company_key("杭州乙物业服务有限公司")


@pytest.mark.parametrize(
    "other",
    [
        "杭州市物业管理行业协会",
        "杭州市物业服务行业协会",
        "杭州市物协",
        "杭州市物业管理协会（盖章）",
        "杭州市物业行业协会",
    ],
)
def test_the_same_association(other: str) -> None:
    assert association_key("杭州市物业管理协会") == association_key(other)


def test_another_association() -> None:
    assert association_key("杭州市物业管理协会") != association_key("宁波市物业管理协会")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州市西湖区春江花园", "春江花园"),
        ("浙江省杭州市西湖区春江花园小区", "春江花园"),
        ("杭州西湖区春江花园", "春江花园"),
        ("昆山市春江花园（一期）", "春江花园一期"),
        ("春江花园（填写全称）", "春江花园"),
        ("春江花园（西湖区）", "春江花园"),
        ("春江花园小区（浙江省杭州市）", "春江花园"),
        ("1、春江花园", "春江花园"),
        ("春江花园（与备案名一致）小区", "春江花园"),
    ],
)
def test_divisions_before_a_community_and_hints_behind_it_are_no_part_of_its_name(one: str, other: str) -> None:
    assert community_key(one) == community_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("杭州花园", "花园"),
        ("杭州市花园", "花园"),
        ("西湖区小区", "小区"),
        ("杭州市场宿舍", "场宿舍"),
        ("西湖花园", "花园"),
        ("市区花园", "花园"),
        ("城区人家", "人家"),
        ("上海春江花园", "春江花园"),
        ("春江花园（北区）", "春江花园"),
        ("1号院", "号院"),
        ("杭州市春江花园一期", "春江花园二期"),
        ("杭州市春江花园二期", "春江花园"),
    ],
)
def test_a_place_that_is_a_part_of_the_name_stays(one: str, other: str) -> None:
    assert community_key(one) != community_key(other)


def test_a_seal_is_no_part_of_a_companys_name() -> None:
    assert company_key("杭州春江物业服务有限公司（盖章）") == company_key("杭州春江物业服务有限公司")
