"""Answers what a mail says and brings, whichever way it is kept: as raw mail, as Outlook's .msg, as winmail.dat."""

from collections.abc import Iterator
from pathlib import Path

from parsers.letter import Letter, LetterLimits, Part, read_letter
from parsers.msg import msg_letter
from parsers.tnef import tnef_parts


def open_mail(path: Path, format_: str, limits: LetterLimits | None = None) -> tuple[Letter | None, Iterator[Part]]:
    """Return the letter and the parts of a content that is a mail, by its format; a winmail.dat has no letter.

    ParseError, also while parts are taken, where a .msg or a winmail.dat is broken; OSError as files raise it.
    """
    if format_ == "tnef":
        return None, tnef_parts(path, (limits or LetterLimits()).parts)
    return msg_letter(path, limits) if format_ == "msg" else read_letter(path, limits)
