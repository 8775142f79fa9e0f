"""Which case does a message belong to, for one own desk? Its parties and exercise flag are fixed by the first.

Invariants: the row is locked for the rest of the unit of work, so numbers within a case are given one at a time.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from liaison.errors import UsageError
from liaison.messages.inbox import KnownCase
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef, sorted_desks
from liaison.node.models import Case
from liaison.node.work.statements import add
from liaison.wire import canonical

PARTIES_LIMIT = 1 << 17


class _Parties(msgspec.Struct, frozen=True):
    desks: tuple[DeskRef, ...]


def find_case(register: str, case: str, desk: DeskRef) -> Case | None:
    """The case as this own desk knows it, locked where the engine locks rows."""
    rows = Case.objects.select_for_update()
    return rows.filter(
        register=register, case=case, participant=desk.participant, node=desk.node, desk=desk.desk
    ).first()


def begin_case(core: Core, desk: DeskRef, now: datetime) -> Case:
    """A new case, as the first message in it fixes it."""
    return add(
        Case(
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
    )


def open_case(core: Core, desk: DeskRef, now: datetime) -> Case:
    """The case of `core` at an own desk, begun if it is new. Raises UsageError for other parties than it has."""
    known = find_case(core.register, core.case, desk)
    if known is None:
        return begin_case(core, desk, now)
    facts = known_case(known)
    if facts.parties != core.parties:
        raise UsageError("case-has-other-parties", case=core.case)
    if facts.exercise != core.exercise:
        raise UsageError("case-exercise-fixed", case=core.case)
    Case.objects.filter(pk=known.pk).update(last_at=now)
    return known


def known_case(row: Case) -> KnownCase:
    """What the first message of the case fixed."""
    parties = canonical.decode_struct(bytes(row.parties), _Parties, limit=PARTIES_LIMIT).desks
    return KnownCase(parties=frozenset(parties), exercise=row.exercise)
