"""Answers which mails an mbox holds: a mail program's folder as one file, each mail behind a line `From … 2026`."""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from parsers import mime
from parsers.base import ParseError
from parsers.letter_parts import Part
from parsers.mail_bytes import FileBytes, stream
from parsers.mbox_starts import mail_starts
from parsers.names import decode_header, safe_name, unique_path

_HEAD_BYTES = 4_096
_UNTITLED = "未命名"


def mbox_parts(path: Path, most: int) -> Iterator[Part]:
    """Yield the mails of an mbox each to be opened with `read_letter`; ParseError where they are too many."""
    data = FileBytes(path)
    taken: dict[str, int] = {}
    starts = list(islice(mail_starts(data), most + 1))
    ends = (line for line, _ in [*starts[1:], (len(data), 0)])
    for (_, start), end in islice(zip(starts, ends, strict=True), most):
        header = mime.read_header(data, start, end, mime.Limits())
        name = safe_name(f"{decode_header(header.raw('subject')) or _UNTITLED}.eml")
        chunks = partial(stream, data, start, end)
        head = data[start : min(end, start + _HEAD_BYTES)]
        own = unique_path(name, taken)
        yield Part(own, name, "message/rfc822", inline=False, head=head, problem=None, chunks=chunks, is_mail=True)
    if len(starts) > most:
        raise ParseError("unsafe", f"邮箱文件里的邮件超过 {most} 封，其余未读取，请人工查看")
