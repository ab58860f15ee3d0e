"""By what is a finding the same as before? By code and subject; and what it rests on, so that a waiver can lapse."""

import hashlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from reports.incoming import FileView
from reports.picture import CaseView
from reports.rulings import RestsOn

if TYPE_CHECKING:
    from reports.subjects import Subject


def subject_key(on: str, view: Any) -> str:  # noqa: ANN401 (any of the picture's views)
    """Return what names a finding's subject through every rebuild: never the number of a row of conclusions."""
    if on == "association":
        return f"province:{view.province}"
    if on == "city":
        return f"city:{view.province}/{view.city}"
    if on == "case":
        return f"case:{'/'.join(view.name.key)}"
    if on == "message":
        return f"message:{view.id}"
    return f"file:{view.province or ''}/{view.sha256 or f'{view.message_pk}/{view.path}'}"


def finding_id(code: str, key: str, city: str | None) -> str:
    """Return the eight signs by which people name a finding."""
    return hashlib.blake2b(f"{code} {key} {city or ''}".encode(), digest_size=4).hexdigest()


def rests_on(on: str, subject: "Subject", actual: object) -> RestsOn:
    """Return what a finding rests on: the fact, and the contents that it was measured on."""
    contents = sorted(_contents(on, subject))
    # A city's number of cases says nothing of which they are.
    fact = [actual, contents] if on == "city" else actual
    return RestsOn(_digest(fact), _digest(contents))


def _contents(on: str, subject: "Subject") -> Iterable[str]:
    view = subject.view
    if on == "case":
        return _of_case(view, subject)
    if on == "association":
        return [*_hashes((*view.lists, *view.list_scans)), *(str(message.id) for message in view.messages_in)]
    if on == "city":
        return (case.name.key[1] for case in view.cases)
    return [str(view.id)] if on == "message" else _hashes([view])


def _of_case(case: CaseView, subject: "Subject") -> Iterable[str]:
    """Return the contents of a case: its files that count, the lists that name it, and what it shares with others."""
    yield from _hashes(file for file in case.files if not file.superseded)
    yield from _hashes(row.file for row in case.rows)
    yield from _hashes(reuse.other for reuse in subject.picture.reused.get(case.id, ()))
    yield from _hashes(shared.other for shared in subject.picture.near_duplicates.get(case.id, ()))


def _hashes(files: Iterable[FileView]) -> list[str]:
    return [file.sha256 or f"{file.message_pk}/{file.path}" for file in files]


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
