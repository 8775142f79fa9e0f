"""What may a peer ask about itself and this node? What passed between the two, and to have its part again.

Invariants: the caller's key names whose dealings are told, never the request; what is not the caller's is refused in
the same words as what does not exist (docs/spec/peer-door.md, "After a restore").
"""

from __future__ import annotations

from liaison.messages.dealings import decode_again, decode_question
from liaison.messages.parties import NodeRef
from liaison.node.node import Node
from liaison.node.services.recovery.answering import answer_question, copy_for_sender, send_again
from liaison.peer.requests import DoorRequest, answer
from liaison.wire.canonical import encode_struct
from liaison.wire.http import HttpAnswer

JSON_TYPE = "application/json"


def tell_dealings(node: Node, request: DoorRequest) -> HttpAnswer:
    """One page of what passed between the caller and this node."""
    question = decode_question(request.body())
    page = answer_question(node, question, register=request.known.register, caller=_at(request))
    return answer(200, encode_struct(page), JSON_TYPE)


def repeat_messages(node: Node, request: DoorRequest) -> HttpAnswer:
    """Send the caller again what it names; which messages will be sent."""
    wanted = decode_again(request.body())
    put = send_again(node, wanted, register=request.known.register, caller=_at(request))
    return answer(202, encode_struct(put), JSON_TYPE)


def return_copy(node: Node, request: DoorRequest) -> HttpAnswer:
    """The copy that the caller once sent, sealed to the desk that wrote it."""
    digest = request.params["digest"]
    return answer(200, copy_for_sender(node, digest, register=request.known.register, caller=_at(request)))


def _at(request: DoorRequest) -> NodeRef:
    return NodeRef(request.known.participant, request.known.node)
