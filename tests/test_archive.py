"""The archive on a real disk: whole, checkable, incremental, and never at the cost of what a person put there."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from config.settings import load_settings
from ingest.decisions import deciding, settling
from ingest.decisions.deciding import Clerk
from ingest.desk import Desk, open_desk
from ingest.importer import import_path
from ingest.intake import take_in
from ingest.papers.archiving import Wishes, archive
from reports.alone import BusyError, alone_in
from reports.archive import placing
from reports.archive.placing import RETIRED, walk
from reports.archive.state import STATE, ArchiveError
from reports.making.tables import csv_text
from store import mail
from store.decisions import Person
from tests.desks import assessed, desk, desk_on_copy, take
from tests.inbox import Sent, list_files, photo
from tests.inbox import mail as mail_of
from tests.sample import day
from tests.servers import program
from tests.test_cli import zhengji
from tests.test_full_disk import small_disk

AS_OF = day("08-06T10:00:00")
WHEN = day("08-06T11:00:00")
A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=2)
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", photos=1)
FOLDER = f"浙江省/{A.company}"
FORM = f"{FOLDER}/春江花园+推荐表.docx"
PAGES = {"索引.html", "台账.xlsx", "清单.csv", "说明.txt", "SHA256SUMS"}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a desk that has taken one submission in."""
    folder = tmp_path_factory.mktemp("taken") / "desk"
    own = {path.replace("/", "-"): data for case in (A, B) for path, data in case.files().items()}
    files = {**list_files("浙江省物业管理协会", [A, B]), **own, "报送函.txt": "请查收".encode()}
    with desk(folder) as opened:
        take(opened, folder / "inbox", mail_of("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), files))
    return folder


@pytest.fixture
def opened(taken: Path, tmp_path: Path) -> Iterator[Desk]:
    """Give an open desk on a copy of it."""
    with desk_on_copy(taken, tmp_path / "desk") as one:
        yield one


def reopened(folder: Path) -> Desk:
    return open_desk(load_settings(folder / "desk" / "zhengji.toml", {}))


@pytest.fixture
def there(tmp_path: Path) -> Path:
    return tmp_path / "归档"


def send(opened: Desk, tmp_path: Path, name: str, files: dict[str, bytes], when: str = "07-25T10:00:00") -> None:
    """Let another mail of the province come."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "1.eml").write_bytes(mail_of("zjwyxh@example.cn", f"浙江补充 {name}", day(when), files))
    import_path(opened, folder, WHEN)
    take_in(opened)


def files_in(folder: Path) -> dict[str, str]:
    """Return the hash of every file by its relative path."""
    return {path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest() for path in walk(folder)}


def documents(folder: Path) -> dict[str, str]:
    return {path: sha for path, sha in files_in(folder).items() if path not in PAGES | {STATE}}


def clerk(opened: Desk) -> Clerk:
    return Clerk(opened, Person("陈静", WHEN, "电话"))


def checked(folder: Path) -> None:
    """Let sha256sum say that every file is what the sums say, and that no file is without one."""
    done = subprocess.run(
        [program("sha256sum", "coreutils"), "--strict", "-c", "SHA256SUMS"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summed = {line.partition("  ")[2] for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()}
    assert summed == set(files_in(folder)) - {STATE, "SHA256SUMS"}


def test_the_folder_holds_all_that_counts_byte_for_byte_with_the_time_of_its_arrival(opened: Desk, there: Path) -> None:
    done = archive(opened, there, AS_OF)
    assert set(documents(there)) == {
        "浙江省/汇总清单.docx",
        "浙江省/汇总清单（扫描件）.pdf",
        "浙江省/其他来件/报送函.txt",
        f"{FOLDER}/春江花园+{A.title}.docx",
        FORM,
        f"{FOLDER}/春江花园+照片1.jpg",
        f"{FOLDER}/春江花园+照片2.jpg",
        f"浙江省/{B.company}/秋水苑+{B.title}.docx",
        f"浙江省/{B.company}/秋水苑+推荐表.docx",
        f"浙江省/{B.company}/秋水苑+照片1.jpg",
    }
    kept = {file.sha256 for file in assessed(opened, AS_OF).picture.files}
    assert set(documents(there).values()) <= kept
    assert {(there / path).stat().st_mtime for path in documents(there)} == {day("07-20T10:00:00").timestamp()}
    assert (done.placed.new, done.placed.troubles, done.others) == (10, [], [])
    assert set(files_in(there)) == {*documents(there), *PAGES, STATE}
    checked(there)


def test_the_manifest_tells_of_every_file_where_it_came_from(opened: Desk, there: Path) -> None:
    archive(opened, there, AS_OF)
    text = (there / "清单.csv").read_text(encoding="utf-8-sig")
    rows = {row["路径"]: row for row in csv.DictReader(io.StringIO(text))}
    assert {path: row["SHA-256"] for path, row in rows.items()} == documents(there)
    assert rows[FORM]["收到时的名称"] == f"{A.company}-春江花园-推荐表.docx"
    assert (rows[FORM]["材料"], rows[FORM]["到达时间"]) == ("推荐表", "2026-07-20 10:00")
    assert rows["浙江省/其他来件/报送函.txt"]["状态"] == "未归入小区"
    readme = (there / "说明.txt").read_bytes()
    assert readme.startswith(b"\xef\xbb\xbf")
    assert b"sha256sum -c SHA256SUMS" in readme
    assert readme.count(b"\n") == readme.count(b"\r\n")


def test_every_link_of_index_and_ledger_leads_to_a_file_in_the_folder_and_nothing_runs(
    opened: Desk, there: Path
) -> None:
    archive(opened, there, AS_OF, Wishes(mails=True))
    page = (there / "索引.html").read_text(encoding="utf-8")
    hrefs = [unquote(one) for one in re.findall(r'href="([^"#]*)"', page)]
    assert set(hrefs) == {*documents(there), "台账.xlsx", "清单.csv", "说明.txt"}
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "合格照片 2 张，至少需要 3 张" in page
    book = load_workbook(there / "台账.xlsx")
    targets = {
        unquote(cell.hyperlink.target) for one in book for row in one.iter_rows() for cell in row if cell.hyperlink
    }
    assert len(targets) >= 8
    assert all((there / target).exists() for target in targets)


def test_raw_mails_are_there_when_asked_for_and_stay_asked_for(opened: Desk, there: Path) -> None:
    archive(opened, there, AS_OF, Wishes(mails=True))
    name = "浙江省/来信/2026-07-20 1000 浙江报送.eml"
    assert (there / name).read_bytes() == mail.raw(opened.store, 1).read_bytes()
    assert archive(opened, there, AS_OF).placed.retired == 0
    assert (there / name).exists()
    assert archive(opened, there, AS_OF, Wishes(mails=False)).placed.retired == 1
    checked(there)


def test_a_second_run_writes_nothing_and_a_new_photo_is_the_only_thing_copied(
    opened: Desk, there: Path, tmp_path: Path
) -> None:
    archive(opened, there, AS_OF)
    before = {path: (there / path).stat() for path in files_in(there)}
    again = archive(opened, there, AS_OF)
    assert (again.placed.new, again.placed.unchanged, again.placed.moved) == (0, 10, 0)
    after = {path: (there / path).stat() for path in files_in(there)}
    same = [
        path
        for path in before
        if (before[path].st_ino, before[path].st_mtime_ns) != (after[path].st_ino, after[path].st_mtime_ns)
    ]
    assert same == [STATE]
    send(opened, tmp_path, "照片", {"春江花园照片9.jpg": photo("新来的一张")})
    third = archive(opened, there, AS_OF)
    assert (third.placed.new, third.placed.moved, third.placed.retired) == (1, 0, 0)
    assert set(documents(there)) - set(before) == {f"{FOLDER}/春江花园+照片3.jpg"}
    checked(there)


def test_what_counts_no_more_is_laid_aside_and_comes_back_by_itself(opened: Desk, there: Path) -> None:
    archive(opened, there, AS_OF)
    before = documents(there)
    deciding.withdraw(clerk(opened), "秋水苑")
    done = archive(opened, there, AS_OF)
    own = {path for path in before if "秋水苑" in path}
    assert (done.placed.retired, done.placed.new) == (3, 0)
    assert documents(there) == {f"{RETIRED}/{path}" if path in own else path: sha for path, sha in before.items()}
    # An empty folder would look as if something were missing.
    assert not (there / "浙江省" / B.company).exists()
    assert "已不采用" in (there / "清单.csv").read_text(encoding="utf-8-sig")
    assert "已撤回" in (there / "索引.html").read_text(encoding="utf-8")
    checked(there)
    settling.undo(opened, 1, Person("陈静", WHEN))
    back = archive(opened, there, AS_OF)
    assert (back.placed.moved, back.placed.new, back.placed.retired) == (3, 0, 0)
    assert documents(there) == before
    assert not (there / RETIRED).exists()


def test_a_newer_form_takes_the_olds_place_and_the_old_is_laid_aside(opened: Desk, there: Path, tmp_path: Path) -> None:
    archive(opened, there, AS_OF)
    old = files_in(there)[FORM]
    send(opened, tmp_path, "新表", {"春江花园推荐表.docx": replace(A, form={"reason": "另有新荣誉"}).form_docx()})
    archive(opened, there, AS_OF)
    now = documents(there)
    assert now[f"{RETIRED}/{FORM}"] == old
    assert now[FORM] != old
    assert (there / FORM).stat().st_mtime == day("07-25T10:00:00").timestamp()
    checked(there)


def test_an_earlier_moment_gives_the_folder_as_it_stood_then(opened: Desk, there: Path, tmp_path: Path) -> None:
    send(opened, tmp_path, "照片", {"春江花园照片9.jpg": photo("新来的一张")})
    archive(opened, there, day("07-24T10:00:00"))
    assert f"{FOLDER}/春江花园+照片3.jpg" not in documents(there)
    archive(opened, there, AS_OF)
    assert f"{FOLDER}/春江花园+照片3.jpg" in documents(there)
    assert "数据截至 2026-08-06 10:00" in (there / "索引.html").read_text(encoding="utf-8")


def test_what_a_person_put_or_changed_there_is_never_touched(opened: Desk, there: Path) -> None:
    archive(opened, there, AS_OF)
    original = files_in(there)[FORM]
    (there / FORM).write_text("改过的推荐表", encoding="utf-8")
    (there / FOLDER / "编辑意见.txt").write_text("可用", encoding="utf-8")
    (there / "台账.xlsx").write_bytes(b"filled in by hand")
    done = archive(opened, there, AS_OF)
    assert (there / FORM).read_text(encoding="utf-8") == "改过的推荐表"
    assert (there / "台账.xlsx").read_bytes() == b"filled in by hand"
    assert files_in(there)[f"{FOLDER}/春江花园+推荐表（原件）.docx"] == original
    assert load_workbook(there / "台账（新）.xlsx").sheetnames[0] == "汇总"
    assert done.placed.strange == [FORM]
    assert done.others == sorted([FORM, f"{FOLDER}/编辑意见.txt", "台账.xlsx"])
    summed = subprocess.run(
        [program("sha256sum", "coreutils"), "-c", "SHA256SUMS"], cwd=there, capture_output=True, check=False
    )
    assert summed.returncode == 0
    # Once the person's own are gone, ours take their names again.
    (there / FORM).unlink()
    (there / "台账.xlsx").unlink()
    archive(opened, there, AS_OF)
    assert files_in(there)[FORM] == original
    assert not (there / f"{FOLDER}/春江花园+推荐表（原件）.docx").exists()
    assert not (there / "台账（新）.xlsx").exists()
    assert (there / FOLDER / "编辑意见.txt").exists()


def test_what_a_person_deleted_is_put_back(opened: Desk, there: Path) -> None:
    archive(opened, there, AS_OF)
    before = files_in(there)
    shutil.rmtree(there / FOLDER)
    assert archive(opened, there, AS_OF).placed.new == 4
    assert {path: sha for path, sha in files_in(there).items() if path != STATE} == {
        path: sha for path, sha in before.items() if path != STATE
    }


def test_a_file_that_rotted_on_the_disk_is_found_when_every_file_is_looked_into(opened: Desk, there: Path) -> None:
    archive(opened, there, AS_OF)
    stat = (there / FORM).stat()
    data = bytearray((there / FORM).read_bytes())
    data[100] ^= 1
    (there / FORM).write_bytes(data)
    os.utime(there / FORM, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert archive(opened, there, AS_OF).placed.strange == []
    done = archive(opened, there, AS_OF, Wishes(check=True))
    assert done.placed.strange == [FORM]
    assert (there / f"{FOLDER}/春江花园+推荐表（原件）.docx").exists()


def test_a_folder_that_is_not_ours_or_of_another_call_is_refused(opened: Desk, there: Path) -> None:
    there.mkdir()
    (there / "照片.jpg").write_bytes(b"x")
    with pytest.raises(ArchiveError, match="不是空文件夹，也不是以前归档的文件夹"):
        archive(opened, there, AS_OF)
    assert list(there.iterdir()) == [there / "照片.jpg"]
    state = {"format": 1, "campaign": "2027-x", "files": {}, "retired": {}, "pages": {}, "options": {}}
    (there / STATE).write_text(json.dumps(state), encoding="utf-8")
    with pytest.raises(ArchiveError, match="另一次征集（2027-x）"):
        archive(opened, there, AS_OF)
    own = {"../../etc/passwd": {"sha256": "0" * 64, "bytes": 1, "mtime_ns": 1}}
    (there / STATE).write_text(json.dumps({**state, "files": own}), encoding="utf-8")
    with pytest.raises(ArchiveError, match="读不懂"):
        archive(opened, there, AS_OF)


def test_no_link_is_followed_out_of_the_folder(opened: Desk, there: Path, tmp_path: Path) -> None:
    archive(opened, there, AS_OF)
    outside = tmp_path / "外面"
    outside.mkdir()
    (outside / "秘密.txt").write_text("不许动", encoding="utf-8")
    shutil.rmtree(there / FOLDER)
    (there / FOLDER).symlink_to(outside, target_is_directory=True)
    other = there / f"浙江省/{B.company}/秋水苑+推荐表.docx"
    other.unlink()
    other.symlink_to(outside / "秘密.txt")
    done = archive(opened, there, AS_OF)
    assert [path.name for path in outside.iterdir()] == ["秘密.txt"]
    assert (outside / "秘密.txt").read_text(encoding="utf-8") == "不许动"
    assert sum("不是普通文件夹" in line for line in done.placed.troubles) == 4
    assert other.is_symlink()
    assert other.with_name("秋水苑+推荐表（原件）.docx").is_file()


def test_a_content_that_is_gone_or_spoilt_in_the_vault_is_told_and_not_laid_out(opened: Desk, there: Path) -> None:
    by_name = {file.name: file for file in assessed(opened, AS_OF).picture.files}
    gone, spoilt = by_name["汇总清单.docx"], by_name["报送函.txt"]
    opened.store.vault.path(str(gone.sha256)).unlink()
    opened.store.vault.path(str(spoilt.sha256)).write_text("别的", encoding="utf-8")
    done = archive(opened, there, AS_OF)
    assert [line.partition("：")[0] for line in done.placed.troubles] == [
        "浙江省/汇总清单.docx",
        "浙江省/其他来件/报送函.txt",
    ]
    assert done.placed.new == 8
    assert "汇总清单.docx" not in {path.name for path in walk(there)}


@pytest.mark.parametrize("steps", [1, 3, 4, 7, 9, 12, 15, 20, 26, 33, 40, 50, 61, 70])
def test_killed_at_any_point_no_half_file_has_a_name_and_the_next_run_completes_it(
    opened: Desk, there: Path, tmp_path: Path, steps: int
) -> None:
    whole = tmp_path / "整"
    archive(opened, whole, AS_OF)
    # An odd number is of a run that has something to lay aside.
    if steps % 2:
        archive(opened, there, AS_OF)
        deciding.withdraw(clerk(opened), "秋水苑")
        shutil.rmtree(whole)
        archive(opened, whole, AS_OF)
    killed = _killed_after(steps, tmp_path, there)
    known = {file.sha256 for file in assessed(opened, AS_OF).picture.files}
    for path, digest in files_in(there).items():
        if not path.endswith(".part") and path not in PAGES | {STATE}:
            assert digest in known, path
    archive(opened, there, AS_OF)
    left = {path: digest for path, digest in documents(there).items() if not path.startswith(RETIRED)}
    assert left == documents(whole), f"killed: {killed}"
    assert {path for path in files_in(there) if "原件" in path or "新）" in path or path.endswith(".part")} == set()
    checked(there)


def _killed_after(steps: int, tmp_path: Path, there: Path) -> bool:
    """Archive in a process that is gone at its n-th touch of the disk; tell whether it was killed."""
    child = os.fork()
    if child == 0:
        touched = 0

        def gone(name: str) -> object:
            real = getattr(os, name)

            def touch(*arguments: object, **options: object) -> object:
                nonlocal touched
                touched += 1
                if touched > steps:
                    os._exit(9)
                return real(*arguments, **options)

            return touch

        for name in ("utime", "rename", "replace", "mkdir", "rmdir", "fsync"):
            setattr(os, name, gone(name))
        code = 1
        try:
            archive(reopened(tmp_path), there, AS_OF)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 9)
    return os.waitstatus_to_exitcode(status) == 9


def test_while_one_run_writes_into_a_folder_another_is_refused_and_changes_nothing(
    opened: Desk, there: Path, tmp_path: Path
) -> None:
    archive(opened, there, AS_OF)
    send(opened, tmp_path, "照片", {"春江花园照片9.jpg": photo("新")})
    before = files_in(there)
    with alone_in(there), pytest.raises(BusyError, match="另一个 zhengji 正在写"):
        archive(opened, there, AS_OF)
    assert files_in(there) == before
    # A run that was killed holds nothing.
    assert archive(opened, there, AS_OF).placed.new == 1


def test_two_commands_at_once_on_one_folder_leave_it_whole(opened: Desk, there: Path) -> None:
    config = opened.settings.base / "zhengji.toml"
    command = [
        sys.executable,
        "-m",
        "ingest.cli",
        "--config",
        str(config),
        "archive",
        str(there),
        "--as-of",
        "2026-08-06",
    ]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(3)]
    told = {one.communicate()[0]: one.returncode for one in runs}
    assert 0 in told.values()
    assert all("另一个 zhengji 正在写" in text for text, code in told.items() if code)
    assert not any("Traceback" in text for text in told)
    checked(there)


def test_a_full_disk_is_told_and_the_next_run_goes_on(
    opened: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "盘") as disk:
        there = disk / "归档"
        with pytest.raises(ArchiveError, match="磁盘空间不够：还要放入"):
            archive(opened, there, AS_OF)
        # Where the system promises more room than there is.
        usage = shutil.disk_usage(disk)._replace(free=10**12)
        monkeypatch.setattr(placing.shutil, "disk_usage", lambda _: usage)
        monkeypatch.setattr(placing, "_BATCH_FILES", 2)
        (disk / "占位").write_bytes(bytes(2_500_000))
        with pytest.raises(ArchiveError, match=r"磁盘已满：已放好 \d+ 个文件，还差 \d+ 个"):
            archive(opened, there, AS_OF)
        assert not [path for path in walk(there) if path.name.endswith(".part")]
        monkeypatch.undo()
        monkeypatch.setattr(placing, "_SPARE_BYTES", 0)
        (disk / "占位").unlink()
        subprocess.run([program("mount", "mount"), "-o", "remount,size=40m", str(disk)], check=True)
        assert len(archive(opened, there, AS_OF).placed.where) == 10
        checked(there)


def test_the_command_says_what_it_did_and_what_a_person_should_look_at(
    opened: Desk, tmp_path: Path, there: Path
) -> None:
    opened.close()
    config = str(tmp_path / "desk" / "zhengji.toml")
    done = zhengji("--config", config, "archive", str(there), "--as-of", "2026-08-06T10:00")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("归档文件 10 个：新放入 10 个（")
    (there / "自己的.txt").write_text("x", encoding="utf-8")
    again = zhengji("--config", config, "archive", str(there), "--as-of", "2026-08-06T10:00")
    assert "新放入 0 个（0 B），原有 10 个" in again.stdout
    assert "人工放入的文件，没有动（1 个）：\n  自己的.txt" in again.stderr
    refused = zhengji("--config", config, "archive", str(tmp_path / "desk"))
    assert (refused.returncode, "没有写入" in refused.stderr) == (1, True)


def test_a_ledger_with_documents_lies_beside_them_and_one_in_an_archive_leads_into_it(
    opened: Desk, tmp_path: Path, there: Path
) -> None:
    archive(opened, there, AS_OF)
    opened.close()
    config = str(tmp_path / "desk" / "zhengji.toml")
    alone = tmp_path / "台账" / "台账.xlsx"
    done = zhengji("--config", config, "ledger", "-o", str(alone), "--documents", "--as-of", "2026-08-06T10:00")
    assert done.returncode == 0, done.stderr
    inside = there / "给领导.xlsx"
    assert zhengji("--config", config, "ledger", "-o", str(inside), "--as-of", "2026-08-06T10:00").returncode == 0
    for path, prefix in ((alone, "台账附件/"), (inside, "")):
        page = load_workbook(path)["案例"]
        targets = [unquote(cell.hyperlink.target) for row in page.iter_rows() for cell in row if cell.hyperlink]
        assert f"{prefix}{FORM}" in targets
        assert all((path.parent / target).exists() for target in targets)
    bare = zhengji("--config", config, "ledger", "-o", str(tmp_path / "单.xlsx"))
    assert "加 --documents" in bare.stderr


def test_names_in_the_manifest_cannot_act_as_formulas() -> None:
    assert csv_text(["路径"], [["=cmd|x"]]) == "路径\r\n'=cmd|x\r\n"
