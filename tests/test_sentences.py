"""What a material's sentences are known by, and which of its texts are kept, from real documents."""

import random
from pathlib import Path

import pytest

from config.sentences import RECORD, packed, passages, sentences
from parsers.base import Found
from parsers.kinds.material_sections import SectionText
from parsers.kinds.material_texts import kept_texts
from tests import doc_builders as docs
from tests.doc_reading import CAMPAIGN, Reader, reader
from tests.labelled.office import converted, find_office
from tests.material_builders import docx, material

LEAST = CAMPAIGN.call.passage_characters


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    return reader(tmp_path)


def keys(text: str) -> list[int]:
    return [one.key for one in sentences(text, LEAST)]


def only(found: tuple[Found, ...]) -> Found:
    (one,) = found
    return one


def prose(name: str) -> list[str]:
    return docs.sentences(random.Random(name), "", 3_000)


PLAIN = "物业服务中心逐户走访小区业主,把12部电梯列成台账"


@pytest.mark.parametrize(
    "written",
    [
        "物业服务中心逐户走访小区业主，把１２部电梯列成台账。",
        "物业服务中心 逐户走访小区业主、把 12 部电梯“列成台账”！",
        "（三）物业服务中心逐户走访小区业主，把12部电梯列成台账；",
        "3.物业服务中心逐户走访小区业主，把12部电梯列成台账",
        "一是物业服务中心逐户走访小区业主，把12部电梯列成台账。",
        "第二，物业服务中心逐户走访小区业主，把12部电梯列成台账。",
    ],
)
def test_a_sentence_is_the_same_in_other_marks_widths_and_numbers(written: str) -> None:
    assert keys(written) == keys(PLAIN)


@pytest.mark.parametrize(
    "other",
    [
        "物业服务中心逐户走访小区业主，把13部电梯列成台账。",
        "物业服务中心逐户走访小区业主，把电梯列成台账。",
        "12.5物业服务中心逐户走访小区业主，把12部电梯列成台账。",
    ],
)
def test_a_sentence_of_other_words_or_figures_is_another(other: str) -> None:
    assert len(keys(other)) == 1
    assert keys(other) != keys(PLAIN)


def test_what_is_shorter_than_twelve_characters_is_no_sentence_whatever_its_marks() -> None:
    assert [one.characters for one in sentences("业主的事情，就是——我们的事。业主的事情，就是我们的事情。", LEAST)] == [
        12
    ]


def test_a_lone_surrogate_and_no_text_at_all_do_no_harm() -> None:
    assert len(keys("物业服务中心逐户走访\ud800小区业主。")) == 1
    assert keys("") == keys("。。\n；”）") == []


def test_each_sentence_is_kept_once_with_its_length(read: Reader) -> None:
    text = f"{PLAIN}。{PLAIN}！"
    found = only(read(docx(*material(bodies={"measures": [text, *prose("a")]}))))
    assert found.texts["measures"].startswith(text)
    records = dict(RECORD.iter_unpack(packed(found.texts, CAMPAIGN)))
    (key,) = set(keys(PLAIN))
    assert records[key] == 24
    assert len(packed(found.texts, CAMPAIGN)) == len(records) * 10
    assert all("text" not in one for one in found.facts["section_facts"])


def test_what_the_annex_says_and_what_the_company_is_are_not_compared(read: Reader) -> None:
    asked = {section.name: section.asks for section in CAMPAIGN.section}
    own = {name: [asked[name], *prose(name)] for name in ("introduction", "problems", "measures")}
    blocks = material(bodies={**own, "company": [f"{PLAIN}。"]})
    found = only(read(docx(*blocks)))
    records = dict(RECORD.iter_unpack(packed(found.texts, CAMPAIGN)))
    assert PLAIN in found.texts["company"]
    assert asked["measures"] in found.texts["measures"]
    left_out = {*keys(PLAIN), *(key for text in asked.values() for key in keys(text))}
    assert len(left_out) > 6
    assert not left_out & set(records)
    assert set(records) > set(keys("".join(prose("measures"))))


def test_passages_are_whole_sentences_as_written_the_longest_first() -> None:
    text = f"“{PLAIN}。”她说。{PLAIN}，并按月公示进展情况（附表）。\n不相干的一句话也有十二个字以上。"
    wanted = {one.key for one in sentences(text, LEAST) if "物业" in one.text}
    assert passages([text], LEAST, wanted) == (f"{PLAIN}，并按月公示进展情况（附表）。", f"“{PLAIN}。”")


def section(text: str) -> SectionText:
    return SectionText("measures", text, len(text))


def test_lines_that_end_as_the_page_does_are_put_together_and_paragraphs_are_not() -> None:
    lines = [
        "物业服务中心逐户走访小区",
        "业主，把电梯列成台账。",
        "（一）党建引领",
        "服务中心建立党员先锋岗，",
        "轮流值守。",
    ]
    kept = kept_texts([section("\n".join(lines))], broken=True)
    assert kept["measures"] == (
        "物业服务中心逐户走访小区业主，把电梯列成台账。\n（一）党建引领\n服务中心建立党员先锋岗，轮流值守。"
    )
    assert kept_texts([section("\n".join(lines))], broken=False)["measures"] == "\n".join(lines)


@pytest.mark.skipif(find_office() is None, reason="LibreOffice makes this file, and it is not installed")
def test_nearly_all_sentences_of_a_word_file_are_found_in_its_pdf(tmp_path: Path, read: Reader) -> None:
    word = docs.case_material_docx("春江花园", "红色管家进万家")
    (tmp_path / "a.docx").write_bytes(word)
    (made,) = converted([tmp_path / "a.docx"], "pdf", tmp_path)
    both = [dict(RECORD.iter_unpack(packed(only(read(data)).texts, CAMPAIGN))) for data in (word, made.read_bytes())]
    assert len(both[0]) > 60
    assert len(both[0].keys() & both[1].keys()) >= 0.95 * len(both[0])
