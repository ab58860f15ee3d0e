"""What is said of a mail's sender: the clues that were found, and the command by which a person settles it."""

from reports.picture import MessageView
from reports.wording import clipped

_CLUES = 3
_CLUE_LENGTH = 40


def clues_text(message: MessageView) -> str:
    """Return the strongest clues in words, or that there is none."""
    shown = [clipped(clue, _CLUE_LENGTH) for clue in message.sender_clues[:_CLUES]]
    return f"线索：{'；'.join(shown)}" if shown else "没有线索"


def assign_command(message: MessageView) -> str:
    """Return the command that assigns a mail; the likeliest province stands in it where there is one."""
    first, *others = message.candidates or ("省份",)
    also = f"（或{'、'.join(others)}）" if others else ""
    return f"zhengji assign {message.id} {first}{also}"
