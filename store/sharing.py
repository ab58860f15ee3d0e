"""Lets equal short texts of what was read be one text: the same words stand in every file, a hundred thousand times."""

from sys import intern
from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

# Longer ones are seldom the same.
_SHORT = 32


class SharedJSON(TypeDecorator[Any]):
    """A JSON column, read so that its keys and short texts are shared with those of all other rows."""

    impl = JSON
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002 (SQLAlchemy's)
        """Return what stands in the column."""
        return shared(value)


def shared(value: Any) -> Any:  # noqa: ANN401 (a JSON value)
    """Return an equal JSON value whose keys and short texts are shared with all others."""
    kind = type(value)
    if kind is str:
        return intern(value) if len(value) <= _SHORT else value
    if kind is dict:
        return {intern(name): shared(own) for name, own in value.items()}
    return [shared(own) for own in value] if kind is list else value
