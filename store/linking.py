"""The cloud links of all submissions with their mails: a glance that is cheap enough to be taken at every poll."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from store.database import Store
from store.models import Letter, Link, Message
from store.supplied import answered_links


@dataclass(frozen=True)
class Linked:
    """A link of a submission, with the mail that it stands in; `answered` where a person brought its file in.

    `repeated` where an earlier mail of the same province has the same link, as a quoted reply does.
    """

    link: Link
    message: Message
    letter: Letter
    answered: bool
    repeated: bool


def linked(store: Store) -> Sequence[Linked]:
    """Return the links of all submissions, in the order in which their mails came."""
    with store.reading() as session:
        answered = answered_links(session)
        query = select(Link, Message, Letter).join(Message, Message.id == Link.message_pk)
        query = query.join(Letter, Letter.message_pk == Message.id).where(Letter.kind == "submission")
        known: set[tuple[str | None, str]] = set()
        found = []
        for link, message, letter in session.execute(query.order_by(Message.arrival, Message.id, Link.number)):
            key = (letter.province, link.key)
            found.append(Linked(link, message, letter, link.key in answered, key in known))
            known.add(key)
        return found
