"""Files in the console: originals as downloads that nothing runs, and pictures of them that are made by us."""

import io
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import httpx2 as httpx
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from ingest.console.picturing import DeskPictures
from ingest.desk import Desk
from parsers.base import Area
from parsers.documents.legacy import Allowance
from parsers.pages.ocr import Picture, read_line, read_lines
from parsers.pages.red import picture_of
from parsers.pages.shown import Known
from parsers.scanning import straight_page
from reports.console.board import file_key
from reports.console.cases.sources import places_of
from reports.console.files.originals import download_name
from reports.console.files.pictures import PAGE, SMALL, SOURCE, NoPictureError, Wanted
from reports.console.handing_out import disposition
from reports.incoming import FileView
from store import activity
from tests import bad_builders as bad
from tests import doc_builders as docs
from tests.consoles import Running, console_on, served
from tests.desks import desk, take
from tests.inbox import Sent, list_files, mail
from tests.labelled.office import converted, find_office
from tests.page_builders import as_jpeg, as_pdf, photographed, scanned
from tests.picture_builders import file_of, message
from tests.sample import day
from tests.seal_drawing import fonts
from tests.test_old_word import fake
from tests.test_scanning import form_page, list_page

pytestmark = [
    pytest.mark.skipif(not fonts(), reason="no Chinese font is installed"),
    pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed"),
]

SCANNED = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", has_form=False)
PRINTED = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", has_form=False)
TYPED = Sent("锦绣家园", "温州锦绣物业服务有限公司", "温州市物业管理协会", photos=0)
LISTED = [docs.list_row(number, community=one.community) for number, one in enumerate((SCANNED, PRINTED, TYPED), 1)]
TIGHT = "[limits]\nseconds = 3\nmemory_bytes = 256_000_000\n"
HOSTILE_NAME = '../../“x"<b>\r\nSet-Cookie: a=b 推荐表.html'


def fields_of(case: Sent) -> dict[str, str]:
    return docs.form_fields(community=case.community, company=case.company, recommender=case.recommender)


def printed_form(folder: Path) -> bytes:
    """Return a form as a text PDF that shows only a part of its paper, as some editors crop it."""
    source = folder / "form.docx"
    source.write_bytes(docs.recommendation_form_docx(fields_of(PRINTED)))
    with pypdfium2.PdfDocument(converted([source], "pdf", folder)[0]) as document:
        page = document[0]
        width, height = page.get_size()
        page.set_cropbox(30, 60, width - 20, height - 40)
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("files")
    files = {
        **list_files("浙江省物业管理协会", (SCANNED, PRINTED, TYPED)),
        "汇总清单（盖章扫描件）.pdf": as_pdf(scanned(list_page(LISTED))),
        # A photo of the form, taken with the telephone on its side.
        "春江花园推荐表.jpg": as_jpeg(photographed(form_page(fields_of(SCANNED))).transpose(Image.Transpose.ROTATE_90)),
        "秋水苑推荐表.pdf": printed_form(folder),
        "锦绣家园推荐表.docx": TYPED.form_docx(),
        "春江花园照片1.jpg": docs.photo_jpeg(1),
        "说明.txt": b"\xef\xbb\xbf" + "请查收".encode(),
    }
    sent = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files)
    with desk(folder / "desk") as opened:
        take(opened, folder / "inbox", sent)
        made = console_on(opened)
        yield made
        made.console.pictures.close()


def file_named(running: Running, name: str) -> FileView:
    return next(file for file in running.console.board.seen.files.values() if file.name == name)


def key_of(running: Running, name: str) -> str:
    return file_key(file_named(running, name))


def case_key(running: Running, case: Sent) -> str:
    seen = running.console.board.seen
    return next(key for key, one in seen.cases.items() if one.community == case.community)


def as_picture(data: bytes) -> Picture:
    return picture_of(Image.open(io.BytesIO(data)))


def name_in(header: str) -> str:
    """Return the name that browsers save a download under."""
    return unquote(header.split("filename*=UTF-8''", 1)[1])


def said_in(picture: Picture) -> str:
    return "".join(line.text for line in read_lines(picture)).replace(" ", "")


def outlined(picture: Picture) -> Picture:
    """Return what stands within the outline of a crop."""
    rows, columns = np.nonzero((picture[:, :, 2] > 190) & (picture[:, :, 0] < 90) & (picture[:, :, 1] < 90))
    assert len(rows) > 200
    return np.ascontiguousarray(picture[rows.min() + 6 : rows.max() - 5, columns.min() + 6 : columns.max() - 5])


# ---------------------------------------------------------------- originals


def test_an_original_is_its_very_bytes_as_a_download_that_nothing_runs(running: Running) -> None:
    file = file_named(running, "锦绣家园推荐表.docx")
    answer = running.as_role("editor").get(f"/files/{file_key(file)}/original")
    assert answer.content == running.desk.store.vault.path(str(file.sha256)).read_bytes()
    headers = answer.headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["cache-control"] == "no-store"
    assert headers["content-disposition"].startswith('attachment; filename="file.docx"; ')
    assert name_in(headers["content-disposition"]) == "锦绣家园推荐表.docx"


def test_readers_get_no_original_and_no_picture_of_a_document(running: Running) -> None:
    reader = running.as_role("reader")
    form, case = key_of(running, "锦绣家园推荐表.docx"), case_key(running, SCANNED)
    paths = (
        f"/files/{form}/original",
        f"/files/{form}/page",
        f"/files/{form}/preview",
        f"/cases/{case}/source/company",
    )
    for path in paths:
        answer = reader.get(path)
        assert answer.status_code == 403
        assert "没有这项权限" in answer.text
    photo = reader.get(f"/files/{key_of(running, '春江花园照片1.jpg')}/preview")
    assert (photo.status_code, photo.headers["content-type"]) == (200, "image/jpeg")


def test_a_download_that_broke_off_goes_on_where_it_was(running: Running) -> None:
    file = file_named(running, "春江花园照片1.jpg")
    client, path = running.as_role("editor"), f"/files/{file_key(file)}/original"
    whole = running.desk.store.vault.path(str(file.sha256)).read_bytes()
    tag = client.head(path).headers["etag"]
    rest = client.get(path, headers={"range": "bytes=1000-", "if-range": tag})
    assert (rest.status_code, rest.content) == (206, whole[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole) - 1}/{len(whole)}"
    assert rest.headers["content-disposition"].startswith("attachment")
    assert client.get(path, headers={"range": f"bytes={len(whole)}-"}).status_code == 416


def test_who_fetched_what_stands_in_the_activity_log_also_in_pieces(running: Running) -> None:
    path = f"/files/{key_of(running, '春江花园推荐表.jpg')}/original"
    running.as_role("editor").get(path)
    running.as_role("editor").get(path, headers={"range": "bytes=5-"})
    deeds, _ = activity.latest(running.desk.store, 2)
    assert [(one.person, one.action, one.target) for one in deeds] == [("李编", "下载", "1 春江花园推荐表.jpg")] * 2
    assert [one.told for one in deeds] == ["《春江花园推荐表.jpg》 bytes=5-", "《春江花园推荐表.jpg》"]


@pytest.mark.parametrize("key", ["..%2f..%2fzhengji.db", "1-000000000000", "%00", "1-" + "a" * 5000])
@pytest.mark.parametrize("what", ["original", "preview", "page"])
def test_no_address_leads_to_another_file(running: Running, key: str, what: str) -> None:
    assert running.as_role("admin").get(f"/files/{key}/{what}").status_code == 404


def test_a_hostile_name_becomes_a_harmless_one(running: Running) -> None:
    file = replace(file_named(running, "说明.txt"), name=HOSTILE_NAME)
    header = disposition(download_name(file))
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    name = name_in(header)
    assert name.endswith("推荐表.html")
    assert not set(name) & set('/\\"<>:\r\n')
    assert not name.startswith(".")


def test_a_danger_does_not_start_by_a_double_click() -> None:
    assert download_name(file_of(message(), "报名.exe", status="unsafe")) == "报名.exe.bin"
    assert download_name(file_of(message(), "CON.txt")) == "_CON.txt"
    assert download_name(file_of(message(), "没有扩展名")) == "没有扩展名"
    assert len(download_name(file_of(message(), "长" * 900 + ".docx"))) < 90


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize(
    "name",
    ["春江花园照片1.jpg", "春江花园推荐表.jpg", "汇总清单（盖章扫描件）.pdf", "锦绣家园推荐表.docx"],
)
def test_pictures_of_files_are_small_jpegs_of_ours(running: Running, name: str) -> None:
    for what, most in (("preview", 480), ("page", 1_200)):
        answer = running.as_role("editor").get(f"/files/{key_of(running, name)}/{what}")
        assert answer.status_code == 200, answer.text
        picture = Image.open(io.BytesIO(answer.content))
        assert (picture.format, max(picture.size)) == ("JPEG", most)
        assert "exif" not in picture.info
        assert answer.headers["content-type"] == "image/jpeg"
        assert "content-disposition" not in answer.headers


def test_the_first_page_of_a_word_file_can_be_read(running: Running) -> None:
    answer = running.as_role("editor").get(f"/files/{key_of(running, '锦绣家园推荐表.docx')}/page")
    assert "温州锦绣物业服务有限公司" in said_in(as_picture(answer.content))


def test_a_scan_that_was_sent_lying_on_its_side_is_shown_upright(running: Running) -> None:
    answer = running.as_role("editor").get(f"/files/{key_of(running, '春江花园推荐表.jpg')}/page")
    picture = as_picture(answer.content)
    assert picture.shape[0] > picture.shape[1]
    assert "杭州春江物业服务有限公司" in said_in(picture)


def test_where_the_disk_refuses_it_is_said_and_tried_again(running: Running, tmp_path: Path) -> None:
    folder = tmp_path / "previews"
    folder.write_bytes(b"no folder can be made here")
    pictures = DeskPictures(running.desk, folder, 1_000_000)
    broken = replace(running, console=replace(running.console, pictures=pictures), clients={})
    path = f"/files/{key_of(running, '春江花园照片1.jpg')}/preview"
    answer = broken.as_role("editor").get(path)
    assert answer.status_code == 503
    assert "磁盘" in answer.text
    folder.unlink()
    assert broken.as_role("editor").get(path).status_code == 200
    pictures.close()


def test_browsers_keep_a_picture_for_a_while_and_ask_by_its_content(running: Running) -> None:
    client, path = running.as_role("editor"), f"/files/{key_of(running, '春江花园照片1.jpg')}/preview"
    answer = client.get(path)
    assert answer.headers["cache-control"].startswith("private, max-age=")
    assert answer.headers["vary"] == "Cookie"
    again = client.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("format_", "content"),
    [
        ("rtf", lambda: rb"{\rtf1\ansi\ansicpg936 old}"),
        ("xlsx", lambda: bad.list_xlsx(3)),
        ("tiff", lambda: docs.picture("TIFF")),
    ],
)
def test_other_formats_are_shown_too(running: Running, format_: str, content: Callable[[], bytes]) -> None:
    file = photo_of(running.desk, content(), format=format_, kind="other")
    assert Image.open(io.BytesIO(running.console.pictures.make(Wanted(PAGE, file)))).format == "JPEG"


def test_where_there_can_be_no_picture_words_say_so(running: Running) -> None:
    for what in ("preview", "page"):
        answer = running.as_role("editor").get(f"/files/{key_of(running, '说明.txt')}/{what}")
        assert answer.status_code == 404
        assert "没有页面图片，请下载查看" in answer.text


# ---------------------------------------------------------------- where a value was read


@pytest.mark.parametrize(
    ("case", "field", "text"),
    [
        (SCANNED, "company", "杭州春江物业服务有限公司"),
        (SCANNED, "completed", "2014年12月"),
        (PRINTED, "company", "宁波秋水物业服务有限公司"),
        (PRINTED, "delivered", "2015年6月"),
    ],
)
def test_the_outline_of_a_crop_holds_the_value_that_was_read(
    running: Running, case: Sent, field: str, text: str
) -> None:
    answer = running.as_role("editor").get(f"/cases/{case_key(running, case)}/source/{field}")
    assert answer.status_code == 200, answer.text
    picture = as_picture(answer.content)
    assert read_line(outlined(picture))[0].replace(" ", "") == text
    assert max(picture.shape) <= 1_100


def test_a_crop_shows_the_label_beside_the_value_too(running: Running) -> None:
    answer = running.as_role("editor").get(f"/cases/{case_key(running, SCANNED)}/source/completed")
    assert "建成时间" in said_in(as_picture(answer.content))


def test_a_value_of_the_list_is_shown_on_its_scan_also_where_the_form_was_typed(running: Running) -> None:
    client, key = running.as_role("editor"), case_key(running, TYPED)
    answer = client.get(f"/cases/{key}/source/community")
    assert read_line(outlined(as_picture(answer.content)))[0] == "锦绣家园"
    scan = key_of(running, "汇总清单（盖章扫描件）.pdf")
    assert client.get(f"/cases/{key}/source/community?file={scan}").content == answer.content
    form = key_of(running, "锦绣家园推荐表.docx")
    assert client.get(f"/cases/{key}/source/community?file={form}").status_code == 404


def test_of_two_papers_that_say_a_value_the_one_that_is_asked_for_is_shown(running: Running) -> None:
    client, key = running.as_role("editor"), case_key(running, SCANNED)
    scan = key_of(running, "汇总清单（盖章扫描件）.pdf")
    own, listed = (client.get(f"/cases/{key}/source/company{more}").content for more in ("", f"?file={scan}"))
    assert own != listed
    assert read_line(outlined(as_picture(listed)))[0] == "杭州春江物业服务有限公司"


@pytest.mark.parametrize("field", ["applicant_phone", "nonsense", "..%2fx", "fields"])
def test_a_value_of_a_word_file_has_no_page_and_words_say_so(running: Running, field: str) -> None:
    answer = running.as_role("editor").get(f"/cases/{case_key(running, TYPED)}/source/{field}")
    assert answer.status_code == 404
    assert field.startswith("..") or "没有截图" in answer.text


def test_the_form_comes_before_the_lists_in_the_places_of_a_value(running: Running) -> None:
    seen = running.console.board.seen
    case = seen.cases[case_key(running, SCANNED)]
    names = [cell.file.name for cell in places_of(seen, case, "company") if cell.file]
    assert names == ["春江花园推荐表.jpg", "汇总清单.docx", "汇总清单（盖章扫描件）.pdf"]


def test_an_area_that_lies_on_no_page_gives_words(running: Running) -> None:
    seen = running.console.board.seen
    cell = next(places_of(seen, seen.cases[case_key(running, SCANNED)], "company"))
    assert cell.file
    assert cell.area
    for change in ({"left": 0.9, "right": 0.1}, {"page": 7}, {"top": 5.0, "bottom": 9.0}):
        wanted = Wanted(SOURCE, cell.file, replace(cell, area={**cell.area, **change}))
        with pytest.raises(NoPictureError):
            running.console.pictures.make(wanted)


def test_a_page_is_turned_upright_also_where_no_value_tells_how_it_lay(running: Running) -> None:
    file = file_named(running, "春江花园推荐表.jpg")
    path = running.desk.store.vault.path(str(file.sha256))
    known = [Known(Area(**value["area"]), value["raw"]) for value in file.facts["fields"].values() if value["raw"]]
    wrong = [replace(one, raw="完全不是这几个字") for one in known]
    assert np.array_equal(straight_page(path, 1, known), straight_page(path, 1, wrong))


# ---------------------------------------------------------------- kept, once, and beside the pages


class Counting(DeskPictures):
    """Counts what is really made."""

    made = 0

    def _paint(self, *arguments: object) -> None:
        self.made += 1
        super()._paint(*arguments)  # type: ignore[arg-type]


def photo_of(opened: Desk, data: bytes, **more: object) -> FileView:
    blob = opened.store.vault.keep([data])
    said = {"format": "jpeg", "kind": "photo", **more}
    return file_of(message(), "照片.jpg", sha256=blob.sha256, bytes=blob.bytes, **said)


def test_two_browsers_at_once_make_a_picture_once_and_a_second_look_makes_none(
    running: Running, tmp_path: Path
) -> None:
    pictures = Counting(running.desk, tmp_path / "previews", 1_000_000)
    wanted = Wanted(SMALL, photo_of(running.desk, docs.small_jpeg(41)))
    assert pictures.find(wanted) is None
    with ThreadPoolExecutor(4) as pool:
        given = set(pool.map(pictures.make, [wanted] * 4))
    assert (len(given), pictures.made) == (1, 1)
    later = Counting(running.desk, tmp_path / "previews", 1_000_000)
    assert later.find(wanted) == given.pop()
    pictures.close()


def test_of_a_full_folder_the_oldest_pictures_go(running: Running, tmp_path: Path) -> None:
    folder = tmp_path / "previews"
    wanted = [Wanted(SMALL, photo_of(running.desk, docs.small_jpeg(60 + seed))) for seed in range(4)]
    pictures = DeskPictures(running.desk, folder, most := 3 * len(running.console.pictures.make(wanted[0])))
    for one in wanted:
        pictures.make(one)
        # The times of files are told in steps.
        time.sleep(0.02)
    pictures.close()
    kept = [one for one in folder.rglob("*") if one.is_file()]
    assert sum(one.stat().st_size for one in kept) <= most
    assert pictures.find(wanted[0]) is None
    assert pictures.find(wanted[-1])


def test_pages_do_not_wait_for_pictures_nor_pictures_for_decisions(running: Running) -> None:
    makers = running.console.pictures
    assert isinstance(makers, DeskPictures)
    photo = photo_of(running.desk, docs.small_jpeg(77))
    with served(running), ThreadPoolExecutor(1) as pool, ExitStack() as clients:
        cookies = dict(running.as_role("editor").cookies)
        client = clients.enter_context(httpx.Client(base_url=running.url, cookies=cookies, timeout=60))
        path = f"/files/{key_of(running, '春江花园照片1.jpg')}/preview"
        with makers._makers[SMALL].turn:  # noqa: SLF001 (as a picture that takes long holds it)
            shutil.rmtree(makers._folder, ignore_errors=True)  # noqa: SLF001 (as if none were made)
            waiting = pool.submit(client.get, path)
            assert client.get("/").status_code == 200
            assert not waiting.done()
        assert waiting.result().status_code == 200
        released, held = threading.Event(), threading.Event()
        deciding = threading.Thread(target=hold_turn, args=(running, held, released))
        deciding.start()
        held.wait(60)
        assert makers.make(Wanted(SMALL, photo))
        assert client.get(path).status_code == 200
        released.set()
        deciding.join(60)


def hold_turn(running: Running, held: threading.Event, released: threading.Event) -> None:
    with running.console.board.deciding():
        held.set()
        assert released.wait(120)


def test_processes_that_made_nothing_for_a_while_are_let_go(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = DeskPictures(running.desk, running.console.folder / "resting", 1_000_000)
    pictures.make(Wanted(SMALL, photo_of(running.desk, docs.small_jpeg(78))))
    room = pictures._makers[SMALL].room  # noqa: SLF001 (what is let go)
    pictures.rest()
    assert room._process is not None  # noqa: SLF001
    monkeypatch.setattr("ingest.console.picturing._IDLE_SECONDS", -1)
    pictures.rest()
    assert room._process is None  # noqa: SLF001


# ---------------------------------------------------------------- hostile contents


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("tight"), TIGHT) as opened:
        yield opened


def heavy_page() -> bytes:
    """Return a PDF whose page takes minutes to draw: a picture painted again and again."""
    return bad.pdf([b"q 595 0 0 842 0 0 cm /I0 Do Q " * 60_000], image=bad.flate_image(3_000, 3_000))


HOSTILE = {
    "a truncated photo": ("jpeg", lambda: docs.photo_jpeg(5)[:300_000]),
    "a picture of 240 megapixels": ("png", lambda: bad.png(20_000, 12_000, 10)),
    "a picture that unpacks to gigabytes": ("png", lambda: bad.png(7_900, 8_000)[:9_000]),
    "noise called a picture": ("jpeg", lambda: b"\xff\xd8\xff" + bytes(range(256)) * 400),
    "noise called a PDF": ("pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 400),
    "a PDF without pages": ("pdf", lambda: bad.pdf([])),
    "a PDF that takes minutes": ("pdf", heavy_page),
    "a cut Word file": ("docx", lambda: docs.recommendation_form_docx()[:4_000]),
    "a program called a photo": ("jpeg", lambda: b"MZ" + bytes(5_000)),
    "nothing": ("jpeg", lambda: b""),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_gives_words_and_the_next_one_its_picture(tight: Desk, tmp_path: Path, what: str) -> None:
    format_, content = HOSTILE[what]
    pictures = Counting(tight, tmp_path / "previews", 1_000_000)
    wanted = Wanted(PAGE, photo_of(tight, content(), format=format_, kind="other"))
    with pytest.raises(NoPictureError) as told:
        pictures.make(wanted)
    assert not str(told.value).isascii()
    assert ("没有读完" in str(told.value)) == (what == "a PDF that takes minutes")
    # It is told again without being opened again.
    tried = pictures.made
    with pytest.raises(NoPictureError, match=str(told.value)):
        pictures.make(wanted)
    assert pictures.made == tried
    assert pictures.make(Wanted(PAGE, photo_of(tight, docs.small_jpeg(9))))
    assert not list((tmp_path / "previews").rglob("*.new-*"))
    pictures.close()


def test_where_libreoffice_hangs_it_is_ended_and_words_say_so(
    tight: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path, monkeypatch, "sleep 600 & wait")
    pictures = DeskPictures(tight, tmp_path / "previews", 1_000_000)
    pictures._allowance = Allowance(0.4, 500_000_000)  # noqa: SLF001 (a moment, not what the settings allow)
    wanted = Wanted(SMALL, photo_of(tight, TYPED.form_docx(), format="docx", kind="recommendation_form"))
    with pytest.raises(NoPictureError, match="还没有完成，已中止，请下载查看"):
        pictures.make(wanted)
    pictures.close()


def test_without_libreoffice_words_say_so_until_it_is_there(
    tight: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = DeskPictures(tight, tmp_path / "previews", 1_000_000)
    wanted = Wanted(PAGE, photo_of(tight, b"PK", format="docx", kind="recommendation_form"))
    monkeypatch.setattr("ingest.console.picturing.find_office", lambda: None)
    with pytest.raises(NoPictureError, match="没有安装 LibreOffice"):
        pictures.find(wanted)
    monkeypatch.undo()
    assert pictures.find(wanted) is None


def test_a_page_larger_than_any_paper_is_shown_small(tight: Desk, tmp_path: Path) -> None:
    pictures = DeskPictures(tight, tmp_path / "previews", 1_000_000)
    wanted = Wanted(PAGE, photo_of(tight, bad.pdf([bad.text_page()], (200_000, 90)), format="pdf", kind="other"))
    assert max(Image.open(io.BytesIO(pictures.make(wanted))).size) <= 1_200
    pictures.close()


@pytest.mark.parametrize("status", ["unsafe", "encrypted", "volume_missing"])
def test_what_reading_called_a_danger_or_locked_is_not_opened_for_a_picture(
    tight: Desk, tmp_path: Path, status: str
) -> None:
    pictures = Counting(tight, tmp_path / "previews", 1_000_000)
    file = photo_of(tight, docs.small_jpeg(3), status=status, reason="打开时占用内存过多")
    with pytest.raises(NoPictureError, match="占用内存过多"):
        pictures.make(Wanted(PAGE, file))
    assert pictures.made == 0


def test_a_file_whose_content_was_not_kept_says_why(running: Running) -> None:
    file = photo_of(running.desk, b"x", reason="")
    with pytest.raises(NoPictureError, match="原件不在库中"):
        running.console.pictures.make(Wanted(PAGE, replace(file, sha256=None)))
    with pytest.raises(NoPictureError, match="原件不在库中"):
        running.console.pictures.make(Wanted(PAGE, replace(file, sha256="0" * 64)))
