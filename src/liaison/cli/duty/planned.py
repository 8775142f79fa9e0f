"""When is work planned at a desk, or at the whole node? `liaison duty planned-work`.

    $ liaison duty planned-work
    Nothing is planned.
    $ liaison duty planned-work --from 2026-11-28T22:00 --to 2026-11-29T02:00 --zone Europe/Berlin
    3  2026-11-28T21:00:00Z  2026-11-29T01:00:00Z  desk
    $ liaison duty planned-work --from 2026-11-28T22:00 --to 2026-11-29T02:00 --whole-node
    $ liaison duty planned-work --end 3

Invariants: the same services as the page; of the whole node only who runs it says so, which is here.
"""

from __future__ import annotations

import click

from liaison.cli.duty.making import read_local, zone_option
from liaison.cli.message.screen import local
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import desk_option, own_seat, register_option
from liaison.cli.session import open_node
from liaison.errors import UsageError
from liaison.officers.permissions import Role
from liaison.wire.identifiers import format_instant


@click.command("planned-work")
@click.option("--from", "begins", default="", help="Local day and time, as 2026-11-28T22:00.")
@click.option("--to", "ends", default="", help="Local day and time; three days later at most.")
@zone_option
@click.option("--end", "number", type=int, default=0, help="End the work of this number, or take it back.")
@click.option("--whole-node", is_flag=True, help="Of the whole node, not of one desk.")
@desk_option
@register_option
@json_option
def planned_work(
    *, begins: str, ends: str, zone: str, number: int, whole_node: bool, desk: str, register: str, as_json: bool
) -> None:
    """Say that work is planned, end it, or show what is."""
    node = open_node()
    seat = own_seat(node, register, desk, *Role)
    from liaison.duty.checks.planned_work import make_work
    from liaison.node.reads.checks.planned_work import planned_at
    from liaison.node.services.checks.planned_work import end_work, plan_work
    from liaison.node.services.people.audit import SYSTEM

    of = None if whole_node else seat
    if number and not end_work(node, of, number, by=SYSTEM):
        raise UsageError("planned-work-not-there", number=number)
    if begins or ends:
        work = make_work(read_local(begins, zone), read_local(ends, zone), node.clock.now())
        plan_work(node, of, work, by=SYSTEM)
    found = planned_at(node, seat.register, seat.desk)
    rows = [
        (each.number, format_instant(each.work.begins), format_instant(each.work.ends), each.whole_node)
        for each in found
    ]
    value = [{"number": row[0], "begins": row[1], "ends": row[2], "whole_node": row[3]} for row in rows]
    lines = table(
        (str(each.number), local(each.work.begins), local(each.work.ends), "whole node" if each.whole_node else "desk")
        for each in found
    )
    show(value, lines or ["Nothing is planned."], as_json=as_json)
