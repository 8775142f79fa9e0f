"""Which programs may work for a desk of this node? `liaison token add|list|end`.

    liaison token add "ticket system" --officer duty1 --scope read-metadata --scope acknowledge --days 90

Invariants: a token is printed once; it acts for an officer and never does more than that officer may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import desk_option, own_seat, register_option
from liaison.cli.session import open_node

if TYPE_CHECKING:
    pass

SCOPES = ("look-up", "read-register", "read-metadata", "read-cases", "acknowledge", "send")


@click.group()
def group() -> None:
    """Let programs work for a desk, and see which do."""


@group.command()
@click.argument("name")
@click.option("--officer", "login", required=True, help="The login of the officer it acts for.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be repeated.")
@click.option("--days", default=90, show_default=True, help="How long it lasts, at most 366.")
@desk_option
@register_option
@json_option
def add(*, name: str, login: str, scopes: tuple[str, ...], days: int, desk: str, register: str, as_json: bool) -> None:
    """Make a token for the program NAME and print it, once."""
    node = open_node()
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.people.officers import find_officer
    from liaison.node.services.programs.tokens import Wanted, make_token
    from liaison.officers.tokens import read_scopes

    wanted = Wanted(name, find_officer(node, login).pk, read_scopes(scopes), days)
    made = make_token(node, own_seat(node, register, desk), wanted, by=SYSTEM)
    until = f"{made.until:%Y-%m-%d %H:%M} UTC"
    lines = [made.text, f"Token {made.number}, valid until {until}. It is not shown again."]
    show({"token": made.text, "number": made.number, "until": made.until.isoformat()}, lines, as_json=as_json)


@group.command("list")
@desk_option
@register_option
@json_option
def list_(*, desk: str, register: str, as_json: bool) -> None:
    """List the tokens of a desk: for which program, for whom, last used when."""
    node = open_node()
    from liaison.node.services.programs.tokens import list_tokens

    rows = list_tokens(node, own_seat(node, register, desk))
    value = [
        {
            "number": each.number,
            "name": each.name,
            "officer": each.officer_name,
            "scopes": list(each.scopes),
            "until": each.until.isoformat(),
            "last_used": each.last_used_at.isoformat() if each.last_used_at else None,
            "live": each.live,
        }
        for each in rows
    ]
    lines = table(
        (
            str(each.number),
            each.name,
            f"…{each.ending}",
            each.officer_name,
            ", ".join(each.scopes),
            f"{each.until:%Y-%m-%d}" if each.live else "ended",
            f"used {each.last_used_at:%Y-%m-%d %H:%M}" if each.last_used_at else "not used yet",
        )
        for each in rows
    )
    show(value, lines or ["No program has a token yet."], as_json=as_json)


@group.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def end(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """End a token; the program that has it is let in no more."""
    node = open_node()
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.programs.tokens import end_token

    end_token(node, own_seat(node, register, desk), number, by=SYSTEM)
    show({"number": number}, [f"Token {number} has ended."], as_json=as_json)
