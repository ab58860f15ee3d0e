"""What speaks against a mail's From: it imitates a known address, borrows one as its name, or failed the checks."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ingest.authenticity import failed_checks
from ingest.clues import Clue, Register
from ingest.lookalike import imitated
from parsers.letter import Letter

_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"'“”‘’（）]{1,64}@[^\s<>()\[\]@,;:\"'“”‘’（）]{1,255}")


@dataclass(frozen=True)
class Suspicion:
    """One doubt in words; clues are worth at most `at_most` then: what the mail claims, or all of them."""

    words: str
    at_most: float
    all: bool = True


def suspicions_of(letter: Letter, register: Register, *, learned: bool) -> list[Suspicion]:
    """Return what speaks against a From; an address that a person has vouched for (`learned`) imitates none."""
    address = letter.from_address
    if address is None:
        return []
    known = known_addresses(register)
    if learned:
        return list(_unauthenticated(letter, address, known | {address}, register))
    return [
        *_lookalike(address, known, register),
        *_borrowed(letter, address, known, register),
        *_unauthenticated(letter, address, known, register),
    ]


def known_addresses(register: Register) -> frozenset[str]:
    """Return the registered addresses and ours."""
    return register.own | {address for one in register.associations for address in one.addresses}


def capped(clues: Iterable[Clue], suspicions: Iterable[Suspicion]) -> list[Clue]:
    """Return the clues, worth no more than the suspicions leave them."""
    found = list(clues)
    for suspicion in suspicions:
        found = [
            replace(one, weight=min(one.weight, suspicion.at_most)) if suspicion.all or one.claim else one
            for one in found
        ]
    return found


def _lookalike(address: str, known: Collection[str], register: Register) -> Iterable[Suspicion]:
    other = imitated(address, known, register.campaign.mail.public_domains)
    if other and not register.is_own(address):
        yield _suspicion("lookalike", address, other, register)


def _borrowed(letter: Letter, address: str, known: Collection[str], register: Register) -> Iterable[Suspicion]:
    """Yield a doubt where the name shows another address than the mail comes from, and that one is or seems known."""
    for match in _ADDRESS.finditer(letter.from_name.lower()):
        shown = match[0]
        if shown != address and (shown in known or imitated(shown, known, register.campaign.mail.public_domains)):
            yield _suspicion("borrowed", address, shown, register)


def _unauthenticated(letter: Letter, address: str, known: Collection[str], register: Register) -> Iterable[Suspicion]:
    """Yield a doubt where the checks failed for an address or a domain that would speak for an association."""
    domain = address.rpartition("@")[2]
    domains = {other.rpartition("@")[2] for other in known} - set(register.campaign.mail.public_domains)
    if address not in known and domain not in domains:
        return
    if failed := failed_checks(letter.authentication, domain, letter.received_by, register.authserv_ids):
        yield _suspicion("unauthenticated", address, "、".join(failed), register, everything=False)


def _suspicion(name: str, address: str, value: str, register: Register, *, everything: bool = True) -> Suspicion:
    clue = register.campaign.sender[name]
    return Suspicion(clue.say.format(value=value, where=address), clue.weight, everything)
