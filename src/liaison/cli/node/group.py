"""How is a node made, run, looked after, reached and saved? The verbs of the noun `node`."""

from __future__ import annotations

import click

from liaison.cli.lazy import LazyGroup

VERBS = {
    "init": "liaison.cli.node.care:init",
    "serve": "liaison.cli.node.serve:serve",
    "doctor": "liaison.cli.node.care:doctor",
    "letter-box": "liaison.cli.node.letter_box:group",
    "migrate-database": "liaison.cli.node.moving:migrate_database",
    "backup": "liaison.cli.node.backups:backup",
    "restore": "liaison.cli.node.backups:restore",
}


@click.group(cls=LazyGroup, commands_in=VERBS)
def group() -> None:
    """Make, run, check, move, back up and restore this node."""
