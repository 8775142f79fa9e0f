"""What waits for a person at a desk, here and over there, and what came of it? `liaison escalation show`.

    $ liaison escalation show
    019a…  waiting  code 4821  told 2
    019a…  late over there: XC/duty was to acknowledge it by 2026-11-29T04:00:00Z
    $ liaison escalation show --case 019a…
    2026-11-29T03:00:01Z  told  rota
      Ada, sms: sent
        2026-11-29T03:00:02Z  first gateway: failed (notice-not-taken)
        2026-11-29T03:00:03Z  second gateway: sent

Invariants: no officer's address is printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.screen import Names, local_words, plain
from liaison.cli.output import json_option, show
from liaison.cli.register.choices import own_seat, register_option
from liaison.cli.session import open_node
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.messages.parties import DeskRef
    from liaison.node.node import Node
    from liaison.node.reads.duty.escalations import Line
    from liaison.node.services.people.officers import Seat


@click.command()
@click.option("--case", default="", help="What was done in this case, also when it is over.")
@click.option("--desk", default="", help="Own desk, where this node has several.")
@register_option
@json_option
def show_desk(*, case: str, desk: str, register: str, as_json: bool) -> None:
    """What waits for a person, here and over there, the plans of a desk, and how many ways each officer has."""
    node = open_node()
    seat = own_seat(node, register, desk)
    from liaison.node.reads.duty.escalations import escalations

    if case:
        told = [_line(line) for found in escalations(node, seat.desk, case=case) for line in found.lines]
        lines = [words for each in told for words in _line_words(each)]
        show(told, lines or ["Nobody had to be told."], as_json=as_json)
        return
    value = {
        "waiting": _waiting(node, seat.desk),
        "silent": _silent(node, seat.desk),
        "plans": _plans(node, seat),
        "officers": _officers(node, seat),
    }
    show(value, _words(value), as_json=as_json)


def _waiting(node: Node, desk: DeskRef) -> list[dict[str, Any]]:
    from liaison.node.reads.duty.escalations import escalations

    return [
        {"message": e.message_id, "case": e.case, "code": e.code, "state": e.state, "since": format_instant(e.begun_at),
         "told": len(e.told), "handed_to": e.handed_to, "held_until": format_instant(e.until) if e.until else None,
         "due": format_instant(e.due) if e.due else None}
        for e in escalations(node, desk)
    ]  # fmt: skip


def _silent(node: Node, desk: DeskRef) -> list[dict[str, Any]]:
    from liaison.node.reads.duty.silence import silent

    names = Names(node)
    return [
        {"message": each.message_id, "case": each.case, "desk": names.of(each.register, each.desk),
         "received": each.received, "expected": format_instant(each.expected_at)}
        for each in silent(node, desk).rows
    ]  # fmt: skip


def _plans(node: Node, seat: Seat) -> dict[str, list[dict[str, Any]]]:
    from liaison.duty.plans import ladder
    from liaison.node.reads.duty.escalations import plans_of

    return {
        each.urgency: [
            {"step": rung.number, "round": rung.round, "tell": list(rung.tell), "wants": rung.wants,
             "minutes": int(rung.wait.total_seconds()) // 60}
            for rung in ladder(each.plan)
        ]
        for each in plans_of(node, seat.register, seat.desk)
    }  # fmt: skip


def _officers(node: Node, seat: Seat) -> list[dict[str, Any]]:
    from liaison.node.reads.duty.escalations import reachable

    return [
        {"officer": each.number, "name": each.name, "ways": each.ways, "failing": [way for way, *_ in each.failing]}
        for each in reachable(node, seat.register, seat.desk)
    ]


def _words(value: dict[str, Any]) -> Iterator[str]:
    if not value["waiting"]:
        yield "Nothing waits."
    for each in value["waiting"]:
        handed = f"  handed to {plain(each['handed_to'])}" if each["handed_to"] else ""
        until = f"  until {local_words(each['held_until'])}" if each["held_until"] else ""
        yield f"{each['message']}  {each['state']}  code {each['code']}  told {each['told']}{handed}{until}"
    for each in value["silent"]:
        by = local_words(each["expected"]) + ("" if each["received"] else ", and its node has not received it")
        yield f"{each['message']}  late over there: {each['desk']} was to acknowledge it by {by}"
    for urgency, rungs in value["plans"].items():
        yield f"{urgency}: {len(rungs)} tellings"
    for each in value["officers"]:
        ways = "1 way" if each["ways"] == 1 else f"{each['ways']} ways"
        yield f"{plain(each['name'])}: {ways}" + "".join(f", {way} fails" for way in each["failing"])


def _line(line: Line) -> dict[str, Any]:
    """One thing that happened, for people and programs."""
    whom = ", ".join(line.rung.tell) if line.rung is not None else line.officer
    sent = [
        {"officer": each.officer, "channel": each.channel, "state": each.state, "sent_twice": each.repeated,
         "together": each.together,
         "tries": [
             {"at": format_instant(one.at), "provider": one.provider, "state": one.state, "error": one.error,
              "seconds": one.seconds}
             for one in each.tries
         ]}
        for each in line.sent
    ]  # fmt: skip
    return {"at": format_instant(line.at), "what": line.kind, "whom": whom, "reached": line.reached, "sent": sent}


def _line_words(line: dict[str, Any]) -> Iterator[str]:
    yield f"{local_words(line['at'])}  {line['what']}  {plain(line['whom'])}"
    for each in line["sent"]:
        twice = ", sent twice" if each["sent_twice"] else ""
        others = f", together with others, code {each['together']}" if each["together"] else ""
        yield f"  {plain(each['officer'])}, {each['channel']}: {each['state']}{twice}{others}"
        for one in each["tries"]:
            why = f" ({one['error']})" if one["error"] else ""
            yield f"    {one['at']}  {one['provider']}: {one['state']}{why}"
