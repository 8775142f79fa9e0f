"""How is the code of conduct kept at a terminal? The verbs of the noun `conduct`, each imported when it is named."""

from __future__ import annotations

import click

from liaison.cli.lazy import LazyGroup

VERBS = {
    "draft": "liaison.cli.conduct.draft:group",
    "report": "liaison.cli.conduct.report:group",
    "help": "liaison.cli.conduct.help:group",
}


@click.group(cls=LazyGroup, commands_in=VERBS)
def group() -> None:
    """Report what was done about agreed norms, and read what others show."""
