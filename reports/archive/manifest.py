"""What lies in the archive, by hash: a table for people (清单.csv), sums for `sha256sum -c`, and how to check it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from config.campaign import Call
from reports.archive.layout import MAILS, OLD, OTHERS, WITHDRAWN, Entry
from reports.archive.placing import RETIRED
from reports.archive.state import Own
from reports.making.tables import csv_text
from reports.wording import clock, one_line

_COLUMNS = (
    "路径", "材料", "状态", "省份", "城市", "小区名称", "物业服务企业", "收到时的名称", "来信编号", "到达时间",
    "字节数", "SHA-256", "说明",
)  # fmt: skip
TABLE, SUMS, README, INDEX, LEDGER = "清单.csv", "SHA256SUMS", "说明.txt", "索引.html", "台账.xlsx"


def table(entries: Sequence[Entry], where: Mapping[str, str], retired: Mapping[str, Own], call: Call) -> bytes:
    """Return the manifest as CSV for people: Excel and WPS know by the mark at its start that it is UTF-8."""
    rows = [_row(entry, where[entry.path], call) for entry in entries if entry.path in where]
    rows += [
        (path, "", "已不采用", "", "", "", "", "", "", "", own.bytes, own.sha256, "曾经放入，后来不再采用")
        for path, own in sorted(retired.items())
    ]
    return ("\ufeff" + csv_text(_COLUMNS, rows)).encode()


def _row(entry: Entry, path: str, call: Call) -> Sequence[object]:
    return (
        path, entry.what, _standing(path), entry.province, *map(one_line, (entry.city, entry.community, entry.company)),
        one_line(entry.original), one_line(entry.message), clock(entry.arrival, call.zone), entry.bytes, entry.sha256,
        one_line(entry.note),
    )  # fmt: skip


def _standing(path: str) -> str:
    """Return how a file stands, by the folder that it lies in."""
    words = {OLD: "旧版本", WITHDRAWN: "已撤回", OTHERS: "未归入小区", MAILS: "来信"}
    parts = path.split("/")
    return next((word for name, word in words.items() if name in parts[1:2]), "采用")


def sums(hashes: Iterable[tuple[str, str]]) -> bytes:
    """Return (path, SHA-256) as `sha256sum -c` reads them; no name here holds a line end or a backslash."""
    return "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(hashes)).encode()


def readme(title: str, as_of: datetime, call: Call, names: Mapping[str, str], counts: Mapping[str, int]) -> bytes:
    """Return what this folder is and how to check it, as a text that Notepad reads."""
    lines = _README.format(
        title=title, as_of=clock(as_of, call.zone), index=names[INDEX], ledger=names[LEDGER], table=names[TABLE],
        sums=names[SUMS], retired=RETIRED, **counts,
    )  # fmt: skip
    return ("\ufeff" + lines.replace("\n", "\r\n")).encode()


_README = """\
{title}　归档
数据截至 {as_of}　应报案例 {cases} 个，文件 {files} 个

一、这是什么
　　各省报送的材料，按通知附件2的命名要求放好：
　　　　省／物业服务企业／小区+标题.docx
　　　　省／物业服务企业／小区+推荐表.docx、小区+推荐表（扫描件）.pdf、小区+照片1.jpg……
　　　　省／汇总清单.docx、汇总清单（扫描件）.pdf
　　　　省／其他来件：没有归入哪个小区的来件（如报送函、打不开的压缩包）
　　文件内容与收到时一字节不差，文件的修改时间就是到达时间；改动的只有文件名。
　　从 Word 文件里取出的图片不是单独的来件，清单里有注明。
　　照片按收到的先后编号，后来的照片不会改动先前的编号；中间缺号的，是被新照片取代了。
　　“不合格照片”是不够大小、不是 JPEG、打不开或与另一张相同的，仍放在这里，原因见清单。

二、怎样看
　　{index}：双击打开，按省、企业、小区列出全部材料和还缺什么，不需要联网，也不需要别的程序。
　　{ledger}：台账，表中的“有”“是”可以点开对应文件。
　　{table}：每个文件的来历（原名、来信、到达时间）和校验值。

三、怎样核对文件没有变动
　　Linux、macOS：在这个文件夹里运行　sha256sum -c {sums}　（macOS 用 shasum -a 256 -c {sums}）
　　Windows：在 PowerShell 中进入这个文件夹后运行下面两行
　　　　$sums = Get-Content {sums} -Encoding UTF8
　　　　$sums | % {{ $h,$p = $_ -split '  ',2; if ((Get-FileHash -LiteralPath $p).Hash -ne $h) {{ "不符：$p" }} }}
　　没有显示“不符”就是全部相符。

四、再次归档
　　对同一个文件夹再运行 zhengji archive，只补入新的；不再采用的移到“{retired}”，不删除。
　　人工放进来或改过的文件不会被覆盖：程序的那份另存为“……（原件）”或“……（新）”。
　　要把整个文件夹拷到 Windows 电脑上，请放在盘符下不深的位置（如 D:\\归档），路径总长才不会超过 260 个字符。
"""
