"""Who said what to whom, when by whose clock, and what is missing? `liaison verify transcript FILE`, offline.

Invariants: exit 0 only when the log was folded and nothing contradicts the file; with `--anchor` the log must be that
of the register the reader means, else the command says that nothing vouches for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.words import finding_words
from liaison.cli.output import REFUSED, json_option, note, show
from liaison.cli.register.choices import FILE, FOUND, read_file
from liaison.errors import VerificationError

if TYPE_CHECKING:
    from liaison.messages.parties import DeskRef
    from liaison.messages.transcript import FoldedLog, Report, Statement, Transcript


@click.command()
@click.argument("file", type=FILE)
@click.option("--anchor", "anchor_file", type=FOUND, help="The anchor file you came by otherwise.")
@click.option("--register", "register_file", type=FOUND, help="Judge by this register file instead of the log inside.")
@json_option
def transcript(file: Path, anchor_file: Path | None, register_file: Path | None, *, as_json: bool) -> int | None:
    """Verify the transcript of a case, without a node and without a network."""
    from liaison.messages.transcript import decode_transcript, verify_included, verify_transcript

    given = decode_transcript(read_file(file))
    judge = _judge(given, anchor_file, register_file)
    report = verify_transcript(given, judge, verify_included(given))
    show(_value(report), _lines(report), as_json=as_json)
    if anchor_file is None and report.judged:
        note("No --anchor was given: the file agrees with itself, but nothing says that it is the register you mean.")
    return None if report.proven else REFUSED


def _judge(given: Transcript, anchor_file: Path | None, register_file: Path | None) -> FoldedLog | None:
    """The folded log: of the register file if one is named, else of the transcript. Raises VerificationError."""
    from liaison.cli.verify import read_anchor, read_register
    from liaison.messages.transcript import fold_log, fold_own_log

    anchor = read_anchor(anchor_file)
    if anchor is not None and anchor.register != given.register:
        raise VerificationError("transcript-of-another-register", register=given.register[:16])
    if register_file is not None:
        held = read_register(register_file, anchor)
        return fold_log(held.leaves, held.checkpoint, register=given.register)
    return fold_own_log(given)


def _value(report: Report) -> dict[str, Any]:
    return {
        "proven": report.proven,
        "judged": report.judged,
        "witnessed": report.witnessed,
        "register": report.register,
        "case": report.case,
        "exercise": report.exercise,
        "parties": [_desk(desk, report) for desk in report.parties],
        "statements": [_statement(each, report) for each in report.statements],
        "asserted": [_statement(each, report) for each in report.asserted],
        "findings": [
            {"code": each.code.value, "message": each.core_hash, "fatal": each.fatal, "params": dict(each.params)}
            for each in report.findings
        ],
    }


def _statement(each: Statement, report: Report) -> dict[str, Any]:
    return {
        "form": each.core.form,
        "id": each.core.id,
        "from": _desk(each.core.sender, report),
        "to": [_desk(desk, report) for desk in each.core.to],
        "composed": each.core.composed,
        "standing": each.standing.value,
        "fields": dict(each.fields),
        "withheld": list(each.withheld),
        "heard": [
            {
                "by": _desk(heard.desk, report),
                "verdict": heard.verdict,
                "reason": heard.reason,
                "received": heard.received,
                "standing": heard.standing.value,
                "attachments": len(heard.attachments),
                "letter_boxes": [
                    {"by": _name(kept.by.participant, report), "state": kept.state.value, "at": kept.at}
                    for kept in heard.kept
                ],
            }
            for heard in each.heard
        ],
    }


def _lines(report: Report) -> list[str]:
    flag = "EXERCISE  " if report.exercise else ""
    lines = [f"{flag}case {report.case}", f"  between {', '.join(_desk(desk, report) for desk in report.parties)}"]
    for each in report.statements:
        sender = _desk(each.core.sender, report)
        lines.append(f"{each.core.composed} by the sender's clock: {sender} said {each.core.form} ({each.standing})")
        if each.withheld:
            lines.append(f"    withheld by the exporter: {', '.join(each.withheld)}")
        for heard in each.heard:
            reason = f" ({heard.reason})" if heard.reason else ""
            lines.append(f"    {heard.received} by its own clock: {_desk(heard.desk, report)} {heard.verdict}{reason}")
            for kept in heard.kept:
                keeper = _name(kept.by.participant, report)
                lines.append(f"    {kept.at} by its own clock: letter box of {keeper}: {kept.state.value}")
    for each in report.asserted:
        what = f"the exporter wrote down {each.core.form} ({each.standing})"
        lines.append(f"{each.core.composed} by the exporter's clock: {what}")
        if each.withheld:
            lines.append(f"    withheld by the exporter: {', '.join(each.withheld)}")
    lines += [f"{'!' if each.fatal else '-'} {finding_words(each)}" for each in report.findings]
    lines.append("Proven: nothing contradicts it." if report.proven else "NOT PROVEN: see the lines marked '!'.")
    return lines


def _desk(desk: DeskRef, report: Report) -> str:
    """The desk as people know it, with who hosts it."""
    host = report.hosts.get(desk.at)
    said = f"{_name(desk.participant, report)}/{desk.desk}"
    return said if host is None else f"{said} (hosted by {_name(host.participant, report)}/{host.node})"


def _name(participant: str, report: Report) -> str:
    from liaison.cli.message.screen import plain

    return plain(report.names.get(participant, participant[:8]))
