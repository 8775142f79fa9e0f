"""How does a desk note for itself which norms a case has to do with, and take such a note back?

    note_norm(node, seat, case, norm, by=7)
    drop_norm(node, seat, case, norm, by=7)

Invariants: a note never leaves the node; it names a norm that this node has the data of; what a message of the case
cites is nobody's to drop.
"""

from __future__ import annotations

from liaison.errors import UsageError
from liaison.messages.forms.checking import Norm
from liaison.node.models import CitedNorm
from liaison.node.node import Node
from liaison.node.reads.desk.kept import require_writable
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.services.people.case_access import require_case_access
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON

MOST = 50


def note_norm(node: Node, seat: Seat, case: str, norm: Norm, *, by: int) -> None:
    """Note that a case has to do with a norm; idempotent. Raises UsageError."""
    _require(node, seat, case, by)
    text = known_instruments(node).get(norm.instrument)
    if text is None or norm.clause not in text.clauses:
        raise UsageError("norm-not-known", instrument=norm.instrument[:32], clause=norm.clause[:32])
    with unit_of_work(node):
        require_writable(seat.desk, case)
        place = columns(seat.register, seat.desk) | {"case": case}
        if CitedNorm.objects.filter(**place).count() >= MOST:
            raise UsageError("norms-too-many", limit=MOST)
        made = {"noted_by": by, "noted_at": node.clock.now()}
        _, fresh = CitedNorm.objects.get_or_create(**place, **_named(norm), defaults=made)
        if fresh:
            note(node, "norm-noted", officer=by, subject=case, params=_named(norm))


def drop_norm(node: Node, seat: Seat, case: str, norm: Norm, *, by: int) -> None:
    """Take back a note of the desk; idempotent, and what a message says stays. Raises UsageError."""
    _require(node, seat, case, by)
    with unit_of_work(node):
        place = columns(seat.register, seat.desk) | {"case": case, "said": False}
        gone, _ = CitedNorm.objects.filter(**place, **_named(norm)).delete()
        if gone:
            note(node, "norm-dropped", officer=by, subject=case, params=_named(norm))


def _require(node: Node, seat: Seat, case: str, by: int) -> None:
    require(Action.WRITE, seat.roles)
    if by != SYSTEM:
        require_case_access(node, seat, by, case)


def _named(norm: Norm) -> dict[str, JSON]:
    return {"instrument": norm.instrument, "clause": norm.clause}
