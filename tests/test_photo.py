"""A photo's facts are measured on its content: format, pixels, whether it is whole, and when it was taken."""

import io
import struct
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from config.campaign import load_campaign
from parsers.base import ParseError, Reading
from parsers.image import measure, open_upright
from parsers.reading import read_content
from reports.same_pictures import same_picture
from tests.doc_builders import photo_jpeg, picture, small_jpeg
from tests.heic_builders import heic
from tests.photo_builders import photo_like, saved


def reading_of(path: Path, data: bytes) -> Reading:
    target = path / "picture"
    target.write_bytes(data)
    return read_content(target, len(data), load_campaign("2026-haofuwu"))


def facts_of(path: Path, data: bytes) -> dict[str, Any]:
    (found,) = reading_of(path, data).found
    assert found.kind == "photo"
    return found.facts


def test_a_camera_photo_is_over_one_megabyte_and_whole(tmp_path: Path) -> None:
    data = photo_jpeg(1)
    assert len(data) >= 1_000_000
    facts = facts_of(tmp_path, data)
    assert len(facts.pop("fingerprint")) == 64
    assert 0 <= facts.pop("paper") <= 1
    assert facts == {
        "format": "JPEG", "width": 1600, "height": 1200, "pixels": 1_920_000, "bytes": len(data), "readable": True,
        "reason": "", "taken": None, "exif": False, "pages": 1,
    }  # fmt: skip


def test_photos_of_different_seeds_are_different_and_of_the_same_seed_the_same() -> None:
    assert photo_jpeg(2) == photo_jpeg(2)
    assert len({photo_jpeg(seed, 800, 600, 100_000) for seed in range(5)}) == 5


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95, 0.999])
def test_a_truncated_photo_is_unreadable_though_its_header_is_told(share: float, tmp_path: Path) -> None:
    data = photo_jpeg(1)
    reading = reading_of(tmp_path, data[: int(len(data) * share)])
    assert reading.status == "corrupt"
    facts = reading.found[0].facts
    assert (facts["readable"], facts["reason"]) == (False, "图片不完整，可能没有传完")
    assert (facts["width"], facts["height"]) == (1600, 1200)


def test_a_photo_whose_rest_was_never_written_is_unreadable(tmp_path: Path) -> None:
    data = photo_jpeg(1)
    half = data[: len(data) // 2] + bytes(len(data) - len(data) // 2)
    assert facts_of(tmp_path, half)["readable"] is False
    assert facts_of(tmp_path, data + bytes(8_000))["readable"] is True


@pytest.mark.parametrize("padding", [100, 5_000, 70_000, 1_000_000])
def test_a_photo_that_is_padded_behind_its_end_is_whole(padding: int, tmp_path: Path) -> None:
    assert facts_of(tmp_path, photo_jpeg(1) + bytes(padding))["readable"] is True


@pytest.mark.parametrize("missing", [5_000, 70_000, 1_000_000])
def test_a_photo_cut_off_and_filled_up_with_zeros_is_unreadable(missing: int, tmp_path: Path) -> None:
    assert facts_of(tmp_path, photo_jpeg(1)[:-40] + bytes(missing))["readable"] is False


def test_a_progressive_photo_and_a_truncated_one(tmp_path: Path) -> None:
    data = picture("JPEG", progressive=True, quality=95)
    assert facts_of(tmp_path, data)["readable"] is True
    assert facts_of(tmp_path, data[: len(data) // 2])["readable"] is False


@pytest.mark.parametrize("image_format", ["PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_other_formats_are_named_by_content(image_format: str, tmp_path: Path) -> None:
    facts = facts_of(tmp_path, picture(image_format))
    assert (facts["format"], facts["width"], facts["height"], facts["readable"]) == (image_format, 1000, 800, True)


def test_a_truncated_png_is_unreadable(tmp_path: Path) -> None:
    data = picture("PNG")
    assert facts_of(tmp_path, data[: len(data) // 2])["readable"] is False


def with_exif(**tags: object) -> bytes:
    exif = Image.Exif()
    if "orientation" in tags:
        exif[0x0112] = tags["orientation"]
    if "taken" in tags:
        exif.get_ifd(0x8769)[0x9003] = tags["taken"]
    data = io.BytesIO()
    Image.new("RGB", (400, 300), "green").save(data, "JPEG", exif=exif.tobytes())
    return data.getvalue()


@pytest.mark.parametrize(("orientation", "size"), [(1, (400, 300)), (3, (400, 300)), (6, (300, 400)), (8, (300, 400))])
def test_width_and_height_are_those_a_person_sees(orientation: int, size: tuple[int, int], tmp_path: Path) -> None:
    facts = facts_of(tmp_path, with_exif(orientation=orientation))
    assert (facts["width"], facts["height"]) == size


@pytest.mark.parametrize(
    ("taken", "iso"),
    [
        ("2026:06:01 08:30:00", "2026-06-01T08:30:00"),
        ("2026/06/01 08:30:00", "2026-06-01T08:30:00"),
        ("2026:06:01 08:30:00+08:00", "2026-06-01T08:30:00"),
        ("0000:00:00 00:00:00", None),
        ("    ", None),
        ("昨天", None),
    ],
)
def test_the_date_taken_is_read_where_it_is_a_date(taken: str, iso: str | None, tmp_path: Path) -> None:
    assert facts_of(tmp_path, with_exif(taken=taken.encode().decode("latin-1")))["taken"] == iso


def test_the_date_the_file_was_written_stands_in_for_one_that_is_not_there(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0132] = "2026:06:02 10:00:00"
    assert facts_of(tmp_path, saved(photo_like(1), exif=exif.tobytes()))["taken"] == "2026-06-02T10:00:00"
    exif.get_ifd(0x8769)[0x9004] = "2026:06:01 08:30:00"
    assert facts_of(tmp_path, saved(photo_like(1), exif=exif.tobytes()))["taken"] == "2026-06-01T08:30:00"


def test_a_picture_of_several_frames_of_a_camera_counts_as_jpeg(tmp_path: Path) -> None:
    data = io.BytesIO()
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("red", "blue")]
    frames[0].save(data, "MPO", save_all=True, append_images=frames[1:])
    facts = facts_of(tmp_path, data.getvalue())
    assert (facts["format"], facts["readable"]) == ("JPEG", True)


def test_a_bomb_of_pixels_is_not_loaded_but_its_size_is_told(tmp_path: Path) -> None:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )
    began = time.process_time()
    reading = reading_of(tmp_path, bomb)
    assert time.process_time() - began < 30
    facts = reading.found[0].facts
    assert (facts["width"], facts["height"], facts["readable"]) == (50_000, 50_000, None)
    assert "像素过多" in facts["reason"]


def test_a_large_jpeg_is_measured_without_loading_it_whole(tmp_path: Path) -> None:
    data = small_jpeg(1, 4_000, 3_000)
    began = time.process_time()
    assert facts_of(tmp_path, data)["pixels"] == 12_000_000
    assert time.process_time() - began < 30


@pytest.mark.parametrize(("quarters", "size"), [(0, (128, 96)), (1, (96, 128)), (2, (128, 96)), (3, (96, 128))])
def test_a_heic_is_read_as_a_person_sees_it(quarters: int, size: tuple[int, int], tmp_path: Path) -> None:
    facts = facts_of(tmp_path, heic(quarters=quarters))
    assert (facts["format"], facts["readable"]) == ("HEIC", True)
    assert (facts["width"], facts["height"]) == size
    assert same_picture(facts["fingerprint"], facts_of(tmp_path, heic())["fingerprint"])


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"mif1"])
def test_a_heic_is_told_by_its_brands(brand: bytes, tmp_path: Path) -> None:
    assert reading_of(tmp_path, heic(brand=brand)).format == "heic"


def test_an_avif_is_read(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, saved(photo_like(1), "AVIF"))
    assert (facts["format"], facts["width"], facts["readable"]) == ("AVIF", 800, True)


def test_a_truncated_heic_is_unreadable_and_one_that_we_cannot_decode_is_not_judged(tmp_path: Path) -> None:
    data = heic()
    assert facts_of(tmp_path, data[:-300])["reason"] == "图片不完整，可能没有传完"
    odd = reading_of(tmp_path, data.replace(b"hvc1", b"vvc1"))
    assert (odd.status, odd.found[0].facts["readable"]) == ("unsupported", None)
    assert odd.reason == "本版解不开这种图片，请人工看"


def test_a_bomb_in_heic_is_not_loaded(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, heic(size=(20_000, 20_000)))
    assert (reading.status, reading.found[0].facts["readable"]) == ("unsupported", None)
    assert "像素过多" in reading.reason


def tiff(*pages: Image.Image) -> bytes:
    return saved(pages[0], "TIFF", save_all=True, append_images=list(pages[1:]))


def test_all_pages_of_a_tiff_are_counted_and_tried(tmp_path: Path) -> None:
    data = tiff(*(photo_like(seed, 200, 150) for seed in range(3)))
    facts = facts_of(tmp_path, data)
    assert (facts["pages"], facts["readable"]) == (3, True)
    assert facts_of(tmp_path, data[: len(data) - 5_000])["readable"] is False


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_mode_are_given_in_rgb_or_grey_and_bounded(mode: str, tmp_path: Path) -> None:
    picture = photo_like(1)
    if mode == "I;16":
        grey = picture.convert("L").tobytes()
        image = Image.frombytes(mode, picture.size, bytes(part for one in grey for part in (one, one)))
    else:
        image = picture.convert(mode)
    path = tmp_path / "picture"
    path.write_bytes(saved(image, "TIFF"))
    (page,) = open_upright(path, 300)
    assert (page.mode, page.size) == ("L" if mode in {"1", "L", "I;16"} else "RGB", (300, 225))
    given, wanted = (one.convert("L").resize((8, 6)).tobytes() for one in (page, picture))
    assert max(abs(a - b) for a, b in zip(given, wanted, strict=True)) < 40


def test_pages_are_given_upright_one_by_one_and_a_broken_one_says_so(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(with_exif(orientation=6))
    assert [page.size for page in open_upright(path, 1_000)] == [(300, 400)]
    path.write_bytes(tiff(*(photo_like(seed, 200, 150) for seed in range(3))))
    assert [page.size for page in open_upright(path, 100)] == [(100, 75)] * 3
    path.write_bytes(photo_jpeg(1)[:50_000])
    with pytest.raises(ParseError) as broken:
        list(open_upright(path, 100))
    assert (broken.value.status, broken.value.reason) == ("corrupt", "图片不完整，可能没有传完")
    path.write_bytes(heic(size=(20_000, 20_000)))
    with pytest.raises(ParseError) as bomb:
        list(open_upright(path, 100))
    assert bomb.value.status == "unsupported"
    path.write_bytes(b"no picture")
    with pytest.raises(ParseError):
        list(open_upright(path, 100))


def test_what_is_transparent_is_white_to_ocr(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(saved(Image.new("RGBA", (50, 50)), "PNG"))
    (page,) = open_upright(path, 100)
    assert page.getpixel((5, 5)) == (255, 255, 255)


def test_broken_exif_hides_neither_the_picture_nor_how_it_lies(tmp_path: Path) -> None:
    data = with_exif(orientation=6, taken="2026:06:01 08:30:00")
    at = data.index(b"2026:06:01")
    facts = facts_of(tmp_path, data[:at] + b"\xff" * 10 + data[at + 10 :])
    assert (facts["width"], facts["readable"], facts["taken"]) == (300, True, None)
    junk = data.index(b"Exif") + 6
    assert facts_of(tmp_path, data[:junk] + b"\xff" * 60 + data[junk + 60 :])["readable"] is True


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    image_format=st.sampled_from(["JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"]),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=8)), max_size=6),
    keep=st.floats(0, 1),
)
def test_bytes_changed_anywhere_give_facts_but_no_error(
    image_format: str, changes: list[tuple[float, bytes]], keep: float, tmp_path: Path
) -> None:
    data = bytearray(picture(image_format, 1, 64, 48))
    for at, junk in changes:
        place = int(at * len(data))
        data[place : place + len(junk)] = junk
    path = tmp_path / "picture"
    path.write_bytes(bytes(data[: int(len(data) * keep)]))
    assert measure(path).readable in {True, False, None}
