"""How long are the cases of this node kept, and which auditor may read one? `liaison case retention|grant|grants|…`

    liaison case retention --dry-run
    archive  2026-01-04  0192f0c1-…  duty
    destroy  2024-03-01  018e0a11-…  duty   not now: hold

    liaison case grant 0192f0c1 --auditor e.v --reason "Complaint 4/2026" --days 7
    liaison case grants 0192f0c1          liaison case end-grant 0192f0c1 3

Invariants: a dry run changes nothing; without it the same is done that the node does by itself once a day. Leave for an
auditor is for one case, a time and a reason, and a line of the trail.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import desk_option, own_seat, register_option
from liaison.cli.session import open_node
from liaison.errors import UsageError
from liaison.officers.permissions import Role

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.services.people.officers import Seat


@click.group()
def group() -> None:
    """Look after the cases of this node's desks."""


@group.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--ahead", type=click.IntRange(0, 3650), default=0, help="With --dry-run: as it will be in so many days.")
@json_option
def retention(*, dry_run: bool, ahead: int, as_json: bool) -> None:
    """Close, archive and destroy what the rules of each desk say."""
    if ahead and not dry_run:
        raise UsageError("retention-ahead")
    node = open_node()
    from liaison.node.services.inside.retention import keep_retention, look_ahead

    done = look_ahead(node, at=node.clock.now() + timedelta(days=ahead)) if dry_run else keep_retention(node)
    value = [
        {
            "step": each.planned.step.value,
            "case": each.planned.case,
            "desk": each.desk.desk,
            "participant": each.desk.participant,
            "last": each.planned.last_at.date().isoformat(),
            "obstacles": [obstacle.value for obstacle in each.planned.obstacles],
        }
        for each in done
    ]
    lines = table(
        (
            each.planned.step.value,
            each.planned.last_at.date().isoformat(),
            each.planned.case,
            each.desk.desk,
            f"not now: {', '.join(each.planned.obstacles)}" if each.planned.obstacles else "",
        )
        for each in done
    )
    show(value, lines or ["Nothing is due under the rules of this node's desks."], as_json=as_json)


@group.command()
@click.argument("case")
@click.option("--auditor", required=True, metavar="LOGIN", help="Who may read it.")
@click.option("--reason", required=True, help="Why, in one line.")
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="For how long.")
@desk_option
@register_option
@json_option
def grant(*, case: str, auditor: str, reason: str, days: int, desk: str, register: str, as_json: bool) -> None:
    """Let an auditor of the desk read what one CASE says, for a time."""
    node, seat, found = _case(case, desk, register)
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.people.audit_grants import grant_audit
    from liaison.node.services.people.officers import find_officer

    until, officer = node.clock.now() + timedelta(days=days), find_officer(node, auditor).pk
    grant_audit(node, seat, found, officer=officer, reason=reason, until=until, by=SYSTEM)
    told = f"{auditor} reads case {found} until {until:%Y-%m-%d %H:%M} UTC"
    show({"case": found, "until": until.isoformat()}, [told], as_json=as_json)


@group.command()
@click.argument("case")
@desk_option
@register_option
@json_option
def grants(*, case: str, desk: str, register: str, as_json: bool) -> None:
    """List which auditors were given leave to read a CASE."""
    node, seat, found = _case(case, desk, register)
    from liaison.node.services.people.audit_grants import grants_of

    made, now = grants_of(node, seat, found), node.clock.now()
    value = [
        {
            "number": each.number,
            "auditor": each.name,
            "reason": each.reason,
            "by": each.by or None,
            "until": each.until.isoformat(),
            "ended": each.ended_at.isoformat() if each.ended_at is not None else None,
            "counts": each.counts(now),
        }
        for each in made
    ]
    rows = [
        (str(each.number), each.name, f"{each.until:%Y-%m-%d}", "" if each.counts(now) else "over", each.reason)
        for each in made
    ]
    show(value, table(rows) if rows else ["Nobody was given leave to read it."], as_json=as_json)


@group.command("end-grant")
@click.argument("case")
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def end_grant_(*, case: str, number: int, desk: str, register: str, as_json: bool) -> None:
    """End the leave with this NUMBER to read a CASE."""
    node, seat, found = _case(case, desk, register)
    from liaison.node.services.people.audit import SYSTEM
    from liaison.node.services.people.audit_grants import end_grant, grants_of

    if number not in {each.number for each in grants_of(node, seat, found)}:
        raise UsageError("audit-grant-none", number=number)
    end_grant(node, seat, number, by=SYSTEM)
    show({"ended": number}, [f"Leave {number} is ended."], as_json=as_json)


def _case(case: str, desk: str, register: str) -> tuple[Node, Seat, str]:
    """The node, its desk as one that clears there, and the whole id of its case."""
    node = open_node()
    from liaison.node.services.line.transcripts import find_own_case

    seat = own_seat(node, register, desk, Role.APPROVER)
    return node, seat, find_own_case(node, case, seat.desk)[0]
