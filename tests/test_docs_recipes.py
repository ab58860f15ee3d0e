"""What `docs/developer.md` says how to add something is done here, step by step, in a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consoles import sample_folder
from tests.doc_pages import blocks, text_of
from tests.test_architecture import ROOMS, ROOT

PAGE = ROOT / "docs" / "developer.md"
CHAPTERS = {part.partition("\n")[0]: part for part in text_of(PAGE).split("\n## ")[1:]}
RECIPES = [name for name in CHAPTERS if "```sh recipe" in CHAPTERS[name]]
# The page of the console shows the report that was added before it.
_AFTER = {"Add a page of the console": ["Add a report"]}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of all that a recipe touches."""
    folder = tmp_path / "repository"
    for room in (*ROOMS, "tests", "docs"):
        ignored = shutil.ignore_patterns("__pycache__", "samples", "mails", "labelled", "pictures")
        shutil.copytree(ROOT / room, folder / room, ignore=ignored)
    return folder


@pytest.fixture
def campaign_folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_folder(tmp_path_factory), tmp_path / "campaign"))


def steps(chapter: str) -> Iterator[tuple[str, str, str]]:
    """Yield the blocks of a chapter: what is done, to which file, with which text."""
    for block in blocks(PAGE):
        words = block.info.split()
        if block.text in CHAPTERS[chapter] and f"```{block.info}\n" in CHAPTERS[chapter]:
            yield words[0] if len(words) < 3 else words[1], words[-1], block.text


def follow(kind: str, target: Path, text: str) -> None:
    """Do to a file what a block says; the test fails where the file does not look as the block says."""
    if kind == "python":
        assert not target.exists()
        target.write_text(text, encoding="utf-8")
        return
    known = target.read_text(encoding="utf-8")
    if kind == "append":
        target.write_text(f"{known}\n{text}", encoding="utf-8")
        return
    assert kind == "diff"
    lines = text.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    assert known.count(before) == 1, f"{target.name} does not hold this once:\n{before}"
    target.write_text(known.replace(before, after), encoding="utf-8")


def run(script: str, folder: Path, source: Path) -> None:
    """Run lines as a developer would type them: `zhengji` and `python` are those of the copy."""
    commands = folder / "bin"
    commands.mkdir(exist_ok=True)
    for name, line in (("zhengji", "-m ingest.cli"), ("python", "")):
        path = commands / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {line} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
    where = source if "tests.reference" in script else folder
    environment = {**os.environ, "PATH": f"{commands}:{os.environ['PATH']}", "PYTHONPATH": str(source)}
    environment["ZHENGJI_CONFIG"] = str(folder / "zhengji.toml")
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("chapter", RECIPES)
def test_a_recipe_works_as_it_is_written(chapter: str, copy: Path, campaign_folder: Path) -> None:
    for before in _AFTER.get(chapter, []):
        for kind, name, text in steps(before):
            if kind != "sh":
                follow(kind, copy / name, text)
    for kind, name, text in steps(chapter):
        if kind == "sh":
            run(text, campaign_folder, copy)
        else:
            follow(kind, copy / name, text)


@pytest.mark.parametrize("chapter", ["Add a rule on a known fact", "Add a report", "Add a setting"])
def test_the_check_of_a_recipe_fails_without_its_steps(chapter: str, copy: Path, campaign_folder: Path) -> None:
    script = next(text for kind, _, text in steps(chapter) if kind == "sh")
    with pytest.raises(AssertionError):
        run(script, campaign_folder, copy)


def test_there_is_a_recipe_for_all_that_the_readme_says_can_be_added() -> None:
    told = re.findall(r"^\| (a rule|a fact|a kind|a report)", text_of(ROOT / "README.md"), re.MULTILINE)
    assert len(told) == 4
    assert len(RECIPES) >= 6


def test_the_files_that_the_page_speaks_of_are_there() -> None:
    made = {name for chapter in RECIPES for kind, name, _ in steps(chapter) if kind == "python"}
    text = re.sub(r"```.*?```", "", text_of(PAGE), flags=re.DOTALL)
    named = re.findall(
        r"`((?:config|store|parsers|reports|ingest|tests|docs|benchmarks)/[\w./-]*?\w\.(?:py|toml|txt|md)|(?:config|store|parsers|reports|ingest)/[\w/]+/)`",
        text,
    )
    assert len(named) > 25
    assert [name for name in named if not (ROOT / name).exists() and name not in made] == []


def test_the_rooms_and_their_directions_are_those_that_are_enforced() -> None:
    house = CHAPTERS["The house"]
    assert [room for room in ROOMS if f"| `{room}/` |" not in house] == []
