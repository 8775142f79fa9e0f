"""Who is on duty at a desk of this node? `liaison duty now|show|override`; `duty.making` makes the rota, and
`duty.planned` says when work is planned.

    $ liaison duty now
    a.n  until 2026-11-27 08:00 UTC
    $ liaison duty show --days 7
    2026-11-26 20:00 UTC  2026-11-27 08:00 UTC  a.n, then b.m
    2026-11-27 08:00 UTC  2026-11-27 20:00 UTC  nobody
    $ liaison duty override b.m --hours 4

Invariants: the same services as the pages; an override is a line of the audit trail.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from liaison.cli.lazy import LazyGroup
from liaison.cli.message.screen import local, plain
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import desk_option, own_desk, own_seat, register_option, the_register
from liaison.cli.session import open_node
from liaison.officers.permissions import Role
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.messages.parties import DeskRef
    from liaison.node.node import Node


MAKING = {name: f"liaison.cli.duty.making:{name}" for name in ("layer", "drop", "away", "notices")}
MAKING |= {"planned-work": "liaison.cli.duty.planned:planned_work"}


@click.group(cls=LazyGroup, commands_in=MAKING)
def group() -> None:
    """Who answers at this node's desks."""


@group.command()
@desk_option
@register_option
@json_option
def now(*, desk: str, register: str, as_json: bool) -> None:
    """Say who answers now: by the rota, or everybody who may where there is none."""
    node, followed, at = _place(desk, register)
    from liaison.node.reads.duty.showing import duty_now

    found = duty_now(node, followed, at)
    logins = _logins(node, found.asked)
    until = format_instant(_whole(found.shift.ends)) if found.shift else None
    value = {"desk": str(at), "officers": [logins[each] for each in found.asked], "until": until, "rota": bool(until)}
    how = f"until {local(found.shift.ends)}" if found.shift else "no rota"
    lines = table((logins[each], how) for each in found.asked)
    show(value, lines or ["Nobody is on duty."], as_json=as_json)


@group.command("show")
@click.option("--days", type=click.IntRange(1, 120), default=14, show_default=True)
@desk_option
@register_option
@json_option
def show_(*, days: int, desk: str, register: str, as_json: bool) -> None:
    """List the shifts from now on, times without anybody included."""
    node, followed, at = _place(desk, register)
    from liaison.node.reads.duty.showing import planned

    start = node.clock.now()
    plan = planned(node, followed, at, start=start, end=start + timedelta(days=days))
    logins = _logins(node, {int(each) for shift in plan.shifts for each in shift.officers})
    shifts = plan.shifts if plan.rota.layers or plan.rota.overrides else ()
    value = [
        {
            "begins": format_instant(_whole(each.begins)),
            "ends": format_instant(_whole(each.ends)),
            "officers": [logins[int(officer)] for officer in each.officers],
            "gap": plan.is_gap(each),
        }
        for each in shifts
    ]
    lines = table(
        (
            local(each.begins),
            local(each.ends),
            ", then ".join(logins[int(officer)] for officer in each.officers)
            or ("nobody" if plan.is_gap(each) else "every officer of the desk"),
        )
        for each in shifts
    )
    show(value, lines or ["There is no rota: every officer of the desk is asked."], as_json=as_json)


@group.command()
@click.argument("login")
@click.option("--hours", type=click.IntRange(1, 9600), required=True, help="For how long, from now on.")
@click.option("--layer", help="Which layer; by default the officer answers before all layers.", default="")
@desk_option
@register_option
@json_option
def override(*, login: str, hours: int, layer: str, desk: str, register: str, as_json: bool) -> None:
    """Have the officer LOGIN on duty from now on, whoever's turn it is."""
    node = open_node()
    seat = own_seat(node, register, desk, *Role)
    from liaison.duty.rota import Override, Spell
    from liaison.node.services.duty.rotas import override as put
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.people.officers import find_officer

    start = node.clock.now()
    spell = Spell(start, start + timedelta(hours=hours), str(find_officer(node, login).pk))
    put(node, seat, Override(layer, spell), by=SYSTEM)
    value = {"desk": str(seat.desk), "officer": login, "until": format_instant(_whole(spell.ends))}
    show(value, [f"{plain(login)} is on duty until {local(spell.ends)}."], as_json=as_json)


def _place(desk: str, register: str) -> tuple[Node, str, DeskRef]:
    node = open_node()
    followed = the_register(node, register)
    return node, followed, own_desk(node, followed, desk, option="desk")


def _logins(node: Node, officers: Iterable[int]) -> dict[int, str]:
    from liaison.node.services.people.officers import logins_of

    return logins_of(node, officers)


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
