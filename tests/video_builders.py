"""Videos for tests, written box by box: headers that say what real ones say, and no picture to decode."""

import struct
from dataclasses import dataclass
from math import cos, radians, sin

_SCALE = 1_000


def box(kind: bytes, *contents: bytes) -> bytes:
    """Return one box of an ISO media file."""
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def mp4(  # noqa: PLR0913 (each is one way in which real films differ)
    width: int = 1280,
    height: int = 720,
    seconds: float = 90,
    *,
    rotation: int = 0,
    brand: bytes = b"isom",
    also: bytes = b"isommp42",
    sound_only: bool = False,
    index_first: bool = True,
    frames: bytes = b"\x00\x00\x00\x01\x65" * 2_000,
) -> bytes:
    """Return an MP4 (or with brand `qt  ` a MOV, `3gp4` a 3GP) that is `width` × `height` before it is rotated."""
    head = box(b"ftyp", brand, bytes(4), also)
    film = _Film(width, height, int(seconds * _SCALE), rotation, sound_only)
    start = len(head) + (len(_index(film, 0, len(frames))) if index_first else 0) + 8
    index = _index(film, start, len(frames))
    data = box(b"mdat", frames)
    return head + (index + data if index_first else data + index)


def avi(width: int = 1280, height: int = 720, seconds: int = 90) -> bytes:
    """Return an AVI of 25 frames a second."""
    frames = 25 * seconds
    main = struct.pack("<14I", 40_000, 0, 0, 0x10, frames, 0, 1, 0, width, height, 0, 0, 0, 0)
    stream = b"vidsXVID" + struct.pack("<IHHIIIIIIiI4H", 0, 0, 0, 0, 1, 25, 0, frames, 0, -1, 0, 0, 0, width, height)
    shape = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"XVID", 0, 0, 0, 0, 0)
    track = _chunk(b"LIST", b"strl", _chunk(b"strh", stream), _chunk(b"strf", shape))
    header = _chunk(b"LIST", b"hdrl", _chunk(b"avih", main), track)
    return _chunk(b"RIFF", b"AVI ", header, _chunk(b"LIST", b"movi", _chunk(b"00dc", bytes(4_000))))


def _chunk(kind: bytes, *contents: bytes) -> bytes:
    body = b"".join(contents)
    return kind + struct.pack("<I", len(body)) + body


@dataclass(frozen=True)
class _Film:
    width: int
    height: int
    ticks: int
    rotation: int
    sound_only: bool


def _index(film: _Film, start: int, size: int) -> bytes:
    """Return the box that tells everything of the film; its pictures are one sample at `start`."""
    ticks, sound_only = film.ticks, film.sound_only
    movie = struct.pack(">IIIIIIH10x", 0, 0, 0, _SCALE, ticks, 0x10000, 0x100) + _matrix(0) + bytes(24) + b"\0\0\0\2"
    where = struct.pack(">IIIIIIQHHHH", 7, 0, 0, 1, 0, ticks, 0, 0, 0, 0, 0) + _matrix(film.rotation)
    where += struct.pack(">II", film.width << 16, film.height << 16)
    media = struct.pack(">IIIIIHH", 0, 0, 0, _SCALE, ticks, 0x55C4, 0)
    handler = bytes(8) + (b"soun" if sound_only else b"vide") + bytes(12) + b"x\0"
    entry = _sound() if sound_only else _pictures(film.width, film.height)
    table = box(
        b"stbl",
        box(b"stsd", bytes(4), struct.pack(">I", 1), entry),
        box(b"stts", bytes(4), struct.pack(">III", 1, 1, ticks)),
        box(b"stsc", bytes(4), struct.pack(">IIII", 1, 1, 1, 1)),
        box(b"stsz", bytes(4), struct.pack(">III", 0, 1, size)),
        box(b"stco", bytes(4), struct.pack(">II", 1, start)),
    )
    own = box(b"dinf", box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", b"\0\0\0\1")))
    kind = box(b"smhd", bytes(8)) if sound_only else box(b"vmhd", b"\0\0\0\1", bytes(8))
    inside = box(b"mdia", box(b"mdhd", media), box(b"hdlr", handler), box(b"minf", kind, own, table))
    return box(b"moov", box(b"mvhd", movie), box(b"trak", box(b"tkhd", where), inside))


def _matrix(rotation: int) -> bytes:
    """Return how a film is turned, clockwise in degrees, as a matrix of fixed-point numbers."""
    across, down = (round(one * 0x10000) for one in (cos(radians(rotation)), sin(radians(rotation))))
    return struct.pack(">9i", across, down, 0, -down, across, 0, 0, 0, 0x40000000)


def _pictures(width: int, height: int) -> bytes:
    """Return the entry of an H.264 film; its own parameters are left out."""
    shape = struct.pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1)
    return box(b"avc1", shape, box(b"avcC", b"\1\x64\0\x1f\xff\xe0\0"))


def _sound() -> bytes:
    return box(b"mp4a", struct.pack(">6xH8xHHIHH", 1, 2, 16, 0, 44_100, 0))
