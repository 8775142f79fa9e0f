"""What happens to a receipt that comes after the answer? It is opened, verified and stored; 204 says it is taken."""

from __future__ import annotations

import re

from liaison.errors import UsageError
from liaison.messages.receipts import Obtained
from liaison.node.node import Node
from liaison.node.services.line.receipts import take_sealed_receipt
from liaison.peer.requests import DoorRequest, answer
from liaison.wire.http import HttpAnswer

_DESK = re.compile(r"[0-9a-f]{64} [a-z0-9-]{1,32}")


def take_receipt(node: Node, request: DoorRequest) -> HttpAnswer:
    """Take a receipt sealed to the desk that the query names."""
    participant, desk = request.argument("participant"), request.argument("desk")
    # What cannot be the name of a desk is not looked up: not every engine takes every text as a value.
    if _DESK.fullmatch(f"{participant} {desk}") is None:
        raise UsageError("desk-not-here", desk="")
    register = request.known.register
    body = request.body()
    take_sealed_receipt(node, register=register, participant=participant, desk=desk, sealed=body, way=Obtained.DOOR)
    return answer(204)
