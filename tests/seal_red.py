"""What is red on a page and no organisation's seal: letterheads, logos, photos, headings, pens, marks, borders."""

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.seal_drawing import INKS, draw_fingerprint, draw_letterhead, draw_seal, draw_star, font_of, stamped

_RED = (215, 25, 30)
_YELLOW = (250, 215, 60)


def _letterhead(sheet: Any) -> None:
    text = str(
        sheet.random.choice(
            ["杭州市物业管理协会文件", "山东省住房和城乡建设厅", "中国物业管理协会", "会议纪要", "国因回圆园图文件"]
        )
    )
    sheet.page = draw_letterhead(sheet.page, text, font=int(sheet.random.integers(8)))
    if sheet.random.random() < 0.5:
        draw = ImageDraw.Draw(sheet.page)
        draw.line(
            (20 * sheet.mm, sheet.height * 0.93, sheet.width - 20 * sheet.mm, sheet.height * 0.93),
            fill=_RED,
            width=max(1, round(sheet.mm)),
        )


def _place(sheet: Any, low: float = 18, high: float = 45) -> tuple[tuple[float, float], float]:
    size = sheet.random.uniform(low, high) * sheet.mm
    return sheet.free(size / 2), size


def _disc(sheet: Any) -> None:
    """Put a solid round logo with a white letter or shape in it."""
    (x, y), size = _place(sheet)
    draw = ImageDraw.Draw(sheet.page)
    draw.ellipse((x - size / 2, y - size / 2, x + size / 2, y + size / 2), fill=_RED)
    draw.text(
        (x, y),
        str(sheet.random.choice(["万", "物", "P", "保", "★"])),
        fill="white",
        font=font_of(round(size * 0.6), int(sheet.random.integers(8))),
        anchor="mm",
    )


def _ring_logo(sheet: Any) -> None:
    """Put a ring with a big letter or a figure in it, no text along the ring."""
    (x, y), size = _place(sheet)
    draw = ImageDraw.Draw(sheet.page)
    draw.ellipse(
        (x - size / 2, y - size / 2, x + size / 2, y + size / 2),
        outline=_RED,
        width=round(size * sheet.random.uniform(0.03, 0.12)),
    )
    kind = sheet.random.integers(4)
    if kind == 0:
        draw.text(
            (x, y),
            str(sheet.random.choice(["万", "物", "家", "W"])),
            fill=_RED,
            font=font_of(round(size * 0.55), int(sheet.random.integers(8))),
            anchor="mm",
        )
    elif kind == 1:
        draw_star(draw, (x, y), size * 0.3, _RED)
    elif kind == 2:
        draw.ellipse(
            (x - size * 0.3, y - size * 0.3, x + size * 0.3, y + size * 0.3), outline=_RED, width=round(size * 0.05)
        )
    else:
        draw.polygon(
            [(x - size * 0.3, y + size * 0.25), (x, y - size * 0.35), (x + size * 0.3, y + size * 0.25)], fill=_RED
        )


def _sign(sheet: Any) -> None:
    """Put a traffic sign: a thick red ring, black figures in it."""
    (x, y), size = _place(sheet)
    draw = ImageDraw.Draw(sheet.page)
    draw.ellipse(
        (x - size / 2, y - size / 2, x + size / 2, y + size / 2), outline=_RED, width=round(size * 0.1), fill="white"
    )
    draw.text(
        (x, y),
        str(sheet.random.choice(["5", "30", "禁", "停"])),
        fill="black",
        font=font_of(round(size * 0.5)),
        anchor="mm",
    )


def _heading(sheet: Any) -> None:
    draw = ImageDraw.Draw(sheet.page)
    size = sheet.mm * sheet.random.uniform(4, 9)
    for line in range(int(sheet.random.integers(1, 12))):
        draw.text(
            (25 * sheet.mm, 45 * sheet.mm + line * size * 1.6),
            "".join(sheet.random.choice(list("住宅小区好服务案例推荐表附件国园图四回品质"), 14)),
            fill=_RED,
            font=font_of(round(size), int(sheet.random.integers(8))),
        )


def _table(sheet: Any) -> None:
    """Put a table with red lines and a filled red head."""
    draw, mm = ImageDraw.Draw(sheet.page), sheet.mm
    left, top, columns, rows = (
        25 * mm,
        sheet.random.uniform(40, 120) * mm,
        int(sheet.random.integers(3, 8)),
        int(sheet.random.integers(3, 9)),
    )
    wide, high = (sheet.width - 50 * mm) / columns, sheet.random.uniform(8, 30) * mm
    for row in range(rows):
        for column in range(columns):
            box = (left + column * wide, top + row * high, left + (column + 1) * wide, top + (row + 1) * high)
            draw.rectangle(box, outline=_RED, width=max(1, round(0.5 * mm)), fill=_RED if row == 0 else None)
            draw.text(
                (box[0] + 2 * mm, box[1] + 2 * mm),
                "小区",
                fill="white" if row == 0 else _RED,
                font=font_of(round(4.5 * mm)),
            )


def _stroke(sheet: Any, points: list[tuple[float, float]], width: float) -> None:
    draw = ImageDraw.Draw(sheet.page)
    ink = INKS[str(sheet.random.choice(["red", "bright", "orange", "pink"]))]
    draw.line(
        [(x * sheet.mm, y * sheet.mm) for x, y in points],
        fill=ink,
        width=max(1, round(width * sheet.mm)),
        joint="curve",
    )


def _pen(sheet: Any) -> None:
    """Write by hand in red: checks, waves, crosses, circles about words, scribble."""
    random = sheet.random
    for _ in range(int(random.integers(3, 14))):
        x, y = random.uniform(20, sheet.width / sheet.mm - 50), random.uniform(20, sheet.height / sheet.mm - 40)
        kind, size = random.integers(5), random.uniform(6, 25)
        if kind == 0:
            _stroke(
                sheet, [(x, y), (x + size * 0.3, y + size * 0.5), (x + size, y - size * 0.5)], random.uniform(0.4, 1.2)
            )
        elif kind == 1:
            _stroke(sheet, [(x + t, y + math.sin(t) * 2) for t in np.linspace(0, size * 2, 60)], 0.6)
        elif kind == 2:
            _circle(sheet, x, y, random.uniform(6, 24), random.uniform(4, 20))
        elif kind == 3:
            _stroke(sheet, [(x, y), (x + size, y + size)], 0.8)
            _stroke(sheet, [(x + size, y), (x, y + size)], 0.8)
        else:
            _stroke(
                sheet,
                [(x + t + random.normal(0, 2), y + random.normal(0, 3)) for t in np.linspace(0, size * 1.5, 30)],
                0.6,
            )


def _circle(sheet: Any, x: float, y: float, a: float, b: float) -> None:
    wobble = sheet.random.normal(0, 0.02, 6)
    turn = np.linspace(0, 2 * np.pi * sheet.random.uniform(0.9, 1.15), 80)
    far = 1 + sum(wobble[k] * np.cos((k + 1) * turn) for k in range(6))
    _stroke(
        sheet,
        [(x + a * r * math.cos(t), y + b * r * math.sin(t)) for t, r in zip(turn, far, strict=True)],
        sheet.random.uniform(0.4, 1.0),
    )


def _circled(sheet: Any) -> None:
    """Draw circles as wide as a seal about words by a red pen, a red note beside or in them."""
    for _ in range(int(sheet.random.integers(1, 4))):
        x, y = (
            sheet.random.uniform(40, sheet.width / sheet.mm - 40),
            sheet.random.uniform(40, sheet.height / sheet.mm - 40),
        )
        _circle(sheet, x, y, sheet.random.uniform(16, 24), sheet.random.uniform(14, 24))
        if sheet.random.random() < 0.5:
            _stroke(
                sheet,
                [(x + t + sheet.random.normal(0, 1.5), y + sheet.random.normal(0, 3)) for t in np.linspace(-9, 9, 24)],
                0.7,
            )


def _prints(sheet: Any) -> None:
    for _ in range(int(sheet.random.integers(1, 6))):
        place, size = _place(sheet, 15, 25)
        drawn = draw_fingerprint(
            round(size), seed=int(sheet.random.integers(1 << 30)), ink=INKS[str(sheet.random.choice(list(INKS)))]
        )
        sheet.page = stamped(sheet.page, drawn, place, sheet.random.uniform(-40, 40))


def _persons(sheet: Any) -> None:
    """Stamp persons' names: small squares, and small circles and ovals."""
    for _ in range(int(sheet.random.integers(1, 4))):
        place, size = _place(sheet, 10, 20)
        drawn = draw_seal(
            str(sheet.random.choice(["王小明印", "李国强", "张伟", "陈建国章"])),
            round(size),
            shape="square",
            font=int(sheet.random.integers(8)),
            seed=int(sheet.random.integers(1 << 30)),
        )
        sheet.page = stamped(sheet.page, drawn, place, sheet.random.normal(0, 5))


def _highlighted(sheet: Any) -> None:
    draw, mm = ImageDraw.Draw(sheet.page), sheet.mm
    for _ in range(int(sheet.random.integers(3, 10))):
        x, y, wide = (
            sheet.random.uniform(20, 100) * mm,
            sheet.random.uniform(30, 180) * mm,
            sheet.random.uniform(20, 90) * mm,
        )
        fill, ink = ((255, 230, 60), _RED) if sheet.random.random() < 0.5 else ((250, 150, 160), (20, 20, 20))
        draw.rectangle((x, y, x + wide, y + 7 * mm), fill=fill)
        draw.text(
            (x, y + 1 * mm), "物业服务费收缴率大幅上升"[: int(wide / mm / 6)], fill=ink, font=font_of(round(5 * mm))
        )


def _border(sheet: Any) -> None:
    draw, mm = ImageDraw.Draw(sheet.page), sheet.mm
    for inset, wide in ((8, 2.5), (12, 0.6)):
        draw.rectangle(
            (inset * mm, inset * mm, sheet.width - inset * mm, sheet.height - inset * mm),
            outline=_RED,
            width=max(1, round(wide * mm)),
        )
    for x in (8 * mm, sheet.width - 8 * mm):
        for y in (8 * mm, sheet.height - 8 * mm):
            draw.ellipse((x - 7 * mm, y - 7 * mm, x + 7 * mm, y + 7 * mm), outline=_RED, width=round(mm))


def _emblem(sheet: Any) -> None:
    """Put a party emblem's like: gold on a red disc or flag, or a red sickle-like figure."""
    (x, y), size = _place(sheet, 20, 45)
    draw = ImageDraw.Draw(sheet.page)
    kind = sheet.random.integers(3)
    if kind == 0:
        draw.ellipse(
            (x - size / 2, y - size / 2, x + size / 2, y + size / 2),
            fill=_RED,
            outline=_YELLOW,
            width=round(size * 0.06),
        )
        draw_star(draw, (x, y - size * 0.1), size * 0.15, _YELLOW)
        draw.arc(
            (x - size * 0.3, y - size * 0.3, x + size * 0.3, y + size * 0.3),
            20,
            160,
            fill=_YELLOW,
            width=round(size * 0.08),
        )
    elif kind == 1:
        draw.rectangle((x - size * 0.7, y - size * 0.45, x + size * 0.7, y + size * 0.45), fill=_RED)
        draw_star(draw, (x - size * 0.4, y - size * 0.2), size * 0.15, _YELLOW)
    else:
        draw.arc(
            (x - size * 0.45, y - size * 0.45, x + size * 0.45, y + size * 0.45),
            -100,
            130,
            fill=_RED,
            width=round(size * 0.09),
        )
        draw.line(
            (x - size * 0.4, y - size * 0.3, x + size * 0.35, y + size * 0.4), fill=_RED, width=round(size * 0.09)
        )


def _scene(random: np.random.Generator, wide: int, high: int) -> Image.Image:
    """Paint a scene of a housing estate with red things: banners, lanterns, houses, faces, flags."""
    y = np.linspace(0, 1, high)[:, None]
    sky = np.array([150, 190, 225]) * (1 - y[..., None]) + np.array([120, 140, 110]) * y[..., None]
    scene = Image.fromarray(np.broadcast_to(sky, (high, wide, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(scene)
    for _ in range(int(random.integers(4, 12))):
        x, yy, size = random.uniform(0, wide), random.uniform(0.1, 0.9) * high, random.uniform(0.1, 0.45) * high
        red = tuple(int(v) for v in np.clip(np.array([200, 40, 40]) + random.normal(0, 25, 3), 0, 255))
        kind = random.integers(6)
        if kind == 0:
            draw.rectangle((x, yy, x + size * 3, yy + size * 0.4), fill=red)
            draw.text(
                (x + size * 0.1, yy),
                "创建文明小区共享美好生活",
                fill=_YELLOW if random.random() < 0.5 else "white",
                font=font_of(round(size * 0.25), 1),
            )
        elif kind == 1:
            for k in range(6):
                draw.ellipse(
                    (x + size * (0.1 * k) / 1.2, yy, x + size - size * (0.1 * k) / 1.2, yy + size * 0.85),
                    outline=(150, 20, 20),
                    fill=red,
                )
            draw.line((x + size / 2, yy + size, x + size / 2, yy + size * 1.3), fill=_YELLOW, width=3)
        elif kind == 2:
            draw.polygon([(x, yy), (x + size / 2, yy - size * 0.5), (x + size, yy)], fill=red)
            draw.rectangle((x, yy, x + size, yy + size), fill=(210, 180, 160))
            for k in range(4):
                draw.rectangle(
                    (
                        x + size * (0.1 + 0.45 * (k % 2)),
                        yy + size * (0.1 + 0.45 * (k // 2)),
                        x + size * (0.4 + 0.45 * (k % 2)),
                        yy + size * (0.4 + 0.45 * (k // 2)),
                    ),
                    outline=red,
                    width=max(2, round(size / 20)),
                )
        elif kind == 3:
            draw.ellipse((x, yy, x + size * 0.8, yy + size), fill=(226, 172, 145))
            draw.ellipse((x + size * 0.25, yy + size * 0.65, x + size * 0.55, yy + size * 0.8), fill=(190, 60, 70))
        elif kind == 4:
            draw.ellipse(
                (x, yy, x + size, yy + size), outline=red, width=max(2, round(size * random.uniform(0.04, 0.15)))
            )
            draw.ellipse((x + size * 0.3, yy + size * 0.3, x + size * 0.7, yy + size * 0.7), fill=red)
        else:
            for k in range(40):
                a, b = x + random.normal(0, size * 0.4), yy + random.normal(0, size * 0.3)
                draw.ellipse((a, b, a + size * 0.12, b + size * 0.12), fill=red if k % 2 else (60, 110, 50))
    return scene.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 2)))


def _photos(sheet: Any) -> None:
    for _ in range(int(sheet.random.integers(1, 4))):
        wide, high = int(sheet.random.uniform(50, 150) * sheet.mm), int(sheet.random.uniform(40, 90) * sheet.mm)
        x, y = (
            int(sheet.random.uniform(0, max(1, sheet.width - wide))),
            int(sheet.random.uniform(0, max(1, sheet.height - high))),
        )
        sheet.page.paste(_scene(sheet.random, wide, high), (x, y))


def real_photos() -> tuple[Path, ...]:
    """Return the photos of the folder that SEAL_PHOTOS names, if any: real ones make the better trial."""
    return tuple(sorted(Path(os.environ.get("SEAL_PHOTOS", "/nonexistent")).glob("*.[jp][pn]g")))


def _real(sheet: Any) -> None:
    for _ in range(int(sheet.random.integers(1, 4))):
        path = real_photos()[int(sheet.random.integers(len(real_photos())))]
        wide, high = int(sheet.random.uniform(60, 190) * sheet.mm), int(sheet.random.uniform(50, 190) * sheet.mm)
        with Image.open(path) as photo:
            shown = photo.convert("RGB").resize((wide, high))
        if sheet.random.random() < 0.4:  # much redder than it was
            shown = Image.fromarray(np.clip(np.asarray(shown) * [1.25, 0.7, 0.7], 0, 255).astype(np.uint8))
        sheet.page.paste(
            shown, (int(sheet.random.uniform(0, 40) * sheet.mm), int(sheet.random.uniform(0, 120) * sheet.mm))
        )


REDS: dict[str, Callable[[Any], None]] = {
    "letterhead": _letterhead, "solid round logo": _disc, "ring logo, no text": _ring_logo, "traffic sign": _sign,
    "red headings": _heading, "red table": _table, "red pen": _pen, "circled by pen": _circled,
    "fingerprints": _prints, "persons' seals": _persons, "highlighted": _highlighted, "red border": _border,
    "party emblem": _emblem, "painted red photos": _photos,
}  # fmt: skip
if real_photos():
    REDS["real photos"] = _real
