"""Commands that take mail in: poll, worker, import, retry, rebuild."""

from pathlib import Path

import click

from config.errors import ConfigError
from ingest.context import Context, now
from ingest.desk import Desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.mailboxes.poll import Poller, waits_until
from ingest.progress import progress
from ingest.sharing.jobs import ROLES, SharedWorker
from ingest.sharing.shared import left_said
from ingest.worker import Worker
from reports.wording import clock
from store import drops, mail

# Exit code where a mailbox could not be read or a mail failed: done as far as it went.
INCOMPLETE = 1


@click.command("poll")
@click.pass_obj
def poll(context: Context) -> None:
    """收一次信：取回所有新来信，读完归档。"""
    with context.desk() as desk:
        if not desk.settings.mailboxes:
            raise ConfigError(f"{context.path}: 没有设置收件邮箱（[[mailboxes]]）；导入已有邮件请用 zhengji import")
        with progress("收信") as told:
            results = Poller(desk, now, lambda _mailbox, new: told.at(new)).poll_all()
        read(desk)
        troubles = drops.troubles(desk.store, now())
        for trouble in troubles:
            click.echo(f"{trouble.mailbox}：《{trouble.path}》{trouble.reason}", err=True)
        for result in results:
            if result.outcome == "ok":
                click.echo(f"{result.mailbox}：新来信 {result.new} 封{_unsettled(desk, result.mailbox)}")
            else:
                click.echo(f"{result.mailbox}：收信失败，{result.reason}", err=True)
        _tell_waiting(desk, {result.mailbox for result in results})
        failed = any(result.outcome != "ok" for result in results) or len(results) < len(desk.settings.mailboxes)
        if failed or troubles:
            raise SystemExit(INCOMPLETE)


def _tell_waiting(desk: Desk, polled: set[str]) -> None:
    """Say which mailboxes were left alone, until when, and what lets them be tried at once."""
    for one in desk.settings.mailboxes:
        if one.address not in polled and (until := waits_until(desk, one, now())):
            moment = clock(until, desk.campaign.call.zone)
            click.echo(
                f"{one.address}：密码刚被拒绝过，为免触发风控，{moment} 以后再试；"
                "新授权码写进 password_file 指的文件后，下一次收信就试",
                err=True,
            )


def _unsettled(desk: Desk, mailbox: str) -> str:
    """Say how many files of a watched folder may still be on their way into it."""
    waiting = drops.count_waiting(desk.store, mailbox)
    return f"；{waiting} 个文件可能还没有放完，下次再收" if waiting else ""


@click.command("worker")
@click.option(
    "--role",
    "roles",
    type=click.Choice(ROLES),
    multiple=True,
    help="只做其中几样（可写多次）：poll 收信，read 读信归档，report 日报和截止留底；默认全做",
)
@click.option("--until-idle", is_flag=True, help="把排着队的做完就退出，不一直运行")
@click.pass_obj
def worker(context: Context, roles: tuple[str, ...], *, until_idle: bool) -> None:
    """按计划一直运行：定时收信，工作日发日报，截止时刻留底。"""
    with context.desk() as desk:
        if desk.store.shared:
            SharedWorker(desk, roles).run(until_idle=until_idle)
            return
        if roles or until_idle:
            raise ConfigError(
                f'{context.path}: --role 和 --until-idle 用于几个进程分担工作，要先设 [worker] jobs = "postgresql"；'
                "只有一台机器时不写 --role，一个 zhengji worker 全做"
            )
        Worker(desk).run()


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_obj
def import_(context: Context, path: Path) -> None:
    """导入已有的邮件：一个 .eml、一个文件夹（逐层）、Maildir 或 mbox。"""
    with context.desk() as desk:
        with progress("导入") as told:
            done = import_path(desk, path, now(), told.at)
        read(desk)
        skipped = len(done.skipped)
        click.echo(
            f"邮件 {done.seen} 封，其中新的 {done.new} 封"
            + (f"；不是邮件的文件 {skipped} 个，没有导入" if skipped else "")
        )
        _tell_failed(desk)


@click.command("retry")
@click.pass_obj
def retry(context: Context) -> None:
    """把没能读出的来信、没有识别出来的扫描件再读一遍。"""
    with context.desk() as desk:
        waiting = mail.wait_again(desk.store, every_attempt=True) + mail.wait_where_half_read(desk.store)
        read(desk)
        click.echo(f"重读 {waiting} 封")
        _tell_failed(desk)


@click.command("rebuild")
@click.pass_obj
def rebuild(context: Context) -> None:
    """丢开所有结论，从保存的原信重新读一遍（原信和发送记录不动）。"""
    with context.desk() as desk:
        waiting = mail.forget_conclusions(desk.store)
        read(desk)
        click.echo(f"重读 {waiting} 封")
        _tell_failed(desk)


def read(desk: Desk) -> int:
    """Read what waits, with a progress bar; return how many."""
    with progress("读信") as told:
        done = take_in(desk, told.at)
    if desk.store.shared and (waiting := left_said(desk)):
        click.echo(waiting, err=True)
    if (left := len(mail.waiting(desk.store))) and (why := desk.floor.lacks()):
        click.echo(f"{why}：还有 {left} 封先不读，已收下的不会丢；腾出空间后会接着读", err=True)
    return done


def _tell_failed(desk: Desk) -> None:
    """Name the mails that could not be read."""
    for message_id, reason in mail.failed(desk.store):
        click.echo(f"来信 {message_id} 未能读出：{reason}", err=True)


COMMANDS = (poll, worker, import_, retry, rebuild)
