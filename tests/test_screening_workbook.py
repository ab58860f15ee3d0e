"""The workbook that a reviewer fills in: what stands in it, what must not, how it prints, and who gets which cases."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock

from reports.picture import CaseView
from reports.screening import words
from reports.screening.assignment import assigned
from reports.screening.discretion import guarded
from reports.screening.dossier import dossiers
from reports.screening.words import BOX
from tests.picture_builders import campaign, case, finding, message
from tests.screening_builders import TEXTS, VETOES, assessed, book_of, column, made, place, told

NAMES = ("春江花园", "秋水苑", "=1+1家园")


@pytest.fixture(scope="module")
def cases() -> list[CaseView]:
    hostile = told(NAMES[2], "江苏", "南京市", company="@SUM(A1)物业\n=cmd|'/c calc'!A0")
    return [told(NAMES[0]), told(NAMES[1], "浙江", "宁波市", has=("row",), materials=()), hostile]


@pytest.fixture(scope="module")
def data(cases: list[CaseView]) -> bytes:
    about: dict[str, Any] = {"province": "浙江", "city": "杭州市", "community": NAMES[0]}
    findings = [
        finding("photo.too_small", message="照片《a.jpg》只有 0.3 MB", **about),
        finding("form.missing", "error", message="尚未收到推荐表，请联系李四 13812345678", **about),
        finding("photo.reused", status="waived", message="已豁免的事", **about),
        finding("case.withdrawal_said", message="请运行 zhengji decide withdraw", **about),
        finding("x.y", message="别的小区的事", province="浙江", city="杭州市", community="别处"),
    ]
    return made(cases, findings)


@pytest.fixture(scope="module")
def book(data: bytes) -> Workbook:
    return book_of(data, rich_text=True)


def texts(book: Workbook) -> Iterator[str]:
    for page in book.worksheets:
        for row in page.iter_rows(values_only=True):
            yield from (str(value) for value in row if value is not None)


def test_it_has_a_guide_a_row_a_case_and_a_row_a_case_and_point(book: Workbook, cases: list[CaseView]) -> None:
    assert book.sheetnames == ["说明", "总表", "逐条对照"]
    assert column(book["总表"], words.COMMUNITY) == [one.community for one in cases]
    assert book["逐条对照"].max_row == 1 + 17 * len(cases)
    assert column(book["逐条对照"], words.POINT)[:17] == [one.text for one in campaign().screening.criterion]


def test_the_guide_says_the_notices_sentences_and_the_veto_items_word_for_word(book: Workbook) -> None:
    guide = "\n".join(str(row[0]) for row in book["说明"].iter_rows(values_only=True))
    assert "材料内容空洞，亮点不突出的一律不采用" in guide
    assert "不以小区规模、企业实力作为评判依据" in guide
    for one in (*campaign().screening.veto, *campaign().screening.criterion):
        assert one.text in guide


def test_facts_findings_and_lengths_stand_in_a_cases_row(book: Workbook) -> None:
    page = book["总表"]
    row = {heading: column(page, heading)[0] for heading in (words.PROVINCE, words.CITY, words.COMPANY, words.TYPE)}
    assert list(row.values()) == ["浙江", "杭州市", "春江花园物业服务有限公司", "商品住宅小区"]
    assert column(page, words.DELIVERED)[0] == "2015-06"
    assert (column(page, words.RATE)[0], column(page, words.AREA)[0]) == (0.985, 125_000)
    assert column(page, words.COMPLETE) == ["否", "否", "否"]
    assert (
        column(page, words.FINDINGS)[0]
        == "须改正：尚未收到推荐表，请联系（联系人） （电话略）\n请核对：照片《a.jpg》只有 0.3 MB"
    )
    assert column(page, words.LENGTHS)[0].splitlines() == [
        "小区简介 120/≤100", "问题诊断 17/约500", "解决措施 90/约4000", "取得成效 未找到/约300", "总结启示 空白/约300",
        "企业简介 未找到/≤200",
    ]  # fmt: skip
    assert column(page, words.LENGTHS)[1] == "未收到案例材料"


def test_nothing_that_a_person_decides_is_filled_in_whatever_the_material_says(book: Workbook) -> None:
    page = book["总表"]
    assert "行政处罚" in TEXTS["problems"]
    for heading in VETOES:
        assert column(page, heading) == [BOX] * 3
    for heading in (words.VERDICT, words.MERIT, words.REASON):
        assert column(page, heading) == [None] * 3
    assert column(page, words.REVIEWER) == ["张三丰"] * 3
    for heading in (words.IS_SHOWN, words.NOTE):
        assert set(column(book["逐条对照"], heading)) == {None}


def test_cells_have_the_choices_of_their_kind(data: bytes) -> None:
    book = book_of(data)
    choices = {}
    for page in (book["总表"], book["逐条对照"]):
        for one in page.data_validations.dataValidation:
            first = re.match(r"[A-Z]+", str(one.sqref))
            assert first
            choices[page[f"{first[0]}1"].value] = one.formula1
    assert choices.pop(words.VERDICT) == '"采用,不采用,待议"'
    assert choices.pop(words.IS_SHOWN) == '"体现,部分体现,未体现"'
    assert choices == dict.fromkeys(VETOES, '"是,否,待核,□"')


def test_passages_stand_with_their_section_and_their_words_marked(book: Workbook) -> None:
    page = book["逐条对照"]
    cell = column(page, words.PASSAGES)[4]
    assert str(cell).startswith("【解决措施】物业帮业主更新电梯八台，联系（联系人）")
    assert isinstance(cell, CellRichText)
    marked = [str(one) for one in cell if isinstance(one, TextBlock) and one.font.b]
    assert marked == ["更新电梯"]


def test_what_was_not_found_not_sent_and_not_read_is_said_differently(cases: list[CaseView]) -> None:
    mail = message("浙江")
    unread = case(mail, "读不出", has=("row", "material"))
    scanned = told("扫描件")
    assert scanned.material
    shown = dossiers(
        assessed([*cases, unread, scanned]), {cases[0].material.sha256 or "": TEXTS}, [*cases[:2], unread, scanned]
    )  # type: ignore[union-attr]
    notes = [{one.note for one in each.points} for each in shown]
    assert notes[0] == {"", "未找到相关段落"}
    assert notes[1] == {"未收到案例材料"}
    assert notes[2] == notes[3] == {"案例材料未能读出，请看原件"}
    assert shown[2].lengths == ("案例材料未能读出，请看原件",)


def test_where_only_a_part_of_a_long_material_was_kept_that_is_said(cases: list[CaseView]) -> None:
    texts = {**TEXTS, "measures": TEXTS["measures"][:60]}
    assert cases[0].material
    (shown,) = dossiers(assessed(cases), {cases[0].material.sha256 or "": texts}, cases[:1])
    assert {one.note for one in shown.points} == {"", "未找到相关段落（材料过长，只查了前面部分）"}


def test_neither_phones_nor_contacts_nor_what_the_office_tells_itself_is_in_it(book: Workbook) -> None:
    whole = "\n".join(texts(book)).replace("张三丰", "")
    for secret in ("138", "1234", "5678", "86012345", "87654321", "张三", "李四", "zhengji", "已豁免的事", "别的小区"):
        assert secret not in whole, secret
    assert "（电话略）" in whole


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话：86012345", "电话（电话略）"),
        ("拨打(0571)8601 2345转8", "拨打（电话略）"),
        ("热线400-800-1234", "热线（电话略）"),
        ("+86 138-1234-5678", "（电话略）"),
        ("1381234567813912345678", "（电话略）"),
        ("2025年收缴率96.5%，结余12345678元", "2025年收缴率96.5%，结余12345678元"),
        ("2024-2025年0.5万", "2024-2025年0.5万"),
        ("a\u202eb\x07c", "abc"),
    ],
)
def test_phone_numbers_go_and_other_numbers_stay(text: str, shown: str) -> None:
    assert guarded(text, ()) == shown


def test_no_cell_is_a_formula_whatever_strangers_wrote(data: bytes) -> None:
    book = book_of(data)
    kinds = Counter(cell.data_type for page in book.worksheets for row in page.iter_rows() for cell in row)
    assert kinds["f"] == 0
    assert NAMES[2] in column(book["总表"], words.COMMUNITY)


def test_a_cases_name_leads_to_its_first_row(data: bytes) -> None:
    page = book_of(data)["总表"]
    targets = [page.cell(row, place(page, words.COMMUNITY)).hyperlink.location for row in (2, 3, 4)]
    assert targets == ["'逐条对照'!A2", "'逐条对照'!A19", "'逐条对照'!A36"]


@pytest.mark.parametrize(("name", "panes"), [("总表", "E2"), ("逐条对照", "C2")])
def test_it_prints_on_landscape_a4_with_its_head_on_every_page(book: Workbook, name: str, panes: str) -> None:
    page = book[name]
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert (page.print_title_rows, page.freeze_panes) == ("$1:$1", panes)
    assert page.auto_filter.ref
    assert "张三丰" in str(page.oddHeader.left.text)
    hidden = [letter for letter, one in page.column_dimensions.items() if one.hidden]
    assert {page[f"{letter}1"].value for letter in hidden} <= {words.CASE_KEY, words.POINT_KEY}
    assert hidden


def test_each_case_begins_on_a_page_of_its_own(book: Workbook) -> None:
    assert [one.id for one in book["逐条对照"].row_breaks.brk] == [18, 35]


def test_the_same_cases_give_the_same_bytes(cases: list[CaseView]) -> None:
    assert made(cases) == made(cases)


# ---------------------------------------------------------------- who gets which cases


def many() -> list[CaseView]:
    kinds = ("commodity", "resettlement", "abandoned", None)
    return [
        case(message(province), f"{province}{number}号院", has=("row",), photos=0, project_type=kinds[number % 4])
        for province in ("浙江", "江苏", "山东", "广东")
        for number in range(10)
    ]


def test_everybody_sees_every_case_where_nothing_else_is_asked_for() -> None:
    cases = many()
    assert assigned(cases, ["甲", "乙"], None, "x") == {"甲": cases, "乙": cases}


@pytest.mark.parametrize("each", [1, 2])
def test_cases_are_drawn_evenly_in_number_type_and_province(each: int) -> None:
    cases, reviewers = many(), ["甲", "乙", "丙"]
    drawn = assigned(cases, reviewers, each, "x")
    assert Counter(one.id for own in drawn.values() for one in own) == {one.id: each for one in cases}
    for mark in (lambda _: "", lambda one: one.project_type, lambda one: one.province):
        for value in {mark(one) for one in cases}:
            counts = [sum(mark(one) == value for one in own) for own in drawn.values()]
            assert max(counts) - min(counts) <= (1 if value == "" else 3), (value, counts)


def test_the_draw_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    cases = many()

    def names(seed: str) -> dict[str, list[str]]:
        drawn = assigned(cases, ["甲", "乙", "丙"], 1, seed)
        return {name: [one.community for one in own] for name, own in drawn.items()}

    assert names("2026") == names("2026")
    assert names("2026") != names("2027")
