"""Commands that tell what there is: status, digest, ledger, export. All take --as-of."""

import sys
from pathlib import Path

import click

from ingest.context import Context, moment, now
from ingest.desk import Desk
from ingest.digesting import assessment, make_digest, send_digest, write_digest
from reports.export import COLUMNS, FORMATS, export
from reports.finding import Assessment
from reports.history import as_text, case_history, list_history
from reports.ledger import ledger
from reports.lookup import case_named
from reports.status import finding_table, render
from reports.writing import write_beside
from store import decisions

as_of = click.option("--as-of", metavar="时刻", help="截至哪一刻，如 2026-08-05T18:00（北京时间；默认现在）")
output = click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="写到文件")


def _assessed(desk: Desk, text: str | None) -> Assessment:
    return assessment(desk, moment(text, desk.campaign.call))


@click.command("status")
@as_of
@click.pass_obj
def status(context: Context, as_of: str | None) -> None:
    """31 个省的报送情况一览。"""
    with context.desk() as desk:
        click.echo(render(_assessed(desk, as_of), None))


@click.command("digest")
@as_of
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="写到哪个文件夹")
@click.option("--send", is_flag=True, help="发给设置中的收件人（同一天每人只发一次）")
@click.pass_obj
def digest_(context: Context, as_of: str | None, output: Path | None, *, send: bool) -> None:
    """生成日报（HTML 和文本）。"""
    with context.desk() as desk:
        made = make_digest(desk, moment(as_of, desk.campaign.call))
        for path in write_digest(desk, made, output):
            click.echo(str(path))
        if send:
            _send(desk, made)


def _send(desk: Desk, made: object) -> None:
    """Send a digest and say to whom it went; exit 1 where it did not reach everyone."""
    settings = desk.settings.digest
    if settings.smtp is None or not settings.recipients:
        click.echo("没有设置收件人（[digest] recipients）或发信服务器（[digest.smtp]），没有发送", err=True)
        raise SystemExit(2)
    deliveries = send_digest(desk, made, now())  # type: ignore[arg-type]
    for delivery in deliveries:
        click.echo(
            f"{delivery.recipient}：{'已发送' if delivery.ok else f'未发出，{delivery.reason}'}", err=not delivery.ok
        )
    if not deliveries:
        click.echo("今天的日报已发给所有收件人，没有再发")
    if any(not delivery.ok for delivery in deliveries):
        raise SystemExit(1)


@click.command("ledger")
@as_of
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=Path("台账.xlsx"))
@click.pass_obj
def ledger_(context: Context, as_of: str | None, output: Path) -> None:
    """生成台账（.xlsx）。"""
    with context.desk() as desk:
        write_beside(output, ledger(_assessed(desk, as_of)))
        click.echo(str(output))


@click.command("export")
@click.argument("what", type=click.Choice(list(COLUMNS)))
@click.option("--format", "format_", type=click.Choice(FORMATS), default="json", show_default=True)
@as_of
@output
@click.pass_obj
def export_(context: Context, what: str, format_: str, as_of: str | None, output: Path | None) -> None:
    """导出数据，供其他程序使用（默认写到标准输出）。"""
    with context.desk() as desk:
        data = export(_assessed(desk, as_of), what, format_)
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_beside(output, data)


@click.command("history")
@click.argument("target", metavar="小区或省份")
@as_of
@click.pass_obj
def history(context: Context, target: str, as_of: str | None) -> None:
    """一个案例（或一个省的清单）的全部版本：何时到达、哪封来信、两版有何不同，以及人工处理。"""
    with context.desk() as desk:
        picture, made = _assessed(desk, as_of).picture, decisions.every(desk.store)
        view = next((one for one in picture.associations if target in (one.province, one.association.name)), None)
        told = list_history(picture, view, made) if view else case_history(picture, case_named(picture, target), made)
        click.echo(as_text(told, picture), nl=False)


@click.command("findings")
@click.argument("place", metavar="[省份或小区]", required=False)
@click.option("--all", "every", is_flag=True, help="已豁免的也列出")
@as_of
@click.pass_obj
def findings(context: Context, place: str | None, as_of: str | None, *, every: bool) -> None:
    """列出问题，连同豁免时要写的编号。"""
    with context.desk() as desk:
        click.echo(finding_table(_assessed(desk, as_of), place, every=every), nl=False)


COMMANDS = (history, findings, status, digest_, ledger_, export_)
