"""The sections of case materials are told however they are headed, and counted as Word counts them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from parsers.documents.document import Document
from parsers.kinds.case_material import CaseMaterial
from parsers.kinds.material_headings import find_headings
from parsers.kinds.material_lines import Line
from tests import doc_builders as build
from tests.doc_reading import CAMPAIGN, Reader, only, reader
from tests.docx_writer import LEFT, Block, Raw, W, paragraph
from tests.material_builders import (
    INTRODUCTION,
    KEYS,
    LENGTHS,
    NAMES,
    TITLE,
    body_of,
    docx,
    in_frame,
    material,
    text_of,
)

ALL = list(KEYS)


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


def facts_of(read: Reader, blocks: list[Block]) -> dict[str, Any]:
    return only(read(docx(*blocks)), "case_material")


def counts(facts: Mapping[str, Any]) -> dict[str, int]:
    return {one["name"]: one["characters"] for one in facts["section_facts"]}


def blank(facts: Mapping[str, Any]) -> list[str]:
    return [one["name"] for one in facts["section_facts"] if one["blank"]]


def hints(facts: Mapping[str, Any]) -> dict[str, str]:
    return {one["name"]: one["hint"] for one in facts["section_facts"] if one["hint"]}


_C = "一二三四五六"
NUMBERINGS = {
    "chinese": lambda n, name: f"{_C[n]}、{name}",
    "chinese with a point": lambda n, name: f"{_C[n]}．{name}",
    "chinese with a space": lambda n, name: f"{_C[n]}　{name}",
    "chinese in brackets": lambda n, name: f"（{_C[n]}）{name}",
    "chinese in narrow brackets": lambda n, name: f"({_C[n]}) {name}",
    "digits": lambda n, name: f"{n + 1}.{name}",
    "digits and a comma": lambda n, name: f"{n + 1}、{name}",
    "wide digits": lambda n, name: f"{'１２３４５６'[n]}．{name}",
    "two digits": lambda n, name: f"0{n + 1} {name}",
    "decimal": lambda n, name: f"1.{n + 1} {name}",
    "digits in brackets": lambda n, name: f"({n + 1}){name}",
    "circled": lambda n, name: f"{'①②③④⑤⑥'[n]}{name}",
    "dotted sign": lambda n, name: f"{'⒈⒉⒊⒋⒌⒍'[n]}{name}",
    "roman": lambda n, name: f"{'ⅠⅡⅢⅣⅤⅥ'[n]}. {name}",
    "roman in letters": lambda n, name: f"{('I', 'II', 'III', 'IV', 'V', 'VI')[n]}、{name}",
    "letters": lambda n, name: f"{'ABCDEF'[n]}. {name}",
    "formal figures": lambda n, name: f"{'壹贰叁肆伍陆'[n]}、{name}",
    "part": lambda n, name: f"第{_C[n]}部分 {name}",
    "part with a colon": lambda n, name: f"第{_C[n]}部分：{name}",
    "chapter": lambda n, name: f"第{n + 1}章　{name}",
    "english part": lambda n, name: f"PART {n + 1} {name}",
    "bullet": lambda _, name: f"● {name}",
    "square": lambda _, name: f"■{name}",
    "lenticular brackets": lambda _, name: f"【{name}】",
    "number before brackets": lambda n, name: f"{_C[n]}、【{name}】",
    "colon": lambda _, name: f"{name}：",
    "nothing": lambda _, name: name,
    "spaced letters": lambda _, name: " ".join(name),
    "asked length": lambda n, name: f"{_C[n]}、{name}（500字左右）",
    "subtitle": lambda n, name: f"{_C[n]}、{name}——把服务做到家门口",
    "the community's name": lambda n, name: f"{_C[n]}、春江花园{name}",
}


@pytest.mark.parametrize("numbering", NUMBERINGS.values(), ids=NUMBERINGS)
def test_sections_are_found_and_counted_under_any_numbering(numbering: Any, read: Reader) -> None:
    facts = facts_of(read, material(numbering))
    assert facts["sections"] == ALL
    assert counts(facts) == LENGTHS
    assert (facts["title"], facts["community"], facts["in_order"]) == (TITLE, "春江花园", True)


SYNONYMS = (
    ("小区概况", "存在问题", "主要做法", "工作成效", "经验启示", "公司简介"),
    ("小区基本情况", "主要问题", "工作举措", "取得的成效", "总结与启示", "企业概况"),
    ("项目概况", "存在的主要问题", "具体措施", "主要成效", "启示与思考", "公司概况"),
    ("项目简介", "痛点难点", "主要举措", "实施效果", "经验总结", "物业公司简介"),
    ("基本情况", "面临的问题", "整改措施", "整改成效", "工作启示", "企业基本情况"),
    ("小区介绍", "问题梳理", "创新做法", "成效与评价", "总结提炼", "物业服务企业简介"),
    ("项目情况", "整治前存在的问题", "解决方案", "治理成效", "经验与启示", "申报单位简介"),
    ("小区现状", "问题剖析", "做法与措施", "取得成果", "借鉴意义", "企业介绍"),
    ("案例背景", "面临的挑战", "经验做法", "成效", "启示", "关于企业"),
    ("概况", "问题与诊断", "做法", "效果", "总结", "企业情况"),
    ("小區簡介", "問題診斷", "解決措施", "取得成效", "總結啟示", "企業簡介"),
)


@pytest.mark.parametrize("names", SYNONYMS, ids=lambda names: names[0])
def test_sections_are_found_under_other_words(names: tuple[str, ...], read: Reader) -> None:
    facts = facts_of(read, material(names=names))
    assert (facts["sections"], counts(facts)) == (ALL, LENGTHS)


@pytest.mark.parametrize("missing", KEYS)
def test_a_section_that_is_not_there_is_not_found(missing: str, read: Reader) -> None:
    facts = facts_of(read, material(without=[missing]))
    assert facts["sections"] == [key for key in KEYS if key != missing]
    assert counts(facts) == {key: length for key, length in LENGTHS.items() if key != missing}


SUB_HEADINGS = [
    "（一）梳理问题清单", text_of(1000), "（二）主要做法", text_of(1000), "1.工作成效", text_of(500), "（三）经验总结",
    text_of(500), "（四）问题导向", text_of(500), "（五）企业介绍入户", text_of(456),
]  # fmt: skip
STRUCTURES: dict[str, list[Block]] = {
    "text after a colon": [
        TITLE,
        *(f"{name}：{text}" for key, name in zip(KEYS, NAMES, strict=True) for text in ["".join(body_of(key))]),
    ],
    "text after a number and a space": [
        TITLE,
        *(f"（{_C[n]}）{NAMES[n]}　{''.join(body_of(key))}" for n, key in enumerate(KEYS)),
    ],
    "text after a full stop": [TITLE, *(f"{_C[n]}、{NAMES[n]}。{''.join(body_of(key))}" for n, key in enumerate(KEYS))],
    "number on a line of its own": [
        TITLE,
        *(line for n, key in enumerate(KEYS) for line in (f"{_C[n]}、", NAMES[n], *body_of(key))),
    ],
    "heading over two lines": [
        TITLE,
        *(line for n, key in enumerate(KEYS) for line in (f"{_C[n]}、{NAMES[n][:2]}", NAMES[n][2:], *body_of(key))),
    ],
    "heading broken by a line break": material(lambda n, name: f"{_C[n]}、{name[:2]}\n{name[2:]}"),
    "headings within a section": material(bodies={"measures": SUB_HEADINGS}),
    "contents with a title": material(before=["目 录", *(f"{_C[n]}、{name}" for n, name in enumerate(NAMES)), TITLE]),
    "contents without a title": material(before=[f"{_C[n]}、{name}" for n, name in enumerate(NAMES)]),
    "contents with page numbers": material(before=["目录", *(f"{name}\t{n}" for n, name in enumerate(NAMES, start=1))]),
    "contents with dots": material(before=[f"{_C[n]}、{name}……{n}" for n, name in enumerate(NAMES)]),
    "title under its own heading": ["一、案例标题", TITLE, *material(lambda n, name: f"{'二三四五六七'[n]}、{name}", title="")],
    "title after a colon": [f"标题：{TITLE}", *material(title="")],
    "annex's heading first": ["附件2", "住宅小区“好服务”案例材料", *material()],
    "all in a frame": [in_frame(*(str(one) for one in material()))],
    "headings in frames": [
        in_frame(str(one)) if str(one)[2:] in NAMES else one for one in material()
    ],
    "laid out in a table": [
        TITLE, [[name, "\n".join(body_of(key))] for key, name in zip(KEYS, NAMES, strict=True)],
    ],
    "laid out under labels of two lines": [
        TITLE, [[f"{name[:2]}\n{name[2:]}", "\n".join(body_of(key))] for key, name in zip(KEYS, NAMES, strict=True)],
    ],
    "a data table between": material(
        bodies={"problems": [text_of(483), [["存在问题", "整改措施", "取得成效"], ["甲", "乙", "丙丁戊"]]]}
    ),
    "the form at the end": material(after=["附件3", build.FORM_TITLE, build.form_grid(build.FORM)]),
    "the form at the front": [build.FORM_TITLE, build.form_grid(build.FORM), *material()],
    "a form without annex heading": material(after=[build.form_grid(build.FORM)]),
    "photos at the end": material(after=["附图：", "大门的照片说明", "花园的照片说明"]),
    "captions": material(
        bodies={
            "problems": ["附图1 整治前的大门", "图片：停车场", *body_of("problems"), "▲图三 花园"],
            "measures": ["图1 整治后的大门", *body_of("measures"), "表1 物业服务费收缴率", "图 2-1　花园"],
        }
    ),
}  # fmt: skip


@pytest.mark.parametrize("blocks", STRUCTURES.values(), ids=STRUCTURES)
def test_sections_are_found_and_counted_in_any_structure(blocks: list[Block], read: Reader) -> None:
    found = read(docx(*blocks))
    facts = next(one.facts for one in found if one.kind == "case_material")
    assert [name for name in facts["sections"] if name != "title"] == ALL
    assert {name: count for name, count in counts(facts).items() if name != "title"} == LENGTHS
    assert facts["title"] == TITLE
    assert hints(facts) == {}


def test_a_section_out_of_order_is_found_and_said_to_be(read: Reader) -> None:
    facts = facts_of(read, material(order=["company", *KEYS[:5]]))
    assert facts["sections"] == ["company", *KEYS[:5]]
    assert (facts["in_order"], counts(facts)) == (False, LENGTHS)


def test_two_sections_under_one_heading_are_both_there_and_not_counted_apart(read: Reader) -> None:
    blocks = material(without=["results"], names=(*NAMES[:2], "主要做法与成效", *NAMES[3:]))
    facts = facts_of(read, blocks)
    assert facts["sections"] == ALL
    assert [one["name"] for one in facts["section_facts"] if one["shared"]] == ["measures", "results"]


BLANKS = {
    "nothing": [],
    "blank lines": ["", "　　"],
    "omitted": ["（略）"],
    "to be added": ["待补充。"],
    "crosses": ["XXXXXX"],
    "to be filled in": ["（此处填写本小区的工作成效，不超过300字）"],
    "please fill in": ["【请填写取得的成效】"],
    "click here": ["单击或点击此处输入文字。"],
    "what the annex asks": [next(one.asks for one in CAMPAIGN.section if one.name == "results")],
}  # fmt: skip


@pytest.mark.parametrize("body", BLANKS.values(), ids=BLANKS)
def test_a_section_that_nobody_has_written_is_blank(body: list[Block], read: Reader) -> None:
    facts = facts_of(read, material(bodies={"results": body}))
    assert (facts["sections"], blank(facts)) == (ALL, ["results"])


LEFT_IN = {
    "length": ("introduction", "（不超过100字）", "（不超过100字）"),
    "annex": ("company", "200 字以内。", "200 字以内。"),
    "here": ("insights", "【此处填写总结启示】", "【此处填写总结启示】"),
    "crosses": ("introduction", "地址：XX路XX号。", "地址：XX路XX号"),
}


@pytest.mark.parametrize(("name", "left", "told"), LEFT_IN.values(), ids=LEFT_IN)
def test_a_hint_that_is_left_in_a_written_section_is_told(name: str, left: str, told: str, read: Reader) -> None:
    facts = facts_of(read, material(bodies={name: [left, *body_of(name)]}))
    assert blank(facts) == []
    assert hints(facts) == {name: told}


@pytest.mark.parametrize(
    "sentence", ["业主王××表示满意。", "李XX阿姨点赞。", "项目属于国企移交社会管理小区。", "控制在500字左右的公示栏。"]
)
def test_names_made_unreadable_and_words_of_the_notice_are_no_hints(sentence: str, read: Reader) -> None:
    assert hints(facts_of(read, material(bodies={"results": [sentence, text_of(280)]}))) == {}


def test_numbers_and_latin_words_count_as_one_each(read: Reader) -> None:
    bodies = {"introduction": [f"{INTRODUCTION}建筑面积12.5万平方米，ESG 评级 AAA，共 1,280 户。"]}
    expected = (
        len(INTRODUCTION)
        + len("建筑面积")
        + 1
        + len("万平方米，")
        + 1
        + len("评级")
        + 1
        + len("，共")
        + 1
        + len("户。")
    )
    assert counts(facts_of(read, material(bodies=bodies)))["introduction"] == expected


def test_captions_pictures_and_tables_are_counted(read: Reader) -> None:
    drawing = Raw(f'<w:p {W}><w:r><w:drawing><a:blip xmlns:a="x"/></w:drawing></w:r></w:p>')
    after = [drawing, "图1 大门", drawing, "图2 花园", "表1 收缴率", [["年", "率"], ["2025", "98%"]]]
    facts = facts_of(read, material(after=after))
    names = ("pictures", "tables", "picture_captions", "table_captions")
    assert [facts[name] for name in names] == [2, 1, 2, 1]


@pytest.mark.parametrize(
    "line",
    [
        "图1个月内完成整改",
        "表3天内办结",
        "图文并茂宣传",
        "表扬信 3 封",
        "图1显示，收缴率逐年提高。",
        "照片墙展示活动",
        "表格化管理",
        "图12号楼改造",
    ],
)
def test_a_line_of_text_is_no_caption(line: str, read: Reader) -> None:
    facts = facts_of(read, material(bodies={"results": [line, text_of(200)]}))
    assert facts["picture_captions"] + facts["table_captions"] == 0


def test_the_texts_that_are_kept_are_bounded(read: Reader) -> None:
    (found,) = read(docx(*material(bodies={"measures": [text_of(400)] * 100})))
    assert sum(map(len, found.texts.values())) == 20_000
    assert counts(found.facts)["measures"] == 40_000


FOREIGN = {
    "the annex by itself": [
        "住宅小区“好服务”案例材料要求",
        *(line for n, one in enumerate(CAMPAIGN.section) for line in (f"（{'一二三四五六七'[n]}）{one.label} {one.asks}",) * 3),
    ],
    "a template that nobody has filled in": [
        TITLE, *(line for one in CAMPAIGN.section for line in (one.label, one.asks)),
    ],
    "a work report": [
        "2025年工作总结", *(line for name in ("基本情况", "存在问题", "主要做法", "取得成效") for line in (name, text_of(300))),
    ],
    "minutes": ["物业管理委员会会议纪要", *material()[1:]],
    "a company's profile": ["春江物业", "企业简介", text_of(900)],
}  # fmt: skip


@pytest.mark.parametrize("blocks", FOREIGN.values(), ids=FOREIGN)
def test_papers_that_share_headings_are_not_claimed(blocks: list[Block], read: Reader) -> None:
    assert [one for one in read(docx(*blocks)) if one.kind == "case_material"] == []


def test_a_hundred_thousand_lines_are_looked_at_in_one_pass() -> None:
    lines = [Line(NAMES[number % 6], number) for number in range(100_000)]
    assert [one.section for one in find_headings(lines, CAMPAIGN)] == ALL


def test_a_long_document_without_look_has_no_layout_facts() -> None:
    blocks = tuple(str(one) for one in material()) + (text_of(40),) * 50_000
    (found,) = CaseMaterial().read(Document(blocks, method="pdf"), CAMPAIGN)
    assert (found.facts["layout_faults"], found.facts["method"]) == (None, "pdf")


def test_a_heading_in_a_heading_style_may_be_a_word_alone() -> None:
    names = ("概况", "主要问题", "做法", "成绩", "经验", "企业简介")
    blocks = tuple(str(one) for one in material(lambda _, name: name, names=names))
    (styled,) = CaseMaterial().read(Document(blocks, headings=names), CAMPAIGN)
    assert styled.facts["sections"] == ALL


def test_merged_cells_of_a_laid_out_table_are_read_once(read: Reader) -> None:
    grid = [
        row for key, name in zip(KEYS, NAMES, strict=True) for row in ([name, LEFT], ["\n".join(body_of(key)), LEFT])
    ]
    assert counts(facts_of(read, [TITLE, grid])) == LENGTHS


def test_bold_headings_without_a_style_are_headings(read: Reader) -> None:
    blocks = [Raw(paragraph(str(one), bold=str(one) in NAMES)) for one in material(lambda _, name: name)]
    assert counts(facts_of(read, blocks)) == LENGTHS
