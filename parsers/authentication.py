"""Answers what the receiving server found of a mail's sender: SPF, DKIM and DMARC of its Authentication-Results.

RFC 8601: only the receiving server's own word can be trusted. It writes on top, so the topmost header counts alone, and
whoever judges compares its `authserv_id` with the server that keeps the mailbox.
"""

import re
from dataclasses import dataclass

from parsers.names import decode_header

_CHARACTERS = 10_000
_MOST = 20
_NAME = re.compile(r"\s*([A-Za-z0-9_](?:[A-Za-z0-9._:-]{0,250}))(?:\s+\d+)?\s*$")
_QUOTED_NAME = re.compile(r'\s*"([^"\\]{1,250})"')
_RESULT = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]{0,40})(?:\s*/\s*\d{1,3})?\s*=\s*([A-Za-z]{1,20})\b")
_PROPERTY = re.compile(r'([A-Za-z-]{1,20})\s*\.\s*([A-Za-z0-9-]{1,40})\s*=\s*("[^"]{0,320}"|[^\s";]{1,320})')
# The property that names the domain a method spoke of, best first.
_DOMAINS = {
    "spf": ("smtp.mailfrom", "smtp.mail", "smtp.helo"),
    "dkim": ("header.d", "header.i", "header.from"),
    "dmarc": ("header.from",),
}
_DOMAIN = re.compile(r"(?=.{1,253}$)[^\s@<>()\"',;]+\.[^\s@<>()\"',;]+")


@dataclass(frozen=True)
class Authentication:
    """One method's result by the server `authserv_id`, all in lower case; `domain` is None where none is named."""

    authserv_id: str
    method: str
    result: str
    domain: str | None


def authentication_of(raw: bytes) -> tuple[Authentication, ...]:
    """Return the results in an Authentication-Results header (its raw value); never raises."""
    server, *said = _split(_without_comments(decode_header(raw)[:_CHARACTERS]))
    match = _QUOTED_NAME.match(server) or _NAME.match(server)
    if match is None:
        return ()
    found = (_result(match[1].lower(), text) for text in said)
    return tuple(one for one in found if one is not None)[:_MOST]


def _without_comments(text: str) -> str:
    """Replace comments, which nest, by a space; what stands in quotes is none. An open one reaches to the end."""
    pieces, depth, quoted, escaped = [], 0, False, False
    for character in text:
        if escaped:
            escaped = False
            pieces.append("" if depth else character)
        elif character == "\\":
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
            pieces.append(character)
        elif character in "()" and not quoted:
            depth = max(0, depth + (1 if character == "(" else -1))
            pieces.append(" ")
        elif not depth:
            pieces.append(character)
    return "".join(pieces)


def _split(text: str) -> list[str]:
    """Split at semicolons outside quotes."""
    return [match[0] for match in re.finditer(r'(?:"[^"]*"?|[^;"])+', text)] or [""]


def _result(server: str, text: str) -> Authentication | None:
    match = _RESULT.match(text)
    if match is None:
        return None
    method, result = match[1].lower(), match[2].lower()
    properties = {f"{one[1]}.{one[2]}".lower(): one[3] for one in _PROPERTY.finditer(text, match.end())}
    named = (_domain(properties[name]) for name in _DOMAINS.get(method, ()) if name in properties)
    return Authentication(server, method, result, next((domain for domain in named if domain), None))


def _domain(value: str) -> str | None:
    domain = value.strip('"<> ').rpartition("@")[2].lower().rstrip(".")
    return domain if _DOMAIN.fullmatch(domain) else None
