"""The names in addresses that are kept between looks are those of a look from scratch."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.desk import Desk
from reports.console.board import Seen, file_key
from reports.console.names import names_of
from tests.desks import assessed, desk, from_scratch, take
from tests.inbox import Sent, list_files, mail
from tests.sample import day

A = Sent("春江花园", "杭州春江物业服务有限公司", "杭州市物业管理协会", photos=2)
N = Sent("玄武花园", "南京玄武物业服务有限公司", "南京市物业管理协会", photos=1)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("names")
    with desk(folder) as one:
        lists = list_files("浙江省物业管理协会", [A])
        other = list_files("江苏省物业管理协会", [N])
        zhejiang = mail("zjwyxh@example.cn", "浙江报送", day("07-20T10:00:00"), lists)
        take(one, folder / "inbox", zhejiang, mail("jswx@jsproperty.example", "江苏报送", day("07-21T10:00:00"), other))
        yield one


def test_a_file_is_found_by_its_key_alone(opened: Desk) -> None:
    seen = Seen(assessed(opened), 1)
    assert all(seen.files[file_key(file)] is file for file in seen.picture.files)
    assert len(seen.files) == len(seen.picture.files) >= 4
    for other in ("", "x", "1", "1-", "1-000000000000", "99-000000000000", "²-0", "1-../../etc"):
        assert seen.files.get(other) is None
        assert other not in seen.files


def test_names_that_are_kept_are_those_from_scratch_and_only_a_changed_province_is_gone_through(
    opened: Desk, tmp_path: Path
) -> None:
    before = names_of(assessed(opened))
    form = {"春江花园推荐表.docx": A.form_docx(), "春江花园大门.jpg": b"no picture"}
    take(opened, tmp_path / "more", mail("zjwyxh@example.cn", "浙江补充", day("07-22T10:00:00"), form))
    seen = Seen(assessed(opened), 2, names_of(assessed(opened), before))
    again = Seen(from_scratch(opened), 1)
    assert {key: case.name for key, case in seen.cases.items()} == {key: case.name for key, case in again.cases.items()}
    assert dict(seen.case_keys) == {case.id: key for key, case in seen.cases.items()} == dict(again.case_keys)
    assert {key: file.path for key, file in seen.files.items()} == {key: file.path for key, file in again.files.items()}
    assert {key: [one.path for one in own] for key, own in seen.files_of.items()} == {
        key: [one.path for one in own] for key, own in again.files_of.items()
    }
    assert dict(seen.findings) == dict(again.findings)
    assert seen.findings
    assert {key: list(own) for key, own in seen.findings_of_cases.items()} == {
        key: list(own) for key, own in again.findings_of_cases.items()
    }
    # 浙江 and what it is found to lack; nothing else.
    assert len(set(seen.names.drawn) - set(before.drawn)) == 1
    assert len(set(seen.names.found) - set(before.found)) == 1
