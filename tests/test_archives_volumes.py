"""Archives in several volumes, which come in several mails: which volume a file is, and that a set reads as one."""

import random
from pathlib import Path

import pytest

from parsers.archives import Volume, is_complete, members, missing_volumes, order_volumes, volume_of
from parsers.base import ParseError
from tests.archive_builders import RAR, read, seven_zip, split_zip, stored
from tests.mail_builders import ZipMember, zip_bytes

NOISE = random.Random(5).randbytes(3000)
FILES = {"企业/照片.jpg": NOISE, "推荐表.docx": b"form"}
ZIP = zip_bytes([ZipMember(name.encode(), data) for name, data in FILES.items()])
NEW = [RAR / f"rar5-vols.part{number}.rar" for number in (1, 2, 3)]
OLD = [RAR / "rar3-old.rar", RAR / "rar3-old.r00", RAR / "rar3-old.r01"]


def pieces(data: bytes, count: int) -> list[bytes]:
    step = -(-len(data) // count)
    return [data[at : at + step] for at in range(0, len(data), step)]


@pytest.mark.parametrize("packed", [ZIP, seven_zip(FILES)])
@pytest.mark.parametrize("count", [2, 3, 50])
def test_an_archive_cut_into_pieces_reads_as_one(packed: bytes, count: int, tmp_path: Path) -> None:
    paths = stored(tmp_path, *pieces(packed, count))
    assert read(paths) == (FILES, "ok")


@pytest.mark.parametrize("packed", [ZIP, seven_zip(FILES)])
def test_pieces_without_the_last_one_say_that_a_volume_is_missing(packed: bytes, tmp_path: Path) -> None:
    paths = stored(tmp_path, *pieces(packed, 3))
    assert read(paths[:2]) == ({}, "volume_missing")


@pytest.mark.parametrize("cuts", [[1000], [70, 1500], [40, 3040], [len(ZIP) - 100], [len(ZIP) - 30]])
def test_a_split_zip_counts_its_offsets_on_each_disk(cuts: list[int], tmp_path: Path) -> None:
    volumes = split_zip(ZIP, cuts)
    paths = stored(tmp_path, *volumes)
    assert read(paths) == (FILES, "ok")
    assert read(paths[1:])[1] == "volume_missing"
    assert read(paths[-1:])[1] == "volume_missing"


@pytest.mark.parametrize("paths", [NEW, OLD])
def test_rar_volumes_read_as_one_and_say_when_one_is_missing(paths: list[Path]) -> None:
    found, end = read(paths)
    assert (end, [len(data) for data in found.values()]) == ("ok", [205_000, 2_050])
    for some in (paths[:1], paths[:2], paths[1:]):
        assert read(some) == ({}, "volume_missing")


def test_rar_volumes_lie_in_the_vault_under_names_that_say_nothing(tmp_path: Path) -> None:
    for paths in (NEW, OLD):
        assert read(stored(tmp_path, *(path.read_bytes() for path in paths)))[1] == "ok"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("材料.PART1.rar", ("材料", 1, None, "part.rar")),
        ("材料.part003.rar", ("材料", 3, None, "part.rar")),
        ("材料.zip.001", ("材料", 1, None, "zip.001")),
        ("材料.7Z.012", ("材料", 12, None, "7z.001")),
        ("材料.r00", ("材料", 2, None, "r00")),
        ("材料.r17", ("材料", 19, None, "r00")),
        ("材料.s00", ("材料", 102, None, "r00")),
        ("材料.z01", ("材料", 1, False, "z01")),
        ("ＡＢＣ (1).z02", ("abc (1)", 2, False, "z01")),
    ],
)
def test_a_name_says_which_volume_it_is(name: str, expected: tuple[str, int, bool | None, str]) -> None:
    assert volume_of(name, b"") == Volume(*expected)


@pytest.mark.parametrize(
    "name", ["材料.zip", "材料.rar", "材料.part0.rar", "材料.zip.000", "材料.docx", "v1.001", "", ".z00"]
)
def test_other_names_are_no_volumes(name: str) -> None:
    assert volume_of(name, b"") is None


def test_the_head_of_a_rar_decides_where_the_name_cannot() -> None:
    def asked(name: str, path: Path) -> Volume | None:
        return volume_of(name, path.read_bytes()[:4096])

    assert asked("材料.rar", OLD[0]) == Volume("材料", 1, None, "r00")
    assert asked("改名.rar", NEW[1]) == Volume("改名", 2, None, "part.rar")
    assert asked("整个.part1.rar", RAR / "rar5-crc.rar") is None
    assert asked("整个.rar", RAR / "rar3-solid.rar") is None


def test_the_last_volume_of_a_split_zip_is_told_by_its_end(tmp_path: Path) -> None:
    *_, last = split_zip(ZIP, [1000, 2000])
    [path] = stored(tmp_path, bytes(9000) + last)
    assert volume_of("材料.zip", last) == Volume("材料", 3, last=True, scheme="z01")
    assert volume_of("材料.zip", path.read_bytes()[:4096]) is None
    assert volume_of("材料.zip", path.read_bytes()[:4096], path) == Volume("材料", 3, last=True, scheme="z01")
    assert volume_of("材料.zip", ZIP) is None


def volumes(*names: str) -> list[Volume]:
    found = [volume_of(name, b"") for name in names]
    return [volume for volume in found if volume]


def test_a_set_is_complete_without_gaps_as_far_as_names_tell() -> None:
    last = Volume("a", 3, last=True, scheme="z01")
    assert missing_volumes(volumes("a.zip.002", "a.zip.004")) == ["第 1 卷", "第 3 卷"]
    assert missing_volumes(volumes("a.part1.rar")) == ["第 2 卷"]
    assert missing_volumes(volumes("a.z01", "a.z02")) == ["最后一卷（.zip）"]
    assert missing_volumes([*volumes("a.z02"), last]) == ["第 1 卷"]
    assert missing_volumes([]) == []
    assert is_complete(volumes("a.zip.002", "a.zip.001"))
    assert is_complete([last, *volumes("a.z02", "a.z01")])
    assert not is_complete([])


def test_volumes_are_ordered_and_one_that_came_twice_counts_once() -> None:
    found = order_volumes(volumes("a.7z.010", "a.7z.002", "A.7z.002", "a.7z.001"))
    assert [volume.number for volume in found] == [1, 2, 10]


def test_a_lone_split_zip_asks_for_the_others(tmp_path: Path) -> None:
    *_, last = split_zip(ZIP, [1000])
    with pytest.raises(ParseError, match="分卷"):
        list(members(stored(tmp_path, last)))
