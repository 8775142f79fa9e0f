"""Does what waits reach officers: does every gateway take notifications, does every way get one through?"""

from __future__ import annotations

from liaison.errors import At, Param
from liaison.node.node import Node
from liaison.node.reads.duty.failing import failing_gateways, failing_ways
from liaison.node.services.care.findings import OK, WARN, Finding
from liaison.node.services.care.surroundings import Surroundings
from liaison.wire.identifiers import format_instant


def check_telling(node: Node, around: Surroundings) -> Finding:
    """Are officers told that something waits?"""
    for each in failing_gateways(node):
        since = At(format_instant(each.since.replace(microsecond=0)))
        named: dict[str, Param] = {"provider": each.provider, "channel": each.channel, "tries": each.tries}
        return Finding("telling", WARN, "telling-gateway-failing", {**named, "since": since, "error": each.error})
    ways = failing_ways(node)
    if ways:
        return Finding("telling", WARN, "telling-ways-failing", {"count": ways})
    return Finding("telling", OK, "telling-well")
