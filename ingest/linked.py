"""The cloud links of a message as they are kept: each file once, numbered as people are shown them."""

from collections.abc import Iterable

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
