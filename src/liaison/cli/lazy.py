"""How does one command start without importing all others? Nouns and verbs are imported when they are named."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping

import click


class LazyGroup(click.Group):
    """A group whose commands are given as `name → "module:attribute"`; a module not installed is not listed."""

    def __init__(self, *args: object, commands_in: Mapping[str, str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._places = dict(commands_in)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names whose modules are there, in the order of the table."""
        there = [name for name, place in self._places.items() if importlib.util.find_spec(place.split(":")[0])]
        return [*there, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        place = self._places.get(cmd_name)
        if place is None or not importlib.util.find_spec(place.split(":")[0]):
            return super().get_command(ctx, cmd_name)
        module, attribute = place.split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command
