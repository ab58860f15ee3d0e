"""The command `archive`: everything that counts as a folder that opens without this program."""

from collections.abc import Sequence
from pathlib import Path

import click

from ingest.commands.tell import as_of
from ingest.context import Context, moment
from ingest.papers.archiving import Archived, Wishes, archive
from reports.archive.state import ArchiveError
from reports.wording import size

INCOMPLETE = 1
_SHOWN = 20


@click.command("archive")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="文件夹")
@as_of
@click.option("--mails/--no-mails", default=None, help="来信原件（.eml）也放入；不写则与上次相同")
@click.option("--all/--no-all", "every", default=None, help="旧版本和已撤回的案例也放入；不写则与上次相同")
@click.option("--check", is_flag=True, help="逐个核对已放入的文件的内容，不只看大小和时间")
@click.pass_obj
def archive_(
    context: Context, folder: Path, as_of: str | None, *, mails: bool | None, every: bool | None, check: bool
) -> None:
    """把采用的材料按 省／物业服务企业／小区+标题 归档到文件夹，附索引、清单、校验值和台账；再次运行只补新的。"""
    with context.desk() as desk:
        try:
            done = archive(desk, folder, moment(as_of, desk.campaign.call), Wishes(every, mails, check))
        except ArchiveError as error:
            click.echo(str(error), err=True)
            raise SystemExit(INCOMPLETE) from None
    _tell(done)
    if done.placed.troubles or done.lost:
        raise SystemExit(INCOMPLETE)


def _tell(done: Archived) -> None:
    """Say what was done, and on standard error what a person should look at."""
    placed = done.placed
    said = [f"新放入 {placed.new} 个（{size(placed.bytes)}）", f"原有 {placed.unchanged} 个"]
    said += [f"改名 {placed.moved} 个"] if placed.moved else []
    said += [f"不再采用、移到 _已不采用 {placed.retired} 个"] if placed.retired else []
    kept = [word for name, word in (("mails", "来信原件"), ("every", "旧版本")) if done.options[name]]
    told = "、".join(kept)
    click.echo(f"归档文件 {len(placed.where)} 个：{'，'.join(said)}{f'；含{told}' if told else ''}")
    for name in done.names.values():
        click.echo(str(done.folder / name))
    _list("人工改过或占了名字的文件，没有覆盖", placed.strange)
    _list("人工放入的文件，没有动", [path for path in done.others if path not in placed.strange])
    _list("没有放入", placed.troubles)
    _list("没有取到内容", done.lost)


def _list(title: str, known: Sequence[str]) -> None:
    if not known:
        return
    click.echo(f"{title}（{len(known)} 个）：", err=True)
    for line in known[:_SHOWN]:
        click.echo(f"  {line}", err=True)
    if len(known) > _SHOWN:
        click.echo(f"  …… 另有 {len(known) - _SHOWN} 个", err=True)


COMMANDS = (archive_,)
