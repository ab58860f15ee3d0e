"""What the wizard has learned, until all of it is written at once."""

from dataclasses import dataclass, field
from typing import Any

Table = dict[str, Any]


@dataclass
class Secret:
    """A value that goes into a file of its own; `name` is what the file is called."""

    name: str
    value: str


@dataclass
class Answers:
    """The answers: tables as they go into the settings file, where a `Secret` stands for the file that will hold it."""

    campaign: Table = field(default_factory=dict)
    mailboxes: list[Table] = field(default_factory=list)
    smtp: Table | None = None
    recipients: list[str] = field(default_factory=list)
    chats: list[Table] = field(default_factory=list)
    database_url: str = "sqlite:///data/zhengji.db"
    digest_time: str = "08:30:00"


def with_values(table: Table) -> Table:
    """Return a table as it can be tried at once: with secrets in place of the files that will hold them."""
    return {
        key.removesuffix("_file") if isinstance(value, Secret) else key: value.value
        if isinstance(value, Secret)
        else value
        for key, value in table.items()
    }
