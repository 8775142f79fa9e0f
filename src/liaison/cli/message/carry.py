"""How is a message carried by hand, and a case handed on? As files.

liaison message export 0192f0c1 --sealed -o m.tar      the sealed message, for the recipient's node
liaison message import m.tar --receipt-out r.age       there: take it, write the receipt for the way back
liaison message import r.age                           here: take the receipt
liaison message export 0192f0b7 -o case.json           a transcript of the whole case, for anybody
liaison message export 0192f0b7 --as stix -o c.json    what was observed, for a program that reads STIX 2.1
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.screen import plain
from liaison.cli.output import REFUSED, json_option, note, show
from liaison.cli.register.choices import FILE, desk_here, reading_file, write_chunks, write_file
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.node import Node

FORMATS = click.Choice(["stix", "misp", "xarf", "iodef", "csaf"])
AUDIENCES = click.Choice(["recipients", "organisation", "clients", "community", "public"])
LABELS = click.Choice(["red", "amber-strict", "amber", "green", "clear"])


@click.command()
@click.argument("identifier")
@click.option("--sealed", is_flag=True, help="The sealed message for one recipient, instead of a case's transcript.")
@click.option("--to", "recipient", help="Which recipient's copy, where there are several: CODE[/DESK].")
@click.option("--without-log", is_flag=True, help="Transcript: leave the register's log out.")
@click.option("--withhold", multiple=True, help="Transcript: leave a field out and show that it is; may be repeated.")
@click.option("--as", "form", type=FORMATS, help="What was observed in the case, for another program.")
@click.option("--for", "audience", type=AUDIENCES, default="recipients", show_default=True, help="With --as: readers.")
@click.option("--tlp", type=LABELS, help="With --as: a stricter label than the case has.")
@click.option("--desk", help="As this own desk has the case, where several desks here are in it.")
@click.option("--mailbox", default="", help="With --as: where readers reach this desk, if its entry tells none.")
@click.option("--out", "-o", "out", type=FILE, required=True, help="File to write; - for stdout.")
@json_option
def export(
    *,
    identifier: str,
    sealed: bool,
    recipient: str | None,
    without_log: bool,
    withhold: tuple[str, ...],
    form: str | None,
    audience: str,
    tlp: str | None,
    mailbox: str,
    desk: str | None,
    out: Path,
    as_json: bool,
) -> None:
    """Export a sealed message by its identifier (--sealed), a case as a transcript, or for another program (--as)."""
    node = open_node()
    if form is not None:
        if sealed or without_log or withhold:
            raise UsageError("export-as-what")
        value = _document(node, identifier, out, form=form, audience=audience, tlp=tlp, desk=desk, mailbox=mailbox)
    elif sealed:
        from liaison.node.reads.recipients import find_recipient
        from liaison.node.services.line.files import export_sealed, register_of

        to = find_recipient(node, register_of(node, identifier), recipient) if recipient else None
        recipient_desk, chunks = export_sealed(node, identifier, to=to)
        value = {"kind": "sealed", "for": str(recipient_desk), "bytes": write_chunks(out, chunks), "file": str(out)}
    else:
        from liaison.node.services.line.transcripts import export_transcript

        own = desk_here(node, desk) if desk is not None else None
        data = export_transcript(node, identifier, withheld=withhold, own=own, with_log=not without_log)
        write_file(out, data)
        value = {"kind": "transcript", "bytes": len(data), "file": str(out)}
    if str(out) != "-":
        show(value, [f"wrote {out} ({value['bytes']} bytes, {value['kind']})"], as_json=as_json)


def _document(node: Node, case: str, out: Path, **options: Any) -> dict[str, Any]:
    """Write the case in the format of another program, and say what that has no place for."""
    from liaison.exchange.values import Format
    from liaison.node.reads.desk.listing import Reader
    from liaison.node.reads.exchange.cases import export_case
    from liaison.node.services.line.transcripts import find_own_case

    desk = options["desk"]
    row, own = find_own_case(node, case, desk_here(node, desk) if desk is not None else None)
    exported = export_case(
        node,
        own,
        row,
        Format(options["form"]),
        reader=Reader(contents=True),
        audience=options["audience"],
        tlp=options["tlp"],
        mailbox=options["mailbox"],
    )
    write_file(out, exported.written.data)
    for what in exported.left_out:
        note(f"Left out, this format has no place for it: {what.kind} {plain(what.value)}")
    return {
        "kind": options["form"],
        "bytes": len(exported.written.data),
        "file": str(out),
        "tlp": exported.report.tlp,
        "exercise": exported.report.exercise,
        "observables": len(exported.report.observables) - len(exported.left_out),
        "left_out": [{"kind": what.kind, "value": what.value} for what in exported.left_out],
    }


@click.command("import")
@click.argument("file", type=FILE)
@click.option("--receipt-out", type=FILE, help="Where to write the receipt for the way back.")
@json_option
@click.pass_context
def import_(ctx: click.Context, *, file: Path, receipt_out: Path | None, as_json: bool) -> int | None:
    """Take a sealed message or a receipt that came as a file."""
    node = open_node()
    from liaison.node.services.line.files import import_file

    with reading_file(file) as read:
        imported = import_file(node, read)
    if imported.receipt_file is not None and receipt_out is not None:
        write_file(receipt_out, imported.receipt_file)
    value = {
        "kind": imported.kind,
        "verdict": imported.verdict,
        "reason": imported.reason,
        "id": imported.message_id,
        "receipt": str(receipt_out) if imported.receipt_file is not None and receipt_out else None,
    }
    reason = f" ({imported.reason})" if imported.reason else ""
    show(value, [f"{imported.kind} {imported.message_id or ''}: {imported.verdict}{reason}"], as_json=as_json)
    if imported.receipt_file is not None and receipt_out is None:
        note("The sender waits for the receipt: import the file again with --receipt-out FILE and send that back.")
    return REFUSED if imported.verdict == "rejected" else None
