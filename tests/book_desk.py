"""A desk with three cases whose photos and materials are as the book meets them: good, odd, and broken."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import docx
from docx.shared import Cm
from PIL import Image, ImageCms, ImageDraw

from ingest.desk import Desk
from tests import doc_builders as build
from tests.desks import desk, take
from tests.inbox import Sent, list_files, mail
from tests.mail_builders import gbk_zip
from tests.photo_builders import heavy, photo_like, saved
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0)
B = Sent("东湖名苑", "杭州东湖物业服务有限公司", "杭州市物业管理协会", photos=3)
C = Sent("广场新村", "宁波广场物业服务有限公司", "宁波市物业管理协会", photos=0)
TITLE = "红色管家进万家 邻里和谐共一家"
TABLE = [["年份", "收缴率"], ["2024", "86%"], ["2025", "97%"]]


def turned_photo() -> bytes:
    """Return a JPEG over 1 MB that lies on its side, with the place where it was taken: upright its top is white."""
    image = photo_like("turned", 1_600, 1_200)
    # What the camera calls its left side comes up when it is turned.
    ImageDraw.Draw(image).rectangle((0, 0, 200, 1_200), fill="white")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "CAMERA-MAKER"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 0.0)
    return heavy(saved(image, exif=exif.tobytes(), comment=b"home of the photographer"), "turned")


def swapped_profile() -> bytes:
    """Return a colour profile in which red is called blue, and blue red: whoever does not heed it is seen at once."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = data.index(b"rXYZ"), data.index(b"bXYZ")
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


def material(community: str, company: str, pictures: int = 2) -> bytes:
    """Return a material with a table, so many pictures with captions below them, and the caption of the table."""
    document = docx.Document(io.BytesIO(build.case_material_docx(community, TITLE, company)))
    at = next(one for one in document.paragraphs if "取得成效" in one.text)
    at.insert_paragraph_before("表1 历年收缴率")
    grid = document.add_table(len(TABLE), len(TABLE[0]))
    for row, texts in zip(grid.rows, TABLE, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    at._p.addprevious(grid._tbl)  # noqa: SLF001 (no API to place a table)
    for number in range(1, pictures + 1):
        shown = at.insert_paragraph_before()
        image = saved(photo_like(f"{community}插图{number}", 1_000, 750), quality=90)
        shown.add_run().add_picture(io.BytesIO(image), width=Cm(12))
        at.insert_paragraph_before(f"图{number} 整治后的第{number}处")
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


@cache
def files() -> dict[str, bytes]:
    """Return the files of the three cases, by their paths; profiles and packages hold the time when they were made."""
    one, two, three = (f"{case.company}/{case.community}" for case in (A, B, C))
    good = [heavy(saved(photo_like(f"good {number}")), number) for number in range(4)]
    lacking = build.case_material_docx(B.community, "=cmd|'/c calc'!A1 智慧赋能", B.company)
    return {
        **{path: data for case in (A, B, C) for path, data in case.files().items() if "+" not in path},
        f"{one}/{A.community}+{TITLE}.docx": material(A.community, A.company),
        f"{one}/01大门.jpg": turned_photo(),
        f"{one}/02小图.jpg": saved(photo_like("small")),
        f"{one}/03截图.png": saved(photo_like("shot", 1_200, 900), "PNG"),
        f"{one}/04没传完.jpg": good[0][:20_000],
        f"{one}/05又一张.jpg": heavy(saved(photo_like("good 1"), quality=70), "again"),
        f"{one}/06车棚.JPG": good[1],
        f"{one}/07 <b>花园.jpeg": good[2],
        f"{one}/08颜色.jpg": heavy(saved(Image.new("RGB", (800, 600), "red"), icc_profile=swapped_profile()), "red"),
        f"{two}/{B.community}+智慧赋能.docx": without_section(lacking, "总结启示"),
        f"{three}/{C.community}+案例材料.docx": lacking[: len(lacking) // 2],
    }


def without_section(data: bytes, heading: str) -> bytes:
    """Return a material without one of its sections."""
    document = docx.Document(io.BytesIO(data))
    inside = False
    for paragraph in list(document.paragraphs):
        if "、" in paragraph.text[:3] and len(paragraph.text) < 12:
            inside = heading in paragraph.text
        if inside:
            paragraph._p.getparent().remove(paragraph._p)  # noqa: SLF001 (no API to remove one)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


@contextmanager
def book_desk(folder: Path) -> Iterator[Desk]:
    """Give a desk that has taken in the three cases of 浙江."""
    lists = list_files("浙江省物业管理协会", (A, B, C), scanned=False)
    zipped = gbk_zip(files())
    raw = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), {**lists, "案例材料.zip": zipped})
    with desk(folder) as opened:
        take(opened, folder / "inbox", raw)
        yield opened
