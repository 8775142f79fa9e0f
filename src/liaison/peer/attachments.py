"""Who may fetch a sealed attachment, and which part of it? Nodes of the message's recipients, one range of it.

Invariants: who is not a party learns nothing, not even whether the attachment exists; what one answer holds in memory
is bounded, so a range may be given in part, from its start, as the answer's `content-range` says.
"""

from __future__ import annotations

from liaison.errors import UsageError
from liaison.node.node import Node
from liaison.node.reads.line import size_for_party
from liaison.peer.requests import DoorRequest, answer, asked_range, problem
from liaison.wire.byte_ranges import ByteRange, format_content_range
from liaison.wire.http import HttpAnswer

LARGEST_RANGE = 8 << 20
GIVEN_AT_ONCE = 2 << 20


def serve_attachment(node: Node, request: DoorRequest) -> HttpAnswer:
    """The sealed bytes: a small file whole, or of any the one range that is asked for, or its beginning."""
    caller, digest = request.known, request.params["digest"]
    size = size_for_party(node, digest, register=caller.register, participant=caller.participant, node_id=caller.node)
    if size is None or not node.blobs.has(digest):
        raise UsageError("attachment-not-here", digest=digest)
    text = request.headers.get("range")
    if text is None:
        return (
            answer(200, _bytes(node, digest, ByteRange(0, size)))
            if size <= GIVEN_AT_ONCE
            else problem(416, "range-needed")
        )
    asked = asked_range(text, size=size, most=LARGEST_RANGE)
    if not isinstance(asked, ByteRange):
        return asked
    given = ByteRange(asked.start, min(asked.end, asked.start + GIVEN_AT_ONCE))
    return answer(206, _bytes(node, digest, given), more={"content-range": format_content_range(given, size)})


def _bytes(node: Node, digest: str, part: ByteRange) -> bytes:
    return b"".join(node.blobs.read(digest, start=part.start, end=part.end))
