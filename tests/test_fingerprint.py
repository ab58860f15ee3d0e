"""A picture is known again after what people do to pictures, and never taken for another one."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageDraw, ImageEnhance

from parsers.fingerprint import SIDE, fingerprint
from parsers.image import measure
from reports.same_pictures import first_copies, positions, same_pairs, same_picture
from tests.photo_builders import photo_like, saved
from tests.picture_builders import file_of, message


def mark(folder: Path, data: bytes) -> str | None:
    path = folder / "picture"
    path.write_bytes(data)
    return measure(path).fingerprint


def cropped(image: Image.Image, share: float) -> Image.Image:
    width, height = image.size
    return image.crop((int(width * share), int(height * share), int(width * (1 - share)), int(height * (1 - share))))


def stamped(image: Image.Image) -> Image.Image:
    """Return a photo as a camera's program stamps it with day and place."""
    pen = ImageDraw.Draw(image)
    pen.text((30, image.height * 0.9), "2026-06-01 10:20", fill="white", font_size=image.height // 25)
    return image


CHANGES: dict[str, Callable[[Image.Image], bytes]] = {
    "re-saved": lambda image: saved(image, quality=40),
    "resized": lambda image: saved(image.resize((320, 240)), quality=60),
    "pressed into a square": lambda image: saved(image.resize((400, 400))),
    "brightened": lambda image: saved(ImageEnhance.Brightness(image).enhance(1.25)),
    "with more contrast": lambda image: saved(ImageEnhance.Contrast(image).enhance(1.3)),
    "in grey": lambda image: saved(image.convert("L")),
    "as PNG": lambda image: saved(image, "PNG"),
    "as WEBP": lambda image: saved(image, "WEBP", quality=60),
    "as AVIF": lambda image: saved(image, "AVIF", quality=60),
    "in CMYK": lambda image: saved(image.convert("CMYK")),
    "progressive": lambda image: saved(image, progressive=True),
    "cropped a little": lambda image: saved(cropped(image, 0.01)),
    "stamped with the time": lambda image: saved(stamped(image)),
    **{
        f"turned or mirrored ({turn.name})": (lambda image, turn=turn: saved(image.transpose(turn)))
        for turn in Image.Transpose
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_is_the_same_picture(change: str, tmp_path: Path) -> None:
    original = mark(tmp_path, saved(photo_like(1, 1600, 1200)))
    assert original is not None
    assert same_picture(original, mark(tmp_path, CHANGES[change](photo_like(1, 1600, 1200))))


def test_a_photo_turned_by_exif_is_the_same_as_one_whose_pixels_were_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    by_exif = mark(tmp_path, saved(photo_like(1), exif=exif.tobytes()))
    by_pixels = mark(tmp_path, saved(photo_like(1).transpose(Image.Transpose.ROTATE_270)))
    assert by_exif is not None
    assert by_pixels is not None
    assert (int(by_exif, 16) ^ int(by_pixels, 16)).bit_count() < 10


def test_different_pictures_are_not_the_same(tmp_path: Path) -> None:
    marks = tuple(mark(tmp_path, saved(photo_like(seed))) or "" for seed in range(40))
    assert all(len(one) == 64 for one in marks)
    assert list(same_pairs([(str(place), one) for place, one in enumerate(marks)])) == []


def drawn(fill: str, draw: Callable[[ImageDraw.ImageDraw], object]) -> bytes:
    image = Image.new("RGB", (1200, 800), fill)
    draw(ImageDraw.Draw(image))
    return saved(image)


def shaded(pen: ImageDraw.ImageDraw) -> None:
    """Draw a ball with shades, as logos have them, and the company's name."""
    for radius in range(280, 0, -2):
        pen.ellipse(
            (600 - radius, 340 - radius, 600 + radius, 340 + radius), fill=(200, radius * 2 // 5, radius * 9 // 10)
        )
    pen.text((300, 660), "SPRING RIVER", fill="navy", font_size=90)


def chat(pen: ImageDraw.ImageDraw) -> None:
    """Draw a chat's screen: bubbles with text on one ground."""
    for at in range(6):
        left = 80 if at % 3 else 420
        pen.rounded_rectangle(
            (left, 30 + at * 128, left + 500, 130 + at * 128), 20, fill="#95ec69" if at % 2 else "white"
        )
        pen.text((left + 20, 60 + at * 128), "the lift is repaired", fill="black", font_size=44)
        pen.rectangle((20, 30 + at * 128, 70, 80 + at * 128), fill=(at * 40, 90, 200 - at * 30))


@pytest.mark.parametrize(
    "data",
    [
        drawn("white", shaded),
        drawn("lightblue", shaded),
        drawn("#ededed", chat),
        saved(Image.new("RGB", (1200, 800), "white")),
        saved(Image.new("L", (1200, 800), 7)),
        drawn("white", lambda pen: pen.ellipse((450, 250, 750, 550), fill="red")),
        drawn("white", lambda pen: pen.text((500, 350), "LOGO", fill="navy", font_size=90)),
        drawn("#1e1e1e", lambda pen: pen.rectangle((0, 0, 1200, 40), fill="#333333")),
        saved(Image.new("RGB", (1, 1))),
    ],
    ids=["shaded logo", "logo on a colour", "chat", "white", "black", "disc", "logo", "screen", "one pixel"],
)
def test_blank_pictures_and_logos_have_no_fingerprint_and_never_match(data: bytes, tmp_path: Path) -> None:
    assert mark(tmp_path, data) is None
    assert not same_picture(None, None)


def test_a_fingerprint_in_eight_positions_is_what_the_turned_pictures_have() -> None:
    grey = photo_like(3).convert("L").resize((SIDE, SIDE))
    turned = [grey, *(grey.transpose(turn) for turn in Image.Transpose)]
    wanted = {int(fingerprint(one.tobytes()) or "0", 16) for one in turned}
    own = set(positions(fingerprint(grey.tobytes()) or ""))
    # Single waves that are next to nothing may come out on either side of zero.
    assert all(min((one ^ other).bit_count() for other in own) <= 2 for one in wanted)
    assert len(own) == len(wanted) == 8


def test_pairs_are_found_among_many_also_turned_and_changed_a_little() -> None:
    source = Random(1)
    marks = [f"{source.getrandbits(255):064x}" for _ in range(600)]
    changed = sum(1 << bit for bit in source.sample(range(255), 30))
    marks[500] = f"{positions(marks[20])[5] ^ changed:064x}"
    marks[599] = marks[0]
    named = list(enumerate(marks))
    assert sorted(same_pairs(named)) == [(0, 599), (20, 500)]
    # The same pairs are found where they come one after the other.
    assert sorted([*same_pairs(named[:510]), *same_pairs(named[510:], named[:510])]) == [(0, 599), (20, 500)]
    assert list(same_pairs([])) == list(same_pairs(named[:1])) == []


def test_of_copies_the_first_is_the_original() -> None:
    mail = message()
    a, b = (f"{Random(seed).getrandbits(255):064x}" for seed in (1, 2))
    photos = [file_of(mail, f"{n}.jpg", "photo", facts={"fingerprint": one}) for n, one in enumerate((a, b, a, None))]
    photos.append(file_of(mail, "4.jpg", "photo", sha256=photos[3].sha256))
    assert first_copies(photos) == {photos[2].id: photos[0], photos[4].id: photos[3]}
