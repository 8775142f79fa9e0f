"""What is left to do when an officer leaves, and who did it? One list of nine steps, each ticked with who and when.

    begin_leaving(node, seat, officer, by=3)      access ends at once; the first four steps are ticked
    steps = leaving_steps(node, seat, officer)    [Step("duty", None, "", left=(Left(LAYER, "duty", "Night"),)), …]
    tick(node, seat, officer, "letter", by=3)     refused while the node itself counts something that is left

Invariants:
- Access ends first and in one unit of work (roles, sessions, keys, codes, tokens, invitations), so that a list nobody
  finishes leaves nobody in; an officer who still serves another participant of the node keeps what is theirs there, and
  only their sessions end.
- A step of which something is left is open, whatever was ticked: what comes back opens it again.
- Who came back and leaves once more has a list of their own; what was ticked the first time counts no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from liaison.duty.plans import OFFICER, named, read_plan
from liaison.errors import UsageError
from liaison.node.models import (
    CaseAccess,
    DutyLayer,
    EscalationPlan,
    LeavingStep,
    Membership,
    Officer,
    OfficerSession,
)
from liaison.node.node import Node
from liaison.node.services.own_entry import own_entry
from liaison.node.services.people import officers
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.services.people.participant_people import desks, find_person, require_administrator
from liaison.node.unit_of_work import reading, unit_of_work

AT_ONCE = ("roles", "sessions", "keys", "invitations")
BY_HAND = ("cases", "duty", "record", "letter", "root-share")
KEPT_ELSEWHERE = ("keys", "invitations")
STEPS = (*AT_ONCE, *BY_HAND)
REFUSALS: Mapping[str, str] = MappingProxyType(
    {"cases": "leaving-cases-left", "duty": "leaving-duty-left", "record": "leaving-record-left"}
)


class Kind(StrEnum):
    """In what an officer who leaves still stands."""

    ROLE = "role"
    CASE = "case"
    LAYER = "layer"
    PLAN = "plan"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Left:
    """Something that still names the officer at a desk: `what` is the case, the layer, or the urgency of the plan."""

    kind: Kind
    desk: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `left` is what is left of it as far as the node can count."""

    code: str
    done_at: datetime | None
    done_by: str
    left: tuple[Left, ...] = ()

    @property
    def done(self) -> bool:
        """Whether it was ticked and nothing has come back."""
        return self.done_at is not None and not self.left

    @property
    def by_hand(self) -> bool:
        """Whether somebody can tick it now."""
        return self.code in BY_HAND and not self.done and not self.left


def begin_leaving(node: Node, seat: Seat, officer: int, *, by: int) -> None:
    """End the officer's access to this participant's desks and make the list. Raises UsageError."""
    place = _place(seat)
    with unit_of_work(node):
        if find_person(node, seat, officer) is None or officer == by:
            raise UsageError("officer-not-here" if officer != by else "leaving-own")
        person, now = Officer.objects.get(pk=officer), node.clock.now()
        if _roles(node, seat, officer):  # Pressed twice it goes on with the list there is.
            _rows(seat, officer).delete()
        Membership.objects.filter(officer=officer, **place).delete()
        Membership.objects.filter(deputy_for=officer, **place).delete()
        require_administrator(seat)
        OfficerSession.objects.filter(officer=officer).delete()
        officers.end_tokens_of(node, officer, seat.desk.participant)
        wholly = not Membership.objects.filter(officer=officer).exists()
        if wholly:
            officers.leave(node, person, by=by)
        else:
            note(node, "officer-left", officer=by, subject=str(officer))
        # What another participant's officer keeps is not ticked as if it were gone.
        for code in (each for each in STEPS if wholly or each not in KEPT_ELSEWHERE):
            done = {"done_at": now, "done_by": by} if code in AT_ONCE else {}
            LeavingStep.objects.get_or_create(officer=person, step=code, **place, defaults={"since": now, **done})


def leaving_steps(node: Node, seat: Seat, officer: int) -> list[Step]:
    """The list, in order; empty for somebody who is not leaving."""
    with reading(node):
        rows = {row.step: row for row in _rows(seat, officer)}
        names = dict(Officer.objects.filter(pk__in={row.done_by for row in rows.values()}).values_list("pk", "name"))
        return [
            Step(code, rows[code].done_at, names.get(rows[code].done_by, ""), _left(node, seat, officer, code))
            for code in STEPS
            if code in rows
        ]


def tick(node: Node, seat: Seat, officer: int, step: str, *, by: int) -> None:
    """Say that one step was done; idempotent. Raises UsageError, also while the node counts something that is left."""
    with unit_of_work(node):
        row = _rows(seat, officer).filter(step=step).first()
        if row is None:
            raise UsageError("officer-not-here")
        left = _left(node, seat, officer, step)
        if left:
            raise UsageError(REFUSALS[step], count=len(left))
        if row.done_at is None:
            LeavingStep.objects.filter(pk=row.pk).update(done_at=node.clock.now(), done_by=by)
            note(node, "leaving-step-done", officer=by, subject=str(officer), params={"step": step})


def _rows(seat: Seat, officer: int) -> LeavingStep:
    return LeavingStep.objects.filter(officer=officer, **_place(seat))


def _place(seat: Seat) -> dict[str, str]:
    return {"register": seat.register, "participant": seat.desk.participant}


def _left(node: Node, seat: Seat, officer: int, step: str) -> tuple[Left, ...]:
    """What the node counts of one step; of a letter or a share of the root key it knows nothing."""
    return tuple(each for count in _COUNTED.get(step, ()) for each in count(node, seat, officer))


def _roles(node: Node, seat: Seat, officer: int) -> list[Left]:
    """The desks at which they have a role, as who came back does."""
    rows = Membership.objects.filter(officer=officer, **_place(seat)).order_by("desk")
    return [Left(Kind.ROLE, desk) for desk in rows.values_list("desk", flat=True).distinct()]


def _cases(node: Node, seat: Seat, officer: int) -> list[Left]:
    """The closed cases of this participant that name the officer who leaves."""
    rows = CaseAccess.objects.filter(officer=officer, **_place(seat)).order_by("desk", "case")
    return [Left(Kind.CASE, desk, case) for desk, case in rows.values_list("desk", "case")]


def _layers(node: Node, seat: Seat, officer: int) -> list[Left]:
    """The layers of this participant's rotas in which they still take turns."""
    rows = DutyLayer.objects.filter(**_place(seat)).order_by("desk", "name").values_list("desk", "name", "members")
    return [Left(Kind.LAYER, desk, name) for desk, name, members in rows if officer in members]


def _plans(node: Node, seat: Seat, officer: int) -> list[Left]:
    """The escalation plans of this participant's desks that name them."""
    rows = EscalationPlan.objects.filter(**_place(seat)).order_by("desk", "urgency")
    found = rows.values_list("desk", "urgency", "plan")
    target = f"{OFFICER}{officer}"
    return [
        Left(Kind.PLAN, desk, urgency) for desk, urgency, plan in found if target in named(read_plan(plan.encode()))
    ]


def _records(node: Node, seat: Seat, officer: int) -> Iterator[Left]:
    """The desks of this participant whose declared record names them, by name or mailbox."""
    known = _known_by(seat, officer)
    for desk in desks(node, seat):
        contacts = own_entry(node, seat.register, desk).declared.contacts.values()
        told = {text for contact in contacts for each in contact.persons for text in (each.name, each.mailbox)}
        if known & told:
            yield Left(Kind.RECORD, desk.desk)


def _known_by(seat: Seat, officer: int) -> set[str]:
    """By what a record names them and nobody else: not by a name or mailbox that a colleague who stays has too."""
    staying = Membership.objects.filter(**_place(seat)).exclude(officer=officer)
    others = Officer.objects.filter(pk__in=staying.values_list("officer", flat=True))
    theirs = {text for pair in others.values_list("name", "email") for text in pair}
    person = Officer.objects.get(pk=officer)
    return {text for text in (person.name, person.email) if text} - theirs


_COUNTED: Mapping[str, tuple[Callable[[Node, Seat, int], Iterable[Left]], ...]] = MappingProxyType(
    {"roles": (_roles,), "cases": (_cases,), "duty": (_layers, _plans), "record": (_records,)}
)
