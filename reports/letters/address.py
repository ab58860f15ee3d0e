"""To whom does a letter go, and whom does one ring up? Only the provincial association is ever meant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo

from reports.incoming import FileView
from reports.picture import AssociationView, Picture
from reports.wording import month_and_day, one_line

_ROSTER = "协会名录"
# Whoever writes in for itself is not the provincial association: its list names its own people.
_OTHERS = ("city", "enterprise")


@dataclass(frozen=True)
class Recipients:
    """The addresses that a letter goes to, and where they are known from; none where nobody knows one."""

    addresses: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Contact:
    """Whom to ring up, the whole number, and where and when that was last said."""

    name: str
    phone: str
    source: str


def recipients(view: AssociationView, picture: Picture) -> Recipients:
    """Return an association's addresses: those of the roster, else the one that it last wrote from itself.

    A city association, an enterprise, or a sender that may not be who it says is never one of them.
    """
    ours = {address.lower() for address in picture.campaign.call.addresses}
    listed = tuple(address for address in view.association.addresses if address.lower() not in ours)
    if listed:
        return Recipients(listed, _ROSTER)
    newest = max(
        (
            message
            for message in view.messages_in
            if message.sender_level == "provincial"
            and message.from_address
            and message.from_address.lower() not in ours
            and not message.suspicions
            and not message.added
        ),
        key=lambda message: message.arrival,
        default=None,
    )
    if newest is None or not newest.from_address:
        return Recipients((), "名录中没有登记，该省物协也没有从自己的邮箱来过信")
    own = [message.arrival for message in view.messages_in if message.from_address == newest.from_address]
    since = month_and_day(min(own).astimezone(picture.campaign.call.zone).date())
    return Recipients((newest.from_address,), f"名录中没有登记；该省物协自{since}起用此地址来信")


def contact(view: AssociationView, zone: tzinfo) -> Contact:
    """Return whom to ring up: as the newest list that gives a number says, else the roster."""
    return next(contacts(view, zone), Contact("", "", "清单和名录里都没有号码"))


def contacts(view: AssociationView, zone: tzinfo) -> Iterator[Contact]:
    """Yield everybody who may be rung up, the newest first; a name and a number of two lists are never mixed."""
    others = {message.id for message in view.messages_in if message.sender_level in _OTHERS}
    for file in _newest_first(file for file in view.all_lists if file.message_pk not in others):
        phone = _cell(file, "phone")
        if phone:
            day = month_and_day(file.first_arrival.astimezone(zone).date())
            yield Contact(_cell(file, "contact"), phone, f"{day}到达的《{one_line(file.name)}》")
    own = view.association
    if own.phone:
        yield Contact(one_line(own.contact or ""), one_line(own.phone), _ROSTER)


def _newest_first(lists: Iterable[FileView]) -> list[FileView]:
    return sorted(lists, key=lambda file: (file.first_arrival, file.id), reverse=True)


def _cell(file: FileView, name: str) -> str:
    """Return what a list's head says, as it stands there; nothing where it cannot be read as that."""
    cell = file.facts.get(name) or {}
    return one_line(str(cell.get("raw") or "")).strip() if cell.get("value") else ""
