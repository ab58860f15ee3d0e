"""The command that shows who looked at personal data (查阅记录)."""

from datetime import timedelta
from pathlib import Path

import click

from ingest.context import Context, give, moment
from reports.making.tables import csv_text
from reports.status import as_table
from reports.wording import clock
from store.personal import accesses
from store.personal.accesses import KINDS, Look, Wanted

_HEADINGS = ("时间", "谁", "网络地址", "方式", "对象", "内容")
_MOST = 100


@click.command("accesses")
@click.option("--person", metavar="姓名", default="", help="只看这个人的")
@click.option("--kind", type=click.Choice(list(KINDS)), help="只看一种：" + "、".join(KINDS.values()))
@click.option("--words", metavar="文字", default="", help="对象或内容里有这些字的")
@click.option("--since", metavar="时刻", help="从哪一刻起，如 2026-08-05")
@click.option(
    "--format", "format_", type=click.Choice(["table", "csv"]), default="table", show_default=True, help="表格还是 CSV"
)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="写到文件")
@click.pass_obj
def accesses_(context: Context, /, since: str | None, format_: str, output: Path | None, **asked: str | None) -> None:
    """查阅记录：谁在何时、从哪里看过、检索过、下载过、导出过什么（表格只列最近 100 条，csv 列全部）。"""
    with context.desk() as desk:
        call = desk.campaign.call
        # A day alone means its end elsewhere; here it begins with it.
        begin = moment(since, call) if since else None
        if begin is not None and since and len(since) <= len("2026-08-05"):
            begin = begin - timedelta(days=1) + timedelta(seconds=1)
        wanted = Wanted(asked["person"] or "", asked["kind"] or "", asked["words"] or "", begin)
        looks, total = accesses.latest(desk.store, wanted, _MOST if format_ == "table" else None)
        rows = [_cells(one, clock(one.at, call.zone)) for one in looks]
        if format_ == "csv":
            give(csv_text(_HEADINGS, rows).encode("utf-8-sig"), output)
        else:
            give(f"{as_table(_HEADINGS, rows)}共 {total} 条\n".encode(), output)


def _cells(look: Look, at: str) -> tuple[str, ...]:
    return at, look.person, look.address, KINDS.get(look.kind, look.kind), look.target, look.told


COMMANDS = (accesses_,)
