"""Does a paper that is not scanned bear a seal? Pasted as a picture into a Word file, or shown by a text PDF.

OpenCV takes a moment to import, so it is imported only where there is something to look at.
"""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parsers.base import Found, ParseError, pages_of
from parsers.documents import pdf_pages
from parsers.documents.pictures import pasted_pictures
from parsers.image import open_upright

if TYPE_CHECKING:
    from parsers.pages.red import Picture
    from parsers.pages.stamped import StampedPage

# The kinds that are to be stamped.
STAMPED = ("summary_list", "recommendation_form")
# A form bears two seals and now and then a letterhead; nobody pastes more into it.
_MOST_PICTURES = 12
_LONGEST, _DPI = 1_600, 100


def with_pasted_seals(found: tuple[Found, ...], pictures: int, path: Path) -> tuple[Found, ...]:
    """Return what was found in a Word file that shows so many pictures, and whether one of them is a seal."""
    if not pictures or not _is_to_be_stamped(found):
        return found
    from parsers.pages.pasted import is_stamped

    facts = {"stamped": is_stamped(islice(_opened(path), _MOST_PICTURES))}
    return tuple(_with(one, facts) for one in found)


def with_shown_seals(found: tuple[Found, ...], path: Path) -> tuple[Found, ...]:
    """Return what was found in a text PDF, with the seals on the pages that each thing stands on."""
    if not _is_to_be_stamped(found):
        return found
    from parsers.pages.stamped import seal_facts

    done = []
    for one in found:
        numbers = sorted(pages_of(one.facts)) or [1]
        pictured = pdf_pages.with_images(path, numbers)
        shown = pdf_pages.render(path, numbers, _DPI)
        pages = [_stamped(number, picture, pictured=number in pictured) for number, picture in shown]
        done.append(_with(one, seal_facts(one, pages)))
    return tuple(done)


def _stamped(number: int, shown: Any, *, pictured: bool) -> "StampedPage":  # noqa: ANN401 (Pillow's, or None)
    """Return the seals of a page of text; one that shows neither a picture nor a colour bears none."""
    from parsers.pages.red import is_coloured, picture_of
    from parsers.pages.stamped import StampedPage, stamped_page

    if shown is None:
        # It may bear the seal.
        return StampedPage(number, (), can_tell=False)
    picture = picture_of(shown)
    if not pictured and not is_coloured(picture):
        return StampedPage(number, (), can_tell=True)
    return stamped_page(picture, number, grey=shown.mode == "L")


def _is_to_be_stamped(found: tuple[Found, ...]) -> bool:
    return any(one.kind in STAMPED for one in found)


def _with(found: Found, facts: dict[str, Any]) -> Found:
    return replace(found, facts={**found.facts, **facts}) if found.kind in STAMPED else found


def _opened(path: Path) -> "Iterator[Picture | None]":
    """Yield the pictures in a Word file, None for one that cannot be opened here, such as a drawing of lines."""
    from parsers.pages.red import picture_of

    for content in pasted_pictures(path):
        try:
            yield picture_of(next(open_upright(BytesIO(content), _LONGEST)))
        except ParseError:
            yield None
