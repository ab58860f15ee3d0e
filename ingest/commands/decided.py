"""The group `decide`: commands by which a person settles what is to count."""

from pathlib import Path

import click

from ingest.adding import add
from ingest.arriving import decide_arrival
from ingest.commands.decide import deciding, note_option, person_option
from ingest.context import Context

INCOMPLETE = 1
DECIDE = click.Group("decide", help="由人认定什么算数：补入文件、到达时间……；每一项都可用 zhengji undo 撤销。")


@DECIDE.command("add")
@click.argument("files", nargs=-1, required=True, metavar="文件…", type=click.Path(path_type=Path))
@click.option("--province", required=True, metavar="省份", help="是哪个省的材料")
@click.option("--city", metavar="市", help="由市级物协直接送来时，写它所在的市")
@click.option("--case", metavar="小区", help="是哪个小区的材料")
@click.option("--source", required=True, metavar="途径", help="怎样收到的：快递、微信、QQ、U盘、传真或其他文字")
@click.option("--arrived", metavar="时间", help="何时收到：2026-08-04 或 2026-08-04T15:30（默认现在；只写日期算当天）")
@person_option
@note_option
@click.pass_obj
def add_(context: Context, /, files: tuple[Path, ...], person: str | None, note: str, **said: str | None) -> None:
    """补入从别的途径（快递、微信、U盘……）收到的文件，算作该省在那时报送的。"""
    who = deciding(person, note)
    with context.desk() as desk:
        done = add(desk, files, said, who)
        for line in done.lines:
            click.echo(line)
        for failure in done.failures:
            click.echo(failure, err=True)
        if done.failures:
            raise SystemExit(INCOMPLETE)


@DECIDE.command("arrival")
@click.argument("message", metavar="来信编号")
@click.argument("verdict", metavar="按时|迟到")
@person_option
@note_option
@click.pass_obj
def arrival(context: Context, message: str, verdict: str, person: str | None, note: str) -> None:
    """收件服务器的两个时间一前一后、截止时间在中间时，认定来信按时还是迟到。"""
    who = deciding(person, note)
    with context.desk() as desk:
        for line in decide_arrival(desk, message, verdict, who):
            click.echo(line)


COMMANDS = (DECIDE,)
