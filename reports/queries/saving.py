"""Saved queries: under which names they may be kept, and how their words are written as a command line."""

import re
import shlex
from collections.abc import Sequence
from datetime import datetime

from config.errors import ConfigError
from store import saved
from store.database import Store
from store.saved import Saved

_LONGEST = 60
_SPECIAL = re.compile(r"[\s'\"\\$`!*?;&|<>()\[\]{}#~]|^$")


class SavedError(ConfigError):
    """A saved query that cannot be kept or used; the text is one Chinese line."""


def checked(name: str) -> str:
    """Return a name for a query; SavedError where nobody could call it so."""
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST or plain.startswith("-") or not plain.isprintable():
        raise SavedError(f"查询的名称要在 1 到 {_LONGEST} 个字之间，不以 - 开头，没有看不见的字符")
    return plain


def kept(store: Store, name: str, words: Sequence[str], person: str, now: datetime) -> Saved:
    """Keep the words of a command line under a name; SavedError where another one has that name."""
    if len(words) == 1:
        raise SavedError("没有写任何条件，不必保存")
    there = saved.keep(store, checked(name), words, person, now)
    if there.words != tuple(words):
        own = f"{there.person}：{as_line(there.words)}"
        raise SavedError(f"已有名为“{there.name}”的查询（{own}）；请换个名称，或先删去它")
    return there


def as_line(words: Sequence[str]) -> str:
    """Return words as they would be typed."""
    return " ".join(["zhengji", *(shlex.quote(word) if _SPECIAL.search(word) else word for word in words)])
