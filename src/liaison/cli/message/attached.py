"""How does an officer get the files of a message? Large ones are fetched when asked for, and any is opened to a folder.

    liaison message fetch 0192f0c1 --save files/
    image.dd: 34 % of 2048 MB

Invariants: a file has its name in the folder only when all of it was opened and compared with what was signed; what has
arrived stays when the command is stopped, and the next one or the worker goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Container, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.screen import plain
from liaison.cli.output import json_option, note, show
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.messages.message import Core
    from liaison.node.node import Node

SAVE = click.Path(path_type=Path, file_okay=False)
MEGABYTE = 1000 * 1000
LOOK_SECONDS = 0.2
TOLD_EACH = 5


@click.command()
@click.argument("message")
@click.option("--file", "numbers", type=click.IntRange(1, 64), multiple=True, help="Only this file, counted from 1.")
@click.option("--save", type=SAVE, help="Then open the files and write them to this folder.")
@json_option
def fetch(*, message: str, numbers: tuple[int, ...], save: Path | None, as_json: bool) -> None:
    """Fetch the files of a received message that are not here yet, however large."""
    node = open_node()
    from liaison.node.reads.inbox import show_message
    from liaison.node.services.line.fetching import want_attachments

    positions = {number - 1 for number in numbers}
    for row in want_attachments(node, message, positions):
        _follow(node, row)
    core = show_message(node, message).core
    chosen = [(each, at) for at, each in enumerate(core.attachments) if not positions or at in positions]
    saved = save_attachments(node, core, positions, save) if save is not None else []
    value = [{"name": each.name, "size": each.size, "sha256": each.plain, "state": "held"} for each, _ in chosen]
    lines = [f"{plain(each.name)}: here, {each.size} bytes" for each, _ in chosen] or ["The message has no such file."]
    show(value, [*lines, *(f"wrote {path}" for path in saved)], as_json=as_json)


def save_attachments(node: Node, core: Core, positions: Container[int], folder: Path) -> list[Path]:
    """The files (all of them where none is named), each compared with what was signed before it has its name.

    Raises what opening does.
    """
    from liaison.node.services.line.attachments import open_file

    return [
        save_to(folder, position, each.name, open_file(node, core, position))
        for position, each in enumerate(core.attachments)
        if not positions or position in positions
    ]


def save_to(folder: Path, position: int, name: str, chunks: Iterable[bytes]) -> Path:
    """Write one file of a message or of evidence to a folder, under its number and name."""
    from liaison.node.wiring import save_file

    path = folder / f"{position + 1}-{name}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("file-not-writable", path=str(path), reason=error.strerror or "unknown") from error
    save_file(path, chunks)
    return path


def _follow(node: Node, row: Any) -> None:
    """Fetch one file beside the worker, and say how far it has come."""
    from liaison.node.work.at_once import fetch_at_once

    told, before = -TOLD_EACH, -1
    for arrived in fetch_at_once(node, row):
        part = 100 * arrived // row.sealed_size
        if part >= told + TOLD_EACH:
            note(f"{plain(row.name)}: {part} % of {row.sealed_size // MEGABYTE} MB")
            told = part
        if arrived == before:  # The worker has it in hand.
            time.sleep(LOOK_SECONDS)
        before = arrived
