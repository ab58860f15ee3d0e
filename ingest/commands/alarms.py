"""Commands about alarms: what holds and what was told to whom; look now; try the channels out."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo

import click

from config.errors import ConfigError
from ingest.alarms.telling import Told, send_test, targets
from ingest.alarms.watch import Watch
from ingest.commands.digest import channel_name
from ingest.context import Context, now
from reports.alarms.words import ENDINGS, WORDS
from reports.status import as_table
from reports.wording import clock
from store import alarms as kept
from store.alarms import OVER, Alarm, Notice

_HEADINGS = ("编号", "告警", "说明", "开始", "结束", "告诉了谁")
_STATES = {
    "waiting": "待发", "sending": "正在发送", "sent": "已发", "failed": "未发出", "unclear": "不知道是否送达",
}  # fmt: skip
_NOBODY = "没有人可告诉：请设置 [alarms] recipients（或 [digest] recipients）和 [digest.smtp]，或 [[digest.chats]]"


@click.group("alarms", invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="已结束的也列出")
@click.pass_context
def alarms(context: click.Context, *, every: bool) -> None:
    """告警：现在有什么问题，什么时候告诉了谁（check 立即检查，test 试发）。"""
    if context.invoked_subcommand is not None:
        return
    own: Context = context.obj
    with own.desk() as desk:
        listed = kept.every(desk.store) if every else kept.open_alarms(desk.store)
        told = kept.notices(desk.store, [one.id for one in listed])
        rows = [_row(one, told, desk.campaign.call.zone) for one in listed]
    nothing = "还没有过告警" if every else "现在没有告警"
    click.echo(as_table(_HEADINGS, rows) if rows else nothing, nl=not rows)


def _row(alarm: Alarm, told: Sequence[Notice], zone: tzinfo) -> tuple[object, ...]:
    own = [_notice(one, zone) for one in told if one.alarm == alarm.id]
    end = f"{clock(alarm.over_at, zone)} {ENDINGS[alarm.ending]}" if alarm.over_at else ""
    said = "；".join((alarm.sentence, *alarm.lines))
    return alarm.id, WORDS[alarm.kind].title, said, clock(alarm.begun, zone), end, "；".join(own)


def _notice(one: Notice, zone: tzinfo) -> str:
    state = "unclear" if one.is_unclear(now()) else one.state
    side = "（结束）" if one.side == OVER else ""
    why = f"，{one.reason}" if one.reason else ""
    when = f" {clock(one.sent_at, zone)}" if one.sent_at else ""
    return f"{one.recipient}（{channel_name(one.channel)}）{side}{_STATES[state]}{when}{why}"


@alarms.command("check")
@click.pass_obj
def check(context: Context) -> None:
    """立即检查一次，有新的就告诉，结束了的也告诉。"""
    with context.desk() as desk:
        done = Watch(desk, now).look()
        for one in done.begun:
            click.echo(f"告警：{one.sentence}")
        for one in done.ended:
            over = next(found for found in kept.every(desk.store) if found.id == one.id)
            click.echo(f"{ENDINGS[over.ending]}：{over.over}")
        if not done.begun and not done.ended:
            count = len(kept.open_alarms(desk.store))
            click.echo(f"没有变化；仍有 {count} 件告警（zhengji alarms 列出）" if count else "没有变化，现在没有告警")
        if (done.begun or done.ended) and not targets(desk):
            click.echo(_NOBODY, err=True)
    _say(done.told)


@alarms.command("test")
@click.option("--to", metavar="地址", help="只发到这个邮件地址")
@click.pass_obj
def test(context: Context, to: str | None) -> None:
    """向每个人、每个群试发一次，写明是测试。"""
    with context.desk() as desk:
        if to and desk.settings.digest.smtp is None:
            raise ConfigError("没有设置发信服务器（[digest.smtp]），没有发送")
        if not to and not targets(desk):
            raise ConfigError(f"{_NOBODY}，没有发送")
        told = send_test(desk, to, now())
    _say(told)


def _say(told: Iterable[Told]) -> None:
    """Say what became of everybody; exit 1 where somebody may not have got it."""
    wrong = False
    for one in told:
        bad = one.state != "sent"
        why = f"，{one.reason}" if one.reason else ""
        click.echo(f"{one.target.recipient}（{channel_name(one.target.channel)}）：{_STATES[one.state]}{why}", err=bad)
        wrong = wrong or bad
    if wrong:
        raise SystemExit(1)


COMMANDS = (alarms,)
