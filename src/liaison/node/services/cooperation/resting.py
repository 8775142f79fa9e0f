"""Does the text that a request rests on bind both sides today in the way that the request says?

    check_basis(node, register, sender, fields, to)      returns for a courtesy, and for what does bind

Invariants, whichever door it leaves by (`line/sending.py`):
- what binds nobody leaves as a courtesy or not at all;
- what is no text here does not leave as a courtesy either: a mistyped name looks like a text, and nobody could say what
  it demands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from liaison.errors import UsageError
from liaison.instruments.legal_basis import BasisKind
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.reads.instruments.status import basis_between
from liaison.wire.canonical import JSON

_KINDS = [kind.value for kind in BasisKind]
"""From what binds most to what binds nobody."""


def check_basis(node: Node, register: str, sender: DeskRef, fields: Mapping[str, JSON], to: Iterable[DeskRef]) -> None:
    """Return if the text binds both sides today as the request says it does; a courtesy it may always be.

    Raises UsageError.
    """
    instrument, claimed = fields.get("instrument"), fields.get("basis")
    if claimed not in _KINDS:
        return  # The form itself refuses what is no basis.
    if str(instrument) not in known_instruments(node):
        raise UsageError("request-text", instrument=str(instrument)[:32])
    if claimed == BasisKind.COURTESY.value:
        return
    today = node.clock.now().date()
    for theirs in sorted({desk.participant for desk in to} - {sender.participant}):
        between = basis_between(node, register, ours=sender.participant, theirs=theirs, on=today)
        kinds = [each.basis.kind for each in between.found if each.basis.instrument == instrument]
        if not kinds or _KINDS.index(kinds[0].value) > _KINDS.index(str(claimed)):
            raise UsageError("request-basis", instrument=str(instrument)[:32], basis=str(claimed)[:16])
