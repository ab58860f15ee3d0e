"""One's own page: where one is signed in, ending that elsewhere, and another password."""

from starlette.responses import RedirectResponse, Response

from config.errors import ConfigError
from reports.console.asked import Asked, Done, whole
from reports.console.people.agents import device
from reports.console.people.signing import SLOWED, begin_session, begin_try, signed_out
from reports.console.roles import READER
from reports.console.route import Route, write
from store import accounts, passwords, throttling
from store.accounts import Session

HERE = "/me"
_SEE_OTHER = 303


def me(asked: Asked) -> Response:
    """Return one's own page."""
    own = _session_of(asked)
    open_ones = accounts.sessions(asked.console.store, asked.now, asked.console.idle, own.person)
    idle = asked.console.settings.idle_minutes
    shown = [(one, device(one.agent)) for one in open_ones]
    return asked.show("me.html", own=own, sessions=shown, shortest=passwords.SHORTEST, idle=idle)


def change_password(asked: Asked) -> Done:
    """Change one's password: the old one is asked for; all sessions end, and this browser gets a new one."""
    own, store = _session_of(asked), asked.console.store
    new = new_password(asked)
    number = begin_try(asked, own.person)
    if number is None:
        raise ConfigError(SLOWED)
    person = accounts.sign_in(store, own.person, raw(asked, "old"))
    if person is None:
        raise ConfigError("原来的密码不对，没有改")
    throttling.end_well(store, number)
    accounts.set_password(store, own.person, new, asked.now)
    said = "密码已改，别处的登录都已退出"
    response = RedirectResponse(HERE, _SEE_OTHER)
    token = begin_session(asked, person.id, response)
    if begun := accounts.session_of(store, token, asked.now, asked.console.idle):
        asked.console.notices.add(begun.id, [said])
    return Done([said], HERE, own.person, response)


def end_one(asked: Asked) -> Done:
    """End one of one's sessions; this one too."""
    own, number = _session_of(asked), whole(asked.text("session"))
    if number is None or not accounts.end(asked.console.store, number, asked.now, own.person):
        raise ConfigError("这一处登录已经不在了")
    if number == own.id:
        return Done(["已退出"], "/sign-in", own.person, signed_out(asked))
    return Done(["那一处已退出登录"], HERE, own.person)


def end_others(asked: Asked) -> Done:
    """End all of one's sessions but this one."""
    own = _session_of(asked)
    count = accounts.end_all(asked.console.store, own.person, asked.now, but=own.id)
    return Done([f"别处的登录都已退出（{count} 处）" if count else "别处没有登录"], HERE, own.person)


def new_password(asked: Asked) -> str:
    """Return a new password that was typed twice; ConfigError where it is none."""
    new = raw(asked, "new")
    if new != raw(asked, "again"):
        raise ConfigError("两次输入的新密码不一样")
    if not passwords.fits(new):
        raise ConfigError(f"密码要有 {passwords.SHORTEST} 到 {passwords.LONGEST} 个字符")
    return new


def raw(asked: Asked, name: str) -> str:
    """Return a field as it was typed: blanks at the ends of a password are part of it."""
    value = asked.form.get(name, "")
    return value if isinstance(value, str) else ""


def _session_of(asked: Asked) -> Session:
    if asked.session is None:
        raise ConfigError("请重新登录")
    return asked.session


ROUTES = (
    Route(HERE, me),
    write(f"{HERE}/password", change_password, "改自己的密码", READER),
    write(f"{HERE}/end", end_one, "结束自己的登录", READER),
    write(f"{HERE}/end-others", end_others, "结束自己别处的登录", READER),
)
