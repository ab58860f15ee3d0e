"""The shipped associations are complete and agree with the divisions."""

from config.associations import load_associations, raised_quota_cities
from config.divisions import divisions
from config.naming import association_key

PLAN_CITIES = {"大连市", "青岛市", "宁波市", "厦门市", "深圳市"}


def test_every_province_has_one_association_in_the_order_of_the_table() -> None:
    assert tuple(one.province for one in load_associations()) == divisions().provinces
    assert {one.level for one in load_associations()} == {"provincial"}


def test_names_and_aliases_begin_with_their_province_and_are_told_apart() -> None:
    seen: dict[str, str] = {}
    for one in load_associations():
        for name in (one.name, *one.aliases):
            assert name.startswith(one.province)
            assert seen.setdefault(name, one.province) == one.province
        assert len(set(one.aliases)) == len(one.aliases)
        assert one.name not in one.aliases
        assert association_key(f"{one.province}物协") in {association_key(alias) for alias in one.aliases}


def test_no_address_or_contact_is_shipped() -> None:
    assert not any(one.addresses or one.contact or one.phone for one in load_associations())


def test_the_capitals_and_the_plan_cities_are_divisions_of_their_provinces() -> None:
    capitals = {one.province: one.capital for one in load_associations() if one.capital}
    assert len(capitals) == 27
    assert set(divisions().provinces) - set(capitals) == {"北京", "天津", "上海", "重庆"}
    assert {city for one in load_associations() for city in one.plan_cities} == PLAN_CITIES
    for one in load_associations():
        for city in (one.capital, *one.plan_cities):
            found = divisions().find_city(city, one.province) if city else None
            assert city is None or (found is not None and found.name == city)


def test_thirty_two_cities_may_recommend_more() -> None:
    raised = raised_quota_cities(load_associations())
    assert len(raised) == 32
    assert raised > PLAN_CITIES
    assert raised > {"杭州市", "乌鲁木齐市", "拉萨市"}
    assert "苏州市" not in raised


def test_no_shipped_name_is_a_citys() -> None:
    assert [one.name for one in load_associations() if divisions().city_in(one.name)] == []
