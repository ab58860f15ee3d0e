"""The contents of a text pack (目录.csv): every file with its length, hash and source, and what is not there."""

import hashlib
from collections.abc import Iterable, Sequence

from reports.book.text_pack import Entry
from reports.making.tables import csv_text
from reports.picture import CaseView, Picture
from reports.wording import clock

DIRECTORY, ABOUT = "目录.csv", "说明.txt"
_HEADINGS = (
    "省份", "城市", "小区名称", "物业服务企业", "案例标题", "文件夹", "内容", "文件", "字数", "字节", "SHA-256",
    "来源文件", "说明", "截至",
)  # fmt: skip


def directory(rows: Iterable[tuple[CaseView, str, Entry]], picture: Picture) -> str:
    """Return the table of contents as CSV, given each file's case, folder and itself, its path within the pack."""
    as_of = clock(picture.as_of, picture.campaign.call.zone)
    told = [
        [
            case.province, case.city, case.community, case.company, case.title, folder, entry.what, entry.path,
            entry.characters, entry.size, _sha256(entry), entry.source, entry.note, as_of,
        ]
        for case, folder, entry in rows
    ]  # fmt: skip
    return csv_text(_HEADINGS, told)


def _sha256(entry: Entry) -> str | None:
    if not entry.path:
        return None
    return entry.blob or hashlib.sha256(entry.data).hexdigest()


def about_pack(cases: Sequence[CaseView], picture: Picture) -> str:
    """Return what stands at the front of a pack: of what and as of when it is, and how its files are written."""
    call = picture.campaign.call
    provinces = len({case.province for case in cases})
    return "\n".join(
        (
            f"{call.title}　文稿包",
            f"截至 {clock(picture.as_of, call.zone)}（北京时间），{provinces} 个省、{len(cases)} 个案例；{call.notice}",
            "",
            "每个案例一个文件夹：省份/小区名称+案例标题。各节一个文本文件，全文合为一个；照片是收到的原件，一个字节也没有改。",
            "文本为 UTF-8（带 BOM），Windows 换行；目录.csv、图注.csv 可用 WPS 表格或 Excel 打开。",
            "没有识别到的内容在目录.csv 的“说明”一栏和各文件夹的 00-说明.txt 里写明，没有补写。",
            "再次写出时，有人改过的文件不会被覆盖（除非用 --overwrite）；请保留 写出记录.json。",
        )
    )
