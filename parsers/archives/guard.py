"""Answers which items of an archive become members, under which path, and what is counted while they are read."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import partial

from parsers.archives.model import CHUNK, Item, Member, Opened, bomb, too_large
from parsers.base import ParseError
from parsers.litter import lies_among_left_behind
from parsers.names import safe_name, shown, unique_path
from parsers.sniff import HEAD_BYTES, PROGRAM, is_program

_FOLDERS = 40
# What a database indexes, less room for " (2000)".
_PATH_BYTES = 600 - 10
# Where a path begins on the machine that packed it: C:\, /, \\server, \\?\C:\.
_ROOT = re.compile(r"(?:/+(?:[?.]/+)?|[A-Za-z]:)+")


def guarded(opened: Opened, items: Iterable[Item]) -> Iterator[Member]:
    """Yield the members that items become; folders and what systems leave behind are passed over."""
    limits, spent = opened.tally.limits, opened.tally.spent
    for item in items:
        opened.tally.require_within()
        # What cannot be seen does not make a name another one: `.<NUL>.` is `..`.
        name = shown(item.name, len(item.name)).replace("\\", "/")
        if name.endswith("/") or lies_among_left_behind(name):
            continue
        spent.members += 1
        if spent.members > limits.members:
            raise ParseError("unsafe", f"压缩包里的文件超过 {limits.members} 个，其余未读取，请人工查看")
        yield _member(opened, item, name)
    opened.tally.require_within()


def _member(opened: Opened, item: Item, name: str) -> Member:
    path = unique_path(safe_path(name), opened.taken)
    base = path.rpartition("/")[2]
    problem = _problem(opened, item, name, base)
    chunks = None if problem else partial(_stream, opened, item, base)
    return Member(path, base, item.size, problem, chunks)


def safe_path(name: str) -> str:
    """Return a member's name as a relative path of safe names, bounded; different names stay different.

    What it begins with on its own machine goes, and `..` takes back the folder before it: nothing of ours is written
    under this name, it only tells people where a file stood.
    """
    parts = [safe_name(part) for part in _steps(name)[0] if part.strip(" .")] or [safe_name("")]
    # "!/" only ever marks what lies inside an archive.
    folders = [re.sub(r"!$", "！", part) for part in parts[:-1]]
    path = "/".join([*folders[1 - _FOLDERS :], parts[-1]])
    return path if len(path.encode()) <= _PATH_BYTES and len(folders) < _FOLDERS else _bounded(folders, parts[-1])


def _steps(name: str) -> tuple[list[str], bool]:
    """Return (folders and name that a path leads through, whether it climbs out of the archive on its way)."""
    root = _ROOT.match(name)
    steps: list[str] = []
    climbs = False
    for part in name[root.end() if root else 0 :].split("/"):
        if part.strip() == "..":
            climbs = climbs or not steps
            del steps[-1:]
        elif part.strip() not in {"", "."}:
            steps.append(part)
    return steps, climbs


def _bounded(folders: list[str], base: str) -> str:
    """Return a long path cut in its folders; a digest of all of them keeps it apart from its neighbours."""
    whole = "/".join(folders)
    mark = f"…{hashlib.sha256(whole.encode()).hexdigest()[:12]}/{base}"
    room = _PATH_BYTES - len(mark.encode())
    start = "/".join(folders[: _FOLDERS - 1]).encode()[:room].decode("utf-8", "ignore")
    return start.rstrip("/ .") + mark


def _problem(opened: Opened, item: Item, name: str, base: str) -> tuple[str, str] | None:
    """Return why a member is kept shut by what is declared of it; None where it may be opened."""
    limits = opened.tally.limits
    if _steps(name)[1]:
        return "unsafe", f"文件路径指向压缩包之外（{name[:100]}），没有打开"
    if is_program(base, b""):
        return PROGRAM
    if item.problem:
        return item.problem
    if item.size > limits.member_bytes:
        return "unsafe", too_large(limits.member_bytes)
    if item.packed is not None and opened.tally.is_bomb(item.size, item.packed):
        return "unsafe", bomb(limits.ratio)
    return None


def _stream(opened: Opened, item: Item, base: str) -> Iterator[bytes]:
    """Yield a member's content; every piece is counted against the limits before it is handed on."""
    size, tally = 0, opened.tally
    tally.require_within()
    for piece in item.pieces():
        for at in range(0, len(piece), CHUNK):
            chunk = bytes(piece[at : at + CHUNK])
            if not size and is_program(base, chunk[:HEAD_BYTES]):
                raise ParseError(*PROGRAM)
            size += len(chunk)
            if not item.counted:
                tally.add(len(chunk))
            _require_within(opened, item, size)
            yield chunk


def _require_within(opened: Opened, item: Item, size: int) -> None:
    limits = opened.tally.limits
    if size > limits.member_bytes:
        raise ParseError("unsafe", too_large(limits.member_bytes))
    if item.packed is not None and opened.tally.is_bomb(size, item.packed):
        raise ParseError("unsafe", bomb(limits.ratio))
