"""Which case does a message belong to, for one own desk? Its parties and exercise flag are fixed by the first.

Invariants: the row is locked for the rest of the unit of work, so numbers within a case are given one at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from liaison.errors import UsageError
from liaison.messages.inbox import KnownCase
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef, sorted_desks
from liaison.node.models import Case
from liaison.node.work.statements import add, change, fetch
from liaison.wire import canonical

PARTIES_LIMIT = 1 << 17


class _Parties(msgspec.Struct, frozen=True):
    desks: tuple[DeskRef, ...]


@dataclass(frozen=True, slots=True)
class CaseHere:
    """A case as an own desk keeps it: its row and what its first message fixed."""

    row: int
    facts: KnownCase


def find_case(register: str, case: str, desk: DeskRef) -> CaseHere | None:
    """The case as this own desk knows it, locked where the engine locks rows."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    rows = fetch(Case, ("id", "parties", "exercise"), lock=True, register=register, case=case, **place)
    if not rows:
        return None
    row, parties, exercise = rows[0]
    desks = canonical.decode_struct(bytes(parties), _Parties, limit=PARTIES_LIMIT).desks
    return CaseHere(row, KnownCase(parties=frozenset(desks), exercise=bool(exercise)))


def begin_case(core: Core, desk: DeskRef, now: datetime) -> None:
    """A new case, as the first message in it fixes it."""
    add(
        Case,
        register=core.register,
        case=core.case,
        participant=desk.participant,
        node=desk.node,
        desk=desk.desk,
        parties=canonical.encode_struct(_Parties(sorted_desks(core.parties))),
        exercise=core.exercise,
        opened_at=now,
        last_at=now,
    )


def open_case(core: Core, desk: DeskRef, now: datetime) -> None:
    """Enter the case of `core` at an own desk; begin it if it is new. Raises UsageError for other parties."""
    known = find_case(core.register, core.case, desk)
    if known is None:
        begin_case(core, desk, now)
        return
    if known.facts.parties != core.parties:
        raise UsageError("case-has-other-parties", case=core.case)
    if known.facts.exercise != core.exercise:
        raise UsageError("case-exercise-fixed", case=core.case)
    change(Case, known.row, last_at=now)
