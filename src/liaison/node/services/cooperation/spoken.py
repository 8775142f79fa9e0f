"""A request was made by telephone because there was no time to write: by when is it confirmed in writing?

    note_spoken(node, seat, Spoken(…), by=7)     the call note goes to the other side, and the clock runs
    the request in writing, in that case         the clock is met

Invariants (docs/spec/requests.md, "Spoken requests"):
- it rests on a text that can carry a request between both sides on the day of the call, as a courtesy at least;
- both sides have the call note and can correct it; the side that noted it keeps the clock, which is that of the text it
  rests on, or a day where that names none;
- it is met by a request of that type in the same case, whichever side noted the call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.cooperation.history.reading import asks
from liaison.errors import UsageError
from liaison.messages.message import Urgency
from liaison.messages.parties import DeskRef
from liaison.node.models import SpokenRequest
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.instruments.offered import Wanted, offered_texts
from liaison.node.services.cooperation.projecting import refold
from liaison.node.services.inside.clearance import Asking, Gone, send_or_ask
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.identifiers import format_instant

OLDEST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What was said by telephone, to or by which desks; `made` that this side called, `form` what it asked for."""

    to: tuple[DeskRef, ...]
    form: str
    instrument: str
    at: datetime
    summary: str
    language: str = "en"
    made: bool = True
    called_back: bool = False
    urgency: Urgency = "urgent"
    exercise: bool = False


def note_spoken(node: Node, seat: Seat, spoken: Spoken, *, by: int) -> Gone:
    """Put the call on record on both sides, and let the clock run. Raises UsageError, MalformedError."""
    require(Action.WRITE, seat.roles)
    now = node.clock.now()
    if not asks(spoken.form):
        raise UsageError("request-unknown-type", form=spoken.form[:32])
    if not now - OLDEST <= spoken.at <= now:
        raise UsageError("request-call-time")
    _check_text(node, seat, spoken)
    letter = Letter(
        register=seat.register,
        sender=seat.desk,
        to=spoken.to,
        form="call-note",
        fields={
            "at": format_instant(spoken.at.replace(microsecond=0)),
            "direction": "made" if spoken.made else "received",
            "summary": {"lang": spoken.language, "text": spoken.summary},
            "called_back": spoken.called_back,
        },
        urgency=spoken.urgency,
        exercise=spoken.exercise,
    )
    with unit_of_work(node):
        gone = send_or_ask(node, letter, Asking(officer=by, alone=True))
        for sent in gone.sent:
            row = _keep(node, seat, spoken, case=sent.case, message_id=sent.message_id, by=by)
            note(node, "request-spoken", officer=by, subject=sent.case, params={"form": row.form})
    return gone


def _check_text(node: Node, seat: Seat, spoken: Spoken) -> None:
    """Return if a request can rest on the text between both sides on the day of the call, as a courtesy at least.

    Raises UsageError.
    """
    theirs = frozenset(each.participant for each in spoken.to) - {seat.desk.participant}
    wanted = Wanted("", seat.desk.participant, theirs, spoken.at.date())
    if spoken.instrument not in {each.text.id for each in offered_texts(node, seat.register, wanted)}:
        raise UsageError("request-call-text", instrument=spoken.instrument[:32])


def _keep(node: Node, seat: Seat, spoken: Spoken, *, case: str, message_id: str, by: int) -> SpokenRequest:
    """The row, and its clock."""
    place, now = columns(seat.register, seat.desk), node.clock.now()
    row: SpokenRequest = SpokenRequest.objects.create(
        **place,
        case=case,
        message_id=message_id,
        form=spoken.form,
        instrument=spoken.instrument,
        ours=spoken.made,
        urgency=spoken.urgency,
        exercise=spoken.exercise,
        spoken_at=spoken.at,
        noted_by=by,
        noted_at=now,
    )
    refold(node, seat.register, seat.desk, {case}, now)
    return row
