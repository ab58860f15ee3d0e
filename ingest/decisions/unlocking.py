"""What a person knows of passwords: kept as a decision, tried at once, and told in words what it opened."""

from ingest.decisions.settling import DecisionError, address_named, read_message_named
from ingest.desk import Desk
from ingest.intake import take_in
from store import decisions, documents
from store.decisions import PASSWORD, Person


def set_password(desk: Desk, target: str, word: str, person: Person) -> list[str]:
    """Keep a password for a message, or for all mail of an address; return what it opened, a sentence a line.

    Passwords given before are tried as well. DecisionError where there is no such message, or no password.
    """
    if not word.strip():
        raise DecisionError("密码是空的")
    subject = address_named(target) if "@" in target else decisions.of_message(read_message_named(desk, target).id)
    given = next((row for row in decisions.current(decisions.every(desk.store)) if _is_of(row, subject)), None)
    words = list(dict.fromkeys([*(given.value["words"] if given else ()), word]))
    before = documents.locked(desk.store)
    number = decisions.add(desk.store, PASSWORD, subject, {"words": words}, person)
    take_in(desk)
    after = documents.locked(desk.store)
    opened, still = sorted(before - after), sorted(after)
    lines = [f"已记下密码（编号 {number}，不显示），对应的来信已重新读取"]
    lines += [f"打开了来信 {message} 的《{path}》" for message, path in opened]
    mine = [f"来信 {message} 的《{path}》" for message, path in still if subject in _subjects(desk, message)]
    return [*lines, f"仍打不开：{'、'.join(mine)}"] if mine else lines


def _is_of(row: decisions.Decided, subject: str) -> bool:
    return row.what == PASSWORD and row.subject == subject


def _subjects(desk: Desk, message_id: int) -> set[str]:
    """Return what a password may be given for that opens a message: itself, or its address."""
    address = documents.address_of(desk.store, message_id)
    return {decisions.of_message(message_id), *([address] if address else [])}
