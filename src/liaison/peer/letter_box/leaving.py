"""What does whoever leaves sealed bytes for another node get? The signed note of what is kept, or how much arrived.

Invariants: the caller's key names the sender, the path the owner; what is not kept here, and for whom it is not, is
refused in the same words; a body is at most as long as its route takes, and its length was signed.
"""

from __future__ import annotations

import re

from liaison.errors import MalformedError, UsageError
from liaison.messages.letter_box import Arrived, Kind, Left
from liaison.messages.parties import NodeRef
from liaison.node.node import Node
from liaison.node.services.letterbox import kept_files
from liaison.node.services.letterbox.keeping import Deposit, leave_letter, state_of_letter
from liaison.peer.requests import DoorRequest, answer
from liaison.wire.byte_ranges import parse_content_range
from liaison.wire.canonical import encode_struct
from liaison.wire.http import HttpAnswer
from liaison.wire.identifiers import digest

JSON_TYPE = "application/json"
LARGEST_PIECE = 2 << 20
LARGEST_FILE = 8 << 30
"""What the file way can carry (docs/spec/file-way.md)."""

_NODE = re.compile(r"([0-9a-f]{64}|register)/([a-z0-9-]{1,32})")


def take_message(node: Node, request: DoorRequest) -> HttpAnswer:
    """Keep a sealed message for the node in the path."""
    return _take(node, request, Kind.MESSAGE)


def take_receipt(node: Node, request: DoorRequest) -> HttpAnswer:
    """Keep a sealed receipt for the node in the path."""
    return _take(node, request, Kind.RECEIPT)


def _take(node: Node, request: DoorRequest, kind: Kind) -> HttpAnswer:
    body = request.body()
    if not body:
        raise MalformedError("letter-empty")
    deposit = Deposit(_left(request, kind, digest(body)), len(body))
    return answer(200, leave_letter(node, deposit, body))


def take_piece(node: Node, request: DoorRequest) -> HttpAnswer:
    """Keep a piece of an attachment; 202 and how much has arrived until all of it is here."""
    given, size = parse_content_range(request.headers.get("content-range", ""), most=LARGEST_PIECE)
    body = request.body()
    if len(body) != given.size or size > LARGEST_FILE:
        raise MalformedError("range-not-understood")
    deposit = Deposit(_left(request, Kind.ATTACHMENT, request.params["digest"]), size)
    return _said(kept_files.leave_piece(node, deposit, start=given.start, data=body))


def tell_state(node: Node, request: DoorRequest) -> HttpAnswer:
    """What became of what the caller left: the signed note, or how much of it has arrived."""
    kind = request.argument("kind")
    if kind not in list(Kind):
        raise UsageError("letter-not-here", number=0)
    said = state_of_letter(node, _left(request, Kind(kind), request.params["digest"]))
    if said is None:
        raise UsageError("letter-not-here", number=0)
    return _said(said)


def _said(said: bytes | int) -> HttpAnswer:
    return answer(200, said) if isinstance(said, bytes) else answer(202, encode_struct(Arrived(said)), JSON_TYPE)


def _left(request: DoorRequest, kind: Kind, sealed: str) -> Left:
    caller, owner = request.known, NodeRef(request.params["participant"], request.params["node"])
    sender = NodeRef(caller.participant, caller.node)
    return Left(caller.register, keeper(request), owner, sender, kind, sealed)


def keeper(request: DoorRequest) -> NodeRef:
    """Which node of this installation is asked to keep it. Raises UsageError."""
    found = _NODE.fullmatch(request.argument("by"))
    if found is None:
        raise UsageError("letter-box-not-here", node="")
    return NodeRef(found[1], found[2])
