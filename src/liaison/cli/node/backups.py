"""How is a node saved and brought back? `liaison node backup` and `liaison node restore`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from liaison.cli.output import json_option, note, show
from liaison.cli.session import WITH_PAGES, chosen_home, open_node
from liaison.errors import UsageError
from liaison.node.config import credential_path
from liaison.wire.identifiers import parse_instant

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.services.care.manifest import Manifest

PLACE = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("target", type=PLACE)
@json_option
def backup(target: Path, *, as_json: bool) -> None:
    """Copy this node, while it runs, to TARGET: a new folder, or one file if the name ends in .tar."""
    node = open_node()
    from liaison.node import wiring
    from liaison.node.services.care.backup import database_file, make_backup

    database_file(node)
    manifest, digest = make_backup(
        node,
        target=wiring.open_backup_target(target),
        copy_database=wiring.copy_database,
        credential=wiring.read_credential(node.home),
        watched=iter if as_json else _with_bar,
    )
    size = sum(each.size for each in manifest.files)
    lines = [
        f"Backup of {node.home} in {target}",
        f"  {len(manifest.files)} files, {size} bytes, manifest {digest}",
        f"  The credential is NOT in it: keep {credential_path(node.home)} apart; without it nothing opens.",
    ]
    show(_told(manifest) | {"backup": str(target), "bytes": size, "manifest": digest}, lines, as_json=as_json)


@click.command()
@click.argument("source", type=PLACE, required=False)
@click.option("--home", "new_home", type=PLACE, help="The new home; it must not be there yet.")
@click.option("--credential", "credential_file", type=FILE, help="The node's credential (default: LIAISON_CREDENTIAL).")
@click.option("--tables-restored", "step", flag_value="tables", help="PostgreSQL: the tables were put back just now.")
@click.option("--done", "step", flag_value="done", help="Let the restored node speak again, once synchronised.")
@click.option("--confirm-alone", "step", flag_value="alone", help="The same, unsynchronised: nobody has newer copies.")
@json_option
def restore(
    source: Path | None, *, new_home: Path | None, credential_file: Path | None, step: str | None, as_json: bool
) -> None:
    """Bring a node back from the backup SOURCE; it opens for reading only, until --done."""
    if (source is None) == (step is None):
        raise UsageError("restore-needs-one-thing")
    if source is not None:
        _restore(source, new_home or chosen_home(), credential_file, as_json=as_json)
    elif step == "tables":
        _close(as_json=as_json)
    else:
        _open(alone=step == "alone", as_json=as_json)


def _restore(source: Path, home: Path, credential_file: Path | None, *, as_json: bool) -> None:
    from liaison.node import homes, wiring
    from liaison.node.services.care.manifest import copy_backup

    if os.environ.get("DATABASE_URL"):
        raise UsageError("restore-other-database")
    if not source.exists():
        raise UsageError("file-not-readable", path=str(source), reason="it is not there")
    credential = credential_file.read_bytes() if credential_file is not None else wiring.read_credential(home)
    stage = homes.begin_stage(home)
    try:
        with closing(wiring.open_backup(source)) as reading:
            manifest = copy_backup(reading, stage=stage, credential=credential)
        homes.use_database(stage, "")
        homes.write_credential(credential_path(stage), credential)
        epoch = _begin(stage, parse_instant(manifest.made))
        homes.put_in_place(stage, home)
    except BaseException:
        homes.drop_stage(stage)
        raise
    lines = [
        f"Restored to {home}, as the node was at {manifest.made}; fresh epoch {epoch}",
        "  It is open for READING ONLY: it sends, receipts, signs and cosigns nothing.",
        "  Next: 'liaison register sync', then 'liaison node restore --done', which asks your peers first.",
    ]
    show(_told(manifest) | {"home": str(home), "epoch": epoch, "read_only": True}, lines, as_json=as_json)


def _begin(stage: Path, made: datetime) -> str:
    """Open the restored tables, begin the fresh epoch, close them for writing and leave the file whole."""
    node = open_node(stage, settings_in=WITH_PAGES)
    from liaison.node.databases import close_database
    from liaison.node.services.care.restore import begin_restored_life

    try:
        return begin_restored_life(node, since=made)
    finally:
        close_database(node.database)


def _close(*, as_json: bool) -> None:
    node = open_node(settings_in=WITH_PAGES)
    from liaison.node.services.care.restore import begin_restored_life

    epoch = begin_restored_life(node)
    lines = [f"Fresh epoch {epoch}; open for reading only. Restart the node if it is running."]
    show({"epoch": epoch, "read_only": True}, lines, as_json=as_json)


def _open(*, alone: bool, as_json: bool) -> None:
    node = open_node()
    from liaison.node.reads.line import lost_messages
    from liaison.node.services.care.restore import open_restored

    silent = [] if alone else _ask(node, as_json=as_json)
    registers = open_restored(node, alone=alone)
    lost = lost_messages(node)
    told = [{"message": each.message_id, "case": each.case, "to": str(each.desk), "why": each.why} for each in lost]
    lines = ["The node is open for writing again."]
    lines += [f"  Sent before the restore and lost here: {each.message_id}, case {each.case}" for each in lost]
    show({"read_only": False, "registers": registers, "silent": silent, "lost": told}, lines, as_json=as_json)
    if alone:
        note("Your peers were not asked: what this node said after the backup stays unknown to it.")


def _ask(node: Node, *, as_json: bool) -> list[str]:
    """Ask the peers, and name those that did not answer; their node and the code of the reason."""
    from liaison.node.services.recovery.asking import ask_peers, peers_to_ask

    rows, silent = peers_to_ask(node), []
    with click.progressbar(
        ask_peers(node, rows), length=len(rows), label="Asking peers", file=sys.stderr, hidden=as_json
    ) as bar:
        for standing in bar:
            if standing.error:
                peer = standing.between.peer
                needed = "" if standing.required else " (no dealings known; not waited for)"
                silent.append(f"{peer.participant}/{peer.node}: {standing.error}{needed}")
    for line in silent:
        note(f"No answer: {line}")
    return silent


def _told(manifest: Manifest) -> dict[str, object]:
    return {
        "made": manifest.made,
        "backed_up_epoch": manifest.epoch,
        "files": len(manifest.files),
        "left_out": list(manifest.left_out),
    }


def _with_bar(paths: Iterable[Path]) -> Iterator[Path]:
    every = list(paths)
    with click.progressbar(every, label="Copying files", file=sys.stderr) as bar:
        yield from bar
