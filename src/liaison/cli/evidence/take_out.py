"""How does evidence leave the node, and how is it destroyed? After its conditions were accepted, by their code.

    liaison evidence show 9f86d081                              the conditions, and the code by which they are accepted
    liaison evidence open 9f86d081 --accept 5d3c… --save to/    a signed line, then the files
    liaison evidence export 9f86d081 evidence.tar --accept …    what `liaison verify evidence` checks without a node
    liaison evidence destroy 9f86d081 --means erased            a signed record goes back to whoever gave it

Invariants: without the code nothing opens; a file has its name only when all of it was compared with what was signed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from liaison.cli.evidence.give import lang_option
from liaison.cli.message.attached import save_to
from liaison.cli.output import json_option, note, show
from liaison.cli.register.choices import FILE, desk_option, own_seat, register_option, write_chunks
from liaison.cli.request.places import tell_gone
from liaison.cli.session import open_node
from liaison.officers.permissions import Role

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.services.people.officers import Seat

SHORTEST_CODE = 16
accept_option = click.option("--accept", default="", help="The code of the conditions, as `evidence show` prints it.")


@click.command("open")
@click.argument("evidence")
@accept_option
@click.option(
    "--save", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder for the files."
)
@click.option("--why", default="Saved to a folder", show_default=True, help="For the custody record, in one line.")
@desk_option
@register_option
@json_option
def open_(*, evidence: str, accept: str, save: Path, why: str, desk: str, register: str, as_json: bool) -> None:
    """Accept the conditions of EVIDENCE and write its files to a folder."""
    node = open_node()
    from liaison.node.services.evidence.opening import open_evidence
    from liaison.node.services.evidence.taking import take_evidence
    from liaison.node.services.people.audit import SYSTEM

    take_evidence(node)
    seat = own_seat(node, register, desk, Role.OFFICER)
    whole = _whole(node, seat, evidence, accept)
    opened = open_evidence(node, seat, evidence, by=SYSTEM, accepted=whole, copied=why)
    written = [save_to(save, place, each.file.name, each.chunks) for place, each in enumerate(opened)]
    show([str(path) for path in written], [f"wrote {path}" for path in written], as_json=as_json)


@click.command()
@click.argument("evidence")
@click.option("--why", required=True, help="For the custody record, in one line.")
@desk_option
@register_option
@json_option
def copy(*, evidence: str, why: str, desk: str, register: str, as_json: bool) -> None:
    """Write into the record that a copy of EVIDENCE was made elsewhere."""
    node = open_node()
    from liaison.node.services.evidence.opening import note_copy
    from liaison.node.services.people.audit import SYSTEM

    note_copy(node, own_seat(node, register, desk, Role.OFFICER), evidence, why, by=SYSTEM)
    show({"noted": True}, ["The copy is in the custody record."], as_json=as_json)


@click.command()
@click.argument("evidence")
@click.argument("target", type=FILE)
@accept_option
@desk_option
@register_option
@json_option
def export(*, evidence: str, target: Path, accept: str, desk: str, register: str, as_json: bool) -> None:
    """Write EVIDENCE with its record and the register to one file that is checked without a node."""
    node = open_node()
    from liaison.node.services.evidence.opening import export_evidence
    from liaison.node.services.people.audit import SYSTEM

    seat = own_seat(node, register, desk, Role.OFFICER)
    chunks = export_evidence(node, seat, evidence, by=SYSTEM, accepted=_whole(node, seat, evidence, accept))
    size = write_chunks(target, chunks)
    show({"file": str(target), "size": size}, [f"wrote {target}, {size} bytes"], as_json=as_json)


@click.command()
@click.argument("evidence")
@click.option("--means", default="erased", show_default=True, help="erased, media-destroyed or returned.")
@click.option("--remark")
@lang_option
@desk_option
@register_option
@json_option
def destroy(
    *, evidence: str, means: str, remark: str | None, lang: str, desk: str, register: str, as_json: bool
) -> None:
    """Destroy the files of EVIDENCE here and send the signed record to whoever gave them."""
    node = open_node()
    from liaison.node.services.evidence.ending import Destruction, destroy_evidence
    from liaison.node.services.people.audit import SYSTEM

    seat = own_seat(node, register, desk, Role.OFFICER)
    how = Destruction(means, {"lang": lang, "text": remark} if remark else None)
    gone = destroy_evidence(node, seat, evidence, how, by=SYSTEM, leased=True)
    tell_gone(node, seat.register, gone, as_json=as_json)
    if not gone.sent and not gone.request:
        note("It was this desk's own: nobody has to be told.")


def _whole(node: Node, seat: Seat, evidence: str, code: str) -> str:
    """The whole hash of the conditions whose beginning an officer typed; as typed where it is another."""
    from liaison.node.reads.cooperation.evidence import show_evidence

    found, _ = show_evidence(node, seat.register, seat.desk, evidence)
    typed = len(code) >= SHORTEST_CODE and found.accept.startswith(code)
    return found.accept if typed else code
