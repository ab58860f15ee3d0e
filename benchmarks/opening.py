"""What it costs to open what came: a mail of 45 MB beside the least that any program must do, and hostile files."""

import base64
import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from benchmarks.measure import HEADER, Measured, measure
from config.campaign import load_campaign
from ingest.room.cleanroom import CleanRoom, Setup
from ingest.room.cleanroom_child import Inside, respond
from parsers.archives import Spent, UnpackLimits
from parsers.base import ParseError
from tests.inbox import mail
from tests.sample import day
from tests.test_cleanroom import docx_of

_LARGE, _SMALL = 33_000_000, 30_000
_MEGABYTE = 1_000_000


def run() -> None:
    """Print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        _mails(Path(folder))
        _hostile(Path(folder))


def _mails(folder: Path) -> None:
    """Compare opening a mail with decoding, hashing and writing its bytes, the way all memory is spent on one piece."""
    large, small = _mail(folder / "large.eml", _LARGE), _mail(folder / "small.eml", _SMALL)
    megabytes = large.stat().st_size / _MEGABYTE
    least = measure(decode_write_hash, large, folder / "least")
    opened = measure(open_mail, large, folder / "vault")
    opened_small = measure(open_mail, small, folder / "vault-small")
    print(f"\nOpening one mail of {megabytes:.0f} MB (ratios to base64 + write + SHA-256 + fsync)")
    print(HEADER)
    print(least.line("base64, write, SHA-256, fsync", megabytes, least))
    print(opened.line("letter and parts, kept", megabytes, least))
    print(opened_small.line("the same of a mail of 40 KB"))
    print(f"peak above that of the small one: {opened.peak_mb - opened_small.peak_mb:.0f} MB")


def _hostile(folder: Path) -> None:
    """Say what each hostile file costs inside the clean room."""
    print("\nHostile files, each in a clean room of its own (limits: 10 s of CPU, 512 MB)")
    print(HEADER)
    for name, do, data in hostile_files():
        path = folder / "hostile"
        path.write_bytes(data)
        cost: Measured = measure(in_room, do, path, folder / "vault-hostile")
        print(f"{cost.line(name, len(data) / _MEGABYTE)}  {cost.result}")


def hostile_files() -> Iterator[tuple[str, str, bytes]]:
    """Yield (name, request, content)."""
    yield "docx, 24 MB of empty paragraphs", "read", docx_of(b"<w:p/>" * 4_000_000)
    yield "docx, 500 MB of text", "read", docx_of(b"<w:p><w:r><w:t>" + b"x" * 500_000_000 + b"</w:t></w:r></w:p>")
    yield "progressive JPEG of 200 million pixels", "read", _progressive(20_000, 10_000)
    yield "zip of zeros, 2 GB", "unpack", _zeros(200, 9_900_000)
    yield "mail of 200,000 parts", "letter", _many_parts(200_000)
    yield "mail of 10,000 nested multiparts", "letter", _deep(10_000)
    yield "mail with a header of 20 MB", "letter", b"Subject: " + b"=?utf-8?q?=E4?= " * 1_250_000 + b"\r\n\r\nx"


def _mail(path: Path, size: int) -> Path:
    path.write_bytes(mail("a@b.example", "浙江报送", day("07-20T10:00:00"), {"照片.jpg": os.urandom(size)}))
    return path


def _zeros(count: int, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(count):
            archive.writestr(f"{number}.bin", bytes(size))
    return out.getvalue()


def _progressive(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height)).save(out, "JPEG", progressive=True, quality=30)
    return out.getvalue()


def _many_parts(count: int) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * count + b"--b--"


def _deep(depth: int) -> bytes:
    parts = [b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth)]
    return b"".join(parts) + b"\r\nx"


def decode_write_hash(source: Path, target: Path) -> int:
    """Decode the one long base64 part of a mail, hash it, write it and sync it: what nobody can do without."""
    digest, written = hashlib.sha256(), 0
    with source.open("rb") as raw, target.open("wb") as out:
        header = raw.read(4096)
        raw.seek(header.index(b"\r\n\r\n", header.rindex(b"base64")) + 4)
        while chunk := raw.read(78 * 8192):
            data = base64.b64decode(chunk.partition(b"--=_part")[0])
            digest.update(data)
            written += out.write(data)
        out.flush()
        os.fsync(out.fileno())
    return written


def open_mail(raw: Path, vault: Path) -> int:
    """Do what the clean room does with a mail, and return how many parts were kept."""
    inside = Inside(Setup(vault, load_campaign("2026-haofuwu", Path()), UnpackLimits(), 10, 512_000_000))
    answers = list(respond(inside, {"do": "letter", "with": {"path": str(raw), "format_": "eml", "most": 2_000}}))
    return len(answers) - 2


def in_room(do: str, path: Path, vault: Path) -> str:
    """Open a hostile file in a real clean room, and return how it ended."""
    room = CleanRoom(Setup(vault, load_campaign("2026-haofuwu", Path()), UnpackLimits(), 10, 512_000_000))
    arguments: dict[str, object] = {
        "read": {"path": str(path), "size": path.stat().st_size},
        "letter": {"path": str(path), "format_": "eml", "most": 2_000},
        "unpack": {"paths": [str(path)], "spent": asdict(Spent()), "passwords": []},
    }[do]
    try:
        answers = list(room.ask(do, path.stat().st_size, **arguments))
    except ParseError as error:
        return f"{error.status}: {error.reason}"
    finally:
        room.close()
    return f"ok, {len(answers)} answers"
