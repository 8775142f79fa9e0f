"""How does this node show somebody else that an entry stands in the log? By a C2SP tlog-proof that carries the entry.

Invariants: the proof leads to the trusted checkpoint where the entry is below it, so its cosignatures travel with it,
else to the latest one; it was verified before it is given out. Spec page: docs/spec/proof.md.
"""

from __future__ import annotations

from liaison.errors import UsageError
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.models import FollowedRegister
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.tlog.checkpoint import parse_checkpoint
from liaison.tlog.log import LogReader, read_entries
from liaison.tlog.tlogproof import LogProof, format_proof
from liaison.wire.note import parse_note


def prove_entry(node: Node, register: str, index: int) -> bytes:
    """The proof file of entry `index`. Raises `UsageError` outside the log, `VerificationError` for damaged tiles."""
    with reading(node):
        row = FollowedRegister.objects.get(register=register)
        trusted = row.trusted_size > index
        note = parse_note(bytes(row.trusted_checkpoint if trusted else row.checkpoint))
        head = parse_checkpoint(note.text).head
        if index >= head.size:
            raise UsageError("proof-out-of-range", index=index, size=head.size)
        store = DatabaseTileStore(register)
        path = LogReader(store, head).inclusion(index)
        (leaf,) = read_entries(store, index, index + 1, size=head.size)
    return format_proof(LogProof(index, path, note, leaf))
