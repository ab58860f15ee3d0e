"""`make reference`: writes the three reference pages of `docs/` from the code, so that they cannot tell anything else.

`docs/commands.md` is what `zhengji … -h` says, `docs/settings.md` the models and the remarks of `config/starter.toml`,
`docs/facts.md` what a rule of a campaign file can speak of. `tests/test_docs_reference.py` compares them with the code.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.settings import Settings
from ingest.cli import cli
from reports.checks import CHECKS
from reports.letters.asked_facts import ASKED
from reports.subjects import FACTS

ROOT = Path(__file__).parent.parent
# From here on digits are told apart by underscores, as TOML may write them.
_LONG = 100_000
_MADE = "<!-- 本页由 make reference 按程序写出，请勿手改。 -->\n"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command with its full name, groups before what is in them."""

    def below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        yield name, command
        if isinstance(command, click.Group):
            for own, one in command.commands.items():
                yield from below(f"{name} {own}", one)

    for name, command in sorted(cli.whole().commands.items()):
        yield from below(f"zhengji {name}", command)


def options(command: click.Command) -> list[click.Option]:
    """Return the options of a command that it shows."""
    return [one for one in command.params if isinstance(one, click.Option) and not one.hidden]


def _usage(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    return " ".join([name, *command.collect_usage_pieces(context)]).replace("[OPTIONS]", "[选项]")


def _option(command: click.Command, option: click.Option) -> str:
    context = click.Context(command, max_content_width=10_000)
    record = option.get_help_record(context)
    flags, text = record or (", ".join(option.opts), "")
    return f"| `{_cell(flags)}` | {_cell(text)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def commands_page() -> str:
    """Return `docs/commands.md`."""
    lines = [
        "# 命令总表",
        "",
        _MADE,
        "每条命令都可以加 `-h` 看同样的说明。`--config 文件` 写在命令之前：`zhengji --config /srv/zhengji.toml status`。",
        "",
        "| 退出码 | 意思 |",
        "| --- | --- |",
        *_exit_codes(),
        "",
        "| 写在命令之前 | 说明 |",
        "| --- | --- |",
        *(_option(cli, one) for one in options(cli)),
        "",
    ]
    for name, command in commands():
        lines += [f"{'#' * min(4, len(name.split()))} {name}", "", (command.help or "").strip(), ""]
        lines += ["```text", _usage(name, command), "```", ""]
        if own := options(command):
            lines += ["| 选项 | 说明 |", "| --- | --- |", *(_option(command, one) for one in own), ""]
    return "\n".join(lines)


# Said in `ingest/cli.py` in English, for those who read code.
EXIT_CODES = {
    0: "做完了",
    1: "没有全部做好，或答案是“否”；标准错误上写着什么没做好",
    2: "设置写错，或命令写错；没有做任何事",
}


def _exit_codes() -> list[str]:
    return [f"| {code} | {text} |" for code, text in EXIT_CODES.items()]


@dataclass(frozen=True)
class Setting:
    """One key of the settings file: its table, the remark and the example of the starter file, the default in words."""

    table: str
    key: str
    default: str
    example: str
    remark: str


def models(model: type[BaseModel] = Settings, path: tuple[str, ...] = ()) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield every table of the settings file with its model: `digest.smtp`, `mailboxes (folder)`."""
    for name, field in model.model_fields.items():
        for inner in tables_in(field):
            kind = inner.model_fields.get("kind")
            words = get_args(kind.annotation) if kind else ()
            own = (*path, f"{name} ({words[0]})" if words else name)
            yield ".".join(own), inner
            yield from models(inner, own)


def tables_in(field: FieldInfo) -> list[type[BaseModel]]:
    """Return the models that a field's type speaks of, however deep."""

    def search(kind: Any) -> Iterator[type[BaseModel]]:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield kind
        else:
            for argument in get_args(kind):
                yield from search(argument)

    return list(search(field.annotation))


def keys(model: type[BaseModel]) -> list[str]:
    """Return the keys of a table that hold a value and are no tables themselves."""
    return [name for name, field in model.model_fields.items() if not tables_in(field) and not field.exclude]


def starter_remarks() -> Mapping[tuple[str, str], tuple[str, str]]:
    """Return what the starter file says: (table, key) -> (example, remark)."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    table, mailbox = "", 0
    text = (ROOT / "config" / "starter.toml").read_text(encoding="utf-8")
    for line in text.splitlines():
        if head := re.match(r"(?:# )?\[\[?([a-z0-9_.]+)\]\]?(?:\s|$)", line):
            table = head[1]
            if table == "mailboxes":
                mailbox += 1
                table = f"mailboxes ({('imap', 'folder')[min(mailbox, 2) - 1]})"
        elif key := re.match(r"(?:# )?([a-z0-9_]+) = (.+)$", line):
            example, _, remark = key[2].partition(" #")
            found[table, key[1]] = (example.strip(), remark.strip())
    return found


def settings() -> Iterator[Setting]:
    """Yield every key of the settings file, table by table."""
    said = starter_remarks()
    for table, model in models():
        for key in keys(model):
            example, remark = said.get((table, key), ("", ""))
            if key == "kind" and not example:
                remark = "不写就是这一种"
            elif not example and f"{key}_file" in model.model_fields:
                remark = f"同 `{key}_file`，直接写在这里（最好不这样，用文件）"
            yield Setting(table, key, _default(model.model_fields[key]), example, remark)


def _default(field: FieldInfo) -> str:
    """Return a default as it would be written in the file; what has none must be given, or is not set."""
    value = field.get_default(call_default_factory=True)
    if field.is_required():
        return "必填"
    # A port of 0 is that of the kind of security, as its remark says.
    if value is None or value in ((), "", 0):
        return "—"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"`{value:_}`" if value >= _LONG else f"`{value}`"
    return f"`{value}`"


def variable_of(table: str, key: str) -> str:
    """Return the environment variable of a setting: `ZHENGJI_MAILBOXES__1__PASSWORD`."""
    path = [part.partition(" ")[0] for part in table.split(".")]
    many = {"mailboxes", "chats"}
    words = [word for part in path for word in ((part, "1") if part in many else (part,))]
    return "ZHENGJI_" + "__".join([*words, key]).upper()


def settings_page() -> str:
    """Return `docs/settings.md`."""
    lines = [
        "# 设置总表",
        "",
        _MADE,
        "设置文件（默认 `zhengji.toml`）里能写的每一个键。`zhengji init` 写出的文件里有同样的说明；改好后运行 `zhengji check-config`。",
        "相对路径都从设置文件所在的文件夹算起。写错的键会指出是哪一个、像哪一个，不会被悄悄忽略。",
        "",
        "**环境变量**：任何一个键都可以改用环境变量给出，环境变量优先于文件。变量名在每个键后面；第 2 个邮箱、第 2 个群把 `1` 换成 `2`。",
        "变量名后加 `_FILE`，就是从那个文件里读（给密码用）：`ZHENGJI_MAILBOXES__1__PASSWORD_FILE=/run/secrets/mail`。",
        "另有两个变量不是设置：`ZHENGJI_CONFIG` 指出设置文件在哪里，`ZHENGJI_PERSON` 是做决定的人的姓名。",
        "",
    ]
    table = ""
    for one in settings():
        if one.table != table:
            table = one.table
            name, _, kind = table.partition(" ")
            brackets = f"[[{name}]]" if name in {"mailboxes", "digest.chats"} else f"[{name}]"
            words = f'，`kind = "{kind.strip("()")}"`' if kind else ""
            lines += ["", f"## `{brackets}`{words}", ""]
            lines += ["| 键 | 说明 | 默认 | 例 | 环境变量 |", "| --- | --- | --- | --- | --- |"]
        example = f"`{_cell(one.example)}`" if one.example else ""
        variable = f"`{variable_of(one.table, one.key)}`"
        lines.append(f"| `{one.key}` | {_cell(one.remark)} | {_cell(one.default)} | {example} | {variable} |")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def facts_page() -> str:
    """Return `docs/facts.md`."""
    lines = ["# 规则能用的事实和判断方法", "", _MADE]
    lines += [
        "征集活动文件里的规则写 `on`（看什么）、`fact`（看它的哪个事实）、`check`（怎样判断），见 [rules.md](rules.md)；",
        "要加一个新的事实，见 [developer.md](developer.md)。命令 `zhengji facts` 列出同样的内容。",
        "",
        "## 判断方法 `check`",
        "",
        "| check | it holds where |",
        "| --- | --- |",
        *(f"| `{name}` | {_cell(_first(check.__doc__))} |" for name, check in CHECKS.items()),
        "",
    ]
    for on, table in FACTS.items():
        lines += [f'## `on = "{on}"`', "", "| fact | 是什么 |", "| --- | --- |"]
        lines += [f"| `{name}` | {_cell(fact.doc)} |" for name, fact in table.items()] + [""]
    lines += ["## 只有函件能用的（`[letters] say` 的 `ask`）", "", "| on | 名称 | 是什么 |", "| --- | --- | --- |"]
    lines += [f"| {on} | `{name}` | {_cell(fact.doc)} |" for on, table in ASKED.items() for name, fact in table.items()]
    return "\n".join(lines) + "\n"


def _first(doc: str | None) -> str:
    return (doc or "").strip().splitlines()[0].removeprefix("Hold where ").rstrip(".")


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "facts.md": facts_page,
}


def main() -> None:
    """Write the pages anew."""
    for name, page in PAGES.items():
        (ROOT / "docs" / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
