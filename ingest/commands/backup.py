"""Commands that keep what was taken in safe: backup, restore, restored, verify."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from ingest.commands.decide import deciding_person, person_option
from ingest.commands.verified import told_backup, told_contents, told_database, told_server
from ingest.context import Context, now
from ingest.desk import Desk
from ingest.progress import progress
from ingest.safekeeping.backing import alone_with, opened, wish_of
from reports.alone import alone_in
from reports.wording import clock, size
from store.safekeeping import lineage
from store.safekeeping.backing_up import LEFT_OUT, Made, Tell, back_up
from store.safekeeping.backup import SUPPLIED, Backup, BackupError, Manifest, find_backup
from store.safekeeping.restoring import Back, restore
from store.safekeeping.verifying import Part

INCOMPLETE = 1
_KEEP = 30
_WHY = {"missing": "文件库里没有", "corrupt": "内容已损坏", "unreadable": "读不了"}
_folder = click.argument("folder", metavar="文件夹", type=click.Path(path_type=Path, file_okay=False))


@contextmanager
def _telling(label: str) -> Iterator[Tell]:
    with progress(label) as told:
        yield lambda _what, done: told.at(done)


@click.command("backup")
@_folder
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=_KEEP,
    show_default=True,
    help="数据库的备份保留最近几份（内容只存一份）",
)
@click.option("--verify", is_flag=True, help="做完后把整个备份重新读一遍，逐个核对")
@click.pass_obj
def backup(context: Context, folder: Path, keep: int, *, verify: bool) -> None:
    """备份数据库和文件库，运行中也可以做；以后每次只复制新的内容。"""
    settings = context.settings()
    with alone_with(folder, settings), opened(settings) as store:
        wish, missing = wish_of(settings, context.path, folder, keep)
        with _telling("备份") as tell:
            made = back_up(store, wish, now(), tell)
        _tell_made(made)
        for line in missing:
            click.echo(f"请注意：{line}", err=True)
        whole = not made.manifest.lost
        if verify:
            whole = _told_check(Backup(folder)) and whole
    if not whole:
        raise SystemExit(INCOMPLETE)


def _tell_made(made: Made) -> None:
    manifest = made.manifest
    click.echo(
        f"已备份 {made.generation.name}（{_moment(manifest)}）："
        f"来信 {manifest.messages} 封，内容 {manifest.contents} 个（{size(manifest.content_bytes)}），"
        f"这次新复制 {made.copied} 个（{size(made.copied_bytes)}）"
    )
    if made.removed:
        click.echo(f"删去最旧的 {len(made.removed)} 份数据库备份：{'、'.join(made.removed)}")
    click.echo(f"不在备份里的：{'；'.join(LEFT_OUT)}。请另行妥善保管密码")
    _tell_lost(manifest.lost)


def _moment(manifest: Manifest) -> str:
    """Say when a generation was made: its name tells it in UTC, staff live by another clock."""
    return f"北京时间 {clock(datetime.fromisoformat(manifest.made_at), ZoneInfo('Asia/Shanghai'))}"


def _tell_lost(lost: dict[str, str] | object) -> None:
    for sha256, why in dict(lost).items() if isinstance(lost, dict) else ():
        click.echo(f"{sha256}：{_WHY[why]}，没有备份", err=True)


@click.command("restore")
@_folder
@click.option("--generation", metavar="名称", help="恢复哪一份（默认最新的完好的一份）")
@click.option("--list", "only_list", is_flag=True, help="只列出有哪些备份")
@click.pass_obj
def restore_(context: Context, folder: Path, generation: str | None, *, only_list: bool) -> None:
    """把备份恢复到设置里的空数据库和空文件库；两者有一个不空就不动手。"""
    found = find_backup(folder)
    if only_list:
        _list(found)
        return
    settings = context.settings()
    vault = settings.at(settings.vault.path)
    with alone_in(vault), opened(settings, as_it_is=True) as store, _telling("恢复") as tell:
        back = restore(store, found, generation, now(), settings.alarms.stop_bytes, tell)
    _tell_back(back)
    if back.lost:
        raise SystemExit(INCOMPLETE)


def _list(found: Backup) -> None:
    for one in found.generations():
        try:
            manifest = one.manifest()
            told = f"来信 {manifest.messages} 封，内容 {manifest.contents} 个（{size(manifest.content_bytes)}）"
            click.echo(f"{one.name}（{_moment(manifest)}）：{told}，{manifest.campaign}，程序 {manifest.program}")
        except BackupError as error:
            click.echo(f"{one.name}：{error}", err=True)


def _tell_back(back: Back) -> None:
    """Say what was brought back, and what a person has to do now that no program can."""
    manifest, supplied = back.manifest, back.generation.folder / SUPPLIED
    held = f"来信 {manifest.messages} 封，内容 {manifest.contents} 个（这次取回 {back.copied} 个）"
    click.echo(f"已恢复 {back.generation.name}（{_moment(manifest)}）：{held}")
    _tell_lost(back.lost)
    click.echo("接下来：")
    click.echo(f"1. 设置、名录、已入选名单和模板的副本在 {supplied}；密码、授权码不在备份里，请重新填写")
    click.echo("2. 确认旧机器上的 zhengji 已经停止，再运行 zhengji check-config、zhengji verify")
    click.echo("3. 备份之后发出的日报和函件、所做的人工处理、停用的账号和改过的密码没有记录，请逐项核对；")
    click.echo("   在此之前，今天的日报不会自动发出。核对后运行 zhengji restored --settle")
    click.echo("4. 启动 zhengji worker：备份之后到达的邮件会从邮箱重新收取")


@click.command("restored")
@click.option("--settle", is_flag=True, help="备份之后发出的、处理过的都已核对，日报可以照常自动发出")
@person_option
@click.pass_obj
def restored(context: Context, person: str | None, *, settle: bool) -> None:
    """列出数据库从备份恢复过几次；--settle 表示恢复后的核对已做完。"""
    with context.desk() as desk:
        if settle:
            who = deciding_person(person)
            count = lineage.settle(desk.store, who.name, who.now)
            click.echo("已记下，日报照常自动发出" if count else "没有待核对的恢复")
            return
        _list_restored(desk)


def _list_restored(desk: Desk) -> None:
    zone, every = desk.campaign.call.zone, lineage.every(desk.store)
    for gap in every:
        state = f"{gap.settled_by} {clock(gap.settled_at, zone)} 核对" if gap.settled_at else "尚未核对"
        click.echo(f"{clock(gap.until, zone)} 从 {clock(gap.since, zone)} 的备份恢复：{state}")
    if not every:
        click.echo("没有从备份恢复过")


@click.command("verify")
@click.option("--blobs", is_flag=True, help="只核对文件库：逐个重算，看有没有损坏、缺失")
@click.option("--server", is_flag=True, help="只核对邮箱：服务器上的邮件是否都在这里，数目是否对得上")
@click.option("--share", metavar="N", type=click.IntRange(1, 256), default=1, help="今天只重算 N 分之一，N 天轮完一遍")
@click.option(
    "--backup",
    "folder",
    metavar="文件夹",
    type=click.Path(path_type=Path, file_okay=False),
    help="改为核对一个备份文件夹",
)
@click.pass_obj
def verify(context: Context, folder: Path | None, share: int, *, blobs: bool, server: bool) -> None:
    """核对文件库、数据库和邮箱服务器；只查看，什么也不改。全部相符退出码为 0，否则为 1。"""
    if folder is not None:
        whole = _told_check(find_backup(folder))
    else:
        both = blobs == server
        with context.desk() as desk:
            sound = told_database(desk)
            whole = sound and _told_both(desk, share, blobs=blobs or both, server=server or both)
    if not whole:
        raise SystemExit(INCOMPLETE)


def _told_both(desk: Desk, share: int, *, blobs: bool, server: bool) -> bool:
    """Check what is wished for; the second also where the first is not whole."""
    contents = told_contents(desk, _part(desk, share)) if blobs else True
    mails = told_server(desk) if server else True
    return contents and mails


def _part(desk: Desk, share: int) -> Part:
    """Return today's part: another one each day, all of them in so many days."""
    day = now().astimezone(desk.campaign.call.zone).toordinal()
    return Part(day % share + 1, share)


def _told_check(found: Backup) -> bool:
    with progress("核对备份") as told:
        return told_backup(found, told.at)


COMMANDS = (backup, restore_, restored, verify)
