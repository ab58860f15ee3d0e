"""The archive at its limits: the longest names, nothing known of a company, cities, withdrawn and old versions."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from config.safe_names import COMPONENT, PATH, units
from ingest.decisions import deciding
from ingest.decisions.deciding import Clerk
from ingest.desk import Desk
from ingest.papers.archiving import Wishes, archive
from reports.archive.index import Front, index
from reports.archive.layout import layout
from reports.archive.placing import RETIRED, beside, walk
from reports.finding import Assessment
from reports.picture import CaseView
from store.contents.blobs import Blob
from store.decisions import Person
from tests.desks import desk, desk_on_copy, take
from tests.inbox import Sent, list_files, mail
from tests.picture_builders import MORNING, assessment, association, case, file_of, message
from tests.sample import day
from tests.test_cli import zhengji

AS_OF = day("08-06T10:00:00")
# What Windows takes, without the 0 at the end; and where staff would put the folder.
WINDOWS, STAFF = 259, "D:\\2026年住宅小区好服务案例征集\\归档\\"
LONG = "超长的名字" * 60


def extreme() -> Assessment:
    """Return a campaign in which all is as long as it can be, in four cities of the province with the longest name."""
    post = message("新疆", subject=LONG)
    made = []
    for city in (f"甲{LONG}市", f"乙{LONG}市"):
        one = case(post, LONG, city, company=LONG, title=LONG)
        old = file_of(post, f"{LONG}.docx", "recommendation_form", superseded=True)
        other = file_of(post, f"{LONG}.pdf", "other", case_ids=(one.id,))
        made += [replace(one, files=(*one.files, old, other))]
        made += [replace(case(post, LONG, f"丙{city}", company=LONG), withdrawn="陈静 8月6日")]
    seen = assessment([association("新疆", [post], made)])
    stray = file_of(post, f"{LONG}.zip", "archive", status="encrypted")
    return replace(seen, picture=replace(seen.picture, files=(*seen.picture.files, stray)))


def test_the_longest_names_stay_within_windows_also_when_laid_aside_or_beside_a_persons_file(tmp_path: Path) -> None:
    picture = extreme().picture
    entries = layout(picture, {one.id: Blob("a" * 64, 1) for one in picture.messages}, every=True).entries
    assert {"旧版本", "已撤回", "来信", "其他来件"} <= {entry.path.split("/")[1] for entry in entries}
    assert max(units(entry.path) for entry in entries) >= COMPONENT * 2
    for entry in entries:
        assert units(entry.path) <= PATH
        aside = beside(f"{RETIRED}/{beside(entry.path, '（原件）')}", "（99）")
        assert units(STAFF + aside) <= WINDOWS
        # And no part is longer than Linux takes, with what stands beside it while it is written.
        path = tmp_path / aside
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_a_company_that_is_unknown_has_a_folder_that_says_so_and_a_known_spelling_none_of_its_own() -> None:
    post = message("浙江")
    days = (MORNING + timedelta(days=number) for number in range(9))

    def of(name: str, company: str | None, city: str = "杭州市") -> CaseView:
        return case(post, name, city, company=company, first_arrival=next(days))

    made = layout(
        assessment(
            [
                association(
                    "浙江",
                    [post],
                    [
                        of("甲园", None),
                        of("乙园", "春江物业服务有限公司(杭州)"),
                        of("丙园", "春江物业服务 有限公司（杭州）"),
                        of("丁园", None, "宁波市"),
                    ],
                )
            ]
        ).picture
    )
    folders = {entry.community: entry.folder for entry in made.entries if entry.community}
    assert folders["甲园"] == "浙江省/企业名称不详"
    assert folders["丁园"] == "浙江省/企业名称不详（宁波市）"
    assert folders["乙园"] == folders["丙园"]


# ---------------------------------------------------------------- with real mails on a real disk

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=1)
B = Sent("秋水苑", "宁波秋水物业服务有限公司", "宁波市物业管理协会", photos=0)
C = Sent("湖畔居", "杭州湖畔物业服务有限公司", "杭州市物业管理协会", photos=0)


def flat(*cases: Sent) -> dict[str, bytes]:
    return {path.replace("/", "-"): data for one in cases for path, data in one.files().items()}


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a desk that took in a province's submission, a newer form, and a mail of a city's own association."""
    folder = tmp_path_factory.mktemp("taken") / "desk"
    newer = replace(A, form={"reason": "新增荣誉：省级示范"}).form_docx()
    mails = (
        mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), {**list_files("浙江省物业管理协会", [A, B]), **flat(A, B)}),
        mail("zjwyxh@example.cn", "浙江更正推荐表", day("07-25T10:00:00"), {"春江花园推荐表.docx": newer}),
        mail("hzwyxh@example.cn", "杭州市物业管理协会报送湖畔居", day("07-26T10:00:00"), flat(C)),
    )  # fmt: skip
    with desk(folder) as opened:
        take(opened, folder / "inbox", *mails)
    return folder


@pytest.fixture
def opened(taken: Path, tmp_path: Path) -> Iterator[Desk]:
    with desk_on_copy(taken, tmp_path / "desk") as one:
        yield one


def names(there: Path) -> set[str]:
    return {path.relative_to(there).as_posix() for path in walk(there)}


def test_what_a_city_sent_itself_lies_with_its_province_and_company(opened: Desk, tmp_path: Path) -> None:
    archive(opened, tmp_path / "归档", AS_OF)
    assert f"浙江省/{C.company}/湖畔居+推荐表.docx" in names(tmp_path / "归档")


def test_old_and_withdrawn_come_with_all_and_go_with_no_all(opened: Desk, tmp_path: Path) -> None:
    there = tmp_path / "归档"
    deciding.withdraw(Clerk(opened, Person("陈静", day("08-06T09:00:00"), "电话")), "秋水苑")
    archive(opened, there, AS_OF)
    plain = names(there)
    assert not any("秋水苑" in name or "旧版" in name for name in plain)
    archive(opened, there, AS_OF, Wishes(every=True))
    added = names(there) - plain
    assert f"浙江省/旧版本/{A.company}/春江花园+推荐表（2026-07-20 旧版）.docx" in added
    assert f"浙江省/已撤回/{B.company}/秋水苑+推荐表.docx" in added
    page = (there / "索引.html").read_text(encoding="utf-8")
    assert "已撤回（" in page
    archive(opened, there, AS_OF, Wishes(every=False))
    assert {name for name in names(there) if not name.startswith(RETIRED)} == plain
    assert {name.partition("/")[2] for name in names(there) if name.startswith(RETIRED)} == added


def test_index_and_readme_count_the_cases_as_every_other_report_does(opened: Desk, tmp_path: Path) -> None:
    there = tmp_path / "归档"
    deciding.withdraw(Clerk(opened, Person("陈静", day("08-06T09:00:00"), "")), "秋水苑")
    archive(opened, there, AS_OF, Wishes(every=True))
    said = zhengji(
        "--config", str(opened.settings.base / "zhengji.toml"), "status", "--as-of", "2026-08-06T10:00"
    ).stdout
    (numbers,) = re.findall(r"案例 (\d+)/(\d+) 齐全", said)
    complete, expected = numbers
    assert f"应报案例 {expected} 个，其中材料齐全 {complete} 个" in (there / "索引.html").read_text(encoding="utf-8")
    assert f"应报案例 {expected} 个" in (there / "说明.txt").read_text(encoding="utf-8-sig")


def test_a_case_of_which_only_the_list_tells_is_counted_and_shown_as_missing_everything() -> None:
    post = message("浙江")
    seen = assessment([association("浙江", [post], [case(post, "空园", has=("row",), photos=0)])])
    page = index(seen, layout(seen.picture), {}, Front(0, ())).decode()
    assert "应报案例 1 个，其中材料齐全 0 个" in page
    assert "空园" in page


def test_the_ledger_of_the_archive_is_the_one_that_the_command_makes(opened: Desk, tmp_path: Path) -> None:
    there = tmp_path / "归档"
    archive(opened, there, AS_OF)
    config = str(opened.settings.base / "zhengji.toml")
    own, free = there / "自己做的.xlsx", tmp_path / "别处" / "台账.xlsx"
    for path in (own, free):
        assert zhengji("--config", config, "ledger", "--as-of", "2026-08-06T10:00", "-o", str(path)).returncode == 0
    assert own.read_bytes() == (there / "台账.xlsx").read_bytes()
    # Without the documents beside it only its links are gone.
    ours, others = (load_workbook(path) for path in (own, free))
    assert ours.sheetnames == others.sheetnames
    for name in ours.sheetnames:
        first, second = ([*page.iter_rows(values_only=True)] for page in (ours[name], others[name]))
        assert first == second
