"""A video's facts are told without decoding it: length, pixels as shown, format by content, and whether it is whole."""

import os
from pathlib import Path
from random import Random
from typing import Any, Self

import pytest

from config.campaign import load_campaign
from ingest.contents import read_blobs
from parsers.base import Reading
from parsers.boxes import boxes, is_cut
from parsers.naming_kinds import kind_of
from parsers.reading import read_content
from parsers.video import measure
from tests.desks import desk
from tests.doc_builders import small_jpeg
from tests.heic_builders import heic
from tests.video_builders import avi, box, mp4

CAMPAIGN = load_campaign("2026-haofuwu")


def reading_of(folder: Path, data: bytes) -> Reading:
    path = folder / "video"
    path.write_bytes(data)
    return read_content(path, len(data), CAMPAIGN)


def facts_of(folder: Path, data: bytes) -> dict[str, Any]:
    (found,) = reading_of(folder, data).found
    assert found.kind == "video"
    return found.facts


def test_a_good_video_is_measured_whole(tmp_path: Path) -> None:
    data = mp4(1920, 1080, 245.6)
    assert facts_of(tmp_path, data) == {
        "container": "MPEG-4", "codec": "AVC", "duration": 245.6, "width": 1920, "height": 1080, "readable": True,
        "reason": "", "bytes": len(data),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rotation", "size"), [(0, (1280, 720)), (90, (720, 1280)), (180, (1280, 720)), (270, (720, 1280))]
)
def test_width_and_height_are_those_a_person_sees(rotation: int, size: tuple[int, int], tmp_path: Path) -> None:
    facts = facts_of(tmp_path, mp4(rotation=rotation))
    assert (facts["width"], facts["height"]) == size


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (mp4(), "mp4"),
        (mp4(brand=b"M4V ", also=b"M4V isom"), "mp4"),
        (mp4(brand=b"qt  ", also=b"qt  "), "mov"),
        (mp4(brand=b"3gp4", also=b"3gp4isom"), "3gp"),
        (mp4(brand=b"3gp5", also=b"3gp5mp42"), "mp4"),
        (avi(), "avi"),
    ],
)
def test_the_format_is_told_by_content(data: bytes, format_: str, tmp_path: Path) -> None:
    reading = reading_of(tmp_path, data)
    assert (reading.format, reading.status) == (format_, "ok")
    assert kind_of(reading, "x.jpg", "x.jpg", CAMPAIGN)[0] == "video"


@pytest.mark.parametrize("index_first", [True, False])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_truncated_video_is_unreadable(share: float, index_first: bool, tmp_path: Path) -> None:
    data = mp4(index_first=index_first)
    reading = reading_of(tmp_path, data[: int(len(data) * share)])
    assert reading.status == "corrupt"
    assert reading.found[0].facts["readable"] is False


def test_a_truncated_avi_is_unreadable(tmp_path: Path) -> None:
    assert facts_of(tmp_path, avi()[:-1_000])["reason"] == "视频不完整，可能没有传完"


def test_a_video_whose_rest_was_never_written_is_unreadable(tmp_path: Path) -> None:
    assert facts_of(tmp_path, mp4(frames=bytes(200_000)))["reason"] == "视频后半部分是空的，可能没有传完"
    assert facts_of(tmp_path, mp4() + box(b"free", bytes(200_000)))["readable"] is True


def test_sound_without_a_picture_is_no_video(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, mp4(sound_only=True))
    assert (facts["readable"], facts["reason"], facts["width"]) == (False, "里面只有声音，没有画面", None)


def test_a_header_of_a_video_and_nothing_else_cannot_be_opened(tmp_path: Path) -> None:
    assert facts_of(tmp_path, mp4()[:24])["readable"] is False


@pytest.mark.parametrize(("data", "kind"), [(small_jpeg(), "photo"), (heic(), "other"), (heic(brand=b"mif1"), "other")])
def test_a_picture_called_mp4_is_a_picture(data: bytes, kind: str, tmp_path: Path) -> None:
    reading = reading_of(tmp_path, data)
    assert reading.found[0].kind == "photo"
    assert kind_of(reading, "视频.mp4", "视频.mp4", CAMPAIGN)[0] == kind


def test_a_large_video_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A film of 200 MB, its index behind the pictures: what is read of it is counted."""
    path = tmp_path / "large.mp4"
    frames = 200_000_000
    small = mp4(index_first=False, frames=b"\1")
    at = small.index(b"mdat") - 4
    with path.open("wb") as file:
        file.write(small[:at] + (8 + frames).to_bytes(4) + b"mdat")
        file.seek(frames - 1, os.SEEK_CUR)
        file.write(b"\1" + small[at + 9 :])
    read = 0
    plain = Path.open

    class Counted:
        def __init__(self, file: Any) -> None:
            self.file = file

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

        def read(self, size: int = -1) -> bytes:
            nonlocal read
            data: bytes = self.file.read(size)
            read += len(data)
            return data

    monkeypatch.setattr(Path, "open", lambda self, mode="r": Counted(plain(self, mode)))
    film = measure(path, "mp4")
    assert (film.readable, film.width, film.duration) == (True, 1280, 90.0)
    assert 0 < read < 2_000_000


def test_boxes_end_where_their_headers_make_no_sense(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\0\0\0\3abcd")
    assert boxes(path) == ()
    path.write_bytes(box(b"ftyp", bytes(8)) + (1).to_bytes(4) + b"mdat" + (2**62).to_bytes(8) + b"1")
    assert [one.kind for one in boxes(path)] == [b"ftyp", b"mdat"]
    assert is_cut(path)
    path.write_bytes(box(b"ftyp", bytes(8)) + bytes(4) + b"mdat1")
    assert not is_cut(path)
    path.write_bytes(b"")
    assert not is_cut(path)


@pytest.mark.parametrize("seed", range(60))
def test_bytes_changed_anywhere_give_facts_but_no_error(seed: int, tmp_path: Path) -> None:
    """The seeds are fixed: some damage keeps the library busy for a minute, which is the clean room's matter."""
    source = Random(seed)
    changed = bytearray(source.choice([mp4(frames=b""), avi(seconds=1), mp4(index_first=False, sound_only=True)]))
    for _ in range(source.randrange(1, 6)):
        place = source.randrange(len(changed))
        junk = source.randbytes(source.randrange(1, 8))
        changed[place : place + len(junk)] = junk
    path = tmp_path / "video"
    path.write_bytes(bytes(changed[: source.choice([len(changed), source.randrange(len(changed))])]))
    assert measure(path, "mp4").readable in {True, False}


def test_a_video_that_keeps_the_library_busy_is_given_up_in_the_clean_room(tmp_path: Path) -> None:
    data = bytearray(mp4())
    count = data.index(b"stts") + 8
    data[count : count + 4] = (2_000_000_000).to_bytes(4)
    with desk(tmp_path, "[limits]\nseconds = 1\n") as opened:
        blob = opened.store.vault.keep([bytes(data)])
        reading = read_blobs(opened, [blob])[blob.sha256]
    assert (reading.format, reading.status) == ("mp4", "unsafe")
    assert "没有读完" in reading.reason
