"""The command that serves the console, and those that keep its accounts."""

import secrets
import sys

import click

from config.errors import ConfigError
from ingest.commands.decide import deciding_person, person_option
from ingest.context import Context, now
from reports.console.roles import ROLES
from reports.wording import clock
from store import accounts
from store.accounts import NameTakenError
from store.activity import Deed, note

# Long enough that guessing is hopeless where sign-ins are slowed down (NIST SP 800-63B asks for 8).
SHORTEST = 10
_LONGEST, _LONGEST_NAME = 200, 60

_role = click.option("--role", type=click.Choice(list(ROLES)), default="reader", show_default=True, help="权限")
_password = click.option("--password-stdin", "from_input", is_flag=True, help="从标准输入读一行密码，不询问")


@click.command("console")
@click.option("--host", help="在哪个地址上打开（默认设置文件 [console] host，再默认只在本机 127.0.0.1）")
@click.option("--port", type=click.IntRange(1, 65535), help="端口（默认 8360）")
@click.pass_obj
def console(context: Context, host: str | None, port: int | None) -> None:
    """打开网页操作台，供同事用浏览器查看和处理；按 Ctrl+C 停止。"""
    # Only this command needs the web server, whose import takes time.
    from ingest.serving import serve

    with context.desk() as desk:
        settings = desk.settings.console
        at, number = host or settings.host, port or settings.port
        if not any(one.disabled_at is None for one in accounts.every(desk.store)):
            click.echo("还没有账号，请先运行：zhengji user add 姓名 --role admin", err=True)
        click.echo(f"操作台已打开：http://{f'[{at}]' if ':' in at else at}:{number}/", err=True)
        serve(desk, at, number, now)


USER = click.Group("user", help="操作台的账号：reader 查看（手机号隐去），editor 编辑，admin 管理员。")


@USER.command("add")
@click.argument("name", metavar="姓名")
@_role
@_password
@person_option
@click.pass_obj
def add(context: Context, name: str, role: str, person: str | None, *, from_input: bool) -> None:
    """新建一个账号；密码当场输入两遍，不显示。"""
    plain, by = _checked_name(name), deciding_person(person).name
    with context.desk() as desk:
        if accounts.find(desk.store, plain):
            raise ConfigError(f"已有账号 {plain}")
        password = _asked(from_input=from_input)
        try:
            accounts.add(desk.store, plain, role, password, by, now())
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
        _known(accounts.find(desk.store, name) is not None, name)
        accounts.set_password(desk.store, name, _asked(from_input=from_input), now())
        note(desk.store, Deed(now(), deciding_person(person).name, "", "改密码", name, ""))
        click.echo(f"{name} 的密码已改，已登录的须重新登录")


@USER.command("role")
@click.argument("name", metavar="姓名")
@click.argument("role", type=click.Choice(list(ROLES)))
@person_option
@click.pass_obj
def role(context: Context, name: str, role: str, person: str | None) -> None:
    """改权限；已登录的须重新登录。"""
    with context.desk() as desk:
        _known(accounts.set_role(desk.store, name, role, now()), name)
        note(desk.store, Deed(now(), deciding_person(person).name, "", "改权限", name, ROLES[role]))
        click.echo(f"{name} 现为{ROLES[role]}，已登录的须重新登录")


@USER.command("disable")
@click.argument("name", metavar="姓名")
@person_option
@click.pass_obj
def disable(context: Context, name: str, person: str | None) -> None:
    """停用一个账号：立即退出，不能再登录；做过的事仍留着。"""
    with context.desk() as desk:
        _known(accounts.disable(desk.store, name, now()), name)
        note(desk.store, Deed(now(), deciding_person(person).name, "", "停用账号", name, ""))
        click.echo(f"{name} 已停用")


@USER.command("enable")
@click.argument("name", metavar="姓名")
@person_option
@click.pass_obj
def enable(context: Context, name: str, person: str | None) -> None:
    """恢复一个停用的账号。"""
    with context.desk() as desk:
        _known(accounts.enable(desk.store, name, now()), name)
        note(desk.store, Deed(now(), deciding_person(person).name, "", "恢复账号", name, ""))
        click.echo(f"{name} 可以登录了")


@USER.command("end")
@click.argument("name", metavar="姓名")
@person_option
@click.pass_obj
def end(context: Context, name: str, person: str | None) -> None:
    """让一个账号在各处退出登录。"""
    with context.desk() as desk:
        _known(accounts.find(desk.store, name) is not None, name)
        count = accounts.end_all(desk.store, name, now())
        note(desk.store, Deed(now(), deciding_person(person).name, "", "结束登录", name, f"{count} 处"))
        click.echo(f"{name} 已从 {count} 处退出")


def _known(there: bool, name: str) -> None:  # noqa: FBT001 (what was found)
    if not there:
        raise ConfigError(f"没有账号 {name}，全部列在 zhengji user list 里")


def _checked_name(name: str) -> str:
    """Return a name for an account; ConfigError where nobody could be called so."""
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise ConfigError(f"姓名要在 1 到 {_LONGEST_NAME} 个字之间，没有看不见的字符")
    return plain


def _asked(*, from_input: bool) -> str:
    """Return a new password, asked for twice or read from standard input; ConfigError where it is too short."""
    if from_input:
        given = sys.stdin.readline().rstrip("\r\n")
    else:
        given = str(click.prompt("密码", hide_input=True, confirmation_prompt="再输一遍"))
    if not SHORTEST <= len(given) <= _LONGEST:
        raise ConfigError(f"密码至少 {SHORTEST} 个字符，例如 {secrets.token_urlsafe(9)}（请勿照抄）")
    return given


COMMANDS = (console, USER)
