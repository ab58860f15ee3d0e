"""Answers where the mails of an mbox begin, and so whether a file is one: a single mail may have such a line too."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from parsers.mail_bytes import Buffer, FileBytes, windows

# The line tells a time, and a header follows it: no text begins a paragraph like that.
_START = re.compile(
    rb"(?:\A(?:\xef\xbb\xbf)?[\r\n]{0,10}|\n\r?\n)From [^\r\n]{1,300}\d\d:\d\d[^\r\n]{0,60}\r?\n"
    rb"(?=>?From |[\x21-\x39\x3b-\x7e]{1,60}[ \t]*:)"
)
_OVERLAP = 1_000


def mail_starts(data: Buffer) -> Iterator[tuple[int, int]]:
    """Yield where the `From ` line before each mail begins, and where it ends; nothing where the first has none."""
    for at, window, own in windows(data, 0, len(data), _OVERLAP):
        if not at and not _START.match(window):
            return
        for match in _START.finditer(window):
            # `\\A` also matches where a window starts.
            if match.start() < own and (match.start() or not at):
                yield at + match.start(), at + match.end()


def is_mbox(path: Path) -> bool:
    """Tell whether a file holds more than one mail."""
    return len(list(islice(mail_starts(FileBytes(path)), 2))) > 1
