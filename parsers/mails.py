"""Answers what a mail says and brings, whichever way it is kept: raw, as Outlook's .msg or winmail.dat, in an mbox."""

from collections.abc import Callable, Iterator
from pathlib import Path

from parsers.letter import Letter, LetterLimits, Part, read_letter
from parsers.mbox import mbox_parts
from parsers.msg import msg_letter
from parsers.tnef import tnef_parts

# What a sniffed content is called that holds a mail.
MAIL_FORMATS = frozenset({"eml", "mbox", "msg", "tnef"})
# What holds mails and files without being a mail itself.
_WRAPPERS: dict[str, Callable[[Path, int], Iterator[Part]]] = {"mbox": mbox_parts, "tnef": tnef_parts}


def open_mail(path: Path, format_: str, limits: LetterLimits | None = None) -> tuple[Letter | None, Iterator[Part]]:
    """Return the letter and the parts of a content that is a mail, by its format; wrappers have no letter.

    ParseError, also while parts are taken, where a .msg or a winmail.dat is broken or an mbox too long; OSError as
    files raise it.
    """
    if format_ in _WRAPPERS:
        return None, _WRAPPERS[format_](path, (limits or LetterLimits()).parts)
    return msg_letter(path, limits) if format_ == "msg" else read_letter(path, limits)
