"""What the wizard needs of whoever asks the questions, and how typed answers are cleaned."""

import unicodedata
from collections.abc import Sequence
from typing import Protocol

# What is pasted along and never seen: controls, zero-width marks, marks of byte order, halves of characters.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


class Talk(Protocol):
    """Asks a person, in one language: `key` names the sentence, `fields` fill it. Raises what ends the conversation."""

    def word(self, key: str) -> str:
        """Return what something is called."""

    def say(self, key: str, **fields: object) -> None:
        """Say something."""

    def ask(self, key: str, default: str = "", **fields: object) -> str:
        """Return what was typed, cleaned; `default` where nothing was."""

    def secret(self, key: str, **fields: object) -> str:
        """Return what was typed unseen, cleaned."""

    def yes(self, key: str, *, default: bool, **fields: object) -> bool:
        """Return whether the answer was yes."""

    def choose(self, key: str, options: Sequence[str], **fields: object) -> str:
        """Return which of the options was chosen, the first where nothing was typed; each is the key of a sentence."""


def cleaned(text: str) -> str:
    """Return an answer without spaces around it (wide ones too) and without characters that nobody sees."""
    return "".join(one for one in text if unicodedata.category(one) not in _UNSEEN).strip()
