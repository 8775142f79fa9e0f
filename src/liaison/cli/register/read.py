"""What does a register say? `liaison register show|search|verify|open`."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import json_option, note, show, table
from liaison.cli.register.choices import FOUND, read_file, register_option, the_register
from liaison.cli.register.desks import desk_lines, desk_value
from liaison.cli.session import open_node
from liaison.errors import VerificationError
from liaison.explanations import explain

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.register.lookup import DeskEntry, Directory


@click.command("show")
@register_option
@click.option("--desks", "what", flag_value="desks", help="All desks of the trusted register.")
@click.option("--alarms", "what", flag_value="alarms", help="What somebody must look at.")
@click.option("--entries", "what", flag_value="entries", help="The leaves of the log with their verdicts.")
@click.option("--void", "what", flag_value="void", help="Only the void ones.")
@click.option("--start", type=int, default=0, help="First leaf to show.")
@json_option
def show_register(*, register: str, what: str | None, start: int, as_json: bool) -> None:
    """Show the registers followed, or one's desks, alarms or entries."""
    node = open_node()
    if what is None:
        _show_overviews(node, as_json=as_json)
        return
    place = the_register(node, register)
    if what == "desks":
        _show_desks(node, [place], lambda found: found.desks(), as_json=as_json)
    elif what == "alarms":
        _show_alarms(node, place, as_json=as_json)
    else:
        _show_entries(node, place, start, "void" if what == "void" else "", as_json=as_json)


def _show_overviews(node: Node, *, as_json: bool) -> None:
    from liaison.keys.words import format_words
    from liaison.node.reads.overview import Overview, overviews

    def lines(each: Overview) -> list[str]:
        witnessed = f"{each.needed} of {each.witnesses} witnesses" if each.needed else "not yet witnessed"
        checked = each.checked_at.isoformat(timespec="seconds") if each.checked_at else "never"
        return [
            f"{each.title or each.origin}{'  REHEARSAL' if each.rehearsal else ''}",
            f"  register  {each.register}",
            f"  words     {format_words(each.register)}",
            f"  entries   {each.size}, {each.trusted_size} trusted ({witnessed}), {each.size - each.trusted_size} more",
            f"  checked   {checked}",
            *([f"  STOPPED   {each.stopped}"] if each.stopped else []),
            *([f"  alarms    {each.alarms} (liaison register show --alarms)"] if each.alarms else []),
        ]

    found = overviews(node)
    value = [dataclasses.asdict(each) | {"checked_at": str(each.checked_at or "")} for each in found]
    show(value, [line for each in found for line in lines(each)] or ["No register is followed."], as_json=as_json)


def _show_alarms(node: Node, register: str, *, as_json: bool) -> None:
    from liaison.node.reads.overview import alarms

    found = alarms(node, register)
    told = [explain(VerificationError(each.code, **each.params)) for each in found]
    value = [
        {
            "code": each.code,
            "subject": each.subject,
            "what": words.what,
            "next": words.next,
            "evidence": each.evidence.hex(),
        }
        for each, words in zip(found, told, strict=True)
    ]
    lines = [
        f"{each.raised_at:%Y-%m-%d %H:%M}  {words.what}\n    {words.next}"
        for each, words in zip(found, told, strict=True)
    ]
    show(value, lines or ["No alarms."], as_json=as_json)


def _show_entries(node: Node, register: str, start: int, verdict: str, *, as_json: bool) -> None:
    from liaison.node.reads.overview import entries

    found = entries(node, register, start=start, verdict=verdict)
    rows = [
        (
            str(each.index),
            each.kind,
            each.participant[:16],
            each.node,
            each.verdict,
            each.rule,
            "" if each.trusted else "pending",
        )
        for each in found
    ]
    show([dataclasses.asdict(each) for each in found], table(rows) or ["No entries."], as_json=as_json)


def _show_desks(node: Node, registers: list[str], find: Callable[[Directory], tuple[DeskEntry, ...]], *,
                as_json: bool) -> None:  # fmt: skip
    """The desks that `find` gives of each register, in the order of the registers, each with its source."""
    from liaison.node.reads.register import directory, followed

    value: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for register in registers:
        found, origin = directory(node, register), followed(node, register).origin
        names |= {state.id: state.labels.name for state in found.participants.values()}
        value += [desk_value(entry, found, origin) for entry in find(found)]
    show(value, desk_lines(value, lambda owner: names.get(owner, owner[:16])) or ["No desks."], as_json=as_json)


@click.command()
@register_option
@click.option("--rehearsal", is_flag=True, help="Look in rehearsal registers too, after the real ones.")
@click.argument("text", nargs=-1, required=True)
@json_option
def search(*, register: str, rehearsal: bool, text: tuple[str, ...], as_json: bool) -> None:
    """Find desks by code, name, kind or id, in every register followed unless one is named.

    Rehearsals are left out unless asked for, named, or all that is followed.
    """
    node = open_node()
    from liaison.node.reads.overview import overviews

    followed = overviews(node)
    real = [each.register for each in followed if not each.rehearsal]
    rehearsals = [each.register for each in followed if each.rehearsal]
    places = [the_register(node, register)] if register else real + (rehearsals if rehearsal or not real else [])
    _show_desks(node, places, lambda found: found.find(" ".join(text)), as_json=as_json)
    if real and rehearsals and not (rehearsal or register):
        note(f"{len(rehearsals)} rehearsal registers were not asked; --rehearsal asks them too.")


@click.command()
@register_option
@json_option
def verify(*, register: str, as_json: bool) -> None:
    """Verify this node's own copy: every tile, signature, rule and table, and the quorum."""
    node = open_node()
    from liaison.node.log.verification import verify_copy
    from liaison.node.reads.register import followed

    place = the_register(node, register)
    size = followed(node, place).size
    with click.progressbar(length=size, label="Entries", file=sys.stderr, hidden=as_json or size < 1000) as bar:
        done = verify_copy(node, register=place, progress=bar.update)
    witnessed = "witnessed" if done.witnessed else "not yet witnessed"
    lines = [f"Good: {done.size} entries, {done.trusted_size} trusted ({witnessed}), {len(done.void)} void"]
    show(dataclasses.asdict(done), lines, as_json=as_json)


@click.command("open")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--anchor", type=FOUND, help="The anchor you came by otherwise; without it compare the words by telephone."
)
@click.option("--search", "text", default="", help="Show only desks with these words.")
@json_option
def open_file(*, file: Path, anchor: Path | None, text: str, as_json: bool) -> None:
    """Verify and read a register from one file, without network and without a node."""
    from liaison.keys.words import format_words
    from liaison.register.anchor import parse_anchor
    from liaison.register.export import decode_offline, verify_offline
    from liaison.register.lookup import Directory

    offline = decode_offline(read_file(file))
    verified = verify_offline(offline, known=parse_anchor(read_file(anchor)) if anchor else None)
    desks = Directory(verified.view)
    found = desks.find(text) if text else desks.desks()
    register = offline.anchor.register
    value: dict[str, Any] = {
        "register": register,
        "words": format_words(register),
        "anchored": anchor is not None,
        "size": verified.head.size,
        "witnessed": verified.head.witnessed,
        "records": len(verified.records),
        "desks": [desk_value(each, desks, offline.anchor.origin) for each in found],
    }
    names = {state.id: state.labels.name for state in desks.participants.values()}
    lines = [
        f"Register {register}: {verified.head.size} entries verified",
        "  anchored in the file you named" if anchor else f"  compare by telephone: {value['words']}",
        "  cosigned by its witnesses" if verified.head.witnessed else "  not yet witnessed",
        *desk_lines(value["desks"], lambda owner: names.get(owner, owner[:16])),
    ]
    show(value, lines, as_json=as_json)
