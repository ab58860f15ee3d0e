"""What stands in the cells that a PDF's page rules? The characters whose middles lie in them."""

from collections.abc import Mapping, Sequence

from parsers.documents.grids import Box, Content
from parsers.documents.pdf_lines import Char, lines_of, wrapped_text


def contents_of(cells: Sequence[Box], chars: Sequence[Char], size: tuple[float, float]) -> Mapping[Box, Content]:
    """Return what stands in cells (points), by their boxes as shares of a page of a size (points)."""
    held: dict[Box, list[Char]] = {box: [] for box in cells}
    rows = sorted(held, key=lambda box: box[1])
    for char in chars:
        across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        box = next((one for one in rows if one[1] <= down <= one[3] and one[0] <= across <= one[2]), None)
        if box is not None:
            held[box].append(char)
    return {_share(box, size): Content(wrapped_text(lines_of(own), box[2])) for box, own in held.items()}


def _share(box: Box, size: tuple[float, float]) -> Box:
    return box[0] / size[0], box[1] / size[1], box[2] / size[0], box[3] / size[1]
