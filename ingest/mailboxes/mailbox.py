"""Reads a mailbox and never changes it: EXAMINE and BODY.PEEK only.

What providers do, and why things are asked the way they are: docs/mail-servers.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from config.campaign import Campaign
from config.mailboxes import MailboxSettings
from ingest.mailboxes.connection import BROKEN, Client, bounded, connect, guarded, hang_up
from ingest.mailboxes.fetched import (
    FolderInfo,
    FolderState,
    FolderStatus,
    LoginRefused,
    MailboxError,
    Outcome,
    Unreachable,
)
from ingest.mailboxes.fetching import Folder, Lacks
from ingest.mailboxes.login import credential, log_in
from ingest.mailboxes.tokens import TOKENS, Tokens

log = structlog.get_logger()

_SKIPPED_FLAGS = {b"\\sent", b"\\drafts", b"\\trash", b"\\noselect", b"\\nonexistent", b"\\flagged"}
_JUNK_FLAG = b"\\junk"
# Holds what all others do, and at Gmail what was archived, which is in no other folder.
_ALL_FLAG = b"\\all"


class ImapMailbox:
    """A connection to one mailbox; a context manager that logs in and out. Raises MailboxError for whatever breaks."""

    def __init__(self, settings: MailboxSettings, campaign: Campaign, tokens: Tokens = TOKENS) -> None:
        self.settings = settings
        self.tokens = tokens
        self.words = campaign.mail
        self._client: Client | None = None
        self._junk: dict[str, bool] = {}

    def __enter__(self) -> Self:
        # The token first: a mail server need not wait for it.
        secret = credential(self.settings, self.tokens)
        self._client = connect(self.settings)
        with ExitStack() as leaving:
            leaving.callback(self._close)
            self._log_in(self._client, secret)
            # Logged in: the connection stays open until the mailbox is left.
            leaving.pop_all()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._close()

    @property
    def client(self) -> Client:
        """The connection."""
        if self._client is None:
            raise Unreachable("尚未连接邮箱服务器")
        return self._client

    def reconnect(self) -> None:
        """Make a new connection in place of one that broke; raises what entering does."""
        hang_up(self._client)
        self._client = None
        self.__enter__()

    def _log_in(self, client: Client, secret: str) -> None:
        try:
            log_in(client, self.settings, secret)
        except LoginRefused:
            # A token that was taken back before its time is not tried again.
            self.tokens.forget(self.settings)
            raise

    def folders(self) -> tuple[FolderInfo, ...]:
        """Return every selectable folder but sent, drafts and trash, or those that the settings name."""
        with self._guard("列文件夹时连接中断"):
            listed = self.client.list_folders()
        found, everything = [], set()
        for flags, _, name in listed:
            text = str(name)
            lowered = {bytes(flag).lower() for flag in flags}
            if self._wanted(text, lowered):
                everything |= {text} if _ALL_FLAG in lowered else set()
                found.append(FolderInfo(text, _JUNK_FLAG in lowered or _is_named(text, self.words.junk_folders)))
        self._say_missing(found)
        self._junk = {folder.name: folder.junk for folder in found}
        # The inbox first: what comes in first is safe first. Copies last: a mail's own folder is where it is seen.
        return tuple(sorted(found, key=lambda one: (one.name in everything, one.name.upper() != "INBOX", one.name)))

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
        with self._guard(f"打开文件夹“{folder}”时连接中断"):
            selected = self.client.select_folder(folder, readonly=True)
            uidnext, exists = selected.get(b"UIDNEXT"), selected.get(b"EXISTS")
            return FolderStatus(
                uidvalidity=int(selected.get(b"UIDVALIDITY", 0)),
                uidnext=None if uidnext is None else int(uidnext),
                exists=None if exists is None else int(exists),
            )

    def open(self, folder: str, into: Path, lacks: Lacks = lambda _coming: "") -> Folder:
        """Open a folder for reading only; its mails go to files in `into`, which belong to the caller.

        `lacks` says why so many bytes more cannot be taken in.
        """
        return Folder(
            self.client,
            self._guard,
            self.settings.address,
            folder,
            self.status(folder),
            self._junk.get(folder, False),
            into,
            lacks,
        )

    def new(self, folder: str, state: FolderState | None, into: Path) -> Iterator[Outcome]:
        """Yield what becomes of the mails of a folder that came after `state`, in ascending order of UID.

        Where UIDVALIDITY has changed all are yielded again: the same bytes are the same mail further on.
        """
        opened = self.open(folder, into)
        last = state.last_uid if state and state.uidvalidity == opened.status.uidvalidity else 0
        yield from opened.mails(opened.after(last))

    def _guard(self, reason: str, expected: int = 0, uids: Sequence[int] = ()) -> AbstractContextManager[None]:
        """Bound a command in time, so that a server that drips is given up, and tell what broke by its reason."""
        return guarded(self.client, self.settings, reason, expected, uids)

    def _close(self) -> None:
        """Leave without changing anything; a broken connection needs no farewell."""
        if self._client is not None:
            with suppress(*BROKEN), bounded(self._client, self.settings):
                self._client.logout()
            hang_up(self._client)
            self._client = None


def _is_named(folder: str, names: Iterable[str]) -> bool:
    """Tell whether a folder, or the last part of a nested one, goes by one of the names."""
    last = folder.replace("\\", "/").replace(".", "/").rpartition("/")[2]
    lowered = {name.lower() for name in names}
    return folder.lower() in lowered or last.lower() in lowered


def _caseless_inbox(name: str) -> str:
    """Return a folder's name; INBOX is the one name without case (RFC 3501)."""
    return "INBOX" if name.upper() == "INBOX" else name
