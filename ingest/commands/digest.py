"""Commands about the daily digest: digest (make it, show it, send it) and sent (what went when to whom)."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from pathlib import Path
from shlex import quote

import click

from config.chats import service_name
from ingest.commands.decide import deciding_person, note_option, person_option
from ingest.commands.tell import as_of
from ingest.context import Context, give, moment, now
from ingest.desk import Desk
from ingest.telling.digesting import Edition, make_edition, troubles, write_digest
from ingest.telling.sending import (
    Outcome,
    SendingError,
    Standing,
    contents,
    known_of,
    send_again,
    send_edition,
    send_test,
    standings,
    targets,
)
from ingest.telling.targets import Target
from reports.status import as_table
from reports.wording import clock, size
from store import sent as sendings
from store.sent import FILE, MAIL, NOWHERE, TEST, Sending

_HEADINGS = ("编号", "日报", "渠道", "收件人", "结果", "时间", "说明")
_CHANNELS = {MAIL: "邮件", TEST: "测试邮件", NOWHERE: "群", FILE: "写成文件"}
_NO_SERVER = "没有设置发信服务器（[digest.smtp]）"
_NOBODY = "没有设置收件人（[digest] recipients）或发信服务器（[digest.smtp]）"
_STATES = {"sent": "已发送", "failed": "未发出", "sending": "正在发送", "unclear": "不知道是否送达"}


@click.command("digest")
@as_of
@click.option("-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="写到哪个文件夹")
@click.option("--send", is_flag=True, help="发给设置中的收件人和群（同一天每人只发一次）")
@click.option("--dry-run", is_flag=True, help="只显示会发给谁、发什么，不发送也不登记")
@click.option("--to", metavar="地址", help="只发给这个地址试看，主题前加【测试】，不算当天的日报")
@click.option("--again", metavar="收件人", help="与 --send 同用：不知道是否送达的这一位，再发一次原件")
@person_option
@note_option
@click.pass_obj
def digest_(
    context: Context,
    /,
    as_of: str | None,
    output: Path | None,
    *,
    send: bool,
    dry_run: bool,
    **options: str | None,
) -> None:
    """生成日报（HTML 和文本），显示或发送。"""
    to, again = options["to"], options["again"]
    _agree(send=send, dry_run=dry_run, to=to, again=again)
    with context.desk() as desk:
        if again:
            day = moment(as_of, desk.campaign.call).astimezone(desk.campaign.call.zone).date() if as_of else None
            _told([send_again(desk, again, day, deciding_person(options["person"], options["note"] or ""), now)])
            return
        made = make_edition(desk, moment(as_of, desk.campaign.call))
        for day, text in troubles(desk, made.digest.as_of):
            if day < made.digest.day:
                click.echo(f"请注意：{text}", err=True)
        if dry_run:
            click.echo(_shown(desk, made, to))
            return
        for path in write_digest(desk, made.digest, output):
            click.echo(str(path))
        if to:
            _told([send_test(desk, made, to, now)])
        elif send:
            _send(desk, made)


def _agree(*, send: bool, dry_run: bool, to: str | None, again: str | None) -> None:
    """Raise SendingError where the options contradict each other."""
    if again and (not send or dry_run or to):
        raise SendingError("--again 与 --send 同用，不与 --dry-run、--to 同用")
    if send and (dry_run or to):
        raise SendingError("--send 不与 --dry-run、--to 同用")


def _send(desk: Desk, made: Edition) -> None:
    """Send a digest and say to whom it went; exit 1 where it did not surely reach everyone."""
    settings = desk.settings.digest
    if not targets(desk):
        click.echo(f"{_NOBODY}，没有发送", err=True)
        raise SystemExit(2)
    if made.digest.day > now().astimezone(desk.campaign.call.zone).date():
        click.echo(f"请注意：{made.digest.day} 还没有到；发出后，到了那天不会再发", err=True)
    outcomes = send_edition(desk, made, now)
    unreached = [Outcome(Target(MAIL, one), "failed", _NO_SERVER) for one in settings.recipients if not settings.smtp]
    if all(one.state == "had" for one in (*outcomes, *unreached)):
        click.echo("今天的日报已发给所有收件人，没有再发")
        return
    _told([*outcomes, *unreached])


def _told(outcomes: Iterable[Outcome]) -> None:
    """Say what became of everybody; exit 1 where somebody may not have got it."""
    wrong = False
    for one in outcomes:
        bad = one.state in {"failed", "unclear", "held"}
        click.echo(f"{_called(one.target)}：{_said(one)}", err=bad)
        wrong = wrong or bad
    if wrong:
        raise SystemExit(1)


def _called(target: Target) -> str:
    return f"{target.recipient}（{channel_name(target.channel)}）" if target.group else target.recipient


def channel_name(channel: str) -> str:
    """Return what a channel is called: 邮件, 企业微信."""
    return _CHANNELS.get(channel) or service_name(channel)


def _said(one: Outcome) -> str:
    if one.state == "sent":
        return "已发送"
    if one.state == "failed":
        return f"未发出，{one.reason}"
    if one.state == "unclear":
        return unclear(one.target.recipient, one.reason)
    if one.state == "held":
        return f"没有发送，{one.reason}"
    return "这一天的日报已发过，没有再发" if one.state == "had" else "正在由另一个进程发送，没有再发"


def unclear(recipient: str, reason: str) -> str:
    """Return what is said of a digest of which nobody knows whether it arrived, and how it is let go again."""
    why = reason or "程序在发送途中中断"
    return (
        f"不知道是否送达（{why}），不会自动再发；请问一下对方，"
        f"确认没有收到的，运行 zhengji digest --send --again {quote(recipient)}"
    )


def _shown(desk: Desk, made: Edition, to: str | None) -> str:
    """Return what a digest would be and to whom it would go, exactly as it would be sent."""
    zone = desk.campaign.call.zone
    planned = [Standing(Target(TEST, to), "waiting")] if to else list(standings(desk, made.digest.day, now()))
    lines = [f"试看 {made.digest.day} 的日报（数据截至 {clock(made.digest.as_of, zone)}）：没有发送，也没有登记", ""]
    lines += [f"  {_called(one.target)}　{_planned(desk, made, one, zone)}" for one in planned]
    if not planned:
        lines.append(f"  {_NOBODY}")
    lines += ["", f"主题：{'【测试】' if to else ''}{made.digest.subject}", "", made.digest.text.rstrip()]
    if any(one.target.group for one in planned):
        lines += ["", f"―― 群里的文字（{size(len(made.chat.encode()))}）――", made.chat]
    return "\n".join(lines)


def _planned(desk: Desk, made: Edition, one: Standing, zone: tzinfo) -> str:
    channel = channel_name(one.target.channel)
    if one.state == "waiting":
        again = f"，上次未发出：{one.last.reason}" if one.last else ""
        return f"{channel}，将发送（{_weight(desk, made, one.target)}）{again}"
    if one.state in {"failed", "held"}:
        return f"{channel}，发不出：{known_of(one)}"
    if one.last and one.state == "had":
        return f"{channel}，已发送（{clock(one.last.sent_at or one.last.started_at, zone)}），不再发"
    if one.state == "unclear":
        return f"{channel}，{unclear(one.target.recipient, one.last.reason if one.last else '')}"
    return f"{channel}，正在由另一个进程发送"


def _weight(desk: Desk, made: Edition, target: Target) -> str:
    try:
        return size(len(contents(desk, made, target)))
    except ValueError:
        return "地址不对，发不出"


@click.command("sent")
@click.argument("number", metavar="[编号]", type=int, required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="把原件写到文件（邮件写作 .eml）")
@as_of
@click.pass_obj
def sent(context: Context, number: int | None, output: Path | None, as_of: str | None) -> None:
    """日报什么时候由哪个渠道发给了谁，哪些不明；写编号则取出当时的原件。"""
    with context.desk() as desk:
        at, zone = moment(as_of, desk.campaign.call), desk.campaign.call.zone
        known = [one for one in sendings.every(desk.store) if one.started_at <= at]
        if number is not None:
            _give(_kept(desk, known, number), output)
            return
        rows = [_row(one, at, zone) for one in known]
    click.echo(as_table(_HEADINGS, rows) if rows else "还没有发过日报", nl=not rows)


def _row(one: Sending, at: datetime, zone: tzinfo) -> tuple[object, ...]:
    state = "unclear" if one.is_unclear(at) else one.state
    why = one.reason or ("程序在发送途中中断" if state == "unclear" else "")
    when = clock(one.sent_at or one.started_at, zone)
    return one.id, one.day.isoformat(), channel_name(one.channel), one.recipient, _STATES[state], when, why


def _kept(desk: Desk, known: Iterable[Sending], number: int) -> bytes:
    """Return the bytes as they were handed over; SendingError where there are none of that number."""
    one = next((one for one in known if one.id == number), None)
    if one is None:
        raise SendingError(f"没有编号为 {number} 的发送记录（zhengji sent 列出全部）")
    path = desk.store.vault.find(one.sha256) if one.sha256 else None
    if path is None:
        raise SendingError(f"编号 {number} 没有留下原件")
    return path.read_bytes()


def _give(raw: bytes, output: Path | None) -> None:
    give(raw, output)
    if output is not None:
        click.echo(str(output))


COMMANDS = (digest_, sent)
