"""Does a key of this node end soon, and does its worker's loop still give signs?"""

from __future__ import annotations

from liaison.errors import At, Param
from liaison.messages.parties import DeskRef
from liaison.node.models import OwnDesk
from liaison.node.node import Node
from liaison.node.reads.checks.ending import keys_ending
from liaison.node.reads.checks.watched import watched
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.care.findings import FAIL, OK, WARN, Finding
from liaison.node.services.care.surroundings import Surroundings
from liaison.wire.identifiers import format_instant


def check_ending(node: Node, around: Surroundings) -> Finding:
    """Which dated key is the first to end, or should have been renewed?"""
    rows = OwnDesk.objects.order_by("register", "participant", "node", "desk")
    places = [Place(row.register, DeskRef(row.participant, row.node, row.desk)) for row in rows]
    found = [each for place in places for each in keys_ending(node, place, around.certificates)]
    if not found:
        return Finding("ending", OK, "ending-none")
    first = min(found, key=lambda each: each.ends)
    at = At(format_instant(first.ends))
    named: dict[str, Param] = {"what": first.what, "name": first.name, "at": at, "count": len(found)}
    return Finding("ending", WARN, "ending-over" if first.warned == 0 else "ending-soon", named)


def check_heartbeat(node: Node, around: Surroundings) -> Finding:
    """Does the loop that empties the outbox go round?"""
    found = watched(node)
    if found.silent_for is None:
        return Finding("heartbeat", OK, "heartbeat-none")
    minutes = int(found.silent_for.total_seconds() // 60)
    if found.planned_until is not None:
        return Finding("heartbeat", OK, "heartbeat-planned", {"minutes": minutes})
    if found.silent:
        return Finding("heartbeat", FAIL if around.worker else WARN, "heartbeat-silent", {"minutes": minutes})
    return Finding("heartbeat", OK, "heartbeat-heard")
