"""Who may read a case that its desk closed to named officers?

    close_case(node, seat, case, officers={7, 9}, by=7)     from now on only they read it, and only they open it again
    require_case_access(node, seat, officer, case)          returns, or raises UsageError("case-closed")
    closed_to_others(node, seat, officer)                   the cases of the desk that this officer may not read

Invariants:
- A case nobody closed is open to every role that reads cases; closing holds at one desk, the other side never sees it.
- Whoever closes a case is among the named, so that no case is closed to nobody; only a named officer opens it again or
  names others. When the last of them has left, an administrator names another officer (never themselves).
- Lists still show that the case is there, and when it moved: metadata only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from liaison.errors import UsageError
from liaison.node.models import Case, CaseAccess, Membership
from liaison.node.models.people import in_force
from liaison.node.node import Node
from liaison.node.reads.desk.kept import require_kept
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat, desk_filter
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work.statements import fetch
from liaison.officers.permissions import MAY, Action


@dataclass(frozen=True, slots=True)
class Reader:
    """An officer who could be named at a desk."""

    id: int
    name: str
    named: bool


def require_case_access(node: Node, seat: Seat, officer: int, case: str) -> None:
    """Return if this officer may read this case of the desk. Raises UsageError."""
    named = named_officers(node, seat, case)
    if named and officer not in named:
        raise UsageError("case-closed", case=case[:36])


def named_officers(node: Node, seat: Seat, case: str) -> frozenset[int]:
    """To whom the case is closed; empty where it is open."""
    with reading(node):
        return frozenset(_rows(seat).filter(case=case).values_list("officer", flat=True))


def closed_to_others(node: Node, seat: Seat, officer: int) -> frozenset[str]:
    """The cases of this desk that are closed to officers of whom this one is none."""
    with reading(node):
        place = desk_filter(seat.desk)
        rows = fetch(CaseAccess, ("case", "officer_id"), lock=False, register=seat.register, **place)
    return frozenset(case for case, _ in rows) - {case for case, named in rows if named == officer}


def readers(node: Node, seat: Seat, case: str) -> list[Reader]:
    """The officers of this desk whose roles let them read cases, by name, and whether each is named."""
    named = named_officers(node, seat, case)
    return [Reader(row.officer_id, row.officer.name, row.officer_id in named) for row in _reading_roles(node, seat)]


def close_case(node: Node, seat: Seat, case: str, *, officers: Collection[int], by: int) -> None:
    """Let only these officers read the case. Raises UsageError."""
    with unit_of_work(node):
        if not is_there(node, seat, case):
            raise UsageError("case-not-found", case=case[:36])
        require_kept(seat.desk, case)
        require_case_access(node, seat, by, case)
        if by not in officers:
            raise UsageError("case-closer-not-named")
        _name(node, seat, case, officers, by=by)


def open_case(node: Node, seat: Seat, case: str, *, by: int) -> None:
    """Let every officer of the desk read the case again. Raises UsageError."""
    with unit_of_work(node):
        require_case_access(node, seat, by, case)
        gone, _ = _rows(seat).filter(case=case).delete()
        if gone:
            note(node, "case-opened-to-all", officer=by, subject=case, participant=seat.desk.participant)


def is_there(node: Node, seat: Seat, case: str) -> bool:
    """Whether the desk has this case."""
    with reading(node):
        return Case.objects.filter(register=seat.register, case=case, **desk_filter(seat.desk)).exists()


def nobody_left(node: Node, seat: Seat, case: str) -> bool:
    """Whether the case is closed to officers none of whom has a role at the desk any more."""
    able = {row.officer_id for row in _reading_roles(node, seat)}
    named = named_officers(node, seat, case)
    return bool(named) and not named & able


def name_after_leaving(node: Node, seat: Seat, case: str, officer: int, *, by: int) -> None:
    """Name an officer for a case whose named officers all left. Raises UsageError."""
    with unit_of_work(node):
        if not nobody_left(node, seat, case) or officer == by:
            raise UsageError("case-still-named")
        _name(node, seat, case, {officer}, by=by)


def _name(node: Node, seat: Seat, case: str, officers: Collection[int], *, by: int) -> None:
    able = {row.officer_id for row in _reading_roles(node, seat)}
    if not set(officers) <= able:
        raise UsageError("case-reader-unknown")
    _rows(seat).filter(case=case).exclude(officer__in=officers).delete()
    for each in sorted(officers):
        CaseAccess.objects.get_or_create(
            register=seat.register,
            case=case,
            **desk_filter(seat.desk),
            officer_id=each,
            defaults={"since": node.clock.now()},
        )
    told = {"officers": sorted(officers)}
    note(node, "case-closed-to", officer=by, subject=case, params=told, participant=seat.desk.participant)


def _rows(seat: Seat) -> CaseAccess:
    return CaseAccess.objects.filter(register=seat.register, **desk_filter(seat.desk))


def _reading_roles(node: Node, seat: Seat) -> list[Membership]:
    """One membership of each officer who may read cases at this desk, by name."""
    roles = [role.value for role, may in MAY.items() if Action.READ_CASE in may]
    with reading(node):
        held = Membership.objects.filter(in_force(node.clock.now()), register=seat.register, **desk_filter(seat.desk))
        rows = held.filter(role__in=roles, officer__is_active=True).select_related("officer")
        found = {row.officer_id: row for row in rows.order_by("officer__name", "officer", "pk")}
    return list(found.values())
