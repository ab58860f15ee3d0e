"""Every file gets a format, a status and a kind: by its content where that can say, else by its name and folder."""

import io
import zipfile
from pathlib import Path

import pytest

from config.campaign import Campaign, load_campaign
from parsers.base import Reading, as_json
from parsers.kinds import DOCUMENT_PARSERS, IMAGE_PARSERS, VIDEO_PARSERS
from parsers.naming_kinds import ATTACHED, EMBEDDED, PACKED
from parsers.reading import READERS_VERSION, kind_of, read_content
from tests import doc_builders as build
from tests.docx_writer import docx_bytes
from tests.foreign_documents import foreign_documents

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000)
PDF = b"%PDF-1.4\n1 0 obj\n"
CAMPAIGN = load_campaign("2026-haofuwu")


@pytest.fixture
def campaign() -> Campaign:
    return CAMPAIGN


def reading_of(folder: Path, data: bytes) -> Reading:
    path = folder / "content"
    path.write_bytes(data)
    return read_content(path, len(data), CAMPAIGN)


def kind(folder: Path, data: bytes, name: str, path: str = "") -> str:
    return kind_of(reading_of(folder, data), name, path or name, CAMPAIGN)[0]


def zipped(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (build.summary_list_docx(), "summary_list"),
        (build.recommendation_form_docx(), "recommendation_form"),
        (build.case_material_docx(), "case_material"),
    ],
)
def test_content_decides_under_any_name(data: bytes, expected: str, tmp_path: Path) -> None:
    for name in ("新建 Microsoft Word 文档.docx", "推荐表.docx", "汇总清单.doc", "春江花园+标题.docx", "照片1.jpg"):
        told, confidence, evidence = kind_of(reading_of(tmp_path, data), name, f"汇总清单/{name}", CAMPAIGN)
        assert told == expected
        assert confidence > 0.6
        assert evidence == f"内容：{CAMPAIGN.kind_of(expected).label}"


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (PDF, "浙江省汇总清单.pdf", "summary_list_scan"),
        (PDF, "清单盖章.pdf", "summary_list_scan"),
        (PDF, "春江花园推荐表.pdf", "recommendation_form_scan"),
        (PDF, "春江花园申报表（盖章）.PDF", "recommendation_form_scan"),
        (PDF, "春江花园+党建引领.pdf", "case_material"),
        (PDF, "春江花园＋一张清单管到底.pdf", "case_material"),
        (PDF, "案例材料.pdf", "case_material"),
        (PDF, "关于报送推荐案例的函.pdf", "other"),
        (PDF, "物资清单.pdf", "other"),
        (PDF, "扫描全能王 2026-06-01.pdf", "other"),
        (OLE, "浙江省推荐案例汇总清单.doc", "summary_list"),
        (OLE, "汇总表.wps", "summary_list"),
        (OLE, "推荐表.doc", "recommendation_form"),
        (OLE, "春江花园案例.doc", "case_material"),
        (OLE, "会费清单.doc", "other"),
        (b"{\\rtf1 ", "汇总清单.rtf", "summary_list"),
        (zipped(**{"[Content_Types].xml": b"<T/>", "xl/workbook.xml": b"<w/>"}), "汇总清单.xlsx", "summary_list"),
        (build.small_jpeg(), "汇总清单盖章.jpg", "summary_list_scan"),
        (build.small_jpeg(), "推荐表1.png", "recommendation_form_scan"),
        (build.small_jpeg(), "春江花园案例.jpg", "photo"),
        (build.small_jpeg(), "清单公示栏照片.jpg", "photo"),
        (build.photo_jpeg(), "IMG_0001.JPG", "photo"),
        (b"\0\0\0\x18ftypmp42" + bytes(20), "视频.mp4", "video"),
        (b"\0\0\0\x18ftypqt  " + bytes(20), "a.bin", "video"),
        (b"RIFF\0\0\0\0AVI LIST", "a.avi", "video"),
        (zipped(a=b"1"), "材料.zip", "archive"),
        (b"From: a@b.cn\r\nSubject: x\r\nDate: 1\r\n\r\nx", "转发.eml", "message"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "IMG_2.HEIC", "photo"),
    ],
)
def test_where_content_cannot_say_the_name_does(data: bytes, name: str, expected: str, tmp_path: Path) -> None:
    assert kind(tmp_path, data, name) == expected


def test_the_evidence_names_the_word_and_where_it_stood(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, PDF)
    assert kind_of(reading, "1.pdf", "春江物业/推荐表/1.pdf", CAMPAIGN) == (
        "recommendation_form_scan", 0.6, "文件夹名含“推荐表”",
    )  # fmt: skip
    assert kind_of(reading, "汇总清单.pdf", "汇总清单.pdf", CAMPAIGN)[2] == "文件名含“汇总清单”"


def test_the_name_of_an_archive_and_a_folder_of_both_say_nothing(tmp_path: Path) -> None:
    assert kind(tmp_path, PDF, "1.pdf", "汇总清单.zip!/1.pdf") == "other"
    assert kind(tmp_path, PDF, "1.pdf", "汇总清单和推荐表/1.pdf") == "other"


def test_what_nothing_can_tell_is_other_without_evidence(tmp_path: Path) -> None:
    assert kind_of(reading_of(tmp_path, PDF), "1.pdf", "1.pdf", CAMPAIGN) == ("other", 0.0, "")


def test_a_small_inline_logo_of_a_signature_is_no_photo_and_an_inline_phone_photo_is(tmp_path: Path) -> None:
    assert kind(tmp_path, build.picture("PNG", 1, 160, 64), "image001.png") == "other"
    assert kind(tmp_path, build.picture("GIF", 1, 80, 60), "未命名-2.gif") == "other"
    assert kind(tmp_path, build.photo_jpeg(), "image0.jpeg") == "photo"


def test_logos_are_no_photos_but_compressed_photos_are(tmp_path: Path) -> None:
    assert kind(tmp_path, build.picture("PNG", 1, 120, 60), "image001.png") == "other"
    assert kind(tmp_path, build.picture("JPEG", 1, 400, 300, quality=30), "logo.jpg") == "other"
    assert kind(tmp_path, build.small_jpeg(1, 1280, 960), "mmexport1.jpg") == "photo"


@pytest.mark.parametrize(
    ("name", "size", "place", "expected"),
    [
        ("照片0-640x480.jpg", (640, 480), ATTACHED, "photo"),
        ("IMG_1.jpg", (160, 120), ATTACHED, "photo"),
        ("春江花园/照片/1.jpg", (160, 120), ATTACHED, "photo"),
        ("大门.jpg", (640, 480), ATTACHED, "photo"),
        ("大门.jpg", (160, 120), PACKED, "photo"),
        ("a.jpg", (60, 60), PACKED, "other"),
        ("大门.jpg", (160, 120), ATTACHED, "other"),
        ("logo-200x60.jpg", (200, 60), ATTACHED, "other"),
        ("大门.jpg", (640, 480), EMBEDDED, "other"),
        ("图片1.jpg", (200, 60), EMBEDDED, "other"),
    ],
)
def test_a_small_picture_is_a_photo_where_its_name_or_place_says_so(
    name: str, size: tuple[int, int], place: str, expected: str, tmp_path: Path
) -> None:
    reading = reading_of(tmp_path, build.picture("JPEG", 1, *size))
    assert kind_of(reading, Path(name).name, name, CAMPAIGN, place)[0] == expected


def test_a_photo_cut_down_to_a_few_bytes_is_still_a_photo(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, build.photo_jpeg()[:9_000])
    assert kind_of(reading, "大门.jpg", "大门.jpg", CAMPAIGN)[0] == "photo"
    assert (reading.status, reading.found[0].facts["readable"]) == ("corrupt", False)


def test_what_only_its_name_calls_a_photo_or_a_video_is_one_that_cannot_be_opened(tmp_path: Path) -> None:
    reading = reading_of(tmp_path, b"\x01\x02\x03\x04 broken")
    assert reading.status == "unsupported"
    assert kind_of(reading, "大门.jpg", "大门.jpg", CAMPAIGN)[0] == "photo"
    assert kind_of(reading, "小区.MP4", "小区.MP4", CAMPAIGN)[0] == "video"


@pytest.mark.parametrize("name", foreign_documents())
def test_a_paper_of_another_matter_is_not_made_one_of_ours_by_its_name(name: str, tmp_path: Path) -> None:
    assert kind(tmp_path, foreign_documents()[name], name) == "other"


def test_a_word_file_that_was_read_is_not_a_material_only_for_the_word_case(tmp_path: Path) -> None:
    assert kind(tmp_path, docx_bytes("案例征集通知要点"), "案例.docx") == "other"
    assert kind(tmp_path, docx_bytes("见附图"), "春江花园+党建引领.docx") == "case_material"


def test_a_word_file_with_the_scan_pasted_in_is_a_scan(tmp_path: Path) -> None:
    assert kind(tmp_path, docx_bytes(""), "汇总清单盖章扫描件.docx") == "summary_list_scan"


@pytest.mark.parametrize(
    ("data", "format_", "status"),
    [
        (b"", "unknown", "corrupt"),
        (OLE, "ole", "corrupt"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "ole", "encrypted"),
        (b"{\\rtf1 ", "rtf", "ok"),
        (b"MZ" + bytes(100), "exe", "unsafe"),
        (b"\x01\x02\x03", "unknown", "unsupported"),
        (build.summary_list_docx()[:-300], "docx", "corrupt"),
        (PDF, "pdf", "corrupt"),
        (zipped(a=b"1"), "zip", "ok"),
        ("说明文字".encode(), "text", "ok"),
    ],
)
def test_every_content_has_a_status_and_a_reason_where_it_is_not_ok(
    data: bytes, format_: str, status: str, tmp_path: Path
) -> None:
    reading = reading_of(tmp_path, data)
    assert (reading.format, reading.status) == (format_, status)
    assert bool(reading.reason) == (status != "ok")


@pytest.mark.parametrize("name", ["推荐表.docm", "推荐表.docx"])
def test_a_word_file_with_macros_is_read_and_says_that_it_holds_them(name: str, tmp_path: Path) -> None:
    data = io.BytesIO(build.recommendation_form_docx())
    with zipfile.ZipFile(data, "a") as package:
        package.writestr("word/vbaProject.bin", b'\xd0\xcf\x11\xe0 Sub AutoOpen() Shell "calc"')
    reading = reading_of(tmp_path, data.getvalue())
    assert (reading.format, reading.status, reading.reason) == ("docx", "ok", "含宏，未执行")
    plain = reading_of(tmp_path, build.recommendation_form_docx())
    assert (reading.found, plain.reason) == (plain.found, "")
    assert kind_of(reading, name, name, CAMPAIGN)[0] == "recommendation_form"


def test_a_reading_is_the_same_after_it_was_kept_as_json(tmp_path: Path) -> None:
    import json

    for data in (build.summary_list_docx(), build.recommendation_form_docx(), build.photo_jpeg()):
        found = [as_json(one) for one in reading_of(tmp_path, data).found]
        assert json.loads(json.dumps(found)) == found


def test_the_version_names_every_parser_so_that_a_better_one_rereads() -> None:
    for parser in (*DOCUMENT_PARSERS, *IMAGE_PARSERS, *VIDEO_PARSERS):
        assert f"{parser.kind}{parser.version}" in READERS_VERSION.split(",")


def test_every_parser_is_of_a_kind_that_the_campaign_knows(campaign: Campaign) -> None:
    assert {parser.kind for parser in (*DOCUMENT_PARSERS, *IMAGE_PARSERS, *VIDEO_PARSERS)} <= {
        one.name for one in campaign.kind
    }
