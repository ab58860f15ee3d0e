"""Answers what the raw bytes of a header, an attachment's name or an archive member's name say to a person.

mail-parser 4.8 and the standard library are right on about half of the names that Chinese mail brings;
everything here works on raw bytes, so that characters split between encoded words or continuations join again.
"""

import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote_to_bytes

from parsers.charsets import codec_of, decode_bytes

__all__ = [
    "bounded_path",
    "decode_bytes",
    "decode_header",
    "decode_members",
    "parameters",
    "part_name",
    "safe_name",
    "unique_path",
]

NAMELESS = "未命名"
# The brackets are bounded so that hostile headers cost linear time; the end may be missing where a mailer cut the line.
_ENCODED_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)(?:\?=|\Z)")
_FOLD = re.compile(rb"[\r\n]+[ \t]*")
# A quoted value: a GBK pair may end in a backslash, so pairs are taken before escapes. No end quote: to the end.
_PARAMETER = re.compile(
    rb"([A-Za-z0-9_.\-]{1,60}(?:\*\d{1,3})?\*?)\s*=\s*"
    rb'(?:"((?:[\x81-\xfe][\x40-\xff]|\\.|[^"\\])*)"?|([^;]*))',
    re.DOTALL,
)
_ESCAPE = re.compile(rb'\\(["\\])')
_CONTINUED = re.compile(r"(.+?)(?:\*(\d{1,3}))?(\*?)")
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}$")
_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_PERCENT = re.compile(rb"%[0-9A-Fa-f]{2}")

# Controls, and the marks that turn the reading direction or join invisibly (a .docx that is really an .exe).
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|CLOCK\$|COM[0-9¹²³]|LPT[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_FORBIDDEN = str.maketrans('<>:"|?*', "＜＞：＂｜？＊")
_NAME_CHARACTERS = 150
# What ext4 and most other file systems take for one name is 255 bytes; the rest is room for " (2)".
_NAME_BYTES = 240
# Of a whole path, whatever is nested in what: it stands in tables, letters and database columns.
_PATH_BYTES = 600


def decode_header(raw: bytes) -> str:
    """Return a header's text on one line: encoded words joined and decoded, raw 8-bit bytes read; never raises."""
    pieces = [decode_bytes(data, label) for data, label in _runs(_FOLD.sub(b" ", raw))]
    return _INVISIBLE.sub("", "".join(pieces).replace("\t", " ")).strip()


def _runs(raw: bytes) -> Iterator[tuple[bytes, str | None]]:
    """Yield runs of bytes of one charset: adjacent encoded words of one charset are one run, plain text is another."""
    words: list[tuple[bytes, bytes]] = []
    end, label = 0, ""
    for match in _ENCODED_WORD.finditer(raw):
        between, here = raw[end : match.start()], match[1].decode("latin-1")
        if words and (between.strip() or codec_of(here) != codec_of(label)):
            yield _joined(words), label
            words = []
        # White space between two encoded words is only folding; before or after plain text it is a space.
        if between.strip() or (between and end == 0):
            yield between, None
        words.append((match[2].upper(), match[3]))
        end, label = match.end(), here
    if words:
        yield _joined(words), label
    if raw[end:]:
        yield raw[end:], None


def _joined(words: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return the bytes of adjacent encoded words; base64 that was cut without padding goes on in the next word."""
    out, pending = [], b""
    for number, (kind, text) in enumerate(words):
        if kind == b"Q":
            out.append(binascii.a2b_qp(text, header=True))
            continue
        pending += re.sub(rb"[^A-Za-z0-9+/=]", b"", text)
        last = number + 1 == len(words) or words[number + 1][0] == b"Q"
        if last or pending.endswith(b"=") or len(pending) % 4 == 0:
            out.append(_base64(pending))
            pending = b""
    return b"".join(out)


def _base64(text: bytes) -> bytes:
    """Decode base64 letters with missing padding; a single letter left over carries nothing and is dropped."""
    text = text.rstrip(b"=")
    text = text[:-1] if len(text) % 4 == 1 else text
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""


def parameters(raw: bytes) -> list[tuple[str, bytes]]:
    """Return the parameters of a Content-Type or Content-Disposition value, names in lower case, quotes taken off."""
    raw = _FOLD.sub(b" ", raw)
    found = []
    # Without a semicolon the whole value is searched: `attachment filename=x` occurs.
    for match in _PARAMETER.finditer(raw, max(raw.find(b";"), 0)):
        value = match[3].strip() if match[2] is None else _ESCAPE.sub(rb"\1", match[2])
        found.append((match[1].decode("ascii").lower(), value))
    return found


def part_name(disposition: bytes = b"", content_type: bytes = b"") -> str | None:
    """Return the best name that a part's two raw header values give it, as a safe base name; None where there is none.

    Each of `filename*`, `filename*N`, `filename` and `name` is a candidate: the one with no unreadable characters,
    the most Chinese ones, the fewest question marks and an extension wins.
    """
    found = [*_candidates(parameters(disposition), "filename"), *_candidates(parameters(content_type), "name")]
    named = [text for text in found if text.strip(" .?_")] or [text for text in found if text.strip()]
    return safe_name(max(named, key=_readability)) if named else None


def _readability(text: str) -> tuple[int, int, int, bool]:
    return -text.count("\ufffd"), len(_CJK.findall(text)), -text.count("?"), bool(_EXTENSION.search(text))


def _candidates(found: Iterable[tuple[str, bytes]], wanted: str) -> Iterator[str]:
    """Yield the readings of one parameter: the extended form (RFC 2231), the plain one, and a percent-encoded plain."""
    pieces: dict[int, tuple[bool, bytes]] = {}
    for name, value in found:
        match = _CONTINUED.fullmatch(name)
        if match is None or match[1] != wanted:
            continue
        if match[2] or match[3]:
            pieces.setdefault(int(match[2] or 0), (bool(match[3]), value))
        else:
            yield decode_header(value)
            if _PERCENT.search(value):
                yield decode_bytes(unquote_to_bytes(value))
    if pieces:
        yield _extended([pieces[number] for number in sorted(pieces)])


def _extended(pieces: Sequence[tuple[bool, bytes]]) -> str:
    """Join the pieces of an RFC 2231 value as bytes, so that a character split between two of them is whole again."""
    starred, first = pieces[0]
    label = None
    if starred and first.count(b"'") >= 2:  # noqa: PLR2004 (charset'language'text)
        charset, _, first = first.split(b"'", 2)
        label = charset.decode("latin-1")
    whole = [(starred, first), *pieces[1:]]
    data = b"".join(unquote_to_bytes(value) if encoded else value for encoded, value in whole)
    return decode_header(data) if b"=?" in data else decode_bytes(data, label)


def safe_name(text: str) -> str:
    """Return a base name that is safe to show and to write: at most 150 characters and 240 bytes, extension kept.

    Path parts, control and direction characters go; characters that Windows refuses become full-width;
    device names get a `_`; what leaves nothing becomes 未命名. A `!` at the end becomes full-width: before a slash it
    would be taken for the mark of an archive ("a.zip!/b").
    """
    base = re.split(r"[/\\]", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))[-1]
    base = re.sub(r"^[A-Za-z]:", "", base).translate(_FORBIDDEN).strip().rstrip(" .")
    if not base:
        return NAMELESS
    name = _shortened(f"_{base}" if _DEVICES.match(base) else base)
    return f"{name[:-1]}！" if name.endswith("!") else name


def _shortened(base: str) -> str:
    match = _EXTENSION.search(base)
    extension = match[0] if match else ""
    stem = base.removesuffix(extension)[: _NAME_CHARACTERS - len(extension)]
    room = _NAME_BYTES - len(extension)
    return stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").rstrip(" .") + extension


def bounded_path(path: str) -> str:
    """Return a path of at most 600 bytes: of a longer one the middle becomes a mark that is its own for each path."""
    if len(path.encode("utf-8", "replace")) <= _PATH_BYTES:
        return path
    first, *middle, last = path.split("/") if "/" in path else ("", path)
    mark = "…" + hashlib.sha256(path.encode("utf-8", "replace")).hexdigest()[:8]
    kept = [last]
    for name in reversed(middle):
        if len("/".join([first, mark, name, *kept]).encode("utf-8", "replace")) > _PATH_BYTES:
            break
        kept.insert(0, name)
    return "/".join([first, mark, *kept]).lstrip("/")


def unique_path(path: str, taken: dict[str, int]) -> str:
    """Return the path, with " (2)" before its extension where it was taken; `taken` remembers it (case-folded)."""
    path = bounded_path(path)
    key = path.casefold()
    count = taken.get(key, 0) + 1
    taken[key] = count
    if count == 1:
        return path
    folder, slash, name = path.rpartition("/")
    match = _EXTENSION.search(name)
    extension = match[0] if match else ""
    return unique_path(f"{folder}{slash}{name.removesuffix(extension)} ({count}){extension}", taken)


def decode_members(raws: Sequence[bytes]) -> list[str]:
    """Return the names of an archive's members, `/` between folders: UTF-8 if all are, else GB18030, else Big5.

    The UTF-8 flag of a zip is not asked: tools set it falsely and leave it out falsely. One archive has one charset,
    so one name that cannot be read decides for all, and a short GBK name that happens to be UTF-8 is not misread.
    """
    return [text.replace("\\", "/") for text in _one_charset(raws)]


def _one_charset(raws: Sequence[bytes]) -> list[str]:
    # The names are judged together, as one text: NUL cannot be a part of a character in any of the charsets.
    text = decode_bytes(b"\0".join(raw.replace(b"\0", b"") for raw in raws))
    parts = text.split("\0")
    return parts if len(parts) == len(raws) and "\ufffd" not in text else [decode_bytes(raw) for raw in raws]
