"""Answers what a person reads when a mail is opened: its body as plain text, tables with tabs between their cells."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from parsers.charsets import decode_bytes

_DROPPED = {"script", "style", "head", "title", "template", "noscript", "object", "svg"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset"),
    *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre"),
    *("section", "table", "tbody", "tfoot", "thead", "tr", "ul"),
}
_CELLS = {"td", "th"}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s{0,5}=\s{0,5}[\"']?([A-Za-z0-9_.:\-]{1,40})", re.IGNORECASE)
_SPACES = re.compile(r"[ \u00a0\u3000\r\n\f\v]+")
_TAG = re.compile(r"<[^<>]{0,5000}>")
# Nothing that people write is longer; what is cut off here would only cost time.
_HTML_CHARACTERS = 4_000_000


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
    """Return HTML as text: blocks and rows are lines, cells are separated by tabs, scripts and styles are left out."""
    html = html[:_HTML_CHARACTERS]
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        # The standard library's parser gives up on a few broken declarations; the words are still there.
        return unescape(_TAG.sub(" ", html)).strip()
    return reader.text()


class _Reader(HTMLParser):
    """Gathers the words of HTML line by line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._dropped: list[str] = []
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (the interface)
        if tag in _DROPPED:
            self._dropped.append(tag)
        elif tag == "body":
            self._dropped.clear()
        elif tag in _CELLS:
            self._cells += 1
        elif tag in _BLOCKS:
            self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _DROPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._dropped:
            del self._dropped[self._dropped.index(tag) :]
        elif tag in _CELLS:
            self._cells = max(0, self._cells - 1)
            self._pieces.append("\t")
        elif tag in _BLOCKS and tag != "br":
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._pieces.append(_SPACES.sub(" ", data))

    def _break(self, tag: str) -> None:
        """Start a new line; paragraphs inside a cell must not tear its row apart."""
        row = tag in {"tr", "table", "tbody", "thead", "tfoot"}
        if tag in {"tr", "table"}:
            self._cells = 0
        self._pieces.append(" " if self._cells and not row else "\n")

    def text(self) -> str:
        """Return the lines gathered, without blank runs and without tabs at line ends."""
        lines = "".join(self._pieces).split("\n")
        tidy = ["\t".join(cell.strip() for cell in line.split("\t")).rstrip("\t") for line in lines]
        return "\n".join(line for line in tidy if line.strip())
