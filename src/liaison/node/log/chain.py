"""How does a node write several entries of its chain before the first is in the log? Each on the one before it.

Invariants: every entry is judged by the rules on a view laid over the node's tables, so what is handed in together
would stand if the log holds nothing this node does not know.
"""

from __future__ import annotations

from liaison.errors import VerificationError
from liaison.keys.public import Purpose
from liaison.keys.signing import sign_envelope
from liaison.node.keyring import signer
from liaison.node.log.parts import parts_to_hand_in
from liaison.node.log.views import RememberingView
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.register.bodies import Body
from liaison.register.entries import KINDS, draft, encode_entry, open_entry
from liaison.register.memory import MemoryView
from liaison.register.rules import next_place
from liaison.register.state import Applied, Void, apply
from liaison.wire.envelope import PayloadType
from liaison.wire.identifiers import format_instant

AFTER = 1 << 52
"""Stands for the index an entry will get; no rule compares it with another but as "later"."""


class ChainWriter:
    """Writes entries signed by one node's entry key, one after the other."""

    def __init__(self, node: Node, register: str, participant: str, node_id: str) -> None:
        self._node = node
        self._participant = participant
        self._node_id = node_id
        self._view = MemoryView(base=RememberingView(register, pending=True), size=AFTER)
        self._signer = signer(node, purpose=Purpose.ENTRY, register=register, participant=participant, node_id=node_id)
        self.digests: set[str] = set()
        """The parts to hand in with what was written."""

    def write(self, body: Body) -> bytes:
        """The leaf of the next entry. Raises `VerificationError` with the rule it would break."""
        with reading(self._node):
            place = next_place(self._view, KINDS[type(body)], self._participant, self._node_id)
            payload = draft(body, place, issued=format_instant(self._node.clock.now()))
            entry = open_entry(sign_envelope(PayloadType.ENTRY, payload, [self._signer]))
            outcome = apply(self._view, entry, self._view.size)
        if not isinstance(outcome, Applied):
            code = outcome.rule if isinstance(outcome, Void) else "entry-kind-not-known"
            raise VerificationError(code, kind=entry.payload.kind, version=entry.payload.version)
        self._view.record(outcome)
        self.digests |= parts_to_hand_in(entry)
        return encode_entry(entry)
