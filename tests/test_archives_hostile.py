"""Archives as attackers make them, in every format: nothing points outside, bombs stop early, damage stays an error."""

import gzip
import io
import lzma
import random
import struct
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path

import py7zr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.archives import Spent, UnpackLimits, members
from tests.archive_builders import PACKERS, RAR, locked_zip, read, seven_zip, stored, tar, tar_entry, tar_of
from tests.mail_builders import ZipMember, unicode_path_field, zip_bytes

NOISE = random.Random(6).randbytes(3000)
BOMB = bytes(30_000_000)


def plain_zip(files: dict[str, bytes]) -> bytes:
    return zip_bytes([ZipMember(name.encode(), data) for name, data in files.items()])


def tgz(files: dict[str, bytes]) -> bytes:
    return gzip.compress(tar(files))


MAKERS: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "zip": plain_zip,
    "locked zip": lambda files: locked_zip(files, "p"),
    "7z": seven_zip,
    "tar": tar,
    "tgz": tgz,
}


@pytest.mark.parametrize("kind", ["zip", "locked zip", "7z", "tgz"])
def test_a_bomb_is_stopped_after_ten_megabytes(kind: str, tmp_path: Path) -> None:
    spent = Spent()
    found, end = read(stored(tmp_path, MAKERS[kind]({"a.bmp": BOMB})), ["p"], spent=spent)
    assert "unsafe" in {end, *found.values()}
    assert spent.bytes <= 12_000_000


@pytest.mark.parametrize("kind", list(PACKERS))
def test_a_single_compressed_bomb_is_stopped_after_ten_megabytes(kind: str, tmp_path: Path) -> None:
    spent = Spent()
    found, end = read(stored(tmp_path, PACKERS[kind](BOMB)), spent=spent)
    assert "unsafe" in {end, *found.values()}
    assert spent.bytes <= 12_000_000


@pytest.mark.parametrize("kind", ["zip", "locked zip", "7z", "tgz"])
def test_many_small_members_do_not_escape_the_ratio(kind: str, tmp_path: Path) -> None:
    spent = Spent()
    packed = MAKERS[kind]({f"{number}.bmp": bytes(3_000_000) for number in range(12)})
    found, end = read(stored(tmp_path, packed), ["p"], spent=spent)
    assert (end, len(found) < 12) == ("unsafe", True)
    assert spent.bytes <= 13_000_000


@pytest.mark.parametrize("kind", ["7z", "tgz"])
def test_what_is_passed_over_counts_too(kind: str, tmp_path: Path) -> None:
    packed = MAKERS[kind]({"setup.exe": BOMB, "a.txt": b"a"})
    spent = Spent()
    found, end = read(stored(tmp_path, packed), spent=spent)
    assert found["setup.exe"] == "unsafe"
    assert end == "unsafe"
    assert spent.bytes <= 12_000_000


@pytest.mark.parametrize("kind", list(MAKERS))
def test_the_limits_of_bytes_and_members_hold_in_every_format(kind: str, tmp_path: Path) -> None:
    paths = stored(tmp_path, MAKERS[kind]({f"{number}.bin": NOISE for number in range(9)}))
    assert read(paths, ["p"], UnpackLimits(archive_bytes=8000))[1] == "unsafe"
    assert set(read(paths, ["p"], UnpackLimits(member_bytes=2000))[0].values()) == {"unsafe"}
    found, end = read(paths, ["p"], UnpackLimits(members=4))
    assert (len(found), end) == (4, "unsafe")


@pytest.mark.parametrize("kind", list(MAKERS))
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/x.docx", {"etc/x.docx": "unsafe"}),
        ("a/../../x.docx", {"x.docx": "unsafe"}),
        ("..\\x.docx", {"x.docx": "unsafe"}),
        ("/etc/x.docx", {"etc/x.docx": b"x"}),
        ("C:\\Windows\\x.docx", {"Windows/x.docx": b"x"}),
        ("a/./b/../x.docx", {"a/x.docx": b"x"}),
    ],
)
def test_a_path_leads_nowhere_outside_in_every_format(
    kind: str, name: str, expected: dict[str, bytes | str], tmp_path: Path
) -> None:
    # 7z and pyzipper refuse such names: the same length is put in afterwards.
    harmless = "z" * len(name)
    packed = MAKERS["zip" if kind == "locked zip" else kind]({harmless: b"x", "good.txt": b"good"})
    if kind == "7z":
        packed = renamed_7z(harmless, name)
    elif kind == "tgz":
        packed = gzip.compress(tar_of([(tar_entry(name, 1), b"x"), (tar_entry("good.txt", 4), b"good")]))
    elif kind == "tar":
        packed = tar_of([(tar_entry(name, 1), b"x"), (tar_entry("good.txt", 4), b"good")])
    else:
        packed = packed.replace(harmless.encode(), name.encode())
    folder = tmp_path / "vault"
    folder.mkdir()
    found, _ = read(stored(folder, packed), ["p"])
    assert found == expected | {"good.txt": b"good"}
    # Nothing was written beside what was opened.
    assert list(tmp_path.iterdir()) == [folder]
    assert len(list(folder.iterdir())) == 1


def renamed_7z(old: str, new: str) -> bytes:
    """Return a 7z with a plain header, in which a name was put for another."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.set_encoded_header_mode(False)
        archive.writestr(b"x", old)
        archive.writestr(b"good", "good.txt")
    raw = bytearray(out.getvalue().replace(old.encode("utf-16-le"), new.encode("utf-16-le")))
    return resigned(raw)


def resigned(raw: bytearray) -> bytes:
    offset, length = struct.unpack_from("<QQ", raw, 12)
    struct.pack_into("<I", raw, 28, zlib.crc32(raw[32 + offset : 32 + offset + length]))
    struct.pack_into("<I", raw, 8, zlib.crc32(raw[12:32]))
    return bytes(raw)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_devices_and_pipes_in_a_tar_are_kept_shut(kind: bytes, tmp_path: Path) -> None:
    packed = tar_of([(tar_entry("a.docx", kind=kind, target="/etc/passwd"), b""), (tar_entry("b.txt", 1), b"b")])
    assert read(stored(tmp_path, packed)) == ({"a.docx": "unsafe", "b.txt": b"b"}, "ok")


def test_links_of_rar_and_7z_are_kept_shut(tmp_path: Path) -> None:
    assert read([RAR / "rar3-symlink-unix.rar"])[0] == {
        "data_link": "unsafe",
        "data.txt": b"data\n",
        "random_link": "unsafe",
    }
    assert read([RAR / "rar5-hlink.rar"])[0]["stest2.txt"] == "unsafe"
    assert read([RAR / "rar5-evil-symlink-traversal.rar"])[0]["up"] == "unsafe"
    assert list(read([RAR / "rar5-symlink-win.rar"])[0].values())[1:] == ["unsafe"] * 4
    link = tmp_path / "link"
    link.symlink_to("/etc/passwd")
    with py7zr.SevenZipFile(tmp_path / "a.7z", "w") as archive:
        archive.write(link, "link")
    assert read([tmp_path / "a.7z"])[0] == {"link": "unsafe"}


@pytest.mark.parametrize("kind", list(MAKERS))
def test_programs_are_kept_shut_by_name_and_by_content(kind: str, tmp_path: Path) -> None:
    packed = MAKERS[kind]({"setup.exe": b"x", "photo.jpg": b"MZ\x90\x00" + bytes(100), "b.txt": b"b"})
    assert read(stored(tmp_path, packed), ["p"])[0] == {"setup.exe": "unsafe", "photo.jpg": "unsafe", "b.txt": b"b"}


def test_a_unicode_path_with_nul_and_direction_marks_does_not_reach_the_reason(tmp_path: Path) -> None:
    raw = b"____.docx"
    field = unicode_path_field(raw, "../\x00\u202excod.\x07docx" + "长" * 500)
    [member] = members(stored(tmp_path, zip_bytes([ZipMember(raw, extra=field)])))
    assert member.problem
    assert "../xcod.docx长" in member.problem[1]
    assert not set("\x00\x07\u202e") & set(member.problem[1] + member.path + member.name)
    assert len(member.problem[1]) < 200


def test_a_hidden_nul_does_not_make_a_path_look_harmless(tmp_path: Path) -> None:
    raw = b"____.docx"
    field = unicode_path_field(raw, ".\x00./x.docx")
    assert read(stored(tmp_path, zip_bytes([ZipMember(raw, extra=field)])))[0] == {"x.docx": "unsafe"}


def test_long_paths_are_bounded_and_stay_unique(tmp_path: Path) -> None:
    folder = "/".join("企业" * 35 for _ in range(30))
    names = [f"{folder}/{number}/推荐表.docx" for number in range(3)] + [f"{folder}/0/推荐表.docx"] * 2
    packed = zip_bytes([ZipMember(name.encode(), b"%d" % at) for at, name in enumerate(names)])
    found, _ = read(stored(tmp_path, packed))
    assert len(found) == 5
    assert all(len(path.encode()) <= 600 for path in found)
    assert all(path.endswith(".docx") and "推荐表" in path for path in found)
    assert read(stored(tmp_path, packed))[0] == found


def test_deep_paths_of_other_folders_do_not_fall_together(tmp_path: Path) -> None:
    deep = "/".join("d" * 60)
    packed = zip_bytes([ZipMember(f"{top}/{deep}/a.txt".encode()) for top in "ab"])
    first, second = read(stored(tmp_path, packed))[0]
    assert first.removesuffix("/a.txt") != second.removesuffix("/a.txt")
    assert "(2)" not in second


def test_a_folder_that_ends_in_an_exclamation_mark_is_not_taken_for_an_archive(tmp_path: Path) -> None:
    packed = zip_bytes(
        [ZipMember(b"x.zip!/a.txt"), ZipMember(b"x.zip", zip_bytes([ZipMember(b"a.txt")])), ZipMember(b"b!")]
    )
    assert list(read(stored(tmp_path, packed))[0]) == ["x.zip！/a.txt", "x.zip", "b！"]


def test_a_tar_header_that_asks_for_gigabytes_of_memory_is_refused(tmp_path: Path) -> None:
    header = tar_entry("././@LongLink", 8_000_000_000, tarfile.GNUTYPE_LONGNAME).tobuf(tarfile.GNU_FORMAT)
    assert read(stored(tmp_path, gzip.compress(header + bytes(1_000_000)))) == ({}, "corrupt")


def test_a_sparse_file_counts_what_it_makes(tmp_path: Path) -> None:
    header = bytearray(tar_entry("a.bin", 512, tarfile.GNUTYPE_SPARSE).tobuf(tarfile.GNU_FORMAT))
    header[386:410] = b"%011o\0%011o\0" % (400_000_000, 512)
    header[483:495] = b"%011o\0" % 400_000_512
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + 8 * 32 + sum(header[156:512]))
    spent = Spent()
    found, end = read(stored(tmp_path, bytes(header) + bytes(512 * 3)), spent=spent)
    assert (found, end) == ({"a.bin": "unsafe"}, "unsafe")
    assert spent.bytes < 13_000_000


def test_an_archive_of_nothing_but_folders_ends(tmp_path: Path) -> None:
    packed = gzip.compress(tar_of([(tar_entry(f"{number}", kind=tarfile.DIRTYPE), b"") for number in range(200)]))
    assert read(stored(tmp_path, packed), limits=UnpackLimits(members=10)) == ({}, "unsafe")


def test_a_chain_of_long_names_is_no_crash(tmp_path: Path) -> None:
    link = tar_entry("././@LongLink", 2, tarfile.GNUTYPE_LONGNAME).tobuf(tarfile.GNU_FORMAT) + b"a\0" + bytes(510)
    assert read(stored(tmp_path, link * 3000)) == ({}, "corrupt")


def test_a_7z_that_asks_for_years_of_key_derivation_is_refused(tmp_path: Path) -> None:
    raw = bytearray(seven_zip({"a": b"a"}, "p", hidden=True))
    at = raw.rfind(b"\x06\xf1\x07\x01")
    raw[at + 5] = raw[at + 5] & 0xC0 | 0x3E
    assert read(stored(tmp_path, resigned(raw)), ["p"]) == ({}, "unsafe")


def test_a_7z_whose_dictionary_takes_too_much_memory_is_kept_shut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = stored(tmp_path, seven_zip({"a.txt": b"x"}))
    # Its 16 MB of dictionary are never filled: no more than what comes out of it is kept.
    assert read(paths)[0] == {"a.txt": b"x"}
    monkeypatch.setattr("parsers.archives.sevenzip.MEMORY", 1_000_000)
    assert read(paths)[0] == {"a.txt": "unsafe"}


def test_an_xz_whose_dictionary_takes_too_much_memory_is_kept_shut(tmp_path: Path) -> None:
    greedy = lzma.compress(b"x", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 512 << 20}])
    assert read(stored(tmp_path, greedy)) == ({}, "unsafe")


@pytest.mark.parametrize("kind", ["7z", "tar", "tgz"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_archive_gives_what_is_whole_and_says_that_more_is_missing(
    kind: str, part: float, tmp_path: Path
) -> None:
    files = {f"{number}.bin": random.Random(number).randbytes(4000) for number in range(20)}
    packed = MAKERS[kind](files)
    found, end = read(stored(tmp_path, packed[: int(len(packed) * part)]))
    assert end == "corrupt"
    whole = [name for name, data in found.items() if data == files[name]]
    # The directory of a 7z stands at its end.
    assert len(whole) >= (0 if kind == "7z" else int(18 * part))
    assert set(found.values()) - set(files.values()) <= {"corrupt"}


@pytest.mark.parametrize("name", ["rar5-subdirs", "rar3-subdirs", "rar5-psw", "rar5-solid"])
def test_a_truncated_rar_gives_what_is_whole_and_says_that_more_is_missing(name: str, tmp_path: Path) -> None:
    whole, _ = read([RAR / f"{name}.rar"], ["password"])
    raw = (RAR / f"{name}.rar").read_bytes()
    for part in (0.4, 0.6, 0.8):
        found, end = read(stored(tmp_path, raw[: int(len(raw) * part)]), ["password"])
        assert "corrupt" in {end, *found.values()}
        assert all(data in {whole[path], "corrupt"} for path, data in found.items())


MAGICS = {
    "zip": b"PK\x03\x04", "7z": b"7z\xbc\xaf'\x1c\x00\x04", "rar3": b"Rar!\x1a\x07\x00", "rar5": b"Rar!\x1a\x07\x01\x00",
    "gz": b"\x1f\x8b\x08", "bz2": b"BZh91AY&SY", "xz": b"\xfd7zXZ\x00", "zst": b"(\xb5/\xfd", "tar": tar({"a": b"a"})[:512],
}  # fmt: skip


@pytest.mark.parametrize("kind", MAGICS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.binary(max_size=600))
def test_random_bytes_behind_a_magic_raise_nothing_but_parse_errors(kind: str, tmp_path: Path, data: bytes) -> None:
    # read() lets nothing else pass.
    read(stored(tmp_path, MAGICS[kind] + data), ["p"], UnpackLimits(members=50))


WHOLE = {
    "7z": seven_zip({"a.bin": NOISE, "b.txt": b"b"}), "plain 7z": renamed_7z("a", "a"), "tar": tar({"a.bin": NOISE, "b": b"b"}),
    "tgz": tgz({"a.bin": NOISE}), "zst": PACKERS["zst"](NOISE), "locked": locked_zip({"a.bin": NOISE}, "p"),
    "zipcrypto": locked_zip({"a.bin": NOISE}, "p", "ZipCrypto"),
    "rar5": RAR.joinpath("rar5-crc.rar").read_bytes(), "rar3": RAR.joinpath("rar3-subdirs.rar").read_bytes(),
}  # fmt: skip


@pytest.mark.parametrize("kind", WHOLE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(at=st.floats(0, 1), piece=st.binary(min_size=1, max_size=6), sign=st.booleans())
def test_damage_anywhere_raises_nothing_but_parse_errors(
    kind: str, tmp_path: Path, at: float, piece: bytes, sign: bool
) -> None:
    raw = bytearray(WHOLE[kind])
    where = int(at * (len(raw) - 1))
    raw[where : where + len(piece)] = piece
    if sign and kind.endswith("7z") and where > 31:
        raw = bytearray(resigned(raw))
    read(stored(tmp_path, bytes(raw)), ["p"])


MEASURE = """
import sys
from pathlib import Path
from parsers.archives import members, UnpackLimits
from parsers.archives import rars, sevenzip
from parsers.base import ParseError

def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])

before = peak()
try:
    for member in members([Path(sys.argv[1])], UnpackLimits(ratio=10**9), passwords=["p"]):
        for chunk in member.chunks() if member.chunks else ():
            pass
except ParseError as error:
    print(error.status, file=sys.stderr)
print(peak() - before)
"""


@pytest.mark.parametrize("kind", ["7z", "tgz", "locked zip", "deflate64", "many", "xz"])
def test_a_bomb_takes_no_more_than_200_megabytes_of_memory(kind: str, tmp_path: Path) -> None:
    """The ratio is lifted, so that all of it comes out."""
    zeros = bytes(250_000_000)
    if kind == "deflate64":
        import inflate64

        packer = inflate64.Deflater()
        packed = zip_bytes([ZipMember(b"a.bin", zeros, method=9, packed=packer.deflate(zeros) + packer.flush())])
    elif kind == "many":
        packed = gzip.compress(
            b"".join(tar_entry(f"{number}/{'n' * 90}").tobuf(tarfile.GNU_FORMAT) for number in range(60_000))
        )
    elif kind == "xz":
        packed = lzma.compress(zeros, preset=0)
    elif kind == "7z":
        packed = seven_zip({"a.bin": zeros}, preset=0)
    else:
        packed = MAKERS[kind]({"a.bin": zeros})
    del zeros
    [path] = stored(tmp_path, packed)
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= 200_000
