"""The pages of the documentation as tests see them: their blocks, links, anchors, and the commands that they speak of."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from ingest.cli import cli
from tests.test_architecture import ROOT

PAGES = (
    ROOT / "README.md",
    ROOT / "README.zh.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "deploy").glob("*.md")),
)
_FENCE = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
# Blocks whose lines are typed into a shell.
SHELL = {"sh", "bash", "console", ""}


@dataclass(frozen=True)
class Block:
    """A fenced block: the words behind its fence, and what stands in it."""

    page: Path
    info: str
    text: str

    @property
    def language(self) -> str:
        return self.info.partition(" ")[0]

    @property
    def is_run(self) -> bool:
        return "runnable" in self.info.split()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> list[Block]:
    return [Block(page, info.strip(), text) for info, text in _FENCE.findall(text_of(page))]


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))


def links(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).strip().lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)}


def spoken_of(page: Path) -> Iterator[str]:
    """Yield every `zhengji …` of a page, from code spans and from shell blocks."""
    for span in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose(page)):
        if span.startswith("zhengji "):
            yield span.replace("\\|", "|")
    for block in blocks(page):
        # A recipe may add the command that it tries; it is run as a whole (`tests/test_docs_recipes.py`).
        if block.language in SHELL and "recipe" not in block.info.split():
            for line in block.text.replace("\\\n", " ").splitlines():
                yield from re.findall(r"(?:^|[\s(;&|/])(zhengji [^#;&]*)", line.partition(" #")[0])


def trouble(line: str) -> str | None:
    """Return what is wrong with a command as it is written in a page, or None where it is one of ours.

    In pages `[--option …]` may be left out, `a|b` is either, and words in capitals stand for something.
    """
    try:
        words = shlex.split(re.sub(r"[\[\]…]", " ", line))[1:]
    except ValueError:
        words = re.sub(r"[\[\]…]", " ", line).split()[1:]
    here, known = [cli.whole()], _options(cli)
    while words:
        word = words.pop(0)
        # What follows is another command's, or only says what is done next.
        if word in {">", "|", "<", "→"}:
            return None
        if word == "--config":
            words[:1] = []
        elif re.match(r"--[a-z]|-[a-z]$", word):
            if lost := [one for one in word.split("|") if one.startswith("-") and one.partition("=")[0] not in known]:
                return f"no option {lost[0]}"
        elif groups := [one for one in here if isinstance(one, click.Group)]:
            names = word.split("|")
            found = [one.commands[name] for one in groups for name in names if name in one.commands]
            if len(found) < len(names) and (cli in groups or (found and len(names) > 1)):
                return f"no command {word}"
            if found:
                here = found
                known = known | {option for one in found for option in _options(one)}
            else:
                # A group that does something by itself takes this word as its own argument.
                here = [one for one in here if not isinstance(one, click.Group)]
    return None


def _options(command: click.Command) -> set[str]:
    own = {name for one in command.params if isinstance(one, click.Option) for name in (*one.opts, *one.secondary_opts)}
    # What a group does by itself may have a name of its own: `remind` is `remind write`.
    default = command.commands.get("write") if isinstance(command, click.Group) else None
    return own | (_options(default) if default else set()) | {"-h", "--help"}
