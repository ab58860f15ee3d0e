"""Reads a mailbox and never changes it: EXAMINE and BODY.PEEK only. The one door to imapclient.

What providers do, and why things are asked the way they are: docs/mail-servers.md.
"""

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from config.campaign import Campaign
from config.errors import ConfigError
from config.settings import MailboxSettings
from ingest.fetched import FolderInfo, FolderState, FolderStatus, LoginRefused, MailboxError, Outcome, Unreachable
from ingest.fetching import Folder

log = structlog.get_logger()

_CONNECT_SECONDS = 30
# One command may take this many times what one silence may, and longer where many bytes come over a slow line.
_PATIENCE = 3
_SLOWEST = 16_000
_SKIPPED_FLAGS = {b"\\sent", b"\\drafts", b"\\trash", b"\\noselect", b"\\nonexistent", b"\\all", b"\\flagged"}
_JUNK_FLAG = b"\\junk"
# Everything that a connection may raise when it breaks, is cut or talks nonsense.
_BROKEN = (
    IMAPClientError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    # A literal of absurd length, or brackets nested without end.
    OverflowError,
    MemoryError,
    RecursionError,
)
# A NO at login that says nothing about the password (RFC 5530): the next poll may well succeed.
_PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")


class ImapMailbox:
    """A connection to one mailbox; a context manager that logs in and out. Raises MailboxError for whatever breaks."""

    def __init__(self, settings: MailboxSettings, campaign: Campaign) -> None:
        self.settings = settings
        self.words = campaign.mail
        self._client: IMAPClient | None = None
        self._junk: dict[str, bool] = {}

    def __enter__(self) -> Self:
        self._client = self._connect()
        with ExitStack() as leaving:
            leaving.callback(self._close)
            self._log_in(self._client)
            # Logged in: the connection stays open until the mailbox is left.
            leaving.pop_all()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._close()

    @property
    def client(self) -> IMAPClient:
        """The connection."""
        if self._client is None:
            raise Unreachable("尚未连接邮箱服务器")
        return self._client

    def _connect(self) -> IMAPClient:
        settings = self.settings
        context = self._context()
        client = None
        try:
            client = IMAPClient(
                settings.host,
                port=settings.port_number,
                ssl=settings.security == "ssl",
                ssl_context=context if settings.security == "ssl" else None,
                timeout=SocketTimeout(
                    connect=min(_CONNECT_SECONDS, settings.timeout_seconds), read=settings.timeout_seconds
                ),
            )
            # The default gives INTERNALDATE naive, in the host's time zone.
            client.normalise_times = False
            _quiet(client)
            if settings.security == "starttls":
                client.starttls(context)
        except _BROKEN as error:
            _hang_up(client)
            if isinstance(error, ssl.SSLCertVerificationError):
                raise Unreachable(f"邮箱服务器 {settings.host} 的证书不可信，已停止连接", error) from error
            raise Unreachable(f"连不上邮箱服务器 {settings.host}:{settings.port_number}", error) from error
        return client

    def _context(self) -> ssl.SSLContext | None:
        if self.settings.security == "none":
            return None
        try:
            return ssl.create_default_context(cafile=self.settings.ca_file)
        except OSError as error:
            raise Unreachable(f"证书文件 {self.settings.ca_file} 读不了，请检查设置中的 ca_file", error) from error

    def _log_in(self, client: IMAPClient) -> None:
        """Log in; introduce ourselves where the server asks for it (NetEase refuses EXAMINE otherwise, RFC 2971)."""
        try:
            password = self.settings.secret
        except ConfigError as error:
            raise LoginRefused(str(error), error) from None
        if not (self.settings.login + password).isascii():
            raise LoginRefused("登录名或密码（客户端授权码）含有英文以外的字符，请检查设置", "not ASCII")
        try:
            client.login(self.settings.login, password)
        except LoginError as error:
            raise _login_failure(error, password) from None
        except _BROKEN as error:
            raise Unreachable("登录邮箱时连接中断", _without(error, password)) from None
        with _broken("登录邮箱后连接中断"):
            if b"ID" in client.capabilities():
                client.id_({"name": "zhengji", "version": "0.1", "vendor": "zhengji"})

    def folders(self) -> tuple[FolderInfo, ...]:
        """Return every selectable folder but sent, drafts and trash, or those that the settings name."""
        with _broken("列文件夹时连接中断"):
            listed = self.client.list_folders()
        found = []
        for flags, _, name in listed:
            text = str(name)
            lowered = {bytes(flag).lower() for flag in flags}
            if self._wanted(text, lowered):
                found.append(FolderInfo(text, _JUNK_FLAG in lowered or _is_named(text, self.words.junk_folders)))
        self._say_missing(found)
        self._junk = {folder.name: folder.junk for folder in found}
        # The inbox first: what comes in first is safe first.
        return tuple(sorted(found, key=lambda folder: (folder.name.upper() != "INBOX", folder.name)))

    def _wanted(self, name: str, flags: set[bytes]) -> bool:
        if self.settings.folders is not None:
            return _caseless_inbox(name) in map(_caseless_inbox, self.settings.folders)
        return not (flags & _SKIPPED_FLAGS or _is_named(name, self.words.skipped_folders))

    def _say_missing(self, found: Iterable[FolderInfo]) -> None:
        """Say which folders of the settings are not there; where none is there, nothing would ever be read."""
        there, named = {_caseless_inbox(folder.name) for folder in found}, self.settings.folders or ()
        if missing := [name for name in named if _caseless_inbox(name) not in there]:
            log.warning("mailbox.folder_missing", mailbox=self.settings.address, folders=missing)
            if not there:
                raise MailboxError(f"设置中的文件夹在邮箱里一个也没有：{'、'.join(missing)}", "no folder")

    def status(self, folder: str) -> FolderStatus:
        """Open a folder for reading only and return what it holds (STATUS would do, but NetEase answers it `()`)."""
        with _broken(f"打开文件夹“{folder}”时连接中断"):
            selected = self.client.select_folder(folder, readonly=True)
            uidnext, exists = selected.get(b"UIDNEXT"), selected.get(b"EXISTS")
            return FolderStatus(
                uidvalidity=int(selected.get(b"UIDVALIDITY", 0)),
                uidnext=None if uidnext is None else int(uidnext),
                exists=None if exists is None else int(exists),
            )

    def open(self, folder: str, into: Path) -> Folder:
        """Open a folder for reading only; its mails go to files in `into`, which belong to the caller."""
        return Folder(
            self.client,
            self._guard,
            self.settings.address,
            folder,
            self.status(folder),
            self._junk.get(folder, False),
            into,
        )

    def new(self, folder: str, state: FolderState | None, into: Path) -> Iterator[Outcome]:
        """Yield what becomes of the mails of a folder that came after `state`, in ascending order of UID.

        Where UIDVALIDITY has changed all are yielded again: the same bytes are the same mail further on.
        """
        opened = self.open(folder, into)
        last = state.last_uid if state and state.uidvalidity == opened.status.uidvalidity else 0
        yield from opened.mails(opened.after(last))

    @contextmanager
    def _guard(self, reason: str, expected: int, uids: list[int]) -> Iterator[None]:
        """Bound a command in time, so that a server that drips is given up, and tell what broke by its reason."""
        seconds = self.settings.timeout_seconds * _PATIENCE + expected / _SLOWEST
        timer = threading.Timer(seconds, _cut, [self.client])
        timer.daemon = True
        timer.start()
        try:
            with _broken(reason, uids):
                yield
        finally:
            timer.cancel()

    def _close(self) -> None:
        """Leave without changing anything; a broken connection needs no farewell."""
        if self._client is not None:
            with suppress(*_BROKEN):
                self._client.logout()
            _hang_up(self._client)
            self._client = None


def _hang_up(client: IMAPClient | None) -> None:
    """Close the socket, whatever state it is in."""
    if client is not None:
        with suppress(*_BROKEN):
            client.shutdown()


def _quiet(client: IMAPClient) -> None:
    """Turn off imaplib's own trace: imapclient sets it to 5, and then every literal is formatted twice for nothing."""
    inner = getattr(client, "_imap", None)
    if inner is not None and hasattr(inner, "debug"):
        inner.debug = 0


def _login_failure(error: LoginError, password: str) -> MailboxError:
    """Return what a failed login means: imapclient says LoginError also where the line dropped or the server is down.

    Only a real refusal is one: it alarms people, and stops the polls for a while.
    """
    cause = _without(error, password)
    if isinstance(error.__context__, IMAPClientAbortError):
        return Unreachable("登录邮箱时连接中断", cause)
    if any(word in cause.upper() for word in _PASSING):
        return Unreachable("邮箱服务器暂时不能登录，稍后自动重试", cause)
    return LoginRefused("邮箱拒绝登录：密码（客户端授权码）不对或已失效，请到网页邮箱重新生成授权码并更新设置", cause)


def _without(error: Exception, password: str) -> str:
    """Return an error's text with the password taken out: some servers repeat the command they refuse."""
    text = str(error)
    quoted = password.replace("\\", "\\\\").replace('"', '\\"')
    for secret in (quoted, password):
        text = text.replace(secret, "…") if secret else text
    return text


def _is_named(folder: str, names: Iterable[str]) -> bool:
    """Tell whether a folder, or the last part of a nested one, goes by one of the names."""
    last = folder.replace("\\", "/").replace(".", "/").rpartition("/")[2]
    lowered = {name.lower() for name in names}
    return folder.lower() in lowered or last.lower() in lowered


def _caseless_inbox(name: str) -> str:
    """Return a folder's name; INBOX is the one name without case (RFC 3501)."""
    return "INBOX" if name.upper() == "INBOX" else name


@contextmanager
def _broken(reason: str, uids: Sequence[int] = ()) -> Iterator[None]:
    """Turn whatever a connection raises into Unreachable with a Chinese reason."""
    try:
        yield
    except _BROKEN as error:
        raise Unreachable(reason, error, uids) from error


def _cut(client: IMAPClient) -> None:
    """Cut a connection that takes too long, so that whoever reads from it goes on."""
    with suppress(*_BROKEN):
        client.socket().shutdown(socket.SHUT_RDWR)
