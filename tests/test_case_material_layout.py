"""How a case material is set is told only where it is certain: through defaults, themes, styles and direct settings."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parsers.documents.word import read_docx
from parsers.kinds.case_material import CaseMaterial
from tests import doc_builders as build
from tests.doc_reading import CAMPAIGN, Reader, only, reader
from tests.material_builders import (
    PAGE,
    PICTURE,
    SONG,
    defaults,
    docx,
    letters,
    material,
    package,
    para,
    set_material,
    style,
)

BODY, HEADING, TITLE = letters(15), letters(15, bold=True), letters(16, bold=True)
LINES = 'w:line="360" w:lineRule="auto"'
RIGHT: dict[str, dict[str, str]] = {
    "body": {"letters": BODY, "spacing": LINES},
    "heading": {"letters": HEADING},
    "title": {"letters": TITLE},
}
THEME = '<w:rFonts w:asciiTheme="minorHAnsi" w:eastAsiaTheme="minorEastAsia"/>'
SIZED = '<w:sz w:val="30"/>'
BOLD_STYLES = style("h", '<w:b/><w:sz w:val="30"/>', based="a") + style("t", '<w:b/><w:sz w:val="32"/>', based="a")
STYLED: dict[str, dict[str, str]] = {"body": {}, "heading": {"style_": "h"}, "title": {"style_": "t"}}


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


def faults(read: Reader, data: bytes) -> list[str]:
    found: list[str] = only(read(data), "case_material")["layout_faults"]
    return found


def set_as(changed: dict[str, dict[str, str]] | None = None, **more: Any) -> str:
    return set_material(**{**RIGHT, **(changed or {})}, **more)


AS_ASKED = {
    "set directly": package(set_as()),
    "by the sample of the campaign": build.case_material_docx(),
    "by the defaults": package(
        set_material(**STYLED), styles=defaults(SONG + SIZED, LINES) + style("a") + BOLD_STYLES
    ),
    "by the usual style": package(set_material(**STYLED), styles=style("a", SONG + SIZED, LINES) + BOLD_STYLES),
    "by a chain of styles": package(
        set_material(body={"style_": "c"}, heading={"style_": "h"}, title={"style_": "t"}),
        styles=style("a", SONG, 'w:line="360"') + style("b", SIZED, based="a") + style("c", "", based="b") + BOLD_STYLES,
    ),
    "by the theme for Chinese": package(
        set_material(**STYLED), styles=defaults(THEME + SIZED, LINES) + style("a") + BOLD_STYLES, theme=("", "宋体")
    ),
    "by the theme that names it": package(
        set_material(**STYLED), styles=defaults(THEME + SIZED, LINES) + style("a") + BOLD_STYLES, theme=("新宋体", "等线")
    ),
    "over a theme of another font": package(
        set_material(**STYLED), styles=defaults(THEME, LINES) + style("a", SONG + SIZED) + BOLD_STYLES, theme=("", "等线")
    ),
    "by a character style": package(
        set_material(
            body={"letters": '<w:rStyle w:val="z"/>', "spacing": LINES}, heading={"letters": HEADING}, title={"letters": TITLE}
        ),
        styles=style("a") + style("z", SONG + SIZED, kind="character"),
    ),
    "directly over a style of another": package(set_as(), styles=style("a", letters(10.5, "黑体", bold=True))
        .replace("<w:b/>", "")),
    "under English names": package(set_as({"body": {"letters": letters(15, "nsimsun"), "spacing": LINES}})),
    "spacing in one attribute each": package(
        set_as({"body": {"letters": BODY, "style_": "s", "spacing": 'w:line="360"'}}),
        styles=style("a") + style("s", "", 'w:lineRule="auto"', based="a"),
    ),
    "gaps by spacing": package(
        set_as({"heading": {"letters": HEADING, "spacing": 'w:beforeLines="100" w:afterLines="100"'}}, gap=False)
    ),
    "gaps by the sections' text": package(
        set_as({"body": {"letters": BODY, "spacing": f'{LINES} w:after="300"'}}, gap=False)
    ),
    "a field in pieces": package(
        set_as(),
        footer='<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PA</w:instrText></w:r><w:r>'
        '<w:instrText>GE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>',
    ),
    "a field in a content control": package(set_as(), footer=f"<w:sdt><w:sdtContent>{PAGE}</w:sdtContent></w:sdt>"),
    "words in another font": package(
        set_as(extra=para("这一句是楷体的引文，仅占很小的一部分。", letters(14, "楷体"), spacing=LINES))
    ),
    "headings within a section": package(set_as(extra=para("（一）党建引领", letters(15, "楷体", bold=True)) * 6)),
    "a font with those that may stand in for it": package(
        set_as({"body": {"letters": letters(15, "宋体;SimSun"), "spacing": LINES}})
    ),
    "captions as asked": package(
        set_as(extra=para("", inside=PICTURE) + para("图1 大门", letters(12)) + para("表1 收缴率", letters(12))
               + "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>" + para("文"))
    ),
}  # fmt: skip


@pytest.mark.parametrize("data", AS_ASKED.values(), ids=AS_ASKED)
def test_a_material_that_is_set_as_asked_has_no_faults(data: bytes, read: Reader) -> None:
    assert faults(read, data) == []


NOT_CERTAIN = {
    "no font said at all": package(set_as({"body": {"letters": SIZED, "spacing": LINES}})),
    "a theme for another language": package(
        set_as({"body": {"letters": THEME + SIZED, "spacing": LINES}}), theme=("", "等线"), language="ja-JP"
    ),
    "a theme that is not there": package(set_as({"body": {"letters": THEME + SIZED, "spacing": LINES}})),
    "no size said at all": package(set_as({"body": {"letters": SONG, "spacing": LINES}})),
    "spacing fixed in points": package(
        set_as({"body": {"letters": BODY, "spacing": 'w:line="560" w:lineRule="exact"'}})
    ),
    "spacing of at least some points": package(
        set_as({"body": {"letters": BODY, "spacing": 'w:line="560" w:lineRule="atLeast"'}})
    ),
    "gaps that Word decides": package(
        set_as({"heading": {"letters": HEADING, "spacing": 'w:beforeAutospacing="1"'}}, gap=False)
    ),
    "a page number typed by hand": package(set_as(), footer=para("第 1 页")),
    "styles that run in a circle": package(
        set_as({"body": {"letters": BODY, "style_": "x", "spacing": LINES}}),
        styles=style("x", based="y") + style("y", based="x"),
    ),
    "sizes that are no numbers": package(
        set_as({"body": {"letters": SONG + '<w:sz w:val="大"/>', "spacing": 'w:line="nan"'}})
    ),
}


@pytest.mark.parametrize("data", NOT_CERTAIN.values(), ids=NOT_CERTAIN)
def test_what_is_not_certain_is_no_fault(data: bytes, read: Reader) -> None:
    assert faults(read, data) == []


OTHERWISE = {
    "another font": (
        package(set_as({"body": {"letters": letters(15, "仿宋_GB2312"), "spacing": LINES}})), ["正文多为仿宋_GB2312（要求宋体）"],
    ),
    "another font by the theme": (
        package(
            set_material(**STYLED ), styles=defaults(THEME + SIZED, LINES) + style("a") + BOLD_STYLES, theme=("", "等线")
        ),
        ["标题为等线（要求宋体）", "小标题多为等线（要求宋体）", "正文多为等线（要求宋体）"],
    ),
    "another size": (package(set_as({"body": {"letters": letters(14), "spacing": LINES}})), ["正文多为四号（要求小三号）"]),
    "another size by a style": (
        package(set_as({"body": {"letters": SONG, "style_": "s", "spacing": LINES}}), styles=style("s", '<w:sz w:val="32"/>')),
        ["正文多为三号（要求小三号）"],
    ),
    "a size without name": (
        package(set_as({"body": {"letters": letters(13), "spacing": LINES}})), ["正文多为13 磅（要求小三号）"]
    ),
    "single spacing": (
        package(set_as({"body": {"letters": BODY}})), ["正文行距多为 1 倍（要求 1.5 倍）"]
    ),
    "double spacing by the defaults": (
        package(set_as({"body": {"letters": BODY}}), styles=defaults("", 'w:line="480"')), ["正文行距多为 2 倍（要求 1.5 倍）"],
    ),
    "headings not bold": (package(set_as({"heading": {"letters": BODY}})), ["小标题没有加粗"]),
    "headings bold twice, which is not bold": (
        package(
            set_as({"heading": {"letters": BODY + '<w:rStyle w:val="z"/>', "style_": "h"}}),
            styles=BOLD_STYLES + style("a") + style("z", "<w:b/>", kind="character"),
        ),
        ["小标题没有加粗"],
    ),
    "headings in 黑体 三号": (
        package(set_as({"heading": {"letters": letters(16, "黑体", bold=True)}})),
        ["小标题多为黑体（要求宋体）", "小标题多为三号（要求小三号）"],
    ),
    "headings without blank lines": (package(set_as(gap=False)), ["小标题前后没有空行"]),
    "title too large and not bold": (
        package(set_as({"title": {"letters": letters(22, "方正小标宋简体")}})),
        ["标题为方正小标宋简体（要求宋体）", "标题为二号（要求三号）", "标题没有加粗"],
    ),
    "no footer": (package(set_as(), footer=""), ["没有页码"]),
    "a footer without number": (package(set_as(), footer=para("内部资料")), ["没有页码"]),
    "only the count of pages": (
        package(set_as(), footer='<w:p><w:fldSimple w:instr="NUMPAGES"><w:r><w:t>共</w:t></w:r></w:fldSimple></w:p>'),
        ["没有页码"],
    ),
    "caption in another size": (
        package(set_as(extra=para("", inside=PICTURE) + para("图1 大门", letters(15)))), ["图表说明多为小三号（要求小四号）"],
    ),
    "caption above its picture": (
        package(set_as(extra=para("文字说明在此。", BODY, spacing=LINES) + para("图1 大门", letters(12)) + para("", inside=PICTURE))),
        ["图片说明在图的上方（要求在下方）"],
    ),
    "caption below its table": (
        package(set_as(extra="<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>" + para("表1 收缴率", letters(12)))),
        ["表格名称在表的下方（要求在上方）"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "told"), OTHERWISE.values(), ids=OTHERWISE)
def test_what_is_certainly_otherwise_is_told(data: bytes, told: list[str], read: Reader) -> None:
    assert faults(read, data) == told


def test_a_document_of_word_in_which_nothing_was_set_has_many_faults(read: Reader) -> None:
    told = faults(read, docx(*material()))
    assert told == [
        "标题为11 磅（要求三号）", "标题没有加粗", "小标题多为11 磅（要求小三号）", "小标题没有加粗", "小标题前后没有空行",
        "正文多为11 磅（要求小三号）", "正文行距多为 1.15 倍（要求 1.5 倍）", "没有页码",
    ]  # fmt: skip


def test_three_paragraphs_in_ten_are_a_share_and_two_are_not(read: Reader) -> None:
    for count, told in ((1, []), (30, ["正文多为楷体（要求宋体）"])):
        extra = para(
            "这一段用了别的字体来写，约有四十个字符那么长，内容是住宅小区物业服务的工作情况说明。" * 2,
            letters(15, "楷体"),
            spacing=LINES,
        )
        assert faults(read, package(set_as(extra=extra * count))) == told


def test_of_a_converted_document_only_fonts_that_libreoffice_never_chooses_are_told(tmp_path: Path) -> None:
    for font, told in (("仿宋_GB2312", ["正文多为仿宋_GB2312（要求宋体）"]), ("Noto Serif CJK SC", [])):
        path = tmp_path / "converted.docx"
        path.write_bytes(package(set_as({"body": {"letters": letters(15, font), "spacing": LINES}})))
        (found,) = CaseMaterial().read(replace(read_docx(path), method="doc"), CAMPAIGN)
        assert found.facts["layout_faults"] == told
