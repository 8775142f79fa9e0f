"""Is a message sealed to a key that its desk can still open?

Invariants: a seal says nothing new, so it is made again whenever the register names another key for the desk; every
seal that went out is remembered, because a receipt for bytes that did not open names them only; a desk whose published
key is not here refuses nothing for good: it was restored from a backup older than the key, and publishes a new one.
"""

from __future__ import annotations

from liaison.errors import LiaisonError
from liaison.keys.sealing import seal
from liaison.messages.parties import DeskRef
from liaison.node.models import HeldKey, OutgoingCopy
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.unit_of_work import reading
from liaison.wire.identifiers import digest


def reseal(node: Node, copy: OutgoingCopy) -> None:
    """Seal a copy to the present key of its desk, inside a unit of work; nothing where that is the same."""
    key = register_facts(node, copy.register).sealing_key(DeskRef(copy.participant, copy.node, copy.desk))
    if key.fingerprint == copy.sealed_to:
        return
    copy.sealed_before = [*copy.sealed_before, copy.sealed_hash]
    copy.sealed = seal(bytes(copy.plaintext), key)
    copy.sealed_hash, copy.sealed_to = digest(copy.sealed), key.fingerprint
    copy.save(update_fields=["sealed", "sealed_hash", "sealed_to", "sealed_before"])


def lost_key(node: Node, register: str, desk: DeskRef) -> str:
    """The fingerprint of the sealing key that the register names for this own desk, if the node does not hold it."""
    try:
        named = register_facts(node, register).sealing_key(desk).fingerprint
    except LiaisonError:
        return ""
    with reading(node):
        return "" if HeldKey.objects.filter(fingerprint=named, destroyed_at=None).exists() else named
