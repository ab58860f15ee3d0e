"""Puts letters into a mailbox's drafts: the one thing that is ever written there, and only when a person asks for it.

A letter that lies there already is not put there again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.campaign import Campaign
from config.mailboxes import MailboxSettings
from ingest.mailboxes.connection import Client, guarded
from ingest.mailboxes.fetched import MailboxError
from ingest.mailboxes.mailbox import ImapMailbox

# How the folder goes by where the server does not say which it is.
_NAMES = ("草稿箱", "草稿", "drafts", "draft")
_DRAFTS_FLAG = b"\\drafts"


@dataclass(frozen=True)
class Put:
    """What became of a letter: the folder it lies in, and whether it was put there just now."""

    folder: str
    is_new: bool


def put_drafts(
    settings: MailboxSettings, campaign: Campaign, mails: Sequence[tuple[str, bytes]], when: datetime
) -> list[Put]:
    """Put mails ((Message-ID, bytes)) into the drafts of a mailbox, each once; MailboxError where that breaks."""
    with ImapMailbox(settings, campaign) as box:
        folder = _drafts(box.client, settings)
        return [_put(box.client, settings, folder, mail, when) for mail in mails]


def _drafts(client: Client, settings: MailboxSettings) -> str:
    """Return the name of the drafts folder: as the server marks it, else by its name."""
    with guarded(client, settings, "列文件夹时连接中断"):
        listed = [({bytes(flag).lower() for flag in flags}, str(name)) for flags, _, name in client.list_folders()]
    marked = [name for flags, name in listed if _DRAFTS_FLAG in flags]
    named = sorted((name for _, name in listed if _last(name) in _NAMES), key=lambda name: _NAMES.index(_last(name)))
    if not (found := [*marked, *named]):
        raise MailboxError("邮箱里没有找到草稿箱（Drafts），没有写入", "no drafts folder")
    return found[0]


def _last(name: str) -> str:
    return name.replace("\\", "/").replace(".", "/").rpartition("/")[2].lower()


def _put(client: Client, settings: MailboxSettings, folder: str, mail: tuple[str, bytes], when: datetime) -> Put:
    message_id, raw = mail
    with guarded(client, settings, f"查看“{folder}”时连接中断"):
        client.select_folder(folder, readonly=True)
        if client.search(["HEADER", "Message-ID", message_id]):
            return Put(folder, is_new=False)
    with guarded(client, settings, f"写入“{folder}”时连接中断，请到邮箱里核对", len(raw)):
        client.append(folder, raw, flags=(b"\\Draft", b"\\Seen"), msg_time=when)
    return Put(folder, is_new=True)


def account_of(
    accounts: Iterable[MailboxSettings], addresses: Iterable[str], wanted: str = ""
) -> MailboxSettings | None:
    """Return the mailbox that letters are written from: the one named, else a published one, else the first."""
    known = list(accounts)
    if wanted:
        return next((one for one in known if one.address.lower() == wanted.lower()), None)
    published = {address.lower() for address in addresses}
    return next((one for one in known if one.address.lower() in published), known[0] if known else None)
