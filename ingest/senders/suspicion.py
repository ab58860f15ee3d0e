"""What speaks against a mail's From: it imitates a known address, borrows one as its name, or failed the checks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ingest.senders.authenticity import failed_checks
from ingest.senders.clues import Clue, Register
from ingest.senders.lookalike import imitated
from parsers.letter import Letter


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
    """Yield a doubt where the From shows several addresses, of which some are known, or seem so, and some are not."""
    public = register.campaign.mail.public_domains
    shown = dict.fromkeys((address, *letter.from_shown))
    strange = [one for one in shown if one not in known]
    familiar = [one for one in shown if one in known or imitated(one, known, public)]
    if len(shown) > 1 and strange and familiar:
        others = [one for one in shown if one != familiar[0]]
        yield _suspicion("borrowed", "、".join(others), familiar[0], register)


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
