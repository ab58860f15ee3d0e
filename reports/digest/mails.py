"""What the mails have brought: those that are new and those set aside by kind."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePosixPath

from reports.digest.alike import subject_of
from reports.digest.parts import Chapter, Group, Item, Number, group, where
from reports.incoming import MessageView
from reports.picture import Picture
from reports.sources import source_of
from reports.tally import PLACES, place_of, tally
from reports.wording import MESSAGE_KINDS, joined, short_clock, size

_NEW_LISTED = 15
_ASIDE_LISTED = 5
_NAMES_LISTED = 3
# Inquiries first: somebody waits for an answer.
_ASIDE = ("inquiry", "unrelated", "automatic")


def arrivals(picture: Picture, since: datetime | None, before: Picture | None) -> Group:
    """Return the mails that are not in the earlier picture, the newest first; all where there was no digest before.

    Without an earlier picture those are new that came to us after `since`.
    """
    if before is not None:
        known = {mark for message in before.messages for mark in _marks(message)}
        new = [message for message in reversed(picture.messages) if known.isdisjoint(_marks(message))]
    else:
        new = [message for message in reversed(picture.messages) if since is None or _came(message) > since]
    batches: dict[str, list[MessageView]] = defaultdict(list)
    for message in new:
        batches[message.together].append(message)
    return group("新到来信", (_batch(batch, picture) for batch in batches.values()), _NEW_LISTED, unit="封")


def _marks(message: MessageView) -> Iterable[object]:
    """Yield by what a mail is known again: of two copies the one that counts is another once the second is fetched."""
    yield message.id
    if message.message_id:
        yield message.message_id, message.subject, message.files


def _came(message: MessageView) -> datetime:
    """Return when a message came to us: what a folder's name or a person states says when it came to the office."""
    return message.kept_at if (message.place or message.added) and message.kept_at else message.arrival


def _batch(batch: Sequence[MessageView], picture: Picture) -> Item:
    """Return one mail, or the files that were put into one folder together, as a line."""
    first = batch[0]
    if len(batch) == 1:
        return _item(first, picture)
    at = _at(first, picture)
    names = joined((f"《{PurePosixPath(message.place).name}》" for message in reversed(batch)), _NAMES_LISTED)
    total = size(sum(message.bytes for message in batch))
    note = f"{at} · {MESSAGE_KINDS['submission']} · {len(batch)} 个文件，{total} · {source_of(first)}"
    return Item(first.province or "", names, note, len(batch))


def aside(picture: Picture) -> tuple[Group, ...]:
    """Return the mails that are no submission, by kind, the newest first."""
    set_aside = tally(picture).aside
    groups = []
    for kind in (*_ASIDE, *sorted({message.kind for message in set_aside} - set(_ASIDE))):
        of_kind = [_aside_item(message, picture) for message in reversed(set_aside) if message.kind == kind]
        groups.append(group(MESSAGE_KINDS.get(kind, kind), of_kind, _ASIDE_LISTED, unit="封"))
    return tuple(one for one in groups if one.count)


def received(picture: Picture, aside: Chapter, failed: Group) -> Chapter:
    """Return all mails by what became of each: filed, set aside by kind, failed, and those that still wait."""
    told = tally(picture)
    filed = group("归档的来信", (_item(one, picture) for one in reversed(told.filed)), 0, unit="封")
    waiting = group("待处理的来信", (_item(one, picture) for one in reversed(told.waiting)), 0, unit="封")
    groups = (filed, *aside.groups, failed, *([waiting] if waiting.count else []))
    return Chapter("收到的来信", groups, "封", (aside,))


def sums(chapter: Chapter, aside: Chapter, failed: Group) -> tuple[Number, ...]:
    """Return the sum of all mails in the words of `reports.tally`: received = filed + set aside + failed."""
    filed, waiting = chapter.groups[0], [one for one in chapter.groups if one.title == "待处理的来信"]
    return (
        Number("收到", chapter),
        Number("＝ 归档", filed),
        Number("＋ 搁置", aside, here="aside"),
        Number("＋ 未能处理", failed, here="failed"),
        *(Number("＋ 待处理", one) for one in waiting),
    )


def _at(message: MessageView, picture: Picture) -> str:
    """Return when a message arrived; of what a folder's name or a person dates, the day alone is known."""
    at = short_clock(message.arrival, picture.campaign.call.zone)
    return at.partition(" ")[0] if message.arrival_source in {"folder_day", "added_day"} else at


def _item(message: MessageView, picture: Picture) -> Item:
    at = _at(message, picture)
    place = place_of(message)
    kind = MESSAGE_KINDS.get(message.kind, "") if place in {"filed", "aside"} else PLACES[place]
    holds = f"{message.files} 个文件，{size(message.bytes)}" if message.files else "没有附件"
    who = where(message.province or "未认定单位", message.city)
    return Item(
        who,
        subject_of(message),
        " · ".join((f"{at} · {kind} · {holds}", _sender(message), *_junk(message), *_decided(message))),
    )


def _aside_item(message: MessageView, picture: Picture) -> Item:
    at = short_clock(message.arrival, picture.campaign.call.zone)
    return Item(message.province or "", subject_of(message), " · ".join((at, _sender(message), *_decided(message))))


def _junk(message: MessageView) -> Iterable[str]:
    """Yield in which junk folder a mail lay, where it was in no other."""
    if message.junk:
        yield f"在文件夹“{message.folder}”中"


def _decided(message: MessageView) -> Iterable[str]:
    """Yield who added the mail, or settled its sender, its kind or its arrival, where a person did."""
    if message.added and not message.place:
        yield message.added
    if message.arrival_decided_by:
        yield f"由{message.arrival_decided_by}认定为{'迟到' if message.arrival_decided == 'late' else '按时'}"
    if message.sender_decided_by:
        yield f"发信单位由{message.sender_decided_by}{'按地址' if message.sender_decided == 'address' else ''}认定"
    if message.kind_decided_by:
        yield f"类别由{message.kind_decided_by}认定"


def _sender(message: MessageView) -> str:
    """Return who wrote, by name and address; of what came without a letter, how it came."""
    if message.place:
        return source_of(message)
    return " ".join(part for part in (message.from_name, message.from_address) if part) or "发信人不明"
