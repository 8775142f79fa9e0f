"""Which cases do desks of one participant share, what may the other desk do, and what did their people note?

    held = held_case(node, seat, case)       held.owner keeps it; held.purpose is empty at the owner itself
    held.answers                             whether this desk says the next word in it

Invariants: handing over is an offer, and whoever offers answers until the other desk took the case over; a share
reaches desks of the same participant and register, and nobody else; the messages stay those of the desk that keeps the
case, because the parties of a case are fixed; what goes to another node: `reads.inside.between`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists

from liaison.errors import UsageError
from liaison.messages.inside import HANDED_OVER, Offer
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, CaseNote, CaseShare, Officer, OwnDesk
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.audit import SYSTEM
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading

OFFERED = "handing-over"
"""The purpose of a share that the other desk has not answered yet."""
MAIL_NAMES, MAIL_ELSEWHERE = "mail-names-cases", "mail-entered-elsewhere"
KEPT_BY_NODE = frozenset({MAIL_NAMES, MAIL_ELSEWHERE})
"""Codes of the notes that this node keeps by itself: a mail of this case names others too; one that names this case
entered another."""


@dataclass(frozen=True, slots=True)
class Held:
    """A case as a seat has it."""

    owner: DeskRef
    purpose: str
    answers: bool

    @property
    def own(self) -> bool:
        """Whether the desk of the seat keeps it."""
        return not self.purpose


@dataclass(frozen=True, slots=True)
class ShareRead:
    """One desk that sees a case of another."""

    case: str
    owner: DeskRef
    to: DeskRef
    purpose: str
    by: str
    at: datetime
    internal: str
    """Of a desk on another node: the case in which it travels."""
    offer: Offer | None = None
    """Until when it is to be taken over, while it is offered."""


@dataclass(frozen=True, slots=True)
class NoteRead:
    """One internal note; one that this node kept by itself has a `code` and the cases it speaks of instead of words."""

    words: str
    by: str
    desk: str
    at: datetime
    code: str = ""
    cases: tuple[str, ...] = ()


def held_case(node: Node, seat: Seat, case: str) -> Held:
    """The case as this seat has it: its own, or shared with it. Raises UsageError."""
    place = {**columns(seat.register, seat.desk), "case": case}
    with reading(node):
        given = Exists(CaseShare.objects.filter(**place, purpose=HANDED_OVER))
        own = Case.objects.filter(**place).values_list(given, flat=True)
        if len(own):
            return Held(seat.desk, "", not own[0])
        row = _with(seat).filter(case=case).order_by("pk").first()
    if row is None:
        raise UsageError("case-not-found", case=case[:36])
    return Held(DeskRef(row.participant, row.node, row.desk), row.purpose, row.purpose == HANDED_OVER)


def shares_of(node: Node, register: str, owner: DeskRef, case: str) -> list[ShareRead]:
    """The desks that a case is shared with."""
    with reading(node):
        return _read(list(CaseShare.objects.filter(**columns(register, owner), case=case).order_by("to_desk")))


def shared_with(node: Node, seat: Seat) -> list[ShareRead]:
    """The cases that other desks share with this one, those handed over first."""
    with reading(node):
        return sorted(
            _read(list(_with(seat).order_by("-shared_at")[:100])), key=lambda each: each.purpose != HANDED_OVER
        )


def offered_cases(node: Node, seat: Seat) -> list[ShareRead]:
    """The cases this desk wants to hand over and nobody took over yet, the longest waiting first: it still answers."""
    with reading(node):
        rows = CaseShare.objects.filter(**columns(seat.register, seat.desk), purpose=OFFERED)
        return _read(list(rows.order_by("shared_at", "pk")[:100]))


def offer_of(row: Any) -> Offer | None:
    """What a row says of an offer: None where nothing is offered, or no deadline was set."""
    offered = row.purpose in (OFFERED, HANDED_OVER) and row.deadline is not None
    return Offer(row.deadline, row.silence) if offered else None


def other_desks(node: Node, seat: Seat) -> list[DeskRef]:
    """The desks of the participant on this node, but for the seat's own."""
    with reading(node):
        rows = OwnDesk.objects.filter(register=seat.register, participant=seat.desk.participant).order_by("desk")
        found = [DeskRef(row.participant, row.node, row.desk) for row in rows]
    return [each for each in found if each != seat.desk]


def notes_of(node: Node, register: str, owner: DeskRef, case: str) -> list[NoteRead]:
    """The notes on a case, the oldest first."""
    with reading(node):
        rows = list(CaseNote.objects.filter(**columns(register, owner), case=case).order_by("pk"))
        names = dict(Officer.objects.filter(pk__in={row.written_by for row in rows}).values_list("pk", "name"))
    return [_note(row, names.get(row.written_by, "")) for row in rows]


def _note(row: CaseNote, by: str) -> NoteRead:
    code, *cases = row.words.split() if row.written_by == SYSTEM else [""]
    if code not in KEPT_BY_NODE:
        return NoteRead(row.words, by, row.by_desk, row.written_at)
    return NoteRead("", by, row.by_desk, row.written_at, code, tuple(cases))


def _with(seat: Seat) -> CaseShare:
    desk = seat.desk
    return CaseShare.objects.filter(
        register=seat.register, participant=desk.participant, to_node=desk.node, to_desk=desk.desk
    )


def _read(rows: list[CaseShare]) -> list[ShareRead]:
    names = dict(Officer.objects.filter(pk__in={row.shared_by for row in rows}).values_list("pk", "name"))
    return [
        ShareRead(
            row.case,
            DeskRef(row.participant, row.node, row.desk),
            DeskRef(row.participant, row.to_node, row.to_desk),
            row.purpose,
            names.get(row.shared_by, ""),
            row.shared_at,
            row.internal,
            offer_of(row),
        )
        for row in rows
    ]
