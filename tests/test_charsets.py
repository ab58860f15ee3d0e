"""Bytes under labels that lie: Chinese under a Latin label is Chinese, and what is really Latin stays that."""

import pytest

from parsers.charsets import decode_bytes

LATIN = ("iso-8859-1", "windows-1252", "us-ascii", "latin1")


@pytest.mark.parametrize("label", LATIN)
@pytest.mark.parametrize(
    "text",
    [
        "浙江省材料",
        "浙江省朱镕喆汇总清单.docx",
        "朱镕基",
        "推荐表（盖章）—浙江—喆.pdf",
        "联系人：喆龑，电话 0571 或 138，盼复",
    ],
)
def test_gbk_under_a_latin_label_is_chinese(text: str, label: str) -> None:
    assert decode_bytes(text.encode("gb18030"), label) == text


@pytest.mark.parametrize("label", LATIN)
@pytest.mark.parametrize(
    "text", ["Müller", "café", "crème brûlée", "São João", "résumé – “quoted” text’s", "naïve façade"]
)
def test_what_is_really_latin_stays_latin(text: str, label: str) -> None:
    assert decode_bytes(text.encode("cp1252"), label) == text


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("text", ["Größe über alles", "déjà»vu«", "ÀÉÎ"])
def test_accents_side_by_side_stay_latin(text: str, label: str) -> None:
    assert decode_bytes(text.encode("cp1252"), label) == text
