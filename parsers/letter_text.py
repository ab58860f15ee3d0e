"""Answers what a person reads when a mail is opened: its body as plain text, tables with tabs between their cells."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice
from urllib.parse import unquote

from parsers.charsets import decode_bytes

_UNPARSED = {"script", "style", "title"}
_DROPPED = {"head", "template", "object", "svg"}
BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset"),
    *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"),
    *("section", "table", "tbody", "tfoot", "thead", "tr", "ul"),
}
_CELLS = {"td", "th"}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:\-]{1,40})", re.IGNORECASE)
_SPACES = re.compile(r"[ \u00a0\u3000\r\n\f\v]+")
# No piece of it matches where another could, and none runs past the next `<`: linear on any input.
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9]{0,20})(?=[\s/>:])(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>"
    r"|<[/!?A-Za-z][^<>]*>",
    re.DOTALL,
)
_CID = re.compile(r"cid:([^\"'\s<>()]{1,200})", re.IGNORECASE)
_CIDS = 2_000
# Nothing that people write is longer; what is cut off here would only cost time.
_HTML_CHARACTERS = 4_000_000
_TOKENS = 300_000


@dataclass(frozen=True)
class Token:
    """A piece of HTML: a tag as it is written, or, where `tag` is empty, a text with its entities."""

    tag: str
    text: str
    end: bool = False


@dataclass(frozen=True)
class Body:
    """A text leaf of a mail: HTML or plain, its text, and the alternative it is one of ("" where it stands alone)."""

    html: bool
    text: str
    alternative: str


def decode_body(data: bytes, label: str | None, *, html: bool) -> str:
    """Return a body's text by its label, or by the charset its HTML claims where the mail says none."""
    if html and not label:
        match = _META_CHARSET.search(data[:4000])
        label = match[1].decode("ascii") if match else None
    return decode_bytes(data, label).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def cids_in(bodies: Iterable[Body]) -> frozenset[str]:
    """Return the Content-IDs of what HTML bodies show inside themselves: logos of signatures, pasted pictures."""
    found = (unquote(match[1]) for body in bodies if body.html for match in _CID.finditer(body.text))
    return frozenset(islice(found, _CIDS))


def readable_text(bodies: Iterable[Body], limit: int) -> str:
    """Return the bodies as one text of at most `limit` characters; of alternatives the plain one unless it is blank."""
    bodies = list(bodies)
    plain = {body.alternative for body in bodies if not body.html and body.text.strip()}
    shown, room = [], limit
    for body in bodies:
        if room <= 0 or (body.html and body.alternative and body.alternative in plain):
            continue
        text = (html_as_text(body.text) if body.html else body.text).strip("\n")[:room]
        shown.append(text)
        room -= len(text) + 1
    return "\n".join(text for text in shown if text.strip())[:limit]


def html_as_text(html: str) -> str:
    """Return HTML as text: blocks and rows are lines, cells are separated by tabs, scripts and styles are left out.

    The standard library's HTMLParser takes minutes over 300 KB of `<a <a <a`; one regular expression does not.
    """
    reader = _Reader()
    for one in tokens(html):
        if one.tag:
            reader.tag(one.tag, end=one.end)
        else:
            reader.words(one.text)
    return reader.text()


def tokens(html: str) -> Iterator[Token]:
    """Yield the tags of HTML and the texts between them in order; scripts, styles and comments are passed over."""
    html = html[:_HTML_CHARACTERS]
    at = 0
    for _ in range(_TOKENS):
        match = _MARKUP.search(html, at)
        if match is None:
            break
        if match.start() > at:
            yield Token("", html[at : match.start()])
        at = match.end()
        tag = (match["tag"] or "").lower()
        if tag in _UNPARSED and not match["end"]:
            at = _end_of(html, tag, at)
        elif tag:
            yield Token(tag, match[0], end=bool(match["end"]))
    else:
        # Nobody writes so many tags: the rest is passed over.
        return
    if html[at:]:
        yield Token("", html[at:])


def _end_of(html: str, tag: str, at: int) -> int:
    """Return where a script or a style ends: what stands in it is no markup, and without an end tag all of it is."""
    match = re.compile(f"</{tag}[^<>]*>", re.IGNORECASE).search(html, at)
    return match.end() if match else len(html)


class _Reader:
    """Gathers the words of HTML line by line."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._dropped = ""
        self._depth = 0
        self._cells = 0

    def words(self, text: str) -> None:
        """Take text between tags."""
        if text and not self._dropped:
            self._pieces.append(_SPACES.sub(" ", unescape(text)))

    def tag(self, tag: str, *, end: bool) -> None:
        """Take a tag: it starts or ends a line, a cell, or something that nobody sees."""
        if self._dropped or tag in _DROPPED:
            self._drop(tag, end=end)
        elif tag in _CELLS:
            self._cells = max(0, self._cells - 1) if end else self._cells + 1
            self._pieces.append("\t" if end else "")
        elif tag in BLOCKS:
            self._break(tag)

    def _drop(self, tag: str, *, end: bool) -> None:
        if not self._dropped and not end:
            self._dropped = tag
        if tag == self._dropped:
            self._depth += -1 if end else 1
        # A head that was never closed ends where the body starts.
        if self._depth <= 0 or tag == "body":
            self._dropped, self._depth = "", 0

    def _break(self, tag: str) -> None:
        """Start a new line; paragraphs inside a cell must not tear its row apart."""
        row = tag in {"tr", "table", "tbody", "thead", "tfoot"}
        if tag in {"tr", "table"}:
            self._cells = 0
        self._pieces.append(" " if self._cells and not row else "\n")

    def text(self) -> str:
        """Return the lines gathered, without blank ones and without tabs at their ends."""
        lines = "".join(self._pieces).split("\n")
        tidy = ["\t".join(" ".join(cell.split()) for cell in line.split("\t")).rstrip("\t") for line in lines]
        return "\n".join(line for line in tidy if line)
