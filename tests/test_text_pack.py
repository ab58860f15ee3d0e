"""The text pack for the book: plain text per section, captions, originals untouched, and what is not there is said."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingest.cli import cli
from ingest.desk import Desk
from parsers.kinds.material_captions import CAPTIONS
from parsers.kinds.material_sections import count_characters
from reports.book.captions import Caption, captions_of, pictures_by_caption
from reports.book.laying import RECORD
from reports.book.text_pack import BOM, case_entries, case_folders, encoded
from tests.book_desk import TABLE, TITLE, book_desk, files, material
from tests.doc_reading import reader
from tests.picture_builders import assessment, association, case, file_of, message

A = f"浙江/春江花园+{TITLE}"
B = "浙江/东湖名苑+=cmd｜'／c calc'!A1 智慧赋能"
C = "浙江/广场新村"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with book_desk(tmp_path_factory.mktemp("texts")) as opened:
        yield opened


def run(desk: Desk, *arguments: str) -> Result:
    done = CliRunner().invoke(cli, ["--config", str(desk.settings.base / "zhengji.toml"), *arguments])
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(scope="module")
def pack(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack") / "文稿包"
    run(desk, "text-pack", str(folder), "--as-of", "2026-08-06T10:00")
    return folder


def read(path: Path) -> str:
    """Return a text as an editor opens it."""
    return path.read_text(encoding="utf-8-sig")


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_every_case_has_a_folder_with_a_text_for_every_section(pack: Path) -> None:
    assert sorted(path.name for path in (pack / A).iterdir()) == [
        "00-说明.txt", "01-案例标题.txt", "02-小区简介.txt", "03-问题诊断.txt", "04-解决措施.txt", "05-取得成效.txt",
        "06-总结启示.txt", "07-企业简介.txt", "全文.txt", "原稿", "图注.csv", "图注.txt", "插图", "照片",
    ]  # fmt: skip
    assert read(pack / A / "01-案例标题.txt") == TITLE
    assert read(pack / A / "02-小区简介.txt").startswith("春江花园位于春江路")
    whole = read(pack / A / "全文.txt")
    for name in ("小区简介", "问题诊断", "解决措施", "取得成效", "总结启示", "企业简介"):
        (own,) = (pack / A).glob(f"0?-{name}.txt")
        assert f"{name}\n\n{read(own)}" in whole


def test_texts_are_utf8_with_bom_and_lines_of_windows(pack: Path) -> None:
    for path in pack.rglob("*.txt"):
        data = path.read_bytes()
        assert data.startswith(BOM.encode())
        assert data.count(BOM.encode()) == 1
        assert data.count(b"\n") == data.count(b"\r\n")
    assert encoded("一\r二\r\n三\x07\u202e\ufeff") == "\ufeff一\r\n二\r\n三".encode()


def test_tables_stand_in_the_text_with_tabs_and_captions_beside_it(pack: Path) -> None:
    measures = read(pack / A / "04-解决措施.txt")
    assert "\n".join("\t".join(row) for row in TABLE) in measures
    assert "整治后的第" not in measures
    assert read(pack / A / "图注.txt").splitlines()[2:] == [
        "表1 历年收缴率\t（解决措施）", "图1 整治后的第1处\t（解决措施）", "图2 整治后的第2处\t（解决措施）",
    ]  # fmt: skip
    rows = {row["文件"]: row for row in table(pack / A / "图注.csv")}
    assert rows["插图/图1.jpg"]["图注（材料原文）"] == "图1 整治后的第1处"
    assert rows["插图/图2.jpg"]["图注（材料原文）"] == "图2 整治后的第2处"
    assert (rows["照片/照片02.jpg"]["合格照片"], rows["照片/照片02.jpg"]["说明"]) == ("否", "不足1MB（36 KB）")
    assert rows[""]["图注（材料原文）"] == "表1 历年收缴率"


def test_originals_are_the_very_bytes_that_came(pack: Path) -> None:
    sent = {Path(name).name: data for name, data in files().items() if "春江花园/" in name}
    names = [
        "01大门.jpg", "02小图.jpg", "03截图.png", "04没传完.jpg", "05又一张.jpg", "06车棚.JPG", None, "08颜色.jpg",
    ]  # fmt: skip
    photos = sorted((pack / A / "照片").iterdir())
    assert [path.name for path in photos] == [f"照片0{n}.{'png' if n == 3 else 'jpg'}" for n in range(1, 9)]
    for path, name in zip(photos, names, strict=True):
        if name:
            assert path.read_bytes() == sent[name]
    assert (pack / A / "原稿" / f"春江花园+{TITLE}.docx").read_bytes() == sent[f"春江花园+{TITLE}.docx"]


def test_what_is_not_there_is_said_and_nothing_is_made_up(pack: Path) -> None:
    assert not list((pack / B).glob("*总结启示*"))
    assert "【未识别到此节】" in read(pack / B / "全文.txt")
    assert "总结启示：未识别到此节" in read(pack / B / "00-说明.txt")
    assert sorted(path.name for path in (pack / C).iterdir()) == ["00-说明.txt", "原稿", "图注.csv"]
    about = read(pack / C / "00-说明.txt")
    assert (
        "解决措施、取得成效、总结启示、企业简介：《广场新村+案例材料.docx》文件打不开，可能已损坏，请人工看\n" in about
    )


def test_the_directory_lists_every_file_with_length_hash_and_source(pack: Path) -> None:
    rows = table(pack / "目录.csv")
    listed = {row["文件"]: row for row in rows if row["文件"]}
    there = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    assert set(listed) == there - {"目录.csv", "说明.txt", RECORD}
    for name, row in listed.items():
        data = (pack / name).read_bytes()
        assert (row["SHA-256"], int(row["字节"])) == (hashlib.sha256(data).hexdigest(), len(data))
        assert row["截至"] == "2026-08-06 10:00"
    own = listed[f"{A}/02-小区简介.txt"]
    # As the findings count it: as Word does.
    assert int(own["字数"]) == count_characters(read(pack / A / "02-小区简介.txt")) == 55
    assert own["来源文件"].endswith(f"春江花园/春江花园+{TITLE}.docx")
    absent = {(row["小区名称"], row["内容"]): row["说明"] for row in rows if not row["文件"]}
    assert absent["东湖名苑", "总结启示"] == "未识别到此节"
    assert len(absent) == 8
    # A spreadsheet takes nobody's title for a formula.
    assert {row["案例标题"] for row in rows} == {TITLE, "'=cmd|'/c calc'!A1 智慧赋能", ""}


def test_the_pack_tells_as_of_when_it_is(pack: Path) -> None:
    assert "截至 2026-08-06 10:00（北京时间），1 个省、3 个案例" in read(pack / "说明.txt")
    assert "截至：2026-08-06 10:00（北京时间）" in read(pack / A / "00-说明.txt")


def test_names_are_such_that_windows_takes_them(pack: Path) -> None:
    for path in pack.rglob("*"):
        assert not set('<>:"|?*\\') & set(path.name)
        assert not path.name.endswith((" ", "."))
    assert all(name.isprintable() for name in (path.name for path in pack.rglob("*")))


# ---------------------------------------------------------------- again


def test_a_second_run_writes_what_changed_and_never_over_a_person(desk: Desk, tmp_path: Path) -> None:
    again = ("text-pack", str(tmp_path), "--as-of", "2026-08-06T10:00")
    assert "写出 41 个文件，0 个没有变化" in run(desk, *again).output
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.txt")}
    assert "写出 0 个文件，41 个没有变化" in run(desk, *again).output
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.txt")} == times

    edited, lost = tmp_path / A / "04-解决措施.txt", tmp_path / A / "03-问题诊断.txt"
    edited.write_text("编辑改过的文字", encoding="utf-8")
    lost.unlink()
    done = run(desk, *again).output
    assert "写出 1 个文件" in done
    assert f"有人改过、没有覆盖的 1 个（要重写请加 --overwrite）：\n  {A}/04-解决措施.txt" in done
    assert (edited.read_text(encoding="utf-8"), lost.exists()) == ("编辑改过的文字", True)
    # Also where the record of what was written is lost, and at another moment.
    (tmp_path / RECORD).write_text("{broken", encoding="utf-8")
    run(desk, "text-pack", str(tmp_path), "--as-of", "2026-08-09")
    assert edited.read_text(encoding="utf-8") == "编辑改过的文字"
    assert "有人改过" not in run(desk, *again, "--overwrite").output
    assert read(edited).startswith("2")


def test_what_was_written_before_and_unchanged_is_brought_up_to_date(desk: Desk, tmp_path: Path) -> None:
    run(desk, "text-pack", str(tmp_path), "--as-of", "2026-08-06")
    run(desk, "text-pack", str(tmp_path), "--as-of", "2026-08-09")
    assert "截至：2026-08-09" in read(tmp_path / A / "00-说明.txt")
    assert json.loads((tmp_path / RECORD).read_text(encoding="utf-8"))["as_of"] == "2026-08-09 23:59"
    assert not list(tmp_path.rglob("*.part"))


def test_some_cases_are_put_out_beside_the_others(desk: Desk, tmp_path: Path) -> None:
    run(desk, "text-pack", str(tmp_path), "--case", "东湖名苑", "--as-of", "2026-08-06")
    assert [path.name for path in (tmp_path / "浙江").iterdir()] == [Path(B).name]
    names = tmp_path / "采用.txt"
    names.write_text("春江花园\n", encoding="gbk")
    done = run(desk, "text-pack", str(tmp_path), "--among", str(names), "--as-of", "2026-08-06")
    assert "不再需要" not in done.output
    assert len(list((tmp_path / "浙江").iterdir())) == 2
    # Who puts out everything is told what is left over, and nothing of it is deleted.
    record = tmp_path / RECORD
    kept = json.loads(record.read_text(encoding="utf-8"))
    kept["files"]["浙江/旧名花园/全文.txt"] = "0" * 64
    record.write_text(json.dumps(kept), encoding="utf-8")
    assert (
        "上次写出、这次不再需要的 1 个（没有删除）：\n  浙江/旧名花园/全文.txt"
        in run(desk, "text-pack", str(tmp_path), "--as-of", "2026-08-06").output
    )


def test_an_original_that_is_gone_is_told_and_holds_up_nothing(desk: Desk, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(files()["杭州春江物业服务有限公司/春江花园/02小图.jpg"]).hexdigest()
    lying = desk.store.vault.path(sha256)
    lying.rename(tmp_path / "away")
    try:
        done = run(desk, "text-pack", str(tmp_path / "pack"), "--case", "春江花园", "--as-of", "2026-08-06")
    finally:
        (tmp_path / "away").rename(lying)
    assert f"原件不在库中的 1 个：\n  {A}/照片/照片02.jpg" in done.output
    assert (tmp_path / "pack" / A / "照片" / "照片03.png").exists()


# ---------------------------------------------------------------- part by part


def test_captions_are_kept_beside_the_texts_with_their_section_and_picture(tmp_path: Path) -> None:
    found = [
        one for one in reader(tmp_path)(material("春江花园", "杭州春江物业服务有限公司")) if one.kind == "case_material"
    ]
    assert found[0].texts[CAPTIONS].splitlines() == [
        "measures\t表\t0\t表1 历年收缴率", "measures\t图\t1\t图1 整治后的第1处", "measures\t图\t2\t图2 整治后的第2处",
    ]  # fmt: skip
    assert captions_of(found[0].texts)[1] == Caption("measures", "图", 1, "图1 整治后的第1处")


def test_a_caption_is_given_to_a_picture_only_where_that_is_sure() -> None:
    post = message("浙江")
    pictures = [file_of(post, f"图{number}.jpeg", "photo", pasted=True) for number in (1, 2, 3)]

    def own(*before: int | None) -> dict[int, str]:
        captions = [Caption("", "图", place, f"图注{number}") for number, place in enumerate(before, start=1)]
        by_picture = pictures_by_caption(pictures, captions)
        return {number: by_picture[file.id].text for number, file in enumerate(pictures, 1) if file.id in by_picture}

    # By where they stand, also where one picture has none; by their order where that is not known.
    assert own(1, 3) == {1: "图注1", 3: "图注2"}
    assert own(None, None, None) == {1: "图注1", 2: "图注2", 3: "图注3"}
    # Too few of them, one before all pictures, two below one, one below a picture that was not taken out.
    for unsure in ((None, None), (0, 1), (1, 1), (1, 4)):
        assert own(*unsure) == {}


def test_a_case_without_a_material_says_so_and_gives_its_photos() -> None:
    post = message("浙江")
    bare = case(post, "春江花园", has=("row",), title=None)
    picture = assessment([association("浙江", [post], [bare])]).picture
    entries = case_entries(bare, picture, {})
    assert {entry.note for entry in entries if not entry.path} == {"尚未收到案例材料"}
    assert [entry.path for entry in entries if entry.blob] == [f"照片/照片0{n}.jpg" for n in (1, 2, 3)]


def test_a_text_that_was_cut_is_said_to_be_cut() -> None:
    post = message("浙江")
    one = {"name": "measures", "characters": 30_000, "shared": False, "blank": False, "hint": ""}
    facts = {"section_facts": [one], "method": "docx", "picture_captions": 2, "table_captions": 0}
    long = file_of(post, "春江花园+红色管家.docx", "case_material", facts=facts)
    whole = replace(case(post, "春江花园"), materials=(long,))
    picture = assessment([association("浙江", [post], [whole])]).picture
    entries = {entry.path: entry for entry in case_entries(whole, picture, {"measures": "长" * 20_000})}
    assert entries["全文.txt"].note == "全文过长，只保留了前 20,000 字，其余见原稿"
    assert "没有留存文字" in (entries["图注.txt"].text or "")


def test_folders_of_one_name_are_told_apart_and_hostile_names_stay_inside() -> None:
    post = message("浙江")
    cases = [case(post, name, title=None) for name in ("../../春江", "春江花园", "春江花园", "ＣＯＮ", "con")]
    folders = case_folders(assessment([association("浙江", [post], cases)]).picture)
    assert list(folders.values()) == [
        "浙江/…／…／春江", "浙江/春江花园", "浙江/春江花园（2）", "浙江/ＣＯＮ", "浙江/_con",
    ]  # fmt: skip
