"""Which association wrote: every clue with its weight, and a conclusion only where the clues are certain enough.

Clues and weights are data of the campaign ([sender.*]); what was concluded always shows them. What a person decided of
the mail goes before them all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from config.divisions import divisions
from ingest.senders.address_clues import address_clues, earlier_clues, learned_clues, side_clues
from ingest.senders.clues import Clue, Register, Written, document_clues, text_clues
from ingest.senders.origin import Origin
from ingest.senders.suspicion import capped, suspicions_of
from parsers.letter import Letter
from store.decisions import Decided, Speaking

# A second province must be this far behind, or a person is asked.
_LEAD = 0.15
# Clues that are worth less than this together do not make a province a candidate.
_CANDIDATE = 0.3


@dataclass(frozen=True)
class Sender:
    """The conclusion: province None where nothing is certain; the clues are shown either way.

    `candidates` are the provinces that the clues speak for, the likeliest first, where none was concluded; `confidence`
    is how sure (0 to 1) the clues make the province, or the likeliest, None where a person or a place said it.
    """

    province: str | None
    city: str | None
    level: str | None
    clues: tuple[str, ...]
    candidates: tuple[str, ...] = ()
    suspicions: tuple[str, ...] = ()
    confidence: float | None = None


def sender_of(
    letter: Letter,
    written: Written,
    register: Register,
    origin: Origin,
    speaking: Speaking,
    earlier: Collection[str] = (),
) -> Sender:
    """Return who sent a letter, by its address, its words and its documents, and by what persons decided.

    `earlier` are the provinces of its address's other mails.
    """
    suspicions = suspicions_of(letter, register, learned=bool(speaking.learned))
    known = earlier_clues(earlier, origin.address, register)
    clues = capped([*known, *_clues(letter, origin, written, register, speaking)], suspicions)
    if speaking.sender:
        return _decided(speaking.sender, clues, origin, register)
    sums = _sums(clues)
    province = _concluded(sums, clues, register)
    own = [clue for clue in clues if clue.province == province] if province else clues
    doubts = tuple(one.words for one in suspicions)
    words = (*doubts, *_words(own), *origin.notes)
    if province is None:
        likely = sorted((province for province in sums if sums[province] >= _CANDIDATE), key=lambda one: -sums[one])
        return Sender(None, None, None, words, tuple(likely), doubts, max(sums.values(), default=0.0))
    learned = any(row.value["province"] == province for row in speaking.learned)
    level, city = _level(own, origin, register, "provincial" if learned else "other")
    return Sender(province, city, level, words, (), doubts, sums[province])


def _clues(letter: Letter, origin: Origin, written: Written, register: Register, speaking: Speaking) -> Iterable[Clue]:
    for address in origin.addresses:
        yield from address_clues(address, register)
    if origin.address:
        yield from learned_clues(speaking.learned, origin.address, register)
    yield from document_clues(written, register)
    yield from side_clues(letter, origin, register)
    yield from text_clues(origin.places, register)


def _decided(decision: Decided, clues: Sequence[Clue], origin: Origin, register: Register) -> Sender:
    """Return what a person decided of this mail; a level that was left open is told by the clues."""
    value = decision.value
    day = decision.decided_at.astimezone(register.campaign.call.zone).date()
    own = [clue for clue in clues if clue.province == value["province"]]
    level, city = _level(own, origin, register, "provincial")
    said = f"人工认定（{decision.person}，{day}）：此信属于{value.get('city') or value['province']}"
    words = (said, *([f"备注：{decision.note}"] if decision.note else []), *_words(own), *origin.notes)
    return Sender(value["province"], value.get("city") or city, value.get("level") or level, words)


def _words(clues: Iterable[Clue]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clue.words for clue in sorted(clues, key=lambda clue: -clue.weight)))


def _sums(clues: Iterable[Clue]) -> dict[str, float]:
    """Return how certain the clues make each province; the same words twice are one sign."""
    weights: dict[tuple[str, str], float] = {}
    for clue in clues:
        sign = clue.province, clue.words
        weights[sign] = max(clue.weight, weights.get(sign, 0.0))
    doubt: dict[str, float] = defaultdict(lambda: 1.0)
    for (province, _), weight in weights.items():
        doubt[province] *= 1 - weight
    return {province: 1 - rest for province, rest in doubt.items()}


def _concluded(sums: dict[str, float], clues: Sequence[Clue], register: Register) -> str | None:
    """Return the province whose clues together reach the threshold and lead clearly; a registered address decides."""
    threshold = register.campaign.call.sender_threshold
    ranked = sorted(
        ((sums[one], one) for one in sums if not _speaks_for_part(one, sums, clues, register)), reverse=True
    )
    if not ranked or ranked[0][0] < threshold:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _LEAD:
        return None
    return ranked[0][1]


def _speaks_for_part(province: str, sums: dict[str, float], clues: Sequence[Clue], register: Register) -> bool:
    """Tell whether a province's cities are only named because an association beside it (兵团) has them too.

    Such an association's own name names the province; it must be certain itself, and nobody there have written.
    """
    if any(clue.province == province and clue.level for clue in clues):
        return False
    threshold = register.campaign.call.sender_threshold
    beside = (one for one in register.associations if one.province not in divisions().provinces)
    return any(
        sums.get(one.province, 0.0) >= threshold
        and province in {mention.division.province for mention in divisions().mentions(one.name)}
        for one in beside
    )


def _level(clues: Sequence[Clue], origin: Origin, register: Register, otherwise: str) -> tuple[str, str | None]:
    """Return the level and city of the strongest clue that states a level; an enterprise by its own name."""
    stated = [clue for clue in clues if clue.level]
    if stated:
        strongest = max(stated, key=lambda clue: clue.weight)
        return str(strongest.level), strongest.city
    if any(word in origin.names for word in register.campaign.mail.enterprises):
        return "enterprise", None
    return otherwise, None
