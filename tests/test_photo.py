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
from parsers.base import Reading
from parsers.image import measure
from parsers.reading import read_content
from tests.doc_builders import photo_jpeg, picture, small_jpeg


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
    assert facts_of(tmp_path, data) == {
        "format": "JPEG", "width": 1600, "height": 1200, "pixels": 1_920_000, "bytes": len(data), "readable": True,
        "reason": "", "taken": None,
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
    [("2026:06:01 08:30:00", "2026-06-01T08:30:00"), ("0000:00:00 00:00:00", None), ("    ", None), ("昨天", None)],
)
def test_the_date_taken_is_read_where_it_is_a_date(taken: str, iso: str | None, tmp_path: Path) -> None:
    assert facts_of(tmp_path, with_exif(taken=taken.encode().decode("latin-1")))["taken"] == iso


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
