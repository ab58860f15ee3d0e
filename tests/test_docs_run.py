"""Every shell block that is marked as runnable is run, in the order of its page, with the code of the repository.

```` ```sh runnable ```` is run in a folder that holds the sample campaign, already taken in, and its inbox;
```` ```sh runnable empty ```` in an empty one. `$SOURCE` is the repository.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consoles import sample_folder
from tests.doc_pages import PAGES, Block, blocks
from tests.forked_commands import forked_commands
from tests.test_architecture import ROOT

# The Chinese README has the blocks of the English one, which another test compares.
_TWIN = "README.zh.md"
MARKED = {page: [block for block in blocks(page) if block.is_run] for page in PAGES}
RUN = [page for page in PAGES if MARKED[page] and page.name != _TWIN]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with forked_commands(tmp_path_factory.mktemp("quick")) as folder:
        yield folder


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """Return a folder with `zhengji` as the code beside this test is it, whatever is installed."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = folder / "zhengji"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ingest.cli "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return folder


def run(block: Block, folder: Path, commands: Path) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("ZHENGJI_")}
    places = {
        "PATH": f"{commands}:{own['PATH']}",
        "PYTHONPATH": str(ROOT),
        "SOURCE": str(ROOT),
        "ZHENGJI_PERSON": "陈静",
    }
    command = ["bash", "-euo", "pipefail", "-c", block.text]
    done = subprocess.run(
        command, cwd=folder, env=own | places, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=500
    )  # fmt: skip
    assert done.returncode == 0, f"{block.page.name}:\n{block.text}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_runnable_blocks_of_a_page_succeed_one_after_the_other(
    page: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, started: Path, quick: Path
) -> None:
    taken = sample_folder(tmp_path_factory)
    full, empty = tmp_path / "full", tmp_path / "empty"
    shutil.copytree(taken, full)
    shutil.copytree(taken.parent / "inbox", full / "inbox")
    empty.mkdir()
    for block in MARKED[page]:
        # What everybody types first, in an empty folder, is started as it is there; elsewhere the start is spared.
        first = "empty" in block.info.split()
        run(block, empty if first else full, started if first else quick)


@pytest.mark.parametrize("commands", ["started", "quick"])
def test_a_block_that_fails_makes_its_page_fail(commands: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    wrong = Block(PAGES[0], "sh runnable", "zhengji check-config | cat\nzhengji unheard-of\necho never\n")
    with pytest.raises(AssertionError, match="unheard-of"):
        run(wrong, tmp_path, request.getfixturevalue(commands))


def test_every_reader_finds_blocks_that_were_run() -> None:
    assert {page.name for page in RUN} >= {"README.md", "manual.zh.md", "campaign.md", "queries.md", "ledger.md"}
