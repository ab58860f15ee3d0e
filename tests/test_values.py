"""The notations in which clerks write values, and the traps among them."""

import pytest

from config.campaign import Campaign
from parsers.values import (
    clean,
    is_blank,
    label_key,
    read_area,
    read_date,
    read_fee,
    read_phone,
    read_phones,
    read_project_type,
    read_rate,
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2015年6月", "2015-06"),
        ("2015.6", "2015-06"),
        ("2015/06/30", "2015-06-30"),
        ("2015.06.30", "2015-06-30"),
        ("二〇一五年六月三十日", "2015-06-30"),
        ("二零一五年十二月", "2015-12"),
        ("二O一五年", "2015"),
        ("二○一五年", "2015"),
        ("2015年6月底", "2015-06"),
        ("15年6月", "2015-06"),
        ("98年5月", "1998-05"),
        ("42156", "2015-06-01"),
        ("2015", "2015"),
        ("20150630", "2015-06-30"),
        ("201506", "2015-06"),
        ("2015-6-3 00:00:00", "2015-06-03"),
        ("2015年上半年", "2015"),
        ("2015年第三季度", "2015"),
        ("２０１５年６月", "2015-06"),
        ("2010 年 10 月 1 日", "2010-10-01"),
        ("约2015年", "2015"),
        ("2015年6月30日(一期)", "2015-06-30"),
        ("1998年12月至今", "1998-12"),
        ("2015年06月30日前", "2015-06-30"),
    ],
)
def test_a_date_is_read_with_the_precision_that_was_given(raw: str, expected: str) -> None:
    assert read_date(raw) == expected


@pytest.mark.parametrize(
    "raw",
    ["", "/", "年 月 日", "2015年13月", "2015年2月30日", "2018–2019分期", "一期2015年6月，二期2017年", "九十年代", "15年",
     "2015年3月-6月", "1015年", "2999年", "待定", "2024年92%", "2024-92"],
)  # fmt: skip
def test_what_is_not_one_date_is_none(raw: str) -> None:
    assert read_date(raw) is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("12.5万平方米", 125_000),
        ("125,000㎡", 125_000),
        ("125000 m2", 125_000),
        ("125000 m²", 125_000),
        ("十二万平方米", 120_000),
        ("１２５，０００平方米", 125_000),
        ("约12.5万平方米", 125_000),
        ("12万余平方米", 120_000),
        ("12.5万", 125_000),
        ("125000", 125_000),
        ("12.5公顷", 125_000),
        ("总建筑面积125000平方米，其中住宅100000平方米", 125_000),
    ],
)
def test_an_area_is_read_in_square_metres(raw: str, expected: float) -> None:
    assert read_area(raw) == expected


@pytest.mark.parametrize(
    "raw", ["", "12.5", "180亩", "10-12万㎡", "一期5万平方米，二期6万平方米", "很大", "0平方米", "12平方米"]
)
def test_what_is_not_one_area_is_none(raw: str) -> None:
    assert read_area(raw) is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("98.5%", 0.985),
        ("98.5", 0.985),
        ("0.985", 0.985),
        ("98％以上", 0.98),
        ("98.5﹪", 0.985),
        ("百分之九十八", 0.98),
        ("百分之九十八点五", 0.985),
        ("九成八", 0.98),
        ("100%", 1.0),
        ("约95", 0.95),
        ("98%(2025年)", 0.98),
        ("2024年92%", 0.92),
        ("2025年98.5%，2024年92%", 0.985),
        ("2024年92%，2025年98.5%", 0.985),
    ],
)
def test_a_rate_is_read_as_a_fraction(raw: str, expected: float) -> None:
    assert read_rate(raw) == expected


@pytest.mark.parametrize("raw", ["", "1", "1.0", "120%", "-5", "95%-98%", "2023年90%、2024年92%", "很高", "2024", "0"])
def test_what_is_not_one_rate_is_none(raw: str) -> None:
    assert read_rate(raw) is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2.5元/㎡·月", (2.5, 2.5)),
        ("1.5 元/m².月", (1.5, 1.5)),
        ("多层1.2元/平方米·月，高层1.8元/平方米·月", (1.2, 1.8)),
        ("1.2-1.8元", (1.2, 1.8)),
        ("0.5～0.8元/月/㎡", (0.5, 0.8)),
        ("1.85", (1.85, 1.85)),
        ("住宅2.8元/月/㎡；商铺8元/月/㎡", (2.8, 8.0)),
        ("2.5元/平方米/月（含电梯费），车位80元/月", (2.5, 2.5)),
        ("90平方米以上2.5元", (2.5, 2.5)),
        ("每平方米每月2.5元", (2.5, 2.5)),
        ("一元八角", (1.8, 1.8)),
    ],
)
def test_a_fee_is_read_with_its_lower_and_higher_price(raw: str, expected: tuple[float, float]) -> None:
    assert read_fee(raw) == expected


@pytest.mark.parametrize("raw", ["", "按面积收取", "30元/户·月", "24元/㎡·年", "每户每月30元", "2015年起", "120平方米"])
def test_what_is_no_price_by_area_and_month_is_none(raw: str) -> None:
    assert read_fee(raw) is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0531-86012345 13812345678", ("053186012345", "13812345678")),
        ("13812345678/0571-86012345", ("13812345678", "057186012345")),
        ("010-88083570转801", ("01088083570",)),
        ("(0571)86012345", ("057186012345",)),
        ("053186012345", ("053186012345",)),
        ("+86 138 1234 5678", ("13812345678",)),
        ("138-1234-5678", ("13812345678",)),
        ("０５７１－８６０１２３４５", ("057186012345",)),
        ("400-820-8820", ("4008208820",)),
        ("86012345", ("86012345",)),
        ("无", ()),
        ("12345", ()),
    ],
)
def test_phones_are_read_as_digits_each_once(raw: str, expected: tuple[str, ...]) -> None:
    assert read_phones(raw) == expected


def test_the_number_to_ring_is_the_mobile() -> None:
    assert read_phone("0531-86012345 13812345678") == "13812345678"
    assert read_phone("0531-86012345") == "053186012345"
    assert read_phone("见附件") is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("商品房", "commodity"),
        ("普通商品住宅", "commodity"),
        ("商品住宅（含商业）", "commodity"),
        ("安置房（回迁）", "resettlement"),
        ("三供一业小区", "soe_transferred"),
        ("弃管", "abandoned"),
        ("高层住宅", "other"),
        ("老旧小区", "other"),
        ("☑商品住宅小区 □安置房小区 □国企移交社会管理小区 □弃管小区", "commodity"),
        ("□商品住宅小区 ■安置房小区", "resettlement"),
        ("商品住宅小区□ 安置房小区√", "resettlement"),
        ("商品住宅小区√ 安置房小区", "commodity"),
        ("（ ）商品住宅小区（√）安置房小区", "resettlement"),
        ("□商品住宅小区 □安置房小区", None),
        ("☑商品住宅小区 ☑安置房小区", None),
        ("商品住宅小区、安置房小区", None),
        ("", None),
        ("/", None),
    ],
)
def test_a_project_type_is_read_from_words_or_a_ticked_box(campaign: Campaign, raw: str, expected: str | None) -> None:
    assert read_project_type(raw, campaign.project_type) == expected


def test_labels_compare_without_spaces_colons_and_widths() -> None:
    assert label_key("手　机：") == label_key("手机") == "手机"
    assert label_key("申报单位\n（物业服务企业）") == "申报单位(物业服务企业)"


def test_blank_cells_are_those_that_say_nothing(campaign: Campaign) -> None:
    for text in ("", "  ", "____", "……", "/", "无", "详见附件", "—"):
        assert is_blank(text, campaign.mail.blanks), text
    for text in ("无锡市", "1", "春江花园"):
        assert not is_blank(text, campaign.mail.blanks), text


def test_cleaning_removes_what_cannot_be_seen() -> None:
    assert clean("\u200b２０１５\u00a0年\x00\u202e") == "2015 年"
