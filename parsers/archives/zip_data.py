"""Answers what a zip entry's bytes are: found behind its local header, decrypted, inflated."""

import hashlib
import hmac
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

from parsers.archives.model import BAD_CHECKSUM, BROKEN_MEMBER, CHUNK, DAMAGE
from parsers.base import ParseError
from parsers.zip_directory import LOCAL, Entry

STORED, DEFLATED, DEFLATE64 = 0, 8, 9
METHODS = {STORED, DEFLATED, DEFLATE64}
_LOST = "压缩包内的这个文件已损坏，找不到内容，请对方重发"
# Deflate64 makes up to 29,000 bytes of one, and its library has no bound: fed so little at a time, it makes 30 MB.
_SIP = 1024
_HEADER = 12
_HMAC = 10
_SALT, _KEY = {1: 8, 2: 12, 3: 16}, {1: 16, 2: 24, 3: 32}
_MASK = 0xFFFFFFFF


def pieces(file: BinaryIO, entry: Entry, password: bytes) -> Iterator[bytes]:
    """Yield an entry's content; the password is used where it is encrypted. ParseError where it is damaged."""
    size, crc = 0, 0
    packed = _packed(file, entry)
    if entry.encrypted:
        packed = _decrypted(packed, entry, password)
    for chunk in _inflated(packed, entry.method):
        size += len(chunk)
        crc = zlib.crc32(chunk, crc)
        yield chunk
    # AES of version 2 leaves the checksum out, and has its own instead.
    unsummed = entry.aes and entry.aes_version != 1
    if size != entry.size or (crc != entry.crc and not unsummed):
        raise ParseError("corrupt", BAD_CHECKSUM)


def fits(file: BinaryIO, entry: Entry, password: bytes) -> bool:
    """Tell whether a password may be right, by what stands before the data: one byte of ZipCrypto, two of AES."""
    head = next(_packed(file, entry), b"")
    if entry.aes:
        length = _SALT[entry.aes]
        return _aes_keys(password, head[:length], entry.aes)[2] == head[length : length + 2]
    return len(head) >= _HEADER and _ZipCrypto(password).decrypt(head[:_HEADER])[-1] == entry.check


def _packed(file: BinaryIO, entry: Entry) -> Iterator[bytes]:
    """Yield an entry's packed bytes; its local header's lengths may differ from the directory's."""
    file.seek(entry.offset)
    record = file.read(LOCAL.size)
    if len(record) < LOCAL.size or not record.startswith(b"PK\x03\x04"):
        raise ParseError("corrupt", _LOST)
    *_, name_length, extra_length = LOCAL.unpack(record)
    file.seek(name_length + extra_length, 1)
    left = entry.packed
    # An archive that ends before is told by size and checksum.
    while left > 0 and (chunk := file.read(min(left, CHUNK))):
        left -= len(chunk)
        yield chunk


def _decrypted(packed: Iterator[bytes], entry: Entry, password: bytes) -> Iterator[bytes]:
    if entry.aes:
        yield from _aes(packed, entry, password)
        return
    cipher, skip = _ZipCrypto(password), _HEADER
    for chunk in packed:
        yield cipher.decrypt(chunk)[skip:]
        skip = 0


def _aes_keys(password: bytes, salt: bytes, strength: int) -> tuple[bytes, bytes, bytes]:
    """Return (key, key of the checksum, check of the password) as WinZip's AES derives them."""
    length = _KEY[strength]
    # The format fixes SHA-1 and 1,000 rounds.
    derived = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 2 * length + 2)
    return derived[:length], derived[length : 2 * length], derived[2 * length :]


def _aes(packed: Iterator[bytes], entry: Entry, password: bytes) -> Iterator[bytes]:
    from Cryptodome.Cipher import AES
    from Cryptodome.Util import Counter

    start = _SALT[entry.aes] + 2
    buffer = next(packed, b"")
    key, mac_key, _ = _aes_keys(password, buffer[: start - 2], entry.aes)
    counter = Counter.new(128, little_endian=True)
    cipher = AES.new(key, AES.MODE_CTR, counter=counter)
    mac = hmac.new(mac_key, digestmod="sha1")
    left, buffer = entry.packed - start - _HMAC, buffer[start:]
    while left > 0 and buffer:
        chunk = buffer[:left]
        mac.update(chunk)
        yield cipher.decrypt(chunk)
        left -= len(chunk)
        buffer = buffer[len(chunk) :] or next(packed, b"")
    if mac.digest()[:_HMAC] != buffer + b"".join(islice(packed, 1)):
        raise ParseError("corrupt", BAD_CHECKSUM)


class _ZipCrypto:
    """The old cipher of zip, APPNOTE 6.1: three keys that every byte stirs."""

    _table = tuple(zlib.crc32(bytes([number]), _MASK) ^ _MASK for number in range(256))

    def __init__(self, password: bytes) -> None:
        self._keys = 0x12345678, 0x23456789, 0x34567890
        self.decrypt(b"", stirred=password)

    def decrypt(self, data: bytes, stirred: bytes = b"") -> bytes:
        """Return the plain bytes; `stirred` are plain bytes that change the keys alone."""
        table, (one, two, three) = self._table, self._keys
        out = bytearray()
        for byte in stirred or data:
            value = byte
            if not stirred:
                mixed = three | 2
                value ^= ((mixed * (mixed ^ 1)) >> 8) & 0xFF
                out.append(value)
            one = (one >> 8) ^ table[(one ^ value) & 0xFF]
            two = ((two + (one & 0xFF)) * 134775813 + 1) & _MASK
            three = (three >> 8) ^ table[(three ^ (two >> 24)) & 0xFF]
        self._keys = one, two, three
        return bytes(out)


def _inflated(packed: Iterable[bytes], method: int) -> Iterator[bytes]:
    if method == STORED:
        yield from packed
    elif method == DEFLATE64:
        yield from _inflated64(packed)
    else:
        yield from _deflated(packed)


def _deflated(packed: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    for chunk in packed:
        pending, full = chunk, True
        # A full piece means that more may wait inside, even where all input was taken.
        while (pending or full) and not inflater.eof:
            try:
                out = inflater.decompress(pending, CHUNK)
            except zlib.error as error:
                raise ParseError("corrupt", BROKEN_MEMBER) from error
            pending, full = inflater.unconsumed_tail, len(out) == CHUNK
            yield out


def _inflated64(packed: Iterable[bytes]) -> Iterator[bytes]:
    from inflate64 import Inflater

    inflater = Inflater()
    for chunk in packed:
        for at in range(0, len(chunk), _SIP):
            if inflater.eof:
                return
            try:
                yield inflater.inflate(chunk[at : at + _SIP])
            except DAMAGE as error:
                raise ParseError("corrupt", BROKEN_MEMBER) from error
