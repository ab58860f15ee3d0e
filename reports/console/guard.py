"""Stands before every page: which hosts are answered, whose forms are taken, and the headers that each answer bears.

Sources: OWASP Secure Headers Project, the Fetch Metadata specification, CSP Level 3.
"""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing from outside, nothing inline: what a mail holds can run nothing even where it were shown as markup.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_READS = ("GET", "HEAD", "OPTIONS")
_FORBIDDEN, _MISDIRECTED = 403, 421


class Guard:
    """The outermost layer: refuses what asks for another host or comes from another site, and puts headers on answers.

    A host that is not ours would let a stranger's page speak to us by a name of its own (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self.app = app
        self.hosts = {*LOOPBACK, *(host.lower() for host in hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                _put_headers(MutableHeaders(scope=message), scope)
            await send(message)

        refused = self._refusal(scope)
        await (refused or self.app)(scope, receive, sent)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _hostname(host) not in self.hosts:
            said = "不认识这个网址的主机名；请在设置文件 [console] hosts 里写上它\n"
            return PlainTextResponse(said, _MISDIRECTED)
        if scope["method"] not in _READS and not _is_own(headers, host):
            return PlainTextResponse("请求来自别的网站，没有执行\n", _FORBIDDEN)
        return None


def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_own(headers: Headers, host: str) -> bool:
    """Tell whether a form was sent by a page of ours, as far as the browser says."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def _put_headers(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    headers.setdefault("Cache-Control", "no-store")
    if scope.get("scheme") == "https":
        headers["Strict-Transport-Security"] = _HSTS
