"""How does an attachment come to a letter box, and when do its bytes go?

    leave_piece(node, deposit, start=0, data=…)       how much has arrived, or the note once all of it is here

Invariants: pieces are added at the end only, so whoever was cut off asks how much has arrived and goes on; the letter
box's quota counts the whole from the first piece on; it is kept only when all of it has the hash it was announced
with; a blob goes with the last row that names it.
"""

from __future__ import annotations

from liaison.errors import MalformedError, VerificationError
from liaison.messages.letter_box import State
from liaison.node.models import KeptLetter
from liaison.node.node import Node
from liaison.node.services.letterbox import keeping
from liaison.node.services.line.attachments import hold_blobs, source_of_kept
from liaison.node.unit_of_work import unit_of_work


def leave_piece(node: Node, deposit: keeping.Deposit, *, start: int, data: bytes) -> bytes | int:
    """Add a piece of an attachment; the signed note when it is whole, else how many bytes have arrived.

    Raises UsageError, NotNowError, MalformedError, and VerificationError when the whole is not what was announced.
    """
    keeping.check_agreed(node, deposit)
    row = keeping.letter_row(node, deposit, state=keeping.ARRIVING)
    if row.size != deposit.size:
        raise MalformedError("letter-size-differs", size=deposit.size)
    if row.state == keeping.ARRIVING:
        arrived = _append(node, row, start, data)
        if arrived < row.size:
            return arrived
        row = _keep(node, row)
    return keeping.signed(node, keeping.note_of(row, node.clock.now()))


def _append(node: Node, row: KeptLetter, start: int, data: bytes) -> int:
    """How many bytes are here now; all of them only when their hash holds."""
    with node.blobs.partial(row.sealed, source_of_kept(row)) as partial:
        if start == partial.size:
            partial.append(data)
        if partial.size >= row.size:
            try:
                partial.finish()
            except VerificationError:
                partial.cut(0)
                with unit_of_work(node):
                    row.delete()
                raise
        return partial.size


def _keep(node: Node, row: KeptLetter) -> KeptLetter:
    with unit_of_work(node):
        hold_blobs()
        row.state, row.at = State.KEPT.value, node.clock.now().replace(microsecond=0)
        row.save(update_fields=["state", "at"])
    node.blobs.drop(row.sealed, source_of_kept(row))
    return row
