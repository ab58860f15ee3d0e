"""What is laid down at a deadline: numbers, lists, every case, file, mail and decision, as bytes that hash the same.

The content is canonical JSON: UTF-8, keys sorted, lists in a stable order, moments in the campaign's zone. When it was
made is not in it: made again of the same facts it is the same bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from reports.incoming import FileView, MessageView
from reports.mail_side import MailGap
from reports.picture import Picture
from reports.tracker import rows
from reports.tracker.standing import Standing
from reports.wording import sound
from store.decisions import PASSWORD, Decided
from store.snapshots import KeptMail, MailboxSeen

FORMAT = "zhengji-snapshot-1"


@dataclass(frozen=True)
class Circumstances:
    """What a snapshot says beside the picture: by which program and campaign file, what was kept, read and decided."""

    program: str
    campaign_sha256: str
    mails: Sequence[KeptMail]
    mailboxes: Sequence[MailboxSeen]
    decisions: Iterable[Decided]


def content(standing: Standing, around: Circumstances) -> dict[str, Any]:
    """Return what is laid down of a standing, as JSON values."""
    picture, zone = standing.picture, standing.picture.campaign.call.zone
    made: dict[str, Any] = {
        "format": FORMAT,
        "campaign": _campaign(picture, around),
        "program": around.program,
        "moment": rows.iso(standing.as_of, zone),
        "mail": _mail(picture, around, standing.as_of),
        "numbers": {**standing.numbers, "messages": 0, "files": 0},
        "lists": rows.lists(standing),
        "provinces": rows.provinces(standing),
        "files": _files(standing),
        "messages": _messages(standing, around),
        "decisions": [_decision(one, zone) for one in around.decisions if one.undone_at is None],
    }
    made["numbers"] |= {"messages": len(made["messages"]), "files": len(made["files"])}
    whole: dict[str, Any] = _sound(made)
    return whole


def canonical(made: Mapping[str, Any]) -> bytes:
    """Return a content as the bytes that are hashed."""
    return (json.dumps(made, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode("utf-8")


def digest(data: bytes) -> str:
    """Return the SHA-256 of a content."""
    return hashlib.sha256(data).hexdigest()


def _campaign(picture: Picture, around: Circumstances) -> dict[str, Any]:
    call = picture.campaign.call
    return {
        "id": call.id,
        "title": call.title,
        "notice": call.notice,
        "deadline": rows.iso(call.last_moment, call.zone),
        "timezone": call.timezone,
        "file_sha256": around.campaign_sha256,
    }


def _mail(picture: Picture, around: Circumstances, moment: datetime) -> dict[str, Any]:
    """Return until when mail had been seen: mails that came after a mailbox's last good look are not in here."""
    zone = picture.campaign.call.zone
    boxes = [
        {
            "mailbox": one.mailbox,
            "read_after_the_moment": one.read_after,
            "last_good": rows.iso(one.last_good, zone) if one.last_good and not one.read_after else None,
            "reason": "" if one.read_after else one.reason,
        }
        for one in around.mailboxes
    ]
    return {
        "seen_until_the_moment": all(one.read_after for one in around.mailboxes),
        "mailboxes": boxes,
        "withheld": [_gap(gap, zone) for gap in picture.gaps if gap.since <= moment],
    }


def _gap(gap: MailGap, zone: tzinfo) -> dict[str, Any]:
    return {"mailbox": gap.mailbox, "folder": gap.folder, "count": gap.count, "since": rows.iso(gap.since, zone)}


def _files(standing: Standing) -> list[dict[str, Any]]:
    """Return every file that counts: of submissions that had come, and no newer one in its place."""
    zone, messages = standing.picture.campaign.call.zone, {one.id: one for one in standing.picture.messages}
    found = [
        _file(file, messages[file.message_pk], zone)
        for part in standing.parts.values()
        for file in part.files
        if not file.superseded and messages[file.message_pk].is_submission
    ]
    return sorted(found, key=lambda one: (one["taken"], one["message"], one["path"]))


def _file(file: FileView, message: MessageView, zone: tzinfo) -> dict[str, Any]:
    return {
        "sha256": file.sha256,
        "path": file.path,
        "bytes": file.bytes,
        "kind": file.kind,
        "status": file.status,
        "province": file.province,
        "community": file.community,
        "message": message.id,
        "message_id": message.key,
        "arrival": rows.iso(file.arrival, zone),
        "taken": rows.iso(file.first_taken, zone),
    }


def _messages(standing: Standing, around: Circumstances) -> list[dict[str, Any]]:
    """Return every mail that had come, with the hash of its bytes; copies of one mail too, which no list names."""
    zone, views = standing.picture.campaign.call.zone, {one.id: one for one in standing.picture.messages}
    found = []
    for kept in around.mails:
        view = views.get(kept.id)
        taken = view.taken if view else kept.arrival
        if taken > standing.as_of:
            continue
        found.append(
            {
                "id": kept.id,
                "sha256": kept.sha256,
                "bytes": kept.bytes,
                "arrival": rows.iso(kept.arrival, zone),
                "arrival_source": kept.arrival_source,
                "taken": rows.iso(taken, zone),
                **_letter(view, zone),
            }
        )
    return sorted(found, key=lambda one: (one["taken"], one["id"]))


def _letter(view: MessageView | None, zone: tzinfo) -> dict[str, Any]:
    """Return what a mail says of itself; nothing of the copy of one that stands here already."""
    if view is None:
        return {"copy": True}
    return {
        "message_id": view.message_id,
        "subject": view.subject,
        "from": view.from_address,
        "received": rows.iso(view.received, zone) if view.received else None,
        "province": view.province,
        "kind": view.kind,
        "state": view.state,
    }


def _decision(one: Decided, zone: tzinfo) -> dict[str, Any]:
    """Return a decision in force; of a password only that one was given."""
    return {
        "id": one.id,
        "what": one.what,
        "subject": one.subject,
        "value": {} if one.what == PASSWORD else one.value,
        "person": one.person,
        "note": one.note,
        "decided_at": rows.iso(one.decided_at, zone),
    }


def _sound(value: Any) -> Any:  # noqa: ANN401 (a JSON value)
    """Return a JSON value of which every text can be written as UTF-8."""
    if isinstance(value, dict):
        return {_sound(key): _sound(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_sound(one) for one in value]
    return sound(value) if isinstance(value, str) else value


def parsed(data: bytes) -> dict[str, Any]:
    """Return the content of canonical bytes."""
    made: dict[str, Any] = json.loads(data)
    return made
