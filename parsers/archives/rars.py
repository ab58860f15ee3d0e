"""Answers what a RAR archive holds: rarfile lists it, and one `unar` process unpacks its files into a pipe."""

import os
import selectors
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import rarfile
from Cryptodome.Cipher import AES

from parsers.archives.model import (
    BAD_CHECKSUM,
    BROKEN_MEMBER,
    CHUNK,
    CUT_OFF,
    DAMAGE,
    LINK,
    NOT_AN_ARCHIVE,
    VOLUME_MISSING,
    Item,
    Opened,
)
from parsers.base import ParseError

_ERRORS = (rarfile.Error, *DAMAGE)
_NO_TOOL = "打开 RAR 压缩包需要 unar 程序：请管理员在服务器上安装 unar（apt-get install unar），再重新读取"
_RAR5, _NEW_NAMES = b"Rar!\x1a\x07\x01\x00", 0x0010
_HARD_LINK, _COPY = 4, 5
# A solid archive is unpacked from its start to reach a late file; nothing for so long means that it hangs.
_SILENCE = 120
# Each restart after damage unpacks a solid archive from its start again.
_RESTARTS = 20
_CHILD_MEMORY = 2_000_000_000


def items(opened: Opened) -> Iterator[Item]:
    """Yield the entries of a RAR archive, of one file or of volumes."""
    if shutil.which("unar") is None:
        raise ParseError("unsupported", _NO_TOOL)
    # In a folder of its own: unar takes unrelated neighbours for volumes, and volumes are found by their names.
    with tempfile.TemporaryDirectory(prefix="zhengji-rar-") as folder:
        first = _named(opened.paths, Path(folder))
        listing = _Listing.of(opened, first)
        pipe = _Pipe(opened, first, listing)
        try:
            yield from _items(opened, listing, pipe)
        finally:
            pipe.close()
        if listing.cut:
            raise ParseError("corrupt", CUT_OFF)


def _named(paths: Sequence[Path], folder: Path) -> Path:
    """Link the volumes under names by which they find each other; return the first."""
    with paths[0].open("rb") as file:
        head = file.read(12)
    new = head.startswith(_RAR5) or bool(int.from_bytes(head[10:12], "little") & _NEW_NAMES)
    for number, path in enumerate(paths):
        old = f"a.{chr(ord('r') + (number - 1) // 100)}{(number - 1) % 100:02}" if number else "a.rar"
        (folder / (f"a.part{number + 1:05}.rar" if new else old)).symlink_to(path.absolute())
    return folder / ("a.part00001.rar" if new else "a.rar")


@dataclass
class _Listing:
    """The entries of an archive under the numbers that unar gives them, and whether more should follow."""

    entries: list[Any]
    password: str | None
    cut: bool

    @classmethod
    def of(cls, opened: Opened, first: Path) -> "_Listing":
        """List an archive; encrypted headers are tried with every candidate."""
        # The settings of rarfile are its module's variables; header encryption needs one cipher.
        rarfile.TRY_ENCODINGS = ("utf8", "gb18030")
        rarfile.AES, rarfile._have_crypto = AES, 2  # noqa: SLF001
        listed, hidden = _parsed(first, None)
        if not hidden:
            return listed
        for password in opened.passwords:
            with suppress(ParseError):
                listed, hidden = _parsed(first, password)
                if listed.entries and not hidden:
                    return listed
        raise ParseError(*opened.encrypted())


def _parsed(first: Path, password: str | None) -> tuple[_Listing, bool]:
    """Return what an archive lists, and whether its headers are still hidden."""
    entries: list[Any] = []
    blocks: list[Any] = []

    def note(block: Any) -> None:  # noqa: ANN401 (rarfile has no types)
        blocks[:] = [block]
        if block.type == rarfile.RAR_BLOCK_FILE:
            _note(entries, block)

    try:
        rarfile.tool_setup(unrar=False, bsdtar=False, sevenzip=False, sevenzip2=False)
        archive = _RarFile(first, note, password)
    except rarfile.NeedFirstVolume as error:
        raise ParseError("volume_missing", VOLUME_MISSING) from error
    except rarfile.RarCannotExec as error:
        raise ParseError("unsupported", _NO_TOOL) from error
    except _ERRORS as error:
        raise ParseError("corrupt", NOT_AN_ARCHIVE) from error
    fault = archive.strerror() or ""
    if "volume" in fault:
        raise ParseError("volume_missing", VOLUME_MISSING)
    if fault and not entries and not archive.needs_password():
        raise ParseError("corrupt", NOT_AN_ARCHIVE)
    return _Listing(entries, password, bool(fault) or _is_cut(blocks)), archive.needs_password() and not entries


def _is_cut(last: Sequence[Any]) -> bool:
    """Tell whether the data of the last block go on behind the end of its file."""
    return any(block.data_offset + block.add_size > Path(block.volume_file).stat().st_size for block in last)


class _RarFile(rarfile.RarFile):  # type: ignore[misc]
    """A listing with its password known from the start: setting it later parses everything twice."""

    def __init__(self, first: Path, note: Any, password: str | None) -> None:  # noqa: ANN401
        self._early = password
        super().__init__(str(first), info_callback=note)

    def _parse(self) -> None:
        self._password = self._early
        super()._parse()


def _note(entries: list[Any], block: Any) -> None:  # noqa: ANN401
    """Keep an entry; the part of a file in a later volume has the checksum of the whole."""
    if not block.flags & rarfile.RAR_FILE_SPLIT_BEFORE:
        entries.append(block)
    elif entries:
        entries[-1].CRC, entries[-1].blake2sp_hash = block.CRC, block.blake2sp_hash
        entries[-1].flags &= ~rarfile.RAR_FILE_SPLIT_AFTER


def _items(opened: Opened, listing: _Listing, pipe: "_Pipe") -> Iterator[Item]:
    for number, info in enumerate(listing.entries):
        redirected = info.file_redir[0] if info.file_redir else 0
        name = f"{info.filename.rstrip('/')}/" if info.is_dir() else info.filename
        # An older version of a file, kept beside the new one.
        if redirected == _COPY:
            source = pipe.find(info.file_redir[2])
            problem = None if source is not None else ("corrupt", BROKEN_MEMBER)
            yield Item(name, info.file_size, partial(pipe.content, source or 0), problem)
            continue
        problem = LINK if redirected or info.is_symlink() else None
        if problem is None and info.needs_password() and not pipe.opens(number):
            problem = opened.encrypted()
        yield Item(name, info.file_size or 0, partial(pipe.content, number), problem, _packed(info))


def _packed(info: Any) -> int | None:  # noqa: ANN401
    """Return what a file takes in the archive; a file of a solid one, or one in several volumes, cannot say."""
    split = info.flags & (rarfile.RAR_FILE_SPLIT_AFTER | rarfile.RAR_FILE_SOLID)
    return None if split else int(info.compress_size)


class _Pipe:
    """The process that unpacks, and which file comes out of it next."""

    def __init__(self, opened: Opened, first: Path, listing: _Listing) -> None:
        self._opened, self._first, self._listing = opened, first, listing
        self._process: subprocess.Popen[bytes] | None = None
        self._next: list[int] = []
        self._starts = 0
        self._right: str | None = listing.password
        self._tried = False

    def find(self, name: str) -> int | None:
        """Return the number of the plain file of this name."""
        entries = self._listing.entries
        return next((at for at, info in enumerate(entries) if info.filename == name and _is_plain(info)), None)

    def opens(self, number: int) -> bool:
        """Tell whether a candidate for the password is right; the smallest encrypted file proves it."""
        if self._right is None and not self._tried and self._opened.passwords:
            self._tried = True
            entries = self._listing.entries
            locked = [at for at, info in enumerate(entries) if info.needs_password() and _is_plain(info)]
            proof = min(locked, key=lambda at: entries[at].file_size, default=number)
            self._right = next((one for one in self._opened.passwords if self._proves(one, proof)), None)
            self.close()
        return self._right is not None

    def _proves(self, password: str, number: int) -> bool:
        self._right = password
        size = self._listing.entries[number].file_size
        if size > self._opened.tally.limits.member_bytes:
            return False
        self.close()
        try:
            self._start([number])
            return bool(sum(map(len, self._content(number))) == size)
        except ParseError:
            return False

    def content(self, number: int) -> Iterator[bytes]:
        """Yield a file's content, checked; those before it that nobody asked for are passed over, and counted."""
        while self._next and self._next[0] < number:
            try:
                for piece in self._content(self._next[0]):
                    self._opened.tally.add(len(piece))
            except ParseError:
                self._opened.tally.require_within()
                self.close()
        if self._process is None or not self._next or self._next[0] != number:
            self._start([at for at, info in enumerate(self._listing.entries) if at >= number and _is_plain(info)])
        yield from self._content(number)

    def _content(self, number: int) -> Iterator[bytes]:
        info, whole = self._listing.entries[number], False
        self._next.pop(0)
        check = _Check(info)
        try:
            left = info.file_size
            while left > 0:
                piece = self._piece(min(left, CHUNK))
                left -= len(piece)
                check.add(piece)
                yield piece
            check.require_right()
            whole = True
        finally:
            # What follows in the pipe cannot be told apart any more.
            if not whole:
                self.close()

    def _piece(self, most: int) -> bytes:
        if self._process is None or self._process.stdout is None:
            raise ParseError("corrupt", BROKEN_MEMBER)
        piece = _read(self._process.stdout, most)
        if not piece:
            raise ParseError("corrupt", BROKEN_MEMBER)
        return piece

    def _start(self, numbers: list[int]) -> None:
        self.close()
        self._starts += 1
        if self._starts > _RESTARTS + len(self._opened.passwords):
            raise ParseError("corrupt", "压缩包损坏之处太多，这个文件没有再读，请对方重发")
        command = ["unar", "-quiet", "-no-recursion", "-forks", "skip", "-output-directory", "-"]
        command += ["-password", self._right or "", "-indexes", str(self._first), *map(str, numbers)]
        # Without a locale a Chinese password does not arrive; its caches go where the archive's links are.
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": str(self._first.parent)}
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, env=env
        )
        _bound(self._process.pid)
        self._next = list(numbers)

    def close(self) -> None:
        """End the process."""
        process, self._process, self._next = self._process, None, []
        if process is not None:
            process.kill()
            if process.stdout is not None:
                process.stdout.close()
            process.wait()


def _is_plain(info: Any) -> bool:  # noqa: ANN401
    return bool(info.is_file()) and not info.is_symlink() and not info.file_redir


def _read(pipe: IO[bytes], most: int) -> bytes:
    """Return what comes next, nothing at the end or where nothing comes for too long."""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        return os.read(pipe.fileno(), most) if selector.select(_SILENCE) else b""


def _bound(process: int) -> None:
    """Bound the memory of the process: an archive may ask for a dictionary of gigabytes."""
    with suppress(ImportError, OSError):
        import resource

        resource.prlimit(process, resource.RLIMIT_AS, (_CHILD_MEMORY, _CHILD_MEMORY))


class _Check:
    """The checksum of a file as it comes; where it has none that can be known, its size must do."""

    def __init__(self, info: Any) -> None:  # noqa: ANN401
        self._info = info
        blake = info.blake2sp_hash
        self._sum = rarfile.Blake2SP() if blake else rarfile.CRC32Context()
        # In RAR5 an encrypted file's checksum is mixed with its key.
        mixed = info.needs_password() and getattr(info, "file_encryption", None) and info.file_encryption[1] & 2
        self._expected = None if mixed else blake or info.CRC

    def add(self, piece: bytes) -> None:
        self._sum.update(piece)

    def require_right(self) -> None:
        if self._expected is not None and self._sum.digest() != self._expected:
            raise ParseError("corrupt", BAD_CHECKSUM)
