"""How does a Word file look? What counts in the end of the document's defaults, its styles and what is set directly.

A later level wins: defaults < paragraph style with those it is based on < character style < the run itself. The font of
Chinese characters is the East Asian one, named or by the theme. What Word would have to guess is None.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from parsers.documents.look import Look, ParagraphLook, Span
from parsers.documents.package import Package
from parsers.documents.wordnumbers import has_page_numbers
from parsers.documents.wordtree import attribute, local_name, pictures_of, runs_of, text_of

# A case material has a few hundred paragraphs and tables; nobody asks how a book looks, and its tree is better let go.
MAX_SHOWN = 20_000
_OFF = frozenset(("0", "false", "off", "none"))
# Word itself stops at eleven levels of styles.
_MAX_LEVELS = 20
# A gap of half a line of 小三号 is seen as a blank line by nobody, one of three quarters is.
_GAP_POINTS = 11.0
_LINE_UNITS = 240
_Props = Mapping[str, Any]
_NOTHING: _Props = {}


def look_of(shown: Sequence[Any], styles: Any, tree: Any, package: Package) -> Look:  # noqa: ANN401 (lxml elements)
    """Return how a document looks: `shown` are its paragraphs and tables in order, `styles` its style sheet or None."""
    levels = _Levels(styles, package)
    looks = (
        _paragraph(element, levels, _beside(shown, number))
        for number, element in enumerate(shown)
        if local_name(element) == "p"
    )
    return Look(tuple(looks), has_page_numbers(tree, package))


def _beside(shown: Sequence[Any], number: int) -> str:
    before = number > 0 and local_name(shown[number - 1]) == "tbl"
    after = number + 1 < len(shown) and local_name(shown[number + 1]) == "tbl"
    return "both" if before and after else "before" if before else "after" if after else ""


def _paragraph(element: Any, levels: "_Levels", beside: str) -> ParagraphLook:  # noqa: ANN401
    own = _child(element, "pPr")
    style = next((attribute(one, "val") for one in own if local_name(one) == "pStyle"), levels.usual)
    spacing = {**levels.spacing, **levels.of_style(style).spacing, **_spacing(own)}
    spans = tuple(_span(run, style, levels) for run in runs_of(element))
    pictures = sum(1 for _ in pictures_of(element))
    return ParagraphLook(
        tuple(one for one in spans if one.text), _line(spacing), _gap(spacing, "before"), _gap(spacing, "after"),
        pictures, beside, _numbered({**levels.of_style(style).numbering, **_numbering(own)}),
    )  # fmt: skip


def _span(run: Any, style: str, levels: "_Levels") -> Span:  # noqa: ANN401
    own = _child(run, "rPr")
    of_run = next((attribute(one, "val") for one in own if local_name(one) == "rStyle"), "")
    paragraph, character, direct = levels.of_style(style).letters, levels.of_style(of_run).letters, _letters(own)
    looks = {**levels.letters, **paragraph, **character, **direct}
    # A toggle: a bold character style in a bold paragraph style is not bold.
    bold = direct.get("bold", bool(paragraph.get("bold")) != bool(character.get("bold")))
    return Span(_own_text(run), levels.font(looks.get("font", "")), looks.get("size"), bold)


def _own_text(run: Any) -> str:  # noqa: ANN401
    """Return a run's text, not that of a text box which it anchors: what stands there is set in its own way."""
    return "" if any(local_name(one) == "txbxContent" for one in run.iter()) else text_of(run)


@dataclass(frozen=True)
class _Style:
    """What a style says in the end of letters and of spacing, with those that it is based on."""

    letters: _Props = field(default_factory=dict)
    spacing: _Props = field(default_factory=dict)
    numbering: _Props = field(default_factory=dict)


class _Levels:
    """The levels above a paragraph's own: the defaults, the styles by id, and the theme's fonts."""

    def __init__(self, styles: Any, package: Package) -> None:  # noqa: ANN401
        self.letters: _Props = _NOTHING
        self.spacing: _Props = _NOTHING
        self.usual = ""
        self._elements: dict[str, Any] = {}
        self._done: dict[str, _Style] = {"": _Style()}
        self._package = package
        for one in styles if styles is not None else ():
            self._note(one)

    def _note(self, element: Any) -> None:  # noqa: ANN401
        name = local_name(element)
        if name == "docDefaults":
            self.letters = _letters(_child(_child(element, "rPrDefault"), "rPr"))
            self.spacing = _spacing(_child(_child(element, "pPrDefault"), "pPr"))
        elif name == "style":
            identity = attribute(element, "styleId")
            self._elements.setdefault(identity, element)
            if attribute(element, "type") == "paragraph" and attribute(element, "default") not in {"", *_OFF}:
                self.usual = identity

    def of_style(self, identity: str) -> _Style:
        """Return what a style says; one that is not there says nothing."""
        if identity not in self._done:
            letters: dict[str, Any] = {}
            spacing: dict[str, Any] = {}
            numbering: dict[str, str] = {}
            for element in reversed(self._chain(identity)):
                letters |= _letters(_child(element, "rPr"))
                spacing |= _spacing(_child(element, "pPr"))
                numbering |= _numbering(_child(element, "pPr"))
            self._done[identity] = _Style(letters, spacing, numbering)
        return self._done[identity]

    def _chain(self, identity: str) -> list[Any]:
        """Return a style's element and those of the styles that it is based on, it first."""
        chain: list[Any] = []
        while identity in self._elements and len(chain) < _MAX_LEVELS:
            chain.append(self._elements[identity])
            identity = next((attribute(one, "val") for one in chain[-1] if local_name(one) == "basedOn"), "")
        return chain

    def font(self, said: str) -> str | None:
        """Return the name of a font as said (`@minorEastAsia` is the theme's); None where Word would have to guess."""
        if not said.startswith("@"):
            # Some programs add what may stand in for it: 宋体;SimSun.
            return said.partition(";")[0].strip() or None
        return self._theme.get("major" if "major" in said.lower() else "minor")

    @cached_property
    def _theme(self) -> dict[str, str]:
        """The theme's East Asian fonts of headings (major) and texts (minor) for Chinese; empty where not certain."""
        relations = self._package.relations(self._package.main).values()
        parts = {one.type: one.target for one in relations}
        theme = self._package.tree(parts.get("theme", ""))
        if theme is None:
            return {}
        chinese = _is_chinese(self._package.tree(parts.get("settings", "")))
        schemes = (one for one in theme.iter() if local_name(one) in {"majorFont", "minorFont"})
        fonts = {local_name(one).removesuffix("Font"): _theme_font(one, chinese=chinese) for one in schemes}
        return {name: font for name, font in fonts.items() if font}


def _is_chinese(settings: Any) -> bool:  # noqa: ANN401
    """Tell whether the theme's fonts are those for Chinese: where nothing is said of it, they are."""
    said = (one for one in settings if local_name(one) == "themeFontLang") if settings is not None else ()
    language = next((attribute(one, "eastAsia").lower() for one in said), "")
    return not language or language.startswith(("zh-cn", "zh-hans"))


def _theme_font(scheme: Any, *, chinese: bool) -> str:  # noqa: ANN401
    """Return a theme's East Asian font: the one it names, else the one for the script (Hans)."""
    named = next((attribute(one, "typeface") for one in scheme if local_name(one) == "ea"), "")
    if named or not chinese:
        return named
    scripts = (one for one in scheme if local_name(one) == "font" and attribute(one, "script") == "Hans")
    return next((attribute(one, "typeface") for one in scripts), "")


def _letters(properties: Iterable[Any]) -> dict[str, Any]:
    """Return what run properties say of font, size and bold."""
    said: dict[str, Any] = {}
    for one in properties:
        name = local_name(one)
        if name == "rFonts":
            theme, font = attribute(one, "eastAsiaTheme"), attribute(one, "eastAsia")
            if theme or font:
                said["font"] = f"@{theme}" if theme else font.strip()
        elif name == "sz" and (size := _points(attribute(one, "val"), per_point=2)):
            said["size"] = size
        elif name == "b":
            said["bold"] = attribute(one, "val") not in _OFF
    return said


def _spacing(properties: Iterable[Any]) -> dict[str, str]:
    """Return what paragraph properties say of spacing, attribute by attribute."""
    element = next((one for one in properties if local_name(one) == "spacing"), None)
    if element is None:
        return {}
    return {str(key).rpartition("}")[2]: str(value) for key, value in element.attrib.items()}


def _numbering(properties: Iterable[Any]) -> dict[str, str]:
    """Return what paragraph properties say of numbering: the list's id, 0 for none."""
    own = next((one for one in properties if local_name(one) == "numPr"), ())
    said = next((attribute(one, "val") for one in own if local_name(one) == "numId"), None)
    return {} if said is None else {"list": said}


def _numbered(numbering: _Props) -> bool:
    return numbering.get("list", "0") not in {"", "0"}


def _line(spacing: _Props) -> float | None:
    """Return the line spacing in lines; None where it is fixed or not told."""
    if spacing.get("lineRule", "auto") != "auto" or "line" not in spacing:
        return None if "line" in spacing else 1.0
    units = _points(spacing["line"], per_point=1)
    return None if units is None else units / _LINE_UNITS


def _gap(spacing: _Props, side: str) -> bool | None:
    """Tell whether the spacing on a side leaves about a line; None where Word decides it."""
    if spacing.get(f"{side}Autospacing", "0") not in _OFF:
        return None
    lines = _points(spacing.get(f"{side}Lines", "0"), per_point=100)
    points = _points(spacing.get(side, "0"), per_point=20)
    if lines is None or points is None:
        return None
    return lines > 1 / 2 or points >= _GAP_POINTS


def _points(text: str, per_point: int) -> float | None:
    """Return a measure in its unit, from so many of a smaller one or with `pt` written out; None where unreadable."""
    number = text.strip().removesuffix("pt")
    try:
        value = float(number)
    except ValueError:
        return None
    if not 0 <= value < 100_000:  # noqa: PLR2004 (nothing is that long; also neither infinite nor no number)
        return None
    return value if text.strip().endswith("pt") else value / per_point


def _child(element: Iterable[Any], name: str) -> Any:  # noqa: ANN401
    """Return the first child of a name, an empty tuple where there is none."""
    return next((one for one in element if local_name(one) == name), ())
