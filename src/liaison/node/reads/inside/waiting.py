"""What waits for a second person at this seat, what came back to its writers, and what is to be looked at afterwards?

Invariants: rows of the desk, and of cases another desk of the participant shared with it for clearance; contents are
told to whoever may read cases of the desk only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from liaison.errors import LiaisonError
from liaison.messages.parties import DeskRef
from liaison.node.models import ClearanceRequest, Officer, Review
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns, writers
from liaison.node.services.inside.clearance import RETURNED, WAITING, in_reach, kept_letter, kept_refusal
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.audit import SYSTEM
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One letter that waits, or came back; `letter` is None once it was decided on."""

    number: int
    desk: DeskRef
    draft: int
    case: str
    form: str
    urgency: str
    exercise: bool
    asked_by: int
    by: str
    authors: frozenset[int]
    asked_at: datetime
    deadline: datetime
    silence: str
    state: str
    reason: str
    sent_as: str
    typed: Mapping[str, Sequence[str]]
    letter: Letter | None
    refusal: LiaisonError | None
    """Why it could not be sent when silence would have let it pass."""
    by_silence: bool
    """Whether nobody decided, so that the node did what silence means."""
    left: bool
    """Whether whoever handed it in writes at this desk no more, so that their colleagues go on with it."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One line of the review list."""

    number: int
    message_id: str
    case: str
    form: str
    urgency: str
    exercise: bool
    cleared: str
    written_by: int
    by: str
    sent_at: datetime
    due: datetime
    seen_by: str
    seen_at: datetime | None


def waiting_requests(node: Node, seat: Seat) -> list[Request]:
    """What waits, the nearest deadline first."""
    with reading(node):
        rows = list(ClearanceRequest.objects.filter(in_reach(seat), state=WAITING).order_by("deadline", "pk")[:MOST])
        return _requests(node, rows)


def returned_to(node: Node, seat: Seat, officer: int) -> list[Request]:
    """The answers in cases that came back to this officer, or to one who left, and were not sent since.

    Drafts say so themselves.
    """
    with reading(node):
        rows = ClearanceRequest.objects.filter(**columns(seat.register, seat.desk), state=RETURNED, draft=0)
        mine = rows.filter(Q(asked_by=officer) | ~Q(asked_by__in=writers(node, seat.register, seat.desk)))
        return _requests(node, list(mine.exclude(typed={}).order_by("-decided_at")[:MOST]))


def find_request(node: Node, seat: Seat, number: int) -> Request | None:
    """One of them, decided or not."""
    with reading(node):
        return next(iter(_requests(node, list(ClearanceRequest.objects.filter(in_reach(seat), pk=number)))), None)


def request_of_draft(node: Node, seat: Seat, draft: int) -> Request | None:
    """What became last of a draft that was handed in."""
    with reading(node):
        rows = ClearanceRequest.objects.filter(**columns(seat.register, seat.desk), draft=draft).order_by("-pk")
        return next(iter(_requests(node, list(rows[:1]))), None)


def to_review(node: Node, seat: Seat) -> list[Reviewed]:
    """What nobody looked at yet, the oldest first."""
    with reading(node):
        rows = Review.objects.filter(**columns(seat.register, seat.desk), seen_at=None).order_by("due", "pk")
        return _reviewed(list(rows[:MOST]))


def reviewed_lately(node: Node, seat: Seat) -> list[Reviewed]:
    """What was looked at, the newest first."""
    with reading(node):
        rows = Review.objects.filter(**columns(seat.register, seat.desk)).exclude(seen_at=None).order_by("-seen_at")
        return _reviewed(list(rows[:20]))


def _place(row: Any) -> tuple[str, DeskRef]:
    return row.register, DeskRef(row.participant, row.node, row.desk)


def _names(numbers: set[int]) -> dict[int, str]:
    return dict(Officer.objects.filter(pk__in=numbers).values_list("pk", "name"))


def _requests(node: Node, rows: Sequence[Any]) -> list[Request]:
    names = _names({row.asked_by for row in rows})
    able = {place: writers(node, *place) for place in {_place(row) for row in rows}}
    return [
        Request(
            number=row.pk,
            desk=DeskRef(row.participant, row.node, row.desk),
            draft=row.draft,
            case=row.case,
            form=row.form,
            urgency=row.urgency,
            exercise=row.exercise,
            asked_by=row.asked_by,
            by=names.get(row.asked_by, ""),
            authors=frozenset(row.authors),
            asked_at=row.asked_at,
            deadline=row.deadline,
            silence=row.silence,
            state=row.state,
            reason=row.reason,
            sent_as=row.sent_as,
            typed=row.typed,
            letter=kept_letter(bytes(row.letter)) if row.letter else None,
            refusal=kept_refusal(row),
            by_silence=row.state != WAITING and row.decided_by == SYSTEM and not row.answer,
            left=row.asked_by not in able[_place(row)],
        )
        for row in rows
    ]


def _reviewed(rows: Sequence[Any]) -> list[Reviewed]:
    names = _names({each for row in rows for each in (row.written_by, row.seen_by)})
    return [
        Reviewed(
            number=row.pk,
            message_id=row.message_id,
            case=row.case,
            form=row.form,
            urgency=row.urgency,
            exercise=row.exercise,
            cleared=row.cleared,
            written_by=row.written_by,
            by=names.get(row.written_by, ""),
            sent_at=row.sent_at,
            due=row.due,
            seen_by=names.get(row.seen_by, ""),
            seen_at=row.seen_at,
        )
        for row in rows
    ]
