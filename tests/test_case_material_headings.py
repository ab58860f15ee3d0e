"""Headings as companies really write them: in other words, set in bold, numbered by Word, beside chapters of their own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.doc_reading import CAMPAIGN, Reader, only, reader
from tests.docx_writer import Block, Raw, W, paragraph
from tests.material_builders import (
    KEYS,
    LENGTHS,
    NAMES,
    TITLE,
    body_of,
    docx,
    material,
    package,
    para,
    text_of,
)

ALL = list(KEYS)
_C = "一二三四五六七八九"


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


def facts_of(read: Reader, blocks: list[Block]) -> dict[str, Any]:
    return only(read(docx(*blocks)), "case_material")


def counts(facts: Mapping[str, Any]) -> dict[str, int]:
    return {one["name"]: one["characters"] for one in facts["section_facts"] if one["name"] != "title"}


def named(*names: str) -> list[Block]:
    return material(lambda number, name: f"{_C[number]}、{name}", names=names)


OTHER_WORDS = {
    "a word more": ("项目基本情况简介", "存在的主要问题分析", "具体做法介绍", "取得成效情况", "经验启示部分", "企业基本情况介绍"),
    "what stands before a name": (
        "小区基本情况介绍", "小区物业服务存在的主要问题", "服务质量提升的具体做法", "取得的显著成效", "带来的工作启示", "申报企业基本情况简介",
    ),
    "a name and more": (
        "基本情况", "问题诊断", "解决措施及过程", "工作成效与群众评价", "案例启示与推广价值", "物业服务企业简介",
    ),
    "two halves": ("小区概况", "诊断问题，找准症结", "解决措施，多方联动", "工作成效，数据见证", "经验启示，行稳致远", "企业简介"),
    "words of its own": (
        "小区概况", "直面痛点，找准病根", "多措并举，破解难题", "成效显著，群众满意", "总结经验，启示未来", "关于春江物业",
    ),
    "words of its own here and there": (
        "案例背景", "面临的主要矛盾和困境", "破解难题的主要做法", "实施效果与社会反响", "可复制可推广的经验", "春江物业：二十年匠心",
    ),
}  # fmt: skip


@pytest.mark.parametrize("names", OTHER_WORDS.values(), ids=OTHER_WORDS)
def test_headings_in_other_words_are_known_by_their_matter_and_place(names: tuple[str, ...], read: Reader) -> None:
    facts = facts_of(read, named(*names))
    assert (facts["sections"], counts(facts)) == (ALL, LENGTHS)


def test_a_subtitle_on_the_line_of_a_heading_is_no_text_of_the_section(read: Reader) -> None:
    facts = facts_of(read, named(*(f"{name}：三大痛点困扰居民" for name in NAMES)))
    assert counts(facts) == LENGTHS


def test_a_short_text_on_the_line_of_its_heading_is_text(read: Reader) -> None:
    bodies: dict[str, Sequence[Block]] = {"company": ["企业简介：成立于二〇〇三年"]}
    blocks = [*material(without=["company"], bodies=bodies), "企业简介：成立于二〇〇三年"]
    assert counts(facts_of(read, blocks))["company"] == len("成立于二〇〇三年")


def test_text_behind_a_heading_in_brackets_is_the_sections(read: Reader) -> None:
    blocks: list[Block] = [TITLE]
    for key, name in zip(KEYS, NAMES, strict=True):
        first, *others = body_of(key)
        blocks += [f"【{name}】{first}", *others]
    facts = facts_of(read, blocks)
    assert (facts["sections"], counts(facts)) == (ALL, LENGTHS)


def test_labels_that_come_again_within_the_measures_are_no_sections(read: Reader) -> None:
    labelled = [
        text
        for place in ("电梯", "停车", "绿化")
        for text in (f"存在问题：{place}老化。", f"解决措施：更换{place}。", text_of(1200), f"取得成效：{place}良好。")
    ]
    facts = facts_of(read, material(bodies={"measures": labelled}))
    assert counts(facts) == LENGTHS | {
        "measures": 3 * (len("存在问题：。解决措施：更换。取得成效：良好。") + 2 + 1200 + 6)
    }


def test_a_section_ends_where_a_chapter_begins_that_is_none_of_the_seven(read: Reader) -> None:
    numbers = {"introduction": 0, "problems": 1, "measures": 2, "results": 3, "insights": 5, "company": 6}
    by_name = dict(zip(NAMES, KEYS, strict=True))
    blocks = material(
        lambda _, name: f"{_C[numbers[by_name[name]]]}、{name}",
        bodies={"results": [*body_of("results"), "五、下一步工作计划", text_of(500)]},
        after=["八、项目照片", "图1 大门", "大门全景"],
    )
    assert counts(facts_of(read, blocks)) == LENGTHS


def test_measures_in_several_chapters_of_their_own_are_no_part_of_the_problems(read: Reader) -> None:
    chapters = ("党建引领强根基", "精细服务提品质", "智慧赋能增效能")
    own = [text for at, name in enumerate(chapters) for text in (f"{_C[at + 2]}、{name}", text_of(900))]
    numbers = {"introduction": 0, "problems": 1, "results": 5, "insights": 6, "company": 7}
    by_name = dict(zip(NAMES, KEYS, strict=True))
    blocks = material(
        lambda _, name: f"{_C[numbers[by_name[name]]]}、{name}",
        without=["measures"],
        bodies={"problems": [*body_of("problems"), *own]},
    )
    facts = facts_of(read, blocks)
    assert counts(facts) == {key: length for key, length in LENGTHS.items() if key != "measures"}


SHORT = ("小区简介", "问题诊断", "做法", "成效", "启示", "企业简介")
LIST = '<w:style w:type="paragraph" w:styleId="L"><w:name w:val="列表"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>'


def _set(heading: Mapping[str, str], properties: str = "") -> bytes:
    own = zip(KEYS, SHORT, strict=True)
    parts = [para(TITLE)]
    for key, name in own:
        parts.append(para(name, **heading).replace("<w:pPr>", f"<w:pPr>{properties}"))
        parts += [para(text) for text in body_of(key)]
    return package("".join(parts), styles=LIST)


@pytest.mark.parametrize(
    "data",
    [
        _set({"letters": "<w:b/>"}),
        _set({"style_": "L"}),
        _set({}, '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="2"/></w:numPr>'),
    ],
    ids=["bold", "numbered by a style", "numbered by Word"],
)
def test_a_word_alone_is_a_heading_where_it_is_set_as_one(data: bytes, read: Reader) -> None:
    facts = only(read(data), "case_material")
    assert (facts["sections"], counts(facts)) == (ALL, LENGTHS)


def test_a_word_alone_that_is_set_as_text_is_no_heading(read: Reader) -> None:
    off = _set({"style_": "L"}, '<w:numPr><w:numId w:val="0"/></w:numPr>')
    assert only(read(off), "case_material")["sections"] == ["introduction", "problems", "company"]


def test_a_laid_out_table_may_number_its_sections_in_a_column_or_in_the_name(read: Reader) -> None:
    rows: list[str] = []
    for at, (key, name) in enumerate(zip(KEYS, NAMES, strict=True)):
        cells = (str(at + 1), f"{_C[at]}、{name}（500字左右）") if at % 2 else (str(at + 1), name)
        inner = [*(paragraph(cell) for cell in cells), "".join(paragraph(text) for text in body_of(key))]
        rows.append("<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in inner) + "</w:tr>")
    table = Raw(f"<w:tbl {W}><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid>{''.join(rows)}</w:tbl>")
    facts = facts_of(read, [TITLE, table])
    assert (facts["sections"], counts(facts), facts["title"]) == (ALL, LENGTHS, TITLE)


TITLES: Mapping[str, tuple[list[Block], str]] = {
    "a cover": (
        ["附件2", "2026年住宅小区“好服务”案例", "案例材料", "申报单位：杭州春江物业服务有限公司", "小区名称：春江花园", "联系人：王芳 13812345678",
         "二〇二六年六月", TITLE], TITLE,
    ),
    "the company above": (["杭州春江物业服务有限公司", TITLE], TITLE),
    "the company below": ([TITLE, "（杭州春江物业服务有限公司）"], TITLE),
    "a subtitle": ([TITLE, "——春江花园服务提升纪实"], f"{TITLE}——春江花园服务提升纪实"),
    "a break in the line": ([Raw(f"<w:p {W}><w:r><w:t>小管家托起</w:t><w:br/><w:t>大民生</w:t></w:r></w:p>")], "小管家托起大民生"),
    "a long one": (["坚持党建引领，创新“三微四联”工作法，" * 3 + "小区换新颜"], "坚持党建引领，创新“三微四联”工作法，" * 3 + "小区换新颜"),
    "the community and a colon": (["春江花园小区：党建红引领物业蓝"], "春江花园小区：党建红引领物业蓝"),
    "a preface below": ([TITLE, "近年来，小区坚持以人民为中心，闯出了一条治理新路。"], TITLE),
    "its hint left above it": (["一、案例标题", "高度提炼案例的经验做法、成效亮点。", TITLE], TITLE),
}  # fmt: skip


@pytest.mark.parametrize(("before", "title"), TITLES.values(), ids=TITLES)
def test_the_title_is_told_from_what_stands_around_it(before: list[Block], title: str, read: Reader) -> None:
    assert facts_of(read, [*before, *material(title="")])["title"] == title


def test_the_annexs_words_alone_are_no_title(read: Reader) -> None:
    facts = facts_of(read, ["（一）案例标题", "高度提炼案例的经验做法、成效亮点。", *material(title="")])
    assert (facts["title"], [one["name"] for one in facts["section_facts"] if one["blank"]]) == (None, ["title"])


def test_two_paragraphs_set_alike_in_bold_are_one_title(read: Reader) -> None:
    bold = "<w:b/><w:sz w:val='32'/>"
    body = "".join(
        para(text) for at, (key, name) in enumerate(zip(KEYS, NAMES, strict=True)) for text in (f"{_C[at]}、{name}", *body_of(key))
    )  # fmt: skip
    head = para("党建引领聚合力", bold) + para("老旧小区换新颜", bold)
    assert only(read(package(head + body)), "case_material")["title"] == "党建引领聚合力老旧小区换新颜"
    apart = para("党建引领聚合力", bold) + para("老旧小区换新颜")
    assert only(read(package(apart + body)), "case_material")["title"] == "党建引领聚合力"


def test_a_title_in_a_text_box_is_not_judged_by_the_paragraph_that_anchors_it(read: Reader) -> None:
    box = (
        f'<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox><w:txbxContent>{para(TITLE)}'
        "</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    body = "".join(
        para(text) for at, (key, name) in enumerate(zip(KEYS, NAMES, strict=True)) for text in (f"{_C[at]}、{name}", *body_of(key))
    )  # fmt: skip
    facts = only(read(package(para("", inside=box) + body)), "case_material")
    assert facts["title"] == TITLE
    assert [fault for fault in facts["layout_faults"] if fault.startswith("标题")] == []


def test_a_material_written_into_the_annex_is_one_and_the_annex_itself_is_none(read: Reader) -> None:
    above: list[Block] = ["附件2", "住宅小区“好服务”案例材料要求", "一、内容要求"]
    written = material(lambda number, name: f"（{_C[number + 1]}）{name}", title="", before=[*above, TITLE])
    assert only(read(docx(*written)), "case_material")["sections"] == ALL
    asked = material(
        lambda number, name: f"（{_C[number + 1]}）{name}",
        title="",
        before=above,
        bodies={section.name: [section.asks] for section in CAMPAIGN.section},
    )
    assert read(docx(*asked)) == ()


SIGNED: Mapping[str, list[Block]] = {
    "the company and the day": ["杭州春江物业服务有限公司", "2026年6月20日"],
    "the day in words": ["（二〇二六年六月）"],
    "who wrote it and whom to ask": ["（供稿：杭州春江物业服务有限公司 王芳）", "联系人：王芳  联系电话：13812345678"],
}


@pytest.mark.parametrize("after", SIGNED.values(), ids=SIGNED)
def test_what_is_signed_below_the_last_section_is_not_counted_in_it(after: list[Block], read: Reader) -> None:
    assert counts(facts_of(read, material(after=after))) == LENGTHS


def _rows(*rows: Sequence[str]) -> Raw:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return Raw(f"<w:tbl {W}>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>")


@pytest.mark.parametrize(
    "rows",
    [
        [("小区名称", "春江花园"), ("地址", "文三路"), ("物业服务企业", "杭州春江物业服务有限公司"), ("建成时间", "二〇一四年"),
         ("建筑面积", "十二万平方米"), ("项目类型", "商品住宅小区"), ("交付时间", "二〇一四年"), ("收缴率", "九成五")],
        [("小区名称", "春江花园", "物业服务企业", "杭州春江物业服务有限公司"), ("交付时间", "二〇一四年", "项目类型", "商品住宅小区")],
    ],
    ids=["as many fields as a form", "as many fields as a list"],
)  # fmt: skip
def test_an_introduction_in_a_table_is_no_form(rows: list[Sequence[str]], read: Reader) -> None:
    facts = facts_of(read, material(bodies={"introduction": [_rows(*rows)]}))
    assert counts(facts)["introduction"] == sum(len(cell) for row in rows for cell in row)
    assert [one["name"] for one in facts["section_facts"] if one["blank"]] == []


def test_of_two_chapters_the_one_that_names_the_section_better_is_it(read: Reader) -> None:
    background: list[Block] = ["一、案例背景", text_of(300)]
    blocks = material(lambda number, name: f"{_C[number + 1]}、{name}", before=background)
    assert counts(facts_of(read, blocks)) == LENGTHS


def test_company_and_community_under_one_heading_hide_no_other_section(read: Reader) -> None:
    names = ("企业简介及小区概况", *NAMES[1:])
    facts = facts_of(read, material(lambda number, name: f"{_C[number]}、{name}", names=names, without=["company"]))
    assert facts["sections"] == ["introduction", "company", *ALL[1:-1]]


def test_a_section_out_of_order_is_found_under_other_words_where_its_number_fits(read: Reader) -> None:
    order = ["company", *ALL[:-1]]
    names = (*NAMES[:-1], "杭州春江物业服务有限公司简介")
    facts = facts_of(read, material(lambda number, name: f"{_C[number]}、{name}", names=names, order=order))
    assert (facts["sections"], facts["in_order"], counts(facts)) == (order, False, LENGTHS)


def test_a_heading_within_the_measures_that_speaks_of_results_is_not_that_section(read: Reader) -> None:
    own = [*body_of("measures"), "1、巩固提升，注重工作成效", text_of(300)]
    blocks = material(lambda number, name: f"{number + 1}、{name}", without=["results"], bodies={"measures": own})
    assert facts_of(read, blocks)["sections"] == [key for key in ALL if key != "results"]
