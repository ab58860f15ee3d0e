"""Puts the console together: routes, who may see them, forms with their tokens, and what is said where one fails."""

import asyncio
import errno
import hmac
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount
from starlette.routing import Route as At
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from config.errors import ConfigError, DecidedBeforeError
from reports.console import looking, render
from reports.console.adding.receiving import has_files, received
from reports.console.asked import UNPROCESSABLE, Asked, Console, Done, local
from reports.console.enduring import endured, places
from reports.console.guard import Guard
from reports.console.people import signing
from reports.console.roles import may
from reports.console.route import Route
from reports.console.routes import ROUTES
from store import accounts, activity
from store.accounts import Session
from store.activity import Deed
from store.contents.objects import ObjectsAwayError
from store.errors import StoreError

log = structlog.get_logger()

# A form of words is small; files go the way of their own. Whoever has not signed in sends a name and a password.
_LARGEST_FORM, _LARGEST_OF_STRANGERS = 2_000_000, 10_000
_FIELDS = 2_000
# So long a form may take to come.
PATIENCE_SECONDS = 60.0
_SEEN_EVERY_SECONDS = 60
_SEE_OTHER, _BAD, _FORBIDDEN, _NOT_ALLOWED, _TIMEOUT, _TOO_LARGE = 303, 400, 403, 405, 408, 413
_BROKEN, _UNAVAILABLE = 500, 503
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL = "磁盘满了，这一步没有存下；请找运维腾出地方后重试"
_NOT_NOTED = "注意：这一步已经完成，但没能写进操作记录（数据库当时连不上）；请告诉运维"
_EXPIRED = "页面过期了，请返回刷新后再试"
_NO_RIGHT = "您的账号没有这项权限；需要的话，请找管理员"
# Starlette's own words are English.
_DATABASE, _FILES = "数据库正忙或暂时连不上", "存放原件的对象存储暂时连不上"
_WORDS = {_BAD: "请求不完整，没有执行；请返回重试", _NOT_ALLOWED: "这个网址不能这样用", _FORBIDDEN: _NO_RIGHT}


def build(console: Console) -> ASGIApp:
    """Return the console as an ASGI application."""
    inner = Starlette(
        routes=[
            *(At(one.path, _endpoint(console, one), methods=[one.method]) for one in ROUTES),
            Mount("/static", _Static(directory=render.STATIC)),
        ],
        exception_handlers={
            HTTPException: _said(console),
            StoreError: _away(console),
            ClientDisconnect: _left,
            _BROKEN: _broken(console),
        },
    )
    # It would answer with an address made of what the browser calls us.
    inner.router.redirect_slashes = False
    return Guard(inner, hosts=console.settings.hosts)


class _Static(StaticFiles):
    """What comes with the console: its address changes with its content, so that browsers may keep it."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 (Starlette's)
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _endpoint(console: Console, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if route.bare:
            bare: Response = await route.page(Asked(console, request))
            return bare
        session = await run_in_threadpool(_session, console, request)
        if session is None and route.role is not None:
            return signing.ask(Asked(console, request))
        async with _noted(console, route, request, session):
            if session and route.role and not may(session.role, route.role):
                raise HTTPException(_FORBIDDEN, _NO_RIGHT)
            form = await _form(console, route, request, session)
            if route.deed and session and not _is_own_form(session, request, form):
                raise HTTPException(_FORBIDDEN, _EXPIRED)
            asked = Asked(console, request, session, form)
            response = await _answered(asked, route)
        looking.note(asked, route, response)
        if session and (console.now() - session.seen_at).total_seconds() > _SEEN_EVERY_SECONDS:
            # After the answer: it may have to wait for another writer.
            response.background = BackgroundTask(_saw, console, session)
        return response

    return answer


def _session(console: Console, request: Request) -> Session | None:
    token = signing.token_of(request)
    return accounts.session_of(console.store, token, console.now(), console.idle) if token else None


def _saw(console: Console, session: Session) -> None:
    """Note that a session was used; where that cannot be written now, the next request does it."""
    try:
        accounts.saw(console.store, session.id, console.now())
    except (StoreError, OSError) as error:
        log.warning("console.not_noted", error=type(error).__name__)


@asynccontextmanager
async def _noted(console: Console, route: Route, request: Request, session: Session | None) -> AsyncIterator[None]:
    """Note a write that comes to nothing in the activity log, whatever the reason is; the others note themselves."""
    told = "没有完成：程序出错"
    try:
        yield
        told = ""
    except HTTPException as error:
        told = f"没有成功：{error.detail}"
        raise
    except (StoreError, ClientDisconnect):
        told = ""
        raise
    except asyncio.CancelledError:
        # The console is being stopped: what was begun may be done all the same, and nothing can be waited for any more.
        told = ""
        _note(Asked(console, request, session), route, request.url.path, "操作台停止，没有等到结果")
        raise
    finally:
        if told:
            await run_in_threadpool(_note, Asked(console, request, session), route, request.url.path, told)


async def _form(console: Console, route: Route, request: Request, session: Session | None) -> Mapping[str, Any]:
    """Return what was sent, where it is a form; HTTPException where it is too large."""
    if not route.deed or route.streams:
        return {}
    if route.files and session and has_files(request):
        return await received(request, session, console.uploads, console.now())
    largest = _LARGEST_FORM if session else _LARGEST_OF_STRANGERS
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > largest:
        raise HTTPException(_TOO_LARGE, "内容太长")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            request._body = await _body(request, largest)  # noqa: SLF001 (where Starlette keeps what was read)
    except TimeoutError:
        raise HTTPException(_TIMEOUT, "等了很久，内容没有传完；请检查网络后重试") from None
    return await request.form(max_files=0, max_fields=_FIELDS, max_part_size=largest)


async def _body(request: Request, largest: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise HTTPException(_TOO_LARGE, "内容太长")
    return bytes(body)


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
    target, lines = done.target or asked.request.url.path, list(done.lines)
    noting = partial(_note, asked, route, target, "\n".join(lines))
    if not await run_in_threadpool(endured, noting, "console.not_noted", action=route.deed, target=target):
        # It is done all the same: nobody may be told to do it again.
        lines.append(_NOT_NOTED)
    if asked.session and done.shown is None:
        asked.console.notices.add(asked.session.id, lines)
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
        said = detail if detail and not detail.isascii() else _WORDS.get(status, "没有这个页面")
        try:
            session = await run_in_threadpool(_session, console, request)
        except StoreError as away:
            return _said_away(console, request, away)
        response = Asked(console, request, session).show("said.html", status, said=said)
        response.headers.update(getattr(error, "headers", None) or {})
        return response

    return answer


def _away(console: Console) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers while the database or the object store does not."""

    async def answer(request: Request, error: Exception) -> Response:
        return _said_away(console, request, error)

    return answer


def _said_away(console: Console, request: Request, error: Exception) -> Response:
    """Return the page that says what is away: nothing was lost, and it may be tried again."""
    log.warning("console.store_away", path=request.url.path, error=type(error).__name__)
    away = _FILES if isinstance(error, ObjectsAwayError) else _DATABASE
    said = f"{away}，这一步没有完成；请过一会儿再试，仍不行请找运维"
    response = Asked(console, request).show("said.html", _UNAVAILABLE, said=said)
    response.headers["Retry-After"] = "30"
    return response


async def _left(request: Request, error: Exception) -> Response:  # noqa: ARG001 (Starlette's)
    """Answer a browser that is gone: nobody hears it."""
    return Response(status_code=_BAD)


def _broken(console: Console) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers where the console itself fails: nothing of the cause is shown; where it was is logged."""

    async def answer(request: Request, error: Exception) -> Response:
        log.error("console.failed", path=request.url.path, error=type(error).__name__, where=places(error))
        full = isinstance(error, OSError) and error.errno in _DISK_FULL
        said = _FULL if full else "程序出错了，已记入日志；请返回重试，仍不行请找运维"
        return Asked(console, request).show("said.html", _BROKEN, said=said)

    return answer
