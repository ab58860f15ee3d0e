"""The command that serves the console, and those that keep its accounts."""

import sys

import click

from config.errors import ConfigError
from ingest.commands.decide import deciding_person, person_option
from ingest.console.listening import warnings
from ingest.context import Context, now
from ingest.desk import Desk
from reports.console.roles import ADMIN, ROLES
from reports.wording import clock, one_line
from store import accounts, passwords
from store.accounts import NameTakenError
from store.activity import Deed, note

_role = click.option("--role", type=click.Choice(list(ROLES)), default="reader", show_default=True, help="权限")
_password = click.option("--password-stdin", "from_input", is_flag=True, help="从标准输入读一行密码，不询问")


@click.command("console")
@click.option("--host", help="在哪个地址上打开（默认设置文件 [console] host，再默认只在本机 127.0.0.1）")
@click.option("--port", type=click.IntRange(1, 65535), help="端口（默认 8360）")
@click.pass_obj
def console(context: Context, host: str | None, port: int | None) -> None:
    """打开网页操作台，供同事用浏览器查看和处理；按 Ctrl+C 停止。"""
    # Only this command needs the web server, whose import takes time.
    from ingest.console.serving import serve

    with context.desk() as desk:
        settings = desk.settings.console
        at, number = host or settings.host, port or settings.port
        serve(desk, at, number, now, lambda: _say(desk, at, number))


def _say(desk: Desk, host: str, port: int) -> None:
    """Say where the console is open, and what its operator should know."""
    if not any(one.disabled_at is None for one in accounts.every(desk.store)):
        click.echo("还没有账号，请先运行：zhengji user add 姓名 --role admin", err=True)
    for line in warnings(desk.settings.console, host):
        click.echo(f"注意：{line}", err=True)
    click.echo(f"操作台已打开：http://{f'[{host}]' if ':' in host else host}:{port}/（按 Ctrl+C 停止）", err=True)


USER = click.Group("user", help="操作台的账号：reader 查看（手机号隐去），editor 编辑，admin 管理员。")


@USER.command("add")
@click.argument("name", metavar="姓名")
@_role
@_password
@person_option
@click.pass_obj
def add(context: Context, name: str, role: str, person: str | None, *, from_input: bool) -> None:
    """新建一个账号；密码当场输入两遍，不显示。"""
    plain, by = accounts.name_of(name), deciding_person(person).name
    if not plain:
        raise ConfigError(f"姓名要在 1 到 {accounts.LONGEST_NAME} 个字之间，没有看不见的字符")
    with context.desk() as desk:
        if accounts.find(desk.store, plain):
            raise ConfigError(f"已有账号 {plain}")
        given = _asked(from_input=from_input)
        try:
            accounts.add(desk.store, plain, role, given, by, now())
        except NameTakenError:
            raise ConfigError(f"已有账号 {plain}") from None
        note(desk.store, Deed(now(), by, "", "新建账号", plain, ROLES[role]))
        click.echo(f"已建账号 {plain}（{ROLES[role]}）")


@USER.command("list")
@click.pass_obj
def users(context: Context) -> None:
    """列出账号。"""
    with context.desk() as desk:
        zone = desk.campaign.call.zone
        for one in accounts.every(desk.store):
            state = f"，已停用（{clock(one.disabled_at, zone)}）" if one.disabled_at else ""
            click.echo(f"{one.name}：{ROLES[one.role]}，{one.created_by} {clock(one.created_at, zone)} 建{state}")


@USER.command("password")
@click.argument("name", metavar="姓名")
@_password
@person_option
@click.pass_obj
def password(context: Context, name: str, person: str | None, *, from_input: bool) -> None:
    """改密码；已登录的须重新登录。"""
    with context.desk() as desk:
        plain = _named(desk, name)
        accounts.set_password(desk.store, plain, _asked(from_input=from_input), now())
        _note(desk, person, "重设密码", plain)
        click.echo(f"{plain} 的密码已改，已登录的须重新登录")


@USER.command("role")
@click.argument("name", metavar="姓名")
@click.argument("role", type=click.Choice(list(ROLES)))
@person_option
@click.pass_obj
def role(context: Context, name: str, role: str, person: str | None) -> None:
    """改权限；已登录的须重新登录。"""
    with context.desk() as desk:
        plain = _named(desk, name)
        accounts.set_role(desk.store, plain, role, now(), last=True)
        _note(desk, person, "改权限", plain, ROLES[role])
        click.echo(f"{plain} 现为{ROLES[role]}，已登录的须重新登录")
        _warn_without_admin(desk)


@USER.command("disable")
@click.argument("name", metavar="姓名")
@person_option
@click.pass_obj
def disable(context: Context, name: str, person: str | None) -> None:
    """停用一个账号：立即退出，不能再登录；做过的事仍留着。"""
    with context.desk() as desk:
        plain = _named(desk, name)
        accounts.disable(desk.store, plain, now(), last=True)
        _note(desk, person, "停用账号", plain)
        click.echo(f"{plain} 已停用")
        _warn_without_admin(desk)


@USER.command("enable")
@click.argument("name", metavar="姓名")
@person_option
@click.pass_obj
def enable(context: Context, name: str, person: str | None) -> None:
    """恢复一个停用的账号。"""
    with context.desk() as desk:
        plain = _named(desk, name)
        accounts.enable(desk.store, plain, now())
        _note(desk, person, "恢复账号", plain)
        click.echo(f"{plain} 可以登录了")


@USER.command("end")
@click.argument("name", metavar="姓名")
@person_option
@click.pass_obj
def end(context: Context, name: str, person: str | None) -> None:
    """让一个账号在各处退出登录。"""
    with context.desk() as desk:
        plain = _named(desk, name)
        count = accounts.end_all(desk.store, plain, now())
        _note(desk, person, "结束登录", plain, f"{count} 处")
        click.echo(f"{plain} 已从 {count} 处退出")


def _note(desk: Desk, person: str | None, action: str, name: str, told: str = "") -> None:
    """Note in the activity log what somebody at this machine did to an account."""
    note(desk.store, Deed(now(), deciding_person(person).name, "", action, name, told))


def _named(desk: Desk, name: str) -> str:
    """Return the name of an account as it is kept; ConfigError where there is none."""
    plain = accounts.name_of(name)
    if accounts.find(desk.store, plain) is None:
        raise ConfigError(f"没有账号 {one_line(name)}，全部列在 zhengji user list 里")
    return plain


def _warn_without_admin(desk: Desk) -> None:
    """Say it where nobody is left who may keep accounts: whoever sits at the machine may do that, and undo it."""
    if not any(one.role == ADMIN and one.disabled_at is None for one in accounts.every(desk.store)):
        click.echo("注意：现在没有管理员能登录了；需要时请运行 zhengji user add 或 role、enable", err=True)


def _asked(*, from_input: bool) -> str:
    """Return a new password, asked for twice or read from standard input; ConfigError where it is none."""
    if from_input:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = str(
            click.prompt(f"密码（至少 {passwords.SHORTEST} 个字符）", hide_input=True, confirmation_prompt="再输一遍")
        )
    if not passwords.fits(given):
        raise ConfigError(
            f"密码要有 {passwords.SHORTEST} 到 {passwords.LONGEST} 个字符，例如 {passwords.made_up()}（请勿照抄）"
        )
    return given


COMMANDS = (console, USER)
