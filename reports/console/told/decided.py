"""Decisions (人工处理): every one with who, when and why, what has become of it, and the way to undo it."""

from starlette.responses import Response

from config.errors import ConfigError
from reports import telling
from reports.console.asked import ROWS, Asked, Done, missing, whole
from reports.console.route import Route, write
from store import decided, decisions
from store.decided import Listed, Wanted
from store.decisions import Decided


def page(asked: Asked) -> Response:
    """Return the decisions, the newest first, of a kind, person or province where the address names them."""
    store, number = asked.console.store, asked.page_number
    wanted = Wanted(asked.query("what"), asked.query("person"), asked.query("province"))
    found, total = decided.latest(store, wanted, ROWS, (number - 1) * ROWS)
    return asked.show(
        "decisions.html",
        rows=[_row(one) for one in found],
        wanted=wanted,
        persons=decided.persons(store),
        kinds=telling.CALLED,
        page=number,
        pages=-(-total // ROWS),
        total=total,
    )


def _row(one: Listed) -> dict[str, object]:
    """Return a decision in words; only what still counts for itself, or would again, can be undone."""
    row = one.decided
    return {
        "id": row.id,
        "kind": telling.CALLED.get(row.what, row.what),
        "said": telling.described(row),
        "message": _message(row),
        "province": row.value.get("province"),
        "note": row.note,
        "person": row.person,
        "at": row.decided_at,
        "undone_at": row.undone_at,
        "undone_by": row.undone_by,
        "replaced_by": one.replaced_by if row.undone_at is None else None,
    }


def _message(row: Decided) -> str:
    """Return the number of the mail of which a decision speaks, where it does; a finding's `message` is its words."""
    if row.is_on_message:
        return row.subject.removeprefix("message:")
    number = row.value.get("message")
    return str(number) if isinstance(number, int) else ""


def undo(asked: Asked) -> Done:
    """Undo a decision; who did and why is in the activity log."""
    text = asked.text("decision")
    number = whole(text)
    row = decisions.find(asked.console.store, number)
    if number is None or row is None:
        raise missing(f"没有编号为 {text or '空'} 的人工处理")
    if row.undone_at is not None:
        raise ConfigError(f"编号 {number} 已由 {row.undone_by} 撤销过")
    lines = asked.console.acts.undo(asked.who, number)
    note = asked.who.note
    return Done(lines, asked.back, f"人工处理 {number}{f'，{note}' if note else ''}")


ROUTES = (Route("/decisions", page), write("/undo", undo, "撤销"))
