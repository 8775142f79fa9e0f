"""What does a register say? `liaison register show|search|verify|open`."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import FOUND, read_file, register_option, the_register
from liaison.cli.session import open_node
from liaison.errors import VerificationError
from liaison.explanations import explain

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.register.lookup import DeskEntry


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
        from liaison.node.reads.register import directory

        _show_desks(directory(node, place).desks(), as_json=as_json)
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


def _show_desks(desks: tuple[DeskEntry, ...], *, as_json: bool) -> None:
    rows = [
        (",".join(each.codes), each.kind.value, each.status.value, each.desk, (each.participant or "")[:16], each.name)
        for each in desks
    ]
    show([desk_value(each) for each in desks], table(rows) or ["No desks."], as_json=as_json)


def desk_value(entry: DeskEntry) -> dict[str, Any]:
    """A desk as plain values."""
    import msgspec

    return dict(msgspec.to_builtins(dataclasses.asdict(entry) | {"expected": msgspec.to_builtins(entry.expected)}))


@click.command()
@register_option
@click.argument("text", nargs=-1, required=True)
@json_option
def search(*, register: str, text: tuple[str, ...], as_json: bool) -> None:
    """Find desks by code, name, kind or id, in every register followed unless one is named."""
    node = open_node()
    from liaison.node.reads.overview import overviews
    from liaison.node.reads.register import directory

    places = [the_register(node, register)] if register else [each.register for each in overviews(node)]
    found = tuple(entry for place in places for entry in directory(node, place).find(" ".join(text)))
    _show_desks(found, as_json=as_json)


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
    value = {
        "register": register,
        "words": format_words(register),
        "anchored": anchor is not None,
        "size": verified.head.size,
        "witnessed": verified.head.witnessed,
        "records": len(verified.records),
        "desks": [desk_value(each) for each in found],
    }
    rows = [(",".join(each.codes), each.kind.value, each.status.value, each.desk, each.name) for each in found]
    lines = [
        f"Register {register}: {verified.head.size} entries verified",
        "  anchored in the file you named" if anchor else f"  compare by telephone: {value['words']}",
        "  cosigned by its witnesses" if verified.head.witnessed else "  not yet witnessed",
        *table(rows),
    ]
    show(value, lines, as_json=as_json)
