"""What happens to sealed messages at the peer door? They are received, and the signed receipts are the answer.

Invariants: the answer is sent after receipts and messages are durable; "not now" is 503 without a trace; of several
messages that came in one body each has its own answer, in their order, as if it had come alone.
"""

from __future__ import annotations

import logging
import re

from liaison.errors import LiaisonError, MalformedError
from liaison.messages.tarball import LARGEST_SEALED_MESSAGE
from liaison.node.node import Node
from liaison.node.services.line.receiving import Arrival, receive_message, receive_messages
from liaison.peer.requests import DoorRequest, answer, problem, status_of
from liaison.wire.http import HttpAnswer
from liaison.wire.parcel import decode_parcel, encode_parcel

log = logging.getLogger("liaison.peer")

MOST_TOGETHER = 32
PLACE = re.compile(r"([0-9a-f]{64}|register)/([a-z0-9-]{1,32})")


def take_message(node: Node, request: DoorRequest) -> HttpAnswer:
    """Receive the sealed body for the desk in the path; 200 with the receipt, whatever its verdict."""
    params = request.params
    arrival = _arrival(request, params["participant"], params["desk"], request.body())
    return answer(200, receive_message(node, arrival=arrival))


def take_messages(node: Node, request: DoorRequest) -> HttpAnswer:
    """Receive several; 200 with what each would have been answered alone. Raises MalformedError for all together."""
    count = int(request.argument("count"))
    bodies = decode_parcel(request.body(), least=count, most=count)
    largest = max(len(sealed) for _, sealed in bodies)
    if largest > LARGEST_SEALED_MESSAGE:
        raise MalformedError("too-large", size=largest, limit=LARGEST_SEALED_MESSAGE)
    arrivals = [_arrival(request, *_place(head), sealed) for head, sealed in bodies]
    outcomes = [_answered(outcome) for outcome in receive_messages(node, arrivals)]
    return answer(200, encode_parcel([(str(each.status), each.body) for each in outcomes]))


def _place(head: str) -> tuple[str, str]:
    found = PLACE.fullmatch(head)
    if found is None:
        raise MalformedError("parcel-place")
    return found[1], found[2]


def _arrival(request: DoorRequest, participant: str, desk: str, sealed: bytes) -> Arrival:
    caller = request.known
    return Arrival(
        sealed=sealed,
        participant=participant,
        desk=desk,
        way="peer",
        register=caller.register,
        from_participant=caller.participant,
        from_node=caller.node,
    )


def _answered(outcome: bytes | Exception) -> HttpAnswer:
    if isinstance(outcome, bytes):
        return answer(200, outcome)
    if isinstance(outcome, LiaisonError):
        log.info("refused one of several messages: %s", outcome.code)
        return problem(status_of(outcome), outcome.code)
    log.error("failed one of several messages", exc_info=outcome)
    return problem(500, "internal-error")
