"""Case materials are recognised, and papers of other matters are claimed by no reader."""

from pathlib import Path

import pytest

from parsers.kinds.case_material import count_characters
from tests import doc_builders as build
from tests.doc_reading import CAMPAIGN, Reader, only, reader
from tests.docx_writer import Raw, W, docx_bytes
from tests.foreign_documents import foreign_documents


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


def test_a_material_is_recognised_with_its_title_community_and_sections(read: Reader) -> None:
    facts = only(read(build.case_material_docx()), "case_material")
    assert facts["title"] == "党建引领聚合力 老旧小区换新颜"
    assert facts["community"] == "春江花园"
    assert facts["company"] == "杭州春江物业服务有限公司"
    assert facts["sections"] == [section.name for section in CAMPAIGN.section if section.name != "title"]
    assert 4_500 < facts["characters"] < 6_500


def test_headings_with_other_words_and_without_numbers_are_the_same_sections(read: Reader) -> None:
    body = "小区物业服务有了改善，业主满意。" * 40
    blocks = [
        "党建引领新风尚",
        "【小区概况】",
        "本小区位于文三路。",
        "存在的问题",
        body,
        "主要做法：",
        body,
        "工作成效",
        body,
        "经验启示",
        body,
    ]
    facts = only(read(docx_bytes(*blocks)), "case_material")
    assert facts["sections"] == ["introduction", "problems", "measures", "results", "insights"]
    assert facts["community"] is None


def test_a_table_of_contents_is_not_taken_for_the_sections(read: Reader) -> None:
    body = "小区物业服务有了改善，业主满意。" * 20
    names = ["小区简介", "问题诊断", "解决措施", "取得成效"]
    facts = only(
        read(docx_bytes("标题甲", *names, *(part for name in names for part in (name, "小区名称：春江花园。" + body)))),
        "case_material",
    )
    assert facts["community"] == "春江花园"


def test_characters_are_counted_as_word_counts_them() -> None:
    assert count_characters("小区有 123 户，ESG 实践 98.5%。") == 3 + 1 + 1 + 1 + 1 + 2 + 1 + 1
    assert count_characters("") == 0
    assert count_characters("a b\tc\nd") == 4


def test_pictures_in_the_text_are_counted(read: Reader) -> None:
    drawing = f'<w:p {W} xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><w:r><w:drawing><a:blip/></w:drawing></w:r></w:p>'
    body = "小区物业服务有了改善，业主满意。" * 20
    blocks = [
        "标题甲",
        "小区简介",
        body,
        Raw(drawing),
        "问题诊断",
        body,
        Raw(drawing),
        "解决措施",
        body,
        "取得成效",
        body,
        "总结启示",
        body,
    ]
    assert only(read(docx_bytes(*blocks)), "case_material")["pictures"] == 2


@pytest.mark.parametrize("name", foreign_documents())
def test_papers_of_other_matters_are_not_claimed(name: str, read: Reader) -> None:
    assert read(foreign_documents()[name]) == ()


@pytest.mark.parametrize(
    "data", [build.summary_list_docx("", "", "", rows=()), build.recommendation_form_docx({})], ids=["list", "form"]
)
def test_a_blank_template_is_not_claimed(data: bytes, read: Reader) -> None:
    assert read(data) == ()
