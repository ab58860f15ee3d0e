"""Builds raw mails and zip archives as bytes, honest and hostile ones, for the tests of whoever reads mail."""

import base64
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BOUNDARY = b"----=_zhengji_0001"
HEADERS = (
    (b"Received", b"from a.qq.com by mx.example.cn; Wed, 05 Aug 2026 10:00:00 +0800 (CST)"),
    (b"From", b"=?gb18030?B?1eO9rcqhzu/QrQ==?= <ZJWX@qq.com>"),
    (b"To", b"wzglzzh@ecpmi.org.cn"),
    (b"Subject", "浙江省材料".encode()),
    (b"Date", b"Wed, 05 Aug 2026 09:59:00 +0800"),
    (b"Message-ID", b"<1@qq.com>"),
)


def encoded_word(text: str, charset: str = "utf-8", codec: str | None = None) -> bytes:
    """Return an RFC 2047 word in base64 whose label and codec may differ."""
    data = base64.b64encode(text.encode(codec or charset))
    return b"=?" + charset.encode() + b"?B?" + data + b"?="


def part(
    data: bytes,
    content_type: bytes = b"application/octet-stream",
    disposition: bytes = b"",
    encoding: bytes = b"base64",
) -> bytes:
    """Return a MIME part: header, blank line, body; `disposition` and `content_type` stand as given, byte for byte."""
    lines = [b"Content-Type: " + content_type, b"Content-Transfer-Encoding: " + encoding]
    if disposition:
        lines.append(b"Content-Disposition: " + disposition)
    body = base64.encodebytes(data).replace(b"\n", b"\r\n") if encoding == b"base64" else data
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def attachment(name: str, data: bytes, content_type: bytes = b"application/octet-stream") -> bytes:
    """Return an attachment named as a well-behaved mailer would."""
    return part(data, content_type, b'attachment; filename="' + encoded_word(name) + b'"')


def text_part(text: str, subtype: bytes = b"plain", charset: bytes = b"utf-8", codec: str = "utf-8") -> bytes:
    """Return a body part whose label and codec may differ."""
    return part(text.encode(codec), b"text/" + subtype + b"; charset=" + charset, encoding=b"8bit")


def multipart(
    parts: Iterable[bytes], subtype: bytes = b"mixed", boundary: bytes = BOUNDARY, *, closed: bool = True
) -> bytes:
    """Return a multipart as a part: its Content-Type header, blank line, parts between boundaries."""
    head = b"Content-Type: multipart/" + subtype + b'; boundary="' + boundary + b'"\r\n\r\n'
    body = b"".join(b"--" + boundary + b"\r\n" + one + b"\r\n" for one in parts)
    return head + body + (b"--" + boundary + b"--\r\n" if closed else b"")


def mail(content: bytes, headers: Iterable[tuple[bytes, bytes]] = HEADERS, **changed: bytes) -> bytes:
    """Return a whole mail: header fields (replaced or added by keyword, `_` for `-`), then a part or multipart."""
    fields = {name.lower(): (name, value) for name, value in headers}
    for key, value in changed.items():
        name = key.replace("_", "-").encode()
        fields[name.lower()] = (name, value)
    lines = [name + b": " + value + b"\r\n" for name, value in fields.values()]
    return b"".join(lines) + b"MIME-Version: 1.0\r\n" + content


def nested(depth: int, leaf: bytes) -> bytes:
    """Return a mail in a mail, `depth` deep, each forwarded as an attachment in base64 (Foxmail's way)."""
    raw = mail(leaf)
    for level in range(depth):
        disposition = f'attachment; filename="{level}.eml"'.encode()
        raw = mail(multipart([part(raw, b"message/rfc822", disposition)]))
    return raw


def many_parts(count: int) -> bytes:
    """Return a mail of a few bytes a part: what takes other readers more than a minute at 200,000."""
    one = b"--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n"
    return mail(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + one * count + b"--b--\r\n")


def deep_multiparts(depth: int) -> bytes:
    """Return a mail of multiparts inside multiparts, as stack-eaters are made."""
    content = text_part("底")
    for level in range(depth):
        content = multipart([content], boundary=b"b%d." % level)
    return mail(content)


@dataclass(frozen=True)
class ZipMember:
    """One entry of a hand-made zip: its name in raw bytes, and every lie that is to be told about it."""

    name: bytes
    data: bytes = b"x"
    flags: int = 0
    extra: bytes = b""
    outside: int = 0
    system: int = 0
    method: int = 8
    size: int | None = None
    crc: int | None = None
    packed: bytes | None = None


def deflate(data: bytes) -> bytes:
    """Return raw deflated bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zip_bytes(members: Sequence[ZipMember], *, prefix: bytes = b"", directory: bool = True) -> bytes:
    """Return a zip archive written byte by byte; without `directory` it ends where an upload broke off."""
    out, central = bytearray(prefix), bytearray()
    for one in members:
        packed = one.packed if one.packed is not None else (deflate(one.data) if one.method == 8 else one.data)
        size = len(one.data) if one.size is None else one.size
        crc = zlib.crc32(one.data) if one.crc is None else one.crc
        offset = len(out) - len(prefix)
        shared = (one.flags, one.method, 0, 0, crc, len(packed), size, len(one.name), len(one.extra))
        out += struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, *shared) + one.name + one.extra + packed
        tail = (0, 0, 0, one.outside, offset)
        central += struct.pack("<4s4B4H3I5H2I", b"PK\x01\x02", 20, one.system, 20, 0, *shared, *tail)
        central += one.name + one.extra
    if not directory:
        return bytes(out)
    end = struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, len(members), len(members), len(central), len(out) - len(prefix), 0
    )
    return bytes(out + central + end)


def gbk_zip(files: dict[str, bytes]) -> bytes:
    """Return a zip as Chinese Windows makes it: names in GBK, no flag, backslashes or slashes as given."""
    return zip_bytes([ZipMember(name.encode("gb18030"), data) for name, data in files.items()])


def unicode_path_field(raw_name: bytes, name: str) -> bytes:
    """Return the Info-ZIP extra field that gives a member's name in UTF-8."""
    field = b"\x01" + struct.pack("<I", zlib.crc32(raw_name)) + name.encode()
    return struct.pack("<HH", 0x7075, len(field)) + field
