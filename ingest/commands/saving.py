"""Saved queries: how the words of a command line are kept under a name, and become options again."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import click
from click.core import ParameterSource

from config.errors import nearest
from reports.queries.saving import SavedError, checked, kept
from store import saved
from store.database import Store
from store.saved import Saved

# What is of one use alone.
_OF_NOW = frozenset({"save", "saved", "output", "person"})


def words_of(context: click.Context) -> tuple[str, ...]:
    """Return the words of a command line as they can be given again, the command first."""
    words = [context.command.name or ""]
    arguments: list[str] = []
    for parameter in context.command.params:
        name = parameter.name or ""
        if name in _OF_NOW or context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = context.params[name]
        if isinstance(parameter, click.Argument):
            arguments.append(value)
        elif isinstance(parameter, click.Option) and parameter.is_flag:
            words.append(parameter.opts[0] if value else parameter.secondary_opts[0])
        else:
            words += [f"{parameter.opts[0]}={one}" for one in (value if parameter.multiple else [value])]
    return (*words, *(["--", *arguments] if arguments else []))


def save(store: Store, name: str, context: click.Context, person: str, now: datetime) -> Saved:
    """Keep a command line under a name; SavedError where another one has that name."""
    return kept(store, name, words_of(context), person, now)


def options_of(store: Store, name: str, context: click.Context) -> dict[str, Any]:
    """Return a command's options: those of a saved query, with what the command line says added, or in their place."""
    there = saved.find(store, checked(name))
    own = [one.name for one in saved.every(store) if one.words[:1] == (context.command.name,)]
    if there is None:
        raise SavedError(f"没有名为“{name}”的查询{nearest(name, own) if own else '，还没有保存过'}")
    if there.words[0] != context.command.name:
        raise SavedError(f"“{name}”是 zhengji {there.words[0]} 的查询")
    before = parsed(there, context.command).params
    return {parameter.name or "": _joined(parameter, before, context) for parameter in context.command.params}


def _joined(parameter: click.Parameter, before: Mapping[str, Any], context: click.Context) -> Any:  # noqa: ANN401 (an option's value)
    name = parameter.name or ""
    now, was = context.params[name], before[name]
    if parameter.multiple:
        return (*was, *now)
    return now if context.get_parameter_source(name) is ParameterSource.COMMANDLINE else was


def parsed(query: Saved, command: click.Command) -> click.Context:
    """Return the options of a saved query; SavedError where this version does not know them any more."""
    try:
        return command.make_context(command.name, list(query.words[1:]))
    except (click.ClickException, click.exceptions.Exit) as error:
        reason = error.format_message() if isinstance(error, click.ClickException) else "不是查询"
        raise SavedError(f"保存的查询“{query.name}”现在不能用了：{reason}") from error


def standing(query: Saved, commands: Collection[click.Command]) -> str:
    """Return whether a saved query can still be used, in words."""
    command = next((one for one in commands if one.name == query.words[0]), None)
    if command is None:
        return "不能用了：没有这个命令"
    try:
        parsed(query, command)
    except SavedError as error:
        return str(error).partition("”")[2]
    return "可用"
