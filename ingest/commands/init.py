"""The command that sets the program up: init, with its questions or as a commented file to fill in."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from config.errors import ConfigError
from ingest.context import DEFAULT, now
from ingest.setup import chinese, english
from ingest.setup.talk import cleaned
from ingest.setup.wizard import run
from ingest.setup.writing import starter

LANGUAGES: Mapping[str, Mapping[str, str]] = {"zh": chinese.SENTENCES, "en": english.SENTENCES}
_NAMES = {"zh": "中文", "en": "English"}
_INTERRUPTED = 1
_YES, _NO = {"y", "yes", "是", "对", "好"}, {"n", "no", "否", "不", "不要"}


@dataclass(frozen=True)
class Terminal:
    """Asks on a terminal, or over a pipe, in one language."""

    sentences: Mapping[str, str]

    def word(self, key: str) -> str:
        """Return what something is called."""
        return self.sentences[key]

    def say(self, key: str, **fields: object) -> None:
        """Say something."""
        click.echo(self.sentences[key].format(**fields))

    def ask(self, key: str, default: str = "", **fields: object) -> str:
        """Return what was typed, cleaned; `default` where nothing was."""
        return _typed(self.sentences[key].format(**fields), default) or default

    def secret(self, key: str, **fields: object) -> str:
        """Return what was typed unseen, cleaned; over a pipe nothing is shown anyway."""
        text = self.sentences[key].format(**fields)
        if not sys.stdin.isatty():
            return _typed(text)
        return cleaned(str(click.prompt(text, default="", hide_input=True, show_default=False)))

    def yes(self, key: str, *, default: bool, **fields: object) -> bool:
        """Return whether the answer was yes."""
        text = f"{self.sentences[key].format(**fields)} [{'Y/n' if default else 'y/N'}]"
        while True:
            answer = _typed(text).lower()
            if answer in _YES | _NO or not answer:
                return answer in _YES or (default and not answer)
            self.say("yes_no")

    def choose(self, key: str, options: Sequence[str], **fields: object) -> str:
        """Return which of the options was chosen, the first where nothing was typed."""
        self.say(key, **fields)
        for number, option in enumerate(options, start=1):
            click.echo(f"  {number}. {self.sentences[option]}")
        while True:
            answer = self.ask("choose", "1")
            if answer.isascii() and answer.isdecimal() and 1 <= int(answer) <= len(options):
                return options[int(answer) - 1]
            self.say("no_choice", count=len(options))


def _typed(text: str, default: str = "") -> str:
    shown = f"{text} [{default}]" if default else text
    return cleaned(str(click.prompt(shown, default="", show_default=False)))


@click.command("init")
@click.argument("path", type=click.Path(path_type=Path), default=DEFAULT)
@click.option("--language", type=click.Choice(list(LANGUAGES)), help="用中文（zh）还是英文（en）问；不写就先问这个")
@click.option("--blank", is_flag=True, help="不提问，只新建一份带说明的空白设置文件")
def init(path: Path, language: str | None, *, blank: bool) -> None:
    """设置向导：逐项提问，当场试邮箱、发信和数据库，最后写成设置文件。

    没有终端（如在脚本里）又没有写 --language 时不提问，同 --blank。
    """
    if blank or (language is None and not sys.stdin.isatty()):
        _write_blank(path)
        return
    sentences = LANGUAGES[language or "zh"]
    try:
        sentences = LANGUAGES[language or _ask_language()]
        written = run(Terminal(sentences), path, now())
    except (click.Abort, KeyboardInterrupt):
        click.echo(sentences["interrupted"], err=True)
        raise SystemExit(_INTERRUPTED) from None
    if not written:
        raise SystemExit(_INTERRUPTED)


def _ask_language() -> str:
    """Return in which language to go on: by its number, its name or its code."""
    names = list(LANGUAGES)
    while True:
        for number, name in enumerate(names, start=1):
            click.echo(f"  {number}. {_NAMES[name]}")
        answer = _typed("语言 / Language", "1").lower() or "1"
        for number, name in enumerate(names, start=1):
            if answer in {str(number), name, _NAMES[name].lower()}:
                return name


def _write_blank(path: Path) -> None:
    """Write the commented starter, never over another file."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter())
    except FileExistsError:
        raise ConfigError(f"{path} 已存在，没有改动；请换一个文件名") from None
    except OSError as error:
        raise ConfigError(f"{path}: 写不了（{error.strerror}）") from None
    click.echo(f"已新建 {path}，请按里面的说明填写，再运行 zhengji --config {path} check-config")


COMMANDS = (init,)
