"""Stands before every page: which hosts are answered, whose forms are taken, and the headers that each answer bears.

An answer cannot loosen the policy; it may ask for one of two others, which are written here.

Sources: OWASP Secure Headers Project, the Fetch Metadata specification, CSP Level 3.
"""

import re
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
# The one exception: a page that shows within itself, in a frame without any rights, what was sent as HTML. Its own
# answer may ask for these two policies and no other: FRAMING for the page around it, FRAMED for what stands within.
FRAMING = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
FRAMED = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'"
# An original runs in no page of ours, whatever a browser takes it for.
SANDBOXED = "default-src 'none'; sandbox"
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# What is framed must be so by us alone. A sandboxed answer has no origin, so that it cannot be isolated as one of ours.
_OTHERWISE: Mapping[str, Mapping[str, str]] = {
    FRAMING: {"Content-Security-Policy": FRAMING},
    SANDBOXED: {"Content-Security-Policy": SANDBOXED},
    FRAMED: {
        "Content-Security-Policy": FRAMED,
        "X-Frame-Options": "SAMEORIGIN",
        "Cross-Origin-Opener-Policy": "unsafe-none",
    },
}
_HSTS = "max-age=31536000"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_READS = ("GET", "HEAD", "OPTIONS")
# As browsers write it; what else could stand there (a user, blanks, a list) stands there only to mislead.
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
# What the console itself makes and browsers may show; everything else is saved.
_SHOWN = {"text/html", "text/plain", "application/json", "image/png", "image/jpeg"}
_FORBIDDEN, _MISDIRECTED = 403, 421


class Guard:
    """The outermost layer: refuses what asks for another host or comes from another site, and puts headers on answers.

    A host that is not ours would let a stranger's page speak to us by a name of its own (DNS rebinding). It stands
    outside of everything, so that what is answered where the console fails bears the headers as well.
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
        if scope["method"] not in _READS and not _is_own(headers, str(scope.get("scheme")), host):
            return PlainTextResponse("请求来自别的网站，没有执行\n", _FORBIDDEN)
        return None


def _hostname(host: str) -> str:
    found = _HOST.fullmatch(host)
    return found[1].strip("[]").lower() if found else ""


def _is_own(headers: Headers, scheme: str, host: str) -> bool:
    """Tell whether a form was sent by a page of ours, as far as the browser says.

    Every browser of the last ten years says it in one of the three; where it reached us by TLS, its page did too.
    """
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin") or headers.get("referer")
    if not origin:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.netloc.lower() == host.lower() and (scheme != "https" or parts.scheme == "https")


def _put_headers(headers: MutableHeaders, scope: Scope) -> None:
    otherwise = _OTHERWISE.get(headers.get("Content-Security-Policy", ""), {})
    for name, value in {**SECURITY_HEADERS, **otherwise}.items():
        headers[name] = value
    headers.setdefault("Cache-Control", "no-store")
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in _SHOWN and not str(scope.get("path")).startswith("/static/"):
        # What browsers might run or open is not shown, whoever forgot to say so.
        headers.setdefault("Content-Disposition", "attachment")
    if scope.get("scheme") == "https":
        headers["Strict-Transport-Security"] = _HSTS
