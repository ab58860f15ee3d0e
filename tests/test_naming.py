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
