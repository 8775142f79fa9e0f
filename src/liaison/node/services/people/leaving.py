"""What is left to do when an officer leaves, and who did it? One list of eight steps, each ticked with who and when.

    begin_leaving(node, seat, officer, by=3)      access ends at once; the first four steps are ticked
    steps = leaving_steps(node, seat, officer)    (Step("duty", done_at=None, done_by="", hint="…"), …)
    tick(node, seat, officer, "letter", by=3)

Invariants: access ends first and in one unit of work (roles, sessions, keys, codes, tokens, invitations), so that a
list nobody finishes leaves nobody in; an officer who still serves another participant of the node keeps what is theirs
there, and only their sessions end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liaison.errors import UsageError
from liaison.node.models import CaseAccess, DutyLayer, LeavingStep, Membership, Officer, OfficerSession
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


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `where` is what is left of it as far as the node knows: desks, and cases at them."""

    code: str
    done_at: datetime | None
    done_by: str
    where: tuple[tuple[str, str], ...] = ()

    @property
    def open(self) -> int:
        """How much is left."""
        return len(self.where)


def begin_leaving(node: Node, seat: Seat, officer: int, *, by: int) -> None:
    """End the officer's access to this participant's desks and make the list. Raises UsageError."""
    place = {"register": seat.register, "participant": seat.desk.participant}
    with unit_of_work(node):
        if find_person(node, seat, officer) is None or officer == by:
            raise UsageError("officer-not-here" if officer != by else "leaving-own")
        person, now = Officer.objects.get(pk=officer), node.clock.now()
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
        left = {
            "cases": _cases(seat, officer),
            "duty": _layers(seat, officer),
            "record": _records(node, seat, officer),
        }
        return [
            Step(code, rows[code].done_at, names.get(rows[code].done_by, ""), left.get(code, ()))
            for code in STEPS
            if code in rows
        ]


def tick(node: Node, seat: Seat, officer: int, step: str, *, by: int) -> None:
    """Say that one step was done; idempotent. Raises UsageError."""
    with unit_of_work(node):
        row = _rows(seat, officer).filter(step=step).first()
        if row is None:
            raise UsageError("officer-not-here")
        if row.done_at is None:
            LeavingStep.objects.filter(pk=row.pk).update(done_at=node.clock.now(), done_by=by)
            note(node, "leaving-step-done", officer=by, subject=str(officer), params={"step": step})


def _rows(seat: Seat, officer: int) -> LeavingStep:
    place = {"register": seat.register, "participant": seat.desk.participant}
    return LeavingStep.objects.filter(officer=officer, **place)


def _cases(seat: Seat, officer: int) -> tuple[tuple[str, str], ...]:
    """The closed cases of this participant that name the officer who leaves."""
    place = {"register": seat.register, "participant": seat.desk.participant}
    rows = CaseAccess.objects.filter(officer=officer, **place).order_by("desk", "case")
    return tuple(rows.values_list("desk", "case"))


def _layers(seat: Seat, officer: int) -> tuple[tuple[str, str], ...]:
    """The layers of this participant's rotas in which they still take turns."""
    rows = DutyLayer.objects.filter(register=seat.register, participant=seat.desk.participant).order_by("desk", "name")
    named = rows.values_list("desk", "name", "members")
    return tuple((desk, name) for desk, name, members in named if officer in members)


def _records(node: Node, seat: Seat, officer: int) -> tuple[tuple[str, str], ...]:
    """The desks of this participant whose declared record names them, by name or mailbox."""
    person = Officer.objects.get(pk=officer)
    known = {text for text in (person.name, person.email) if text}
    found = []
    for desk in desks(node, seat):
        contacts = own_entry(node, seat.register, desk).declared.contacts.values()
        told = {text for contact in contacts for each in contact.persons for text in (each.name, each.mailbox)}
        if known & told:
            found.append((desk.desk, ""))
    return tuple(found)
