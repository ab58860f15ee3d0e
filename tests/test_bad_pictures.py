"""Bad pictures: cut, changed, huge, thin, of thousands of pages; and an OCR that is killed or has no memory."""

import io
import os
import signal
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from ingest.intake import take_in
from parsers import image, scanning
from parsers.base import Found, Reading
from parsers.documents import pdf_pages
from parsers.pages.ocr import OcrError
from parsers.pages.page import Page, is_page
from parsers.sealing import with_shown_seals
from store import mail as mails
from tests import bad_builders as bad
from tests import doc_builders as docs
from tests.desks import assessed, desk, take
from tests.doc_reading import CAMPAIGN
from tests.docx_writer import with_picture
from tests.inbox import Sent, mail
from tests.sample import day
from tests.seal_drawing import font_of
from tests.video_builders import mp4

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP")


@pytest.fixture(scope="module")
def room() -> Iterator[bad.Rooms]:
    with bad.rooms() as one:
        yield one


def saved(width: int, height: int, format_: str, mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), (250,) * len(mode) if len(mode) > 1 else 250).save(out, format_, **options)
    return out.getvalue()


def dark(format_: str) -> bytes:
    """Return a picture that nobody takes for a page."""
    out, red = io.BytesIO(), Image.effect_noise((160, 120), 90)
    Image.merge("RGB", (red, red.point(lambda _: 0), red.point(lambda _: 0))).save(out, format_)
    return out.getvalue()


def claiming(width: int, height: int) -> bytes:
    """Return a JPEG that says it is as large as that."""
    data = bytearray(docs.small_jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def tiff(pages: int) -> bytes:
    """Return a TIFF whose pages all show the same white strip."""
    start, width, height = 8 + 150, 30, 40
    out = bytearray(b"II*\0" + struct.pack("<I", start) + b"\xff" * 150)
    for number in range(pages):
        # Width, height, 1 bit a pixel, unpacked, zero is black, where the strip stands, its rows and its bytes.
        tags = ((256, width), (257, height), (258, 1), (259, 1), (262, 1), (273, 8), (278, height), (279, 4 * height))
        out += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        out += struct.pack("<I", len(out) + 4 if number < pages - 1 else 0)
    return bytes(out)


def page_of_text() -> Image.Image:
    """Return a page of lines that an OCR reads."""
    from PIL import ImageDraw

    shown = Image.new("RGB", (900, 1200), "white")
    for number in range(20):
        text = f"第{number}行：住宅小区案例推荐表的说明"
        ImageDraw.Draw(shown).text((60, 50 + number * 50), text, font=font_of(28), fill="black")
    return shown


def jpeg(shown: Image.Image) -> bytes:
    out = io.BytesIO()
    shown.save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.mark.parametrize("format_", FORMATS)
def test_a_picture_that_is_cut_or_changed_has_a_status_and_stops_nothing(format_: str, room: bad.Rooms) -> None:
    good = dark(format_)
    whole, *broken = room.read_all([good, *bad.cut(good), *bad.flipped(good, format_, 40)])
    assert whole.status == "ok"
    for one in broken:
        assert one.status in {"ok", "corrupt", "unsupported"}
        assert one.reason or one.status == "ok"
    assert [one.status for one in broken[1:5]] == ["corrupt"] * 4


def test_a_film_that_is_cut_or_changed_has_a_status_and_stops_nothing(room: bad.Rooms) -> None:
    film = mp4()
    for one in room.read_all([*bad.cut(film), *bad.flipped(film, "mp4", 40)]):
        assert one.status in {"ok", "corrupt", "unsupported"}
        assert one.reason or one.status == "ok"


@pytest.mark.parametrize(
    ("made", "status", "words"),
    [
        (lambda: bad.png(20_000, 10_000, rows=10), "unsupported", "没有打开"),
        (lambda: bad.png(2**31 - 1, 2**31 - 1, rows=0), "unsupported", "没有打开"),
        (lambda: claiming(65_535, 65_535), "unsupported", "像素过多（65535×65535）"),
        (lambda: saved(20_000, 10_000, "TIFF", "L", compression="tiff_lzw"), "unsupported", "像素过多（20000×10000）"),
        (lambda: saved(6_000, 5_000, "WEBP", method=0), "unsupported", "像素过多（6000×5000）"),
        (lambda: saved(6_000, 5_000, "WEBP", method=0, lossless=True), "unsupported", "像素过多（6000×5000）"),
        (lambda: saved(6_000, 5_000, "WEBP", "RGBA", method=0), "unsupported", "像素过多（6000×5000）"),
        (lambda: docs.picture("BMP")[:18] + struct.pack("<ii", 60_000, 1_000) + bytes(99), "corrupt", "图片"),
    ],
    ids=["png", "png claims", "jpeg claims", "tiff", "webp", "webp lossless", "webp with more", "bmp claims"],
)
def test_a_picture_of_too_many_pixels_is_named_and_not_loaded(
    made: Callable[[], bytes], status: str, words: str, room: bad.Rooms
) -> None:
    data, start = made(), time.monotonic()
    reading = room.read(data)
    assert (reading.status, words in reading.reason) == (status, True)
    assert time.monotonic() - start < 5


def test_a_jpeg_of_200_megapixels_is_loaded_in_part(room: bad.Rooms) -> None:
    reading = room.read(saved(20_000, 10_000, "JPEG"))
    assert (reading.status, reading.reason, reading.found[0].facts["width"]) == ("ok", "", 20_000)


def test_a_picture_one_pixel_wide_stops_no_mail(room: bad.Rooms) -> None:
    thin = [saved(1, 100_000, "PNG"), saved(65_500, 1, "JPEG"), saved(3, 9_000_000, "PNG", "L", compress_level=1)]
    assert [one.status for one in room.read_all(thin)] == ["ok"] * 3
    assert not is_page(np.full((40, 9_000, 3), 255, np.uint8))
    form = with_picture(docs.recommendation_form_docx(), saved(1, 5_000, "PNG"))
    assert room.read(form).found[0].facts["stamped"] is False


def test_of_a_tiff_of_5000_pages_the_first_are_looked_at_and_the_rest_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(5_000))
    start = time.process_time()
    reading = scanning.read_scan(path, CAMPAIGN)
    assert (reading.found, reading.reason) == ((), "页数较多，只看了前 100 页")
    assert image.measure(path).pages == 100
    assert time.process_time() - start < 5
    path.write_bytes(tiff(3))
    assert not scanning.read_scan(path, CAMPAIGN).reason


def test_a_pdf_that_holds_a_picture_of_200_megapixels_is_shown_in_bounds(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(bad.pdf([b"q 595 0 0 842 0 0 cm /I0 Do Q"], image=bad.flate_image(20_000, 10_000)))
    ((number, shown),) = pdf_pages.render(path, pdf_pages.page_kinds(path).pictures, 200)
    assert (number, shown.width * shown.height < 16_000_000) == (1, True)
    huge = b"q 2000000 0 0 2000000 0 0 cm /I0 Do Q"
    path.write_bytes(bad.pdf([huge], size=(2_000_000, 2_000_000), image=bad.flate_image(50, 50)))
    ((number, shown),) = pdf_pages.render(path, (1,), 200)
    assert (number, shown.width * shown.height <= 16_100_000) == (1, True)


def test_of_a_scan_of_500_pages_the_first_are_read_and_none_is_called_unstamped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(bad.pdf([b"q 595 0 0 842 0 0 cm /I0 Do Q"] * 500, image=bad.flate_image(60, 80)))
    monkeypatch.setattr(scanning, "is_page", lambda _, **__: True)
    monkeypatch.setattr(scanning, "read_page", lambda picture, _: Page((), picture))
    monkeypatch.setattr(scanning, "DOCUMENT_PARSERS", [_Form()])
    start = time.process_time()
    reading = scanning.read_scan(path, CAMPAIGN)
    assert reading.reason == "页数较多，只识别了前 40 页"
    assert [one.facts["stamped"] for one in reading.found] == [None]
    assert time.process_time() - start < 60


class _Form:
    """Finds a form in anything."""

    def read(self, *_: object) -> tuple[Found, ...]:
        return (Found("recommendation_form", 1.0, {"fields": {}}),)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (cv2.error("assertion failed"), "第 1 页识别时出错，没有识别"),
        (OcrError("bad shape"), "第 1 页识别时出错，没有识别"),
    ],
)
def test_a_page_at_which_a_library_fails_is_named_and_the_others_are_read(
    fault: Exception, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(docs.small_jpeg())

    def failing(_: object, **__: object) -> bool:
        raise fault

    monkeypatch.setattr(scanning, "is_page", failing)
    assert scanning.read_scan(path, CAMPAIGN).reason == reason


@pytest.mark.parametrize("fault", [cv2.error("(-4) Failed to allocate 900 bytes"), OcrError("std::bad_alloc")])
def test_a_want_of_memory_is_none_of_the_page(
    fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(docs.small_jpeg())

    def failing(_: object, **__: object) -> bool:
        raise fault

    monkeypatch.setattr(scanning, "is_page", failing)
    with pytest.raises(MemoryError):
        scanning.read_scan(path, CAMPAIGN)


def test_a_page_that_cannot_be_shown_may_bear_the_seal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(bad.pdf([b"q 595 0 0 842 0 0 cm /I0 Do Q"], image=bad.flate_image(60, 80)))
    monkeypatch.setattr(pdf_pages, "render", lambda _path, pages, _dpi: ((number, None) for number in pages))
    (form,) = with_shown_seals((Found("recommendation_form", 1.0, {"fields": {}}),), path)
    assert form.facts["stamped"] is None
    monkeypatch.setattr(scanning, "DOCUMENT_PARSERS", [_Form()])
    reading = scanning.read_scan(path, CAMPAIGN)
    assert (reading.reason, reading.found[0].facts["stamped"]) == ("第 1 页打不开，没有识别", None)


def test_a_pdf_whose_letters_mean_nothing_is_read_by_its_shapes(room: bad.Rooms) -> None:
    garbled = b"BT /F1 24 Tf 50 800 Td 40 TL " + b"(\x01\x02\x03\x04) Tj T* " * 8 + b"ET"
    reading = room.read(bad.pdf([bad.text_page(), garbled]))
    assert reading.reason == "第 2 页的文字读不出，请人工看"


def killed_while_scanning(one: bad.Rooms, data: bytes) -> Reading:
    """Return the reading of a scan whose process is killed as soon as it has begun."""
    scanner: Any = one.readers._all[0][1]  # noqa: SLF001 (the process that a kernel out of memory would pick)

    def kill() -> None:
        while scanner._ready or scanner._process is None:  # noqa: SLF001
            time.sleep(0.01)
        os.kill(scanner._process.popen.pid, signal.SIGKILL)  # noqa: SLF001

    killer = threading.Thread(target=kill)
    killer.start()
    reading = one.read(data)
    killer.join()
    return reading


def test_an_ocr_that_is_killed_is_told_and_the_next_scan_is_read() -> None:
    shown = page_of_text()
    with bad.rooms() as one:
        first = killed_while_scanning(one, jpeg(shown))
        assert (first.status, [found.kind for found in first.found]) == ("ok", ["photo"])
        assert "扫描件没有识别出来" in first.reason
        shown.putpixel((0, 0), (1, 1, 1))
        assert one.read(jpeg(shown)).reason == "像是文件的一页，没有认出内容，请人工看"


def test_an_ocr_without_memory_is_told() -> None:
    with bad.rooms(heavy_bytes=260_000_000) as one:
        reading = one.read(jpeg(page_of_text()))
    assert reading.status == "ok"
    assert "扫描件没有识别出来" in reading.reason


def test_two_readers_at_once_read_what_one_reads(room: bad.Rooms) -> None:
    contents = [docs.recommendation_form_docx(), bad.list_xlsx(3), b"", *bad.cut(docs.summary_list_docx())]
    with bad.rooms(processes=2) as two:
        assert two.read_all(contents) == room.read_all(contents)


def test_a_scan_that_was_not_read_is_a_finding_and_neither_missing_nor_unstamped(tmp_path: Path) -> None:
    sent = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", has_form=False)
    files = {
        "汇总清单.docx": docs.summary_list_docx("浙江省物业管理协会", "陈静", "1", [sent.row(1)]),
        "春江花园推荐表.jpg": jpeg(page_of_text()),
    }
    raw = mail("浙江省物业管理协会 <a@qq.example>", "报送", day("07-20T10:00:00"), files)
    with desk(tmp_path / "desk", "[limits]\nscan_seconds = 0.01\n") as opened:
        result = take(opened, tmp_path / "inbox", raw)
    (case,) = result.picture.cases
    assert (case.has_form, case.form_stamped) == (True, None)
    messages = {one.code: one.message for one in result.findings}
    assert not {"form.missing", "form.unstamped"} & set(messages)
    assert messages["file.unclassified"].startswith("《春江花园推荐表.jpg》没有全部读出：扫描件没有识别出来（")
    assert messages["file.unclassified"].endswith("请人工看")
    with desk(tmp_path / "desk") as opened:
        assert mails.wait_where_half_read(opened.store) == 1
        take_in(opened)
        assert mails.wait_where_half_read(opened.store) == 0
        assert not any("没有识别出来" in one.message for one in assessed(opened).findings)
