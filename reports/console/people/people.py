"""The accounts of the console, for administrators: who may sign in, as what, and where they are signed in."""

from starlette.responses import Response

from config.errors import ConfigError
from reports.console.asked import Asked, Done, whole
from reports.console.people.agents import device
from reports.console.people.me import new_password, raw
from reports.console.people.signing import signed_out
from reports.console.roles import ADMIN, ROLES
from reports.console.route import Route, write
from store import accounts, passwords
from store.accounts import LastAdminError, NameTakenError, Person

HERE = "/people"
_LAST = "这是最后一个管理员，停用或改为别的权限之后，就没有人能管账号了；请先给别人管理员权限"


def people(asked: Asked) -> Response:
    """Return all accounts and all open sessions."""
    store = asked.console.store
    open_ones = accounts.sessions(store, asked.now, asked.console.idle)
    counts = {one.person: 0 for one in open_ones}
    for one in open_ones:
        counts[one.person] += 1
    shown = [(one, device(one.agent)) for one in open_ones]
    return asked.show(
        "people.html", people=accounts.every(store), sessions=shown, counts=counts, shortest=passwords.SHORTEST
    )


def add(asked: Asked) -> Done:
    """Make an account; where no password was typed, one is made up and shown once."""
    name, role = accounts.name_of(asked.text("name")), _role(asked)
    if not name:
        raise ConfigError(f"姓名要在 1 到 {accounts.LONGEST_NAME} 个字之间，没有看不见的字符")
    typed = bool(raw(asked, "new") or raw(asked, "again"))
    password = new_password(asked) if typed else passwords.made_up()
    try:
        accounts.add(asked.console.store, name, role, password, asked.who.name, asked.now)
    except NameTakenError:
        raise ConfigError(f"已有账号 {name}") from None
    said = f"已建账号 {name}（{ROLES[role]}）"
    return Done([said], HERE, name, None if typed else _told(asked, said, name, password))


def reset_password(asked: Asked) -> Done:
    """Give somebody who forgot it a new password, shown once; their sessions end."""
    person, password = _person(asked), passwords.made_up()
    accounts.set_password(asked.console.store, person.name, password, asked.now)
    said = f"{person.name} 的密码已重设，已登录的须重新登录"
    return Done([said], HERE, person.name, _told(asked, said, person.name, password))


def change_role(asked: Asked) -> Done:
    """Give an account another role; its sessions end."""
    person, role = _person(asked), _role(asked)
    if person.role == role:
        raise ConfigError(f"{person.name} 已经是{ROLES[role]}")
    try:
        accounts.set_role(asked.console.store, person.name, role, asked.now)
    except LastAdminError:
        raise ConfigError(_LAST) from None
    return _done(asked, person, f"{person.name} 现为{ROLES[role]}，已登录的须重新登录")


def disable(asked: Asked) -> Done:
    """Disable an account; its sessions end."""
    person = _person(asked)
    try:
        accounts.disable(asked.console.store, person.name, asked.now)
    except LastAdminError:
        raise ConfigError(_LAST) from None
    return _done(asked, person, f"{person.name} 已停用，不能再登录；做过的事仍留着")


def enable(asked: Asked) -> Done:
    """Let a disabled account sign in again."""
    person = _person(asked)
    accounts.enable(asked.console.store, person.name, asked.now)
    return Done([f"{person.name} 可以登录了"], HERE, person.name)


def end(asked: Asked) -> Done:
    """End the sessions of an account: one where its number is sent, else all."""
    person, number = _person(asked), asked.text("session")
    if not number:
        count = accounts.end_all(asked.console.store, person.name, asked.now)
        return _done(asked, person, f"{person.name} 已从 {count} 处退出")
    one = whole(number)
    if one is None or not accounts.end(asked.console.store, one, asked.now, person.name):
        raise ConfigError("这一处登录已经不在了")
    own = asked.session is not None and asked.session.id == one
    said = f"{person.name} 的一处登录已结束"
    return Done([said], HERE, person.name, signed_out(asked) if own else None)


def _done(asked: Asked, person: Person, said: str) -> Done:
    """Return what was done; whoever did it to themselves is led to the sign-in."""
    own = asked.session is not None and asked.session.person == person.name
    return Done([said], HERE, person.name, signed_out(asked) if own else None)


def _told(asked: Asked, said: str, name: str, password: str) -> Response:
    """Return the one page that shows a password: it stands neither in the activity log nor in the next page."""
    return asked.show("password_once.html", said=said, name=name, password=password)


def _person(asked: Asked) -> Person:
    """Return whom the form is about; ConfigError where there is none of that name."""
    person = accounts.find(asked.console.store, accounts.name_of(asked.text("name")))
    if person is None:
        raise ConfigError("没有这个账号，请从账号管理里选")
    return person


def _role(asked: Asked) -> str:
    role = asked.text("role")
    if role not in ROLES:
        raise ConfigError("请选一种权限")
    return role


ROUTES = (
    Route(HERE, people, ADMIN),
    write(f"{HERE}/add", add, "新建账号", ADMIN),
    write(f"{HERE}/password", reset_password, "重设密码", ADMIN),
    write(f"{HERE}/role", change_role, "改权限", ADMIN),
    write(f"{HERE}/disable", disable, "停用账号", ADMIN),
    write(f"{HERE}/enable", enable, "恢复账号", ADMIN),
    write(f"{HERE}/end", end, "结束登录", ADMIN),
)
