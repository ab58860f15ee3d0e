"""To whom the office's own messages go, by mail or into a chat group, and how one is handed over."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from config.chats import ChatSettings
from config.digest import DigestSettings
from ingest.telling import chat
from ingest.telling.outbox import Delivery, Outbox, as_bytes
from store.attempts import MAIL, NOWHERE, key_of

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Target:
    """Where a message goes: by mail to an address, as a test, or into a chat group."""

    channel: str
    recipient: str
    group: ChatSettings | None = None

    @property
    def key(self) -> tuple[str, str]:
        """By what it is known: channel and recipient, an address in small letters."""
        return self.channel, key_of(self.channel, self.recipient)


def targets_of(digest: DigestSettings, recipients: Iterable[str]) -> tuple[Target, ...]:
    """Return the addresses, where there is a server for mail, and then the chat groups."""
    mails = [Target(MAIL, recipient) for recipient in recipients if digest.smtp]
    return (*mails, *(Target(NOWHERE if one.trouble else one.service, one.name, one) for one in digest.chats))


def mail_bytes(digest: DigestSettings, build: Callable[[str], EmailMessage]) -> bytes:
    """Return a mail as it goes to a server; `build` makes it for our own address. ValueError where that is none."""
    smtp = digest.smtp
    sender = (smtp.sender or smtp.username) if smtp else ""
    if "@" not in sender:
        raise ValueError(sender)
    return as_bytes(build(sender))


def hand_over(outbox: Outbox, target: Target, raw: bytes) -> Delivery:
    """Hand the bytes of a mail, or of a text, to a target, once; return what became of it."""
    if target.group is not None:
        return chat.write(target.group, raw.decode())
    return outbox.send(raw, target.recipient)


def keys(targets: Sequence[Target]) -> list[tuple[str, str]]:
    """Return by what targets are known."""
    return [one.key for one in targets]
