"""Signing in and out; whether an account exists, no answer tells. `/healthz` says whether the console works."""

from datetime import timedelta
from urllib.parse import urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from reports.console.asked import Asked, Done, local
from reports.console.roles import READER
from reports.console.route import Route, write
from store import accounts, activity
from store.activity import Deed

COOKIE = "zhengji"
_SEE_OTHER, _UNAUTHORIZED, _TOO_MANY = 303, 401, 429
_WRONG = "用户名或密码不对"
_SLOWED = "试得太多了，请过一刻钟再试"


def ask(asked: Asked) -> Response:
    """Return what is answered to whoever has not signed in: the way to the sign-in, and back again."""
    if asked.request.headers.get("hx-request"):
        return Response(status_code=_UNAUTHORIZED, headers={"HX-Redirect": "/sign-in"})
    there = asked.request.url.path + (f"?{asked.request.url.query}" if asked.request.url.query else "")
    back = f"?{urlencode({'back': there})}" if asked.request.method == "GET" and there != "/" else ""
    return RedirectResponse(f"/sign-in{back}", _SEE_OTHER)


def sign_in_page(asked: Asked) -> Response:
    """Return the page to sign in."""
    if asked.session:
        return RedirectResponse("/", _SEE_OTHER)
    return asked.show("sign_in.html", back=local(asked.query("back")), said="", name="")


def sign_in(asked: Asked) -> Response:
    """Sign in: a session begins, and the browser keeps its token; refused in the same words whatever was wrong."""
    store, now, name = asked.console.store, asked.now, asked.text("name")
    password = asked.form.get("password", "")
    if accounts.is_slowed(store, name, asked.address, now):
        return _refuse(asked, _SLOWED, _TOO_MANY)
    person = accounts.sign_in(store, name, password) if isinstance(password, str) else None
    if person is None:
        accounts.note_failure(store, name, asked.address, now)
        return _refuse(asked, _WRONG, _UNAUTHORIZED)
    span = (now, now + timedelta(hours=asked.console.settings.session_hours))
    token, _ = accounts.begin(store, person.id, asked.address, asked.request.headers.get("user-agent", ""), span)
    activity.note(store, Deed(now, person.name, asked.address, "登录", "", ""))
    response = RedirectResponse(asked.back, _SEE_OTHER)
    secure = asked.request.url.scheme == "https"
    response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/")
    return response


def _refuse(asked: Asked, said: str, status: int) -> Response:
    return asked.show("sign_in.html", status, back=asked.back, said=said, name=asked.text("name"))


def sign_out(asked: Asked) -> Done:
    """End the session."""
    if asked.session:
        accounts.end(asked.console.store, asked.session.id, asked.now)
    response = RedirectResponse("/sign-in", _SEE_OTHER)
    response.delete_cookie(COOKIE, path="/")
    return Done([], "/sign-in", shown=response)


def healthz(asked: Asked) -> Response:
    """Say that the console answers and its database does; nothing more, for anybody may ask."""
    accounts.find(asked.console.store, "")
    return JSONResponse({"status": "ok"})


ROUTES = (
    Route("/healthz", healthz, None),
    Route("/sign-in", sign_in_page, None),
    write("/sign-in", sign_in, "登录", None),
    write("/sign-out", sign_out, "退出", READER),
)
