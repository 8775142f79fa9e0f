"""What happens to a sealed message at the peer door? It is received, and the signed receipt is the answer.

Invariants: the answer is sent after receipt and message are durable; "not now" is 503 without a trace.
"""

from __future__ import annotations

from liaison.node.node import Node
from liaison.node.services.line.receiving import Arrival, receive_message
from liaison.peer.requests import DoorRequest, answer
from liaison.wire.http import HttpAnswer


def take_message(node: Node, request: DoorRequest) -> HttpAnswer:
    """Receive the sealed body for the desk in the path; 200 with the receipt, whatever its verdict."""
    caller = request.known
    arrival = Arrival(
        sealed=request.body(),
        participant=request.params["participant"],
        desk=request.params["desk"],
        way="peer",
        register=caller.register,
        from_participant=caller.participant,
        from_node=caller.node,
    )
    return answer(200, receive_message(node, arrival=arrival))
