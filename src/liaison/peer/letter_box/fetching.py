"""What does the owner of a letter box get? The list of what is kept for it, each thing in ranges, and an end of it.

Invariants: the caller's key names the owner; what is kept for others is refused in the same words as what does not
exist; every one of these requests is dated, so that none of them is worth anything to whoever recorded it.
"""

from __future__ import annotations

import re

from liaison.errors import UsageError
from liaison.messages.parties import NodeRef
from liaison.node.node import Node
from liaison.node.services.letterbox.keeping import end_letter, kept_file, kept_letter, letters_for
from liaison.peer.requests import DoorRequest, answer, asked_range
from liaison.wire.byte_ranges import ByteRange, format_content_range
from liaison.wire.canonical import encode_struct
from liaison.wire.http import HttpAnswer

JSON_TYPE = "application/json"
LARGEST_RANGE = 2 << 20
_AFTER = re.compile(r"0|[1-9][0-9]{0,14}")


def list_letters(node: Node, request: DoorRequest) -> HttpAnswer:
    """One page of what is kept for the caller, behind the number in `after`."""
    after = request.argument("after") or "0"
    if _AFTER.fullmatch(after) is None:
        raise UsageError("letter-not-here", number=0)
    page = letters_for(node, request.known.register, _owner(request), after=int(after))
    return answer(200, encode_struct(page), JSON_TYPE)


def give_letter(node: Node, request: DoorRequest) -> HttpAnswer:
    """The sealed bytes of a message or a receipt."""
    row = kept_letter(node, _number(request), register=request.known.register, owner=_owner(request))
    return answer(200, bytes(row.data))


def give_file(node: Node, request: DoorRequest) -> HttpAnswer:
    """The range of an attachment that is asked for, by its hash."""
    digest = request.params["digest"]
    row = kept_file(node, digest, register=request.known.register, owner=_owner(request))
    asked = asked_range(request.headers.get("range", ""), size=row.size, most=LARGEST_RANGE)
    if not isinstance(asked, ByteRange):
        return asked
    data = b"".join(node.blobs.read(digest, start=asked.start, end=asked.end))
    return answer(206, data, more={"content-range": format_content_range(asked, row.size)})


def end(node: Node, request: DoorRequest) -> HttpAnswer:
    """The caller has it: its bytes go."""
    end_letter(node, _number(request), register=request.known.register, owner=_owner(request))
    return answer(204)


def _owner(request: DoorRequest) -> NodeRef:
    return NodeRef(request.known.participant, request.known.node)


def _number(request: DoorRequest) -> int:
    return int(request.params["number"])
