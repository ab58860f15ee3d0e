"""The signs of a sender that addresses give: registered, learned from a person, of a domain, or beside the From."""

from collections.abc import Collection, Iterable, Sequence

from config.associations import Association
from ingest.senders.clues import Clue, Register
from ingest.senders.origin import Origin
from parsers.letter import Letter
from store.decisions import Decided


def address_clues(address: str, register: Register) -> Iterable[Clue]:
    """Yield what an address says: registered for one or for several, or of a domain that only one association uses."""
    registered = [one for one in register.associations if address in one.addresses]
    name = "address" if len({one.province for one in registered}) == 1 else "shared_address"
    yield from (_clue(register, name, one, value=address) for one in registered)
    domain = address.rpartition("@")[2]
    if registered or not domain or domain in register.campaign.mail.public_domains:
        return
    users = {a.province: a for a in register.associations if any(known.endswith(f"@{domain}") for known in a.addresses)}
    if len(users) == 1:
        yield _clue(register, "domain", next(iter(users.values())), value=domain)


def learned_clues(learned: Sequence[Decided], address: str, register: Register) -> Iterable[Clue]:
    """Yield what persons said of an address; where they said several provinces, it is worth little."""
    provinces = {row.value["province"] for row in learned}
    clue = register.campaign.sender["learned" if len(provinces) == 1 else "shared_learned"]
    for row in learned:
        day = row.decided_at.astimezone(register.campaign.call.zone).date()
        place = row.value.get("city") or row.value["province"]
        words = clue.say.format(value=address, province=place, person=row.person, day=day)
        yield Clue(row.value["province"], clue.weight, words, row.value.get("level"), row.value.get("city"))


def earlier_clues(provinces: Collection[str], address: str | None, register: Register) -> Iterable[Clue]:
    """Yield what the other mails of an address say, where all of them are of one province; they say no level."""
    clue = register.campaign.sender["earlier"]
    if address and len(provinces) == 1:
        province = next(iter(provinces))
        yield Clue(province, clue.weight, clue.say.format(value=address, province=province))


def side_clues(letter: Letter, origin: Origin, register: Register) -> Iterable[Clue]:
    """Yield what stands beside the From: where answers are to go, and whose mail was passed on; no level in either."""
    if letter.reply_to and letter.reply_to != letter.from_address:
        yield from _weakly("reply_to", letter.reply_to, register)
    for inner in origin.inner:
        if inner.address:
            yield from _weakly("inner", inner.address, register)


def _weakly(name: str, address: str, register: Register) -> Iterable[Clue]:
    clue = register.campaign.sender[name]
    for one in address_clues(address, register):
        yield Clue(one.province, min(one.weight, clue.weight), clue.say.format(value=address))


def _clue(register: Register, name: str, association: Association, value: str) -> Clue:
    clue = register.campaign.sender[name]
    words = clue.say.format(value=value, association=association.name)
    return Clue(association.province, clue.weight, words, association.level, association.city)
