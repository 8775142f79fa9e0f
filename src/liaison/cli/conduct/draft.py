"""How is a report written together at a terminal, over the same drafts as the pages? `liaison conduct draft VERB`

    $ liaison conduct draft begin un-norms-2015 2026 --from-last
    $ liaison conduct draft answer 3 norm-j --input measure.1.kind=law --input measure.1.lang.1=en \
          --input measure.1.text.1="An act protects finders." --input audience=public --mark done
    $ liaison conduct draft show 3
    $ liaison conduct draft propose 3          a person who may publish approves it on the page, or the operator here

Invariants: an answer that somebody changed since it was read is not replaced: the new text is kept beside it, and
`choose` settles which stands; inputs that are not named stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.screen import local, plain
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import FILE, FOUND, desk_option, own_seat, read_file, register_option, write_file
from liaison.cli.session import open_node
from liaison.errors import UsageError
from liaison.officers.permissions import Role
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.reads.conduct.drafting import DraftedReport, ListedReport, TextRead
    from liaison.node.services.people.officers import Seat

MARKS = ("work", "done", "nothing")


def _opened(register: str, desk: str) -> tuple[Node, Seat]:
    node = open_node()
    return node, own_seat(node, register, desk, *Role)


@click.group()
def group() -> None:
    """Write the participant's own report together, and propose it for publication."""


@group.command("list")
@desk_option
@register_option
@json_option
def list_(*, desk: str, register: str, as_json: bool) -> None:
    """List the reports that are being written."""
    node, seat = _opened(register, desk)
    from liaison.node.reads.conduct.drafting import list_report_drafts

    found = list_report_drafts(node, seat.register, seat.desk)
    rows = [(str(each.number), str(each.period), each.instrument, *_listed(each)) for each in found]
    show([asdict(each) for each in found], table(rows) or ["No report is begun yet."], as_json=as_json)


@group.command()
@click.argument("instrument")
@click.argument("year", type=int)
@click.option("--profile", default="", help="Ask its questions beside the clauses, as unidir-survey.")
@click.option("--from-last", is_flag=True, help="Begin with the answers of the year before.")
@desk_option
@register_option
@json_option
def begin(
    *, instrument: str, year: int, profile: str, from_last: bool, desk: str, register: str, as_json: bool
) -> None:
    """Begin the report on INSTRUMENT for YEAR, or say its number if it is begun."""
    node, seat = _opened(register, desk)
    from liaison.node.services.conduct.own.drafting import begin_report
    from liaison.node.services.people.audit import SYSTEM

    number = begin_report(
        node, seat.register, seat.desk, instrument, year, officer=SYSTEM, profile=profile, from_last=from_last
    )
    show({"number": number}, [f"The report on {instrument} for {year} is draft {number}."], as_json=as_json)


@group.command("show")
@click.argument("number", type=int)
@click.argument("clause", required=False)
@desk_option
@register_option
@json_option
def show_(*, number: int, clause: str | None, desk: str, register: str, as_json: bool) -> None:
    """Show how far each answer of draft NUMBER is, or everything that is written for one CLAUSE."""
    node, seat = _opened(register, desk)
    from liaison.node.reads.conduct.drafting import earlier_texts, read_report_draft

    draft = read_report_draft(node, seat.register, seat.desk, number)
    if clause is None:
        show(_value(draft), _lines(draft), as_json=as_json)
        return
    found = draft.answers.get(clause)
    if found is None:
        raise UsageError("report-clause-not-found", clause=clause[:64])
    earlier = earlier_texts(node, seat.register, seat.desk, number, clause)
    waits = {each.number for each in found.beside}
    value = {
        "version": found.version,
        "stands": _text_value(found.stands),
        "others": [_text_value(each) | {"waits": each.number in waits} for each in earlier],
    }
    lines = [*_text_lines("Stands", found.stands)]
    for each in earlier:
        head = f"Text {each.number}, {'waits for a choice' if each.number in waits else 'earlier'}"
        lines += _text_lines(head, each)
    show(value, lines, as_json=as_json)


@group.command()
@click.argument("number", type=int)
@click.argument("clause")
@click.option("--input", "given", multiple=True, metavar="NAME=TEXT", help="One input; an empty text takes it away.")
@click.option("--mark", type=click.Choice(MARKS), help="How far it is; default: as it was, or in work.")
@click.option("--version", type=int, default=None, help="The version you read; default: the present.")
@desk_option
@register_option
@json_option
def answer(*, number: int, clause: str, given: tuple[str, ...], mark: str | None, version: int | None, desk: str,
           register: str, as_json: bool) -> None:  # fmt: skip
    """Write the answer to CLAUSE in draft NUMBER; docs/using/reporting.md lists the inputs."""
    node, seat = _opened(register, desk)
    from liaison.conduct.drafting import Mark, Saved
    from liaison.conduct.typed import read_typed
    from liaison.node.reads.conduct.audiences import participants_of
    from liaison.node.reads.conduct.drafting import read_report_draft
    from liaison.node.services.conduct.own.drafting import save_answer
    from liaison.node.services.people.audit import SYSTEM

    stood = read_report_draft(node, seat.register, seat.desk, number).answers.get(clause)
    typed = dict(stood.stands.typed if stood is not None else {}) | dict(_inputs(given))
    faults = read_typed(clause, typed, participants_of(node, seat.register).others(seat.desk.participant)).faults
    wanted = Mark(mark) if mark else stood.stands.mark if stood is not None else Mark.WORK
    chosen = Mark.WORK if faults and wanted is Mark.DONE else wanted
    known = version if version is not None else stood.version if stood is not None else 0
    saved = Saved(typed, chosen, known, "", SYSTEM)
    kept = save_answer(node, seat.register, seat.desk, number, clause, saved=saved)
    value = {"version": kept.version, "beside": kept.beside, "faults": [[each.name, each.code] for each in faults]}
    lines = [f"{clause}: kept as version {kept.version}, {chosen.value}."]
    if kept.beside:
        lines = [f"{clause}: somebody changed it meanwhile; yours is kept beside it as text {kept.beside}. Choose one."]
    show(value, [*lines, *(f"  {each.name}: {each.code}" for each in faults)], as_json=as_json)


@group.command()
@click.argument("number", type=int)
@click.argument("clause")
@click.argument("text", type=int)
@click.option("--take/--keep", "take", required=True, help="Let TEXT stand, or what stands already; both are kept.")
@desk_option
@register_option
@json_option
def choose(*, number: int, clause: str, text: int, take: bool, desk: str, register: str, as_json: bool) -> None:
    """Choose between the answer that stands and the TEXT beside it."""
    node, seat = _opened(register, desk)
    from liaison.node.services.conduct.own import drafting
    from liaison.node.services.people.audit import SYSTEM

    drafting.choose(node, seat.register, seat.desk, number, clause, edit=text, take=take, officer=SYSTEM)
    told = f"Text {text} stands now." if take else "What stood stays."
    show({"number": number, "clause": clause, "taken": take}, [f"{clause}: {told}"], as_json=as_json)


@group.command("import")
@click.argument("file", type=FOUND)
@desk_option
@register_option
@json_option
def import_(*, file: Path, desk: str, register: str, as_json: bool) -> None:
    """Take a report from a FILE into a draft; what differs from answers that are there is kept beside them."""
    node, seat = _opened(register, desk)
    from liaison.conduct.reports import decode_report
    from liaison.node.services.conduct.own.importing import import_report
    from liaison.node.services.people.audit import SYSTEM

    number = import_report(node, seat.register, seat.desk, decode_report(read_file(file)), officer=SYSTEM)
    show({"number": number}, [f"Taken into draft {number}."], as_json=as_json)


@group.command()
@click.argument("number", type=int)
@click.option("--out", type=FILE, required=True, help="The file to write; - for stdout.")
@desk_option
@register_option
def export(*, number: int, out: Path, desk: str, register: str) -> None:
    """Write everything in draft NUMBER as one file, answers for the participant alone and in work too."""
    node, seat = _opened(register, desk)
    from liaison.conduct.reports import encode_report
    from liaison.node.reads.conduct.assembled import whole_draft
    from liaison.node.reads.conduct.drafting import read_report_draft

    draft = read_report_draft(node, seat.register, seat.desk, number)
    write_file(out, encode_report(whole_draft(node, seat.register, seat.desk, draft).readable()))


@group.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def propose(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """Propose draft NUMBER for publication as it stands now."""
    node, seat = _opened(register, desk)
    from liaison.node.reads.conduct.drafting import read_report_draft
    from liaison.node.services.conduct.own.proposing import propose_report
    from liaison.node.services.people.audit import SYSTEM

    seen = read_report_draft(node, seat.register, seat.desk, number).fingerprint
    propose_report(node, seat.register, seat.desk, number, seen=seen, officer=SYSTEM)
    show({"number": number, "seen": seen}, [f"Draft {number} is proposed."], as_json=as_json)


@group.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def withdraw(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """Take the proposal of draft NUMBER back."""
    node, seat = _opened(register, desk)
    from liaison.node.services.conduct.own.proposing import withdraw_report_proposal
    from liaison.node.services.people.audit import SYSTEM

    withdraw_report_proposal(node, seat.register, seat.desk, number, officer=SYSTEM)
    show({"number": number}, [f"The proposal of draft {number} is withdrawn."], as_json=as_json)


@group.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def approve(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """Publish what was proposed of draft NUMBER."""
    node, seat = _opened(register, desk)
    from liaison.node.services.conduct.own.proposing import approve_report
    from liaison.node.services.people.audit import SYSTEM

    handed = approve_report(node, seat.register, seat.desk, number, officer=SYSTEM)
    lines = [f"Published in entry {each.index}." for each in handed] or ["It stands in the register already."]
    show({"entries": [each.index for each in handed]}, lines, as_json=as_json)


def _inputs(given: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The inputs that were named. Raises UsageError."""
    from liaison.conduct.typed import is_input

    for each in given:
        name, sign, text = each.partition("=")
        if not sign or not is_input(name):
            raise UsageError("report-input", given=plain(name)[:64])
        yield name, text


def _listed(draft: ListedReport) -> tuple[str, str, str]:
    waits = f"{draft.unsettled} wait for a choice" if draft.unsettled else ""
    return f"{draft.ended} of {draft.begun} begun answers ended", waits, "proposed" if draft.proposed else ""


def _value(draft: DraftedReport) -> dict[str, Any]:
    return {
        "number": draft.number,
        "instrument": draft.instrument,
        "year": draft.period,
        "proposed": draft.proposal is not None,
        "answers": {
            clause: _text_value(each.stands)
            | {"version": each.version, "beside": [text.number for text in each.beside]}
            for clause, each in draft.answers.items()
        },
    }


def _text_value(text: TextRead) -> dict[str, Any]:
    at = format_instant(text.at) if text.at is not None else None
    return {"number": text.number, "inputs": dict(text.typed), "mark": text.mark.value, "by": text.by, "at": at}


def _lines(draft: DraftedReport) -> list[str]:
    head = f"{draft.instrument}, {draft.period}{', proposed' if draft.proposal is not None else ''}"
    rows = [
        (clause, each.stands.mark.value, f"version {each.version}", plain(each.stands.by or "operator"))
        + ((f"text {', '.join(str(text.number) for text in each.beside)} waits",) if each.beside else ("",))
        for clause, each in draft.answers.items()
    ]
    return [head, *table(rows)]


def _text_lines(head: str, text: TextRead) -> list[str]:
    at = local(text.at) if text.at is not None else ""
    told = [f"{head}: {text.mark.value}, {plain(text.by or 'operator')}, {at}"]
    return told + [f"  {name} = {plain(said)}" for name, said in sorted(text.typed.items())]
