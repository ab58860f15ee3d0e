"""Pictures that stand in Word files: taken out in order, within limits, and offered as photos where others are too few."""

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import docx
import pytest
from docx.shared import Cm

from ingest.desk import Desk
from parsers.archives import Spent, UnpackLimits
from parsers.base import ParseError
from parsers.documents.pictures import pictures_in
from reports.export import rows
from reports.finding import Assessment
from tests import doc_builders as build
from tests.desks import desk, take
from tests.inbox import Sent, list_files, mail, photo
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=0, has_material=False)
HEAD = "浙江省物业管理协会"
Take = Callable[..., Assessment]
LIMITS = UnpackLimits()
FIRST, LATER = day("07-20T10:00:00"), day("07-21T10:00:00")


def with_pictures(data: bytes, pictures: Sequence[bytes], width: float = 12) -> bytes:
    """Return a .docx with pictures after its text, so many centimetres wide."""
    document = docx.Document(io.BytesIO(data))
    for one in pictures:
        document.add_picture(io.BytesIO(one), width=Cm(width))
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def stored(data: bytes) -> bytes:
    """Return a package with its members as they are, not compressed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return made.getvalue()


MATERIAL = build.case_material_docx("春江花园", "红色管家", A.company)
SMALL = [build.small_jpeg(seed) for seed in (1, 2, 3, 4)]


def taken_out(path: Path, data: bytes, *, bare: bool = False, limits: UnpackLimits = LIMITS) -> list[tuple[str, bytes]]:
    path.write_bytes(data)
    members = pictures_in(path, limits, Spent(), bare=bare)
    return [(one.path, b"".join(one.chunks()) if one.chunks else b"") for one in members]


def test_pictures_come_out_in_the_order_of_the_text_each_once(tmp_path: Path) -> None:
    png = build.picture("PNG", 9)
    data = with_pictures(MATERIAL, [SMALL[2], png, SMALL[0], SMALL[2]])
    assert taken_out(tmp_path / "m", data) == [("图1.jpeg", SMALL[2]), ("图2.png", png), ("图3.jpeg", SMALL[0])]


def test_icons_are_left_out(tmp_path: Path) -> None:
    assert taken_out(tmp_path / "shown small", with_pictures(MATERIAL, SMALL[:1], width=1)) == []
    assert taken_out(tmp_path / "few bytes", with_pictures(MATERIAL, [build.small_jpeg(1, 120, 90)])) == []


def test_of_a_paper_with_text_nothing_comes_out_where_only_bare_ones_are_asked(tmp_path: Path) -> None:
    assert taken_out(tmp_path / "m", with_pictures(MATERIAL, SMALL), bare=True) == []
    bare = with_pictures(build.docx_bytes("项目照片", "图1 大门"), SMALL[:2])
    assert [name for name, _ in taken_out(tmp_path / "b", bare, bare=True)] == ["图1.jpeg", "图2.jpeg"]


def test_more_pictures_than_an_archive_may_hold_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="超过 2 个"):
        taken_out(tmp_path / "m", with_pictures(MATERIAL, SMALL), limits=UnpackLimits(members=2))


def test_a_package_whose_pictures_are_missing_or_broken_gives_what_there_is(tmp_path: Path) -> None:
    data = stored(with_pictures(MATERIAL, SMALL[:2]))
    broken = data.replace(SMALL[0][-2000:-1000], b"\0" * 1000)
    assert broken != data
    path = tmp_path / "m"
    path.write_bytes(broken)
    first, second = pictures_in(path, LIMITS, Spent(), bare=False)
    assert first.chunks is not None
    with pytest.raises(ParseError, match="损坏"):
        list(first.chunks())
    assert second.chunks is not None
    assert b"".join(second.chunks()) == SMALL[1]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


@pytest.fixture
def taken(opened: Desk, tmp_path: Path) -> Take:
    return lambda *mails: take(opened, tmp_path / "inbox", *mails)


def sent(material: bytes, more: Mapping[str, bytes] | None = None, when: datetime = FIRST) -> bytes:
    named = {"春江花园+红色管家.docx": material, **(more or {})}
    return mail("zjwyxh@example.cn", "浙江报送", when, {**list_files(HEAD, [A]), **A.files(), **named})


def about(done: Assessment) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in done.findings:
        if one.community == "春江花园":
            found.setdefault(one.code, []).append(one.message)
    return found


def files(done: Assessment) -> dict[str, tuple[object, object]]:
    return {
        str(row["path"]): (row["kind"], row["community"]) for row in rows(done, "files") if "!/" in str(row["path"])
    }


def test_photos_that_were_only_pasted_are_there_and_too_small(taken: Take) -> None:
    done = taken(sent(with_pictures(MATERIAL, SMALL)))
    assert files(done) == {f"春江花园+红色管家.docx!/图{n}.jpeg": ("photo", "春江花园") for n in (1, 2, 3, 4)}
    found = about(done)
    assert len(found["photo.too_small"]) == 4
    assert found["photo.too_few"] == ["合格照片 0 张，至少需要 3 张，请补充（文档中另有插图 4 张，请提供原图）"]


def test_pasted_originals_count_as_photos(taken: Take) -> None:
    done = taken(sent(with_pictures(MATERIAL, [photo("甲"), photo("乙"), photo("丙")])))
    assert {"photo.too_few", "photo.too_small"} & about(done).keys() == set()
    (case,) = rows(done, "cases")
    assert (case["photos"], case["complete"]) == (3, True)


def test_beside_enough_photos_pasted_pictures_only_illustrate(taken: Take) -> None:
    own = {f"照片{n}.jpg": photo(str(n)) for n in range(5)}
    done = taken(sent(with_pictures(MATERIAL, [*SMALL, photo("甲")]), own))
    assert not [code for code in about(done) if code.startswith("photo.")]
    (case,) = rows(done, "cases")
    assert case["photos"] == 5


def test_a_picture_that_came_both_ways_counts_once(taken: Take) -> None:
    own = {"照片1.jpg": photo("甲"), "照片2.jpg": photo("乙")}
    done = taken(sent(with_pictures(MATERIAL, [photo("甲"), photo("乙")]), own))
    (case,) = rows(done, "cases")
    assert case["photos"] == 2
    assert "photo.too_few" in about(done)


def test_a_newer_material_takes_its_pictures_in_the_place_of_the_older_ones(taken: Take) -> None:
    first = sent(with_pictures(MATERIAL, [photo("甲"), photo("乙"), photo("丙")]))
    done = taken(first, sent(with_pictures(MATERIAL, [photo("丁")]), when=LATER))
    (case,) = rows(done, "cases")
    assert case["photos"] == 1


def test_a_paper_of_nothing_but_photos_is_known_as_that(taken: Take) -> None:
    pasted = with_pictures(build.docx_bytes("春江花园项目照片"), [photo("甲"), photo("乙"), photo("丙")])
    done = taken(sent(MATERIAL, {"春江花园照片.docx": pasted}))
    (case,) = rows(done, "cases")
    assert case["photos"] == 3
    assert "file.unclassified" not in {one.code for one in done.findings}


def test_stamps_pasted_into_forms_are_no_photos(taken: Take) -> None:
    form = with_pictures(A.form_docx(), [photo("章")])
    done = taken(sent(MATERIAL, {"推荐表.docx": form}))
    assert files(done) == {}
