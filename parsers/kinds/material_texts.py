"""Which texts of a material are kept, to be shown and compared? Those of its sections, bounded, in whole paragraphs."""

from collections.abc import Sequence

from parsers.kinds.material_sections import SectionText

_KEPT_CHARACTERS = 20_000
# Lines of a page are filled but for the last of a paragraph: one so much shorter than most ends it.
_FULL = 0.85
_ENDS = "。！？!?；;：:"


def kept_texts(sections: Sequence[SectionText], *, broken: bool) -> dict[str, str]:
    """Return the sections' texts by name, together no more than is kept; `broken` says that lines end as the page does.

    Then a passage is the same whatever page it was set on.
    """
    width = _width(sections) if broken else 0
    left, kept = _KEPT_CHARACTERS, {}
    for section in sections:
        kept[section.name] = (_unbroken(section.text, width) if broken else section.text)[:left]
        left -= len(kept[section.name])
    return kept


def _width(sections: Sequence[SectionText]) -> float:
    """Return how many characters a full line has at least: nine of ten lines are no longer than the longest of them."""
    lengths = sorted(len(line) for section in sections for line in section.text.splitlines())
    return _FULL * lengths[-(len(lengths) // 10) - 1] if lengths else 0


def _unbroken(text: str, width: float) -> str:
    """Return a text with the lines put together that the page's edge divides."""
    whole = ""
    for line in text.splitlines():
        whole += line if len(line) >= width and not line.endswith(tuple(_ENDS)) else f"{line}\n"
    return whole.rstrip("\n")
