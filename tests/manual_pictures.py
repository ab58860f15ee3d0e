"""The pictures of the README and of 使用手册: what each shows, how a person gets there, and what is ringed in it.

`tests/test_manual.py` draws them all and looks at each; `make manual` draws them anew into `docs/pictures`. The campaign
is the sample's: every name, number and address in it is invented.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from ingest.telling.digesting import make_digest
from tests.browsers import person
from tests.consoles import Running
from tests.desks import AFTER, take
from tests.sample import day
from tests.test_open_links import anchor, linked

# Narrow enough to be read on an A4 page.
_WIDTH = 1000
_PHONE = 375
_COLOURS = 96
_MARGIN = 12

# A numbered ring around each marked element, drawn on top of the page and moving nothing.
_RING = """(found) => found.forEach(([element, number]) => {
  const box = element.getBoundingClientRect(), ring = document.createElement('div'), sign = document.createElement('div');
  const [left, top] = [box.left + scrollX - 5, box.top + scrollY - 5];
  Object.assign(ring.style, {position: 'absolute', zIndex: 9000, left: left + 'px', top: top + 'px',
    width: box.width + 10 + 'px', height: box.height + 10 + 'px', boxSizing: 'border-box',
    border: '3px solid #d4351c', borderRadius: '8px', pointerEvents: 'none'});
  Object.assign(sign.style, {position: 'absolute', zIndex: 9001, left: Math.max(left - 11, 2) + 'px', top: Math.max(top - 11, 2) + 'px',
    width: '24px', height: '24px', borderRadius: '12px', background: '#d4351c', color: '#fff', font: 'bold 15px/24px sans-serif',
    textAlign: 'center', pointerEvents: 'none'});
  sign.textContent = number;
  document.body.append(ring, sign);
})"""


# What browsers write into these fields in the language of the machine, as one in Chinese writes it.
_IN_CHINESE = """() => document.querySelectorAll('input[type=file], input[type=date], input[type=time]').forEach(input => {
  const box = input.getBoundingClientRect(), said = document.createElement('div');
  if (!box.width) return;
  const words = {file: '选择文件　' + ([...input.files || []].map(one => one.name).join('、') || '未选择任何文件'),
    date: input.value.replaceAll('-', '/') || '年/月/日', time: input.value || '--:--'};
  said.textContent = words[input.type];
  Object.assign(said.style, {position: 'absolute', zIndex: 8999, left: box.left + scrollX + 2 + 'px', top: box.top + scrollY + 2 + 'px',
    width: box.width - 4 + 'px', height: box.height - 4 + 'px', padding: '0 10px', background: '#fff', color: '#333',
    boxSizing: 'border-box', lineHeight: box.height - 4 + 'px', overflow: 'hidden', whiteSpace: 'nowrap', pointerEvents: 'none'});
  document.body.append(said);
})"""


@dataclass(frozen=True)
class Shot:
    """One picture: where it is taken, what must stand there, what is ringed, and what of the page is kept."""

    name: str
    heading: str
    go: Callable[[Page, Running], object]
    marks: tuple[str, ...] = ()
    # What is cut out, from the top of the first to the foot of the last, at most `height`; nothing is the page's top.
    keep: tuple[str, ...] = ()
    height: int = 0
    role: str = "editor"
    width: int = _WIDTH
    headed: str = "h1, h2"


def _at(address: str) -> Callable[[Page, Running], object]:
    return lambda page, _running: page.goto(address)


def _case(community: str, running: Running) -> str:
    keys = running.console.board.seen.cases.items()
    return next(f"/cases/{key}" for key, case in keys if case.community == community)


def _correct(page: Page, running: Running) -> None:
    page.goto(_case("玄武湖畔花园", running))
    row = page.locator("#f-floor_area")
    row.locator("summary").first.click()
    row.get_by_label("建筑面积改为").fill("13.5万平方米")
    row.get_by_label("依据").fill("对照扫描件")


def _conflict(page: Page, running: Running) -> None:
    address = _case("姑苏人家", running)
    browser = page.context.browser
    assert browser
    page.goto(address)
    page.locator("#f-completed").locator("summary").first.click()
    with person(browser, running, "admin", {"width": _WIDTH, "height": 900}) as first:
        first.goto(address)
        first.locator("#f-completed").locator("summary").first.click()
        first.locator("#f-completed").get_by_label("建成时间改为").fill("2011年")
        first.locator("#f-completed").get_by_role("button", name="保存").click()
        expect(first.get_by_role("status")).to_contain_text("已认定")
    page.locator("#f-completed").get_by_label("建成时间改为").fill("2012年")
    page.locator("#f-completed").get_by_role("button", name="保存").click()


def _file(page: Page, running: Running) -> None:
    page.goto(_case("徐汇新村", running))
    page.locator("#files a", has_text="徐汇新村照片5.jpg").first.click()
    expect(page.locator("h1")).to_contain_text("徐汇新村照片5.jpg")


def _waive(page: Page, _running: Running) -> None:
    page.goto(f"/findings?province={quote('湖北')}&severity=warning")
    page.get_by_role("row", name=re.compile("手机空白")).get_by_role("checkbox").check()
    page.get_by_label(re.compile("理由")).fill("8月6日电话核实，补正表随后寄来")


def _add(page: Page, _running: Running) -> None:
    page.goto("/add")
    page.get_by_label("哪天收到的").fill("2026-08-04")
    page.get_by_label("哪个省").select_option("广东")
    page.get_by_label("怎样收到的").select_option("快递")
    page.get_by_label("小区（可不写）").fill("南山海景花园")


def _digest(page: Page, running: Running) -> None:
    # A digest is read in a mail program, which knows nothing of the console's policy of content.
    page.goto("about:blank")
    page.set_content(make_digest(running.desk, AFTER).html)


SHOTS = (
    Shot("console", "各省报送情况", _at("/"), height=760, width=1180),
    Shot("digest", "案例征集日报", _digest, height=900, width=820, headed="td"),
    Shot(
        "overview",
        "各省报送情况",
        _at("/"),
        (".outlook .sums", "ul.tiles", "section:has(#lacking) table", "header form"),
        height=900,
        width=1180,
    ),
    Shot("todo", "今天要处理的", _at("/"), keep=("section:has(h2:has-text('今天要处理的'))",), height=640),
    Shot("ask", "查找：江苏交了没", _at(f"/search?q={quote('江苏交了没')}"), ("header form", ".answer"), height=430),
    Shot(
        "province",
        "四川",
        _at(f"/provinces/{quote('四川')}"),
        ("#missing", "#cases", "a:text-is('函件')", "summary:text-is('批准延期')"),
        height=920,
    ),
    Shot(
        "mail",
        "好服务案例照片",
        _at("/messages/13"),
        ("#assign select#province", "#assign label.check", "#assign button.primary"),
        keep=("h1", "#assign button.primary"),
    ),
    Shot(
        "correct",
        "玄武湖畔花园",
        _correct,
        ("#f-floor_area summary >> nth=0", "#f-floor_area input[name=value]", "#f-floor_area button.primary"),
        keep=("#fields h2", "#f-floor_area"),
    ),
    Shot("file", "徐汇新村照片5.jpg", _file, ("dl.facts", "form.fields fieldset", "main form button:text-is('保存')"), keep=("h1", "main form button:text-is('保存')")),
    Shot(
        "waive",
        "问题",
        _waive,
        ("tr:has-text('手机空白') input", "#waive #note", "#waive button"),
        keep=("h1", "#waive"),
    ),
    Shot(
        "add",
        "补入",
        _add,
        ("main input[type=file]", "main select[name=province]", "main input[type=date]", "main button:text-is('补入')"),
        keep=("h1", "main button:text-is('补入')"),
    ),
    Shot("links", "云附件还没有下载", _at("/inbox/links"), ("a:text-is('补入下载的文件')",), height=420),
    Shot(
        "letter",
        "四川：催报函",
        _at(f"/provinces/{quote('四川')}/letter"),
        ("nav.choices", "button:text-is('复制正文')", "button:text-is('登记已发出')"),
        keep=("#letter-head", "button:text-is('登记已发出')"),
    ),
    Shot(
        "conflict",
        "别人已经处理过了",
        _conflict,
        ("button:text-is('看过了，仍按我的来')", "a:text-is('算了，保留原来的')"),
        height=420,
    ),
    Shot("people", "账号管理", _at("/people"), ("section:has(h2:text-is('新建账号')) form",), height=980, role="admin"),
    Shot("phone", "各省报送情况", _at("/"), height=720, width=_PHONE, role="reader"),
)  # fmt: skip


def prepare(running: Running, folder: Path) -> None:
    """Add to the sample what some pictures show beside it: a cloud link that nobody has downloaded."""
    late = linked(
        anchor("照片9.jpg", "key=zzz", expiry="2026年8月20日 21:15 到期", size="1.2M"),
        subject="江苏物协补充照片",
        sender="office@jsproperty.example",
        arrival=day("08-05T15:00:00"),
    )
    take(running.desk, folder, late)


def draw(shot: Shot, page: Page, running: Running) -> bytes:
    """Return a picture as WebP, drawn on the page of its role; fails where its heading or what it rings is not there."""
    page.set_viewport_size({"width": shot.width, "height": 900})
    shot.go(page, running)
    page.wait_for_load_state("networkidle")
    expect(page.locator(shot.headed, has_text=shot.heading).first).to_be_visible()
    found = [_only(page, mark) for mark in shot.marks]
    page.evaluate(_IN_CHINESE)
    page.evaluate(_RING, [[one.element_handle(), str(place)] for place, one in enumerate(found, 1)])
    return _small(page.screenshot(full_page=True, clip=_clip(page, shot), animations="disabled"))


@contextmanager
def people(browser: Browser, running: Running) -> Iterator[Callable[[str], Page]]:
    """Give what returns the page of a role: each signs in once, for all their pictures."""
    with ExitStack() as signed_in:
        size = {"width": _WIDTH, "height": 900}
        yield cache(lambda role: signed_in.enter_context(person(browser, running, role, size)))


def _only(page: Page, mark: str) -> Locator:
    one = page.locator(mark).first
    expect(one).to_be_visible()
    return one


def _clip(page: Page, shot: Shot) -> dict[str, float]:
    """Return what of the page is kept."""
    if not shot.keep:
        return {"x": 0, "y": 0, "width": shot.width, "height": shot.height}
    boxes = [
        _only(page, one).evaluate(
            "e => { const b = e.getBoundingClientRect(); return [b.top + scrollY, b.bottom + scrollY] }"
        )
        for one in shot.keep
    ]
    top, bottom = min(box[0] for box in boxes) - _MARGIN, max(box[1] for box in boxes) + _MARGIN
    kept = bottom - max(top, 0)
    return {"x": 0, "y": max(top, 0), "width": shot.width, "height": min(kept, shot.height or kept)}


def _small(png: bytes) -> bytes:
    """Return a picture with few colours: a page has few, and fewer bytes are fewer in the history of git."""
    flat = Image.open(io.BytesIO(png)).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).convert("RGB")
    kept = io.BytesIO()
    flat.save(kept, "WEBP", lossless=True, quality=100, method=6)
    return kept.getvalue()


def draw_all(browser: Browser, running: Running, folder: Path, shots: Iterable[Shot] = SHOTS) -> None:
    """Write the pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with people(browser, running) as page_of:
        for shot in shots:
            (folder / f"{shot.name}.webp").write_bytes(draw(shot, page_of(shot.role), running))
