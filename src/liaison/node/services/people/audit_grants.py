"""May an auditor read what one case says? By a grant for that case, for a time and a reason, and never otherwise.

    grant_audit(node, seat, case, officer=12, reason="…", until=…, by=4)
    require_content(node, seat, officer, case)       returns for whoever may read the case, roles and grants together

Invariants: without a grant an auditor sees metadata only (docs/operating/people.md); whoever clears messages of the
desk gives it and takes it back, never to themselves, and of a case closed to named officers only one of those; every
grant, its end and every reading by one is a line of the trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liaison.errors import UsageError
from liaison.node.models import AuditGrant, Membership, Officer
from liaison.node.models.inside import REASON
from liaison.node.models.people import in_force
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.audit import note
from liaison.node.services.people.case_access import is_there, require_case_access
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Action, Role, require

LONGEST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class GrantRead:
    """A grant that counts or did."""

    number: int
    case: str
    officer: int
    name: str
    reason: str
    granted_by: int
    by: str
    """Empty where it was given at the terminal."""
    granted_at: datetime
    until: datetime
    ended_at: datetime | None

    def counts(self, now: datetime) -> bool:
        """Whether the auditor may read by it."""
        return self.ended_at is None and self.until > now


def grant_audit(node: Node, seat: Seat, case: str, *, officer: int, reason: str, until: datetime, by: int) -> None:
    """Let an auditor of this desk read a case until then. Raises UsageError."""
    require(Action.CLEAR, seat.roles)
    now = node.clock.now()
    if not 0 < len(reason.strip()) <= REASON:
        raise UsageError("audit-grant-reason", limit=REASON)
    if not now < until <= now + LONGEST:
        raise UsageError("audit-grant-time", days=LONGEST.days)
    with unit_of_work(node):
        if not is_there(node, seat, case):
            raise UsageError("case-not-found", case=case[:36])
        require_case_access(node, seat, by, case)
        place = columns(seat.register, seat.desk)
        if officer == by or not _auditors(node, seat).filter(officer=officer).exists():
            raise UsageError("audit-grant-auditor")
        AuditGrant.objects.create(
            **place, case=case, officer_id=officer, reason=reason.strip(), granted_by=by, granted_at=now, until=until
        )
        told = {"officer": officer}
        note(node, "audit-granted", officer=by, subject=case, params=told, participant=seat.desk.participant)


def end_grant(node: Node, seat: Seat, number: int, *, by: int) -> None:
    """End a grant before its time; idempotent."""
    require(Action.CLEAR, seat.roles)
    with unit_of_work(node):
        rows = AuditGrant.objects.filter(**columns(seat.register, seat.desk), pk=number, ended_at=None)
        for row in rows:
            note(node, "audit-grant-ended", officer=by, subject=row.case, participant=seat.desk.participant)
        rows.update(ended_at=node.clock.now())


def grants_of(node: Node, seat: Seat, case: str) -> list[GrantRead]:
    """Who was given leave to read a case, the newest first."""
    with reading(node):
        rows = AuditGrant.objects.filter(**columns(seat.register, seat.desk), case=case).select_related("officer")
        found = list(rows.order_by("-pk"))
        givers = dict(Officer.objects.filter(pk__in={row.granted_by for row in found}).values_list("pk", "name"))
    return [
        GrantRead(
            number=row.pk,
            case=row.case,
            officer=row.officer_id,
            name=row.officer.name,
            reason=row.reason,
            granted_by=row.granted_by,
            by=givers.get(row.granted_by, ""),
            granted_at=row.granted_at,
            until=row.until,
            ended_at=row.ended_at,
        )
        for row in found
    ]


def auditors(node: Node, seat: Seat) -> list[tuple[int, str]]:
    """The auditors of this desk, by name: whom leave can be given to."""
    with reading(node):
        rows = _auditors(node, seat).select_related("officer").order_by("officer__name", "officer")
        return [(row.officer_id, row.officer.name) for row in rows]


def require_content(node: Node, seat: Seat, officer: int, case: str) -> None:
    """Return if this officer may read what the case says; a reading by grant is noted. Raises UsageError."""
    if seat.may(Action.READ_CASE):
        require_case_access(node, seat, officer, case)
        return
    with reading(node):  # Before the lock of a unit of work, as most who look have none.
        _require_grant(node, seat, officer, case)
    with unit_of_work(node):
        _require_grant(node, seat, officer, case)
        note(node, "audit-grant-used", officer=officer, subject=case, participant=seat.desk.participant)


def _require_grant(node: Node, seat: Seat, officer: int, case: str) -> None:
    place, now = columns(seat.register, seat.desk), node.clock.now()
    here = AuditGrant.objects.filter(**place, case=case, officer=officer, ended_at=None, until__gt=now)
    if Role.AUDITOR not in seat.roles or not here.exists():
        raise UsageError("not-permitted", action=Action.READ_CASE.value)


def _auditors(node: Node, seat: Seat) -> Any:
    place = columns(seat.register, seat.desk)
    return Membership.objects.filter(
        in_force(node.clock.now()), **place, role=Role.AUDITOR.value, officer__is_active=True
    )
