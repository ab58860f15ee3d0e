"""What is said of a mail's sender: the clues that were found, and the command by which a person settles it."""

from reports.incoming import MessageView
from reports.wording import clipped

_CLUES = 3
_CLUE_LENGTH = 60


def clues_text(message: MessageView) -> str:
    """Return the strongest clues in words, or that there is none."""
    shown = [clipped(clue, _CLUE_LENGTH) for clue in message.sender_clues[:_CLUES]]
    return f"线索：{'；'.join(shown)}" if shown else "没有线索"


def more_clues(message: MessageView) -> tuple[str, ...]:
    """Return the clues that `clues_text` leaves out or cuts."""
    first = tuple(clue for clue in message.sender_clues[:_CLUES] if len(clue) > _CLUE_LENGTH)
    return (*first, *message.sender_clues[_CLUES:])


def assign_command(message: MessageView) -> str:
    """Return the command that assigns a mail, with its province where only one is likely.

    A suspicious address is not to be learned.
    """
    likely = (message.province,) if message.province else message.candidates
    province = likely[0] if len(likely) == 1 else "省份"
    only = " --only-this" if message.suspicions else ""
    among = f"（线索指向{'、'.join(likely)}）" if len(likely) > 1 else ""
    return f"zhengji assign {message.id} {province}{only}{among}"


def writer(message: MessageView) -> str:
    """Return who a mail says it is from."""
    return " ".join(part for part in ("发信人", message.from_name, f"<{message.from_address or ''}>") if part)
