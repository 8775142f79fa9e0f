"""Which verbs has the noun `register`? Each is imported when it is named."""

from __future__ import annotations

import click

from liaison.cli.lazy import LazyGroup

READ, WRITE, KEEP = "liaison.cli.register.read", "liaison.cli.register.write", "liaison.cli.register.keep"

VERBS = {
    "show": f"{READ}:show_register",
    "search": f"{READ}:search",
    "verify": f"{READ}:verify",
    "open": f"{READ}:open_file",
    "draft": "liaison.cli.register.draft:group",
    "submit": f"{WRITE}:submit",
    "nominate": f"{WRITE}:nominate",
    "desk": f"{WRITE}:desk",
    "withdraw": f"{WRITE}:withdraw",
    "resources": f"{WRITE}:resources",
    "publish": f"{WRITE}:publish",
    "attest": f"{WRITE}:attest",
    "rulebook": "liaison.cli.register.rulebook:rulebook",
    "pin": "liaison.cli.register.choose:pin",
    "confirm-pending": "liaison.cli.register.choose:confirm_pending",
    "follow": f"{KEEP}:follow",
    "sync": f"{KEEP}:sync",
    "anchor": f"{KEEP}:write_anchor",
    "cosign": f"{KEEP}:cosign",
    "note": f"{KEEP}:note_time",
    "export": f"{KEEP}:export",
    "prove": f"{KEEP}:prove",
    "rebuild": f"{KEEP}:rebuild_tables",
}


@click.group(cls=LazyGroup, commands_in=VERBS)
def group() -> None:
    """Open, follow, read, write to and check a register."""
