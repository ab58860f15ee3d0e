"""Reads a mailbox and never changes it: EXAMINE and BODY.PEEK only. The one door to imapclient.

What providers do, and why things are asked the way they are: docs/mail-servers.md.
"""

import ssl
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from uuid import uuid4

import structlog
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from config.campaign import Campaign
from config.errors import ConfigError
from config.settings import MailboxSettings
from ingest.batches import Listed, batches
from ingest.fetched import Fetched, FolderInfo, FolderState, FolderStatus, LoginRefused, MailboxError, Unreachable

__all__ = [
    "Fetched",
    "FolderInfo",
    "FolderState",
    "FolderStatus",
    "ImapMailbox",
    "LoginRefused",
    "MailboxError",
    "Unreachable",
]

log = structlog.get_logger()

# A large mail is fetched in pieces of this size, for flat memory.
_PIECE = 1024 * 1024
_CONNECT_SECONDS = 30
# Sizes and arrivals are asked for this many UIDs a command: servers refuse very long lines.
_LISTED_AT_ONCE = 500
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

    def new(self, folder: str, state: FolderState | None, into: Path) -> Iterator[Fetched]:
        """Yield the mails of a folder that came after `state`, in ascending order of UID.

        Where UIDVALIDITY has changed all are yielded again: the same bytes are the same mail further on. Each file lies
        in `into` and belongs to the caller. A mail that vanished meanwhile is passed over.
        """
        status = self.status(folder)
        last = state.last_uid if state and state.uidvalidity == status.uidvalidity else 0
        uids = self._uids_after(last, status)
        log.info("mailbox.folder", mailbox=self.settings.address, folder=folder, new=len(uids))
        for start in range(0, len(uids), _LISTED_AT_ONCE):
            listed = self._list(folder, uids[start : start + _LISTED_AT_ONCE])
            for batch in batches(listed):
                for uid, arrival, raw in self._fetch(folder, batch, listed, into):
                    size, junk = raw.stat().st_size, self._junk.get(folder, False)
                    yield Fetched(folder, status.uidvalidity, uid, arrival, raw, size, junk)

    def _uids_after(self, last: int, status: FolderStatus) -> list[int]:
        """Return the UIDs above `last`, ascending: UIDNEXT says at no cost where there is none (NetEase gives none)."""
        if status.exists == 0 or (status.uidnext is not None and status.uidnext <= last + 1):
            return []
        with _broken("查新邮件时连接中断"):
            # `N:*` names the last mail even where its UID is lower, so what the server says is compared on our side.
            found = self.client.search(["UID", f"{last + 1}:*"])
            return sorted(uid for uid in map(int, found) if uid > last)

    def _list(self, folder: str, uids: list[int]) -> dict[int, Listed]:
        """Return size and arrival of the mails that are still there."""
        with _broken(f"读文件夹“{folder}”时连接中断"):
            answer = self.client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        listed = {}
        for uid in uids:
            if uid not in answer:
                self._say_vanished(folder, uid)
                continue
            size, arrival = answer[uid].get(b"RFC822.SIZE"), answer[uid].get(b"INTERNALDATE")
            aware = isinstance(arrival, datetime) and arrival.tzinfo is not None
            listed[uid] = Listed(size if isinstance(size, int) else None, arrival if aware else None)
        return listed

    def _fetch(
        self, folder: str, batch: list[int], listed: dict[int, Listed], into: Path
    ) -> Iterator[tuple[int, datetime, Path]]:
        """Yield (uid, arrival, file) for a batch: small mails whole, a large one in pieces."""
        contents = self._contents(folder, batch) if listed[batch[0]].small else dict.fromkeys(batch)
        for uid in batch:
            size, arrival = listed[uid].size, listed[uid].arrival
            if arrival is None:
                # Neither made up nor passed over: the arrival decides what is late.
                self._must_be_gone(folder, uid, "没有给出一封邮件的到达时间")
            with _temporary(into) as raw:
                if arrival and uid in contents and self._write(folder, uid, size, contents[uid], raw):
                    yield uid, arrival, raw
                else:
                    self._say_vanished(folder, uid)

    def _contents(self, folder: str, batch: list[int]) -> dict[int, bytes | None]:
        """Return the bytes of small mails that are still there; None where the server names one and gives no bytes."""
        with _broken(f"取邮件时连接中断（{folder}）"):
            fetched = self.client.fetch(batch, ["BODY.PEEK[]"])
            return {uid: _as_bytes(fetched[uid].get(b"BODY[]")) for uid in batch if uid in fetched}

    def _write(self, folder: str, uid: int, size: int | None, content: bytes | None, raw: Path) -> bool:
        """Write a mail to a file; return False where it vanished. One shorter than announced is asked for again."""
        if content is None or size is None or len(content) < size:
            written = self._write_pieces(folder, uid, size, raw)
        else:
            written = raw.write_bytes(content)
        if written is None:
            return False
        if not written and size != 0:
            return self._must_be_gone(folder, uid, "没有给出一封邮件的内容")
        if size is not None and written != size:
            # Some servers count wrongly; that the mail has ended there was confirmed by an empty piece.
            log.warning("mailbox.size_differs", mailbox=self.settings.address, folder=folder, uid=uid, said=size)
        return True

    def _write_pieces(self, folder: str, uid: int, size: int | None, raw: Path) -> int | None:
        """Write a mail piece by piece and return its size in bytes, None where it vanished.

        A short piece is its end only where the size agrees; otherwise the end is what an empty piece says, so that a
        cut answer is never taken for a whole mail.
        """
        written = 0
        with raw.open("wb") as out:
            while True:
                with _broken(f"取大邮件时连接中断（{folder}）"):
                    answer = self.client.fetch([uid], [f"BODY.PEEK[]<{written}.{_PIECE}>"])
                    piece = _as_bytes(answer[uid].get(b"BODY[]<%d>" % written)) if uid in answer else b""
                if uid not in answer:
                    return None
                if piece is None and (size is None or written < size):
                    self._must_be_gone(folder, uid, "少给了一段邮件")
                    return None
                written += out.write(piece or b"")
                if not piece or (len(piece) < _PIECE and written == size):
                    return written

    def _must_be_gone(self, folder: str, uid: int, reason: str) -> Literal[False]:
        """Return False where a mail is gone; otherwise Unreachable, so that the next poll takes it again.

        An answer that lacks what was asked may mean either: Dovecot still tells the flags of a mail just deleted.
        """
        with _broken(f"读文件夹“{folder}”时连接中断"):
            self.client.noop()
            there = uid in map(int, self.client.search(["UID", str(uid)]))
        if there:
            raise Unreachable(f"服务器{reason}（{folder}），下次再取", f"uid {uid}")
        return False

    def _say_vanished(self, folder: str, uid: int) -> None:
        log.warning("mailbox.vanished", mailbox=self.settings.address, folder=folder, uid=uid)

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


def _as_bytes(content: object) -> bytes | None:
    """Return what a server gave for a body where that is bytes; NIL and anything else is nothing."""
    return content if isinstance(content, bytes) else None


def _is_named(folder: str, names: Iterable[str]) -> bool:
    """Tell whether a folder, or the last part of a nested one, goes by one of the names."""
    last = folder.replace("\\", "/").replace(".", "/").rpartition("/")[2]
    lowered = {name.lower() for name in names}
    return folder.lower() in lowered or last.lower() in lowered


def _caseless_inbox(name: str) -> str:
    """Return a folder's name; INBOX is the one name without case (RFC 3501)."""
    return "INBOX" if name.upper() == "INBOX" else name


@contextmanager
def _broken(reason: str) -> Iterator[None]:
    """Turn whatever a connection raises into Unreachable with a Chinese reason."""
    try:
        yield
    except _BROKEN as error:
        raise Unreachable(reason, error) from error


@contextmanager
def _temporary(into: Path) -> Iterator[Path]:
    """Give a new name for a file, removed afterwards unless the caller renamed it away; two pollers never share one.

    The file is not made beforehand: ext4 flushes one that is emptied and written anew, which takes twice the time.
    """
    path = into / f"fetch-{uuid4().hex}"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
