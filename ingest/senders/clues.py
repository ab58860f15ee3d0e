"""The signs of a sender that words give: in the documents, in names, subjects and signatures."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.associations import Association
from config.campaign import Campaign
from config.divisions import divisions
from config.naming import folded

# A mail's foot, where people sign: this many lines from its end.
_SIGNATURE_LINES = 8
_QUOTED = re.compile(r"^(?:>|-{3,}.*(?:原始邮件|转发|Original|Forwarded)|发件人[:：]|From:)", re.MULTILINE)
_ORGANISATION = re.compile(r"[\u4e00-\u9fff（）()]{2,30}")
_SEARCHED = 2_000


@dataclass(frozen=True)
class Clue:
    """One sign of the sender: the province it speaks for, what it is worth, in words; level and city where it says.

    A `claim` is what anybody can write into a mail's header and text; documents are no claims.
    """

    province: str
    weight: float
    words: str
    level: str | None = None
    city: str | None = None
    claim: bool = True


@dataclass(frozen=True)
class Written:
    """What the mail's documents say of who sent them: the list's submitter, and the recommenders of lists and forms."""

    submitters: Sequence[str] = ()
    list_recommenders: Sequence[str] = ()
    form_recommenders: Sequence[str] = ()


@dataclass(frozen=True)
class Register:
    """Who is who: the associations, the campaign with its clues, our own addresses, and whose checks are believed."""

    associations: Sequence[Association]
    campaign: Campaign
    own: frozenset[str] = frozenset()
    authserv_ids: frozenset[str] = frozenset()

    @property
    def own_domains(self) -> frozenset[str]:
        """The domains that only our colleagues use."""
        domains = {address.rpartition("@")[2] for address in self.own}
        return frozenset(domains - set(self.campaign.mail.public_domains))

    def is_own(self, address: str | None) -> bool:
        """Tell whether an address is ours or a colleague's."""
        return bool(address) and (address in self.own or str(address).rpartition("@")[2] in self.own_domains)


def document_clues(written: Written, register: Register) -> Iterable[Clue]:
    """Yield what the documents say: the submitter at the list's head, the cities of the recommenders."""
    for submitter in dict.fromkeys(written.submitters):
        yield from organisation_clues(submitter, "", register, "list_header")
    for name, recommenders in (
        ("list_rows", written.list_recommenders),
        ("form_recommender", written.form_recommenders),
    ):
        cities = [city for text in recommenders if (city := divisions().city_in(text))]
        provinces = {city.province for city in cities}
        if len(provinces) == 1:
            clue = register.campaign.sender[name]
            words = clue.say.format(province=cities[0].province, value=recommenders[0])
            yield Clue(cities[0].province, clue.weight, words, claim=False)


def text_clues(places: Iterable[tuple[str, str]], register: Register) -> Iterable[Clue]:
    """Yield what texts say, given as (where, text): organisations by name, else the provinces and cities mentioned."""
    for where, text in places:
        named = list(organisation_clues(text, where, register, "organisation"))
        yield from named or _mention_clues(text, where, register)


def organisation_clues(text: str, where: str, register: Register, name: str) -> Iterable[Clue]:
    """Yield a clue for each provincial or city association that a text names in full or by an alias."""
    clue = register.campaign.sender[name]
    plain = folded(text)
    found = False
    for association in register.associations:
        alias = next((a for a in (association.name, *association.aliases) if _stands(folded(a), plain)), None)
        if alias:
            found = True
            words = clue.say.format(value=alias, where=where, association=association.name)
            yield Clue(association.province, clue.weight, words, association.level, association.city, claim=bool(where))
    if not found:
        yield from _unregistered(text, where, register, name)


def _unregistered(text: str, where: str, register: Register, name: str) -> Iterable[Clue]:
    """Yield a clue for each organisation that is called an association and names a division."""
    clue = register.campaign.sender[name]
    for written in _ORGANISATION.findall(text):
        if not any(word in written for word in register.campaign.mail.associations):
            continue
        words = clue.say.format(value=written, where=where)
        mentions = divisions().mentions(written)
        if city := divisions().city_in(written):
            yield Clue(city.province, clue.weight, words, "city", city.city, claim=bool(where))
        elif len({mention.division.province for mention in mentions}) == 1:
            province = mentions[0].division.province
            yield Clue(province, clue.weight, words, "provincial", claim=bool(where))


def _stands(alias: str, plain: str) -> bool:
    """Tell whether an alias stands by itself: 某省物协 in 某某省物协 is another's."""
    start = plain.find(alias)
    return start == 0 or (start > 0 and plain[start - 1] not in "省市区州盟县")


def _mention_clues(text: str, where: str, register: Register) -> Iterable[Clue]:
    for mention in divisions().mentions(text[:_SEARCHED]):
        clue = register.campaign.sender["province" if mention.division.level == "province" else "city"]
        words = clue.say.format(value=mention.text, where=where)
        yield Clue(mention.division.province, clue.weight, words)


def signature(text: str) -> str:
    """Return the last lines that the sender wrote, quoted mail left out."""
    quoted = _QUOTED.search(text)
    own = text[: quoted.start()] if quoted else text
    lines = [line.strip() for line in own.splitlines() if line.strip()]
    return "\n".join(lines[-_SIGNATURE_LINES:])
