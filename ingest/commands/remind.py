"""The group `remind`: letters to associations as drafts, the record of what was sent, and their templates.

Only `send` sends, and only where a person sits at the terminal and confirms each letter.
"""

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import click

from ingest.commands.decide import deciding_person, note_option, person_option
from ingest.commands.tell import as_of
from ingest.context import Context, moment, now
from ingest.desk import Desk
from ingest.mailboxes.fetched import MailboxError
from ingest.telling.drafts import account_of, put_drafts
from ingest.telling.outbox import Delivery
from ingest.telling.posting import Posted, post, try_out
from ingest.telling.reminding import (
    CHANNELS,
    Chosen,
    ReminderError,
    due,
    letters_folder,
    named,
    newest_draft,
    reached,
    record,
    reminded,
    sender,
    too_soon,
    view_named,
    warnings,
    why_none,
    without_backlog,
    writer,
)
from reports.letters import draft, history, stationery
from reports.letters.backlog import backlog
from reports.letters.letter import Letter, Writer
from reports.letters.phones import phone_sheet, phone_text
from reports.letters.situations import KINDS, RECEIPT
from reports.making.writing import write_beside
from reports.status import as_table
from reports.wording import clock
from store import reminders
from store.decisions import Person

_WRITE = "write"
# A draft is sent within so many days, or it is another letter that was sent.
_FRESH = timedelta(days=3)
_OUTCOMES = {"已发出": reminders.SENT, "未发出": reminders.FAILED}
what_option = click.option(
    "--what", type=click.Choice(KINDS), help="哪种函件（默认：缺材料的催报，只需补正的通知补正）"
)
folder_option = click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False), help="草稿文件夹（默认按设置）"
)
anyway_option = click.option("--anyway", is_flag=True, help="该省还有我方没有处理的来信或文件，也照写")


class _Remind(click.Group):
    """A group whose words are commands, and all else provinces that letters are to be written to."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command before provinces and options that stand alone."""
        known = {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, args if args and args[0] in known else [_WRITE, *args])


REMIND = _Remind(
    "remind",
    help="催报函、补正通知、收件回执：写成草稿，由人发出。后面直接写省份（可写几个；不写就是应催的各省）。",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@REMIND.command(_WRITE)
@click.argument("provinces", nargs=-1, metavar="[省份…]")
@what_option
@folder_option
@as_of
@click.option("--show", is_flag=True, help="只显示收件人和全文，什么也不写")
@click.option("--to-drafts", is_flag=True, help="同时放进收件邮箱的草稿箱（同一封只放一次）")
@click.option("--mailbox", metavar="地址", default="", help="放进哪个收件邮箱的草稿箱（默认第一个）")
@anyway_option
@click.pass_obj
def write(
    context: Context,
    /,
    provinces: tuple[str, ...],
    what: str | None,
    folder: Path | None,
    as_of: str | None,
    **how: bool | str,
) -> None:
    """写出各省的函件（可省略 write）：.eml 草稿、文本、微信文字和电话单。"""
    with context.desk() as desk:
        by = writer(desk, moment(as_of, desk.campaign.call))
        chosen = named(desk, by, provinces, what) if provinces else due(desk, by, what)
        chosen = chosen if how["anyway"] else without_backlog(by, chosen)
        for letter in chosen.letters:
            click.echo(_shown(letter, desk) if how["show"] else _to(letter))
        if not how["show"]:
            _write(desk, by, chosen, letters_folder(desk, folder), mailbox=_mailbox(desk, how))
        _tell(by, chosen)
    if chosen.refused:
        raise SystemExit(1)


def _mailbox(desk: Desk, how: dict[str, bool | str]) -> str | None:
    """Return the address of the mailbox whose drafts are written to; None where that is not asked for."""
    if not (how["to_drafts"] or how["mailbox"]):
        return None
    account = account_of(desk.settings.accounts, desk.campaign.call.addresses, str(how["mailbox"]))
    if account is None:
        raise ReminderError(f"设置中没有收件邮箱 {how['mailbox']}".rstrip() + "，没有草稿箱可放")
    return account.address


def _write(desk: Desk, by: Writer, chosen: Chosen, folder: Path, mailbox: str | None) -> None:
    letters = chosen.letters
    if not letters:
        return
    for path in draft.write(letters, folder, mailbox or sender(desk), mailbox or ""):
        click.echo(str(path))
    for path, data in _phone_sheets(desk, by, letters, folder):
        if not path.exists():
            write_beside(path, data)
        click.echo(str(path))
    if mailbox:
        _into_drafts(desk, letters, mailbox)


def _phone_sheets(desk: Desk, by: Writer, letters: list[Letter], folder: Path) -> list[tuple[Path, bytes]]:
    """Return the sheets of those who are to be called; a receipt asks nobody to do anything."""
    called = [letter for letter in letters if letter.what != RECEIPT]
    if not called:
        return []
    day, zone = called[0].day.isoformat(), desk.campaign.call.zone
    names = {view.province: view.association.name for view in by.assessment.picture.associations}
    title = f"{desk.campaign.call.title}　电话单　{day}"
    sheet = phone_sheet(called, by.sent, names, title, zone)
    text = phone_text(called, by.sent, names, title, zone).encode("utf-8")
    name = _free_name(folder, f"电话单-{day}", text)
    return [(folder / f"{name}.xlsx", sheet), (folder / f"{name}.txt", text)]


def _free_name(folder: Path, wanted: str, text: bytes) -> str:
    """Return under which name a sheet goes: staff write into theirs, so one that says something else stays."""
    names = (f"{wanted}{f'（{number}）' if number > 1 else ''}" for number in count(1))
    return next(name for name in names if not _says_else(folder, name, text))


def _says_else(folder: Path, name: str, text: bytes) -> bool:
    path = folder / f"{name}.txt"
    return path.read_bytes() != text if path.exists() else (folder / f"{name}.xlsx").exists()


def _into_drafts(desk: Desk, letters: list[Letter], mailbox: str) -> None:
    account = account_of(desk.settings.accounts, (), mailbox)
    mails = [(one.message_id, draft.as_mail(one, mailbox).as_bytes()) for one in letters]
    if account is None:
        return
    try:
        put = put_drafts(account, desk.campaign, mails, now())
    except MailboxError as error:
        raise ReminderError(f"{mailbox}：{error.reason}") from None
    for letter, one in zip(letters, put, strict=True):
        click.echo(f"{letter.province}：{'已放进' if one.is_new else '早已在'} {mailbox} 的“{one.folder}”")


def _to(letter: Letter) -> str:
    to = "；".join(letter.to.addresses) or "（没有地址）"
    return f"{letter.province}　{letter.what}　{len(letter.items)} 项　收件人 {to}（{letter.to.source}）"


def _shown(letter: Letter, desk: Desk) -> str:
    """Return a letter as it would go out: who gets it, from whom, every word."""
    to = "；".join(letter.to.addresses) or "（没有地址）"
    head = f"收件人：{to}（{letter.to.source}）\n发件人：{sender(desk)}\n主题：{letter.subject}"
    who = f"{letter.contact.name} {letter.contact.phone}".strip() or "没有登记电话"
    more = f"---- 微信 ----\n{letter.wechat}\n---- 电话 ----\n{who}（{letter.contact.source}）\n"
    return f"{'=' * 60}\n{head}\n\n{letter.text}\n{more}"


def _tell(by: Writer, chosen: Chosen) -> None:
    """Say what was not written and why, and what staff should know, on standard error."""
    for line in chosen.skipped:
        click.echo(line, err=True)
    for line in chosen.refused:
        click.echo(f"没有写：{line}", err=True)
    _warn([*chosen.notes, *warnings(by, chosen.letters)])
    if not (chosen.letters or chosen.skipped or chosen.refused):
        click.echo("没有应催的省", err=True)


def _warn(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(f"请注意：{line}", err=True)


@REMIND.command("sent")
@click.argument("province", metavar="省份")
@what_option
@click.option("--channel", type=click.Choice(CHANNELS), required=True, help="怎样告知的")
@click.option("--at", "at", metavar="时刻", help="何时发出（默认现在）")
@folder_option
@person_option
@note_option
@click.pass_obj
def sent(
    context: Context,
    /,
    province: str,
    what: str | None,
    channel: str,
    at: str | None,
    folder: Path | None,
    **who: str | None,
) -> None:
    """登记函件已经由人发出（催办记录）：何时、何人、哪种途径、哪些事项。"""
    with context.desk() as desk:
        when = _past(moment(at, desk.campaign.call), desk)
        person = Person(deciding_person(who["person"]).name, when, (who["note"] or "").strip())
        by = writer(desk, when)
        view = view_named(by.assessment.picture, province)
        letter = by.letter(view, what)
        old = newest_draft(letters_folder(desk, folder), view.province, what, when)
        fresh = old if old and when - old.as_of <= _FRESH else None
        source = fresh or letter
        if source is None:
            raise ReminderError(f"{view.province}：{why_none(by, view, what)}，没有函件可登记")
        to = reached(letter, channel) if letter else ""
        kept = record(desk, source, channel, to, person)
        click.echo(f"已登记 {kept.id}：{view.province}　{kept.what}　{kept.asked} 项　{channel}　{person.name}")


def _past(at: datetime, desk: Desk) -> datetime:
    """Return when something was done; a day that is not over means until now, one to come is a slip."""
    zone, present = desk.campaign.call.zone, now()
    if at.astimezone(zone).date() > present.astimezone(zone).date():
        raise ReminderError(f"--at 写的是 {clock(at, zone)}，还没有到；请核对日期")
    return min(at, present)


@REMIND.command("list")
@folder_option
@as_of
@click.pass_obj
def list_(context: Context, folder: Path | None, as_of: str | None) -> None:
    """催办记录：发过什么、现在到了没有；草稿是否已经过时。"""
    with context.desk() as desk:
        until = moment(as_of, desk.campaign.call)
        by = writer(desk, until)
        rows = [one.cells for one in reminded(desk, by.assessment)]
        click.echo(as_table(history.HEADINGS, rows) if rows else "还没有催办记录", nl=not rows)
        drafts = draft.drafts_in(letters_folder(desk, folder))
        for one, state in history.draft_states(by.assessment, drafts, by.sent):
            also = f"（也在 {one.mailbox} 的草稿箱）" if one.mailbox else ""
            click.echo(f"草稿 {one.path.name}{also}：{state}")


@REMIND.command("settle")
@click.argument("number", metavar="编号", type=int)
@click.argument("outcome", metavar="已发出|未发出", type=click.Choice(list(_OUTCOMES)))
@click.pass_obj
def settle(context: Context, number: int, outcome: str) -> None:
    """发信中断、不知是否发出的，核对后登记结果。"""
    with context.desk() as desk:
        if not reminders.settle(desk.store, number, _OUTCOMES[outcome], "经核对没有发出"):
            raise ReminderError(f"编号 {number} 不在待核对之列，见 zhengji remind list")
        click.echo(f"已登记 {number}：{outcome}")


@REMIND.command("undo")
@click.argument("number", metavar="编号", type=int)
@person_option
@note_option
@click.pass_obj
def undo(context: Context, number: int, person: str | None, note: str) -> None:
    """撤销一条登记错的催办记录：记录留着，标明何时、何人撤销，不再算催办过。"""
    who = deciding_person(person, note)
    with context.desk() as desk:
        known = next((one for one in reminders.every(desk.store, who.now) if one.id == number), None)
        if known is None:
            raise ReminderError(f"没有编号为 {number} 的催办记录，见 zhengji remind list")
        if not reminders.undo(desk.store, number, who):
            raise ReminderError(f"编号 {number} {_not_undone(known)}")
        click.echo(f"已撤销 {number}：{known.province}　{known.what}　{known.channel}　{who.name}")
        click.echo("撤销的只是登记；如果函件其实已经发出，请重新登记", err=True)


def _not_undone(one: reminders.Sent) -> str:
    if one.state == reminders.SENDING:
        return f"还不知是否发出，请核对后运行 zhengji remind settle {one.id} 已发出|未发出"
    if one.state == reminders.FAILED:
        return "本来就没有发出，不用撤销"
    return f"已由{one.undone_by}撤销过" if one.undone_at else "刚刚由别人处理了"


@REMIND.command("send")
@click.argument("province", metavar="省份")
@what_option
@click.option("--to-me", metavar="地址", help="试发：只发给自己，不登记")
@as_of
@person_option
@anyway_option
@click.pass_obj
def send(context: Context, /, province: str, *, anyway: bool, **said: str | None) -> None:
    """用 [digest.smtp] 发给协会：先显示收件人和全文，由人键入省份确认后才发；夜间不发。"""
    to_me, what = said["to_me"], said["what"]
    if said["as_of"] and not to_me:
        raise ReminderError("--as-of 只用于试发（--to-me）；发给协会的只能是现在的情况")
    with context.desk() as desk:
        by = writer(desk, moment(said["as_of"], desk.campaign.call))
        view = view_named(by.assessment.picture, province)
        letter = by.letter(view, what)
        if letter is None:
            raise ReminderError(f"{view.province}：{why_none(by, view, what)}")
        click.echo(_shown(letter, desk))
        # Said before anybody confirms: what is asked for may lie in a mail that nobody has told yet.
        _warn(warnings(by, [letter]))
        posted = try_out(desk, letter, to_me) if to_me else _posted(desk, by, letter, said["person"], anyway=anyway)
    if posted is None:
        click.echo("没有确认，没有发送", err=True)
        raise SystemExit(1)
    for one in posted.deliveries:
        click.echo(f"{one.recipient}：{_became(one, posted.number)}", err=not one.ok)
    if not posted.ok:
        raise SystemExit(1)


def _became(one: Delivery, number: int | None) -> str:
    """Return in words what became of a letter to one address."""
    if one.state == "unclear":
        look = f"；请到“已发送”里核对，再运行 zhengji remind settle {number} 已发出|未发出" if number else ""
        return f"不知道是否送达，{one.reason}{look}"
    return "已发送" if one.ok else f"未发出，{one.reason}"


def _posted(desk: Desk, by: Writer, letter: Letter, person: str | None, *, anyway: bool) -> Posted | None:
    _allowed(desk, by, letter, anyway=anyway)
    return post(desk, letter, deciding_person(person).name, lambda: _confirmed(letter), now)


def _allowed(desk: Desk, by: Writer, letter: Letter, *, anyway: bool) -> None:
    """Refuse what a person should see to first; ReminderError says what."""
    if not sys.stdin.isatty():
        raise ReminderError("发给协会要由人在终端上确认；不能由别的程序代发。可加 --to-me 地址 试发给自己")
    told = backlog(by.assessment, view_named(by.assessment.picture, letter.province), by.unread)
    if told and not anyway:
        raise ReminderError(f"{letter.province}：{'；'.join(told)}，请先处理（仍要发请加 --anyway）")
    if wait := too_soon(desk, by, letter):
        raise ReminderError(f"{letter.province}：{wait}，没有发送")


def _confirmed(letter: Letter) -> bool:
    to = "；".join(letter.to.addresses)
    typed = click.prompt(f"将发给 {to}。确认请键入省份“{letter.province}”", default="", show_default=False)
    return str(typed).strip() == letter.province


@REMIND.command("show")
@click.argument("number", metavar="编号", type=int)
@as_of
@click.pass_obj
def show(context: Context, number: int, as_of: str | None) -> None:
    """显示催办记录中一封函件当时的全文。"""
    with context.desk() as desk:
        known = reminders.every(desk.store, moment(as_of, desk.campaign.call))
        one = next((row for row in known if row.id == number), None)
        if one is None:
            raise ReminderError(f"没有编号为 {number} 的催办记录，见 zhengji remind list")
        click.echo(f"{clock(one.sent_at, desk.campaign.call.zone)}　{one.channel}　{one.recipient}　{one.person}\n")
        if one.undone_at:
            click.echo(f"已由{one.undone_by}于 {clock(one.undone_at, desk.campaign.call.zone)} 撤销登记，不算\n")
        click.echo(reminders.text_of(desk.store, one), nl=False)


@REMIND.command("templates")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="复制到哪个文件夹"
)
def templates(output: Path) -> None:
    """把随程序的模板复制一份，供修改；已有的文件不动。"""
    written = stationery.copy_defaults(output)
    for path in written:
        click.echo(str(path))
    click.echo(f'改好后在设置里写 [reminders] templates = "{output}"，再运行 zhengji check-config 检查', err=True)


COMMANDS = (REMIND,)
