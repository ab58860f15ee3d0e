"""Reads a mailbox and never changes it: EXAMINE and BODY.PEEK only. The one door to imapclient.

What providers do, and why things are asked the way they are: docs/mail-servers.md.
"""

import ssl
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import structlog
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from config.campaign import Campaign
from config.errors import ConfigError
from config.settings import MailboxSettings

log = structlog.get_logger()

# Small mails are fetched many at a time, since each command costs a round trip; large ones in pieces, for flat memory.
_SMALL = 256 * 1024
_BATCH_MAILS = 50
_BATCH_BYTES = 4 * 1024 * 1024
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
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
)


class MailboxError(Exception):
    """A mailbox that could not be read: `reason` is Chinese for staff, the text is the cause for the log."""

    def __init__(self, reason: str, cause: object = "") -> None:
        super().__init__(f"{type(cause).__name__}: {cause}" if isinstance(cause, Exception) else str(cause))
        self.reason = reason


class LoginRefused(MailboxError):  # noqa: N818 (what happened, as one says it)
    """The server does not take the password."""


class Unreachable(MailboxError):  # noqa: N818
    """The server cannot be reached, or the connection broke."""


@dataclass(frozen=True)
class FolderState:
    """How far a folder was taken in before."""

    folder: str
    uidvalidity: int
    last_uid: int


@dataclass(frozen=True)
class FolderInfo:
    """A folder to be read, and whether it is one for junk."""

    name: str
    junk: bool


@dataclass(frozen=True)
class Fetched:
    """A mail as fetched: its bytes in a temporary file, its arrival as the server took it (INTERNALDATE, aware)."""

    folder: str
    uidvalidity: int
    uid: int
    arrival: datetime
    path: Path
    size: int
    junk: bool


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
        try:
            context = ssl.create_default_context(cafile=settings.ca_file) if settings.security != "none" else None
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
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(f"邮箱服务器 {settings.host} 的证书不可信，已停止连接", error) from error
        except _BROKEN as error:
            raise Unreachable(f"连不上邮箱服务器 {settings.host}:{settings.port_number}", error) from error
        return client

    def _log_in(self, client: IMAPClient) -> None:
        """Log in; introduce ourselves where the server asks for it (NetEase refuses EXAMINE otherwise, RFC 2971)."""
        try:
            password = self.settings.secret
        except ConfigError as error:
            raise LoginRefused(str(error), error) from None
        try:
            client.login(self.settings.login, password)
        except LoginError as error:
            raise LoginRefused(
                "邮箱拒绝登录：密码（客户端授权码）不对或已失效，请到网页邮箱重新生成授权码并更新设置",
                _without(error, password),
            ) from None
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
            text = name if isinstance(name, str) else bytes(name).decode("utf-8", "replace")
            lowered = {bytes(flag).lower() for flag in flags}
            if self._wanted(text, lowered):
                found.append(FolderInfo(text, _JUNK_FLAG in lowered or _is_named(text, self.words.junk_folders)))
        self._junk = {folder.name: folder.junk for folder in found}
        # The inbox first: what comes in first is safe first.
        return tuple(sorted(found, key=lambda folder: (folder.name.upper() != "INBOX", folder.name)))

    def _wanted(self, name: str, flags: set[bytes]) -> bool:
        if self.settings.folders is not None:
            return name in self.settings.folders
        return not (flags & _SKIPPED_FLAGS or _is_named(name, self.words.skipped_folders))

    def new(self, folder: str, state: FolderState | None, into: Path) -> Iterator[Fetched]:
        """Yield the mails of a folder that came after `state`, in ascending order of UID.

        Where UIDVALIDITY has changed all are yielded again: the same bytes are the same mail further on. Each file lies
        in `into` and belongs to the caller. A mail that vanished meanwhile is passed over.
        """
        with _broken(f"打开文件夹“{folder}”时连接中断"):
            selected = self.client.select_folder(folder, readonly=True)
        uidvalidity = int(selected.get(b"UIDVALIDITY", 0))
        last = state.last_uid if state and state.uidvalidity == uidvalidity else 0
        uids = self._uids_after(last, selected)
        log.info("mailbox.folder", mailbox=self.settings.address, folder=folder, new=len(uids))
        for uid, size, arrival, raw in self._mails(folder, uids, into):
            yield Fetched(folder, uidvalidity, uid, arrival, raw, size, self._junk.get(folder, False))

    def _uids_after(self, last: int, selected: dict[bytes, Any]) -> list[int]:
        """Return the UIDs above `last`, ascending: UIDNEXT says at no cost where there is none (NetEase gives none)."""
        uidnext = selected.get(b"UIDNEXT")
        if uidnext is not None and int(uidnext) <= last + 1:
            return []
        with _broken("查新邮件时连接中断"):
            # `N:*` names the last mail even where its UID is lower, so what the server says is compared on our side.
            found = self.client.search(["UID", f"{last + 1}:*"])
        return sorted(uid for uid in map(int, found) if uid > last)

    def _mails(self, folder: str, uids: list[int], into: Path) -> Iterator[tuple[int, int, datetime, Path]]:
        """Yield (uid, size, arrival, file) for the UIDs, in order."""
        for start in range(0, len(uids), _LISTED_AT_ONCE):
            with _broken(f"读文件夹“{folder}”时连接中断"):
                listed = self.client.fetch(uids[start : start + _LISTED_AT_ONCE], ["RFC822.SIZE", "INTERNALDATE"])
            sizes = {}
            for uid in uids[start : start + _LISTED_AT_ONCE]:
                size, arrival = (listed.get(uid, {}).get(key) for key in (b"RFC822.SIZE", b"INTERNALDATE"))
                if isinstance(size, int) and isinstance(arrival, datetime):
                    sizes[uid] = (size, arrival)
                else:
                    log.warning("mailbox.vanished", mailbox=self.settings.address, folder=folder, uid=uid)
            for batch in _batches(sizes):
                for uid, raw in self._fetch(folder, batch, sizes, into):
                    yield uid, raw.stat().st_size, sizes[uid][1], raw

    def _fetch(
        self, folder: str, batch: list[int], sizes: dict[int, tuple[int, datetime]], into: Path
    ) -> Iterator[tuple[int, Path]]:
        if sizes[batch[0]][0] > _SMALL:
            raw = into / f"fetch-{id(self):x}-{batch[0]}"
            with _removed_unless_taken(raw):
                if self._fetch_pieces(folder, batch[0], sizes[batch[0]][0], raw):
                    yield batch[0], raw
            return
        with _broken(f"取邮件时连接中断（{folder}）"):
            fetched = self.client.fetch(batch, ["BODY.PEEK[]"])
        for uid in batch:
            content = fetched.get(uid, {}).get(b"BODY[]")
            if not isinstance(content, bytes):
                log.warning("mailbox.vanished", mailbox=self.settings.address, folder=folder, uid=uid)
                continue
            raw = into / f"fetch-{id(self):x}-{uid}"
            with _removed_unless_taken(raw):
                raw.write_bytes(content)
                yield uid, raw

    def _fetch_pieces(self, folder: str, uid: int, size: int, raw: Path) -> bool:
        """Write a large mail to a file, a piece at a time; return False where it vanished. It ends at a short piece."""
        offset = 0
        with raw.open("wb") as out:
            while True:
                with _broken(f"取大邮件时连接中断（{folder}）"):
                    answer = self.client.fetch([uid], [f"BODY.PEEK[]<{offset}.{_PIECE}>"])
                    piece = answer.get(uid, {}).get(b"BODY[]<%d>" % offset)
                if piece is None and (offset == 0 or offset >= size):
                    return offset > 0
                if piece is None:
                    raise Unreachable("取大邮件时服务器少给了一段，下次再取", f"uid {uid} at {offset}")
                offset += out.write(piece)
                if len(piece) < _PIECE:
                    return True

    def _close(self) -> None:
        """Leave without changing anything; a broken connection needs no farewell."""
        if self._client is not None:
            with suppress(*_BROKEN):
                self._client.logout()
            with suppress(*_BROKEN):
                self._client.shutdown()
            self._client = None


def _quiet(client: IMAPClient) -> None:
    """Turn off imaplib's own trace: imapclient sets it to 5, and then every literal is formatted twice for nothing."""
    inner = getattr(client, "_imap", None)
    if inner is not None and hasattr(inner, "debug"):
        inner.debug = 0


def _without(error: Exception, password: str) -> str:
    """Return an error's text with the password taken out: some servers repeat the command they refuse."""
    text = str(error)
    return text.replace(password, "…") if password else text


def _is_named(folder: str, names: Iterable[str]) -> bool:
    """Tell whether a folder, or the last part of a nested one, goes by one of the names."""
    last = folder.replace("\\", "/").replace(".", "/").rpartition("/")[2]
    lowered = {name.lower() for name in names}
    return folder.lower() in lowered or last.lower() in lowered


def _batches(sizes: dict[int, tuple[int, datetime]]) -> Iterator[list[int]]:
    """Yield UIDs in ascending order: small mails together within bounds, a large one alone."""
    batch: list[int] = []
    total = 0
    for uid, (size, _) in sorted(sizes.items()):
        if batch and (size > _SMALL or len(batch) == _BATCH_MAILS or total + size > _BATCH_BYTES):
            yield batch
            batch, total = [], 0
        if size > _SMALL:
            yield [uid]
            continue
        batch.append(uid)
        total += size
    if batch:
        yield batch


class _broken:  # noqa: N801 (used as a function)
    """Turn whatever a connection raises into Unreachable with a Chinese reason; a full disk stays what it is."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if isinstance(error, _BROKEN):
            raise Unreachable(self.reason, error) from error


class _removed_unless_taken:  # noqa: N801 (used as a function)
    """Remove a temporary file that the caller did not rename away."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)
