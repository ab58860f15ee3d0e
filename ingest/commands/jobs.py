"""Commands about the work that several workers share: what waits, runs or was given up, and letting that go again."""

from collections import Counter
from datetime import datetime
from typing import Any

import click

from config.errors import ConfigError
from ingest.context import Context, now
from ingest.desk import Desk
from store import jobs as shared
from store.jobs import Noted

_TASKS = {
    "poll": "收信",
    "read": "读信",
    "file": "归档",
    "compare": "比对图片",
    "poll_due": "安排收信",
    "report": "日报和截止留底",
    "sweep": "查漏",
    "take_over": "接管中断的工作",
}
_STATES = {"doing": "正在做", "todo": "等待", "failed": "没有做成"}
_SHOWN = 20


@click.group("jobs", invoke_without_command=True)
@click.pass_context
def jobs(context: click.Context) -> None:
    """几台机器分担的工作：在做的、等待的、没有做成的。"""
    if context.invoked_subcommand is None:
        with context.obj.desk() as desk:
            _refuse_local(desk, context.obj)
            _tell(desk)


@jobs.command("retry")
@click.pass_obj
def retry(context: Context) -> None:
    """让没有做成的、推迟了的工作马上再做。"""
    with context.desk() as desk:
        _refuse_local(desk, context)
        with desk.store.session() as session:
            count = shared.retry_failed(session)
        click.echo(f"{count} 件没有做成的工作重新排队" if count else "没有做不成的工作")


def _refuse_local(desk: Desk, context: Context) -> None:
    if not desk.store.shared:
        raise ConfigError(f'{context.path}: 没有排队的工作：[worker] jobs = "local"，由 zhengji worker 自己依次做')


def _tell(desk: Desk) -> None:
    seconds = desk.settings.worker.stalled_seconds
    with desk.store.reading() as session:
        counts, there = shared.counted(session), shared.processes(session, seconds)
        listed, moment = shared.listed(session, _SHOWN), now()
    click.echo(f"正在运行的 zhengji worker：{there} 个" if there else "没有正在运行的 zhengji worker")
    for state, said in _STATES.items():
        own = Counter({task: count for (task, state_), count in counts.items() if state_ == state})
        parts = "、".join(f"{_TASKS.get(task, task)} {count}" for task, count in own.most_common())
        click.echo(f"{said} {own.total()} 件{f'：{parts}' if parts else ''}")
    for one in listed:
        click.echo(
            f"  {one.id}\t{_STATES[one.state]}\t{_named(one)}\t{_age(one, moment)}{_trouble(one, moment, seconds)}"
        )
    if (more := sum(counts.values()) - len(listed)) > 0:
        click.echo(f"  另有 {more} 件没有列出")


def _named(one: Noted) -> str:
    """Return what a job is, and of what."""
    of: dict[str, Any] = one.args
    what = {"read": f"来信 {of.get('message')}", "file": of.get("province") or "不知是谁的", "poll": of.get("mailbox")}
    said = what.get(one.task)
    return f"{_TASKS.get(one.task, one.task)}{f'（{said}）' if said else ''}"


def _age(one: Noted, moment: datetime) -> str:
    """Return since when it stands as it does."""
    since = _lasting((moment - one.since).total_seconds()) if one.since else ""
    return since and f"{since}前{'开始' if one.state == 'doing' else ''}"


def _trouble(one: Noted, moment: datetime, seconds: float) -> str:
    """Return what is not as usual: put off, tried before, or of a process that is silent."""
    said = []
    if one.attempts:
        said.append(f"第 {one.attempts + 1} 次")
    if one.state == "todo" and one.due and one.due > moment:
        said.append(f"推迟了，{_lasting((one.due - moment).total_seconds())}后再做")
    if one.state == "doing" and (one.worker_seen is None or (moment - one.worker_seen).total_seconds() > seconds):
        said.append("做它的进程没有动静了，很快由别的进程接手")
    return f"（{'；'.join(said)}）" if said else ""


def _lasting(seconds: float) -> str:
    """Return a length of time in words: the largest unit that is whole."""
    for size, unit in ((86_400, "天"), (3_600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(int(seconds), 0)} 秒"


COMMANDS = (jobs,)
