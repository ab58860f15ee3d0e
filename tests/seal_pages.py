"""Makes pages with seals on them, and pages with what is red but no seal, for tests and the benchmark of seals.

`page_of(case, number)` gives a picture (BGR) and the boxes of the organisation's seals on it, the same for one number.
"""

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.seal_camera import CHANNELS, Boxes, Picture, fax, grey
from tests.seal_drawing import INKS, draw_fingerprint, draw_letterhead, draw_seal, font_of, stamped
from tests.seal_red import REDS

_NAMES = (
    "杭州市物业管理协会", "山东省物业管理协会", "广西壮族自治区南宁市住宅物业服务行业协会", "万科物业服务有限公司",
    "济南绿城物业服务集团有限公司", "大连市物协", "深圳市物业管理行业协会", "中海物业管理有限公司青岛分公司",
    "呼和浩特市房地产业协会", "保利物业", "成都市武侯区物业管理协会", "上海永升物业管理股份有限公司",
)  # fmt: skip
_WORDS = "小区名称物业服务企业联系地址建成时间建筑面积交付项目类型收缴率推荐理由所获荣誉申报单位盖章年月日的一是在有和人这中大为上个国我以要他会作时来用们生到作"
_DPI = (100, 120, 150, 150, 200, 200, 300)


class Sheet:
    """A page being made: its picture, its scale, the seals put on it."""

    def __init__(self, random: np.random.Generator, dpi: int | None = None, *, wide: bool | None = None) -> None:
        self.random = random
        self.mm = (dpi or int(random.choice(_DPI))) / 25.4
        wide = random.random() < 0.2 if wide is None else wide
        size = (round(297 * self.mm), round(210 * self.mm)) if wide else (round(210 * self.mm), round(297 * self.mm))
        self.page = Image.new("RGB", size, tuple(int(v) for v in 255 - random.integers(0, 8, 3)))
        self.boxes: Boxes = []
        self.taken: list[tuple[float, float, float]] = []
        self.inks: tuple[str, ...] = tuple(INKS)

    @property
    def width(self) -> int:
        return self.page.width

    @property
    def height(self) -> int:
        return self.page.height

    def text(self) -> None:
        """Fill the page with what pages hold: a table, paragraphs, a foot."""
        draw, mm, random = ImageDraw.Draw(self.page), self.mm, self.random
        number, size = int(random.integers(0, 8)), round(mm * random.uniform(3.6, 5.5))
        face, ink = font_of(size, number), tuple([int(random.integers(0, 60))] * 3)
        title = "".join(random.choice(list(_WORDS), 14))
        draw.text((self.width / 2, 22 * mm), title, fill=ink, font=font_of(round(size * 1.4), number), anchor="mm")
        y, end = 35 * mm, self.height - 20 * mm
        ruled = random.random() < 0.6
        while y < end:
            if ruled:
                columns = int(random.integers(1, 5))
                high = mm * random.uniform(8, 22)
                for column in range(columns):
                    left = 20 * mm + column * (self.width - 40 * mm) / columns
                    draw.rectangle(
                        (left, y, left + (self.width - 40 * mm) / columns, y + high),
                        outline=ink,
                        width=max(1, round(mm * 0.3)),
                    )
                    draw.text(
                        (left + 2 * mm, y + high / 2),
                        "".join(random.choice(list(_WORDS), int(random.integers(2, 9)))),
                        fill=ink,
                        font=face,
                        anchor="lm",
                    )
                y += high
            else:
                draw.text(
                    (20 * mm, y),
                    "".join(random.choice(list(_WORDS), int((self.width - 40 * mm) / size * random.uniform(0.4, 1)))),
                    fill=ink,
                    font=face,
                )
                y += size * 1.7

    def seal(self, x: float, y: float, **wanted: Any) -> None:
        """Stamp a seal at a place given in pixels, remembered where it is an organisation's."""
        random = self.random
        shape = wanted.pop("shape", "round")
        millimetres = wanted.pop("mm", random.uniform(38, 45) if shape != "oval" else random.uniform(40, 48))
        name = (
            str(random.choice(_NAMES))
            if shape != "square"
            else "".join(random.choice(list(_WORDS), int(random.integers(2, 10))))
        )
        chosen: dict[str, Any] = {
            "ink": INKS[str(random.choice(self.inks))], "wear": random.uniform(0, 0.6), "shape": shape,
            "seed": int(random.integers(1 << 30)), "font": int(random.integers(0, 8)), "turn": random.normal(0, 15),
            "bottom": str(random.choice(["", "", "财务专用章", "合同专用章", "业务专用章"])), "code": str(random.choice(["", "3301060012345"])),
        } | wanted  # fmt: skip
        drawn = draw_seal(name, round(millimetres * self.mm), **chosen)
        self.page = stamped(self.page, drawn, (x, y))
        self.boxes.append((x - drawn.width / 2, y - drawn.height / 2, drawn.width, drawn.height))
        self.taken.append((x, y, max(drawn.size) / 2))

    def free(self, radius: float, edge: float = 1.0) -> tuple[float, float]:
        """Return a place where a thing of that radius touches no other so far."""
        for _ in range(200):
            x = self.random.uniform(radius * edge, self.width - radius * edge)
            y = self.random.uniform(radius * edge, self.height - radius * edge)
            if all(math.hypot(x - a, y - b) > (radius + c) * 1.05 for a, b, c in self.taken):
                break
        self.taken.append((x, y, radius))
        return x, y


def _somewhere(sheet: Sheet, **wanted: Any) -> None:
    sheet.seal(*sheet.free(24 * sheet.mm), **wanted)


def _one(sheet: Sheet) -> None:
    _somewhere(sheet)


def _no_star(sheet: Sheet) -> None:
    _somewhere(sheet, star=False)


def _faint(sheet: Sheet) -> None:
    _somewhere(sheet, faint=sheet.random.uniform(0.4, 0.75))


def _partial(sheet: Sheet) -> None:
    _somewhere(sheet, partial=sheet.random.uniform(0.15, 0.4))


def _oval(sheet: Sheet) -> None:
    _somewhere(sheet, shape="oval", bottom="财务专用章", turn=sheet.random.normal(0, 12))


def _several(sheet: Sheet) -> None:
    for _ in range(int(sheet.random.integers(2, 7))):
        _somewhere(sheet)


def _row(sheet: Sheet) -> None:
    count = int(sheet.random.integers(2, 5))
    y = sheet.height * sheet.random.uniform(0.3, 0.9)
    step = sheet.width / count
    for number in range(count):
        sheet.seal(step * (number + 0.5), y + sheet.random.normal(0, 3 * sheet.mm), mm=min(42, step / sheet.mm))


def _overlapping(sheet: Sheet) -> None:
    x, y = sheet.random.uniform(0.3, 0.6) * sheet.width, sheet.random.uniform(0.2, 0.8) * sheet.height
    angle, far = sheet.random.uniform(0, 6.28), sheet.random.uniform(0.5, 0.95) * 42 * sheet.mm
    sheet.seal(x, y)
    sheet.seal(x + far * math.cos(angle), y + far * math.sin(angle))


def _cut(sheet: Sheet) -> None:
    """Stand over an edge of the paper, less than half of it outside."""
    out = sheet.random.uniform(-0.2, 0.9) * 20 * sheet.mm
    along = sheet.random.uniform(0.15, 0.85)
    places = [
        (out, along * sheet.height),
        (sheet.width - out, along * sheet.height),
        (along * sheet.width, sheet.height - out),
    ]
    sheet.seal(*places[int(sheet.random.integers(3))])


def _half(sheet: Sheet) -> None:
    """骑缝章: about half of it on this page."""
    sheet.seal(sheet.width - sheet.random.uniform(-1, 4) * sheet.mm, sheet.random.uniform(0.2, 0.8) * sheet.height)


def _with_letterhead(sheet: Sheet) -> None:
    sheet.page = draw_letterhead(
        sheet.page, "杭州市物业管理协会文件"[: int(sheet.random.integers(6, 12))], font=int(sheet.random.integers(8))
    )
    sheet.seal(sheet.random.uniform(0.2, 0.8) * sheet.width, sheet.random.uniform(0.4, 0.9) * sheet.height)


def _with_company(sheet: Sheet) -> None:
    """Beside a fingerprint and a person's seal, in part over them."""
    x, y = sheet.random.uniform(0.3, 0.7) * sheet.width, sheet.random.uniform(0.4, 0.85) * sheet.height
    sheet.page = stamped(
        sheet.page,
        draw_fingerprint(round(20 * sheet.mm), seed=int(sheet.random.integers(1 << 30))),
        (x - 33 * sheet.mm, y),
    )
    sheet.page = stamped(
        sheet.page,
        draw_seal("王小明印", round(18 * sheet.mm), shape="square"),
        (x + sheet.random.uniform(15, 34) * sheet.mm, y),
    )
    sheet.seal(x, y)


SEALED: dict[str, Callable[[Sheet], None]] = {
    "one": _one, "no star": _no_star, "faint": _faint, "partly inked": _partial, "oval": _oval, "several": _several,
    "a row": _row, "two overlapping": _overlapping, "cut at the edge": _cut, "half at the edge": _half,
    "with letterhead": _with_letterhead, "with fingerprint, person": _with_company,
}  # fmt: skip


def page_of(case: str, number: int, channel: str | None = None) -> tuple[Picture, Boxes]:
    """Return page `number` of a case (a key of SEALED, of tests.seal_red.REDS, or "plain"), through a channel."""
    random = np.random.default_rng([number, *case.encode()])
    sheet = Sheet(random)
    sheet.text()
    if case in SEALED:
        SEALED[case](sheet)
    elif case in REDS:
        REDS[case](sheet)
    picture = cv2.cvtColor(np.asarray(sheet.page), cv2.COLOR_RGB2BGR)
    way = {**CHANNELS, "grey": grey, "fax": fax}[channel or str(random.choice(list(CHANNELS)))]
    return way(picture, sheet.boxes, random)  # type: ignore[arg-type]
