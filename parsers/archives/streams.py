"""Answers what one compressed file (gz, bz2, xz, zst) holds: read forward only, in bounded memory."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from backports.zstd import ZstdDecompressor, ZstdError

from parsers.archives.model import CHUNK, DAMAGE, MEMORY, TOO_MUCH_MEMORY
from parsers.base import ParseError

_ERRORS = (ZstdError, *DAMAGE)
_DAMAGED = "压缩包已损坏，能读出的部分已读出，请对方重发"


class Decompressor(Protocol):
    """What the standard library's decompressors have in common."""

    eof: bool
    needs_input: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most so many bytes; what of the input was not needed yet is kept inside."""


class _Gzip:
    """The decompressor of gzip, whose interface is another one."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._pending, self._full = b"", False

    @property
    def eof(self) -> bool:
        return self._inflater.eof

    @property
    def unused_data(self) -> bytes:
        return self._inflater.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._pending and not self._full

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inflater.decompress(self._pending + data, max_length)
        self._pending, self._full = self._inflater.unconsumed_tail, len(out) == max_length
        return out


# What makes a decompressor, and how a stream begins.
_KINDS: dict[str, tuple[Callable[[], Any], bytes]] = {
    "gz": (_Gzip, b"\x1f\x8b"),
    "bz2": (bz2.BZ2Decompressor, b"BZh"),
    "xz": (lambda: lzma.LZMADecompressor(memlimit=MEMORY), b"\xfd7zXZ"),
    "zst": (ZstdDecompressor, b"(\xb5/\xfd"),
}


class Inflated:
    """What a compressed file holds, one stream of it after the other; ParseError `corrupt` where it is damaged or cut.

    What comes before the damage is read; `count` is told of every byte that comes out.
    """

    def __init__(self, file: BinaryIO, kind: str, count: Callable[[int], None], cut: ParseError) -> None:
        self._file, self._count, self._cut = file, count, cut
        self._make, self._magic = _KINDS[kind]
        self._stream: Decompressor = self._make()
        self._left, self._done = b"", False
        self._error: ParseError | None = None

    def read(self, most: int) -> bytes:
        """Return so many bytes, fewer only at the end."""
        out = bytearray()
        while len(out) < most and not self._done and self._error is None:
            try:
                out += self._piece(most - len(out))
            except lzma.LZMAError as error:
                memory = "memory" in str(error).lower()
                self._error = ParseError("unsafe", TOO_MUCH_MEMORY) if memory else ParseError("corrupt", _DAMAGED)
            except ParseError as error:
                self._error = error
            except _ERRORS:
                self._error = ParseError("corrupt", _DAMAGED)
        if self._error and not out and most:
            raise self._error
        self._count(len(out))
        return bytes(out)

    def _piece(self, most: int) -> bytes:
        if self._stream.eof:
            self._next_stream()
            return b""
        data = b""
        if self._stream.needs_input:
            data = self._left or self._file.read(CHUNK // 16)
            self._left = b""
            if not data:
                raise self._cut
        return self._stream.decompress(data, most)

    def _next_stream(self) -> None:
        """Begin the stream that follows, if one does; zeros and other padding behind the last one say nothing."""
        rest = self._stream.unused_data or self._file.read(CHUNK // 16)
        rest = rest.lstrip(b"\0")
        if not rest.startswith(self._magic):
            self._done = True
            return
        self._left, self._stream = rest, self._make()
