"""Notes whoever takes personal data out by a command (查阅记录): which command, with which words, by whom."""

import getpass
import os
from collections.abc import Iterator
from datetime import datetime

import click
from click.core import ParameterSource

from store.database import Store
from store.personal import accesses
from store.personal.accesses import COMMAND, Look

# The commands that show or write out names, phones or documents.
COMMANDS = frozenset({
    "archive", "ask", "attach", "book", "brief", "cases", "contact-sheets", "export", "findings", "history", "ledger",
    "query", "remind", "sample", "screening", "sent", "text-pack",
})  # fmt: skip


def note(store: Store, now: datetime) -> None:
    """Note the command that runs, where it shows personal data; nothing where none runs."""
    context = click.get_current_context(silent=True)
    names = [one.info_name or "" for one in _chain(context)]
    if context is None or not names or names[0] not in COMMANDS:
        return
    told = " ".join(_given(one) for one in _chain(context) if one.parent is not None)
    accesses.add(store, [Look(now, person(), "", COMMAND, f"zhengji {' '.join(names)}", told.strip())])


def person() -> str:
    """Return who sits at the machine: as $ZHENGJI_PERSON says, else by the login name."""
    if named := os.environ.get("ZHENGJI_PERSON", "").strip():
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "（不知是谁）"


def _chain(context: click.Context | None) -> list[click.Context]:
    """Return the contexts of the command and of the groups that it is in, without the program itself."""
    found = []
    while context is not None and context.parent is not None:
        found.append(context)
        context = context.parent
    return found[::-1]


def _given(context: click.Context) -> str:
    return " ".join(_words(context))


def _words(context: click.Context) -> Iterator[str]:
    """Yield what was typed behind a command."""
    for own in context.command.params:
        name = own.name or ""
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            value = context.params.get(name)
            words = [str(one) for one in value] if isinstance(value, tuple) else [str(value)]
            head = own.opts[-1] if isinstance(own, click.Option) else ""
            said = [] if value is True else words
            yield " ".join(part for part in (head, *said) if part)
