"""Signing in and out; whether an account exists, no answer tells."""

from datetime import timedelta
from urllib.parse import urlencode, urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from reports.console.asked import Asked, Done, local
from reports.console.roles import READER
from reports.console.route import Route, write
from store import accounts, activity, throttling
from store.activity import Deed

log = structlog.get_logger()

_SESSION, _KNOWN = "zhengji", "zhengji-known"
_SEE_OTHER, _UNAUTHORIZED, _TOO_MANY = 303, 401, 429
_WRONG = "用户名或密码不对"
SLOWED = "试得太多了，请过一刻钟再试"


def ask(asked: Asked) -> Response:
    """Return what is answered to whoever has not signed in: the way to the sign-in, and back again."""
    request = asked.request
    if request.headers.get("hx-request"):
        # A part of a page was asked for: the whole page goes, and comes back afterwards.
        there = _of_page(request.headers.get("hx-current-url", ""))
        return Response(status_code=_UNAUTHORIZED, headers={"HX-Redirect": _sign_in_from(there)})
    if request.method in ("GET", "HEAD"):
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    else:
        there = _of_page(request.headers.get("referer", ""))
    return RedirectResponse(_sign_in_from(there), _SEE_OTHER)


def _sign_in_from(there: str) -> str:
    return "/sign-in" if local(there) == "/" else f"/sign-in?{urlencode({'back': there})}"


def _of_page(address: str) -> str:
    """Return path and query of the page that somebody was on, as the browser says."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def sign_in_page(asked: Asked) -> Response:
    """Return the page to sign in."""
    if asked.session:
        return RedirectResponse(local(asked.query("back")), _SEE_OTHER)
    return asked.show("sign_in.html", back=local(asked.query("back")), said="", name="")


def sign_in(asked: Asked) -> Response:
    """Sign in: a session begins, and the browser keeps its token; refused in the same words whatever was wrong."""
    store, name = asked.console.store, accounts.name_of(asked.text("name"))
    given = asked.form.get("password", "")
    number = begin_try(asked, name)
    if number is None:
        return _refuse(asked, SLOWED, _TOO_MANY)
    person = accounts.sign_in(store, name, given) if isinstance(given, str) else None
    if person is None:
        _note_refused(asked, name)
        return _refuse(asked, _WRONG, _UNAUTHORIZED)
    throttling.end_well(store, number)
    if asked.session:
        accounts.end(store, asked.session.id, asked.now)
    activity.note(store, Deed(asked.now, person.name, asked.address, "登录", "", ""))
    response = RedirectResponse(asked.back, _SEE_OTHER)
    begin_session(asked, person.id, response)
    return response


def begin_try(asked: Asked, name: str) -> int | None:
    """Return the number of a try with a password, as `throttling` does; where it must wait, the log says from where."""
    mark = asked.request.cookies.get(_cookie(asked.request, _KNOWN), "")
    number = throttling.begin_try(asked.console.store, name, asked.address, asked.now, mark)
    if number is None:
        log.warning("console.sign_in_slowed", address=asked.address)
    return number


def begin_session(asked: Asked, account: int, response: Response) -> str:
    """Begin a session, let the browser keep its token, and return it.

    Beside it the browser keeps a mark, by which it is known as one that signed in before.
    """
    span = (asked.now, asked.now + timedelta(hours=asked.console.settings.session_hours))
    agent = asked.request.headers.get("user-agent", "")
    token, _ = accounts.begin(asked.console.store, account, asked.address, agent, span)
    known = int(throttling.KNOWN.total_seconds())
    _set_cookie(asked.request, response, _SESSION, token)
    _set_cookie(asked.request, response, _KNOWN, accounts.mark_of(token), known)
    return token


def token_of(request: Request) -> str | None:
    """Return the token of the session that a browser bears."""
    return request.cookies.get(_cookie(request, _SESSION))


def _set_cookie(request: Request, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    secure = request.url.scheme == "https"
    key = _cookie(request, name)
    response.set_cookie(key, value, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")


def _cookie(request: Request, name: str) -> str:
    """Return the name of a cookie; with TLS one that no neighbour's page and no page without TLS can set."""
    return f"__Host-{name}" if request.url.scheme == "https" else name


def _note_refused(asked: Asked, name: str) -> None:
    """Note a refused sign-in of an account; what else was typed might be a password in the wrong place."""
    store = asked.console.store
    person = accounts.find(store, name)
    who = person.name if person else "（没有这个账号）"
    told = "没有成功：账号已停用" if person and person.disabled_at else "没有成功：用户名或密码不对"
    activity.note(store, Deed(asked.now, who, asked.address, "登录", "", told))


def _refuse(asked: Asked, said: str, status: int) -> Response:
    return asked.show(
        "sign_in.html", status, back=asked.back, said=said, name=asked.text("name")[: accounts.LONGEST_NAME]
    )


def sign_out(asked: Asked) -> Done:
    """End the session."""
    if asked.session:
        accounts.end(asked.console.store, asked.session.id, asked.now)
    return Done(["已退出"], "/sign-in", shown=signed_out(asked))


def signed_out(asked: Asked) -> Response:
    """Return the way to the sign-in for a browser whose session has ended."""
    response = RedirectResponse("/sign-in", _SEE_OTHER)
    secure = asked.request.url.scheme == "https"
    key = _cookie(asked.request, _SESSION)
    response.delete_cookie(key, path="/", secure=secure, httponly=True, samesite="lax")
    return response


ROUTES = (
    Route("/sign-in", sign_in_page, None),
    write("/sign-in", sign_in, "登录", None),
    write("/sign-out", sign_out, "退出", READER),
)
