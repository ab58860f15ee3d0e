"""Logs in to a mailbox, by password or by an OAuth 2 token, and tells a refusal from a line that dropped."""

import re
from base64 import b64encode

from config.errors import ConfigError
from config.mailboxes import MailboxSettings
from ingest.mailboxes.connection import BROKEN, Client, LineDropped, LoginFailed, bounded, guarded, last_words
from ingest.mailboxes.fetched import LoginRefused, MailboxError, Unreachable
from ingest.mailboxes.tokens import Tokens

# A NO at login that says nothing about the password (RFC 5530): the next poll may well succeed.
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")
# How servers that hang up instead of answering NO say that it is the login they refuse.
_REFUSING = re.compile(
    r"AUTHENTICATION\s?FAIL|AUTHENTICATE FAIL|LOGIN FAIL|ERR\.LOGIN|ACCOUNT IS ABNORMAL|INVALID CREDENTIALS"
    r"|PASSWORD (?:IS )?(?:ERROR|INCORRECT|WRONG|INVALID)|(?:WRONG|INVALID|INCORRECT|BAD) PASSWORD|密码|授权码",
    re.IGNORECASE,
)
_PASSWORD_REFUSED = "邮箱拒绝登录：密码（客户端授权码）不对或已失效，请到网页邮箱重新生成授权码并更新设置"  # noqa: S105 (a sentence)
_OAUTH_REFUSED = (
    "邮箱不接受 OAuth 2 令牌：请确认令牌属于这个邮箱、带有 IMAP 权限，"
    "必要时重新授权并更新 refresh_token（或检查 token_command）"
)


def credential(settings: MailboxSettings, tokens: Tokens) -> str:
    """Return the password or the access token; LoginRefused where the settings give none that can be sent."""
    try:
        secret = tokens.token_of(settings) if settings.auth == "xoauth2" else settings.secret
    except ConfigError as error:
        raise LoginRefused(str(error), error) from None
    if not (settings.login + secret).isascii():
        raise LoginRefused("登录名或密码（客户端授权码）含有英文以外的字符，请检查设置", "not ASCII")
    return secret


def log_in(client: Client, settings: MailboxSettings, secret: str) -> None:
    """Log in; introduce ourselves where the server asks for it (NetEase refuses EXAMINE otherwise, RFC 2971)."""
    try:
        with bounded(client, settings):
            if settings.auth == "xoauth2":
                client.oauth2_login(settings.login, secret)
            else:
                client.login(settings.login, secret)
    except BROKEN as error:
        raise _failure(error, last_words(client), settings, secret) from None
    with guarded(client, settings, "登录邮箱后连接中断"):
        if b"ID" in client.capabilities():
            client.id_({"name": "zhengji", "version": "0.1", "vendor": "zhengji"})


def _failure(error: BaseException, said: str, settings: MailboxSettings, secret: str) -> MailboxError:
    """Return what a failed login means: imapclient says LoginError also where the line dropped or the server is down.

    Only a real refusal is one: it alarms people, and stops the polls for a while. Where the line dropped, the server's
    last words decide.
    """
    cause = _without(f"{error} {said}".strip(), settings.login, secret)
    if any(word in cause.upper() for word in _PASSING):
        return Unreachable("邮箱服务器暂时不能登录，稍后自动重试", cause)
    dropped = not isinstance(error, LoginFailed) or isinstance(error.__context__, LineDropped)
    if dropped and not _REFUSING.search(cause):
        return Unreachable("登录邮箱时连接中断", cause)
    return LoginRefused(_OAUTH_REFUSED if settings.auth == "xoauth2" else _PASSWORD_REFUSED, cause)


def _without(text: str, user: str, secret: str) -> str:
    """Return a text with the secret taken out, however it was sent: some servers repeat the command they refuse."""
    quoted = secret.replace("\\", "\\\\").replace('"', '\\"')
    encoded = b64encode(f"user={user}\1auth=Bearer {secret}\1\1".encode()).decode()
    for form in (encoded, quoted, secret) if secret else ():
        text = text.replace(form, "…")
    return text
