"""How does an officer write, read, answer and carry messages at the terminal? The verbs of the noun `message`."""

from __future__ import annotations

import click

from liaison.cli.lazy import LazyGroup

VERBS = {
    "send": "liaison.cli.message.write:send",
    "list": "liaison.cli.message.read:list_",
    "show": "liaison.cli.message.read:show_one",
    "fetch": "liaison.cli.message.attached:fetch",
    "ack": "liaison.cli.message.write:ack",
    "reply": "liaison.cli.message.write:reply",
    "export": "liaison.cli.message.carry:export",
    "import": "liaison.cli.message.carry:import_",
}


@click.group(cls=LazyGroup, commands_in=VERBS)
def group() -> None:
    """Send, read, fetch, acknowledge, answer, export and import messages."""
