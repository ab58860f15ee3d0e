"""Reads one message whole: its letter and files, who sent it, what kind it is, and what lies beside it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from ingest import contents, held
from ingest.contents import Pile
from ingest.desk import Desk
from ingest.held import Held, Lying
from ingest.linked import deciding, is_ours, read_links
from ingest.second_look import Own, is_locked, join_volumes, passwords_elsewhere
from ingest.senders.mail_kind import decided_kind, mail_kind
from ingest.senders.origin import Origin, origin_of, quoted
from ingest.senders.sender import Sender, sender_of
from parsers.letter import Letter
from parsers.letter_identity import soft_key
from parsers.passwords import find_passwords
from store import decisions, mail, siblings
from store.decisions import Speaking
from store.documents import ReadFile, ReadLetter, ReadLink


@dataclass(frozen=True)
class Read:
    """A message as it was read: letter, files and links, and how many files people had added to it."""

    letter: ReadLetter
    files: list[ReadFile]
    links: list[ReadLink]
    added: int
    # Whether it names a password in its text or in a text file.
    has_password: bool
    # Whether what the sender's other mails told is still what they tell.
    holds: Callable[[], bool]


def read_message(desk: Desk, message_id: int) -> Read:
    """Return a message as it reads; contents are kept in the vault as they come."""
    own = Own(message_id, mail.arrival(desk.store, message_id))
    lying = held.find_lying(desk.store, message_id, desk.campaign.call.zone)
    added = held.supplied(desk.store, message_id)
    if lying and not lying.place.is_mail:
        return _read_dropped(desk, own, lying, added)
    return _read_mail(desk, own, lying, added)


def _read_dropped(desk: Desk, own: Own, lying: Lying, added: list[Held]) -> Read:
    """Read a file of a watched folder, or one that a person added, which is a message of its own."""
    place = lying.place
    files = [held.file_of(desk.store, own.id, place), *added]
    speaking = decisions.speaking(desk.store, own.id, None)
    pile = contents.read_held(desk, files, speaking.words)
    same = siblings.Sender(None, place.province)
    if is_locked(pile) and (words := [*pile.noted, *passwords_elsewhere(desk, own, same)]):
        pile = contents.read_held(desk, files, [*speaking.words, *words])
    _join(desk, own, same, pile, lying)
    letter = _letter(held.letter_of(place), held.sender_of(lying), lying.kind, desk.letter_version)
    letter = replace(letter, decided=speaking.key)
    return Read(
        letter,
        pile.files,
        read_links(pile.links),
        len(added),
        has_password=_has_password(letter, pile),
        holds=own.asked.holds,
    )


def _join(desk: Desk, own: Own, same: siblings.Sender, pile: Pile, lying: Lying | None) -> None:
    """Open the split archives that this message made complete; what was withdrawn completes none."""
    if lying and lying.withdrawn:
        pile.files[:] = held.alone(pile.files)
    else:
        join_volumes(desk, own, same, pile)


def _read_mail(desk: Desk, own: Own, lying: Lying | None, added: list[Held]) -> Read:
    raw = mail.raw(desk.store, own.id)
    format_ = contents.added_format(raw) if lying and lying.put else "eml"
    letter, pile = contents.read_mail(desk, raw, beside=added, format_=format_)
    speaking, sender = _sender(desk, own, letter, pile)
    same = _same_sender(desk, _origin(desk, letter, pile).address, sender.province)
    if is_locked(pile) and (words := [*speaking.words, *pile.noted, *passwords_elsewhere(desk, own, same)]):
        letter, pile = contents.read_mail(desk, raw, words, added, format_=format_)
    _join(desk, own, same, pile, lying)
    # What was locked or split may say more of the sender.
    speaking, sender = _sender(desk, own, letter, pile)
    sender = held.sender_by_place(sender, lying, decided=speaking.sender is not None)
    aside = lying.aside if lying else None
    # What we sent ourselves and they quote, such as our forms at a net disk, is nothing that they sent.
    theirs = [link for link in letter.links if not is_ours(desk, link.quoted_from)]
    linked = replace(letter, links=(*theirs, *pile.links))
    read = replace(
        _letter(letter, sender, aside or _kind(desk, linked, pile, sender, speaking), desk.letter_version),
        sender_address=_origin(desk, letter, pile).address,
        decided=speaking.key,
        # Of a withdrawn mail none is a copy, or that would count as little.
        soft_key=None if aside else _soft_key(letter, pile),
    )
    return Read(
        read,
        pile.files,
        read_links(linked.links),
        len(added),
        has_password=_has_password(read, pile),
        holds=own.asked.holds,
    )


def _soft_key(letter: Letter, pile: Pile) -> str | None:
    return soft_key(letter, [file.sha256 or f"{file.path} {file.status}" for file in pile.files])


def _origin(desk: Desk, letter: Letter, pile: Pile) -> Origin:
    return origin_of(letter, [*pile.inner, *quoted(letter)], desk.register)


def _same_sender(desk: Desk, address: str | None, province: str | None) -> siblings.Sender:
    """Return whose mails belong together with one of an address and a province; an address of ours tells nobody."""
    return siblings.Sender(None if desk.register.is_own(address) else address, province)


def _sender(desk: Desk, own: Own, letter: Letter, pile: Pile) -> tuple[Speaking, Sender]:
    """Return what persons decided that concerns a mail, and who sent it."""
    origin = _origin(desk, letter, pile)
    speaking = decisions.speaking(desk.store, own.id, origin.address)
    alone = sender_of(letter, pile.written, desk.register, origin, speaking, set())
    # Whoever says nothing is told by all of the address's mails, anybody else by those that came before.
    earlier = _earlier(desk, own, origin.address, only_earlier=alone.province is not None)
    told = sender_of(letter, pile.written, desk.register, origin, speaking, earlier) if earlier else alone
    return speaking, told


def _earlier(desk: Desk, own: Own, address: str | None, *, only_earlier: bool) -> set[str]:
    """Return the provinces of an address's other mails; a registered address needs none, ours tells nothing."""
    known = address and any(address in one.addresses for one in desk.associations)
    if not address or known or desk.register.is_own(address):
        return set()
    return own.asked.ask(
        lambda: siblings.provinces(desk.store, address, own.id, _derived(desk), only_earlier=only_earlier)
    )


def _derived(desk: Desk) -> str:
    """Return how the clue begins that other mails of the same address give."""
    return desk.campaign.sender["earlier"].say.partition("{")[0]


def _kind(desk: Desk, letter: Letter, pile: Pile, sender: Sender, speaking: Speaking) -> tuple[str, str]:
    """Return what kind of mail it is, with the evidence; a person's word goes before ours."""
    if speaking.kind:
        return decided_kind(speaking.kind, desk.campaign)
    return mail_kind(
        replace(letter, links=deciding(letter)),
        {_kind_for_mail(file) for file in pile.files},
        sender_known=sender.province is not None,
        campaign=desk.campaign,
        own=desk.register.is_own(letter.from_address) and not _origin(desk, letter, pile).forwarded,
    )


def _has_password(letter: ReadLetter, pile: Pile) -> bool:
    return bool(pile.noted or find_passwords(f"{letter.subject}\n{letter.text}"))


def telling_of(desk: Desk, message_id: int, read: Read) -> Callable[[Any], None]:
    """Return what tells the sender's other mails of this one, where it may help to open them."""
    letter = read.letter
    return siblings.telling(
        _same_sender(desk, letter.sender_address or letter.from_address, letter.province),
        message_id,
        siblings.News(
            frozenset(file.volume_stem for file in read.files if file.volume_stem),
            has_password=read.has_password,
            tells_sender=letter.kind == "submission" and bool(letter.province) and not _is_derived(desk, letter),
            derived=_derived(desk),
        ),
    )


def retelling_of(desk: Desk, message_id: int, read: Read) -> Callable[[Any], None]:
    """Return what tells the sender's other mails that this one tells otherwise of its sender than before."""
    sender = _same_sender(desk, read.letter.sender_address or read.letter.from_address, read.letter.province)
    return siblings.retelling(sender, message_id, _derived(desk))


def _is_derived(desk: Desk, letter: ReadLetter) -> bool:
    return any(clue.startswith(_derived(desk)) for clue in letter.sender_clues)


def _kind_for_mail(file: ReadFile) -> str:
    """Return what a file says of its mail's kind: see `ingest.senders.mail_kind`."""
    if file.kind == "other" and (file.status != "ok" or not file.kind_evidence):
        return "unread"
    by_name = file.format == "docx" and not file.kind_evidence.startswith("内容")
    return "named" if by_name and file.kind != "other" else file.kind


def _letter(letter: Letter, sender: Sender, kind: tuple[str, str], version: str) -> ReadLetter:
    return ReadLetter(
        message_id=letter.message_id,
        from_address=letter.from_address,
        from_name=letter.from_name,
        to=letter.to,
        subject=letter.subject,
        date=letter.date,
        text=letter.text,
        automatic=letter.automatic,
        kind=kind[0],
        kind_evidence=kind[1],
        province=sender.province,
        city=sender.city,
        sender_level=sender.level,
        sender_clues=sender.clues,
        candidates=sender.candidates,
        suspicions=sender.suspicions,
        sender_confidence=sender.confidence,
        defects=letter.defects,
        version=version,
        forwarded=[_plain(one) for one in letter.forwarded],
        authentication=[_plain(one) for one in letter.authentication],
        received=letter.received,
    )


def _plain(value: Any) -> dict[str, Any]:  # noqa: ANN401 (any dataclass)
    """Return a dataclass as JSON values, its moments as ISO text."""
    return {name: item.isoformat() if isinstance(item, datetime) else item for name, item in asdict(value).items()}
