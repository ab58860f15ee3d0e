"""How do the characters of a PDF's page become lines of text? By where they stand; gaps become spaces."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from parsers.documents.wrapping import unwrapped

Char = dict[str, Any]
# What pdfminer writes for a letter whose font does not say which it is; Unicode has a character for that.
_NO_LETTER, _UNKNOWN = re.compile(r"\(cid:\d+\)"), "\ufffd"
# Two characters stand on one line where their middles differ by less than this share of their height.
_SAME_LINE = 0.5
# A gap of more than this share of the height is a space.
_SPACE = 0.6


def lines_of(chars: Iterable[Char]) -> list[list[Char]]:
    """Return characters as lines, from top to bottom, each from left to right."""
    lines: list[list[Char]] = []
    for char in sorted(chars, key=_middle):
        last = lines[-1] if lines else None
        if last and abs(_middle(char) - _middle(last[0])) < _SAME_LINE * max(char["size"], last[0]["size"], 1):
            last.append(char)
        else:
            lines.append([char])
    return [sorted(line, key=lambda char: float(char["x0"])) for line in lines]


def text_of(line: Sequence[Char]) -> str:
    """Return a line's text; the same character drawn twice at one place (bold by printing twice) counts once."""
    text = ""
    before: Char | None = None
    for char in line:
        if before and char["text"] == before["text"] and abs(char["x0"] - before["x0"]) < 0.1 * max(char["size"], 1):
            continue
        if before and char["x0"] - before["x1"] > _SPACE * max(char["size"], 1):
            text += " "
        text += _UNKNOWN if _NO_LETTER.fullmatch(char["text"]) else char["text"]
        before = char
    return " ".join(text.split())


def wrapped_text(lines: Sequence[Sequence[Char]], right: float) -> str:
    """Return the text of a cell that ends at `right`."""
    return unwrapped((text_of(line), float(right - line[-1]["x1"]) / max(line[-1]["size"], 1)) for line in lines)


def _middle(char: Char) -> float:
    return float(char["top"] + char["bottom"]) / 2
