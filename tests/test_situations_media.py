"""Situations with photos and videos, from raw mails to findings."""

from dataclasses import replace
from pathlib import Path

import pytest

from reports.export import rows
from reports.finding import Assessment, Finding
from tests.desks import codes, desk, take
from tests.heic_builders import heic
from tests.inbox import Sent, list_files, mail
from tests.mail_builders import gbk_zip
from tests.photo_builders import heavy, photo_like, saved
from tests.sample import day
from tests.video_builders import avi, box, mp4

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会")
B = replace(A, community="秋水苑", company="宁波秋水物业服务有限公司", recommender="宁波市物业管理协会")
HEAD = "浙江省物业管理协会"


def done(tmp_path: Path, *cases: Sent, **more: bytes) -> Assessment:
    """Return what is found where cases come whole, and more files (their dots as __) beside the first one's."""
    own = {path: data for case in cases for path, data in case.files().items()}
    own |= {f"{cases[0].company}/{cases[0].community}/{name.replace('__', '.')}": data for name, data in more.items()}
    files = {**list_files(HEAD, cases), "材料.zip": gbk_zip(own)}
    with desk(tmp_path) as opened:
        return take(opened, tmp_path / "inbox", mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files))


def found(assessment: Assessment, code: str) -> list[Finding]:
    return [one for one in assessment.findings if one.code == code and one.province == "浙江"]


def photos(assessment: Assessment) -> dict[str, int]:
    return {row["community"]: row["photos"] for row in rows(assessment, "cases")}


def test_a_good_video_and_good_photos_give_no_finding(tmp_path: Path) -> None:
    assessment = done(
        tmp_path, A, 宣传片__mp4=mp4(1920, 1080, 299.9), 片花__MOV=mp4(800, 600, 300, brand=b"qt  ", also=b"qt  ")
    )
    assert codes(assessment, "浙江") == {"balance.project_types"}
    assert [(row["videos"], row["photos"]) for row in rows(assessment, "cases")] == [(2, 3)]


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (mp4(seconds=400.5), "video.too_long", "视频《片.mp4》长 6 分 40 秒，须在 5 分钟以内"),
        (mp4(rotation=90), "video.not_landscape", "视频《片.mp4》不是横屏（720×1280 像素），请提供横屏视频"),
        (mp4(800, 450), "video.low_resolution", "视频《片.mp4》分辨率为 800×450，须在 800×600 以上"),
        (avi(), "video.wrong_format", "视频《片.mp4》实为 avi 格式，请提供 MP4 或 MOV"),
        (mp4()[:-10], "video.unreadable", "视频《片.mp4》不能播放：视频不完整，可能没有传完，请重新提供"),
        (b"\0\1\2\3" * 200, "video.unreadable", "视频《片.mp4》不能播放：认不出的格式，可能已损坏，请重新提供"),
        (mp4(sound_only=True), "video.unreadable", "视频《片.mp4》不能播放：里面只有声音，没有画面，请重新提供"),
    ],
)  # fmt: skip
def test_each_fault_of_a_video_is_one_finding(data: bytes, code: str, message: str, tmp_path: Path) -> None:
    assessment = done(tmp_path, A, 片__mp4=data)
    assert codes(assessment, "浙江") == {"balance.project_types", code}
    (finding,) = found(assessment, code)
    assert (finding.message, finding.severity, finding.subject) == (message, "warning", "file")
    assert (finding.file or "").endswith("片.mp4")


def test_a_copy_of_a_photo_of_the_same_case_counts_once_and_the_evidence_says_so(tmp_path: Path) -> None:
    one = photo_like("春江花园杭州市物业管理协会1")
    copy = heavy(saved(one.resize((640, 480)).rotate(180), quality=60), "copy")
    assessment = done(tmp_path, replace(A, photos=2), 照片9__jpg=copy)
    assert photos(assessment) == {"春江花园": 2}
    (finding,) = found(assessment, "photo.too_few")
    assert finding.evidence == (
        "合格：《照片1.jpg》（800×600 像素）、《照片2.jpg》（800×600 像素）；不计：《照片9.jpg》（与《照片1.jpg》是同一张）"
    )


def test_a_heic_photo_is_read_and_named_but_does_not_count(tmp_path: Path) -> None:
    data = heic() + box(b"free", bytes(200_000))
    assessment = done(tmp_path, replace(A, photos=3), IMG_2__HEIC=data)
    assert photos(assessment) == {"春江花园": 3}
    assert [one.message for one in found(assessment, "photo.not_jpeg")] == [
        "照片《IMG_2.HEIC》实为 heic 格式，请提供 JPG 原图"
    ]
    assert found(assessment, "photo.unreadable") == []


def test_a_photo_that_a_chat_program_compressed_is_said_to_be_that(tmp_path: Path) -> None:
    small = saved(photo_like("chat", 1280, 960), quality=70)
    own = saved(photo_like("own", 300, 200), quality=95)
    assessment = done(tmp_path, A, mmexport__jpg=small, 小图__jpg=own)
    evidence = {(one.file or "")[-6:]: one.evidence for one in found(assessment, "photo.too_small")}
    assert evidence["rt.jpg"].endswith("mmexport.jpg；1280×960 像素；可能经微信压缩，请索要原图")
    assert evidence["小图.jpg"].endswith("小图.jpg；300×200 像素")


def test_a_photo_that_serves_two_cases_is_named_on_both_and_no_other(tmp_path: Path) -> None:
    again = saved(photo_like("春江花园杭州市物业管理协会2").resize((500, 375)), quality=50)
    files = {f"{B.company}/{B.community}/大门.jpg": heavy(again, "again")}
    third = replace(A, community="夏荷园", company="温州夏荷物业服务有限公司", recommender="温州市物业管理协会")
    cases = (A, B, third)
    own = {path: data for case in cases for path, data in case.files().items()} | files
    sent = {**list_files(HEAD, cases), "材料.zip": gbk_zip(own)}
    with desk(tmp_path) as opened:
        mails = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), sent)
        assessment = take(opened, tmp_path / "inbox", mails)
    messages = {one.community: (one.message, one.evidence, one.severity) for one in found(assessment, "photo.reused")}
    paths = [f"材料.zip!/{A.company}/春江花园/照片2.jpg", f"材料.zip!/{B.company}/秋水苑/大门.jpg"]
    assert messages == {
        "春江花园": ("照片也用于其他案例：《照片2.jpg》与宁波市秋水苑的《大门.jpg》，请核对", " = ".join(paths), "warning"),
        "秋水苑": ("照片也用于其他案例：《大门.jpg》与杭州市春江花园的《照片2.jpg》，请核对", " = ".join(paths[::-1]), "warning"),
    }  # fmt: skip
    assert photos(assessment) == {"春江花园": 3, "秋水苑": 4, "夏荷园": 3}


def test_a_picture_of_too_many_pixels_is_in_sight(tmp_path: Path) -> None:
    assessment = done(tmp_path, A, 全景__heic=heic(size=(20_000, 20_000)))
    assert [one.message for one in found(assessment, "file.unsupported")] == [
        "《全景.heic》打不开，请人工看：像素过多（20000×20000），没有打开"
    ]
    assert found(assessment, "photo.unreadable") == []


def test_photos_that_came_twice_serve_one_case_and_are_no_reuse(tmp_path: Path) -> None:
    files = {**list_files(HEAD, [A]), "材料.zip": gbk_zip(A.files())}
    twice = [mail("zjwyxh@example.cn", "浙江报送", day(f"07-2{n}T10:00:00"), files) for n in (0, 1)]
    with desk(tmp_path) as opened:
        assessment = take(opened, tmp_path / "inbox", *twice)
    assert found(assessment, "photo.reused") == []
    assert photos(assessment) == {"春江花园": 3}
