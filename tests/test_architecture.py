"""The house holds: directions of import, one door for each package, short files, and who owns the rooms' names."""

import ast
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("config", "ingest", "parsers", "reports", "store")
# One third-party package has one door: the modules that may import it.
DOORS = {
    "Cryptodome": {"parsers/archives/zip_data.py", "parsers/archives/rars.py"},
    "PIL": {"parsers/image.py", "parsers/pages", "parsers/thumbnail.py", "reports/digest/curve.py"},
    "alembic": {"store/condition.py", "store/database.py", "store/migrations"},
    "apprise": {"ingest/telling/chat.py"},
    "argon2": {"store/passwords.py"},
    "apscheduler": {"ingest/worker.py"},
    "backports": {"parsers/archives/streams.py"},
    "chinese_calendar": {"reports/deadline.py"},
    "click": {
        "ingest/cli.py",
        "ingest/commands",
        "ingest/context.py",
        "ingest/lazily.py",
        "ingest/safekeeping/looked.py",
    },
    "cv2": {"parsers/pages"},
    "docx": {"parsers/documents/word.py", "reports/making/word.py"},
    "imapclient": {"ingest/mailboxes/connection.py", "ingest/mailboxes/pipeline.py"},
    "inflate64": {"parsers/archives/zip_data.py"},
    "jinja2": {"reports/making/templating.py"},
    "lxml": {"parsers/documents/word.py", "parsers/documents/web.py", "parsers/documents/wordtree.py"},
    "markupsafe": {"reports/console/asked.py", "reports/console/render.py"},
    "mailparser": {"parsers/letter.py"},
    # Where much of one kind is compared with each other: pixels, fingerprints, the sentences of all materials.
    "numpy": {"parsers/pages", "reports/same_pictures.py", "reports/near_duplicates.py"},
    "obstore": {"store/contents/objects.py"},
    "pandas": {"reports/making/tables.py"},
    # What pdfplumber raises is its reader's.
    "pdfminer": {"parsers/documents/pdf.py"},
    "pdfplumber": {"parsers/documents/pdf.py"},
    "pi_heif": {"parsers/image.py"},
    "py7zr": {"parsers/archives/sevenzip.py"},
    # The clean room answers in JSON; ingest/room/opened.py makes letters of it again.
    "procrastinate": {"store/jobs.py", "ingest/sharing/jobs.py"},
    "prometheus_client": {"reports/watching/metrics.py"},
    "pydantic": {"config", "ingest/room/opened.py"},
    "pymediainfo": {"parsers/video.py"},
    "pypdfium2": {"parsers/documents/pdf_pages.py"},
    "python_calamine": {"parsers/documents/sheets.py"},
    # Starlette's own keeps files in memory or in /tmp; ours go to the disk that is meant for them.
    "python_multipart": {"reports/console/adding/receiving.py"},
    "rapidfuzz": {"config/variance.py", "config/companies.py", "parsers/kinds/misread.py"},
    "rapidocr": {"parsers/pages/ocr.py"},
    "rarfile": {"parsers/archives/rars.py"},
    "reportlab": {"reports/making/pdf.py"},
    "rich": {"reports/status.py", "ingest/progress.py"},
    "sqlalchemy": {"store"},
    "starlette": {"reports/console"},
    "uvicorn": {"ingest/console/serving.py"},
    # Drop-downs, marked words and links between sheets are more than a table.
    "xlsxwriter": {"reports/making/tables.py", "reports/making/table_layout.py", "reports/screening/book.py"},
}


def modules() -> Iterator[Path]:
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_each_third_party_package_has_one_door() -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules()
        for name in set(imported(path)) & set(DOORS)
        if not any(str(path.relative_to(ROOT)).startswith(door) for door in DOORS[name])
    ]
    assert wrong == []


def test_every_third_party_import_has_a_door_or_is_free() -> None:
    free = {*sys.stdlib_module_names, *ROOMS, "structlog", "pydantic_core", "tests"}
    unknown = {name for path in modules() for name in imported(path)} - free - set(DOORS)
    assert unknown == set()


def test_no_file_is_longer_than_400_lines_and_no_function_than_60() -> None:
    long = []
    for path in modules():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 400:
            long.append(str(path.relative_to(ROOT)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60:
                long.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert long == []


def test_broad_excepts_are_in_intake_where_the_clean_room_tells_it_of_faults_and_where_threads_endure() -> None:
    broad = set()
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
            ):
                broad.add(str(path.relative_to(ROOT)))
    # The panics of a library's Rust can be caught in no other way; all else is raised again there.
    expected = {
        "ingest/intake.py",
        "ingest/room/cleanroom_child.py",
        "parsers/documents/sheets.py",
        "store/contents/objects.py",
    }
    # What a question that may hang raises is raised where its answer is waited for.
    assert broad == {*expected, "reports/console/enduring.py", "reports/watching/limited.py"}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder), "PATH": ""}
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_directions_of_import_are_kept(copied: Path) -> None:
    done = lint_imports(copied)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [("store/wrong.py", "import parsers.base"), ("parsers/wrong.py", "import store.mail"), ("config/wrong.py", "import store.mail"), ("reports/wrong.py", "import parsers.base")],
)  # fmt: skip
def test_an_import_against_the_direction_is_found(copied: Path, file: str, line: str) -> None:
    (copied / file).write_text(line + "\n", encoding="utf-8")
    done = lint_imports(copied)
    assert done.returncode != 0
    assert "wrong" in done.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_the_rooms_names_belong_to_us_alone(room: str) -> None:
    spec = importlib.util.find_spec(room)
    assert spec is not None
    assert Path(spec.origin or "").parent == ROOT / room
    # A distribution named `config` exists; installed beside us it would shadow ours, or ours it.
    assert set(packages_distributions().get(room, ["zhengji"])) == {"zhengji"}
