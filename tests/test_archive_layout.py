"""Where everything lies: as annex 2 names it, by names that every system takes, and that later arrivals do not change."""

import string
import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.extensions import extension_of
from config.safe_names import COMPONENT, PATH, Taken, key, safe, units
from reports.archive.layout import Layout, layout
from reports.incoming import FileView
from reports.picture import CaseView
from store.contents.blobs import Blob
from tests.picture_builders import MORNING, assessment, association, case, file_of, message

COMPANY = "杭州春江物业服务有限公司"
ZHEJIANG = "浙江省"


def laid(*cases: CaseView, province: str = "浙江", **options: Any) -> Layout:
    return layout(assessment([association(province, [message(province)], cases)]).picture, **options)


def paths(made: Layout, case_: CaseView | None = None) -> list[str]:
    return [entry.path for entry in (made.entries if case_ is None else made.by_case.get(case_.id, ()))]


def ready(name: str, number: int, **changed: Any) -> FileView:
    """Return a photo that counts, the later the higher its number."""
    mail = message("浙江")
    when = MORNING - timedelta(days=20 - number)
    facts = {"readable": True, "width": 4000, "height": 3000}
    fields = {"format": "jpeg", "bytes": 2_000_000, "facts": facts, "first_arrival": when, "arrival": when}
    return file_of(mail, name, "photo", **{**fields, **changed})


def with_photos(one: CaseView, *photos: FileView) -> CaseView:
    standing = tuple(photo for photo in photos if not photo.superseded)
    counted = tuple(photo for photo in standing if photo.bytes >= 1_000_000)
    return replace(one, files=(*one.forms, *one.materials, *photos), photo_files=standing, counted_photos=counted)


def test_what_counts_lies_under_province_company_and_community_with_the_title() -> None:
    one = case(message("浙江"), "春江花园小区", company=COMPANY, title="红色管家进万家")
    made = laid(with_photos(one, ready("a.JPG", 1), ready("b.jpeg", 2)))
    assert sorted(paths(made)) == sorted(
        [
            f"{ZHEJIANG}/汇总清单.docx",
            f"{ZHEJIANG}/汇总清单（扫描件）.pdf",
            f"{ZHEJIANG}/{COMPANY}/春江花园小区+红色管家进万家.docx",
            f"{ZHEJIANG}/{COMPANY}/春江花园小区+推荐表.docx",
            f"{ZHEJIANG}/{COMPANY}/春江花园小区+照片1.jpg",
            f"{ZHEJIANG}/{COMPANY}/春江花园小区+照片2.jpeg",
        ]
    )


def test_a_scan_of_the_form_a_video_and_other_papers_are_named_by_what_they_are() -> None:
    mail = message("浙江")
    one = case(mail, "春江花园", has=("row",), photos=0, company=COMPANY)
    scan = file_of(mail, "扫描0001.pdf", "recommendation_form_scan")
    film = file_of(mail, "宣传片.MP4", "video", format="mp4")
    paper = file_of(mail, "荣誉证书.pdf", "other", case_ids=(one.id,))
    one = replace(one, files=(scan, film, paper), forms=(scan,), video_files=(film,))
    assert set(paths(laid(one), one)) == {
        f"{ZHEJIANG}/{COMPANY}/春江花园+推荐表（扫描件）.pdf",
        f"{ZHEJIANG}/{COMPANY}/春江花园+视频1.mp4",
        f"{ZHEJIANG}/{COMPANY}/春江花园+荣誉证书.pdf",
    }


def test_a_new_photo_renames_none_that_was_there_and_a_renewed_one_leaves_a_gap() -> None:
    one = case(message("浙江"), "春江花园", has=("row",), photos=0, company=COMPANY)
    first, second = ready("z.jpg", 1), ready("b.jpg", 2)
    before = laid(with_photos(one, first, second))
    assert [path.rpartition("+")[2] for path in paths(before, one)] == ["照片1.jpg", "照片2.jpg"]
    after = laid(with_photos(one, ready("a.jpg", 3), second, first))
    assert set(paths(before, one)) < set(paths(after, one))
    renewed = laid(with_photos(one, replace(first, superseded=True), second, ready("z.jpg", 4)))
    assert [path.rpartition("+")[2] for path in paths(renewed, one)] == ["照片2.jpg", "照片3.jpg"]


def test_photos_that_do_not_count_are_there_and_say_why() -> None:
    one = case(message("浙江"), "春江花园", has=("row",), photos=0, company=COMPANY)
    small, odd = ready("a.jpg", 1, bytes=600_000), ready("b.jpg", 2, format="png")
    made = laid(replace(with_photos(one, small, odd, ready("c.jpg", 3)), counted_photos=()), province="浙江")
    told = {entry.name: entry.note for entry in made.by_case[one.id]}
    assert told["春江花园+不合格照片1.jpg"] == "不合格：只有 600 KB"
    assert told["春江花园+不合格照片2.png"] == "不合格：png 格式"


def test_a_picture_out_of_a_document_says_that_it_is_none_that_came_by_itself() -> None:
    one = case(message("浙江"), "春江花园", has=("row",), photos=0, company=COMPANY)
    pasted = ready("图1.jpeg", 1, path="材料.zip!/案例.docx!/图1.jpeg", pasted=True)
    (entry,) = laid(with_photos(one, pasted)).by_case[one.id]
    assert entry.name == "春江花园+文中图片1.jpeg"
    assert entry.note == "从《案例.docx》中取出的图片，不是单独的来件"


def test_companies_and_communities_of_one_name_in_two_cities_do_not_mix() -> None:
    mail = message("浙江")
    here, there = (case(mail, "阳光花园", city, company="阳光物业") for city in ("杭州市", "宁波市"))
    there = replace(there, first_arrival=MORNING)
    made = laid(here, there)
    folders = {one.city: {entry.folder for entry in made.by_case[one.id]} for one in (here, there)}
    assert folders == {"杭州市": {f"{ZHEJIANG}/阳光物业"}, "宁波市": {f"{ZHEJIANG}/阳光物业（宁波市）"}}
    # The one that came later changes nothing of the one before.
    assert paths(laid(here), here) == paths(made, here)


def test_communities_that_differ_only_for_us_keep_their_files_apart() -> None:
    mail = message("浙江")
    cases = [case(mail, name, company=COMPANY) for name in ("Ａ区", "A:b", "A：b", "a：B", "e\u0301园", "é园")]
    made = laid(*cases)
    begins = {one.id: {entry.name.partition("+")[0] for entry in made.by_case[one.id]} for one in cases}
    assert all(len(own) == 1 for own in begins.values())
    assert len({key(*own) for own in begins.values()}) == len(cases)


def test_old_versions_and_withdrawn_cases_are_left_out_unless_asked_for() -> None:
    mail = message("浙江")
    gone = replace(case(mail, "秋水苑", company=COMPANY), withdrawn="陈静 8月6日")
    one = case(mail, "春江花园", company=COMPANY)
    old = file_of(mail, "旧.docx", "recommendation_form", superseded=True)
    one = replace(one, files=(*one.files, old))
    assert not any("秋水苑" in path or "旧" in path for path in paths(laid(one, gone)))
    every = paths(laid(one, gone, every=True))
    assert f"{ZHEJIANG}/旧版本/{COMPANY}/春江花园+推荐表（2026-07-15 旧版）.docx" in every
    assert f"{ZHEJIANG}/已撤回/{COMPANY}/秋水苑+推荐表.docx" in every
    assert set(paths(laid(one, gone))) < set(every)


def test_a_content_that_is_two_things_lies_there_once_and_says_both() -> None:
    mail = message("浙江")
    both = file_of(mail, "材料和推荐表.docx", "case_material")
    form = replace(both, kind="recommendation_form")
    one = replace(case(mail, "春江花园", has=("row",), photos=0), files=(both, form), forms=(form,), materials=(both,))
    (entry,) = laid(one).by_case[one.id]
    assert (entry.what, entry.kind.split()) == ("案例材料、推荐表", ["case_material", "recommendation_form"])


def test_what_cannot_be_opened_or_filed_is_there_and_an_opened_archive_is_not() -> None:
    mail = message("浙江")
    locked = file_of(mail, "材料.zip", "archive", status="encrypted", reason="需要密码")
    opened, letter = file_of(mail, "案例.zip", "archive"), file_of(mail, "报送函.pdf", "other")
    made = assessment([association("浙江", [mail])])
    picture = replace(made.picture, files=(*made.picture.files, locked, opened, letter))
    others = {entry.name: entry.note for entry in layout(picture).entries if "其他来件" in entry.path}
    assert others == {"材料.zip": "需要密码", "报送函.pdf": "没有归入哪个小区"}


def test_a_file_of_which_nothing_is_kept_is_told() -> None:
    mail = message("浙江")
    lost = file_of(mail, "推荐表.docx", "recommendation_form", sha256=None, status="encrypted", reason="需要密码")
    one = replace(case(mail, "春江花园", has=("row",), photos=0), files=(lost,), forms=(lost,))
    assert [(file.name, why) for file, why in laid(one).lost] == [("推荐表.docx", "需要密码")]


def test_raw_mails_lie_with_their_province_by_time_and_subject() -> None:
    mail = message("浙江", subject="报送：案例/附件 *1*")
    made = assessment([association("浙江", [mail])])
    entry = next(one for one in layout(made.picture, {mail.id: Blob("a" * 64, 5)}).entries if one.kind == "mail")
    assert entry.path == f"{ZHEJIANG}/来信/2026-07-15 0830 报送：案例／附件 ＊1＊.eml"


@pytest.mark.parametrize(
    ("name", "form", "wanted"),
    [
        ("a.JPG", "jpeg", "jpg"),
        ("a.jpg", "png", "png"),
        ("推荐表.docx.exe", "docx", "docx"),
        ("表.wps", "doc", "wps"),
        ("a.lnk", "unknown", "bin"),
        ("没有", "pdf", "pdf"),
    ],
)
def test_an_extension_is_one_of_its_contents_format(name: str, form: str, wanted: str) -> None:
    assert extension_of(name, form) == wanted


@pytest.mark.parametrize("text", ["CON", "nul", "COM1", "Lpt9", "aux.txt", "COM¹", "CONIN$"])
def test_no_name_is_a_device_of_windows(text: str) -> None:
    assert Taken().name("", safe(text, 40)).startswith("_")
    assert Taken().name("", safe(text, 40), "docx").startswith("_")


def test_a_long_title_is_clipped_and_neither_community_nor_extension() -> None:
    one = case(message("浙江"), "春江花园小区", company=COMPANY, title="长" * 500)
    names = [entry.name for entry in laid(one).by_case[one.id] if entry.kind == "case_material"]
    assert names[0].startswith("春江花园小区+长长")
    assert names[0].endswith("….docx")
    assert units(names[0]) <= COMPONENT


ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=120) | st.text(
    alphabet=string.punctuation + " .\u202e\u200b\ud800😀é\u0301", max_size=60
)


@settings(max_examples=60, deadline=None)
@given(community=ANY, company=ANY, title=ANY, name=ANY, city=ANY)
def test_whatever_they_are_called_every_path_is_one_that_every_system_takes(
    community: str, company: str, title: str, name: str, city: str
) -> None:
    mail = message("浙江", subject=name)
    cases = [case(mail, community, city, company=company, title=title, has=("material",), photos=1) for _ in range(2)]
    cases[1] = replace(cases[1], city="宁波市", name=replace(cases[1].name, city="宁波市"))
    made = assessment([association("浙江", [mail], cases)])
    other = file_of(mail, name, "other")
    picture = replace(made.picture, files=(*made.picture.files, other))
    found = layout(picture, {mail.id: Blob("a" * 64, 1)}, every=True).entries
    assert len({key(entry.path) for entry in found}) == len(found) == 2 * 2 + 4
    for entry in found:
        assert units(entry.path) <= PATH
        for part in entry.path.split("/"):
            fits_everywhere(part)


def fits_everywhere(part: str) -> None:
    assert part
    assert part not in (".", "..")
    assert units(part) <= COMPONENT
    assert len(part.encode()) <= 255
    assert not set(part) & set('<>:"/\\|?*#%')
    assert not part.endswith((".", " "))
    assert not part.startswith((".", "-", "~", " "))
    assert part == unicodedata.normalize("NFC", part)
    assert not any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for one in part)
    assert part.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
