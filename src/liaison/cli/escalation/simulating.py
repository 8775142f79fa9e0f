"""Who would be told of a message that nobody acknowledges? `liaison escalation simulate`.

    $ liaison escalation simulate --urgency urgent --at 2026-11-29T03:00Z
    2026-11-29 03:00 UTC  step 1, round 1  rota        Ada (sms)
    2026-11-29 03:10 UTC  step 2, round 1  rota, desk  Ada (sms), Bo (no way)
    $ liaison escalation simulate --urgency routine --at 2026-11-29T03:00Z
    2026-11-29 03:00 UTC  step 1, round 1  rota        Ada (sms, waits until 2026-11-29 05:00 UTC)
    Work is planned from 2026-11-29 02:00 UTC to 2026-11-29 05:00 UTC: …

Invariants: times stand in this machine's zone, with the zone; nothing is sent and nothing is changed; of an officer of
another desk the number alone is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.escalation.command import URGENCIES
from liaison.cli.message.screen import local, local_words, plain
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import own_seat, register_option
from liaison.cli.session import open_node
from liaison.errors import UsageError
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.duty.checks.planned_work import Work
    from liaison.duty.escalation import WouldTell
    from liaison.node.node import Node
    from liaison.node.services.people.officers import Seat


@click.command()
@click.option("--urgency", type=click.Choice(URGENCIES), default="urgent", show_default=True)
@click.option("--at", "at", default="", help="When the message comes, as 2026-11-29T03:00Z; default: now.")
@click.option("--desk", default="", help="Own desk, where this node has several.")
@register_option
@json_option
def simulate(*, urgency: str, at: str, desk: str, register: str, as_json: bool) -> None:
    """Who would be told, and when, of a message that nobody acknowledges."""
    node = open_node()
    seat = own_seat(node, register, desk)
    from liaison.node.services.escalation.planning import simulate_plan, works_waited_for

    instant = _instant(at) if at else node.clock.now()
    told = simulate_plan(node, seat, urgency, instant)
    works = works_waited_for(node, seat, urgency, instant)
    value = list(_values(node, seat, urgency, told, works=works))
    lines = table(
        (
            local_words(each["at"]),
            "last" if each["last"] else f"step {each['step']}, round {each['round']}",
            ", ".join(each["tell"]),
            ", ".join(_said(one) for one in each["officers"]) or "nobody",
        )
        for each in value
    )
    waited_for = [each for each in works if each.begins <= told[-1].at]
    show(value, [*lines, *map(_work_said, waited_for)], as_json=as_json)


def _values(
    node: Node, seat: Seat, urgency: str, told: tuple[WouldTell, ...], *, works: tuple[Work, ...]
) -> Iterator[dict[str, Any]]:
    """What each step would come to."""
    from liaison.node.reads.duty.escalations import reachable
    from liaison.node.reads.duty.ways import ways_then

    people = {each.number: each for each in reachable(node, seat.register, seat.desk)}
    for each in told:
        by: dict[int, list[dict[str, Any]]] = {}
        for way in ways_then(node, seat.register, seat.desk, each.officers, urgency=urgency, at=each.at, works=works):
            until = format_instant(way.waits_until) if way.waits_until else None
            said = {"channel": way.channel, "after_minutes": way.after_minutes, "out_of_hours": way.out_of_hours}
            by.setdefault(way.officer, []).append(said | {"waits_until": until})
        yield {
            "at": format_instant(each.at),
            "step": each.rung.number,
            "round": each.rung.round,
            "last": each.rung.last,
            "tell": list(each.rung.tell),
            "officers": [
                {"officer": one, "name": people[one].name, "ways": people[one].ways, "by": by.get(one, [])}
                if one in people
                else {"officer": one, "name": "", "ways": 0, "by": []}
                for one in each.officers
            ],
        }


def _said(one: dict[str, Any]) -> str:
    if not one["name"]:
        return f"officer {one['officer']} of another desk"
    if not one["ways"]:
        return f"{plain(one['name'])} (no way)"
    return f"{plain(one['name'])} ({'; '.join(map(_way_said, one['by'])) or 'no way for this urgency'})"


def _way_said(by: dict[str, Any]) -> str:
    said = f"{by['channel']}{', outside of its hours' if by['out_of_hours'] else ''}"
    return f"{said}, waits until {local_words(by['waits_until'])}" if by["waits_until"] else said


def _work_said(work: Work) -> str:
    return (
        f"Work is planned from {local(work.begins)} to {local(work.ends)}: what is routine waits "
        "until it is over, or goes along with whatever else leaves by the same way."
    )


def _instant(text: str) -> datetime:
    from liaison.duty.checking import YEARS

    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise UsageError("instant-not-read", text=text[:40]) from None
    if not YEARS[0] <= found.year < YEARS[1]:
        raise UsageError("instant-not-read", text=text[:40])
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
