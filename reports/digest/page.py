"""How a digest's content becomes a page and a text: templates, with everything escaped and masked on the way out."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from reports.digest.content import Content
from reports.wording import masked, one_line

# Tiles in a row of the matrix: six fit a phone, 31 take six rows.
_TILES = 6


def as_html(content: Content) -> str:
    """Return the page of a digest: tables and inline styles only, for mail clients."""
    return _rendered("digest.html", content)


def as_text(content: Content) -> str:
    """Return the same content, numbers and order as text."""
    return _rendered("digest.txt", content)


def _rendered(template: str, content: Content) -> str:
    rows = [content.tiles[start : start + _TILES] for start in range(0, len(content.tiles), _TILES)]
    return _environment().get_template(template).render(c=content, tile_rows=rows, tiles_in_row=_TILES)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        finalize=_for_people,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _for_people(value: object) -> object:
    """Mask and flatten whatever a template shows, so that no place can forget it; markup is made of such values."""
    return masked(one_line(value)) if isinstance(value, str) and not hasattr(value, "__html__") else value
