"""What whoever watches the console asks it: does it answer (/healthz), is it ready (/readyz), its numbers (/metrics).

They answer while the database does not: nobody's session is asked for first, and each waits for so long and no longer,
in a thread of its own beside those that serve pages.
"""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from reports.console.asked import Asked
from reports.console.people.signing import token_of
from reports.console.roles import ADMIN, may
from reports.console.route import Route
from reports.watching.metrics import CONTENT_TYPE
from store import accounts

_FORBIDDEN, _UNAVAILABLE = 403, 503
# What says that a request came by way of somebody else.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
_T = TypeVar("_T")


async def healthz(asked: Asked) -> Response:  # noqa: ARG001 (as every page)
    """Say that the process answers; nothing more, for anybody may ask."""
    return JSONResponse({"status": "ok"})


async def readyz(asked: Asked) -> Response:
    """Say whether database, vault and polling are as they should be, in Chinese sentences that name no one."""
    ready, told = await _beside(asked.console.monitor.ready)
    return JSONResponse(told, 200 if ready else _UNAVAILABLE)


async def metrics(asked: Asked) -> Response:
    """Return the numbers, to this machine, to a proxy itself, and to an admin who has signed in."""
    if not _is_near(asked) and not await _is_admin(asked):
        raise HTTPException(_FORBIDDEN, "监控数字只给本机；请在运行操作台的电脑上取，或用管理员账号登录")
    text = await _beside(asked.console.monitor.exposition)
    return Response(text, headers={"Content-Type": CONTENT_TYPE})


async def _beside(work: Callable[[], _T]) -> _T:
    """Do something in a thread that no page waits for, and no page keeps busy."""
    return await asyncio.get_running_loop().run_in_executor(None, work)


def _is_near(asked: Asked) -> bool:
    """Tell whether this machine or a proxy asks for itself: what somebody asks through a proxy bears a header of it."""
    if any(name in asked.request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(asked.address)
    except ValueError:
        return False
    return address.is_loopback or any(address in ip_network(one) for one in asked.console.settings.proxies)


async def _is_admin(asked: Asked) -> bool:
    token = token_of(asked.request)
    if not token:
        return False
    console = asked.console
    session = await run_in_threadpool(accounts.session_of, console.store, token, console.now(), console.idle)
    return session is not None and may(session.role, ADMIN)


ROUTES = (
    Route("/healthz", healthz, None, bare=True),
    Route("/readyz", readyz, None, bare=True),
    Route("/metrics", metrics, None, bare=True),
)
