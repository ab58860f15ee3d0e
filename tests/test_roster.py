"""The user's roster is laid over the shipped associations, and what is wrong with it is one line."""

from pathlib import Path

import pytest

from config.associations import Association, load_associations, raised_quota_cities
from config.errors import ConfigError


def roster(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "roster.toml"
    path.write_text(text, encoding=encoding)
    return path


def row(province: str = "浙江", name: str = "浙江省物业服务联合会", **more: str) -> str:
    keys = {"province": f'"{province}"', "name": f'"{name}"', **more}
    return "[[associations]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


def one(associations: tuple[Association, ...], province: str, level: str = "provincial") -> Association:
    found = [
        association for association in associations if (association.province, association.level) == (province, level)
    ]
    assert len(found) == 1
    return found[0]


def test_a_row_replaces_the_name_and_adds_addresses_contact_and_aliases(tmp_path: Path) -> None:
    text = row(
        addresses='[" Office@ZJWX.cn ", "b@163.com"]', contact='"王会长"', phone='"0571-88888888"', aliases='["浙物联"]'
    )
    found = load_associations(roster(tmp_path, text))
    zhejiang = one(found, "浙江")
    assert len(found) == 31
    assert zhejiang.name == "浙江省物业服务联合会"
    assert {"浙江省物业管理协会", "浙江物协", "浙物联"} <= set(zhejiang.aliases)
    assert zhejiang.addresses == ("office@zjwx.cn", "b@163.com")
    assert (zhejiang.contact, zhejiang.phone) == ("王会长", "0571-88888888")
    assert (zhejiang.capital, zhejiang.plan_cities) == ("杭州市", ("宁波市",))
    assert one(found, "江苏").addresses == ()


def test_the_shipped_list_is_not_changed_by_a_roster(tmp_path: Path) -> None:
    load_associations(roster(tmp_path, row()))
    assert one(load_associations(), "浙江").name == "浙江省物业管理协会"


@pytest.mark.parametrize("written", ["浙江", "浙江省", " 浙江 "])
def test_the_province_may_be_written_in_full(tmp_path: Path, written: str) -> None:
    assert one(load_associations(roster(tmp_path, row(written))), "浙江").name == "浙江省物业服务联合会"


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    found = load_associations(roster(tmp_path, row(addresses='["a@b.cn"]'), "utf-8-sig"))
    assert one(found, "浙江").addresses == ("a@b.cn",)


def test_two_rows_of_one_province_add_up(tmp_path: Path) -> None:
    text = row(addresses='["a@b.cn"]') + row(name="浙江省物协秘书处", addresses='["c@d.cn", "A@b.cn"]', phone='"1"')
    zhejiang = one(load_associations(roster(tmp_path, text)), "浙江")
    assert zhejiang.name == "浙江省物业服务联合会"
    assert zhejiang.addresses == ("a@b.cn", "c@d.cn")
    assert "浙江省物协秘书处" in zhejiang.aliases
    assert zhejiang.phone == "1"


def test_an_association_beyond_the_31_is_added(tmp_path: Path) -> None:
    found = load_associations(roster(tmp_path, row("兵团", "新疆生产建设兵团物业管理协会", addresses='["bt@bt.cn"]')))
    assert len(found) == 32
    assert one(found, "兵团").addresses == ("bt@bt.cn",)
    assert one(found, "新疆").addresses == ()


@pytest.mark.parametrize("level", [{"level": '"city"'}, {}])
def test_a_city_association_stands_beside_that_of_its_province(tmp_path: Path, level: dict[str, str]) -> None:
    found = load_associations(roster(tmp_path, row("广东", "深圳市物业管理协会", addresses='["sz@sz.cn"]', **level)))
    assert one(found, "广东").addresses == ()
    city = one(found, "广东", "city")
    assert (city.name, city.city, city.addresses) == ("深圳市物业管理协会", "深圳市", ("sz@sz.cn",))
    assert found[-1] == city
    assert len(raised_quota_cities(found)) == 32


def test_a_district_association_of_a_municipality_is_a_city_association(tmp_path: Path) -> None:
    found = load_associations(roster(tmp_path, row("北京市", "北京市朝阳区物业管理协会")))
    assert one(found, "北京", "city").city == "朝阳区"


def test_a_roster_without_rows_changes_nothing(tmp_path: Path) -> None:
    assert load_associations(roster(tmp_path, "# nothing yet\n")) == load_associations()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (row(adresses='["a@b.cn"]'), ":4 [associations] 第 1 项: 不认识的键 adresses，是不是 addresses？"),
        (row() + row("江苏", contct='"王"'), ":7 [associations] 第 2 项: 不认识的键 contct，是不是 contact？"),
        ('[[asociations]]\nprovince = "浙江"\n', "不认识的键 asociations，是不是 associations？"),
        ('[[associations]]\nprovince = "浙江"\n', "[associations] 第 1 项: name: 缺少这个键"),
        (row(addresses='"a@b.cn"'), ":4 [associations] 第 1 项: addresses: 应为列表"),
        (row(addresses='["zjwx.cn"]'), "'zjwx.cn' 不是邮箱地址"),
        (row(phone="88888888"), "phone: 应为文字（加引号）"),
        (row(level='"district"'), ":4 [associations] 第 1 项: level:"),
        (row(province=" "), "province: 不能为空"),
        (row("折江"), ":2 [associations] 第 1 项: province: 没有 折江 这个省份"),
        ("[[associations]\n", "不是合格的 TOML"),
    ],
)
def test_what_is_wrong_is_one_line_that_names_file_row_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_associations(roster(tmp_path, text))
    line = str(caught.value)
    assert said in line
    assert "roster.toml" in line
    assert "\n" not in line


def test_a_roster_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"roster\.toml: 文件不存在"):
        load_associations(tmp_path / "roster.toml")
