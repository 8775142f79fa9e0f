"""What has come in and gone out, and what does one message say?"""

from __future__ import annotations

from pathlib import Path

import click

from liaison.cli.message.attached import SAVE, save_attachments
from liaison.cli.message.screen import LIST_HEAD, Names, listed_row, listed_value, opened_lines, opened_value
from liaison.cli.output import json_option, note, show, table
from liaison.cli.register.choices import desk_here
from liaison.cli.session import open_node


@click.command("list")
@click.option("--desk", help="Only this own desk: its name, or PARTICIPANT/NODE/DESK where several are called so.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@json_option
def list_(*, desk: str | None, limit: int, as_json: bool) -> None:
    """List the newest messages, sent and received, oldest of them first."""
    node = open_node()
    from liaison.node.reads.inbox import list_messages

    own = desk_here(node, desk) if desk is not None else None
    found, names = list_messages(node, own=own, limit=limit), Names(node)
    show(
        [listed_value(each, names) for each in found],
        table([LIST_HEAD, *(listed_row(each, names) for each in found)]) if found else ["No messages yet."],
        as_json=as_json,
    )


@click.command("show")
@click.argument("message")
@click.option("--save", type=SAVE, help="Write the attachments to this folder.")
@json_option
def show_one(*, message: str, save: Path | None, as_json: bool) -> None:
    """Show one message: what it says, who has it, who has seen it."""
    node = open_node()
    from liaison.node.reads.inbox import show_message

    opened = show_message(node, message)
    value = opened_value(opened, Names(node))
    show(value, opened_lines(value), as_json=as_json)
    if save is not None:
        for path in save_attachments(node, opened.core, (), save):
            note(f"wrote {path}")
