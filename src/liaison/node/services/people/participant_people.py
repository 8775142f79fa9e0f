"""Which people may the administrator of one participant see and change? Those of its own desks, and nothing beyond.

    people = list_people(node, seat)                    officers with roles at desks of the seat's participant
    person = find_person(node, seat, 7)                 None where the officer has nothing to do with that participant
    set_roles(node, seat, 7, {("duty", Role.OFFICER)}, by=3)

Invariants:
- Everything is asked for with register and participant of the seat; roles at desks of others are not told.
- Nobody gives themselves a role, so that who sees metadata only does not read cases by their own hand; the last
  administrator of a participant keeps that role.
- An officer who also serves another participant is invited again, and gets another mail address, by the operator of the
  node only: an invitation, and whoever the identity provider names by the address, is let in everywhere the officer has
  a role.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import Invitation, LeavingStep, Membership, Officer, OfficerSession, OwnDesk
from liaison.node.node import Node
from liaison.node.services.people import officers
from liaison.node.services.people.audit import note
from liaison.node.services.people.factors import factors, forget_factors
from liaison.node.services.people.identity import comes_by_provider
from liaison.node.services.people.officers import Seat
from liaison.node.services.people.sessions import Session, end, sessions
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role


@dataclass(frozen=True, slots=True)
class RoleRead:
    """One role at one desk; a deputy's has dates and a name."""

    desk: str
    role: Role
    begins: datetime | None
    until: datetime | None
    deputy_for: str


@dataclass(frozen=True, slots=True)
class DeputyRead:
    """Who stands in for an officer, and from when until when."""

    officer: int
    name: str
    begins: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """One officer as their participant's administrator sees them: how they can sign in, never with what."""

    id: int
    login: str
    name: str
    email: str
    roles: tuple[RoleRead, ...]
    ways_in: int
    by_provider: bool
    invited_until: datetime | None
    seen_at: datetime | None
    leaving: bool

    @property
    def is_deputy(self) -> bool:
        """Whether one of the roles is somebody else's."""
        return any(each.deputy_for for each in self.roles)

    @property
    def has_left(self) -> bool:
        """Whether no role is left here."""
        return self.leaving and not self.roles


def list_people(node: Node, seat: Seat) -> list[Person]:
    """Everybody who has, or had until they left, a role at a desk of this participant; by name."""
    with reading(node):
        known = Officer.objects.filter(pk__in=_ids(seat)).order_by("name", "pk")
        return [_read(node, seat, each) for each in known]


def find_person(node: Node, seat: Seat, officer: int) -> Person | None:
    """One of them."""
    with reading(node):
        found = Officer.objects.filter(pk=officer, pk__in=_ids(seat)).first()
        return _read(node, seat, found) if found is not None else None


def deputies_of(node: Node, seat: Seat, officer: int) -> list[DeputyRead]:
    """Who stands in for them, now or on days to come, the first day first."""
    with reading(node):
        rows = _memberships(seat).filter(deputy_for=officer, until__gt=node.clock.now()).order_by("begins", "officer")
        found = rows.values_list("officer", "officer__name", "begins", "until").distinct()
        return [DeputyRead(*each) for each in found]


def desks(node: Node, seat: Seat) -> list[DeskRef]:
    """The desks of this participant that this node answers for."""
    with reading(node):
        rows = OwnDesk.objects.filter(**_place(seat)).order_by("desk")
        return [DeskRef(row.participant, row.node, row.desk) for row in rows]


def add_person(
    node: Node, seat: Seat, roles: Collection[tuple[str, Role]], *, by: int, **person: str
) -> tuple[int, str]:
    """A new officer with roles, and the token of their invitation. Raises UsageError."""
    if not roles:
        raise UsageError("role-needed")
    with unit_of_work(node):
        officer = officers.add_officer(node, by=by, **person)
        _grant(node, seat, officer, roles, by=by)
        return officer.pk, officers.invite(node, officer, by=by)


def set_roles(node: Node, seat: Seat, officer: int, roles: Collection[tuple[str, Role]], *, by: int) -> None:
    """Let the officer have exactly these roles for good at this participant's desks. Raises UsageError."""
    with unit_of_work(node):
        person = _require(seat, officer)
        lasting = _memberships(seat).filter(officer=officer, deputy_for=None)
        have = {(row.desk, Role(row.role)) for row in lasting}
        if officer == by and set(roles) - have:
            raise UsageError("role-own")
        if not roles:
            raise UsageError("role-needed")
        _grant(node, seat, person, set(roles) - have, by=by)
        for desk, role in sorted(have - set(roles)):
            officers.withdraw(node, person, seat.register, _desk(node, seat, desk), role, by=by)
        require_administrator(seat)


def invite_again(node: Node, seat: Seat, officer: int, *, by: int) -> str:
    """A token for an officer who lost every key; using it ends what they had. Raises UsageError."""
    with unit_of_work(node):
        return officers.invite(node, _require_own(seat, officer), by=by)


def change_email(node: Node, seat: Seat, officer: int, email: str, *, by: int) -> None:
    """Keep the mail address by which an identity provider may name an officer, or none. Raises UsageError."""
    with unit_of_work(node):
        officers.change_email(node, _require_own(seat, officer), email, by=by)


def end_lost(node: Node, seat: Seat, officer: int, *, by: int) -> bool:
    """What an officer lost lets nobody in from now on: every session ends, and keys, codes and open invitations too.

    False where only the sessions ended, because the officer also serves another participant. Raises UsageError.
    """
    if officer == by:
        raise UsageError("lost-own")
    with unit_of_work(node):
        person = _require(seat, officer)
        wholly = not Membership.objects.filter(officer=officer).exclude(**_place(seat)).exists()
        OfficerSession.objects.filter(officer=officer).delete()
        if wholly:
            forget_factors(node, officer)
            Invitation.objects.filter(officer=officer, used_at=None).delete()
        note(node, "lost-access-ended", officer=by, subject=str(person.pk), params={"keys": wholly})
    return wholly


def sessions_of(node: Node, seat: Seat, officer: int) -> list[Session]:
    """Where one of them is signed in, the last used first; nothing for anybody else's officer."""
    found = find_person(node, seat, officer)
    return sessions(node, officer) if found is not None else []


def end_session_of(node: Node, seat: Seat, officer: int, session: int, *, by: int) -> None:
    """End one session of one of them; idempotent. Raises UsageError."""
    with unit_of_work(node):
        _require(seat, officer)
        end(node, officer, session, by=by)


def name_deputy(
    node: Node, seat: Seat, officer: int, deputy: int, *, begins: datetime, until: datetime, by: int
) -> None:
    """Give the lasting roles of one officer to another between two instants. Raises UsageError."""
    if not begins < until or officer == deputy or deputy == by:
        raise UsageError("deputy-not-understood")
    if until <= node.clock.now():
        raise UsageError("deputy-in-the-past")
    with unit_of_work(node):
        person, other = _require(seat, officer), _require(seat, deputy)
        rows = list(_memberships(seat).filter(officer=officer, deputy_for=None))
        if not rows:
            raise UsageError("role-needed")
        given = [_stand_in(node, row, other, begins, until) for row in rows]
        if not any(given):
            raise UsageError("deputy-has-the-roles")
        told: dict[str, Any] = {"deputy": deputy, "begins": begins.isoformat(), "until": until.isoformat()}
        note(node, "deputy-named", officer=by, subject=str(person.pk), params=told)


def end_deputy(node: Node, seat: Seat, officer: int, *, by: int) -> None:
    """Take back what an officer has as somebody's deputy."""
    with unit_of_work(node):
        _require(seat, officer)
        gone, _ = _memberships(seat).filter(officer=officer).exclude(deputy_for=None).delete()
        if gone:
            note(node, "deputy-ended", officer=by, subject=str(officer))


def require_administrator(seat: Seat) -> None:
    """Inside a unit of work: return if the participant still has an administrator. Raises UsageError."""
    if not _memberships(seat).filter(role=Role.ADMINISTRATOR.value, deputy_for=None, officer__is_active=True).exists():
        raise UsageError("last-administrator")


def _stand_in(node: Node, row: Membership, deputy: Officer, begins: datetime, until: datetime) -> bool:
    """One role for the dates; False for one that the deputy has for good. What the deputy has for somebody else, or for
    days apart from these, is not taken away unsaid: other dates that overlap the earlier ones correct them."""
    place = {"register": row.register, "participant": row.participant, "node": row.node, "desk": row.desk}
    held = Membership.objects.filter(officer=deputy, role=row.role, **place).first()
    if held is not None and held.deputy_for_id is None:
        return False
    if held is not None and held.until > node.clock.now():
        corrects = held.deputy_for_id == row.officer_id and begins <= held.until and held.begins <= until
        if not corrects:
            raise UsageError("deputy-already", name=held.deputy_for.name)
    dates = {"begins": begins, "until": until, "deputy_for": row.officer, "since": node.clock.now()}
    Membership.objects.update_or_create(officer=deputy, role=row.role, **place, defaults=dates)
    return True


def _grant(node: Node, seat: Seat, officer: Officer, roles: Collection[tuple[str, Role]], *, by: int) -> None:
    for desk, role in sorted(roles):
        officers.grant(node, officer, seat.register, _desk(node, seat, desk), role, by=by)


def _desk(node: Node, seat: Seat, name: str) -> DeskRef:
    for each in desks(node, seat):
        if each.desk == name:
            return each
    raise UsageError("desk-not-own", desk=name[:32])


def _require(seat: Seat, officer: int) -> Officer:
    found = Officer.objects.filter(pk=officer, pk__in=_ids(seat)).first()
    if found is None:
        raise UsageError("officer-not-here")
    return found


def _require_own(seat: Seat, officer: int) -> Officer:
    """An officer who serves this participant and no other."""
    person = _require(seat, officer)
    if Membership.objects.filter(officer=officer).exclude(**_place(seat)).exists():
        raise UsageError("officer-shared", login=person.login)
    if not _memberships(seat).filter(officer=officer).exists():
        raise UsageError("role-needed")
    return person


def _place(seat: Seat) -> dict[str, str]:
    return {"register": seat.register, "participant": seat.desk.participant}


def _memberships(seat: Seat) -> Any:
    return Membership.objects.filter(**_place(seat))


def _ids(seat: Seat) -> set[int]:
    leaving = LeavingStep.objects.filter(**_place(seat)).values_list("officer", flat=True)
    return {*_memberships(seat).values_list("officer", flat=True), *leaving}


def _read(node: Node, seat: Seat, officer: Officer) -> Person:
    rows = _memberships(seat).filter(officer=officer).select_related("deputy_for").order_by("desk", "role")
    invitation = Invitation.objects.filter(officer=officer, used_at=None, until__gt=node.clock.now()).first()
    return Person(
        id=officer.pk,
        login=officer.login,
        name=officer.name,
        email=officer.email,
        roles=tuple(
            RoleRead(row.desk, Role(row.role), row.begins, row.until, row.deputy_for.name if row.deputy_for else "")
            for row in rows
        ),
        ways_in=factors(node, officer.pk).count,
        by_provider=comes_by_provider(node, officer),
        invited_until=invitation.until if invitation else None,
        seen_at=officer.last_login,
        leaving=LeavingStep.objects.filter(officer=officer, **_place(seat)).exists(),
    )
