"""使用手册: every picture is made here and shows what it says, every word in 「」 stands on a page, and it can be printed."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests import manual
from tests.browsers import PHONE, WIDE
from tests.consoles import Running, sample_console, served
from tests.manual_pictures import SHOTS, Shot, draw, people, prepare
from tests.test_architecture import ROOT

TEXT = (ROOT / "docs" / "manual.zh.md").read_text(encoding="utf-8")
PICTURES = ROOT / "docs" / "pictures"
# What of a picture may change from one machine to another: fonts, and how its edges are smoothed.
_TOLERANCE = 0.15
_MOST_BYTES, _MOST_ALTOGETHER = 60_000, 600_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with sample_console(tmp_path_factory) as made:
        prepare(made, tmp_path_factory.mktemp("more"))
        with served(made):
            yield made


@pytest.fixture(scope="module")
def page_of(running: Running, browser: Browser) -> Iterator[Callable[[str], Page]]:
    with people(browser, running) as found:
        yield found


@pytest.mark.parametrize("shot", SHOTS, ids=lambda one: one.name)
def test_a_picture_is_drawn_and_shows_what_it_says(
    shot: Shot, running: Running, page_of: Callable[[str], Page], tmp_path: Path
) -> None:
    path = tmp_path / "drawn.webp"
    path.write_bytes(draw(shot, page_of(shot.role), running))
    with Image.open(path) as drawn, Image.open(PICTURES / f"{shot.name}.webp") as kept:
        assert drawn.width == kept.width
        assert abs(drawn.height - kept.height) <= _TOLERANCE * kept.height, "run: make pictures"
        assert len(drawn.convert("RGB").getcolors(1 << 24) or ()) > 20, "an empty page"


def test_the_pictures_that_are_named_are_those_that_are_made() -> None:
    pages = [TEXT, *((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))]
    named = {name for text in pages for name in re.findall(r"\]\((?:docs/)?pictures/([\w-]+)\.webp\)", text)}
    assert named == {one.name for one in SHOTS} == {path.stem for path in PICTURES.iterdir()}


def test_pictures_are_small() -> None:
    sizes = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert {name: size for name, size in sizes.items() if size > _MOST_BYTES} == {}
    assert sum(sizes.values()) <= _MOST_ALTOGETHER


def test_the_numbers_of_the_rings_are_spoken_of_in_the_chapter_of_the_picture() -> None:
    rings = {shot.name: "①②③④⑤"[: len(shot.marks)] for shot in SHOTS}
    for chapter in TEXT.split("\n## ")[1:]:
        pictures = re.findall(r"pictures/([\w-]+)\.webp", chapter)
        wanted = {sign for name in pictures for sign in rings[name]}
        assert {sign for sign in "①②③④⑤" if sign in chapter} == wanted, chapter.partition("\n")[0]


def test_every_word_in_brackets_stands_on_a_page_of_the_console() -> None:
    sources = [*(ROOT / "reports" / "console").rglob("*.html"), *(ROOT / "reports").rglob("*.py")]
    sources += [*(ROOT / "store").rglob("*.py"), *(ROOT / "reports" / "templates" / "letters").iterdir()]
    pages = "\n".join(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8")) for path in sources)
    said = re.sub(r"\s+", "", pages)
    quoted = set(re.findall(r"「([^「」]+)」", TEXT))
    assert len(quoted) > 60
    # What a template fills in: a number, the name of a field.
    filled = {"看这 1 封": r"看这\{\{.+?\}\}封", "看“交付时间”": r"看“\{\{.+?\}\}”"}
    patterns = {word: filled.get(word, re.escape(re.sub(r"\s+", "", word))) for word in quoted}
    assert sorted(word for word, pattern in patterns.items() if not re.search(pattern, said)) == []


def test_every_task_of_the_list_has_its_chapter() -> None:
    chapters = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    listed = re.findall(r"\[([^\]]+)\]\(#[^)]+\)", TEXT.split("\n## ")[0])
    assert sorted(listed) == sorted(chapters)
    assert len(chapters) >= 15


@pytest.fixture(scope="module")
def written(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return manual.write(browser, tmp_path_factory.mktemp("manual"))


def test_the_manual_is_one_page_that_needs_nothing_beside_it(written: tuple[Path, Path]) -> None:
    text = written[0].read_text(encoding="utf-8")
    assert text.count('src="data:image/webp;base64,') == TEXT.count("![")
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["1280", "375"])
def test_the_manual_fits_a_screen_and_its_links_lead_to_chapters(
    written: tuple[Path, Path], browser: Browser, size: dict[str, int]
) -> None:
    page = browser.new_page(viewport=size)  # type: ignore[arg-type]
    page.goto(written[0].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 100)")
    lost = "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => decodeURIComponent(a.hash.slice(1))).filter(id => !document.getElementById(id))"
    assert page.evaluate(lost) == []
    page.close()


def test_the_manual_is_printed_on_a4(written: tuple[Path, Path]) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(written[1])
    assert 8 <= len(document) <= 30
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    assert "使用手册" in document[0].get_textpage().get_text_bounded()
    document.close()
