"""How is evidence kept at a terminal? The verbs of the noun `evidence`, each imported when it is named."""

from __future__ import annotations

import click

from liaison.cli.lazy import LazyGroup

GIVE, READ, TAKE = "liaison.cli.evidence.give", "liaison.cli.evidence.read", "liaison.cli.evidence.take_out"
VERBS = {
    "add": f"{GIVE}:add",
    "list": f"{READ}:list_",
    "show": f"{READ}:show_one",
    "open": f"{TAKE}:open_",
    "copy": f"{TAKE}:copy",
    "hand-over": f"{GIVE}:hand_over_",
    "ask": f"{GIVE}:ask",
    "answer": f"{GIVE}:answer",
    "destroy": f"{TAKE}:destroy",
    "export": f"{TAKE}:export",
}


@click.group(cls=LazyGroup, commands_in=VERBS)
def group() -> None:
    """Collect, hand over, open, destroy and export evidence, each step signed."""
