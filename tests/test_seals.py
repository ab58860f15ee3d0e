"""Seals: found, counted and placed; other red left alone; grey copies cannot tell; the ring's writing compared."""

import cv2
import numpy as np
import pytest
from PIL import Image

from parsers.base import Area
from parsers.pages.inkless import without_seals
from parsers.pages.red import Picture, is_coloured
from parsers.pages.seal_text import seal_agrees, seal_text
from parsers.pages.seals import Seal, find_seals, place_of
from tests.page_builders import Paper
from tests.seal_drawing import draw_seal, fonts, stamped
from tests.seal_pages import SEALED, page_of
from tests.seal_red import REDS

pytestmark = pytest.mark.skipif(not fonts(), reason="no Chinese font is installed")


def bgr(page: Image.Image) -> Picture:
    return cv2.cvtColor(np.asarray(page.convert("RGB")), cv2.COLOR_RGB2BGR)  # type: ignore[return-value]


def page_with(*places: tuple[float, float], ink: tuple[int, int, int] = (205, 28, 36)) -> Picture:
    page = Image.new("RGB", (827, 1169), "white")
    for number, place in enumerate(places):
        page = stamped(page, draw_seal("杭州市物业管理协会", 165, seed=number, ink=ink), place)
    return bgr(page)


@pytest.mark.parametrize("case", SEALED)
def test_seals_are_found_where_they_stand(case: str) -> None:
    picture, boxes = page_of(case, 2, "scan")
    found = find_seals(picture).found
    height, width = picture.shape[:2]
    assert len(found) == len(boxes)
    for seal, (x, y, wide, high) in zip(found, sorted(boxes, key=lambda box: box[1]), strict=True):
        # Compared where both are cut by the page's edge alike.
        assert abs(seal.top * height - max(0, y)) < 0.15 * high
        assert abs(seal.left * width - max(0, x)) < 0.15 * wide


@pytest.mark.parametrize("case", REDS)
def test_other_red_is_no_seal(case: str) -> None:
    picture, _ = page_of(case, 2, "scan")
    assert find_seals(picture).found == ()


@pytest.mark.parametrize("channel", ["grey", "fax"])
def test_a_copy_without_colour_cannot_tell(channel: str) -> None:
    seen = find_seals(page_of("one", 3, channel)[0], grey=True)
    assert seen.found == ()
    assert not seen.can_tell


def test_of_grey_copies_kept_in_colours_most_show_their_ring_and_cannot_tell() -> None:
    seen = [find_seals(page_of("one", number, "grey")[0]) for number in range(3, 11)]
    assert not any(one.found for one in seen)
    assert sum(not one.can_tell for one in seen) >= 6


def test_a_page_of_black_print_kept_in_colours_can_tell() -> None:
    page = (
        Paper()
        .line("附件 3")
        .line("住宅小区“好服务”案例推荐表", centred=True)
        .table([["小区名称", "春江花园"]], (1, 3))
    )
    assert find_seals(bgr(page.image)).can_tell
    assert find_seals(bgr(page.image.convert("L").convert("RGB"))).can_tell


def test_a_page_in_colour_without_a_seal_can_tell() -> None:
    seen = find_seals(page_of("plain", 3, "phone")[0])
    assert seen.found == ()
    assert seen.can_tell


def test_a_persons_square_seal_is_told_apart() -> None:
    page = stamped(Image.new("RGB", (1654, 2339), "white"), draw_seal("王小明印", 140, shape="square"), (800, 1800))
    seen = find_seals(bgr(page))
    assert seen.found == ()
    assert [one.shape for one in seen.persons] == ["square"]


def test_an_oval_seal_is_called_so() -> None:
    drawn = draw_seal("万科物业服务有限公司", 180, shape="oval", bottom="财务专用章")
    (seal,) = find_seals(bgr(stamped(Image.new("RGB", (827, 1169), "white"), drawn, (400, 900)))).found
    assert seal.shape == "oval"


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (3, 4_000), (99, 99)])
def test_a_picture_too_small_for_a_seal_cannot_tell(shape: tuple[int, int]) -> None:
    assert not find_seals(np.zeros((*shape, 3), np.uint8)).can_tell


def test_without_seals_the_print_under_them_is_left_alone() -> None:
    picture = page_with((400, 900))
    picture[880:884, 300:500] = 20
    without = without_seals(picture).picture
    ((left, top, right, bottom),) = without_seals(picture).stamps
    assert left < 400 < right
    assert top < 900 < bottom
    assert int((without[700:1100, 200:600] < 128).any(axis=2).sum()) < 1.3 * 4 * 200
    assert int(without[881, 310:490].max()) < 90


def test_red_words_are_no_stamp_and_stay_to_be_read() -> None:
    picture = np.full((1169, 827, 3), 255, np.uint8)
    cv2.putText(picture, "RED WORDS", (200, 300), cv2.FONT_HERSHEY_SIMPLEX, 1, (30, 30, 200), 2)
    assert without_seals(picture).stamps == ()


FEET = {"applicant": Area(1, 0.1, 0.8, 0.5, 0.95), "recommender": Area(1, 0.5, 0.8, 0.9, 0.95)}


@pytest.mark.parametrize(
    ("left", "top", "place"),
    [
        (0.2, 0.82, "applicant"),
        (0.6, 0.82, "recommender"),
        (0.6, 0.71, "recommender"),
        (0.4, 0.82, None),
        (0.6, 0.2, None),
    ],
)
def test_a_seal_stands_at_the_cell_its_middle_is_in_or_nearest_to(left: float, top: float, place: str | None) -> None:
    assert place_of(Seal(left, top, left + 0.2, top + 0.14, "round", 0.9), FEET) == place


def test_no_cells_give_no_place() -> None:
    assert place_of(Seal(0.1, 0.1, 0.2, 0.2, "round", 0.9), {}) is None


def test_the_ring_is_laid_straight_for_the_engine_of_ocr() -> None:
    lines: list[Picture] = []

    def recognise(line: Picture) -> tuple[str, float]:
        lines.append(line)
        return "杭州市物业管理协会", 0.9

    picture = page_with((400, 900))
    (seal,) = find_seals(picture).found
    assert seal_text(picture, seal, recognise) == ("杭州市物业管理协会", 0.9)
    for line in lines:
        # Writing from side to side, and a free strip where the ring was cut.
        assert line.shape[1] > 6 * line.shape[0]
        assert (line[:, line.shape[1] // 3 : 2 * line.shape[1] // 3] < 128).any()
        assert (line[:, :20] > 128).all()


@pytest.mark.parametrize(
    ("text", "name", "agrees"),
    [
        ("杭州市物业管理协会", "杭州市物业管理协会", True),
        ("理协会杭州市物业管", "杭州市物业管理协会", True),
        ("3301060012345万科物业服务有限公司", "万科物业服务有限公司", True),
        ("济南绿城物业服务集团有眼公司", "济南绿城物业服务集团有限公司", True),
        ("江苏省物业管理协会", "浙江省物业管理协会", None),
        ("山东省物业管理协会", "杭州市物业管理协会", False),
        ("管理协会", "杭州市物业管理协会", None),
        ("", "杭州市物业管理协会", None),
        ("杭州市物业管理协会", "", None),
    ],
)
def test_a_seal_agrees_by_the_names_own_letters(text: str, name: str, agrees: bool | None) -> None:
    assert seal_agrees(text, name) is agrees


def test_what_was_read_badly_is_never_another_name() -> None:
    assert seal_agrees("山东省物业管理协会", "杭州市物业管理协会", 0.8) is None
    assert seal_agrees("杭州市物业管理协会", "杭州市物业管理协会", 0.3) is None


def scanned(page: Picture, seed: int = 1) -> Picture:
    """Return a page with the noise that a scanner in colour adds."""
    noise = np.random.default_rng(seed).normal(0, 2, page.shape)
    return np.clip(page.astype(np.float32) + noise, 0, 255).astype(np.uint8)


def test_a_page_scanned_in_colour_without_a_seal_can_tell() -> None:
    page = np.full((1169, 827, 3), 250, np.uint8)
    page[300:304, 100:700] = 30
    seen = find_seals(scanned(page))
    assert (seen.found, seen.can_tell) == ((), True)


def test_a_copy_of_a_seal_scanned_in_colour_cannot_tell() -> None:
    grey = cv2.cvtColor(page_with((400, 900)), cv2.COLOR_BGR2GRAY)
    seen = find_seals(scanned(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)))
    assert (seen.found, seen.can_tell) == ((), False)


def test_what_has_a_colour_is_told_from_print() -> None:
    page = Paper().line("附件 3").image.convert("L").convert("RGB")
    assert not is_coloured(bgr(page))
    assert is_coloured(bgr(stamped(page, draw_seal("杭州市物业管理协会", 160), (400, 900))))
