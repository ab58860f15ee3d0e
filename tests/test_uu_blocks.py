"""Files that stand uuencoded in a mail's text: each is a part, and the text is what remains."""

import binascii
import random
from pathlib import Path

import pytest

from parsers.letter import LetterLimits, Part, Salvaged, read_letter
from parsers.uu_blocks import find_uu_blocks, without
from tests import mail_builders as build

FORM = random.Random(3).randbytes(30_000)


def uu(name: str, data: bytes, *, end: bytes = b"`\r\nend\r\n", charset: str = "gbk") -> bytes:
    lines = (binascii.b2a_uu(data[at : at + 45]).replace(b"\n", b"\r\n") for at in range(0, len(data), 45))
    return f"begin 644 {name}\r\n".encode(charset) + b"".join(lines) + end


def read(body: bytes, folder: Path, most: int = 2_000) -> tuple[str, list[Part]]:
    path = folder / "mail.eml"
    path.write_bytes(build.mail(b"Content-Type: text/plain; charset=gbk\r\n\r\n" + body))
    letter, parts = read_letter(path, LetterLimits(parts=most))
    return letter.text, list(parts)


def test_a_file_uuencoded_in_the_text_is_a_part_and_no_text(tmp_path: Path) -> None:
    body = "您好\r\n".encode("gbk") + uu("推荐表.docx", FORM) + "此致\r\n".encode("gbk")
    text, [part] = read(body, tmp_path)
    assert text == "您好\n此致"
    assert (part.name, part.head, part.problem) == ("推荐表.docx", FORM[:4096], None)
    assert b"".join(part.chunks()) == FORM


def test_several_files_in_one_text_are_several_parts(tmp_path: Path) -> None:
    text, parts = read(uu("a.docx", FORM) + b"\r\n" + uu("a.docx", b"short") + uu("x.exe", b"MZ" + FORM), tmp_path)
    assert [part.path for part in parts] == ["a.docx", "a (2).docx", "x.exe"]
    assert [b"".join(part.chunks()) for part in parts[:2]] == [FORM, b"short"]
    assert parts[2].problem
    assert text == ""
    assert len(read(uu("a.docx", FORM) * 3, tmp_path, most=1)[1]) == 2


def test_a_file_that_breaks_off_is_kept_in_part_and_says_so(tmp_path: Path) -> None:
    _, [part] = read(uu("a.docx", FORM, end=b""), tmp_path)
    content = Salvaged(part.chunks())
    assert b"".join(content) == FORM
    assert content.problem == ("corrupt", "附件在正文中被截断，内容不完整，请对方重发")


@pytest.mark.parametrize(
    "text", ["begin 644 work\r\nMonday we start.\r\nend\r\n", "begin at once\r\n", "begin 644 a.docx\r\n"]
)
def test_a_text_that_only_speaks_of_beginning_stays_a_text(text: str, tmp_path: Path) -> None:
    assert read(text.encode(), tmp_path) == (text.replace("\r\n", "\n").strip("\n"), [])


@pytest.mark.parametrize("size", [1, 7, 60, 999, 1_001, 5_000, 100_000])
def test_it_does_not_matter_in_which_pieces_a_text_comes(size: int) -> None:
    whole = b"one\r\n" + uu("a.docx", FORM) + b"two\r\n" + uu("b.docx", FORM[:100]) + b"three"
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    blocks = find_uu_blocks(pieces)
    assert [(block.name, block.whole) for block in blocks] == [("a.docx", True), ("b.docx", True)]
    assert b"".join(without(pieces, blocks)) == b"one\r\ntwo\r\nthree"
