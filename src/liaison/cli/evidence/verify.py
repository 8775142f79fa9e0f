"""Is this evidence what was collected, who had it, and on which conditions? `liaison verify evidence FILE`, offline.

Invariants: exit 0 only when the log was folded, every file is as collected and nothing contradicts the record; with
`--anchor` the log must be that of the register the reader means; memory stays flat whatever the size.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from liaison.cli.evidence.screen import report_lines, report_value
from liaison.cli.message.screen import plain
from liaison.cli.output import REFUSED, json_option, note, show
from liaison.cli.register.choices import FILE, FOUND, read_file, reading_file
from liaison.errors import VerificationError

if TYPE_CHECKING:
    from liaison.cooperation.evidence.container import Container
    from liaison.cooperation.evidence.report import CustodyReport
    from liaison.messages.parties import DeskRef
    from liaison.messages.transcript import FoldedLog


@click.command()
@click.argument("file", type=FILE)
@click.option("--anchor", "anchor_file", type=FOUND, help="The anchor file you came by otherwise.")
@click.option("--register", "register_file", type=FOUND, help="Judge by this register file instead of the log inside.")
@click.option("--stamps-by", "certificate", type=FOUND, help="Certificates (PEM) of the time-stamping authority.")
@click.option("--record-only", is_flag=True, help="The files are not asked for, as after a destruction.")
@json_option
def evidence(
    file: Path,
    anchor_file: Path | None,
    register_file: Path | None,
    certificate: Path | None,
    *,
    record_only: bool,
    as_json: bool,
) -> int | None:
    """Verify evidence with its custody record, without a node and without a network."""
    from liaison.cooperation.evidence.container import read_container
    from liaison.cooperation.evidence.stamps import parse_trust
    from liaison.cooperation.evidence.verify import compare_files, verify_record

    trust = None if certificate is None else parse_trust(read_file(certificate))
    with reading_file(file) as read:
        given = read_container(read)
        judge = _judge(given, anchor_file, register_file)
        every = compare_files(given.record.manifest, given.files)
        compared = [each for each in every if each.found is not None or not record_only]
    report = verify_record(given.record, judge, trust=trust, files=compared)
    names = _names(report)
    lines = report_lines(report, names)
    lines.append("Proven: nothing contradicts it." if report.proven else "NOT PROVEN: see the lines marked '!'.")
    show(report_value(report, names), lines, as_json=as_json)
    if anchor_file is None:
        note("No --anchor was given: the file agrees with itself, but nothing says that it is the register you mean.")
    return None if report.proven else REFUSED


def _judge(given: Container, anchor_file: Path | None, register_file: Path | None) -> FoldedLog:
    """The folded log: of the register file if one is named, else of the container. Raises VerificationError."""
    from liaison.cli.verify import read_anchor, read_register
    from liaison.messages.transcript import fold_log
    from liaison.wire.note import parse_note

    anchor, register = read_anchor(anchor_file), given.record.lines[0].line.register
    if anchor is not None and anchor.register != register:
        raise VerificationError("evidence-of-another-register", register=register[:16])
    if register_file is not None:
        held = read_register(register_file, anchor)
        return fold_log(held.leaves, held.checkpoint, register=register)
    return fold_log(given.log.entries, parse_note(given.log.checkpoint.encode()), register=register)


def _names(report: CustodyReport) -> Callable[[DeskRef], str]:
    """Desks as the register in the file calls their participants."""

    def name(desk: DeskRef) -> str:
        return f"{plain(report.names.get(desk.participant, desk.participant[:8]))}/{desk.desk}"

    return name
