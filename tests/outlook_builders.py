"""Builds what Outlook makes: compound files (.msg) and TNEF (winmail.dat), byte by byte."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SENT = datetime(2026, 8, 1, 1, 30, tzinfo=UTC)
Tree = Mapping[str, "bytes | Tree"]


@dataclass
class _Writer:
    """A compound file as it grows: sectors and their table, small streams and theirs, entries."""

    sectors: list[bytes] = field(default_factory=list)
    fat: list[int] = field(default_factory=list)
    mini: bytearray = field(default_factory=bytearray)
    mini_fat: list[int] = field(default_factory=list)
    entries: list[list[object]] = field(default_factory=list)

    def put(self, data: bytes) -> int:
        """Add data as a chain of sectors; return the first."""
        if not data:
            return _END
        first, count = len(self.sectors), -(-len(data) // _SECTOR)
        self.sectors += [data[at * _SECTOR : (at + 1) * _SECTOR].ljust(_SECTOR, b"\0") for at in range(count)]
        self.fat += [*range(first + 1, first + count), _END]
        return first

    def put_small(self, data: bytes) -> int:
        if not data:
            return _END
        first, count = len(self.mini_fat), -(-len(data) // _MINI)
        self.mini += data.ljust(count * _MINI, b"\0")
        self.mini_fat += [*range(first + 1, first + count), _END]
        return first

    def add(self, tree: Tree) -> int:
        """Add a storage's children, each the right neighbour of the one before; return the first."""
        previous, first = -1, _FREE
        for name, content in tree.items():
            number = len(self.entries)
            self.entries.append([name, 1, _FREE, _FREE, _END, 0])
            if isinstance(content, bytes):
                start = self.put(content) if len(content) >= _CUTOFF else self.put_small(content)
                self.entries[number] = [name, 2, _FREE, _FREE, start, len(content)]
            else:
                self.entries[number][3] = self.add(content)
            if previous >= 0:
                self.entries[previous][2] = number
            first, previous = (number if first == _FREE else first), number
        return first


def compound(tree: Tree) -> bytes:
    """Return a compound file (version 3) with storages as mappings and streams as bytes."""
    writer = _Writer(entries=[["Root Entry", 5, _FREE, _FREE, _END, 0]])
    writer.entries[0][3] = writer.add(tree)
    writer.entries[0][4:] = [writer.put(bytes(writer.mini)), len(writer.mini)]
    mini_fat = writer.put(struct.pack(f"<{len(writer.mini_fat)}I", *writer.mini_fat))
    directory = writer.put(b"".join(_entry(*entry) for entry in writer.entries))  # type: ignore[arg-type]
    count = -(-(len(writer.fat) + 109) // 127)
    fat = [*writer.fat, *[_FAT] * count]
    table = struct.pack(f"<{len(fat)}I", *fat)
    places = range(len(writer.sectors), len(writer.sectors) + count)
    writer.put(table.ljust(count * _SECTOR, b"\xff"))
    head = struct.pack("<8s16x5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 62, 3, 0xFFFE, 9, 6, 0, count, directory, 0, _CUTOFF, mini_fat, 1, _END, 0)  # fmt: skip
    listed = struct.pack("<109I", *places, *[_FREE] * (109 - count))
    return head + listed + b"".join(writer.sectors)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    return struct.pack("<64sHBB3I36xIQ", raw, len(raw) + 2, kind, 1, _FREE, right, child, start, size)


def msg_tree(
    subject: str = "杭州推荐材料",
    sender: tuple[str, str] = ("杭州物协", "HZWX@163.com"),
    to: Sequence[str] = ("zjwx@qq.com",),
    body: str = "请查收",
    files: Mapping[str, bytes | Tree] | None = None,
    *,
    outermost: bool = True,
    **streams: bytes,
) -> Tree:
    """Return the storages of a message; a file that is a tree is a message attached. `x10130102=…` adds a stream."""
    moment = int((_SENT - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds() * 10_000_000)
    sent_property = struct.pack("<HHIQ", 0x0040, 0x0039, 6, moment)
    tree: dict[str, bytes | Tree] = {
        "__properties_version1.0": bytes(32 if outermost else 24) + sent_property,
        **{f"__substg1.0_{number}001F": text.encode("utf-16-le") for number, text in (("0037", subject), ("0C1A", sender[0]), ("5D01", sender[1]), ("1000", body)) if text},
        **{f"__substg1.0_{name[1:]}": data for name, data in streams.items()},
    }  # fmt: skip
    for number, address in enumerate(to):
        kind = struct.pack("<HHIQ", 3, 0x0C15, 6, 1)
        tree[f"__recip_version1.0_#{number:08X}"] = {"__properties_version1.0": bytes(8) + kind, "__substg1.0_39FE001F": address.encode("utf-16-le")}  # fmt: skip
    for number, (name, data) in enumerate((files or {}).items()):
        content = "__substg1.0_37010102" if isinstance(data, bytes) else "__substg1.0_3701000D"
        tree[f"__attach_version1.0_#{number:08X}"] = {"__properties_version1.0": bytes(8), "__substg1.0_3707001F": name.encode("utf-16-le"), content: data}  # fmt: skip
    return tree


def _attribute(level: int, tag: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, tag, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def tnef(files: Mapping[str, bytes], *, long_names: bool = True, message: bytes = b"") -> bytes:
    """Return a TNEF file; without `long_names` names stand in GBK alone; `message` is a TNEF attached to it."""
    out = struct.pack("<IH", 0x223E9F78, 1) + _attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    for number, (name, data) in enumerate(files.items()):
        short = name.encode("gb18030") if not long_names else f"ATT{number}~1.DAT".encode()
        out += (
            _attribute(2, 0x00069002, bytes(14))
            + _attribute(2, 0x00018010, short + b"\0")
            + _attribute(2, 0x0006800F, data)
        )
        wide = name.encode("utf-16-le") + b"\0\0"
        named = struct.pack("<HH16sII", 3, 0x8001, bytes(16), 0, 1) + struct.pack("<I", 7)
        long_name = struct.pack("<HHII", 0x1F, 0x3707, 1, len(wide)) + wide + bytes(-len(wide) % 4)
        out += _attribute(2, 0x00069005, struct.pack("<I", 2) + named + long_name) if long_names else b""
    if message:
        content = bytes(16) + message
        value = struct.pack("<IHHII", 1, 0x0D, 0x3701, 1, len(content)) + content + bytes(-len(content) % 4)
        out += _attribute(2, 0x00069002, bytes(14)) + _attribute(2, 0x00018010, "转发".encode("gbk") + b"\0")
        out += _attribute(2, 0x00069005, value)
    return out
