r"""How are instruments and positions read and changed at a terminal? `liaison instrument list|show|status|basis|…`

    liaison instrument status budapest-2001 --on 2026-11-26
    liaison instrument basis --to XD
    liaison instrument stand un-cybercrime-2024 --act ratification --dated 2026-10-01 \
        --evidence https://depositary.example/notice
    liaison instrument stand manrs-operators --act adoption --dated 2026-10-01 --network 64496 --network 64497
    liaison instrument propose un-cybercrime-2024 --act …  for somebody else to approve (`proposing`)
    liaison instrument publish un-cybercrime-2024          at the secretariat
    liaison instrument import ets-185.toml                 positions of States outside the register

Invariants: without a register, what files say still answers; a day that is not named is today in UTC.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.instrument import words
from liaison.cli.instrument.proposing import approve, proposals, propose, stand_of, stand_options, withdraw
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import FOUND, place_options, read_file, register_option, the_place, the_register
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.node import Node

on_option = click.option("--on", "day", default="", metavar="DATE", help="As 2026-11-26; default: today.")


@click.group()
def group() -> None:
    """Read and declare who is bound by which instrument."""


@group.command("list")
@on_option
@register_option
@json_option
def list_(*, day: str, register: str, as_json: bool) -> None:
    """List the instruments that the register carries, and those this node knows besides."""
    node = open_node()
    from liaison.node.reads.instruments.status import list_instruments

    found = list_instruments(node, _register(node, register), on=_day(node, day))
    rows = [words.row_of(each) for each in found]
    show([words.value_of(each) for each in found], [*table(rows), words.OFFICIAL], as_json=as_json)


@group.command("show")
@click.argument("instrument")
@register_option
@json_option
def show_(*, instrument: str, register: str, as_json: bool) -> None:
    """Show the clauses of an instrument in our own words."""
    node = open_node()
    from liaison.node.reads.instruments.known import known_instruments
    from liaison.node.reads.instruments.status import instrument_status

    found, known = (
        instrument_status(node, _register(node, register), instrument, on=_day(node, "")),
        known_instruments(node),
    )
    value = words.value_of(found) | {"clauses": words.clause_values(found, known)}
    show(value, words.text_lines(found, known), as_json=as_json)


@group.command()
@click.argument("instrument")
@on_option
@register_option
@json_option
def status(*, instrument: str, day: str, register: str, as_json: bool) -> None:
    """Say how an instrument stands on a day, and how every party stands to it."""
    node = open_node()
    from liaison.node.reads.instruments.status import instrument_status

    found = instrument_status(node, _register(node, register), instrument, on=_day(node, day))
    value = words.value_of(found) | {"standings": [words.standing_value(each) for each in found.standings]}
    show(value, words.status_lines(found), as_json=as_json)


@group.command()
@click.option("--to", "theirs", required=True, help="A code such as XD, or a participant's id.")
@click.option("--from", "ours", default="", help="Default: the participant this node is run for.")
@on_option
@register_option
@json_option
def basis(*, theirs: str, ours: str, day: str, register: str, as_json: bool) -> None:
    """Say what a request to another State can rest on, article by article."""
    node = open_node()
    from liaison.cli.register.choices import the_participant
    from liaison.node.reads.instruments.status import basis_between

    place = _register(node, register)
    if not ours:
        if not place:
            raise UsageError("choice-not-clear", what="from", given="-", count=0)
        ours = the_participant(node, place, "")
    found = basis_between(node, place, ours=ours, theirs=theirs, on=_day(node, day))
    show(words.between_value(found), words.between_lines(found), as_json=as_json)


@group.command()
@click.argument("instrument")
@stand_options
@place_options
@json_option
def stand(*, instrument: str, register: str, participant: str, node_id: str, as_json: bool, **said: Any) -> None:
    """Declare in the register at once what the participant did about an INSTRUMENT."""
    node = open_node()
    from liaison.node.services.instruments.declaring import declare_stand

    place = the_place(node, register, participant, node_id)
    handed = declare_stand(node, place, stand_of(instrument, said))
    value = {"index": handed[0].index, "payload": handed[0].payload_hash}
    show(value, [f"Declared in entry {handed[0].index}; payload {handed[0].payload_hash}"], as_json=as_json)


for _command in (propose, proposals, approve, withdraw):
    group.add_command(_command)


@group.command()
@click.option("--participant", default="", help="Participant, or the beginning of its hash; default: our own.")
@register_option
@json_option
def stands(*, participant: str, register: str, as_json: bool) -> None:
    """List everything a participant declared, with what became of it."""
    node = open_node()
    from liaison.cli.register.choices import the_participant
    from liaison.node.reads.instruments.proposed import declared_stands

    place = the_register(node, register)
    found = declared_stands(node, place, the_participant(node, place, participant))
    made = found.declared if found is not None else ()
    lines = table(words.stand_row(each) for each in made) or ["Nothing was declared."]
    show([words.stand_value(each) for each in made], lines, as_json=as_json)


@group.command()
@click.argument("instrument")
@click.option("--document", type=FOUND, help="The official document; its hash goes into the register.")
@click.option("--withdraw", is_flag=True, help="The register carries it no longer.")
@register_option
@json_option
def publish(*, instrument: str, document: Path | None, withdraw: bool, register: str, as_json: bool) -> None:
    """Say at the secretariat that the register carries an INSTRUMENT."""
    node = open_node()
    from liaison.node.reads.instruments.known import known_instruments
    from liaison.node.services.instruments.publishing import publish_instrument
    from liaison.wire.identifiers import digest

    text = known_instruments(node).get(instrument)
    if text is None:
        raise UsageError("instrument-not-found", instrument=instrument[:64])
    hashed = digest(read_file(document)) if document is not None else None
    handed = publish_instrument(node, the_register(node, register), text, document=hashed, withdrawn=withdraw)
    lines = [f"{text.short} is entry {each.index}" for each in handed] or ["The register says so already."]
    show({"entries": [each.index for each in handed]}, lines, as_json=as_json)


@group.command("import")
@click.argument("file", type=FOUND)
@click.option("--name", default="", help="What to call it; default: the file's name.")
@json_option
def import_(*, file: Path, name: str, as_json: bool) -> None:
    """Take in a list of positions, or an instrument of your own; the same name replaces."""
    node = open_node()
    from liaison.node.services.instruments.importing import import_file

    called = name or re.sub(r"[^a-z0-9._-]+", "-", file.stem.lower()).strip("-.")[:64]
    kept = import_file(node, read_file(file), name=called, taken_from=file.name)
    show(words.file_value(kept), [words.file_line(kept)], as_json=as_json)


@group.command()
@json_option
def files(*, as_json: bool) -> None:
    """List what was imported."""
    node = open_node()
    from liaison.node.reads.instruments.known import imported_files

    found = imported_files(node)
    lines = [words.file_line(each) for each in found] or ["Nothing was imported."]
    show([words.file_value(each) for each in found], lines, as_json=as_json)


@group.command()
@click.argument("name")
@json_option
def remove(*, name: str, as_json: bool) -> None:
    """Forget an imported file."""
    node = open_node()
    from liaison.node.services.instruments.importing import remove_file

    remove_file(node, name)
    show({"removed": name}, [f"Removed {name}."], as_json=as_json)


def _register(node: Node, given: str) -> str:
    """The register meant, or none where this node follows none: what was imported answers alone."""
    from liaison.node.reads.overview import overviews

    return the_register(node, given) if given or overviews(node) else ""


def _day(node: Node, given: str) -> date:
    if not given:
        return node.clock.now().date()
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise UsageError("day-not-understood", given=given[:40]) from error
