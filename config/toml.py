"""Reads a TOML file into a pydantic model, and turns whatever is wrong with it into one line.

tomllib keeps no line numbers, so the line of a key is looked up in the text again, only when there is an error.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from config.errors import ConfigError, nearest

M = TypeVar("M", bound=BaseModel)

# The kinds of mailboxes: tables of different keys under one name.
_KINDS = ("imap", "folder")

# What staff can do about the commonest of pydantic's complaints; others are shown in its own words.
_COMPLAINTS = {
    "missing": "缺少这个键",
    "string_type": "应为文字（加引号）",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "float_type": "应为数字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "list_type": "应为列表（用方括号）",
    "tuple_type": "应为列表（用方括号）",
    "dict_type": "应为一个小节",
    "model_type": "应为一个小节",
    "date_type": "应为日期，如 2026-08-05",
    "date_from_datetime_parsing": "应为日期，如 2026-08-05",
    "time_parsing": "应为时刻，如 08:30",
    "union_tag_invalid": "kind 没有这一种，可写 imap 或 folder",
}


def load(path: Path, model: type[M]) -> M:
    """Read `path` and return it as `model`; raise ConfigError with one line where that cannot be done."""
    return validate(read(path), model, path)


def read(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; raise ConfigError where it is not there, not readable, or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: 文件不存在") from None
    except OSError as error:
        raise ConfigError(f"{path}: 读不了（{error.strerror}）") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: 不是 UTF-8 编码，请另存为 UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: 不是合格的 TOML（{error}）") from None


def validate(tables: dict[str, Any], model: type[M], path: Path) -> M:
    """Return `tables` as `model`; raise ConfigError naming file, line, key and the nearest right key."""
    try:
        return model.model_validate(tables)
    except ValidationError as error:
        raise ConfigError(complaint(error, model, path)) from None


def complaint(error: ValidationError, model: type[BaseModel], path: Path) -> str:
    """Return the first thing that is wrong, unknown keys first: they are mostly what a missing key really is."""
    details = sorted(error.errors(), key=lambda detail: detail["type"] != "extra_forbidden")
    detail = details[0]
    loc = _untagged(detail["loc"])
    where = _where(loc, path)
    key = str(loc[-1]) if loc and isinstance(loc[-1], str) else ""
    if detail["type"] == "extra_forbidden":
        known = _keys_at(model, detail["loc"][:-1])
        return f"{where}: 不认识的键 {key}{nearest(key, known)}"
    said = _COMPLAINTS.get(detail["type"]) or str(detail["msg"]).removeprefix("Value error, ")
    return f"{where}: {key}: {said}" if key else f"{where}: {said}"


def _untagged(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return a location without the kind that pydantic puts in it: ('mailboxes', 0, 'folder', 'path')."""
    return tuple(part for before, part in zip((None, *loc), loc, strict=False) if not _is_tag(before, part, loc))


def _is_tag(before: int | str | None, part: int | str, loc: tuple[int | str, ...]) -> bool:
    return isinstance(before, int) and part in _KINDS and part is not loc[-1]


def _where(loc: tuple[int | str, ...], path: Path) -> str:
    """Return `file:line [table]` for a pydantic location such as ('rule', 3, 'value')."""
    named = loc[:-1] if loc and isinstance(loc[-1], str) else loc
    table = ".".join(str(part) for part in named if isinstance(part, str))
    row = next((part for part in loc if isinstance(part, int)), None)
    line = _line_of(loc, path)
    number = f" 第 {row + 1} 项" if row is not None else ""
    place = f" [{table}]{number}" if table else ""
    return f"{path}{f':{line}' if line else ''}{place}"


def _line_of(loc: tuple[int | str, ...], path: Path) -> int | None:
    """Return the line on which the key of `loc` stands, found by counting table headers; None where it is not there."""
    names = [str(part) for part in loc if isinstance(part, str)]
    row = next((part for part in loc if isinstance(part, int)), 0)
    if not names or not path.is_file():
        return None
    table, key = ".".join(names[:-1]), names[-1]
    seen, current = -1, ""
    for number, text in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", text):
            current = header[1]
            seen += current == table
        elif current == table and seen in (row, -1) and re.match(rf'\s*"?{re.escape(key)}"?\s*=', text):
            return number
    return None


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that the model knows at a location, walking through lists and optional parts."""
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            inside = list(_models_in(model.model_fields[part].annotation))
            kinds = {kind: one for one in inside for kind in _KINDS if kind in get_args(_kind_of(one))}
            model = next((kinds[one] for one in loc if isinstance(one, str) and one in kinds), None) or next(
                iter(inside), model
            )
    return list(model.model_fields)


def _kind_of(model: type[BaseModel]) -> Any:  # noqa: ANN401 (an annotation is any object)
    return model.model_fields["kind"].annotation if "kind" in model.model_fields else None


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 (an annotation is any object)
    """Yield the pydantic models inside an annotation such as `tuple[Rule, ...]` or `Smtp | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for arg in get_args(annotation):
        yield from _models_in(arg)
