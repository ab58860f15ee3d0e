"""The command `brief`: the page for the leadership, as Word."""

from pathlib import Path

import click

from ingest.commands.tell import as_of
from ingest.context import Context, moment
from ingest.telling.digesting import assessment
from reports.digest.brief import brief
from reports.making.writing import write_beside


@click.command("brief")
@as_of
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="写到文件（默认 进展情况-日期.docx）"
)
@click.pass_obj
def brief_(context: Context, as_of: str | None, output: Path | None) -> None:
    """生成给领导看的一页进展情况（Word）。"""
    with context.desk() as desk:
        at = moment(as_of, desk.campaign.call)
        path = output or Path(f"进展情况-{at.astimezone(desk.campaign.call.zone).date().isoformat()}.docx")
        write_beside(path, brief(assessment(desk, at)))
        click.echo(str(path))


COMMANDS = (brief_,)
