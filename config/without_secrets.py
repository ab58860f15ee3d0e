"""The settings file as it may lie in a backup: word for word, but without any secret."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from config.environment import SECRETS

LEFT_OUT = "（未备份，请重新填写）"
# A line that is no setting any more, and may still hold the last password.
_OLD = re.compile(rf"^\s*#.*\b({'|'.join(SECRETS)}|token_command|url)\s*=.*$", re.MULTILINE)


def without_secrets(text: str) -> str | None:
    """Return a settings file with every secret replaced; None where one is written so that it cannot be told apart."""
    try:
        found = dict(secrets_in(tomllib.loads(text)))
        for secret, told in sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True):
            for quote in "\"'":
                text = text.replace(f"{quote}{secret}{quote}", f"{quote}{told}{quote}")
        text = _OLD.sub(f"# {LEFT_OUT}", text)
        left = dict(secrets_in(tomllib.loads(text)))
    except tomllib.TOMLDecodeError:
        return None
    # One that was written with escapes, or over several lines.
    return None if any(LEFT_OUT not in secret for secret in left) else text


def secrets_in(tables: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every text that is or holds a secret, with what may be said instead.

    Those by name, the addresses of groups, the arguments of commands, and a database's address with a password in it.
    """
    for key, value in _pairs(tables):
        if key in SECRETS and isinstance(value, str) and value:
            yield value, LEFT_OUT
        elif key == "token_command" and isinstance(value, list):
            yield from ((str(word), LEFT_OUT) for word in value[1:] if word)
        elif key == "url" and isinstance(value, str) and (told := _address(value)) != value:
            yield value, told


def _address(url: str) -> str:
    """Return an address without what is secret in it: of a group, that is all behind the service."""
    scheme, _, rest = url.partition("://")
    if scheme.startswith("sqlite"):
        return url
    if not scheme.startswith("postgresql"):
        return f"{scheme}://{LEFT_OUT}"
    login, at, place = rest.rpartition("@")
    user, colon, _ = login.partition(":")
    place, question, _ = (place if at else rest).partition("?")
    # What follows the question mark may be a password too.
    return f"{scheme}://{user}{f':{LEFT_OUT}' if colon else ''}{at}{place}{f'?{LEFT_OUT}' if question else ''}"


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 (TOML tables)
    if isinstance(value, dict):
        for key, own in value.items():
            yield key, own
            yield from _pairs(own)
    elif isinstance(value, list):
        for own in value:
            yield from _pairs(own)
