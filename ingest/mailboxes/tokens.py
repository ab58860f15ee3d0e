"""Access tokens of OAuth 2, as a mailbox's settings say: from a command, or from the provider's token endpoint.

A token of an endpoint is kept in memory until shortly before it expires (RFC 6749 sections 5.1 and 6); a command keeps
its own. Nothing that a command or an endpoint says is repeated but an error code of the standard: it may hold secrets.
"""

import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

import structlog

from config.login import is_loopback
from config.mailboxes import MailboxSettings
from ingest.mailboxes.connection import within
from ingest.mailboxes.fetched import LoginRefused, MailboxError, Unreachable

log = structlog.get_logger()

_SECONDS = 30.0
_LARGEST_ANSWER = 64_000
# A token is not used in the last seconds of its life: the login itself takes a while, and clocks differ.
_MARGIN = 120.0
# RFC 6750 section 2.1, and room for what providers put beside it; a space or a control character would end the field.
_TOKEN = re.compile(r"[\x21-\x7e]+")
_RENEW = "请重新授权，并更新设置中的 refresh_token"
_CHECK_CLIENT = "请检查设置中的 client_id 和 client_secret"
# The error codes of RFC 6749 section 5.2, with what staff can do.
_ERRORS: Mapping[str, str] = {
    "invalid_grant": f"授权（refresh_token）已失效或被收回，{_RENEW}",
    "invalid_client": f"令牌服务器不认这个应用，{_CHECK_CLIENT}（密钥可能已到期）",
    "unauthorized_client": f"这个应用无权刷新令牌，{_CHECK_CLIENT}",
    "invalid_scope": f"授权的范围不对，{_RENEW}",
    "invalid_request": "令牌服务器看不懂请求，请检查设置中的 client_id、client_secret 和 token_url",
    "unsupported_grant_type": "令牌服务器不支持刷新令牌，请检查设置中的 token_url",
    # Providers' own: consent or a second factor is asked for.
    "interaction_required": f"服务商要求重新登录确认，{_RENEW}",
    "consent_required": f"服务商要求重新同意授权，{_RENEW}",
}


@dataclass(frozen=True)
class _Kept:
    """A token, until when it may be used, which refresh token it came from, and which comes next."""

    token: str = field(repr=False)
    until: float
    given: str = field(repr=False)
    following: str = field(repr=False)


@dataclass
class Tokens:
    """The tokens of all mailboxes, in memory only; `clock` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    seconds: float = _SECONDS
    _kept: dict[MailboxSettings, _Kept] = field(default_factory=dict, repr=False)

    def token_of(self, settings: MailboxSettings) -> str:
        """Return an access token; LoginRefused where none is granted, Unreachable where nobody can be asked.

        Raises ConfigError where a secret's file cannot be read.
        """
        if settings.token_command:
            return from_command(settings.token_command, self.seconds)
        given, kept = settings.refresh_secret, self._kept.get(settings)
        if kept and kept.given == given and self.clock() < kept.until:
            return kept.token
        # A provider may hand out a new refresh token with each access token, and then no longer takes the old one.
        refresh = kept.following if kept and kept.given == given else given
        started, answer = self.clock(), self._asked(settings, refresh)
        token = _sound(answer.get("access_token"))
        following = answer.get("refresh_token")
        following = following if isinstance(following, str) and following else refresh
        if following != refresh:
            log.info("tokens.rotated", mailbox=settings.address)
        self._kept[settings] = _Kept(token, started + _lifetime(answer) - _MARGIN, given, following)
        return token

    def forget(self, settings: MailboxSettings) -> None:
        """Use the token of a mailbox no more; what it is renewed with stays."""
        if kept := self._kept.get(settings):
            self._kept[settings] = _Kept("", 0.0, kept.given, kept.following)

    def _asked(self, settings: MailboxSettings, refresh: str) -> dict[str, Any]:
        form = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": settings.client_id}
        if secret := settings.client_secret_text:
            form["client_secret"] = secret
        return _answer(settings.token_url, urllib.parse.urlencode(form).encode(), self.seconds)


TOKENS = Tokens()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: the secrets are for the one address of the settings."""

    def redirect_request(self, *_: object) -> None:
        return None


def _answer(url: str, body: bytes, seconds: float) -> dict[str, Any]:
    """Return what a token endpoint answers; the whole exchange takes at most `seconds`."""
    host = urllib.parse.urlsplit(url).hostname or ""
    try:
        status, content = within(
            seconds, lambda: _posted(url, host, body, seconds), (OSError, HTTPException, ValueError)
        )
    except (OSError, HTTPException, ValueError) as error:
        # The error's text may hold what was sent.
        raise Unreachable(f"连不上令牌服务器 {host}，稍后自动重试", f"token endpoint: {type(error).__name__}") from None
    answer = _table(content)
    if status == 200 and answer:  # noqa: PLR2004 (HTTP)
        return answer
    raise _refusal(host, status, answer)


def _posted(url: str, host: str, body: bytes, seconds: float) -> tuple[int, bytes]:
    """Return status and content of the answer to a form."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 (the settings let https and loopback through)
    # This machine is reached without a proxy.
    direct = [urllib.request.ProxyHandler({})] if is_loopback(host) else []
    try:
        with urllib.request.build_opener(_NoRedirect, *direct).open(request, timeout=seconds) as answer:
            return answer.status, answer.read(_LARGEST_ANSWER + 1)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_LARGEST_ANSWER + 1)


def _table(content: bytes) -> dict[str, Any]:
    """Return a JSON object; nothing where it is too large, or none."""
    if len(content) > _LARGEST_ANSWER:
        return {}
    with suppress(ValueError, RecursionError):
        answer = json.loads(content)
        return answer if isinstance(answer, dict) else {}
    return {}


def _refusal(host: str, status: int, answer: Mapping[str, Any]) -> MailboxError:
    """Return what an answer without a token means: a code of the standard is a refusal, all else may pass."""
    code = answer.get("error")
    if isinstance(code, str) and code in _ERRORS and 400 <= status < 500:  # noqa: PLR2004 (HTTP)
        return LoginRefused(f"邮箱的 OAuth 2 登录被拒：{_ERRORS[code]}", f"token endpoint: {status} {code}")
    cause = f"token endpoint: HTTP {status}"
    if status == 429 or status >= 500:  # noqa: PLR2004 (HTTP)
        return Unreachable(f"令牌服务器 {host} 暂时不能用，稍后自动重试", cause)
    return Unreachable(f"令牌服务器 {host} 没有给出令牌（HTTP {status}），请检查设置中的 token_url", cause)


def _sound(token: object) -> str:
    if isinstance(token, str) and _TOKEN.fullmatch(token):
        return token
    raise Unreachable("令牌服务器没有给出可用的令牌，请检查设置中的 token_url", "token endpoint: no access_token")


def _lifetime(answer: Mapping[str, Any]) -> float:
    """Return for how many seconds a token holds; one that does not say so is used once."""
    said = answer.get("expires_in")
    text = str(said) if isinstance(said, (int, str)) and not isinstance(said, bool) else ""
    return float(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0.0


def from_command(command: tuple[str, ...], seconds: float = _SECONDS) -> str:
    """Return the first line that a command prints; it runs without a shell, and is killed after `seconds`."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise Unreachable(
            f"取令牌的命令 {command[0]} 运行不了，请检查设置中的 token_command", type(error).__name__
        ) from None
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        # With what it started: a child of it would keep the pipe open.
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()
        raise Unreachable(
            f"取令牌的命令 {command[0]} 超过 {seconds:.0f} 秒没有结束", "token_command: timeout"
        ) from None
    return _printed(command[0], process.returncode, output)


def _printed(name: str, code: int, output: bytes) -> str:
    if code:
        reason = f"取令牌的命令 {name} 失败（退出码 {code}），请在终端里运行 token_command 查看原因"
        raise Unreachable(reason, f"token_command: exit {code}")
    line = (output.splitlines() or [b""])[0].decode("ascii", "replace").strip()
    if not _TOKEN.fullmatch(line):
        raise LoginRefused(f"取令牌的命令 {name} 没有输出令牌（应在第一行），请检查设置中的 token_command", "no token")
    return line
