"""What the mails have brought: those that are new and those set aside by kind."""

from datetime import datetime

from reports.digest_parts import Group, Item, group, where
from reports.digest_todo import subject_of
from reports.picture import MessageView, Picture
from reports.tally import PLACES, place_of, tally
from reports.wording import MESSAGE_KINDS, short_clock, size

_NEW_LISTED = 15
_ASIDE_LISTED = 5
# Inquiries first: somebody waits for an answer.
_ASIDE = ("inquiry", "unrelated", "automatic")


def arrivals(picture: Picture, since: datetime | None) -> Group:
    """Return the mails that arrived after `since`, the newest first; all where there was no digest before."""
    new = [message for message in reversed(picture.messages) if since is None or message.arrival > since]
    return group("新到来信", (_item(message, picture) for message in new), _NEW_LISTED, unit="封")


def aside(picture: Picture) -> tuple[Group, ...]:
    """Return the mails that are no submission, by kind, the newest first."""
    set_aside = tally(picture).aside
    groups = []
    for kind in (*_ASIDE, *sorted({message.kind for message in set_aside} - set(_ASIDE))):
        of_kind = [_aside_item(message, picture) for message in reversed(set_aside) if message.kind == kind]
        groups.append(group(MESSAGE_KINDS.get(kind, kind), of_kind, _ASIDE_LISTED, unit="封"))
    return tuple(one for one in groups if one.count)


def _item(message: MessageView, picture: Picture) -> Item:
    at = short_clock(message.arrival, picture.campaign.call.zone)
    place = place_of(message)
    kind = MESSAGE_KINDS.get(message.kind, "") if place in {"filed", "aside"} else PLACES[place]
    holds = f"{message.files} 个文件，{size(message.bytes)}" if message.files else "没有附件"
    who = where(message.province or "未认定单位", message.city)
    return Item(who, subject_of(message), f"{at} · {kind} · {holds} · {_sender(message)}")


def _aside_item(message: MessageView, picture: Picture) -> Item:
    at = short_clock(message.arrival, picture.campaign.call.zone)
    return Item(message.province or "", subject_of(message), f"{at} · {_sender(message)}")


def _sender(message: MessageView) -> str:
    """Return who wrote, by name and address."""
    return " ".join(part for part in (message.from_name, message.from_address) if part) or "发信人不明"
