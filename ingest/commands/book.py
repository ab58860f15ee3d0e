"""Commands of what the book takes with it: contact sheets of photos, and the text pack."""

from collections.abc import Sequence
from pathlib import Path

import click

from ingest.commands.choosing import among
from ingest.commands.tell import as_of
from ingest.context import Context, moment
from ingest.desk import Desk
from ingest.papers.booking import choose_cases, write_contact_sheets, write_text_pack
from reports.picture import CaseView, Picture

_FOLDER = click.Path(path_type=Path, file_okay=False)

province = click.option("--province", "provinces", metavar="省份", multiple=True, help="只要这个省（可多次）")
case = click.option("--case", "cases", metavar="小区", multiple=True, help="只要这个案例（可多次）")


def _chosen(
    desk: Desk, as_of: str | None, provinces: Sequence[str], cases: Sequence[str], among: Sequence[str]
) -> tuple[Picture, list[CaseView]]:
    """Return the picture and the cases that are asked for; say on standard error what is to be known of them."""
    picture, chosen, notes = choose_cases(desk, moment(as_of, desk.campaign.call), provinces, cases, among)
    for line in notes:
        click.echo(line, err=True)
    return picture, chosen


@click.command("contact-sheets")
@click.option("-o", "--output", type=_FOLDER, default=Path("照片页"), show_default=True, help="写到哪个文件夹")
@click.option("--per", type=click.Choice(["case", "province"]), default="case", show_default=True, help="一份装什么")
@province
@case
@among
@as_of
@click.pass_obj
def contact_sheets(  # noqa: PLR0913 (its options)
    context: Context,
    *,
    output: Path,
    per: str,
    provinces: Sequence[str],
    cases: Sequence[str],
    among: Sequence[str],
    as_of: str | None,
) -> None:
    """每个案例的照片页（PDF，A4）：缩略图、文件名、像素、大小、是否合格。"""
    with context.desk() as desk:
        picture, chosen = _chosen(desk, as_of, provinces, cases, among)
        for line in write_contact_sheets(desk, picture, chosen, output, by_province=per == "province"):
            click.echo(line)


@click.command("text-pack")
@click.argument("folder", metavar="文件夹", type=_FOLDER)
@click.option("--overwrite", is_flag=True, help="有人改过的文件也重写")
@province
@case
@among
@as_of
@click.pass_obj
def text_pack(  # noqa: PLR0913 (its options)
    context: Context,
    folder: Path,
    *,
    overwrite: bool,
    provinces: Sequence[str],
    cases: Sequence[str],
    among: Sequence[str],
    as_of: str | None,
) -> None:
    """编书用的文稿包：每个案例各节的纯文本、图注、照片原件，附目录。"""
    with context.desk() as desk:
        picture, chosen = _chosen(desk, as_of, provinces, cases, among)
        for line in write_text_pack(desk, picture, chosen, folder, overwrite=overwrite):
            click.echo(line)


COMMANDS = (contact_sheets, text_pack)
