"""Names from strangers become names that every system takes, and that no system takes for the same."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.safe_names import UNNAMED, Taken, key, safe_name, units

ODD = {
    "春江花园": "春江花园",
    'a/b\\c:d*e?f"g<h>i|j': "a／b＼c：d＊e？f＂g＜h＞i｜j",
    "../../etc/passwd": "…／…／etc／passwd",
    "  名 \t 字 \n": "名 字",
    "结尾有点. .": "结尾有点",
    "...": "…",
    "": UNNAMED,
    "\u202egpj.exe": "gpj.exe",
    "\0\x1b[31m红": "[31m红",
    "CON": "_CON",
    "aux.txt": "_aux.txt",
    "COM1": "_COM1",
    "LPT¹": "_LPT¹",
    "CONSOLE": "CONSOLE",
    "半\ud800个": "半个",
    "~$-锁定.docx": "锁定.docx",
    "50%#1": "50％＃1",
    "e\u0301": "é",
}


@pytest.mark.parametrize(("text", "name"), ODD.items())
def test_an_odd_name_becomes_a_safe_one(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text(max_size=300), st.integers(1, 80))
@example("0\r\x1b\r0", 4)
@settings(max_examples=200)
def test_every_text_becomes_a_name_that_windows_takes(text: str, at_most: int) -> None:
    stem = safe_name(text, at_most)
    name = f"{stem}.txt"
    assert stem
    assert units(stem) <= max(at_most + 1, len(UNNAMED))
    assert len(name.encode()) <= 255
    assert not set('<>:"/\\|?*#%') & set(name)
    assert not any(unicodedata.category(one).startswith("C") for one in name)
    assert stem == stem.strip(" .")
    assert safe_name(stem, 200) in (stem, f"_{stem}")


@given(st.lists(st.text(alphabet="aAｱア春Å\u030aA1.", max_size=3), max_size=12))
@settings(max_examples=100)
def test_names_of_one_folder_are_told_apart_by_every_system(texts: list[str]) -> None:
    names = Taken()
    made = [names.name("浙江", safe_name(text), "txt") for text in texts]
    assert len({key(name) for name in made}) == len(made)


def test_the_longest_name_can_be_made(tmp_path: Path) -> None:
    for text in ("春" * 500, "x" * 500, "𠮷" * 500):
        path = tmp_path / Taken().name("", safe_name(text, 500), "docx")
        path.write_bytes(b"x")
        assert path.read_bytes() == b"x"
