"""Who may fetch a sealed attachment, and which part of it? Nodes of the message's recipients, one range of it.

Invariants: who is not a party learns nothing, not even whether the attachment exists.
"""

from __future__ import annotations

import re

from liaison.errors import UsageError
from liaison.node.node import Node
from liaison.node.reads.line import is_party_to_attachment
from liaison.node.services.line.attachments import LARGEST_SEALED
from liaison.peer.requests import DoorRequest, answer, problem
from liaison.wire.http import HttpAnswer

LARGEST_RANGE = 8 << 20
_RANGE = re.compile(r"bytes=(0|[1-9][0-9]{0,15})-(0|[1-9][0-9]{0,15})")


def serve_attachment(node: Node, request: DoorRequest) -> HttpAnswer:
    """The sealed bytes: whole, or the one range of at most 8 MiB that is asked for."""
    caller, digest = request.known, request.params["digest"]
    known = is_party_to_attachment(
        node, digest, register=caller.register, participant=caller.participant, node_id=caller.node
    )
    if not known or not node.blobs.has(digest):
        raise UsageError("attachment-not-here", digest=digest)
    asked = request.headers.get("range")
    if asked is None:
        whole = b"".join(node.blobs.read(digest, end=LARGEST_SEALED + 1))
        return answer(200, whole) if len(whole) <= LARGEST_SEALED else problem(416, "range-needed")
    found = _RANGE.fullmatch(asked)
    if found is None or not 0 <= int(found[2]) - int(found[1]) < LARGEST_RANGE:
        return problem(416, "range-not-understood")
    return answer(206, b"".join(node.blobs.read(digest, start=int(found[1]), end=int(found[2]) + 1)))
