"""How a digest's content becomes a page and a text: templates, with everything escaped and masked on the way out."""

from base64 import b64encode
from typing import Any

from reports.digest.content import Content
from reports.digest.tile_map import ACROSS, laid_out
from reports.making.templating import page_environment

# By what a mail's page names the picture that comes with it.
PICTURE = "curve@zhengji"
# Provinces in a line of the text.
_IN_LINE = 6


def as_mail_page(content: Content) -> str:
    """Return the page of the mail: tables and inline styles only, long lists cut, the curve a part of the mail."""
    return _rendered("digest.html", content, whole=False)


def as_page(content: Content, picture: bytes | None) -> str:
    """Return the whole page: every number leads to its list in full at the end, the curve within."""
    page = _rendered("digest.html", content, whole=True)
    # The one value that is put in past escaping and masking, which would take its letters for numbers: ours alone.
    data = f"data:image/png;base64,{b64encode(picture).decode()}" if picture else ""
    return page.replace(f'src="cid:{PICTURE}"', f'src="{data}"')


def as_text(content: Content) -> str:
    """Return what the mail says as text, in the same order and with the same numbers."""
    return _rendered("digest.txt", content, whole=False)


def as_brief(content: Content, told: object) -> str:
    """Return the paragraphs of the page for the leadership, a line each, the heading before a bar."""
    return page_environment().get_template("digest.brief.txt").render(c=content, b=told)


def _rendered(template: str, content: Content, *, whole: bool) -> str:
    lines = [content.tiles[start : start + _IN_LINE] for start in range(0, len(content.tiles), _IN_LINE)]
    given: dict[str, Any] = {
        "c": content,
        "whole": whole,
        "tile_rows": laid_out({tile.province: tile for tile in content.tiles}),
        "tile_lines": lines,
        "across": ACROSS,
        "picture": PICTURE,
    }
    return page_environment().get_template(template).render(given)
