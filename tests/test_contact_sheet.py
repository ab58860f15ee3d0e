"""Contact sheets: every photo upright and small, said whether it counts and why not; nothing else of it goes out."""

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from config.errors import ConfigError
from ingest.cli import cli
from ingest.desk import Desk
from ingest.papers.booking import choose_cases, write_contact_sheets
from ingest.room.thumbnails import thumbnail_of
from parsers.thumbnail import LONGEST, thumbnail
from reports.book.contact_sheet import Shown, contact_sheet
from reports.making.pdf import FONTS, FontError, Fonts, Pdf, absent_said
from reports.picture import Reuse
from tests.book_desk import book_desk, swapped_profile, turned_photo
from tests.desks import AFTER, assessed
from tests.photo_builders import heavy, photo_like, saved
from tests.picture_builders import assessment, association, case, file_of, message

ZENHEI = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"
NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with book_desk(tmp_path_factory.mktemp("sheets")) as opened:
        yield opened


def run(desk: Desk, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(desk.settings.base / "zhengji.toml"), *arguments])


def text_of(path: Path) -> str:
    """Return a PDF's text as whoever searches or copies it gets it."""
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(path))


@pytest.fixture(scope="module")
def sheet(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    done = run(desk, "contact-sheets", "-o", str(folder), "--case", "春江花园", "--as-of", "2026-08-06T10:00")
    assert done.exit_code == 0, done.output
    (path,) = folder.rglob("*.pdf")
    assert str(path) in done.output
    return path


def test_a_case_has_one_pdf_with_its_names_its_photos_and_why_some_do_not_count(sheet: Path) -> None:
    text = text_of(sheet)
    for said in (
        "春江花园", "浙江 杭州市", "物业服务企业：杭州春江物业服务有限公司", "案例标题：红色管家进万家 邻里和谐共一家",
        "照片 8 张，合格 4 张（要求 3-5 张）",
        "1．01大门.jpg", "1200×1600 像素，1.0 MB，竖幅，已按拍摄方向转正",
        "不计：不足1MB（36 KB）", "不计：非JPEG（png 格式）", "不计：打不开（图片不完整，可能没有传完）",
        "打不开，请人工看", "不计：重复，与《05又一张.jpg》是同一张", "7．07 ＜b＞花园.jpeg",
        "截至 2026-08-06 10:00（北京时间）", "第 1 页，共 2 页", "第 2 页，共 2 页",
    ):  # fmt: skip
        assert said in text
    assert len(re.findall(r"^合格\s*$", text, re.MULTILINE)) == 4


def test_it_is_a4_with_two_by_three_photos_and_an_embedded_font(sheet: Path) -> None:
    pdf = pypdfium2.PdfDocument(sheet)
    assert [tuple(round(side) for side in page.get_size()) for page in pdf] == [(595, 842)] * 2
    counts = [sum(1 for one in page.get_objects() if isinstance(one, pypdfium2.PdfImage)) for page in pdf]
    # One of the first six cannot be opened.
    assert counts == [5, 2]
    raw = sheet.read_bytes()
    assert re.search(rb"/BaseFont /[A-Z]{6}\+WenQuanYi", raw)
    assert b"/FontFile2" in raw


def test_photos_stand_upright_in_the_colours_that_their_profile_means(sheet: Path) -> None:
    first, second = (page.render(scale=1).to_pil() for page in pypdfium2.PdfDocument(sheet))
    # The first photo was turned: its white edge is on top. The last says with its profile that its red is blue.
    across, down = _middle(0)
    assert min(first.getpixel((across, down - 70))) > 240
    assert max(first.getpixel((across, down + 60))) < 240
    red, _, blue = second.getpixel(_middle(1))
    assert blue > 200
    assert red < 50


def _middle(place: int) -> tuple[int, int]:
    """Return the middle of a photo's place on a page, in points."""
    return round((15 + 43 + place * 94) / 25.4 * 72), round((48 + 28) / 25.4 * 72)


def test_nothing_but_the_picture_goes_out(desk: Desk, sheet: Path) -> None:
    made = [path.read_bytes() for path in (desk.store.vault.folder / "derived").rglob("*") if path.is_file()]
    assert len(made) == 7
    for data in (*made, sheet.read_bytes()):
        for secret in (b"Exif", b"GPS", b"CAMERA-MAKER", b"photographer", b"ICC_PROFILE"):
            assert secret not in data
    assert max(max(Image.open(io.BytesIO(data)).size) for data in made) <= LONGEST


def test_the_same_photos_give_the_same_bytes_and_are_made_small_once(desk: Desk, sheet: Path, tmp_path: Path) -> None:
    again = ("contact-sheets", "--case", "春江花园", "--as-of", "2026-08-06T10:00", "-o")
    assert run(desk, *again, str(tmp_path / "a")).exit_code == 0
    vault = desk.store.vault.folder
    made = {path: path.stat().st_mtime_ns for path in (vault / "derived").rglob("*")}
    assert run(desk, *again, str(tmp_path / "b")).exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in (vault / "derived").rglob("*")} == made
    # Whoever deletes the small pictures loses nothing but time.
    shutil.rmtree(vault / "derived")
    assert run(desk, *again, str(tmp_path / "c")).exit_code == 0
    (one,), (two,), (three,) = ((tmp_path / name).rglob("*.pdf") for name in "abc")
    assert sheet.read_bytes() == one.read_bytes() == two.read_bytes() == three.read_bytes()


def test_a_province_has_one_pdf_where_that_is_asked_for(desk: Desk, tmp_path: Path) -> None:
    done = run(desk, "contact-sheets", "--per", "province", "--province", "浙江", "-o", str(tmp_path))
    assert done.exit_code == 0, done.output
    text = text_of(tmp_path / "浙江-照片页.pdf")
    assert "尚未收到这个小区的照片" in text
    assert "第 4 页，共 4 页" in text
    titles = [one.get_title() for one in pypdfium2.PdfDocument(tmp_path / "浙江-照片页.pdf").get_toc()]
    assert sorted(titles) == ["浙江 宁波市 广场新村", "浙江 杭州市 东湖名苑", "浙江 杭州市 春江花园"]


def test_a_moment_before_anything_came_has_no_sheets(desk: Desk, tmp_path: Path) -> None:
    for wrong in (("--as-of", "2026-07-01"), ("--province", "浙"), ("--case", "没有这个小区")):
        done = run(desk, "contact-sheets", *wrong, "-o", str(tmp_path))
        assert isinstance(done.exception, ConfigError), done.output
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- small pictures


def test_a_photo_of_forty_megapixels_is_made_small_within_the_limits_of_the_clean_room(desk: Desk) -> None:
    large = photo_like("large", 1_000, 750).resize((7_300, 5_480), Image.Resampling.NEAREST)
    for data in (saved(large), saved(large, progressive=True)):
        blob = desk.store.vault.keep([data])
        shown = thumbnail_of(desk, blob.sha256, blob.bytes)
        assert shown.jpeg is not None, shown.reason
        assert Image.open(io.BytesIO(shown.jpeg)).size == (1_200, 901)


@pytest.mark.parametrize("data", [b"", b"not a picture", turned_photo()[:9_000], b"\x89PNG\r\n\x1a\n" + b"\0" * 99])
def test_what_cannot_be_opened_says_so_and_leaves_nothing(desk: Desk, data: bytes) -> None:
    blob = desk.store.vault.keep([data])
    shown = thumbnail_of(desk, blob.sha256, blob.bytes)
    assert shown.jpeg is None
    assert shown.reason
    assert list(desk.store.vault.incoming.iterdir()) == []


def test_a_photo_whose_original_is_gone_is_said(desk: Desk) -> None:
    assert thumbnail_of(desk, "0" * 64, 9) == Shown(None, reason="原件不在库中")


@pytest.mark.parametrize("profile", [b"no profile", swapped_profile()[:200], b"\0" * 500])
def test_a_broken_colour_profile_leaves_the_picture_as_it_is(tmp_path: Path, profile: bytes) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(saved(Image.new("RGB", (300, 200), "red"), icc_profile=profile))
    data, turned = thumbnail(path)
    red, _, blue = Image.open(io.BytesIO(data)).getpixel((9, 9))
    assert (red > 240, blue < 20, turned) == (True, True, False)


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGBA", "P", "I;16"])
def test_pictures_of_all_modes_become_jpegs(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "x"
    image = photo_like("mode", 1_600, 900)
    image = image.convert("L").convert("I;16") if mode == "I;16" else image.convert(mode)
    image.save(path, "TIFF" if mode == "CMYK" else "PNG")
    data, _ = thumbnail(path)
    shown = Image.open(io.BytesIO(data))
    assert (shown.format, shown.size) == ("JPEG", (1_200, 675))


# ---------------------------------------------------------------- fonts


def printed(fonts: Fonts, text: str, path: Path) -> Pdf:
    pdf = Pdf(fonts, "题")
    pdf.text((15, 15), text, 12)
    path.write_bytes(pdf.finished())
    return pdf


def test_a_character_that_the_font_lacks_comes_from_another_one(tmp_path: Path) -> None:
    pdf = printed(Fonts(), "春江花园Ā𝌆苑", tmp_path / "x.pdf")
    assert printed(Fonts(places=[ZENHEI]), "Ā𝌆", tmp_path / "y.pdf").absent == {"Ā"}
    assert pdf.absent == set()
    assert "春江花园Ā𝌆苑" in text_of(tmp_path / "x.pdf")


def test_a_character_that_no_font_has_is_shown_as_such_and_told(tmp_path: Path) -> None:
    pdf = printed(Fonts(places=[ZENHEI]), "春江𠮷苑", tmp_path / "x.pdf")
    assert pdf.absent == {"𠮷"}
    assert "春江〓苑" in text_of(tmp_path / "x.pdf")
    post = message("浙江")
    rare = case(post, "春江𠮷苑", photos=0)
    picture = assessment([association("浙江", [post], [rare])]).picture
    made = contact_sheet([rare], picture, lambda _hash, _size: Shown(None), Fonts(places=[ZENHEI]))
    (tmp_path / "y.pdf").write_bytes(made.data)
    assert "有 1 个字本机字体没有，以〓代替：U+20BB7" in text_of(tmp_path / "y.pdf")
    assert absent_said(made.absent) == "有 1 个字本机字体没有，以〓代替：U+20BB7"


def test_without_any_font_the_readers_own_is_used_and_what_it_may_lack_is_told(tmp_path: Path) -> None:
    fonts = Fonts(places=[])
    assert not fonts.is_embedded
    pdf = printed(fonts, "春江花园䶮", tmp_path / "x.pdf")
    assert pdf.absent == {"䶮"}
    page = pypdfium2.PdfDocument(tmp_path / "x.pdf")[0]
    assert page.get_textpage().get_text_bounded().strip() == "春江花园〓"
    assert min(page.render(scale=1).to_pil().convert("L").getextrema()) < 100


def test_a_font_that_cannot_be_embedded_is_passed_over_and_refused_where_it_is_named() -> None:
    assert Fonts(places=[str(NOTO), ZENHEI]).is_embedded
    with pytest.raises(FontError, match="不能嵌入"):
        Fonts(NOTO)
    assert ZENHEI in FONTS


def test_the_settings_name_a_font(desk: Desk, tmp_path: Path) -> None:
    picture, chosen, _ = choose_cases(desk, AFTER, (), ["东湖名苑"], ())
    reports = desk.settings.reports.model_copy(update={"font": Path(ZENHEI)})
    named = replace(desk, settings=desk.settings.model_copy(update={"reports": reports}))
    assert list(write_contact_sheets(named, picture, chosen, tmp_path, by_province=False))
    wrong = replace(
        desk, settings=desk.settings.model_copy(update={"reports": reports.model_copy(update={"font": NOTO})})
    )
    with pytest.raises(ConfigError, match=r"\[reports\] font"):
        list(write_contact_sheets(wrong, picture, chosen, tmp_path, by_province=False))


# ---------------------------------------------------------------- hostile texts


def test_hostile_names_stay_in_their_place(tmp_path: Path) -> None:
    post = message("浙江")
    name = "\u202egpj.<script>" + "很长的名字" * 2_000
    photos = (file_of(post, name, "photo", format="jpeg", facts={"readable": True, "width": 9, "height": 9}),)
    odd = case(post, "\0春江\n花园\ud800" * 500, company="x" * 9_999, photo_files=photos, counted_photos=())
    picture = assessment([association("浙江", [post], [odd])]).picture
    small = saved(photo_like("x", 80, 60))
    made = contact_sheet([odd], picture, lambda _hash, _size: Shown(small), Fonts())
    (tmp_path / "x.pdf").write_bytes(made.data)
    text = text_of(tmp_path / "x.pdf")
    assert "1．gpj.<script>很长的名字" in text
    assert "…" in text
    assert len(pypdfium2.PdfDocument(tmp_path / "x.pdf")) == 1


def test_photos_that_serve_another_case_say_so(tmp_path: Path, desk: Desk) -> None:
    picture = assessed(desk).picture
    mine = next(case for case in picture.cases if case.photo_files)
    other = next(case for case in picture.cases if case is not mine)
    reuse = Reuse(mine.photo_files[0], mine.photo_files[0], other)
    shared = replace(picture, reused={mine.id: (reuse,)})
    made = contact_sheet([mine], shared, lambda _hash, _size: Shown(None, reason="x"), Fonts())
    (tmp_path / "x.pdf").write_bytes(made.data)
    assert f"也用于{other.province}{other.city}{other.community}" in text_of(tmp_path / "x.pdf")


def test_a_heavy_tail_is_no_part_of_the_small_picture(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(heavy(saved(photo_like("tail")), "tail"))
    assert len(thumbnail(path)[0]) < 200_000
