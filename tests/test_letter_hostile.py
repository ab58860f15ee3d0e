"""Mails that are broken, enormous or made to do harm: each is read within bounds of time and memory, and says why not all."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.letter import Letter, Part, Salvaged, read_letter
from parsers.stamps import stamps
from tests import mail_builders as build

WHOLE = build.mail(build.multipart([build.text_part("正文\r\n第二行"), build.attachment("清单.docx", b"PK" * 300)]))


def read(raw: bytes, folder: Path) -> tuple[Letter, list[Part], float]:
    """Return letter, parts and the seconds that reading all of it took."""
    path = folder / "mail.eml"
    path.write_bytes(raw)
    start = time.process_time()
    letter, parts = read_letter(path)
    found = list(parts)
    for part in found:
        for piece in Salvaged(part.chunks()):
            assert len(piece) <= 1 << 20
    stamps(path)
    return letter, found, time.process_time() - start


LINE_ENDS: dict[str, Callable[[bytes], bytes]] = {
    "crlf": lambda raw: raw,
    "lf only": lambda raw: raw.replace(b"\r\n", b"\n"),
    "cr only": lambda raw: raw.replace(b"\r\n", b"\r"),
    "header lf, body crlf": lambda raw: raw.partition(b"\r\n\r\n")[0].replace(b"\r\n", b"\n") + b"\n\n" + raw.partition(b"\r\n\r\n")[2],
    "header crlf, body lf": lambda raw: raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + raw.partition(b"\r\n\r\n")[2].replace(b"\r\n", b"\n"),
    "every second lf only": lambda raw: b"".join(line + (b"\r\n", b"\n")[number % 2] for number, line in enumerate(raw.split(b"\r\n"))),
    "crcrlf": lambda raw: raw.replace(b"\r\n", b"\r\r\n"),
    "mbox line before": lambda raw: b"From zjwx@qq.com Wed Aug  5 10:00:00 2026\r\n" + raw,
    "byte order mark before": lambda raw: b"\xef\xbb\xbf" + raw,
    "blank lines before": lambda raw: b"\r\n\r\n" + raw,
    "NULs between the lines": lambda raw: raw.replace(b"\r\n--", b"\r\n\0\0\r\n--"),
}  # fmt: skip


@pytest.mark.parametrize("ends", LINE_ENDS)
def test_a_mail_is_read_whatever_its_line_ends(ends: str, tmp_path: Path) -> None:
    letter, [part], _ = read(LINE_ENDS[ends](WHOLE), tmp_path)
    assert (letter.subject, letter.from_address, part.name) == ("浙江省材料", "zjwx@qq.com", "清单.docx")
    assert b"".join(part.chunks()) == b"PK" * 300
    assert letter.text.split() == ["正文", "第二行"]


def test_a_mail_without_a_body_is_read(tmp_path: Path) -> None:
    head = WHOLE.partition(b"\r\n\r\n")[0]
    for raw in (head, head + b"\r\n", head + b"\r\n\r\n", build.mail(b"\r\n"), build.mail(build.multipart([]))):
        letter, parts, _ = read(raw, tmp_path)
        assert (letter.subject, letter.text, parts) == ("浙江省材料", "", [])


def test_a_thousand_attachments_are_a_thousand_parts(tmp_path: Path) -> None:
    photos = [build.attachment("正门.jpg", b"x%d" % number, b"image/jpeg") for number in range(1000)]
    _, parts, seconds = read(build.mail(build.multipart(photos)), tmp_path)
    assert [b"".join(part.chunks()) for part in parts] == [b"x%d" % number for number in range(1000)]
    assert len({part.path for part in parts}) == 1000
    assert seconds < 10


HOSTILE: dict[str, Callable[[], bytes]] = {
    "200,000 parts": lambda: build.many_parts(200_000),
    "10,000 nested multiparts": lambda: build.deep_multiparts(10_000),
    "10,000 multiparts opened and never closed": lambda: build.mail(b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(10_000))),
    "one boundary for 100 levels": lambda: build.mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 100),
    "5 MB of boundaries that are none": lambda: build.mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + b"\n--bx" * 1_000_000),
    "5 MB of boundaries with spaces": lambda: build.mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + (b"\n--b" + b" " * 990 + b"x") * 5_000),
    "header of 20 MB in one line": lambda: b"Subject: " + b"a" * 20_000_000 + b"\r\n" + WHOLE,
    "header of 20 MB in lines": lambda: b"X-A: b\r\n" * 2_500_000 + WHOLE,
    "header of 20 MB of folds": lambda: b"X-A: b\r\n" + b" c\r\n" * 5_000_000 + WHOLE,
    "header of 20 MB of junk": lambda: b"X-A: b\r\n" + b"no field\r\n" * 2_000_000 + WHOLE,
    "2,000 parts with headers of 10 KB": lambda: build.mail(build.multipart([b"Content-Type: x/y; name=" + b"a" * 10_000 + b"\r\n\r\nx"] * 2_000)),
    "10,000 fields in each of 200 parts": lambda: build.mail(build.multipart([b"Content-A: b\r\n" * 10_000 + b"\r\nx"] * 200)),
    "20 MB of NULs": lambda: b"\0" * 20_000_000,
    "20 MB of line ends": lambda: b"\n" * 20_000_000,
    "20 MB of carriage returns": lambda: b"\r" * 20_000_000,
    "20 MB of base64 padding": lambda: build.mail(b"Content-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"Q=" * 10_000_000),
    "20 MB of quoted-printable in one line": lambda: build.mail(b"Content-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=41" * 7_000_000),
    "5 MB of uuencoded blanks": lambda: build.mail(b"Content-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n" + b"`\n" * 2_500_000),
    "2,000 bodies of 10 KB": lambda: build.mail(build.multipart([build.text_part("<b>" * 3_000, b"html")] * 2_000)),
    "a body of 20 MB": lambda: build.mail(build.text_part("<td>字" * 3_000_000, b"html")),
    "a nested mail whose header never ends": lambda: build.mail(build.part(b"Subject: " + b"a" * 10_000_000, b"message/rfc822")),
}  # fmt: skip

MEASURE = """
import sys, time
from pathlib import Path
from parsers.letter import Salvaged, read_letter
letter, parts = read_letter(Path(sys.argv[1]))
pieces = sum(1 for part in parts for piece in Salvaged(part.chunks()))
print(time.process_time(), int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_mail_is_bounded_in_time_and_memory(what: str, tmp_path: Path) -> None:
    path = tmp_path / "mail.eml"
    path.write_bytes(HOSTILE[what]())
    command = [sys.executable, "-c", MEASURE, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    seconds, megabytes = done.stdout.split()
    assert float(seconds) < 15
    assert int(megabytes) < 150


def test_what_was_cut_at_a_limit_says_so(tmp_path: Path) -> None:
    for what in ("200,000 parts", "10,000 nested multiparts"):
        _, parts, _ = read(HOSTILE[what](), tmp_path)
        assert parts[-1].problem
        assert parts[-1].problem[0] == "unsafe"


@pytest.mark.parametrize("cut", range(0, len(WHOLE), 97))
def test_a_mail_that_ends_anywhere_is_read_as_far_as_it_goes(cut: int, tmp_path: Path) -> None:
    letter, parts, _ = read(WHOLE[:cut], tmp_path)
    assert len(parts) <= 1
    assert letter.subject in ("浙江省材料", "") or "浙江省材料".startswith(letter.subject.rstrip("\ufffd"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1), junk=st.binary(max_size=20), gone=st.integers(0, 40))
def test_a_mail_with_any_damage_is_read(at: int, junk: bytes, gone: int, tmp_path: Path) -> None:
    read(WHOLE[:at] + junk + WHOLE[at + gone :], tmp_path)
