"""What happens to a receipt that comes after the answer? It is opened, verified and stored; 204 says it is taken."""

from __future__ import annotations

from liaison.node.node import Node
from liaison.node.services.line.receipts import take_sealed_receipt
from liaison.peer.requests import DoorRequest, answer
from liaison.wire.http import HttpAnswer


def take_receipt(node: Node, request: DoorRequest) -> HttpAnswer:
    """Take a receipt sealed to the desk that the query names."""
    take_sealed_receipt(
        node,
        register=request.known.register,
        participant=request.argument("participant"),
        desk=request.argument("desk"),
        sealed=request.body(),
    )
    return answer(204)
