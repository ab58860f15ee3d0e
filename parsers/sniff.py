"""Answers what format a content has: by its bytes, never by the name it came under."""

import re
from collections.abc import Callable
from pathlib import Path

from parsers.base import ParseError
from parsers.compound import Compound
from parsers.mbox_starts import is_mbox
from parsers.zip_directory import find_names

HEAD_BYTES = 4096
_PROLOG = 400

_PROGRAM_NAME = re.compile(
    r"\.(exe|com|scr|pif|bat|cmd|js|jse|vbs|vbe|wsf|wsh|hta|lnk|msi|msp|dll|cpl|ps1|jar|apk|reg|sys|chm)$",
    re.IGNORECASE,
)
PROGRAM = ("unsafe", "这是程序或脚本文件，出于安全没有打开；如确有需要，请与对方核实")

TNEF = b"\x78\x9f\x3e\x22"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What tells compound files apart: a stream in the root. Outlook's messages come first, for they may hold documents; WPS
# writes the same streams (documents.md), so that its .wps is `doc` and its .et is `xls`.
_STREAMS = {
    "__properties_version1.0": "msg",
    "WordDocument": "doc",
    "Workbook": "xls",
    "Book": "xls",
    "PowerPoint Document": "ppt",
}

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
    (0, b"FLV\x01", "flv"),
    (0, b".RMF", "rm"),
    (0, b"\x00\x00\x01\xba", "mpeg"),
    (0, b"\x00\x00\x01\xb3", "mpeg"),
    (0, b"\x00\x05\x16\x07", "appledouble"),
    (0, b"\x7fELF", "exe"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "exe"),
)
# Something may stand before a PDF: every reader of them looks so far for its beginning.
_PDF, _PDF_STARTS = b"%PDF-1.", 1_024
_BZIP2 = re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)")
# ISO media files name their brand at byte 8, and those that they also keep to from byte 16 on.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    b"qt  ": "mov",
}
# Brands that several formats share: what they also keep to decides, else the format here.
_SHARED = {b"mif1": "heic", b"msf1": "heic", b"miaf": "heic"}
_PLAIN_MP4 = {b"mp41", b"mp42"}
# Packets of an MPEG transport stream begin with a G; camcorders put a time of four bytes before each.
_PACKETS = ((0, 188), (4, 192))
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
# How Word's and Excel's begin; browsers put From and Date into theirs.
_SAVED_PAGE = re.compile(
    rb"MIME-Version:[^\n]*\n(?:[^\r\n][^\n]*\n){0,8}?Content-Type:\s*multipart/related", re.IGNORECASE
)
_WEB_ARCHIVE = re.compile(rb"^(MIME-Version|From: *.?<Saved by)", re.IGNORECASE)
# Bytes that stand in no text: controls but tab, line ends, form feed and escape.
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def format_of(head: bytes, path: Path | None = None) -> str:
    """Return a content's format by its first bytes (4096 are enough); never raises.

    One of docx, xlsx, pptx, ofd, odt, ods, odp, zip, doc (also .wps), xls (also .et), ppt, ole (other compound files),
    msg, tnef, rtf, wordml, html, mht, pdf, jpeg, png, gif, bmp, tiff, heic, avif, webp, mp4, mov, 3gp, avi, mkv (also
    webm), wmv, flv, rm, mpeg, mpegts, 7z, rar, gz, bz2, xz, zst, tar, eml, mbox, appledouble
    (what a Mac keeps beside a file), exe, text, unknown.
    The path lets a zip's or a compound file's directory be looked into, and tells several mails (mbox) from one;
    without it the first bytes must do.
    """
    for offset, magic, name in _MAGIC:
        if head.startswith(magic, offset):
            closer = _CLOSER.get(name)
            return closer(head, path) if closer else name
    found = _media_of(head) or _packed_of(head) or _text_of(head)
    if found in {"text", "unknown"} and _PDF in head[:_PDF_STARTS]:
        return "pdf"
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
    """Tell what a compound file holds by a stream in its root; without the path, or where it is broken, `ole`."""
    try:
        inside = Compound(path).root.children if path is not None else {}
    except ParseError:
        return "ole"
    return next((format_ for stream, format_ in _STREAMS.items() if stream in inside), "ole")


_CLOSER: dict[str, Callable[[bytes, Path | None], str]] = {"zip": _package_of, "ole": _compound_of}


def _media_of(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return _brand_of(head)
    packets = any(head[start : start + 3 * step : step] == b"GGG" for start, step in _PACKETS)
    if packets and _NOT_TEXT.search(head):
        return "mpegts"
    if head[4:8] in _OLD_MOVIE:
        return "mov"
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[:2] == b"MZ" and (len(head) < 64 or _NOT_TEXT.search(head[:256])):  # noqa: PLR2004 (a DOS header)
        return "exe"
    return "bmp" if head[:2] == b"BM" and head[6:10] == bytes(4) else None


def _brand_of(head: bytes) -> str:
    """Tell pictures and films in the same wrapping by the brands that they name."""
    major = head[8:12]
    also = [head[at : at + 4] for at in range(16, min(int.from_bytes(head[:4]), 256), 4)]
    if major in _SHARED:
        return next((_BRANDS[brand] for brand in also if brand in _BRANDS), _SHARED[major])
    if major.startswith(b"3g") and not _PLAIN_MP4 & set(also):
        return "3gp"
    return _BRANDS.get(major, "mp4")


def _text_of(head: bytes) -> str:
    head = head[:HEAD_BYTES]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text"
    if not head.strip() or _NOT_TEXT.search(head):
        return "unknown"
    if _is_saved_page(head):
        return "mht"
    if _is_mail(head):
        return "eml"
    if b"<?mso-application" in head[:_PROLOG] and b"Word.Document" in head[:_PROLOG]:
        return "wordml"
    return "html" if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")) else "text"


def _is_saved_page(head: bytes) -> bool:
    """Tell a page of the web that was saved as one file: its header is a mail's, but nobody sent it."""
    if _SAVED_PAGE.match(head) and not _MAIL_PROOF & _fields(head):
        return True
    return _is_mail(head) and bool(_WEB_ARCHIVE.match(head)) and b"eceived:" not in head


def _is_mail(head: bytes) -> bool:
    """Tell a mail by its header: two known fields, one of which only mails have, from the start on."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if head.startswith(b"From ") and b"\n" in head:
        head = head.split(b"\n", 1)[1]
    found = _fields(head)
    first = re.match(rb"[\x21-\x39\x3b-\x7e]{1,60}[ \t]*:", head)
    return bool(first) and len(found) > 1 and bool(_MAIL_PROOF & found)


def _fields(head: bytes) -> set[bytes]:
    """Return the known fields of a mail's header."""
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return {match[1].lower() for match in _MAIL_FIELD.finditer(block)}


def is_program(name: str, head: bytes) -> bool:
    """Tell a program or a script, by its name (scripts are text) or by its first bytes."""
    return bool(_PROGRAM_NAME.search(name)) or format_of(head) == "exe"
