"""How are implementation reports read and published at a terminal? `liaison conduct report list|show|diff|export|…`

    liaison conduct report list --instrument un-norms-2015
    liaison conduct report show un-norms-2015 2026 --of XD            as far as XD lets this participant see it
    liaison conduct report publish report.json                        the file that `export` writes, edited
    liaison conduct report export un-norms-2015 2026 --parts --out xc-2026.parts
    liaison verify register FILE --report xc-2026.parts               by anybody, from the log alone

Invariants: what a command shows is what the participant it is run for may see; without `--of` that is its own report,
whole; a file for others (`--parts`) never holds an answer for the participant alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from liaison.cli.conduct import words
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import (
    FILE,
    FOUND,
    place_options,
    read_file,
    the_participant,
    the_place,
    write_file,
)
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.conduct.reports import Report
    from liaison.node.node import Node
    from liaison.node.services.publication import Place

of_option = click.option("--of", "whom", default="", help="A code such as XD, or a participant's id; default: own.")
version_option = click.option("--version", type=int, default=None, help="An earlier version of the own report.")


@click.group()
def group() -> None:
    """Publish what was done about agreed norms, and read what others show."""


@group.command("list")
@click.option("--instrument", default="", help="Only reports on this instrument.")
@of_option
@place_options
@json_option
def list_(*, instrument: str, whom: str, register: str, participant: str, node_id: str, as_json: bool) -> None:
    """List the reports of this register, by name of the participant."""
    node = open_node()
    from liaison.node.reads.conduct.reports import Viewer, report_heads

    place = the_place(node, register, participant, node_id)
    only = _whom(node, place, whom) if whom else None
    viewer = Viewer(place.participant)
    found = report_heads(node, place.register, viewer=viewer, participant=only, instrument=instrument or None)
    lines = table(words.row_of(each) for each in found) or ["Nobody has reported yet."]
    show([words.head_value(each) for each in found], lines, as_json=as_json)


@group.command("show")
@click.argument("instrument")
@click.argument("year", type=int)
@of_option
@version_option
@place_options
@json_option
def show_(*, instrument: str, year: int, whom: str, version: int | None, register: str, participant: str,
          node_id: str, as_json: bool) -> None:  # fmt: skip
    """Show the report on INSTRUMENT for YEAR."""
    node = open_node()
    place = the_place(node, register, participant, node_id)
    report, head = _report(node, place, instrument, year, whom=whom, version=version)
    show(words.report_value(report) | head, words.report_lines(report, head), as_json=as_json)


@group.command()
@click.argument("instrument")
@click.argument("year", type=int)
@click.argument("before", type=int, required=False)
@click.option("--with", "file", type=FOUND, help="Compare with the report in a file instead.")
@of_option
@place_options
@json_option
def diff(*, instrument: str, year: int, before: int | None, file: Path | None, whom: str, register: str,
         participant: str, node_id: str, as_json: bool) -> None:  # fmt: skip
    """Say what changed in the report for YEAR since the one for BEFORE (default: the year before)."""
    node = open_node()
    from liaison.conduct.differences import difference
    from liaison.conduct.reports import decode_report

    place = the_place(node, register, participant, node_id)
    now, _ = _report(node, place, instrument, year, whom=whom, version=None)
    if file is not None:
        changes = difference(now, decode_report(read_file(file)))
    else:
        earlier, _ = _report(node, place, instrument, year - 1 if before is None else before, whom=whom, version=None)
        changes = difference(earlier, now)
    show([words.change_value(each) for each in changes], words.change_lines(changes), as_json=as_json)


@group.command("export")
@click.argument("instrument")
@click.argument("year", type=int)
@click.option("--out", type=FILE, required=True, help="The file to write; - for stdout.")
@click.option("--parts", is_flag=True, help="The parts with their salts, which anybody can compare with the register.")
@click.option("--public", is_flag=True, help="Only what everybody may see.")
@of_option
@version_option
@place_options
@json_option
def export(*, instrument: str, year: int, out: Path, parts: bool, public: bool, whom: str, version: int | None,
           register: str, participant: str, node_id: str, as_json: bool) -> None:  # fmt: skip
    """Write a report as one file; an own one whole, with the answers for the participant alone."""
    node = open_node()
    from liaison.conduct.proof import encode_parts
    from liaison.conduct.reports import encode_report, seen_by
    from liaison.node.reads.conduct.reports import Viewer, report_records

    place = the_place(node, register, participant, node_id)
    if parts:
        viewer = Viewer() if public else Viewer(place.participant)
        records = report_records(node, place.register, _whom(node, place, whom), instrument, year, viewer=viewer)
        data = encode_parts(place.register, records)
    else:
        report, _ = _report(node, place, instrument, year, whom=whom, version=version)
        data = encode_report(seen_by(report, None) if public else report)
    write_file(out, data)
    if str(out) != "-":
        show({"file": str(out), "bytes": len(data)}, [f"Wrote {out}, {len(data)} bytes"], as_json=as_json)


@group.command("import")
@click.argument("file", type=FOUND)
@place_options
@json_option
def import_(*, file: Path, register: str, participant: str, node_id: str, as_json: bool) -> None:
    """Take in parts of a report that came as a file, where the register's log names them."""
    node = open_node()
    from liaison.node.services.conduct.taking import take_parts

    place = the_place(node, register, participant, node_id)
    judged = take_parts(node, place, read_file(file))
    show([words.judged_value(each) for each in judged], words.judged_lines(judged), as_json=as_json)


@group.command()
@click.argument("file", type=FOUND)
@place_options
@json_option
def publish(*, file: Path, register: str, participant: str, node_id: str, as_json: bool) -> None:
    """Publish the report in FILE, in place of an earlier one on the same instrument and year."""
    node = open_node()
    from liaison.conduct.reports import decode_report
    from liaison.node.services.conduct.reporting import publish_report

    place = the_place(node, register, participant, node_id)
    handed = publish_report(node, place, decode_report(read_file(file)))
    lines = [f"Published in entry {each.index}; payload {each.payload_hash}" for each in handed]
    show({"entries": [each.index for each in handed]}, lines or ["It stands already."], as_json=as_json)


@group.command()
@click.argument("instrument")
@click.argument("year", type=int)
@place_options
@json_option
def withdraw(*, instrument: str, year: int, register: str, participant: str, node_id: str, as_json: bool) -> None:
    """Take the own report on INSTRUMENT for YEAR back. That there was one stays in the log; what it said does not."""
    node = open_node()
    from liaison.node.services.conduct.reporting import withdraw_report

    handed = withdraw_report(node, the_place(node, register, participant, node_id), instrument, year)
    lines = [f"Withdrawn in entry {each.index}; honest copies of its parts are erased." for each in handed]
    show({"entries": [each.index for each in handed]}, lines, as_json=as_json)


def _report(
    node: Node, place: Place, instrument: str, year: int, *, whom: str, version: int | None
) -> tuple[Report, dict[str, object]]:
    """The report meant, and what the register says of it. Raises UsageError."""
    from liaison.node.reads.conduct.reports import Viewer, own_report, report_of

    owner = _whom(node, place, whom)
    shown = report_of(node, place.register, owner, instrument, year, viewer=Viewer(place.participant))
    report = shown.report if version is None else None
    if owner == place.participant:
        report = own_report(node, place.register, owner, instrument, year, version=version) or report
    if report is None:
        raise UsageError("report-of-year-not-found", instrument=instrument[:64], period=year)
    return report, words.head_value(shown)


def _whom(node: Node, place: Place, given: str) -> str:
    """The participant meant by a code or the beginning of its id; own where nothing is given. Raises UsageError."""
    from liaison.instruments.stands import codes_of
    from liaison.node.reads.register import directory

    if not given:
        return place.participant
    known = directory(node, place.register).participants
    found = [name for name, state in known.items() if given.upper() in codes_of(state)]
    return found[0] if len(found) == 1 else the_participant(node, place.register, given)
