"""How does a participant declare a stand at a terminal, at once or by two people?

    liaison instrument propose un-cybercrime-2024 --act ratification --dated 2026-10-01
    liaison instrument proposals
    liaison instrument approve 3          liaison instrument withdraw 3

Invariant: whoever proposed at the terminal does not approve there while an officer of the desk may; an officer's
proposal is approved at the terminal as by a second person.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import desk_option, own_seat, register_option
from liaison.cli.session import open_node
from liaison.officers.permissions import Role

if TYPE_CHECKING:
    from liaison.node.reads.instruments.proposed import Proposed
    from liaison.register.bodies import StandDeclared

ACTS = (
    "signature", "definitive-signature", "ratification", "acceptance", "approval", "accession",
    "provisional-application", "provisional-end", "reservation", "reservation-withdrawal", "declaration",
    "declaration-withdrawal", "objection", "objection-to-entry", "objection-withdrawal", "withdrawal", "retraction",
    "adoption", "adoption-with-reservation", "decline",
)  # fmt: skip
F = TypeVar("F", bound=Callable[..., Any])
_SAID = (
    click.option("--act", type=click.Choice(ACTS), required=True),
    click.option("--dated", required=True, metavar="DATE", help="The day that counts for the depositary."),
    click.option("--clause", "clauses", multiple=True, help="Id of a clause it is about. May be repeated."),
    click.option("--about", default="", help="Whose reservation an objection is about: a code, or a participant's id."),
    click.option("--evidence", default="", help="Address of the depositary's notice."),
    click.option("--said", default="", help="What it says, in a few words."),
    click.option("--language", "lang", default="en", show_default=True, help="Tag of the language of --said."),
    click.option("--replaces", default="", help="Payload hash of the earlier statement it takes the place of."),
    click.option(
        "--network",
        "networks",
        multiple=True,
        type=click.IntRange(1, 2**32 - 2),
        metavar="ASN",
        help="AS number for which a provider adopts a code.",
    ),
)


def stand_options(command: F) -> F:
    """The options that say what a stand is."""
    for option in reversed(_SAID):
        command = option(command)
    return command


def stand_of(instrument: str, said: dict[str, Any]) -> StandDeclared:
    """The stand that these options say. Raises MalformedError."""
    from liaison.node.services.instruments.declaring import make_stand

    wanted: dict[str, object] = {
        "instrument": instrument,
        "act": said["act"],
        "on": said["dated"],
        "clauses": sorted(set(said["clauses"])),
        "about": said["about"] or None,
        "said": {"lang": said["lang"], "text": said["said"]} if said["said"] else None,
        "evidence": said["evidence"] or None,
        "replaces": said["replaces"] or None,
    }
    if said["networks"]:
        wanted["networks"] = sorted(set(said["networks"]))
    return make_stand(wanted)


@click.command()
@click.argument("instrument")
@stand_options
@desk_option
@register_option
@json_option
def propose(*, instrument: str, desk: str, register: str, as_json: bool, **said: Any) -> None:
    """Propose a stand on an INSTRUMENT, for somebody else at the desk to approve."""
    node = open_node()
    from liaison.node.services.instruments.declaring import propose_stand
    from liaison.node.services.people.audit import SYSTEM

    seat = own_seat(node, register, desk, Role.DIRECTORY)
    number = propose_stand(node, seat.register, seat.desk, stand_of(instrument, said), officer=SYSTEM)
    show({"number": number}, [f"Proposed under number {number}; nothing is published yet."], as_json=as_json)


@click.command()
@desk_option
@register_option
@json_option
def proposals(*, desk: str, register: str, as_json: bool) -> None:
    """List what is proposed at the desk."""
    node = open_node()
    from liaison.node.reads.instruments.proposed import open_proposals

    seat = own_seat(node, register, desk, Role.DIRECTORY)
    found = open_proposals(node, seat.register, seat.desk)
    rows = [(str(each.number), each.stand.instrument, each.stand.act.value, each.stand.on) for each in found]
    show([_value(each) for each in found], table(rows) if rows else ["Nothing is proposed."], as_json=as_json)


@click.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def approve(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """Publish the proposed stand with this NUMBER."""
    node = open_node()
    from liaison.node.services.instruments.declaring import approve_stand
    from liaison.node.services.people.audit import SYSTEM

    seat = own_seat(node, register, desk, Role.DIRECTORY)
    handed = approve_stand(node, seat.register, seat.desk, number, officer=SYSTEM)
    value = {"index": handed[0].index, "payload": handed[0].payload_hash}
    show(value, [f"Declared in entry {handed[0].index}; payload {handed[0].payload_hash}"], as_json=as_json)


@click.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def withdraw(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """Take the proposed stand with this NUMBER back."""
    node = open_node()
    from liaison.node.services.instruments.declaring import withdraw_stand
    from liaison.node.services.people.audit import SYSTEM

    seat = own_seat(node, register, desk, Role.DIRECTORY)
    withdraw_stand(node, seat.register, seat.desk, number, officer=SYSTEM)
    show({"withdrawn": number}, [f"Proposal {number} is taken back."], as_json=as_json)


def _value(each: Proposed) -> dict[str, Any]:
    import msgspec

    told: dict[str, Any] = msgspec.to_builtins(each.stand)
    return {"number": each.number, "at": each.at.isoformat(), "stand": told}
