"""What every archive reader takes and gives: the opened archive with its limits, items as found, members as given."""

import lzma
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from parsers.base import ParseError

CHUNK = 1 << 20
# The dictionary of a packer may ask for gigabytes; what is read here takes at most this much.
MEMORY = 150_000_000
# What libraries answer strangers' bytes with, besides their own errors.
DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)
NOT_AN_ARCHIVE = "文件已损坏，或不是压缩包，打不开；请对方重发"
CUT_OFF = "压缩包不完整（可能上传或转发时中断），能读出的文件已读出，请对方重发"
BROKEN_MEMBER = "压缩包内的这个文件已损坏，解不开，请对方重发"
BAD_CHECKSUM = "压缩包内的这个文件已损坏（校验不符），请对方重发"
LINK = ("unsafe", "这是指向别处的链接，不是文件，没有打开")
SPECIAL = ("unsafe", "这是设备或管道，不是文件，没有打开")
VOLUME_MISSING = "这是分卷压缩包，缺少其中的卷，须各卷齐全才能打开，请对方补发缺少的卷，或用不分卷的 zip 重发"
TOO_MUCH_MEMORY = "解压需要的内存过大，没有打开，请解压后用普通 zip 重新压缩，再手工导入"


@dataclass(frozen=True)
class UnpackLimits:
    """Caps on one archive: members, bytes of a member and of all, inflated ÷ packed, nesting.

    The ratio holds for a member and for the whole archive, above `free_bytes`: a page of white pixels packs very well.
    """

    members: int = 2_000
    member_bytes: int = 500_000_000
    archive_bytes: int = 2_000_000_000
    ratio: int = 200
    depth: int = 4
    free_bytes: int = 10_000_000


@dataclass
class Spent:
    """What the archives of a mail have taken so far: pass the same one to all, so that they share the limits."""

    members: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Member:
    """One file of an archive: `path` as 企业/小区/x.docx, unique in it, at most 600 bytes; `size` as declared, or 0.

    `chunks()` streams the content in pieces of at most 1 MiB and raises ParseError where it is damaged, over a limit
    or a program; it is None where `problem` (status, Chinese reason) says why the member is kept shut. Members are read
    in order, each before the next one is asked for; passing over one is fine.
    """

    path: str
    name: str
    size: int
    problem: tuple[str, str] | None
    chunks: Callable[[], Iterator[bytes]] | None


@dataclass(frozen=True)
class Item:
    """One entry as its archive declares it: nothing of it is to be believed before it was read.

    `packed` is what it takes in the archive, None where that cannot be told; `counted` says that the reader itself
    tells the tally what comes out.
    """

    name: str
    size: int
    pieces: Callable[[], Iterator[bytes]]
    problem: tuple[str, str] | None = None
    packed: int | None = None
    counted: bool = False


@dataclass
class Tally:
    """Counts what comes out of one archive of `packed` bytes; ParseError `unsafe` at the limits, and ever after."""

    limits: UnpackLimits
    spent: Spent
    packed: int
    out: int = 0

    def add(self, count: int) -> None:
        """Count bytes that came out."""
        self.spent.bytes += count
        self.out += count
        self.require_within()

    def require_within(self) -> None:
        """Raise ParseError where too much came out already."""
        if self.spent.bytes > self.limits.archive_bytes:
            raise ParseError("unsafe", f"压缩包{too_large(self.limits.archive_bytes)}")
        if self.is_bomb(self.out, self.packed):
            raise ParseError("unsafe", f"压缩包{bomb(self.limits.ratio)}")

    def is_bomb(self, out: int, packed: int) -> bool:
        """Tell whether so much out of so little is suspicious."""
        return out > self.limits.free_bytes and out > self.limits.ratio * max(packed, 1)


@dataclass(frozen=True)
class Opened:
    """One archive to read: its file or the volumes of its set in order, the candidates for its password, its tally."""

    paths: Sequence[Path]
    tally: Tally
    passwords: Sequence[str] = ()
    taken: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether the archive is one file, not a set of volumes."""
        return len(self.paths) == 1

    def cut(self) -> ParseError:
        """Return the error of an archive whose end is missing: of a set it is the last volumes that are."""
        return ParseError("corrupt", CUT_OFF) if self.whole else ParseError("volume_missing", VOLUME_MISSING)

    def encrypted(self) -> tuple[str, str]:
        """Return the status and reason of what no password opens."""
        if not self.passwords:
            return "encrypted", "压缩包加了密码，打不开，请对方提供密码或改发不加密的压缩包"
        tried = f"已试过 {len(self.passwords)} 个密码，都不对"
        return "encrypted", f"压缩包加了密码，{tried}；请对方提供正确的密码或改发不加密的压缩包"


def too_large(most: int) -> str:
    """Return the sentence for what is over a limit of bytes."""
    return f"解压后超过 {most // 1_000_000} MB，没有打开，请人工查看"


def bomb(ratio: int) -> str:
    """Return the sentence for what is over the limit of inflated ÷ packed."""
    return f"解压后是压缩前的 {ratio} 倍以上，疑为压缩炸弹，没有打开"
