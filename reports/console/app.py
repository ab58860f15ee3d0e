"""Puts the console together: routes, who may see them, forms with their tokens, and what is said where one fails."""

import hmac
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount
from starlette.routing import Route as At
from starlette.staticfiles import StaticFiles

from config.errors import ConfigError, DecidedBeforeError
from reports.console import render, signing
from reports.console.asked import UNPROCESSABLE, Asked, Console, Done, local
from reports.console.guard import Guard
from reports.console.roles import may
from reports.console.route import Route
from reports.console.routes import ROUTES
from store import accounts, activity
from store.accounts import Session
from store.activity import Deed

log = structlog.get_logger()

# A form of words is small; files go the way of their own.
_LARGEST_FORM = 2_000_000
_FIELDS = 2_000
_SEEN_EVERY_SECONDS = 60
_SEE_OTHER, _UNAUTHORIZED, _FORBIDDEN, _TOO_LARGE, _BROKEN = 303, 401, 403, 413, 500


def build(console: Console) -> Starlette:
    """Return the console as an ASGI application."""
    return Starlette(
        routes=[
            *(At(one.path, _endpoint(console, one), methods=[one.method]) for one in ROUTES),
            Mount("/static", _Static(directory=render.STATIC)),
        ],
        middleware=[Middleware(Guard, hosts=console.settings.hosts)],
        exception_handlers={HTTPException: _said(console), _BROKEN: _broken(console)},
    )


class _Static(StaticFiles):
    """What comes with the console: its address changes with its content, so that browsers may keep it."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (Starlette's)
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _endpoint(console: Console, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        session = await run_in_threadpool(_session, console, request)
        if refused := _refused(console, route, request, session):
            return refused
        form = await _form(route, request)
        asked = Asked(console, request, session, form)
        if route.deed and session and not _is_own_form(session, request, form):
            raise HTTPException(_FORBIDDEN, "页面过期了，请返回刷新后再试")
        response = await _answered(asked, route)
        if session and (console.now() - session.seen_at).total_seconds() > _SEEN_EVERY_SECONDS:
            # After the answer: it may have to wait for another writer.
            response.background = BackgroundTask(accounts.saw, console.store, session.id, console.now())
        return response

    return answer


def _session(console: Console, request: Request) -> Session | None:
    token = request.cookies.get(signing.COOKIE)
    return accounts.session_of(console.store, token, console.now(), console.idle) if token else None


def _refused(console: Console, route: Route, request: Request, session: Session | None) -> Response | None:
    """Return what is answered to whoever may not see a page: the sign-in, or that the role does not reach."""
    if route.role is None or (session and may(session.role, route.role)):
        return None
    if session is None:
        return signing.ask(Asked(console, request))
    raise HTTPException(_FORBIDDEN, "您的账号没有这项权限；需要的话，请找管理员")


async def _form(route: Route, request: Request) -> Mapping[str, Any]:
    """Return what was sent, where it is a form of words; HTTPException where it is too large."""
    if not route.deed or route.streams:
        return {}
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > _LARGEST_FORM:
        raise HTTPException(_TOO_LARGE, "内容太长")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_FORM:
            raise HTTPException(_TOO_LARGE, "内容太长")
    request._body = bytes(body)  # noqa: SLF001 (where Starlette keeps what was read)
    return await request.form(max_files=0, max_fields=_FIELDS, max_part_size=_LARGEST_FORM)


def _is_own_form(session: Session, request: Request, form: Mapping[str, Any]) -> bool:
    given = request.headers.get("x-csrf-token") or form.get("csrf") or ""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), session.csrf.encode())


async def _answered(asked: Asked, route: Route) -> Response:
    """Return what a page answers, in a thread of its own; a write is noted, whatever came of it."""
    try:
        if inspect.iscoroutinefunction(route.page):
            done = await route.page(asked)
        else:
            done = await run_in_threadpool(route.page, asked)
    except ConfigError as error:
        await run_in_threadpool(_note, asked, route, asked.request.url.path, f"没有成功：{error}")
        return trouble(asked, error)
    if not isinstance(done, Done):
        return done if isinstance(done, Response) else Response(status_code=_BROKEN)
    await run_in_threadpool(_note, asked, route, done.target or asked.request.url.path, "\n".join(done.lines))
    if asked.session and done.shown is None:
        asked.console.notices.setdefault(asked.session.id, []).extend(done.lines)
    return done.shown or RedirectResponse(local(done.back), _SEE_OTHER)


def trouble(asked: Asked, error: ConfigError) -> Response:
    """Return the page that says why something could not be done; where somebody was first, with a way to insist."""
    before = error if isinstance(error, DecidedBeforeError) else None
    pairs = asked.form.multi_items() if hasattr(asked.form, "multi_items") else []
    fields = [(name, value) for name, value in pairs if isinstance(value, str) and name not in ("csrf", "seen")]
    said = before.told if before else str(error)
    return asked.show("trouble.html", UNPROCESSABLE, said=said, before=before, fields=fields)


def _note(asked: Asked, route: Route, target: str, told: str) -> None:
    if route.deed and asked.session:
        deed = Deed(asked.now, asked.session.person, asked.address, route.deed, target, told)
        activity.note(asked.console.store, deed)


def _said(console: Console) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers where a page says that something is not there, or not allowed."""

    async def answer(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else _BROKEN
        detail = error.detail if isinstance(error, HTTPException) else ""
        # Starlette's own words are English.
        said = detail if detail and not detail.isascii() else "没有这个页面"
        session = await run_in_threadpool(_session, console, request)
        return Asked(console, request, session).show("said.html", status, said=said)

    return answer


def _broken(console: Console) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers where the console itself fails: nothing of the cause is shown, all of it is logged."""

    async def answer(request: Request, error: Exception) -> Response:
        log.error("console.failed", path=request.url.path, error=type(error).__name__)
        said = "程序出错了，已记入日志；请返回重试，仍不行请找运维"
        return Asked(console, request).show("said.html", _BROKEN, said=said)

    return answer
