"""Commands that tell what there is: status, export, history, findings. All take --as-of."""

from pathlib import Path

import click

from ingest.context import Context, give, moment
from ingest.desk import Desk
from ingest.telling.digesting import assessment, looking_back
from reports.alarms.message import titles
from reports.changes import changes
from reports.export import COLUMNS, FORMATS, export
from reports.finding import Assessment
from reports.history import as_text, case_history, list_history
from reports.lookup import case_named
from reports.status import finding_table, render
from reports.wording import one_line
from store import alarms, decisions

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
        at = moment(as_of, desk.campaign.call)
        click.echo(render(assessment(desk, at), None), nl=False)
        for line in titles(alarms.held_at(desk.store, at)):
            click.echo(f"告警：{one_line(line)}")


@click.command("export")
@click.argument("what", type=click.Choice(list(COLUMNS)))
@click.option("--format", "format_", type=click.Choice(FORMATS), default="json", show_default=True, help="输出的格式")
@as_of
@output
@click.pass_obj
def export_(context: Context, what: str, format_: str, as_of: str | None, output: Path | None) -> None:
    """导出数据，供其他程序使用（默认写到标准输出）。"""
    with context.desk() as desk:
        data = export(_assessed(desk, as_of), what, format_)
    give(data, output)


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
@click.option("--since", metavar="时刻", help="也列出从那一刻到现在已解决的问题，连同怎样解决的")
@as_of
@click.pass_obj
def findings(context: Context, place: str | None, since: str | None, as_of: str | None, *, every: bool) -> None:
    """列出问题，连同豁免时要写的编号。"""
    with context.desk() as desk:
        at = moment(as_of, desk.campaign.call)
        since_at = moment(since, desk.campaign.call) if since else None
        if since_at and since_at > at:
            raise click.BadParameter("要早于 --as-of（默认现在）", param_hint="--since")
        before = looking_back(desk, since_at, at) if since_at else None
        now_ = assessment(desk, at)
        settled = changes(before, now_, decisions.every(desk.store)).settled if before else ()
        click.echo(finding_table(now_, place, settled, every=every), nl=False)


COMMANDS = (history, findings, status, export_)
