"""How does somebody become an officer of a desk, and stop being one?

    officer = add_officer(node, login="a.n", name="A. N.")
    grant(node, officer, desk, Role.OFFICER)
    link = invite(node, officer)         a token, shown once, that signs in once within a day
    leave(node, officer)                 no session, invitation, role or token is left; the row stays

Invariants: nobody registers by themselves; a token is kept as its hash only, and whoever uses it loses every earlier
key, code and session, which may be in other hands; every step is a line of the audit trail.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import ApiToken, Invitation, Membership, Officer
from liaison.node.models.people import in_force
from liaison.node.node import Node
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.services.people.factors import forget_factors
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work.statements import select
from liaison.officers.permissions import MAY, Action, Role, permitted
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import encode_base64

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
INVITED_FOR = timedelta(days=1)
_SEAT = ("register", "participant", "desk", "node", "role", "begins", "until")
"""What of a membership makes a seat; asked for at every page, so by a statement made once."""
TOKEN = 24


@dataclass(frozen=True, slots=True)
class Seat:
    """What an officer is at one own desk."""

    register: str
    desk: DeskRef
    roles: frozenset[Role]

    def may(self, action: Action) -> bool:
        """Whether one of the roles allows it; for what a page shows, never instead of `require`."""
        return action in permitted(self.roles)


def add_officer(
    node: Node, *, login: str, name: str, email: str = "", language: str = "en", zone: str = "UTC", by: int = SYSTEM
) -> Officer:
    """A new officer without any role. Raises UsageError for a login that is malformed or taken, or no mail address."""
    if not LOGIN.fullmatch(login):
        raise UsageError("login-malformed", login=login[:64])
    person = {"login": login, "name": name, "email": _email(email), "language": language, "zone": zone}
    with unit_of_work(node):
        if Officer.objects.filter(login=login).exists():
            raise UsageError("login-taken", login=login)
        officer = Officer(**person, created_at=node.clock.now())
        officer.set_unusable_password()
        officer.save()
        note(node, "officer-added", officer=by, subject=str(officer.pk))
    return officer


def find_officer(node: Node, login: str) -> Officer:
    """The officer of this login. Raises UsageError."""
    with reading(node):
        officer = Officer.objects.filter(login=login).first()
    if officer is None:
        raise UsageError("officer-not-found", login=login[:64])
    return officer


def logins_of(node: Node, officers: Iterable[int]) -> dict[int, str]:
    """The logins of officers by their numbers, for the operator's commands."""
    with reading(node):
        return dict(Officer.objects.filter(pk__in=list(officers)).values_list("pk", "login"))


def change_email(node: Node, officer: Officer, email: str, *, by: int = SYSTEM) -> None:
    """Keep the mail address by which a provider may name an officer, or none; idempotent. Raises UsageError."""
    address = _email(email)
    with unit_of_work(node):
        if Officer.objects.filter(pk=officer.pk).exclude(email=address).update(email=address):
            note(node, "officer-address-changed", officer=by, subject=str(officer.pk))


def _email(text: str) -> str:
    try:
        return str(Officer._meta.get_field("email").clean(text, None))
    except ValidationError:
        raise UsageError("person-email-malformed") from None


def change_person(node: Node, officer: Officer, *, language: str, zone: str) -> None:
    """Keep an officer's own language and IANA time zone, which the caller has checked."""
    with unit_of_work(node):
        Officer.objects.filter(pk=officer.pk).update(language=language, zone=zone)
        note(node, "person-changed", officer=officer.pk, subject=str(officer.pk))


def grant(node: Node, officer: Officer, register: str, desk: DeskRef, role: Role, *, by: int = SYSTEM) -> None:
    """Give a role at an own desk for good; idempotent."""
    with unit_of_work(node):
        row, fresh = Membership.objects.get_or_create(
            officer=officer,
            register=register,
            participant=desk.participant,
            node=desk.node,
            desk=desk.desk,
            role=role.value,
            defaults={"since": node.clock.now()},
        )
        if row.deputy_for_id is not None:
            fresh = True
            Membership.objects.filter(pk=row.pk).update(begins=None, until=None, deputy_for=None)
        if fresh:
            _note_role(node, "role-granted", officer, desk, role, by=by)


def withdraw(node: Node, officer: Officer, register: str, desk: DeskRef, role: Role, *, by: int = SYSTEM) -> None:
    """Take a role at an own desk away; idempotent."""
    with unit_of_work(node):
        gone, _ = Membership.objects.filter(
            officer=officer, register=register, role=role.value, **desk_filter(desk)
        ).delete()
        if gone:
            _note_role(node, "role-withdrawn", officer, desk, role, by=by)


def _note_role(node: Node, action: str, officer: Officer, desk: DeskRef, role: Role, *, by: int) -> None:
    told: JSON = {"desk": desk.desk, "role": role.value}
    note(node, action, officer=by, subject=str(officer.pk), params=told, participant=desk.participant)


def desk_filter(desk: DeskRef) -> dict[str, str]:
    """What keeps a query to one desk."""
    return {"participant": desk.participant, "node": desk.node, "desk": desk.desk}


def seats(node: Node, officer_id: int) -> list[Seat]:
    """The desks of an officer with their roles there now, in order; a deputy's between the dates."""
    now, found = node.clock.now(), dict[tuple[str, DeskRef], set[Role]]()
    with reading(node):
        rows = select(Membership, _SEAT, officer_id=officer_id)
    for register, participant, desk, node_id, role, begins, until in sorted(rows, key=lambda row: row[:3]):
        if (begins is None or begins <= now) and (until is None or until > now):
            found.setdefault((register, DeskRef(participant, node_id, desk)), set()).add(Role(role))
    return [Seat(register, desk, frozenset(roles)) for (register, desk), roles in found.items()]


def invite(node: Node, officer: Officer, *, by: int = SYSTEM) -> str:
    """A token that signs this officer in once; earlier ones are void from now on."""
    token = encode_base64(node.entropy.draw(TOKEN)).rstrip("=").replace("+", "-").replace("/", "_")
    with unit_of_work(node):
        Invitation.objects.filter(officer=officer, used_at=None).delete()
        until = node.clock.now() + INVITED_FOR
        Invitation.objects.create(officer=officer, token_hash=_hash(token), until=until)
        note(node, "officer-invited", officer=by, subject=str(officer.pk))
    return token


def redeem(node: Node, token: str) -> Officer:
    """The officer a token signs in, once; what they signed in with before is void. Raises UsageError without a why."""
    now = node.clock.now()
    with unit_of_work(node):
        row = Invitation.objects.select_related("officer").filter(token_hash=_hash(token)).first()
        if row is None or row.used_at is not None or row.until < now or not row.officer.is_active:
            raise UsageError("invitation-not-valid")
        if not hmac.compare_digest(row.token_hash, _hash(token)):
            raise UsageError("invitation-not-valid")
        row.used_at = now
        row.save(update_fields=["used_at"])
        forget_factors(node, row.officer.pk)
        note(node, "invitation-used", officer=row.officer.pk, subject=str(row.officer.pk))
        officer = Officer.objects.get(pk=row.officer.pk)
    return officer


def leave(node: Node, officer: Officer, *, by: int = SYSTEM) -> None:
    """Take every role, key, token and invitation away; from the next request on no session of theirs is let in."""
    with unit_of_work(node):
        Membership.objects.filter(officer=officer).delete()
        Invitation.objects.filter(officer=officer).delete()
        forget_factors(node, officer.pk)
        end_tokens_of(node, officer.pk)
        Officer.objects.filter(pk=officer.pk).update(is_active=False, left_at=node.clock.now())
        note(node, "officer-left", officer=by, subject=str(officer.pk))


def end_tokens_of(node: Node, officer: int, participant: str = "") -> None:
    """Inside a unit of work: end every token that acts for an officer, at the desks of one participant or at all."""
    rows = ApiToken.objects.filter(officer=officer, ended_at=None)
    (rows.filter(participant=participant) if participant else rows).update(ended_at=node.clock.now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OfficerRead:
    """One officer in a list; `roles` as `duty: officer`."""

    id: int
    login: str
    name: str
    active: bool
    roles: tuple[str, ...]


def list_officers(node: Node) -> list[OfficerRead]:
    """Every officer of this node, those who left at the end."""
    with reading(node):
        rows = Officer.objects.order_by("-is_active", "login").prefetch_related("memberships")
        return [
            OfficerRead(
                row.pk,
                row.login,
                row.name,
                row.is_active,
                tuple(f"{each.desk}: {each.role}" for each in row.memberships.all()),
            )
            for row in rows
        ]


def who_may(node: Node, register: str, desk: DeskRef, action: Action) -> frozenset[int]:
    """The officers whose roles at an own desk allow the action."""
    return _who_may(node, action, register=register, participant=desk.participant, desk=desk.desk)


def who_may_of(node: Node, register: str, participant: str, action: Action) -> frozenset[int]:
    """The officers whose roles at any own desk of a participant allow the action."""
    return _who_may(node, action, register=register, participant=participant)


def _who_may(node: Node, action: Action, **where: str) -> frozenset[int]:
    roles = [role.value for role in Role if action in MAY[role]]
    with reading(node):
        held = Membership.objects.filter(in_force(node.clock.now()), **where)
        rows = held.filter(role__in=roles, officer__is_active=True)
        return frozenset(rows.values_list("officer", flat=True))
