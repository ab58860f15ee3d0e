"""Every format that associations send is read: names, contents, passwords, and what is wrong with it."""

import gzip
import io
import lzma
import random
import tarfile
import zipfile
from pathlib import Path

import inflate64
import py7zr
import pytest

from parsers.archives import ARCHIVE_FORMATS, members
from parsers.base import ParseError
from parsers.sniff import format_of
from tests.archive_builders import (
    PACKERS,
    RAR,
    content_of,
    locked_zip,
    read,
    seven_zip,
    stored,
    tar,
    tar_entry,
    tar_of,
)
from tests.mail_builders import ZipMember, zip_bytes

FILES = {"企业/小区/推荐表.docx": b"form" * 900, "企业/照片.jpg": random.Random(1).randbytes(5000), "空.txt": b""}
STEST = b"".join(b"%03d\n" % number for number in range(512))


@pytest.mark.parametrize("packed", [seven_zip(FILES), tar(FILES), *(pack(tar(FILES)) for pack in PACKERS.values())])
def test_names_and_contents_of_every_format_are_read(packed: bytes, tmp_path: Path) -> None:
    assert read(stored(tmp_path, packed)) == (FILES, "ok")


@pytest.mark.parametrize("packed", [seven_zip(FILES), tar(FILES), *(pack(tar(FILES)) for pack in PACKERS.values())])
def test_members_may_be_passed_over(packed: bytes, tmp_path: Path) -> None:
    found = {}
    for number, member in enumerate(members(stored(tmp_path, packed))):
        if number == 1:
            found[member.path] = content_of(member)
    assert found == {"企业/照片.jpg": FILES["企业/照片.jpg"]}


@pytest.mark.parametrize("packed", [seven_zip(FILES), tar(FILES), gzip.compress(tar(FILES))])
def test_a_member_read_in_part_does_not_spoil_the_next(packed: bytes, tmp_path: Path) -> None:
    found = members(stored(tmp_path, packed))
    first = next(found)
    assert first.chunks
    next(first.chunks())
    assert content_of(next(found)) == FILES["企业/照片.jpg"]


def test_every_format_is_sniffed() -> None:
    heads = [
        zip_bytes([ZipMember(b"a")]),
        seven_zip({"a": b"a"}),
        tar({"a": b"a"}),
        RAR.joinpath("rar5-crc.rar").read_bytes(),
    ]
    heads += [pack(b"a") for pack in PACKERS.values()]
    assert {format_of(head[:4096]) for head in heads} == ARCHIVE_FORMATS


def test_a_tar_without_a_magic_is_told_by_its_checksum(tmp_path: Path) -> None:
    old = bytearray(tar({"推荐表.docx": b"form"}))
    old[257:265] = bytes(8)
    old[148:156] = b"%06o\0 " % (sum(old[:148]) + 8 * 32 + sum(old[156:512]))
    assert format_of(bytes(old[:4096])) == "tar"
    assert read(stored(tmp_path, bytes(old))) == ({"推荐表.docx": b"form"}, "ok")


def test_tar_names_of_chinese_linux_and_windows_are_read(tmp_path: Path) -> None:
    for style, charset in ((tarfile.GNU_FORMAT, "gbk"), (tarfile.GNU_FORMAT, "utf-8"), (tarfile.PAX_FORMAT, "utf-8")):
        packed = tar({"万科物业服务有限公司/阳光花园推荐表.docx": b"x"}, style=style, charset=charset)
        assert read(stored(tmp_path, packed))[0] == {"万科物业服务有限公司/阳光花园推荐表.docx": b"x"}


def test_a_single_compressed_file_is_named_by_its_header_or_its_content(tmp_path: Path) -> None:
    plain = gzip.compress(b"form")
    raw = plain[:3] + b"\x08" + plain[4:10] + "推荐表.docx".encode("gbk") + b"\0" + plain[10:]
    assert read(stored(tmp_path, raw))[0] == {"推荐表.docx": b"form"}
    for pack in PACKERS.values():
        assert read(stored(tmp_path, pack(b"%PDF-1.7 ...")))[0] == {"内容.pdf": b"%PDF-1.7 ..."}
        assert read(stored(tmp_path, pack(b"hello")))[0] == {"内容.txt": b"hello"}


def test_a_gzip_of_several_streams_and_padding_is_read_to_its_end(tmp_path: Path) -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + bytes(512)
    assert read(stored(tmp_path, packed)) == ({"内容.txt": b"one two"}, "ok")


def test_deflate64_of_windows_explorer_is_read(tmp_path: Path) -> None:
    data = bytes(100_000) + random.Random(2).randbytes(3000)
    packer = inflate64.Deflater()
    packed = packer.deflate(data) + packer.flush()
    raw = zip_bytes(
        [ZipMember(b"big.bin", data, method=9, packed=packed), ZipMember(b"b", data, method=9, packed=packed[:99])]
    )
    assert read(stored(tmp_path, raw)) == ({"big.bin": data, "b": "corrupt"}, "ok")


@pytest.mark.parametrize("method", ["ZipCrypto", "AES-256"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_an_encrypted_zip_opens_with_the_password_in_either_charset(method: str, charset: str, tmp_path: Path) -> None:
    paths = stored(tmp_path, locked_zip(FILES, "征集2026", method, charset))  # type: ignore[arg-type]
    assert read(paths, ["不对", "征集2026"]) == (FILES, "ok")
    assert set(read(paths, ["不对"])[0].values()) == {"encrypted"}


@pytest.mark.parametrize("method", ["ZipCrypto", "AES-256"])
def test_damage_in_an_encrypted_member_is_seen(method: str, tmp_path: Path) -> None:
    raw = bytearray(locked_zip({"a.bin": random.Random(3).randbytes(3000), "b.txt": b"b"}, "p", method))  # type: ignore[arg-type]
    raw[1000] ^= 1
    assert read(stored(tmp_path, bytes(raw)), ["p"]) == ({"a.bin": "corrupt", "b.txt": b"b"}, "ok")


def test_a_plain_member_beside_encrypted_ones_is_read(tmp_path: Path) -> None:
    raw = locked_zip({"a.txt": b"a"}, "p", "ZipCrypto")
    [locked] = [ZipMember(b"a.txt", b"a", flags=1, packed=raw[35 : raw.find(b"PK\x01\x02")])]
    paths = stored(tmp_path, zip_bytes([locked, ZipMember(b"b.txt", b"b")]))
    assert read(paths)[0] == {"a.txt": "encrypted", "b.txt": b"b"}
    assert read(paths, ["p"])[0] == {"a.txt": b"a", "b.txt": b"b"}


@pytest.mark.parametrize("hidden", [False, True])
def test_an_encrypted_7z_opens_with_the_right_password(hidden: bool, tmp_path: Path) -> None:
    paths = stored(tmp_path, seven_zip(FILES, "征集", hidden=hidden))
    assert read(paths, ["不对", "征集"]) == (FILES, "ok")
    found, end = read(paths, ["不对"])
    assert (end, set(found.values())) == (("encrypted", set()) if hidden else ("ok", {"encrypted"}))


def test_the_reason_says_how_many_passwords_were_tried(tmp_path: Path) -> None:
    for packed in (seven_zip(FILES, "征集", hidden=True), RAR.joinpath("rar5-hpsw.rar").read_bytes()):
        with pytest.raises(ParseError, match="已试过 2 个密码"):
            list(members(stored(tmp_path, packed), passwords=["一", "二", "一"]))
        with pytest.raises(ParseError, match="请对方提供密码"):
            list(members(stored(tmp_path, packed)))
    [member, *_] = members(stored(tmp_path, locked_zip({"a": b"a"}, "p")), passwords=["q"])
    assert member.problem
    assert "已试过 1 个密码" in member.problem[1]


@pytest.mark.parametrize("filters", [[{"id": py7zr.FILTER_COPY}], [{"id": py7zr.FILTER_BZIP2}], [{"id": py7zr.FILTER_PPMD, "order": 6, "mem": 24}],
                                     [{"id": py7zr.FILTER_DEFLATE}], [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 6}]])  # fmt: skip
def test_the_packings_of_7z_are_read(filters: list[dict[str, int]], tmp_path: Path) -> None:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", filters=filters) as archive:
        for name, data in FILES.items():
            archive.writestr(data, name)
    assert read(stored(tmp_path, out.getvalue())) == (FILES, "ok")


@pytest.mark.parametrize("name", ["rar3-solid", "rar5-solid", "rar5-crc", "rar5-blake"])
def test_rar_archives_are_read(name: str) -> None:
    found, end = read([RAR / f"{name}.rar"])
    assert end == "ok"
    assert list(found) == ["stest1.txt", "stest2.txt"]
    assert all(len(data) == 2048 for data in found.values())


def test_names_of_rar_are_read() -> None:
    for version in ("rar3", "rar5"):
        found, _ = read([RAR / f"{version}-subdirs.rar"])
        assert found["sub/üȵĩöḋè/file.txt"] == b"file\n"
        assert "sub/with space/long fn.txt" in found


@pytest.mark.parametrize("name", ["rar5-psw", "rar5-hpsw"])
def test_an_encrypted_rar_opens_with_the_right_password(name: str) -> None:
    found, end = read([RAR / f"{name}.rar"], ["不对", "password"])
    assert (end, sorted(found)) == ("ok", ["stest1.txt", "stest2.txt"])
    assert all(len(data) == 2048 for data in found.values())
    assert "encrypted" in {end for _, end in [read([RAR / f"{name}.rar"], ["不对"])]} | set(
        read([RAR / f"{name}.rar"])[0].values()
    )


def test_files_that_rar_keeps_once_are_read_each_time() -> None:
    found, _ = read([RAR / "rar5-dups.rar"])
    assert len(found) == 9
    assert len(set(found.values())) == 1


def test_a_solid_rar_may_be_read_from_its_middle() -> None:
    *_, last = members([RAR / "rar5-solid-qo.rar"])
    assert last.path == "stest2.txt"
    late = [content_of(member) for number, member in enumerate(members([RAR / "rar5-solid-qo.rar"])) if number >= 2]
    assert [len(data) for data in late] == [2048, 2048]


def test_without_unar_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ParseError, match="安装 unar") as caught:
        list(members([RAR / "rar5-crc.rar"]))
    assert caught.value.status == "unsupported"


def test_nothing_is_left_behind_and_nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for member in members([RAR / "rar5-crc.rar"]):
        assert member.chunks
        next(member.chunks())
        break
    read([RAR / "rar5-evil-symlink-traversal.rar"])
    assert list(tmp_path.iterdir()) == []


def test_a_zip_in_a_tar_counts_on_the_same_limits(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.txt", b"a")
    found, _ = read(
        stored(tmp_path, lzma.compress(tar_of([(tar_entry("x.zip", len(inner.getvalue())), inner.getvalue())])))
    )
    assert read(stored(tmp_path, found["x.zip"]))[0] == {"a.txt": b"a"}  # type: ignore[arg-type]
