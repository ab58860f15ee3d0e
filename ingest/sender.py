"""Which association wrote: every clue with its weight, and a conclusion only where the clues are certain enough.

Clues and weights are data of the campaign ([sender.*]); what was concluded always shows them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.associations import Association
from config.campaign import Campaign
from config.divisions import divisions
from config.naming import folded
from parsers.letter import Letter

# A mail's foot, where people sign: this many lines from its end.
_SIGNATURE_LINES = 8
# A second province must be this far behind, or a person is asked.
_LEAD = 0.15
_QUOTED = re.compile(r"^(?:>|-{3,}.*原始邮件|-{3,}.*Original|发件人[:：]|From:)", re.MULTILINE)
_ORGANISATION = re.compile(r"[\u4e00-\u9fff（）()]{2,30}")


@dataclass(frozen=True)
class Clue:
    """One sign of the sender: the province it speaks for, what it is worth, in words; level and city where it says."""

    province: str
    weight: float
    words: str
    level: str | None = None
    city: str | None = None


@dataclass(frozen=True)
class Written:
    """What the mail's documents say of who sent them: the list's submitter, and the recommenders of lists and forms."""

    submitters: Sequence[str] = ()
    list_recommenders: Sequence[str] = ()
    form_recommenders: Sequence[str] = ()


@dataclass(frozen=True)
class Sender:
    """The conclusion: province None where nothing is certain; the clues are shown either way."""

    province: str | None
    city: str | None
    level: str | None
    clues: tuple[str, ...]


def sender_of(letter: Letter, written: Written, associations: Sequence[Association], campaign: Campaign) -> Sender:
    """Return who sent a letter, by its address, its words and its documents."""
    clues = [
        *_address_clues(letter, associations, campaign),
        *_document_clues(written, associations, campaign),
        *_text_clues(letter, associations, campaign),
    ]
    province = _concluded(clues, campaign.call.sender_threshold)
    own = [clue for clue in clues if clue.province == province] if province else clues
    words = tuple(dict.fromkeys(clue.words for clue in sorted(own, key=lambda clue: -clue.weight)))
    if province is None:
        return Sender(None, None, None, words)
    level, city = _level(own, letter, campaign)
    return Sender(province, city, level, words)


def _concluded(clues: Iterable[Clue], threshold: float) -> str | None:
    """Return the province whose clues together reach the threshold and lead clearly; a registered address decides."""
    doubt: dict[str, float] = defaultdict(lambda: 1.0)
    for province, weights in _by_kind(clues).items():
        for weight in weights:
            doubt[province] *= 1 - weight
    ranked = sorted(((1 - rest, province) for province, rest in doubt.items()), reverse=True)
    if not ranked or ranked[0][0] < threshold:
        return None
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _LEAD:
        return None
    return ranked[0][1]


def _by_kind(clues: Iterable[Clue]) -> dict[str, list[float]]:
    """Return the weights for each province; the same words twice are one sign."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for clue in clues:
        found[clue.province][clue.words] = max(clue.weight, found[clue.province].get(clue.words, 0.0))
    return {province: list(weights.values()) for province, weights in found.items()}


def _level(clues: Sequence[Clue], letter: Letter, campaign: Campaign) -> tuple[str | None, str | None]:
    """Return the level and city of the strongest clue that states a level; an enterprise by its own name."""
    stated = [clue for clue in clues if clue.level]
    if stated:
        strongest = max(stated, key=lambda clue: clue.weight)
        return strongest.level, strongest.city
    named = f"{letter.from_name}\n{_signature(letter.text)}"
    if any(word in named for word in campaign.mail.enterprises):
        return "enterprise", None
    return "other", None


def _address_clues(letter: Letter, associations: Sequence[Association], campaign: Campaign) -> Iterable[Clue]:
    """Yield what the address says: registered for one or for several, or of a domain that only one association uses."""
    address = letter.from_address or ""
    registered = [association for association in associations if address in association.addresses]
    name = "address" if len({association.province for association in registered}) == 1 else "shared_address"
    yield from (_clue(campaign, name, association, value=address) for association in registered)
    domain = address.rpartition("@")[2]
    if registered or not domain or domain in campaign.mail.public_domains:
        return
    users = {a.province: a for a in associations if any(known.endswith(f"@{domain}") for known in a.addresses)}
    if len(users) == 1:
        yield _clue(campaign, "domain", next(iter(users.values())), value=domain)


def _clue(campaign: Campaign, name: str, association: Association, value: str) -> Clue:
    clue = campaign.sender[name]
    words = clue.say.format(value=value, association=association.name)
    city = divisions().city_in(association.name, association.province) if association.level == "city" else None
    return Clue(association.province, clue.weight, words, association.level, city.city if city else None)


def _document_clues(written: Written, associations: Sequence[Association], campaign: Campaign) -> Iterable[Clue]:
    """Yield what the documents say: the submitter at the list's head, the cities of the recommenders."""
    for submitter in dict.fromkeys(written.submitters):
        yield from _organisation_clues(submitter, "", associations, campaign, "list_header")
    for name, recommenders in (
        ("list_rows", written.list_recommenders),
        ("form_recommender", written.form_recommenders),
    ):
        cities = [city for text in recommenders if (city := divisions().city_in(text))]
        provinces = {city.province for city in cities}
        if len(provinces) == 1:
            clue = campaign.sender[name]
            words = clue.say.format(province=cities[0].province, value=recommenders[0])
            yield Clue(cities[0].province, clue.weight, words)


def _text_clues(letter: Letter, associations: Sequence[Association], campaign: Campaign) -> Iterable[Clue]:
    """Yield what the words say: organisations by name, else the provinces and cities that are mentioned."""
    places = {"发信人名": letter.from_name, "主题": letter.subject, "落款": _signature(letter.text)}
    for where, text in places.items():
        named = list(_organisation_clues(text, where, associations, campaign, "organisation"))
        yield from named or _mention_clues(text, where, campaign)


def _organisation_clues(
    text: str, where: str, associations: Sequence[Association], campaign: Campaign, name: str
) -> Iterable[Clue]:
    """Yield a clue for each provincial or city association that a text names in full or by an alias."""
    clue = campaign.sender[name]
    plain = folded(text)
    found = False
    for association in associations:
        alias = next((a for a in (association.name, *association.aliases) if folded(a) in plain), None)
        if alias and not _is_part_of_city(alias, plain):
            found = True
            words = clue.say.format(value=alias, where=where, association=association.name)
            yield Clue(association.province, clue.weight, words, association.level)
    if found:
        return
    for written in _ORGANISATION.findall(text):
        if not any(word in written for word in campaign.mail.associations):
            continue
        words = clue.say.format(value=written, where=where)
        mentions = divisions().mentions(written)
        if city := divisions().city_in(written):
            yield Clue(city.province, clue.weight, words, "city", city.city)
        elif len({mention.division.province for mention in mentions}) == 1:
            yield Clue(mentions[0].division.province, clue.weight, words, "provincial")


def _is_part_of_city(alias: str, plain: str) -> bool:
    """Tell whether an alias stands only inside a longer name: 某省物协 in 某某省物协 is another's."""
    start = plain.find(folded(alias))
    return start > 0 and plain[start - 1] in "省市区州盟县"


def _mention_clues(text: str, where: str, campaign: Campaign) -> Iterable[Clue]:
    for mention in divisions().mentions(text[:2000]):
        clue = campaign.sender["province" if mention.division.level == "province" else "city"]
        words = clue.say.format(value=mention.text, where=where)
        yield Clue(mention.division.province, clue.weight, words)


def _signature(text: str) -> str:
    """Return the last lines that the sender wrote, quoted mail left out."""
    quoted = _QUOTED.search(text)
    own = text[: quoted.start()] if quoted else text
    lines = [line.strip() for line in own.splitlines() if line.strip()]
    return "\n".join(lines[-_SIGNATURE_LINES:])
