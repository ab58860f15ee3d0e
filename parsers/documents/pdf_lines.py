"""How do the characters of a PDF's page become lines of text? By where they stand; gaps become spaces."""

from collections.abc import Iterable, Sequence
from typing import Any

Char = dict[str, Any]
# Two characters stand on one line where their middles differ by less than this share of their height.
_SAME_LINE = 0.5
# A gap of more than this share of the height is a space.
_SPACE = 0.6
# A line that ends nearer to the right border than so many heights had no room for the next character.
_REACHES = 1.8


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
        text += char["text"]
        before = char
    return " ".join(text.split())


def wrapped_text(lines: Sequence[Sequence[Char]], right: float) -> str:
    """Return the text of a cell that ends at `right`: a line that reaches there goes on in the next one."""
    text = ""
    goes_on = False
    for line in lines:
        own = text_of(line)
        if not own:
            continue
        text += (_gap(text, own) if goes_on else "\n" if text else "") + own
        goes_on = bool(right - line[-1]["x1"] < _REACHES * max(line[-1]["size"], 1))
    return text


def _gap(before: str, after: str) -> str:
    """Return what stands between two halves of a wrapped line: nothing beside a Chinese character."""
    return " " if before[-1].isascii() and after[0].isascii() and before[-1].isalpha() else ""


def _middle(char: Char) -> float:
    return float(char["top"] + char["bottom"]) / 2
