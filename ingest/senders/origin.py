"""Who speaks in a mail: whoever is in its From, or in the mail that one of us forwarded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.senders.clues import Register, signature
from parsers.letter import Letter

_ANSWER = re.compile(r"\s*(?:回复|答复|回覆|Re)\s*[:：]", re.IGNORECASE)


@dataclass(frozen=True)
class Inner:
    """The sender of a mail inside a mail, nested or quoted: the address in lower case."""

    address: str | None
    name: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Origin:
    """Whose words a mail is taken for.

    `places` are the texts that may name an association, as (where, text). `inner` are the senders of forwarded mails
    that say little: somebody else passed them on. `notes` say in words by which way it came.
    """

    addresses: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    names: str
    notes: tuple[str, ...] = ()
    inner: tuple[Inner, ...] = ()
    forwarded: bool = False

    @property
    def address(self) -> str | None:
        """The one address that it comes from; None where there is none, or several."""
        return self.addresses[0] if len(self.addresses) == 1 else None


def is_answer(letter: Letter) -> bool:
    """Tell whether a mail answers another, by its subject."""
    return bool(_ANSWER.match(letter.subject))


def quoted(letter: Letter) -> list[Inner]:
    """Return the sender of the mail that a letter passes on in its text; an answer quotes mails, and passes on none."""
    if not letter.forwarded or is_answer(letter):
        return []
    first = letter.forwarded[0]
    return [Inner(first.from_address, first.from_name or "", first.subject or "")]


def origin_of(letter: Letter, inner: Sequence[Inner], register: Register) -> Origin:
    """Return who speaks: the inner senders alone where a colleague of ours forwarded their mail."""
    own = register.is_own(letter.from_address)
    theirs = [one for one in inner if not register.is_own(one.address)]
    if own and theirs:
        return _forwarded(letter, theirs)
    foot = signature(letter.text)
    places = (("发信人名", letter.from_name), ("主题", letter.subject), ("落款", foot))
    # Our own address says nothing of a sender, and must never be learned as one.
    addresses = (letter.from_address,) if letter.from_address and not own else ()
    return Origin(addresses, places, f"{letter.from_name}\n{foot}", _way(letter), tuple(theirs))


def _forwarded(letter: Letter, inner: Sequence[Inner]) -> Origin:
    addresses = tuple(dict.fromkeys(one.address for one in inner if one.address))
    places = (
        *(("原发信人名", one.name) for one in inner),
        *(("原主题", one.subject) for one in inner if one.subject),
    )
    names = "\n".join(one.name for one in inner)
    senders = "、".join(dict.fromkeys(one.address or one.name for one in inner))
    notes = (f"由 {letter.from_address} 转发，原发信人 {senders}",)
    return Origin(addresses, places, names, notes, forwarded=True)


def _way(letter: Letter) -> tuple[str, ...]:
    sent_by = letter.sent_by
    return (f"由 {sent_by} 代发",) if sent_by and sent_by != letter.from_address else ()
