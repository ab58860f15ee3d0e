"""The cloud links of all submissions with their mails: a glance that is cheap enough to be taken at every poll."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from store.database import Store
from store.models import Letter, Link, Message
from store.supplied import answered_links


@dataclass(frozen=True)
class Linked:
    """A link of a submission, with our number of its mail and what that says.

    `answered` where a person brought its file in, `repeated` where an earlier mail of the same province has the same
    link, as a quoted reply does.
    """

    link: Link
    message: int
    arrival: datetime
    message_id: str | None
    subject: str
    province: str | None
    answered: bool
    repeated: bool

    @property
    def key(self) -> str:
        """By what its mail is known in reports."""
        return self.message_id or str(self.message)


def linked(store: Store) -> Sequence[Linked]:
    """Return the links of all submissions, in the order in which their mails came."""
    with store.reading() as session:
        answered = answered_links(session)
        # Not the letters whole: they hold the texts of the mails.
        columns = (Message.id, Message.arrival, Letter.message_id, Letter.subject, Letter.province)
        query = select(Link, *columns).join(Message, Message.id == Link.message_pk)
        query = query.join(Letter, Letter.message_pk == Message.id).where(Letter.kind == "submission")
        known: set[tuple[str | None, str]] = set()
        found = []
        for row in session.execute(query.order_by(Message.arrival, Message.id, Link.number)):
            link, number, arrival, message_id, subject, province = row
            repeated = (province, link.key) in known
            found.append(Linked(link, number, arrival, message_id, subject, province, link.key in answered, repeated))
            known.add((province, link.key))
        return found
