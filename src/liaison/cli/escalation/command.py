"""Who is told when nobody acknowledges a message? `liaison escalation show|simulate`.

    liaison escalation simulate --urgency urgent --at 2026-11-29T03:00Z
    2026-11-29T03:00:00Z  step 1          rota        Ada
    2026-11-29T03:10:00Z  step 2          rota, desk  Ada, Bo (no way)

Invariants: neither changes anything nor sends anything; no officer's address is printed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import own_desk, register_option, the_register
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.services.people.officers import Seat

URGENCIES = ("routine", "urgent", "emergency")


@click.group()
def group() -> None:
    """See who is told when nobody acknowledges a message."""


@group.command("show")
@click.option("--desk", default="", help="Own desk, where this node has several.")
@register_option
@json_option
def show_desk(*, desk: str, register: str, as_json: bool) -> None:
    """What waits for a person at a desk, its plans, and how many ways each officer has."""
    node = open_node()
    seat = _seat(node, register, desk)
    from liaison.duty.plans import ladder
    from liaison.node.reads.duty.escalations import escalations, plans_of, reachable
    from liaison.wire.identifiers import format_instant

    waiting = [
        {"message": e.message_id, "case": e.case, "code": e.code, "state": e.state, "since": format_instant(e.begun_at),
         "told": len(e.told), "due": format_instant(e.due) if e.due else None}
        for e in escalations(node, seat.desk)
    ]  # fmt: skip
    plans = {
        each.urgency: [
            {"step": rung.number, "round": rung.round, "tell": list(rung.tell), "wants": rung.wants,
             "minutes": int(rung.wait.total_seconds()) // 60}
            for rung in ladder(each.plan)
        ]
        for each in plans_of(node, seat.register, seat.desk)
    }  # fmt: skip
    people = [
        {"officer": each.number, "name": each.name, "ways": each.ways, "failing": [way for way, *_ in each.failing]}
        for each in reachable(node, seat.register, seat.desk)
    ]
    value: dict[str, Any] = {"waiting": waiting, "plans": plans, "officers": people}
    lines = [f"{e['message']}  {e['state']}  code {e['code']}  told {e['told']}" for e in waiting] or ["Nothing waits."]
    lines += [f"{urgency}: {len(rungs)} tellings" for urgency, rungs in plans.items()]
    lines += [f"{each['name']}: {each['ways']} ways" for each in people]
    show(value, lines, as_json=as_json)


@group.command()
@click.option("--urgency", type=click.Choice(URGENCIES), default="urgent", show_default=True)
@click.option("--at", "at", default="", help="When the message comes, as 2026-11-29T03:00Z; default: now.")
@click.option("--desk", default="", help="Own desk, where this node has several.")
@register_option
@json_option
def simulate(*, urgency: str, at: str, desk: str, register: str, as_json: bool) -> None:
    """Who would be told, and when, of a message that nobody acknowledges."""
    node = open_node()
    seat = _seat(node, register, desk)
    from liaison.node.reads.duty.escalations import reachable
    from liaison.node.services.escalation.planning import simulate_plan
    from liaison.wire.identifiers import format_instant

    told = simulate_plan(node, seat, urgency, _instant(at) if at else node.clock.now())
    people = {each.number: each for each in reachable(node, seat.register, seat.desk)}
    value: list[dict[str, Any]] = [
        {
            "at": format_instant(each.at),
            "step": each.rung.number,
            "round": each.rung.round,
            "last": each.rung.last,
            "tell": list(each.rung.tell),
            "officers": [
                {"officer": one, "name": people[one].name, "ways": people[one].ways}
                if one in people
                else {"officer": one, "name": "", "ways": 0}
                for one in each.officers
            ],
        }
        for each in told
    ]
    lines = table(
        (
            str(each["at"]),
            "last" if each["last"] else f"step {each['step']}, round {each['round']}",
            ", ".join(each["tell"]),
            ", ".join(_said(one) for one in each["officers"]) or "nobody",
        )
        for each in value
    )
    show(value, lines, as_json=as_json)


def _said(one: dict[str, Any]) -> str:
    return f"{one['name'] or one['officer']}{'' if one['ways'] else ' (no way)'}"


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise UsageError("instant-not-read", text=text[:40]) from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _seat(node: Any, register: str, desk: str) -> Seat:
    from liaison.node.services.people.officers import Seat

    place = the_register(node, register)
    return Seat(place, own_desk(node, place, desk, option="desk"), frozenset())
