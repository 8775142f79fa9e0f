"""How is something left in a letter box, and what became of it since?

    left = leave(node, box, Leaving(owner, kind, data, copy=…))     durable there and noted here, or not now

    kept ──the owner fetches it──► fetched ──no receipt for an hour──► left again
      └────nobody did until then──► expired ─────────────────────────► left again, and the desk is told

Invariants (docs/spec/letter-box.md):
- a note is no receipt: what was left stays in the outbox until its receipt is here, and the keeping node is asked again
  once a minute at most;
- what was left is not left twice: the note says whether it is still there, by the hash of the seal that lies there;
- a letter box that knows nothing of it, expired or was fetched without a receipt gets it again; the owner knows a
  message it has and gives the same receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liaison.messages.letter_box import Kind, State
from liaison.messages.parties import NodeRef
from liaison.node.models import LeftLetter
from liaison.node.node import Node
from liaison.node.services.letterbox.keeper import LetterBox, Noted
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.wire.identifiers import digest, parse_instant

ASK_AGAIN = timedelta(seconds=60)
RECEIPT_EXPECTED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Something for `owner`: a copy, a file of it (by its hash), or a receipt of ours, by the key of its row."""

    owner: NodeRef
    kind: Kind
    data: bytes = b""
    file: str = ""
    copy: int | None = None
    receipt: int | None = None


def leave(node: Node, box: LetterBox, what: Leaving) -> State:
    """Leave it unless it lies there; its state there. Raises NotNowError, UnreachableError, UsageError."""
    row = left_before(node, box, what)
    if row is not None and _waits(row, node.clock.now()):
        return State(row.state)
    if row is not None and row.state != State.EXPIRED.value:
        found = box.state(box.left(what.owner, what.kind, row.sealed))
        if isinstance(found, Noted):
            note_left(node, box, what, found)
            if found.note.state is State.KEPT or not _overdue(found, node.clock.now()):
                return found.note.state
            if found.note.state is State.EXPIRED:
                return State.EXPIRED  # Left again the next time, so that the desk can see it.
    noted = box.leave(box.left(what.owner, what.kind, digest(what.data)), what.data)
    note_left(node, box, what, noted)
    return noted.note.state


def left_before(node: Node, box: LetterBox, what: Leaving) -> LeftLetter | None:
    """What was noted when it was left there."""
    with reading(node):
        return _rows(box, what).order_by("-pk").first()


def _waits(row: LeftLetter, now: datetime) -> bool:
    """Whether there is no need to ask yet."""
    return row.state != State.EXPIRED.value and timedelta(0) <= now - row.asked_at < ASK_AGAIN


def _overdue(found: Noted, now: datetime) -> bool:
    """Whether it was given up there, or its owner took it so long ago that its receipt should be here."""
    return found.note.state is State.EXPIRED or now - parse_instant(found.note.at) >= RECEIPT_EXPECTED


def note_left(node: Node, box: LetterBox, what: Leaving, noted: Noted) -> None:
    """Write down what the keeping node says of it."""
    note, now = noted.note, node.clock.now()
    values: dict[str, Any] = {
        "kind": note.kind.value,
        "sealed": note.sealed,
        "state": note.state.value,
        "at": parse_instant(note.at),
        "until": parse_instant(note.until),
        "asked_at": now,
        "note": noted.data,
    }
    with unit_of_work(node):
        row = _rows(box, what).order_by("-pk").first()
        if row is None:
            row = LeftLetter(
                register=box.register,
                by_participant=box.by.participant,
                by_node=box.by.node,
                copy_id=what.copy,
                receipt_id=what.receipt,
            )
        if note.state is State.EXPIRED and row.state != State.EXPIRED.value:
            row.expired += 1
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def _rows(box: LetterBox, what: Leaving) -> Any:
    rows = LeftLetter.objects.filter(
        register=box.register,
        by_participant=box.by.participant,
        by_node=box.by.node,
        copy_id=what.copy,
        receipt_id=what.receipt,
        kind=what.kind.value,
    )
    return rows.filter(sealed=what.file) if what.kind is Kind.ATTACHMENT else rows
