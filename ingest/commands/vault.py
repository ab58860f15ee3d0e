"""The command `vault push`: what the folder of one machine holds goes into the object store of several."""

import click

from config.errors import ConfigError
from ingest.context import Context
from ingest.progress import progress
from store.contents.shared_vault import SharedVault

INCOMPLETE = 1
_SHOWN = 20


@click.group("vault")
def vault() -> None:
    """管文件库：几台机器一起用时，内容放在对象存储里。"""


@vault.command("push")
@click.pass_obj
def push(context: Context) -> None:
    """把本机文件夹里的内容全部存入对象存储（已在那里的只核对大小）；可以中断，再运行接着存。"""
    with context.desk() as desk:
        shared = desk.store.vault
        if not isinstance(shared, SharedVault):
            raise ConfigError(f"{context.path}: 没有设置对象存储（[vault.s3]），文件夹就是文件库，不用存到别处")
        with progress("存入对象存储") as told:
            done = shared.push(told.at)
    known = done.all - done.stored - len(done.bad)
    click.echo(f"本机内容 {done.all} 份：新存入 {done.stored} 份，对象存储里原有 {known} 份")
    if done.bad:
        click.echo(f"内容与名字不符（本机文件已损坏），没有存入 {len(done.bad)} 份：", err=True)
        for sha256 in done.bad[:_SHOWN]:
            click.echo(f"  {sha256}", err=True)
        raise SystemExit(INCOMPLETE)


COMMANDS = (vault,)
