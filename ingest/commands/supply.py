"""Commands by which people bring something in by hand: attach."""

from pathlib import Path

import click

from ingest.commands.decide import deciding_person, person_option
from ingest.context import Context
from ingest.decisions.attaching import attach
from store import mail

INCOMPLETE = 1


@click.command("attach")
@click.argument("message")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--link", type=click.IntRange(min=1), help="这些文件是第几个云附件链接的（日报里的链接序号）")
@person_option
@click.pass_obj
def attach_(context: Context, message: str, files: tuple[Path, ...], link: int | None, person: str | None) -> None:
    """把从云附件下载的文件补到来信里，马上重读；可用 zhengji undo 撤销。"""
    who = deciding_person(person)
    with context.desk() as desk:
        for one in attach(desk, message, files, link, who.name, who.now):
            place = f"，答复链接 {one.link}" if one.link else ""
            click.echo(f"《{one.name}》{'已补入' if one.new else '先前已补入，没有重复'}（编号 {one.decision}）{place}")
        failures = [reason for id_, reason in mail.failed(desk.store) if str(id_) == message]
        for reason in failures:
            click.echo(f"来信 {message} 未能读出：{reason}", err=True)
        if failures:
            raise SystemExit(INCOMPLETE)


COMMANDS = (attach_,)
