"""The command that removes a finished campaign's personal data, shows what would go, and what went."""

from pathlib import Path

import click

from config.errors import ConfigError
from ingest.commands.decide import deciding_person, note_option, person_option
from ingest.context import Context, give, now
from ingest.desk import Desk
from ingest.safekeeping import leftovers, retention
from ingest.safekeeping.retention import Plan
from reports.making.writing import write_beside
from reports.removal_record import record, stays, untouched
from reports.status import as_table
from store.personal import closing
from store.personal.closing import Closed


@click.group("retention", invoke_without_command=True)
@click.pass_context
def retention_(click_context: click.Context) -> None:
    """个人信息清理：列出会删去什么、留下什么；这一步什么都不删。"""
    if click_context.invoked_subcommand is not None:
        return
    with click_context.obj.desk() as desk:
        _show(desk, retention.plan(desk))
        click.echo(f"\n{_when(desk)}")


@retention_.command("remove")
@click.option("--campaign", metavar="活动编号", help="要清理的征集活动的编号（不写则当场输入）")
@click.option("--early", is_flag=True, help="保存期未满也清理（须用 --note 写明原因）")
@click.option("--yes", is_flag=True, help="看过了，不再询问（须写 --campaign）")
@note_option
@person_option
@click.pass_obj
def remove(context: Context, campaign: str | None, note: str, person: str | None, *, early: bool, yes: bool) -> None:
    """清理已结束的征集活动的个人信息：删去的找不回来；中途停了，再运行一遍接着做。"""
    who = deciding_person(person, note.strip())
    if yes and not campaign:
        raise ConfigError("加了 --yes 就要用 --campaign 写明清理哪个征集活动")
    if early and not who.note:
        raise ConfigError("提前清理请用 --note 写明原因")
    with context.desk() as desk:
        own = desk.campaign.call.id
        retention.check(desk, campaign or own, who.now, early=early)
        _show(desk, retention.plan(desk))
        if not yes and click.prompt(f"\n删去的找不回来。确定要清理，请输入活动编号 {own}", default="") != own:
            raise ConfigError("编号不对，没有清理")
        closed = retention.remove(desk, who)
        path = paper(desk, closed)
        click.echo(f"已清理；记录在 {path}，请打印存档（也可随时用 zhengji retention show 查看）")


@retention_.command("show")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="写到文件")
@click.pass_obj
def show(context: Context, output: Path | None) -> None:
    """给出个人信息清理记录：何时、谁、清理了什么、留下什么。"""
    with context.desk() as desk:
        closed = closing.find(desk.store)
        if closed is None:
            raise ConfigError("还没有清理过个人信息")
        give(_text(desk, closed).encode(), output)


def paper(desk: Desk, closed: Closed) -> Path:
    """Write the record beside the vault, and return where."""
    path = desk.settings.at(desk.settings.vault.path).parent / f"个人信息清理记录-{closed.campaign}.md"
    write_beside(path, _text(desk, closed).encode())
    return path


def _text(desk: Desk, closed: Closed) -> str:
    return record(closed, desk.campaign.call.title, desk.campaign.call.zone)


def _show(desk: Desk, plan: Plan) -> None:
    rows = [(what, f"{count.rows:,}", f"{count.bytes:,}") for what, count in plan.counts.items() if count.rows]
    if not rows:
        click.echo("没有要清理的个人信息")
    else:
        click.echo(as_table(("会删去", "条数或文件数", "字节"), rows))
    click.echo("留下的：")
    for line in stays():
        click.echo(f"  {line}")
    click.echo("不动、须另行处理的：")
    for line in untouched():
        click.echo(f"  {line}")
    for path in leftovers.strangers(desk):
        click.echo(f"  {path}：不是本程序写的，请自己看要不要删")
    if roster := desk.settings.campaign.roster:
        click.echo(f"  {desk.settings.at(roster)}：协会名录里有联系人和电话")


def _when(desk: Desk) -> str:
    due = retention.due(desk)
    if now() < due:
        return f"{due:%Y-%m-%d} 起可以清理（截止后 {desk.settings.retention.keep_days} 天，设置 [retention] keep_days）"
    return (
        f"保存期已满（{due:%Y-%m-%d}）。先停掉 worker 和操作台，确认已有归档（zhengji archive）和备份，"
        f"再运行 zhengji retention remove --campaign {desk.campaign.call.id}"
    )


COMMANDS = (retention_,)
