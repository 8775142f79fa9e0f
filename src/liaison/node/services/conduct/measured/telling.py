"""How do the two sides speak of a measurement: tell it privately, dispute it, review it, agree that it is shown?

    notify(node, seat, [7, 8], days=14, by=3)                                one sealed message each, tied by one batch
    dispute(node, seat, 7, Dispute("data-old", Text("…")), by=9)
    review(node, seat, 7, Review("corrected", Text("…"), counts={…}), by=3)
    consent(node, seat, 7, shown_to="public", by=9)                          without `shown_to`: not any more

Invariants (docs/spec/measured.md):
- what the life cycle does not name now, or is the other side's to do, is refused here before anything is sent;
- a step goes the way of every message: the rules of clearance of the desk, its numbers, its outbox;
- each step follows the last one that is known here, so that both sides come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from liaison.conduct.measured.evidence import check_counts, evidence_fields
from liaison.conduct.measured.lifecycle import Audience, Event
from liaison.errors import UsageError
from liaison.node.models import ClearanceRequest, Measurement
from liaison.node.node import Node
from liaison.node.reads.conduct.measured import MeasuredRead, find_measured
from liaison.node.services.conduct.measured.noting import CONSENT, DISPUTE, NOTICE, RESULTS, REVIEW
from liaison.node.services.desk.answering import Saying, say
from liaison.node.services.inside.clearance import WAITING, Asking, Gone, send_or_ask
from liaison.node.services.line.sending import Letter, new_id
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.services.people.case_access import require_case_access
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant

LEAST_DAYS, MOST_DAYS, USUAL_DAYS = 7, 90, 14
"""How long a provider has to answer before anything may be shown."""


@dataclass(frozen=True, slots=True)
class Text:
    """Free words with the tag of their language."""

    text: str
    lang: str = "en"

    @property
    def value(self) -> JSON:
        """As a form has it."""
        return {"lang": self.lang, "text": self.text}


@dataclass(frozen=True, slots=True)
class Review:
    """`result` is upheld, corrected or withdrawn; `counts` take the place of those that were told."""

    result: str
    reason: Text
    counts: Mapping[str, int] | None = None


def notify(
    node: Node, seat: Seat, numbers: Iterable[int], *, days: int = USUAL_DAYS, by: int, leased: bool = False
) -> list[Gone]:
    """Tell each provider privately of what was measured, all or none; `leased` keeps the first attempts for the caller.

    Raises UsageError, MalformedError.
    """
    require(Action.WRITE, seat.roles)
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise UsageError("measured-days", least=LEAST_DAYS, most=MOST_DAYS)
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        raise UsageError("measured-none-chosen")
    batch, until = new_id(node), format_instant(node.clock.now() + timedelta(days=days))
    asking = Asking(officer=by, leased=leased)
    with unit_of_work(node):
        return [_notify(node, seat, number, batch=batch, until=until, asking=asking) for number in wanted]


def _notify(node: Node, seat: Seat, number: int, *, batch: str, until: str, asking: Asking) -> Gone:
    found = find_measured(node, seat.desk, number)
    _require(found, Event.NOTIFIED)
    if found.waits and ClearanceRequest.objects.filter(pk=found.waits, state=WAITING).exists():
        raise UsageError("measured-waits", request=found.waits)
    letter = Letter(
        register=found.register,
        sender=seat.desk,
        to=(found.other,),
        form=NOTICE,
        fields=evidence_fields(found.evidence) | {"answer_until": until},
        wanted_by=until,
        batch=batch,
    )
    gone = send_or_ask(node, letter, asking)
    if gone.request:
        Measurement.objects.filter(pk=found.number).update(waits=gone.request)
    for sent in gone.sent:
        note(node, "message-sent", officer=asking.officer, subject=sent.message_id, params={"form": NOTICE})
    return gone


def drop(node: Node, seat: Seat, number: int, *, by: int) -> None:
    """Forget a measurement that nobody was told of. Raises UsageError."""
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        found = find_measured(node, seat.desk, number)
        _require(found, Event.NOTIFIED)
        Measurement.objects.filter(pk=found.number).delete()
        note(node, "measurement-dropped", officer=by, subject=f"AS{found.evidence.asn}")


@dataclass(frozen=True, slots=True)
class Dispute:
    """Why a measurement is wrong: a code of `conformance-ground`, and words."""

    ground: str
    statement: Text


def dispute(node: Node, seat: Seat, number: int, disputed: Dispute, *, by: int, leased: bool = False) -> Gone:
    """Say that a measurement of an own network is wrong. Raises UsageError, MalformedError."""
    fields: dict[str, JSON] = {"ground": disputed.ground, "statement": disputed.statement.value}
    return _say(node, seat, number, Event.DISPUTED, (DISPUTE, fields), by=by, leased=leased)


def review(node: Node, seat: Seat, number: int, reviewed: Review, *, by: int, leased: bool = False) -> Gone:
    """Say what became of a dispute, or take a measurement back. Raises UsageError, MalformedError."""
    event = RESULTS.get(reviewed.result)
    if event is None:
        raise UsageError("measured-result", result=reviewed.result[:32])
    fields: dict[str, JSON] = {"result": reviewed.result, "reason": reviewed.reason.value}
    if event is Event.CORRECTED:
        counts = dict(reviewed.counts or {})
        check_counts(find_measured(node, seat.desk, number).evidence.measure, counts)
        fields |= counts
    return _say(node, seat, number, event, (REVIEW, fields), by=by, leased=leased)


def consent(node: Node, seat: Seat, number: int, *, shown_to: str = "", by: int, leased: bool = False) -> Gone:
    """Agree that a measurement of an own network is shown, or not any more. Raises UsageError, MalformedError."""
    if not shown_to:
        ended: dict[str, JSON] = {"consent": "withdrawn"}
        return _say(node, seat, number, Event.CONSENT_WITHDRAWN, (CONSENT, ended), by=by, leased=leased)
    if shown_to not in set(Audience):
        raise UsageError("measured-audience", audience=shown_to[:32])
    fields: dict[str, JSON] = {"consent": "given", "shown_to": shown_to}
    return _say(node, seat, number, Event.CONSENT_GIVEN, (CONSENT, fields), by=by, leased=leased)


def _say(
    node: Node,
    seat: Seat,
    number: int,
    event: Event,
    words: tuple[str, Mapping[str, JSON]],
    *,
    by: int,
    leased: bool,
) -> Gone:
    require(Action.WRITE, seat.roles)
    form, fields = words
    with unit_of_work(node):
        found = find_measured(node, seat.desk, number)
        if by != SYSTEM:  # The operator's own commands.
            require_case_access(node, seat, by, found.case)
        _require(found, event)
        saying = Saying(case=found.case, form=form, fields=fields, re=found.last)
        return say(node, seat.desk, saying, officer=by, leased=leased)


def _require(found: MeasuredRead, event: Event) -> None:
    """Return if the step may be taken now at this side. Raises UsageError."""
    if event not in found.may:
        raise UsageError("measured-not-now", state=found.standing.state.value, event=event.value)
