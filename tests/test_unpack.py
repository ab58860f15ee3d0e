"""Archives as Chinese Windows makes them, and as attackers do: what comes out is counted, what points out stays in."""

import io
import random
import struct
import time
import tracemalloc
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.archives import Member, Spent, UnpackLimits, members
from parsers.base import ParseError
from parsers.zip_directory import find_names
from tests.mail_builders import ZipMember, deflate, gbk_zip, unicode_path_field, zip_bytes

UTF8_FLAG, ENCRYPTED = 0x800, 1


def written(data: bytes, folder: Path) -> Path:
    path = folder / "a.zip"
    path.write_bytes(data)
    return path


def content(member: Member) -> bytes:
    assert member.chunks is not None
    return b"".join(member.chunks())


def listed(data: bytes, folder: Path, limits: UnpackLimits | None = None) -> tuple[list[Member], ParseError | None]:
    """Return the members an archive yields, and the error it ends with."""
    found: list[Member] = []
    try:
        # extend() keeps what came before the error.
        found.extend(members([written(data, folder)], limits))
    except ParseError as error:
        return found, error
    return found, None


def status(member: Member) -> str:
    return member.problem[0] if member.problem else "ok"


def test_names_of_chinese_windows_are_read(tmp_path: Path) -> None:
    data = gbk_zip({"万科物业\\阳光花园\\推荐表.docx": b"form", "万科物业/阳光花园/正门.jpg": b"photo"})
    found, error = listed(data, tmp_path)
    assert error is None
    assert [(m.path, m.name, content(m)) for m in found] == [
        ("万科物业/阳光花园/推荐表.docx", "推荐表.docx", b"form"),
        ("万科物业/阳光花园/正门.jpg", "正门.jpg", b"photo"),
    ]


@pytest.mark.parametrize(
    ("raw", "flags", "expected"),
    [
        ("推荐表.docx".encode("gbk"), UTF8_FLAG, "推荐表.docx"),
        ("推荐表.docx".encode(), 0, "推荐表.docx"),
        ("推荐表.docx".encode(), UTF8_FLAG, "推荐表.docx"),
        ("喆龑.docx".encode("gb18030"), 0, "喆龑.docx"),
        (b"plain.docx", 0, "plain.docx"),
    ],
)
def test_a_name_is_read_whatever_its_flag_says(raw: bytes, flags: int, expected: str, tmp_path: Path) -> None:
    [member], _ = listed(zip_bytes([ZipMember(raw, flags=flags)]), tmp_path)
    assert (member.path, content(member)) == (expected, b"x")


def test_a_unicode_path_field_wins(tmp_path: Path) -> None:
    raw = b"____.docx"
    right = ZipMember(raw, extra=unicode_path_field(raw, "推荐表.docx"))
    stale = ZipMember(b"real.docx", extra=unicode_path_field(b"another name", "x.docx"))
    found, _ = listed(zip_bytes([right, stale]), tmp_path)
    assert [member.path for member in found] == ["推荐表.docx", "real.docx"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"../../etc/x.docx", "etc/x.docx"),
        (b"..\\..\\x.docx", "x.docx"),
        (b"a/../../x.docx", "x.docx"),
        (b"C:\\..\\x.docx", "x.docx"),
        (b"/../etc/x.docx", "etc/x.docx"),
        (b".. /x.docx", "x.docx"),
        (b".\x00./x.docx", "x.docx"),
    ],
)
def test_a_path_that_points_outside_is_kept_shut_and_named(name: bytes, path: str, tmp_path: Path) -> None:
    [member], _ = listed(zip_bytes([ZipMember(name)]), tmp_path)
    assert (member.path, status(member), member.chunks) == (path, "unsafe", None)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"a//b/./../c.docx", "a/c.docx"),
        (b"/etc/x.docx", "etc/x.docx"),
        (b"C:\\Users\\x\\a.docx", "Users/x/a.docx"),
        (b"C:a.docx", "a.docx"),
        (b"\\\\server\\share\\x.docx", "server/share/x.docx"),
        (b"\\\\?\\C:\\a.docx", "a.docx"),
        ("甲..乙/…/x.docx".encode(), "甲..乙/…/x.docx"),
    ],
)
def test_a_path_that_stays_inside_or_names_the_packers_machine_is_read(name: bytes, path: str, tmp_path: Path) -> None:
    found, _ = listed(zip_bytes([ZipMember(name, b"form")]), tmp_path)
    assert [(member.path, content(member)) for member in found] == [(path, b"form")]


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (ZipMember(b"link.docx", b"/etc/passwd", outside=0o120777 << 16, system=3), "unsafe"),
        (ZipMember(b"a.docx", flags=ENCRYPTED), "encrypted"),
        (ZipMember(b"setup.exe"), "unsafe"),
        (ZipMember(b"run.BAT"), "unsafe"),
        (ZipMember("看图.lnk".encode("gbk")), "unsafe"),
        (ZipMember(b"a.docx", method=14), "unsupported"),
        (ZipMember(b"a.docx", size=600_000_000), "unsafe"),
        (ZipMember(b"a.docx", size=400_000_000), "unsafe"),
    ],
)
def test_a_member_that_must_not_be_opened_says_why(member: ZipMember, expected: str, tmp_path: Path) -> None:
    [kept, good], error = listed(zip_bytes([member, ZipMember(b"good.docx", b"good")]), tmp_path)
    assert (status(kept), kept.chunks, error) == (expected, None, None)
    assert content(good) == b"good"


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (ZipMember(b"a.docx", b"data", crc=1), "corrupt"),
        (ZipMember(b"a.docx", b"data", size=3), "corrupt"),
        (ZipMember(b"a.docx", b"data", packed=b"\xff\xff\xff"), "corrupt"),
        (ZipMember(b"a.docx", b"data", packed=deflate(b"data")[:-3]), "corrupt"),
        (ZipMember(b"photo.jpg", b"MZ\x90\x00" + bytes(100)), "unsafe"),
    ],
)
def test_damage_shows_while_reading_and_the_others_are_read(member: ZipMember, expected: str, tmp_path: Path) -> None:
    [bad, good], _ = listed(zip_bytes([member, ZipMember(b"good.docx", b"good")]), tmp_path)
    with pytest.raises(ParseError) as caught:
        content(bad)
    assert caught.value.status == expected
    assert content(good) == b"good"


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_inflates(tmp_path: Path) -> None:
    bomb = ZipMember(b"a.docx", packed=deflate(bytes(300_000_000)), size=1000)
    [member], _ = listed(zip_bytes([bomb]), tmp_path)
    assert member.chunks
    sizes: list[int] = []
    with pytest.raises(ParseError) as caught:
        sizes.extend(map(len, member.chunks()))
    assert caught.value.status == "unsafe"
    assert max(sizes) <= 1 << 20
    assert sum(sizes) <= 200 * len(bomb.packed or b"")


def test_what_packs_well_but_is_small_is_no_bomb(tmp_path: Path) -> None:
    [member], _ = listed(zip_bytes([ZipMember(b"white.bmp", bytes(9_000_000))]), tmp_path)
    assert len(content(member)) == 9_000_000


def test_the_bytes_of_all_members_and_of_archives_inside_count_together(tmp_path: Path) -> None:
    limits, spent = UnpackLimits(archive_bytes=2_500), Spent()
    path = written(zip_bytes([ZipMember(b"a", bytes(1000)), ZipMember(b"b", bytes(1000))]), tmp_path)
    assert sum(len(content(member)) for member in members([path], limits, spent)) == 2000
    with pytest.raises(ParseError) as caught:
        content(next(members([path], limits, spent)))
    assert caught.value.status == "unsafe"
    assert (spent.members, spent.bytes) == (3, 3000)


def test_entries_that_share_their_bytes_are_kept_shut(tmp_path: Path) -> None:
    good, whole = (
        ZipMember(b"good.txt", b"good"),
        zip_bytes([ZipMember(b"a.txt", b"data"), ZipMember(b"b.txt", b"data")]),
    )
    # Both central entries point to the first local header.
    second = whole.rfind(b"PK\x01\x02")
    shared = whole[: second + 42] + struct.pack("<I", 0) + whole[second + 46 :]
    found, _ = listed(shared, tmp_path)
    assert [status(member) for member in found] == ["unsafe", "unsafe"]
    assert [status(member) for member in listed(zip_bytes([good, good]), tmp_path)[0]] == ["ok", "ok"]


def test_folders_and_what_systems_leave_behind_are_passed_over(tmp_path: Path) -> None:
    names = [
        "小区/",
        "小区\\子\\",
        "__MACOSX/._x.docx",
        "小区/._x.docx",
        "小区/.DS_Store",
        "小区/Thumbs.db",
        "小区/x.docx",
    ]
    found, _ = listed(
        zip_bytes([ZipMember(name.encode(), b"" if name[-1] in "/\\" else b"x") for name in names]), tmp_path
    )
    assert [member.path for member in found] == ["小区/x.docx"]


def test_repeated_paths_are_told_apart(tmp_path: Path) -> None:
    found, _ = listed(zip_bytes([ZipMember(b"a/x.docx", b"1"), ZipMember(b"a/x.docx", b"2")]), tmp_path)
    assert [(member.path, content(member)) for member in found] == [("a/x.docx", b"1"), ("a/x (2).docx", b"2")]


def test_sixty_thousand_members_end_at_the_limit(tmp_path: Path) -> None:
    data = zip_bytes([ZipMember(b"%d" % number, b"", method=0) for number in range(60_000)])
    start = time.process_time()
    found, error = listed(data, tmp_path)
    assert time.process_time() - start < 10
    assert len(found) == 2_000
    assert error
    assert error.status == "unsafe"


@pytest.mark.parametrize("cut", [5, 60, 100, 130])
def test_a_truncated_archive_gives_what_is_whole_and_says_that_more_is_missing(cut: int, tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(50)
    data = zip_bytes([ZipMember("一.docx".encode("gbk"), b"first"), ZipMember(b"2.docx", noise)])
    found, error = listed(data[:-cut], tmp_path)
    assert (found[0].path, content(found[0])) == ("一.docx", b"first")
    assert error
    assert error.status == "corrupt"


def test_a_truncated_archive_that_was_streamed_gives_what_is_whole(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):
        """What cannot seek makes zipfile put the sizes behind the data."""

        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(data)  # type: ignore[call-overload]
            return len(data)  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.docx", b"first")
        archive.writestr("2.docx", random.Random(2).randbytes(5000))
    found, error = listed(bytes(pipe.data[:3000]), tmp_path)
    assert content(found[0]) == b"first"
    with pytest.raises(ParseError):
        content(found[1])
    assert error


def test_a_local_header_alone_is_corrupt_as_a_whole(tmp_path: Path) -> None:
    assert listed(b"PK\x03\x04", tmp_path)[1].status == "corrupt"  # type: ignore[union-attr]


def test_a_zip64_archive_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("big.bin", "w", force_zip64=True) as out:
            out.write(b"data")
        archive.comment = b"PK\x05\x06 in a comment"
    [member] = members([path])
    assert content(member) == b"data"
    many = tmp_path / "many.zip"
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(66_000):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    assert len(find_names(many, 70_000) or []) == 66_000


def test_a_zip64_field_gives_the_true_sizes(tmp_path: Path) -> None:
    field = struct.pack("<HHQQ", 1, 16, 4, len(deflate(b"data")))
    one = ZipMember(b"a.docx", b"data", extra=field, size=0xFFFFFFFF)
    raw = zip_bytes([one])
    # The packed size, too, says "look there" in the central directory.
    at = raw.find(b"PK\x01\x02") + 20
    [member], _ = listed(raw[:at] + b"\xff" * 4 + raw[at + 4 :], tmp_path)
    assert (member.size, content(member)) == (4, b"data")


def test_something_before_the_archive_does_no_harm(tmp_path: Path) -> None:
    [member], error = listed(zip_bytes([ZipMember(b"a.docx", b"data")], prefix=b"PK\x07\x08junk"), tmp_path)
    assert (content(member), error) == (b"data", None)


def test_a_volume_of_a_split_archive_says_what_is_missing(tmp_path: Path) -> None:
    raw = bytearray(zip_bytes([ZipMember(b"a.docx")]))
    raw[-18:-14] = struct.pack("<2H", 2, 0)
    assert listed(bytes(raw), tmp_path)[1].status == "volume_missing"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("head", "expected", "word"),
    [
        (b"Rar!\x1a\x07\x01\x00", "corrupt", "重发"),
        (b"7z\xbc\xaf'\x1c\x00\x04", "corrupt", "重发"),
        (b"\x1f\x8b\x08\x00", "corrupt", "重发"),
        (bytes(257) + b"ustar", "corrupt", "重发"),
        (b"hello", "corrupt", "重发"),
        (b"", "corrupt", "重发"),
    ],
)
def test_what_cannot_be_opened_says_what_a_person_can_do(head: bytes, expected: str, word: str, tmp_path: Path) -> None:
    _, error = listed(head, tmp_path)
    assert error
    assert error.status == expected
    assert word in error.reason


def test_a_large_member_streams_through_flat_memory(tmp_path: Path) -> None:
    noise = random.Random(3).randbytes(1 << 20)
    path = written(
        zip_bytes([ZipMember(b"video.mp4", noise * 40, method=0), ZipMember(b"b.mp4", noise * 40)]), tmp_path
    )
    tracemalloc.start()
    sizes = [sum(map(len, member.chunks())) for member in members([path]) if member.chunks]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sizes == [40 << 20] * 2
    assert peak < 8_000_000


def test_pieces_are_whole_when_the_last_one_is_full(tmp_path: Path) -> None:
    for size in (1 << 20, (1 << 20) + 1, (1 << 20) - 1, 2 << 20):
        [member], _ = listed(zip_bytes([ZipMember(b"a.bin", bytes(size))]), tmp_path)
        assert zlib.crc32(content(member)) == zlib.crc32(bytes(size))


BASE = zip_bytes([ZipMember(b"a/x.docx", b"first"), ZipMember("二.docx".encode("gbk"), bytes(200))])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.integers(0, len(BASE) - 1), piece=st.binary(min_size=1, max_size=8), cut=st.integers(0, 60))
def test_damage_anywhere_raises_nothing_but_parse_errors(at: int, piece: bytes, cut: int, tmp_path: Path) -> None:
    data = BASE[:at] + piece + BASE[at + len(piece) :]
    found, _ = listed(data[: len(data) - cut], tmp_path)
    for member in found:
        assert not Path(member.path).is_absolute()
        assert ".." not in member.path.split("/")
        if member.chunks:
            with suppress(ParseError):
                content(member)
