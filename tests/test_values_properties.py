"""Properties of the value readers: any notation is read as it was meant, and nothing makes them fail."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.campaign import load_campaign
from parsers.values import (
    clean,
    read_area,
    read_date,
    read_fee,
    read_phone,
    read_phones,
    read_project_type,
    read_rate,
)

TYPES = load_campaign("2026-haofuwu").project_type
READERS = {
    "date": read_date,
    "area": read_area,
    "rate": read_rate,
    "fee": read_fee,
    "phone": read_phone,
    "phones": read_phones,
    "type": lambda raw: read_project_type(raw, TYPES),
    "clean": clean,
}
# Cells are written with these more than with others.
CELLS = st.text(
    st.one_of(st.sampled_from("0123456789０１.,-–/~%％年月日万平方米㎡元户·一二三十〇○OⅡ□☑√（） \n"), st.characters())
)
DAYS = st.dates(date(1950, 1, 1), date(2035, 12, 31))
HAN = "〇一二三四五六七八九"


def han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else HAN[tens] + "十") + (HAN[ones] if ones or not tens else "")


@given(CELLS)
def test_no_reader_fails_on_any_cell(raw: str) -> None:
    for reader in READERS.values():
        reader(raw)


@given(
    DAYS,
    st.sampled_from(
        [
            "{y}年{m}月{d}日",
            "{y}-{m}-{d}",
            "{y}.{m}.{d}",
            "{y}/{m:02}/{d:02}",
            " {y} 年 {m} 月 {d} 号",
            "{y}{m:02}{d:02}",
        ]
    ),
)
def test_a_day_is_read_in_every_notation(day: date, notation: str) -> None:
    assert read_date(notation.format(y=day.year, m=day.month, d=day.day)) == day.isoformat()


@given(DAYS)
def test_a_day_in_chinese_numerals_is_read(day: date) -> None:
    year = "".join(HAN[int(figure)] for figure in str(day.year))
    assert read_date(f"{year}年{han(day.month)}月{han(day.day)}日") == day.isoformat()
    assert read_date(f"{year}年{han(day.month)}月") == day.isoformat()[:7]


@given(st.integers(500, 9_999_999))
def test_an_area_is_read_in_every_notation(area: int) -> None:
    for text in (f"{area}平方米", f"{area:,}㎡", f"约{area} m2", f"{area / 10_000:.4f}万平方米", f"{area}"):
        assert read_area(text) == area


@given(st.integers(101, 1000))
def test_a_rate_is_read_in_every_notation(tenths: int) -> None:
    percent = tenths / 10
    for text in (f"{percent}%", f"{percent}％以上", f"{percent}", f"2025年{percent}%"):
        assert read_rate(text) == pytest.approx(percent / 100)


@given(st.integers(13_000_000_000, 19_999_999_999))
def test_a_mobile_is_read_however_it_is_grouped(number: int) -> None:
    text = str(number)
    for written in (
        text,
        f"{text[:3]} {text[3:7]} {text[7:]}",
        f"{text[:3]}-{text[3:7]}-{text[7:]}",
        f"+86{text}",
        f"手机{text}",
    ):
        assert read_phone(written) == text


@given(st.integers(5, 999), st.integers(5, 999), st.sampled_from(["元/㎡·月", "元/平方米/月", "元/m2.月", "元"]))
def test_a_fee_is_read_in_every_notation(one: int, other: int, unit: str) -> None:
    low, high = min(one, other) / 100, max(one, other) / 100
    for text in (
        f"多层{one / 100}{unit}，高层{other / 100}{unit}",
        f"{low}-{high}{unit}",
        f"{low}{unit}～{high}{unit}",
    ):
        assert read_fee(text) == (low, high)


@given(st.sampled_from(["010", "020", "0571", "0991"]), st.integers(20_000_000, 99_999_999))
def test_a_landline_is_read_however_it_is_written(area: str, number: int) -> None:
    text = str(number)
    for written in (
        f"{area}-{text}",
        f"({area}){text}",
        f"{area}{text}",
        f"{area} {text[:4]} {text[4:]}",
        f"{area}—{text}转8",
    ):
        assert read_phones(written) == (area + text,)
    assert read_phones(f"{area}-{text} 13812345678") == (area + text, "13812345678")


@given(st.integers(0, 4), st.sampled_from("☑√■☒✓"), st.sampled_from("□☐○"), st.sampled_from([" ", "\n", ""]))
def test_the_ticked_type_is_read_wherever_the_boxes_stand(chosen: int, tick: str, box: str, between: str) -> None:
    marks = [tick if number == chosen else box for number in range(len(TYPES))]
    for written in ("{mark}{label}", "{label}{mark}", "（{mark}）{label}", "{mark} {label}"):
        items = [written.format(mark=mark, label=kind.label) for mark, kind in zip(marks, TYPES, strict=True)]
        assert read_project_type(between.join(items), TYPES) == TYPES[chosen].name


def test_cleaning_twice_changes_nothing_for_any_character() -> None:
    text = "a".join(map(chr, range(0x110000)))
    assert clean(clean(text)) == clean(text)
    clean(text).encode()


@given(CELLS)
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("piece", ["1", "1,", "1.", "一", "2015年", "1 - ", "□", " ", "1元", "0571-"])
def test_a_cell_of_a_hundred_thousand_characters_takes_no_time(reader: str, piece: str) -> None:
    started = time.process_time()
    READERS[reader](piece * (100_000 // len(piece)))
    assert time.process_time() - started < 1
