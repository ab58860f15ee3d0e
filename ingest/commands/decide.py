"""Commands by which a person settles what the program could not: assign, kind, password, undo, decisions."""

import getpass
import os
from datetime import tzinfo

import click

from ingest.context import Context, now
from ingest.decisions import settling, unlocking
from reports import telling
from reports.picture import Picture
from reports.status import as_table
from reports.wording import clock
from store import decisions
from store.decisions import Decided, Person

_HEADINGS = ("编号", "事项", "决定", "谁", "时间", "备注", "现状")

person_option = click.option("--person", metavar="姓名", help="谁决定的（默认 $ZHENGJI_PERSON，再默认登录名）")
replace_option = click.option(
    "--replace", metavar="编号", type=int, help="看过编号为此的、别人的决定，要以这次的取代它"
)
note_option = click.option("--note", metavar="文字", default="", help="为什么")


def deciding_person(person: str | None, note: str = "") -> Person:
    """Return who decides: as named, else $ZHENGJI_PERSON, else the login name."""
    name = (person or os.environ.get("ZHENGJI_PERSON") or _login()).strip()
    if not name:
        raise settling.DecisionError("请用 --person 写明是谁决定的")
    return Person(name, now(), note.strip())


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


@click.command("assign")
@click.argument("target", metavar="来信编号或地址")
@click.argument("province", metavar="省份")
@click.option("--city", metavar="市", help="市级物协所在的市")
@click.option("--level", metavar="级别", help="provincial、city、enterprise、other，或省级物协、市级物协……")
@click.option("--only-this", is_flag=True, help="只认定这一封，不记住它的发信地址")
@person_option
@note_option
@replace_option
@click.pass_obj
def assign(
    context: Context, /, target: str, province: str, *, only_this: bool, replace: int | None, **options: str | None
) -> None:
    """认定一封来信（或一个地址的所有来信）由哪个省的协会发来。"""
    place = {"province": province, "city": options["city"], "level": options["level"]}
    who = deciding_person(options["person"], options["note"] or "")
    with context.desk() as desk:
        _say(settling.assign(desk, target, place, who, only_this=only_this, seen=replace))


@click.command("kind", short_help="认定来信的类别：报送、咨询、自动邮件或无关邮件。")
@click.argument("message", metavar="来信编号")
@click.argument("kind", metavar="类别")
@person_option
@note_option
@replace_option
@click.pass_obj
def kind_(context: Context, message: str, kind: str, person: str | None, note: str, replace: int | None) -> None:
    """认定来信的类别：submission 报送、inquiry 咨询、automatic 自动邮件、unrelated 无关邮件。"""
    who = deciding_person(person, note)
    with context.desk() as desk:
        _say(settling.set_kind(desk, message, kind, who, replace))


@click.command("password")
@click.argument("target", metavar="来信编号或地址")
@click.argument("word", metavar="密码", required=False)
@person_option
@note_option
@click.pass_obj
def password(context: Context, target: str, word: str | None, person: str | None, note: str) -> None:
    """记下一封来信（或一个地址的所有来信）中压缩包、文件的密码，并马上再试；不写密码则提示输入。"""
    who = deciding_person(person, note)
    word = word or click.prompt("密码", hide_input=True)
    with context.desk() as desk:
        _say(unlocking.set_password(desk, target, word, who))


@click.command("undo")
@click.argument("decision", type=int, metavar="编号")
@person_option
@click.pass_obj
def undo(context: Context, decision: int, person: str | None) -> None:
    """撤销一项人工处理（编号见 zhengji decisions）；撤销的仍列在那里。"""
    who = deciding_person(person)
    with context.desk() as desk:
        _say(settling.undo(desk, decision, who))


@click.command("decisions")
@click.pass_obj
def decisions_(context: Context) -> None:
    """列出所有人工处理：谁、何时、决定了什么，撤销了没有。"""
    with context.desk() as desk:
        made = decisions.every(desk.store)
        counting = {row.id for row in decisions.current(made)}
        zone = desk.campaign.call.zone
        picture = desk.keeper.assessment(now()).picture
    rows = [
        (
            row.id,
            telling.CALLED.get(row.what, row.what),
            telling.described(row),
            row.person,
            clock(row.decided_at, zone),
            row.note,
            _standing(row, picture) if row.id in counting else _ended(row, zone),
        )
        for row in made
    ]
    click.echo(as_table(_HEADINGS, rows) if rows else "还没有人工处理", nl=not rows)


def _standing(row: Decided, picture: Picture) -> str:
    return "有效，现无所指" if telling.is_idle(row, picture) else "有效"


def _ended(row: Decided, zone: tzinfo) -> str:
    return f"已撤销（{row.undone_by}，{clock(row.undone_at, zone)}）" if row.undone_at else "已被后来的取代"


def _say(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)


COMMANDS = (assign, kind_, password, undo, decisions_)
