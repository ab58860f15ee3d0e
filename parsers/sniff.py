"""Answers what format a content has: by its bytes, never by the name it came under."""

import re
from collections.abc import Callable
from pathlib import Path

from parsers.base import ParseError
from parsers.compound import Compound
from parsers.mbox_starts import is_mbox
from parsers.zip_directory import find_names

HEAD_BYTES = 4096

_PROGRAM_NAME = re.compile(
    r"\.(exe|com|scr|pif|bat|cmd|js|jse|vbs|vbe|wsf|wsh|hta|lnk|msi|msp|dll|cpl|ps1|jar|apk|reg|sys|chm)$",
    re.IGNORECASE,
)
PROGRAM = ("unsafe", "这是程序或脚本文件，出于安全没有打开；如确有需要，请与对方核实")

TNEF = b"\x78\x9f\x3e\x22"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A message of Outlook has this stream in its root, which no document has.
_MESSAGE = "__properties_version1.0"

# (offset, bytes, format), in order; what needs a closer look comes below.
_MAGIC = (
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (0, b"PK\x07\x08", "zip"),
    (0, OLE, "ole"),
    (0, TNEF, "tnef"),
    (0, b"%PDF-", "pdf"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"II*\x00", "tiff"),
    (0, b"MM\x00*", "tiff"),
    (0, b"{\\rtf", "rtf"),
    (0, b"7z\xbc\xaf'\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"\x1f\x8b\x08", "gz"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"(\xb5/\xfd", "zst"),
    (257, b"ustar", "tar"),
    (0, b"\x1aE\xdf\xa3", "mkv"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "wmv"),
    (0, b"\x00\x05\x16\x07", "appledouble"),
    (0, b"\x7fELF", "exe"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "exe"),
)
_BZIP2 = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")
# ISO media files name their brand at byte 8.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    b"qt  ": "mov",
}
_RIFF = {b"WEBP": "webp", b"AVI ": "avi"}
_OLD_MOVIE = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}

# What tells an office document from an archive: a name in its directory.
_OFFICE = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_PACKAGES = (("OFD.xml", "ofd"), ("META-INF/MANIFEST.MF", "exe"), ("AndroidManifest.xml", "exe"))
_ODF = {b"text": "odt", b"spreadsheet": "ods", b"presentation": "odp"}
_ODF_TYPE = re.compile(rb"mimetypeapplication/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)")
_NAMES = 2_000

_MAIL_FIELD = re.compile(
    rb"^(from|to|subject|date|received|message-id|return-path|delivered-to|mime-version|x-mailer|reply-to|sender"
    rb"|content-type|authentication-results|dkim-signature|x-[a-z0-9-]{1,40})[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_MAIL_PROOF = {b"from", b"received", b"return-path", b"message-id", b"delivered-to", b"date"}
_HTML = re.compile(rb"^\s*(<\?xml[^>]{0,200}>\s*)?(<!--.{0,500}?-->\s*)?<(!doctype\s+html|html|head|body|meta)\b",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip
_WEB_ARCHIVE = re.compile(rb"^(MIME-Version|From: *.?<Saved by)", re.IGNORECASE)
# Bytes that stand in no text: controls but tab, line ends, form feed and escape.
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def format_of(head: bytes, path: Path | None = None) -> str:
    """Return a content's format by its first bytes (4096 are enough); never raises.

    One of docx, xlsx, pptx, ofd, odt, ods, odp, zip, ole (old Office and WPS), msg, tnef, rtf, html, mht, pdf, jpeg,
    png, gif, bmp, tiff, heic, avif, webp, mp4, mov, avi, mkv (also webm), wmv, 7z, rar, gz, bz2, xz, zst, tar, eml,
    mbox, appledouble (what a Mac keeps beside a file), exe, text, unknown.
    The path lets a zip's or a compound file's directory be looked into, and tells several mails (mbox) from one;
    without it the first bytes must do.
    """
    for offset, magic, name in _MAGIC:
        if head.startswith(magic, offset):
            closer = _CLOSER.get(name)
            return closer(head, path) if closer else name
    found = _media_of(head) or _packed_of(head) or _text_of(head)
    return "mbox" if found == "eml" and path and is_mbox(path) else found


def _packed_of(head: bytes) -> str | None:
    """Tell bzip2 by its level and first block, and an old tar, which has no magic, by its header's checksum."""
    if _BZIP2.match(head):
        return "bz2"
    field = head[148:156].strip(b" \0")
    if len(head) < 512 or not head[0] or not re.fullmatch(rb"[0-7]{1,7}", field):  # noqa: PLR2004 (a tar header)
        return None
    return "tar" if int(field, 8) == sum(head[:148]) + 8 * 32 + sum(head[156:512]) else None


def _package_of(head: bytes, path: Path | None) -> str:
    odf = _ODF_TYPE.search(head[:200])
    if odf:
        return _ODF[odf[1]]
    names = find_names(path, _NAMES) if path else None
    if names is None:
        # Without a directory the local headers near the start must do.
        names = re.findall(r"[\w./\\\[\]-]{3,60}", head.decode("latin-1"))
    names = [name.replace("\\", "/") for name in names]
    if any("[Content_Types].xml" in name for name in names):
        for folder, name in _OFFICE:
            if any(folder in entry[: len(folder) + 2] for entry in names):
                return name
    return next((name for mark, name in _PACKAGES if mark in names), "zip")


def _compound_of(_head: bytes, path: Path | None) -> str:
    """Tell a message of Outlook (.msg) from documents; without the path all are `ole`."""
    try:
        return "msg" if path is not None and _MESSAGE in Compound(path).root.children else "ole"
    except ParseError:
        return "ole"


_CLOSER: dict[str, Callable[[bytes, Path | None], str]] = {"zip": _package_of, "ole": _compound_of}


def _media_of(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "mp4")
    if head[4:8] in _OLD_MOVIE:
        return "mov"
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:2] == b"MZ" and (len(head) < 64 or _NOT_TEXT.search(head[:256])):  # noqa: PLR2004 (a DOS header)
        return "exe"
    return "bmp" if head[:2] == b"BM" and head[6:10] == bytes(4) else None


def _text_of(head: bytes) -> str:
    head = head[:HEAD_BYTES]
    if not head.strip():
        return "unknown"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if _NOT_TEXT.search(head):
        return "unknown"
    if _is_mail(head):
        return "mht" if _WEB_ARCHIVE.match(head) and b"eceived:" not in head else "eml"
    return "html" if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")) else "text"


def _is_mail(head: bytes) -> bool:
    """Tell a mail by its header: two known fields, one of which only mails have, from the start on."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if head.startswith(b"From ") and b"\n" in head:
        head = head.split(b"\n", 1)[1]
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    found = [match[1].lower() for match in _MAIL_FIELD.finditer(block)]
    first = re.match(rb"[\x21-\x39\x3b-\x7e]{1,60}[ \t]*:", block)
    return bool(first) and len(set(found)) > 1 and bool(_MAIL_PROOF & set(found))


def is_program(name: str, head: bytes) -> bool:
    """Tell a program or a script, by its name (scripts are text) or by its first bytes."""
    return bool(_PROGRAM_NAME.search(name)) or format_of(head) == "exe"
