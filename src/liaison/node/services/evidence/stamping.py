"""How do the lines that a desk signed get the time of an authority outside? By a job, never by who waits.

    stamp_lines(node)       a job of the worker, where `[evidence] stamps` names an authority; how many were stamped

Invariants (docs/spec/evidence.md): a line counts without its stamp, and nothing waits for one; what the authority did
not answer, or answered wrongly, is asked for again the next time; a stamp is kept only once it was verified.
"""

from __future__ import annotations

import logging

from liaison.cooperation.evidence.custody import decode_line
from liaison.cooperation.evidence.stamps import StampTrust, ask_stamp, parse_trust, verify_stamp
from liaison.errors import LiaisonError
from liaison.node.models import EvidenceLine
from liaison.node.node import Node
from liaison.node.unit_of_work import reading, unit_of_work

log = logging.getLogger("liaison.evidence")
AT_ONCE = 50


def stamp_lines(node: Node) -> int:
    """Have lines stamped that are not yet, the oldest first; ends quietly at the first that fails."""
    if not node.config.evidence.stamps:
        return 0
    with reading(node):
        rows = EvidenceLine.objects.filter(own=True, stamp=b"").order_by("pk")
        waiting = list(rows.values_list("pk", "line")[:AT_ONCE])
    stamped = 0
    try:
        trust = parse_trust(node.stamps.certificates()) if waiting else StampTrust(())
        for key, line in waiting:
            payload = decode_line(bytes(line)).envelope.payload
            stamp = node.stamps.ask(ask_stamp(payload))
            verify_stamp(stamp, payload, trust)
            with unit_of_work(node):
                EvidenceLine.objects.filter(pk=key).update(stamp=stamp)
            stamped += 1
    except LiaisonError as error:
        log.warning("a line of a custody record was not stamped: %s", error.code)
    return stamped
