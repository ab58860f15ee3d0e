"""Which mails were seen in which mailbox, and which of them are copies of an earlier one."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select

from store.database import Store
from store.models import Sighting
from store.queries import looking


def seen_in(store: Store, as_of: datetime) -> dict[str, dict[int, int]]:
    """Return for each mailbox the mails that were seen there, by our numbers.

    Beside each stands the number under which reports count it: of the copies of one mail that is the first, of any
    other its own.
    """
    with looking(store, as_of) as look:
        originals = look.originals
    found: dict[str, dict[int, int]] = defaultdict(dict)
    with store.reading() as session:
        for mailbox, id_ in session.execute(select(Sighting.mailbox, Sighting.message_id).distinct()):
            found[mailbox][id_] = originals.get(id_, id_)
    return found
