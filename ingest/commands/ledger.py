"""The group `ledger`: makes the workbook that staff work with, and takes what they wrote into it as decisions."""

import sys
from pathlib import Path

import click

from ingest.commands.decide import deciding_person, person_option
from ingest.commands.tell import as_of
from ingest.context import Context, moment, now
from ingest.decisions.opinions import Plan, carry_out, plan
from ingest.decisions.settling import place_named
from ingest.desk import Desk
from ingest.papers.archiving import attach, documents_beside
from ingest.telling.digesting import assessment
from ingest.telling.reminding import reminded
from reports.archive.state import ArchiveError
from reports.finding import Assessment
from reports.ledger import Book, ledger
from reports.ledger.links import Links
from reports.making.writing import write_beside
from store import decisions

INCOMPLETE = 1


@click.group("ledger", invoke_without_command=True)
@as_of
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), default=Path("台账.xlsx"), help="写到文件"
)
@click.option("--documents", is_flag=True, help="把归档的文件放到旁边的“台账附件”文件夹，并从表中链接过去")
@click.option("--by-province", is_flag=True, help="每个省另有一张工作表，可单独打印")
@click.option("--province", metavar="省份", help="只要这一个省的工作表")
@click.pass_context
def ledger_(context: click.Context, /, output: Path, *, documents: bool, by_province: bool, **said: str | None) -> None:
    """生成台账（.xlsx）；ledger import 把其中填好的处理意见记为人工处理。"""
    if context.invoked_subcommand:
        return
    with context.obj.desk() as desk:
        province = place_named(desk, {"province": said["province"]})["province"] if said["province"] else None
        seen = assessment(desk, moment(said["as_of"], desk.campaign.call))
        links = _documents(desk, seen, output) if documents else documents_beside(desk, seen, output.absolute().parent)
        last = decisions.last_id(desk.store, seen.picture.as_of)
        book = Book(links, last, by_province, province, reminded(desk, seen))
        write_beside(output, ledger(seen, book))
        click.echo(str(output))
        if not links.laid.entries:
            click.echo(
                "表中没有文件链接：加 --documents 可把文件放在旁边；zhengji archive 文件夹 做完整的归档", err=True
            )


def _documents(desk: Desk, seen: Assessment, output: Path) -> Links:
    """Lay the documents out beside a ledger, and say what was not possible."""
    try:
        links, placed = attach(desk, seen, output.absolute().parent)
    except ArchiveError as error:
        click.echo(str(error), err=True)
        raise SystemExit(INCOMPLETE) from None
    for line in (*placed.troubles, *(f"{path}：人工放入或改过，没有动" for path in placed.strange)):
        click.echo(line, err=True)
    return links


@ledger_.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="台账")
@click.option("--yes", is_flag=True, help="不再询问，直接记下")
@person_option
@click.pass_obj
def import_(context: Context, file: Path, person: str | None, *, yes: bool) -> None:
    """把台账里填好的“处理意见”记为人工处理：先列出会改变什么，确认后才记下。"""
    who = deciding_person(person)
    with context.desk() as desk:
        made = plan(desk, file, who)
        _show(made)
        failed = bool(made.refused)
        if made.changes:
            if not (yes or _is_agreed(len(made.changes))):
                raise SystemExit(INCOMPLETE)
            for done, lines in carry_out(desk, made, now()):
                failed |= not done
                for line in lines:
                    click.echo(line, err=not done)
    if failed:
        raise SystemExit(INCOMPLETE)


def _show(made: Plan) -> None:
    """Say line by line what would change, what stays, and what cannot be taken."""
    for change in made.changes:
        click.echo(f"改变　{change.text}")
    for line in made.unchanged:
        click.echo(f"不变　{line}")
    for line in made.refused:
        click.echo(f"不收　{line}", err=True)
    click.echo(f"会改变 {len(made.changes)} 项，不变 {len(made.unchanged)} 项，不能收 {len(made.refused)} 项")


def _is_agreed(count: int) -> bool:
    """Ask whether to go on; where nobody can be asked, nothing is changed."""
    if not sys.stdin.isatty():
        click.echo("没有终端可以确认，什么都没有改。看过以上内容后，请加 --yes 再运行", err=True)
        return False
    if click.confirm(f"记下这 {count} 项？", default=False):
        return True
    click.echo("什么都没有改")
    return False


COMMANDS = (ledger_,)
