"""How do templates become pages and letters? Our own pages are escaped and masked, whatever they show.

Templates that staff may change are read whole, checked whole, and only then used, so that none yields half a letter.
Such a one may show a value, choose by it, and nothing else: no loops, no calls, no parts of values. So it can neither
run on without end nor reach anything beyond what it is given.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    nodes,
    select_autoescape,
)
from jinja2.sandbox import SandboxedEnvironment

from config.errors import ConfigError, nearest
from reports.wording import masked, one_line

# A letter is a page or two; what is longer is none.
_LARGEST = 20_000
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.And, nodes.Or,
    nodes.Compare, nodes.Operand, nodes.Const,
)  # fmt: skip
# What people write by habit, and what is said of it.
_REFUSED: tuple[tuple[type[nodes.Node], str], ...] = (
    (nodes.For, "不能用循环（for）"),
    (nodes.Call, "不能用函数（括号）"),
    (nodes.Getattr, "不能取值的一部分（点号）"),
    (nodes.Getitem, "不能取值的一部分（方括号）"),
    (nodes.Filter, "不能用过滤器（竖线 |）"),
    (nodes.Assign, "不能赋值（set）"),
)
_ELSE = "只能用 {{ 名称 }} 和 {% if 名称 %}…{% else %}…{% endif %}"
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_BRACES = "{}｛｝"
# What no letter holds: a brace that is no placeholder's, and control characters.
_STRAY = re.compile(f"[{_BRACES}\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e]")
_TOO_DEEP = "条件套得太深"


@cache
def page_environment() -> Environment:
    """Return what our own templates (reports/templates) are rendered with: pages escaped, all texts masked."""
    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        finalize=_for_people,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def console_environment(finalize: Callable[[object], object]) -> Environment:
    """Return what the console's pages are rendered with: escaped, each value as `finalize` lets it be seen."""
    return Environment(
        loader=PackageLoader("reports.console", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _for_people(value: object) -> object:
    """Mask and flatten whatever a template shows, so that no place can forget it; markup is made of such values."""
    return masked(one_line(value)) if isinstance(value, str) and not hasattr(value, "__html__") else value


class TemplateTroubleError(ConfigError):
    """A template that cannot be used; its text is one Chinese line that names file, line and what is wrong."""


@dataclass(frozen=True)
class Demands:
    """What a template is checked against: what it may show, what it must show, words it may not use.

    `situations` are sample values of every kind of letter; `must` tells which of a situation's values the text holds
    exactly once.
    """

    situations: Sequence[Mapping[str, Any]]
    must: Callable[[Mapping[str, Any]], Sequence[str]]
    never: Sequence[str]
    first: str = ""

    @property
    def names(self) -> list[str]:
        """The placeholders that there are."""
        return list(self.situations[0])


@dataclass(frozen=True)
class Checked:
    """A template that was checked, and where it came from."""

    where: str
    template: Template

    def render(self, values: Mapping[str, Any]) -> str:
        """Return the text; TemplateTroubleError where a value does not fit."""
        try:
            return _tidy(self.template.render(values))
        except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise TemplateTroubleError(f"{self.where}: 填不出来（{error}）") from None


def read_template(path: Path) -> str:
    """Return a template's text; TemplateTroubleError where there is none, it is too long, or not UTF-8."""
    try:
        if path.stat().st_size > _LARGEST * 4:
            raise TemplateTroubleError(f"{path}: 太长，最多 {_LARGEST} 字")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise TemplateTroubleError(f"{path}: 文件不存在") from None
    except UnicodeDecodeError:
        raise TemplateTroubleError(f"{path}: 不是 UTF-8 编码，请另存为 UTF-8") from None
    except OSError as error:
        raise TemplateTroubleError(f"{path}: 读不了（{error.strerror}）") from None


def checked(where: str, text: str, demands: Demands) -> Checked:
    """Return a template that gives a whole letter in every situation; TemplateTroubleError where it does not."""
    if len(text) > _LARGEST:
        raise TemplateTroubleError(f"{where}: 太长（{len(text)} 字），最多 {_LARGEST} 字")
    _refuse_words(where, text, demands.never)
    made = Checked(where, _compiled(where, text, demands))
    for values in demands.situations:
        _try(made, values, demands)
    return made


def _compiled(where: str, text: str, demands: Demands) -> Template:
    environment = _letter_environment()
    try:
        tree = environment.parse(text)
        _refuse_nodes(where, tree, demands.names)
        _refuse_signs(where, tree)
        return environment.from_string(text)
    except TemplateSyntaxError as error:
        raise TemplateTroubleError(f"{where}: 第 {error.lineno} 行：{_in_chinese(error.message or '')}") from None
    except (RecursionError, SyntaxError, MemoryError):
        raise TemplateTroubleError(f"{where}: {_TOO_DEEP}") from None


def _letter_environment() -> SandboxedEnvironment:
    # Letters are plain text: there is no markup to escape. What stands before a block stays, for that may be an indent.
    made = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True, autoescape=False
    )
    made.globals.clear()
    made.filters.clear()
    return made


def _in_chinese(message: str) -> str:
    """Return what jinja says of a template in words that help whoever edits it."""
    lowered = message.lower()
    if "unexpected end of template" in lowered:
        return "{% if %} 没有配对的 {% endif %}"
    if "unknown tag" in lowered or "unexpected '}'" in lowered or "expected token" in lowered:
        return f"花括号里写的不对，{_ELSE}（{message}）"
    return f"写法不对（{message}）"


def _refuse_words(where: str, text: str, never: Sequence[str]) -> None:
    # Comments stay in the house; their lines are counted all the same.
    said = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    for number, line in enumerate(said.splitlines(), start=1):
        if word := next((one for one in never if one in line), None):
            raise TemplateTroubleError(f"{where}: 第 {number} 行：“{word}”不对协会说，请换个说法")


def _refuse_nodes(where: str, tree: nodes.Template, names: list[str]) -> None:
    for node in _every(tree):
        if not isinstance(node, _ALLOWED):
            said = next((words for kind, words in _REFUSED if isinstance(node, kind)), f"不能这样写，{_ELSE}")
            raise TemplateTroubleError(f"{where}: 第 {node.lineno} 行：{said}")
        if isinstance(node, nodes.Name) and node.name not in names:
            raise TemplateTroubleError(
                f"{where}: 第 {node.lineno} 行：没有 {node.name} 这个名称{_meant(node.name, names)}"
            )


def _refuse_signs(where: str, tree: nodes.Template) -> None:
    """Refuse what would go out as it stands and was meant otherwise: { 协会 }, ｛｛协会｝｝, unseen characters."""
    for node in _every(tree):
        if isinstance(node, nodes.TemplateData) and (found := _STRAY.search(node.data)):
            line = node.lineno + node.data.count("\n", 0, found.start())
            if found[0] in _BRACES:
                raise TemplateTroubleError(f"{where}: 第 {line} 行：“{found[0]}”没有成对写好，{_ELSE}，都用半角花括号")
            raise TemplateTroubleError(f"{where}: 第 {line} 行：有看不见的控制字符，请删去后重写这一行")


def _meant(word: str, names: list[str]) -> str:
    """Return what may have been meant: of two signs, one that is right is enough."""
    near = get_close_matches(word, names, n=1, cutoff=0.5)
    return f"，是不是 {near[0]}？" if near else nearest(word, names)


def _every(tree: nodes.Node) -> Iterator[nodes.Node]:
    """Yield every node, the outermost first, without recursion of our own."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(list(node.iter_child_nodes())))


def _try(made: Checked, values: Mapping[str, Any], demands: Demands) -> None:
    text = made.render(values)
    if demands.first and not text.startswith(demands.first):
        raise TemplateTroubleError(f"{made.where}: 第一行应写“{demands.first}…”")
    for name in demands.must(values):
        if (count := text.count(str(values[name]))) != 1:
            told = "没有出现" if not count else f"出现了 {count} 次"
            raise TemplateTroubleError(f"{made.where}: {{{{ {name} }}}} {told}，应当不论什么情形都正好出现一次")


def _tidy(text: str) -> str:
    """Return a text without blanks at the ends of lines, with one empty line at the most between two others."""
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept) + "\n"
