"""The cloud links of a message as they are kept: each file once, numbered as people are shown them."""

from collections.abc import Iterable

from config.campaign import Campaign
from ingest.desk import Desk
from ingest.senders.origin import is_answer
from parsers.forwarded import quotes_in
from parsers.letter import Letter
from parsers.links import CloudLink
from store.documents import ReadLink


def read_links(links: Iterable[CloudLink]) -> list[ReadLink]:
    """Return links in order, each key once; one that never expires says so in its own words."""
    once = {link.key: link for link in reversed(list(links))}
    return [
        ReadLink(
            number=number,
            provider=link.provider[:16],
            key=link.key,
            url=link.url,
            name=link.name,
            size_text=link.size_text,
            bytes=link.size_bytes,
            expires=link.expires,
            expires_text="无限期" if link.never_expires else link.expires_text,
            code=link.code,
        )
        for number, link in enumerate(reversed(list(once.values())), start=1)
    ]


def is_ours(desk: Desk, address: str | None) -> bool:
    """Tell whether an address is one of the campaign's or of our mailboxes."""
    own = {one.lower() for one in desk.campaign.call.addresses}
    return bool(address) and (address in own or desk.register.is_own(address))


def own_words(letter: Letter, campaign: Campaign) -> str:
    """Return a mail's text without what an answer quotes, nor what any mail quotes of ours."""
    own = {one.lower() for one in campaign.call.addresses}
    cuts = (start for start, one in quotes_in(letter.text) if is_answer(letter) or one.from_address in own)
    return letter.text[: next(cuts, None)]


def deciding(letter: Letter) -> tuple[CloudLink, ...]:
    """Return the links that say what kind of mail it is: in an answer those that stand in no quoted mail."""
    if not is_answer(letter):
        return letter.links
    return tuple(link for link in letter.links if link.quoted_from is None)
