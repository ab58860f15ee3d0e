"""Transfer encodings, piece by piece: however the pieces fall, the content is the same, and damage is told at the end."""

import base64
import binascii
import itertools
import quopri
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.base import ParseError
from parsers.letter import Salvaged
from parsers.mail_bytes import FileBytes, windows
from parsers.transfer import decoded
from tests import mail_builders as build

CODINGS = (b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"x-unknown")


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


@given(data=st.binary(max_size=400), cuts=st.lists(st.integers(0, 1000), max_size=8))
def test_base64_in_pieces_is_what_was_sent(data: bytes, cuts: list[int]) -> None:
    sent = base64.encodebytes(data).replace(b"\n", b"\r\n")
    assert b"".join(decoded(pieces(sent, cuts), b"base64")) == data


@given(data=st.binary(max_size=400), cuts=st.lists(st.integers(0, 1000), max_size=8))
def test_quoted_printable_in_pieces_is_what_was_sent(data: bytes, cuts: list[int]) -> None:
    sent = quopri.encodestring(data)
    assert b"".join(decoded(pieces(sent, cuts), b"quoted-printable")) == binascii.a2b_qp(sent)


@given(data=st.binary(max_size=400), cuts=st.lists(st.integers(0, 1000), max_size=8))
def test_uuencode_in_pieces_is_what_was_sent(data: bytes, cuts: list[int]) -> None:
    lines = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    sent = b"begin 644 x\n" + lines + b"`\nend\n"
    assert b"".join(decoded(pieces(sent, cuts), b"x-uuencode")) == data


@settings(max_examples=300)
@given(data=st.binary(max_size=300), coding=st.sampled_from(CODINGS), cuts=st.lists(st.integers(0, 1000), max_size=5))
def test_whatever_the_bytes_only_a_parse_error_comes_and_comes_last(
    data: bytes, coding: bytes, cuts: list[int]
) -> None:
    salvaged = Salvaged(decoded(pieces(data, cuts), coding))
    assert sum(map(len, salvaged)) <= len(data)
    assert salvaged.problem is None or salvaged.problem[0] == "corrupt"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"QUJD", b"ABC"),
        (b"QUI", b"AB"),
        (b"QUI=\r\nQQ==\r\nQUJD", b"ABAABC"),
        (b"Q U\0J!D-\r", b"ABC"),
        (b"QQ==" * 3000, None),
        (b"", b""),
    ],
)
def test_odd_base64_is_read(sent: bytes, expected: bytes | None) -> None:
    found = b"".join(decoded([sent], b"base64"))
    assert expected is None or found == expected


def test_base64_that_was_cut_off_gives_all_that_could_be_had_before_it_says_so() -> None:
    found = decoded([b"QUJDQUJDQ"], b"base64")
    assert b"".join(next(found) for _ in range(2)) == b"ABCABC"
    with pytest.raises(ParseError, match="截断"):
        next(found)


@given(data=st.binary(max_size=300), sub=st.binary(min_size=1, max_size=3), start=st.integers(0, 300))
def test_a_file_is_searched_as_bytes_are(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, sub: bytes, start: int
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "x"
    path.write_bytes(b"\n" + data)
    found = FileBytes(path)
    assert found.find(sub, start, len(found)) == (b"\n" + data).find(sub, start, len(found))


def test_what_lies_across_two_windows_is_found(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for place in range((1 << 16) - 6, (1 << 16) + 2):
        path.write_bytes(b"\n" * place + b"needle" + b"\n" * 100)
        assert FileBytes(path).find(b"needle", 0, place + 106) == place
    for place in range((1 << 20) - 6, (1 << 20) + 2):
        data = b"\n" * place + b"needle" + b"\n" * 100
        own = [
            at + window.find(b"needle")
            for at, window, size in windows(data, 0, len(data), 10)
            if 0 <= window.find(b"needle") < size
        ]
        assert own == [place]


MEASURE = """
import sys
from pathlib import Path
from parsers.letter import read_letter
letter, parts = read_letter(Path(sys.argv[1]))
print(sum(len(piece) for part in parts for piece in part.chunks()), Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def measured(path: Path) -> tuple[int, int]:
    """Return (bytes of all files, peak resident KiB) of a mail that is read in a process of its own."""
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    size, peak = done.stdout.split()
    return int(size), int(peak)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_mail_of_45_mb_takes_little_more_memory_than_a_small_one(tmp_path: Path) -> None:
    small, large = tmp_path / "small.eml", tmp_path / "large.eml"
    small.write_bytes(build.mail(build.attachment("x.jpg", b"x")))
    photos = [build.attachment(f"{number}.jpg", bytes(range(256)) * 13_000, b"image/jpeg") for number in range(10)]
    large.write_bytes(build.mail(build.multipart(photos)))
    (_, least), (size, peak) = measured(small), measured(large)
    assert size == 33_280_000
    assert peak - least < 30_000
