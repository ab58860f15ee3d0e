"""Lines of a cell on a page: where a line's end is only the border's doing."""

import pytest

from parsers.documents.wrapping import unwrapped


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("电话：1380551123", 0.9), ("4", 5.0)], "电话：13805511234"),
        ([("13805511234", 0.9), ("055162345678", 5.0)], "13805511234 055162345678"),
        ([("2012", 3.0), ("2013", 5.0)], "2012\n2013"),
        ([("满意率在95%以", 3.1), ("上，2025年下降", 5.0)], "满意率在95%以上，2025年下降"),
        ([("满意率在95%以", 5.1), ("上，2025年下降", 5.0)], "满意率在95%以\n上，2025年下降"),
    ],
)
def test_a_number_or_a_mark_that_the_border_parted_is_put_together(
    lines: list[tuple[str, float]], expected: str
) -> None:
    assert unwrapped(lines) == expected
