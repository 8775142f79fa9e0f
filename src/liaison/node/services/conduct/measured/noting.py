"""How do the rows of measurements follow the messages of a desk?

    note_measured(core, core_hash, fields, own=desk, now=now)     inside the unit of work that stores a message

Invariants (docs/spec/measured.md):
- a message that speaks of no measurement costs one look at its form;
- a notice counts between two desks only, one that measures and one that is measured; what says too little, comes from
  somebody else or follows nothing that is here stays a message of its case and changes nothing;
- messages may arrive in any order: a notice that comes late takes up what was said of it before it was here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from liaison.conduct.measured import lifecycle
from liaison.conduct.measured.evidence import Evidence, evidence_fields, read_evidence, said_counts
from liaison.conduct.measured.lifecycle import Audience, Event, Side, State, Step
from liaison.errors import MalformedError
from liaison.messages.message import Core, open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import IncomingCopy, Measurement, MeasurementStep
from liaison.node.models.line import READABLE
from liaison.node.reads.conduct.measured import evidence_of, steps_of
from liaison.node.reads.inside.rules import columns
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant

NOTICE, DISPUTE = "conformance-notice", "conformance-dispute"
REVIEW, CONSENT = "conformance-review", "conformance-consent"
FORMS = frozenset({NOTICE, DISPUTE, REVIEW, CONSENT})
RESULTS: Mapping[str, Event] = {
    "upheld": Event.UPHELD,
    "corrected": Event.CORRECTED,
    "withdrawn": Event.WITHDRAWN,
}
CONSENTS: Mapping[str, Event] = {"given": Event.CONSENT_GIVEN, "withdrawn": Event.CONSENT_WITHDRAWN}


def note_measured(core: Core, core_hash: str, fields: Mapping[str, JSON], *, own: DeskRef, now: datetime) -> None:
    """Inside a unit of work: a message was stored in a case of this desk."""
    if core.form not in FORMS or len(core.to) != 1:
        return
    if core.form == NOTICE:
        _note_notice(core, core_hash, fields, own, now)
        return
    row = Measurement.objects.select_for_update().filter(**columns(core.register, own), case=core.case).first()
    if row is not None and _note_step(row, core, core_hash, fields, own):
        _refold(row, now)


def _note_notice(core: Core, core_hash: str, fields: Mapping[str, JSON], own: DeskRef, now: datetime) -> None:
    try:
        evidence = read_evidence(fields)
    except MalformedError:
        return
    ours = core.sender == own
    place = columns(core.register, own)
    if Measurement.objects.filter(**place, notice_hash=core_hash).exists():
        return
    row = (_told_of(place, core.to[0], evidence) if ours else None) or Measurement(
        **place, made_at=now, side=(Side.MEASURER if ours else Side.PROVIDER).value
    )
    other = core.to[0] if ours else core.sender
    row.other_participant, row.other_node, row.other_desk = other.participant, other.node, other.desk
    row.asn, row.measure, row.evidence = evidence.asn, evidence.measure.value, evidence_fields(evidence)
    row.exercise, row.case, row.notice, row.notice_hash, row.waits = core.exercise, core.case, core.id, core_hash, 0
    row.answer_until, row.state = parse_instant(str(fields["answer_until"])), State.NOTIFIED.value
    row.save()
    composed = parse_instant(core.composed)
    _keep(row, Step(event=Event.NOTIFIED, by=Side.MEASURER, at=composed, hash=core_hash, about=None), core.id)
    for earlier in _came_before(place, core.case):
        _note_step(row, earlier.core, earlier.core_hash, earlier.fields, own)
    _refold(row, now)


def _told_of(place: Mapping[str, str], other: DeskRef, evidence: Evidence) -> Any:
    """What was measured here and is now told: one network and measure waits once."""
    waiting = Measurement.objects.select_for_update().filter(
        **place,
        side=Side.MEASURER.value,
        case="",
        asn=evidence.asn,
        measure=evidence.measure.value,
        other_participant=other.participant,
        other_node=other.node,
        other_desk=other.desk,
    )
    return waiting.order_by("-pk").first()


def _came_before(place: Mapping[str, str], case: str) -> Iterator[Any]:
    rows = IncomingCopy.objects.filter(READABLE, **place, case=case, verdict="accepted", form__in=FORMS - {NOTICE})
    for plaintext in rows.order_by("pk").values_list("plaintext", flat=True):
        yield open_message(bytes(plaintext))


def _note_step(row: Any, core: Core, core_hash: str, fields: Mapping[str, JSON], own: DeskRef) -> bool:
    """Whether the message is a step of the measurement."""
    other = DeskRef(row.other_participant, row.other_node, row.other_desk)
    if core.re is None or core.parties != {own, other}:
        return False
    side = Side(row.side)
    across = Side.PROVIDER if side is Side.MEASURER else Side.MEASURER
    event = _event(core.form, fields)
    shown_to = str(fields.get("shown_to", "")) if event is Event.CONSENT_GIVEN else ""
    step = Step(
        event=event,
        by=side if core.sender == own else across,
        at=parse_instant(core.composed),
        hash=core_hash,
        about=core.re,
        counts=said_counts(fields) if event is Event.CORRECTED else None,
        shown_to=Audience(shown_to) if shown_to else None,
    )
    _keep(row, step, core.id, code=str(fields.get("ground", "")))
    return True


def _event(form: str, fields: Mapping[str, JSON]) -> Event:
    if form == DISPUTE:
        return Event.DISPUTED
    return RESULTS[str(fields["result"])] if form == REVIEW else CONSENTS[str(fields["consent"])]


def _keep(row: Any, step: Step, message_id: str, *, code: str = "") -> None:
    MeasurementStep.objects.get_or_create(
        measurement=row,
        hash=step.hash,
        defaults={
            "event": step.event.value,
            "by": step.by.value,
            "at": step.at,
            "about": step.about or "",
            "message_id": message_id,
            "code": code,
            "counts": dict(step.counts or {}),
            "shown_to": step.shown_to.value if step.shown_to else "",
        },
    )


def _refold(row: Any, now: datetime) -> None:
    evidence = evidence_of(row)
    standing = lifecycle.stand(
        steps_of(row), measure=evidence.measure, counts=evidence.counts, answer_until=row.answer_until, now=now
    )
    row.state, row.agreed_to = standing.state.value, standing.agreed_to.value if standing.agreed_to else ""
    row.save(update_fields=["state", "agreed_to"])
