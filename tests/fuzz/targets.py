"""What must hold for any bytes at all, one function a target; a fault is an assertion or an unexpected exception."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from parsers.archives import Spent, UnpackLimits, members
from parsers.base import ParseError
from parsers.letter import read_letter
from parsers.names import decode_header, decode_members, part_name, safe_name, unique_path
from parsers.passwords import find_passwords

_FORBIDDEN = set('/\\\0\r\n\t:*?"<>|')
_NAME_BYTES = 255
_LIMITS = UnpackLimits(members=50, member_bytes=2_000_000, archive_bytes=8_000_000, ratio=100, depth=4)
_FOLDER = Path(tempfile.mkdtemp(prefix="zhengji-fuzz-"))


def letter(data: bytes) -> None:
    """Read bytes as a mail: every part streams to its end, or ParseError says why not."""
    raw = _file(data)
    found, parts = read_letter(raw)
    find_passwords(found.text)
    paths = set()
    for part in parts:
        _require_safe(part.path)
        assert part.path.casefold() not in paths
        paths.add(part.path.casefold())
        _drain(part.chunks())


def names(data: bytes) -> None:
    """Decode bytes as a header, as parameters, and as the names of an archive's members."""
    _require_safe(safe_name(decode_header(data)))
    half = len(data) // 2
    name = part_name(data[:half], data[half:])
    if name is not None:
        _require_safe(name)
    decoded = decode_members(data.split(b"\0"))
    assert len(decoded) == data.count(b"\0") + 1
    taken: dict[str, int] = {}
    unique = [unique_path(safe_name(one), taken).casefold() for one in decoded]
    assert len(set(unique)) == len(unique)


def unpack(data: bytes) -> None:
    """Open bytes as an archive: members stay inside it, and within the limits."""
    spent, paths = Spent(), set()
    try:
        for member in members([_file(data)], _LIMITS, spent, ("geheim",)):
            for name in member.path.split("/"):
                _require_safe(name)
            assert member.path.casefold() not in paths
            paths.add(member.path.casefold())
            if member.chunks is not None:
                assert _drain(member.chunks()) <= _LIMITS.member_bytes + (1 << 20)
    except ParseError as error:
        _require_said(error)
    assert spent.members <= _LIMITS.members + 1
    assert spent.bytes <= _LIMITS.archive_bytes + (1 << 20)


TARGETS: dict[str, Callable[[bytes], None]] = {"letter": letter, "names": names, "unpack": unpack}


def _file(data: bytes) -> Path:
    path = _FOLDER / "input"
    path.write_bytes(data)
    return path


def _drain(chunks: Iterator[bytes]) -> int:
    """Read a stream to its end and return its bytes; only ParseError may end it before."""
    size = 0
    try:
        for chunk in chunks:
            assert len(chunk) <= 1 << 20
            size += len(chunk)
    except ParseError as error:
        _require_said(error)
    return size


def _require_safe(name: str) -> None:
    assert name
    assert name not in {".", ".."}
    assert not _FORBIDDEN & set(name)
    assert "\u202e" not in name
    assert len(name.encode("utf-8", "surrogatepass")) <= _NAME_BYTES


def _require_said(error: ParseError) -> None:
    assert error.status in {"corrupt", "encrypted", "unsafe", "unsupported", "volume_missing"}
    assert error.reason
    assert "\0" not in error.reason
    assert len(error.reason) <= 500
