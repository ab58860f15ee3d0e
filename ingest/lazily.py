"""A group whose commands are imported when they are asked for: whoever wants one need not wait for all others."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click


class Lazily(click.Group):
    """A group of commands; `modules` says which commands each module of a package gives in its COMMANDS."""

    def __init__(self, package: str, modules: Mapping[str, Sequence[str]], **given: Any) -> None:  # noqa: ANN401 (click's)
        super().__init__(**given)
        self.places = {name: f"{package}.{module}" for module, names in modules.items() for name in names}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's)
        """Return the names of all commands, in order."""
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now; None where there is none of that name."""
        self._bring(cmd_name)
        return super().get_command(ctx, cmd_name)

    def whole(self) -> "Lazily":
        """Return the group with all its commands imported: for whoever looks through them."""
        for name in self.places:
            self._bring(name)
        return self

    def _bring(self, name: str) -> None:
        if name in self.places and name not in self.commands:
            for command in import_module(self.places[name]).COMMANDS:
                self.add_command(command)
