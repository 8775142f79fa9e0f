"""How are cases closed, archived and destroyed when the rules of their desk say so?

    done = keep_retention(node)          every desk of the node; the steps that were taken

Invariants:
- Each step of each case is a unit of work of its own with a line in the trail; rules, holds and clocks are looked at
  again inside it, so that a message that comes meanwhile is never destroyed unread.
- Destroyed are the texts, sealed bytes, files, notes, follow-ups and drafts. Kept are ids, hashes, times and receipts,
  because a message that comes again must meet the same answer, and a stub signed by the node's message key.
- A close by rule tells the other side nothing: it is the desk's own bookkeeping.
- Files go after the commit; a process that dies in between leaves them to the sweep of orphans.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.errors import LiaisonError, NotNowError
from liaison.keys.public import Purpose
from liaison.messages.parties import DeskRef
from liaison.messages.stub import Stub, StubMessage, sign_stub
from liaison.messages.turns import Turn
from liaison.node.databases import drop_freed_pages
from liaison.node.models import (
    AttachmentRow,
    AuditGrant,
    Case,
    CaseAccess,
    CaseNote,
    CaseStub,
    CitedNorm,
    ClearanceElsewhere,
    ClearanceRequest,
    Draft,
    FetchedMail,
    FollowUp,
    HomeStep,
    IncomingCopy,
    Measurement,
    OutgoingCopy,
    OutgoingMessage,
    OwnDesk,
    RequestClock,
    RequestFile,
    RequestReminder,
    Review,
    SpokenRequest,
    TrackedReport,
)
from liaison.node.node import Node
from liaison.node.reads.inside.retention import Planned, plan_retention, step_for, told_inside
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.memory import own_memory
from liaison.node.services.line.attachments import hold_blobs, named_blobs
from liaison.node.services.line.cases import read_parties
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import after_commit, reading, unit_of_work
from liaison.officers.retention import Step
from liaison.wire.identifiers import digest, format_instant

log = logging.getLogger("liaison.retention")

OF_REQUESTS = (AuditGrant, HomeStep, RequestClock, RequestReminder, SpokenRequest)


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was taken, or not taken because of what stands against it."""

    desk: DeskRef
    planned: Planned


def own_places(node: Node) -> list[tuple[str, DeskRef]]:
    """Every desk of this node with its register."""
    with reading(node):
        rows = OwnDesk.objects.order_by("register", "participant", "desk")
        return [(row.register, DeskRef(row.participant, row.node, row.desk)) for row in rows]


def look_ahead(node: Node, *, at: datetime | None = None) -> list[Done]:
    """What would be done at every desk; nothing is changed."""
    return [
        Done(desk, planned)
        for register, desk in own_places(node)
        for planned in plan_retention(node, register, desk, at=at)
    ]


def keep_retention(node: Node) -> list[Done]:
    """Take every step that is due and has nothing against it; which ones. Raises NotNowError."""
    done = []
    for register, desk in own_places(node):
        for planned in plan_retention(node, register, desk):
            try:
                if not planned.obstacles and _take(node, register, desk, planned):
                    done.append(Done(desk, planned))
            except NotNowError:
                raise
            except LiaisonError as error:
                log.warning("case %s: %s", planned.case, error.code)
    if any(each.planned.step is Step.DESTROY for each in done):
        with reading(node):
            drop_freed_pages(node.database)
    return done


def _take(node: Node, register: str, desk: DeskRef, planned: Planned) -> bool:
    now = node.clock.now()
    with unit_of_work(node):
        rows = Case.objects.select_for_update().filter(**columns(register, desk), case=planned.case)
        case = rows.first()
        still = step_for(register, desk, case, now) if case is not None else None
        if still is None or still.step is not planned.step or still.obstacles:
            return False
        _STEPS[still.step](node, case, now)
        told = {"desk": desk.desk, "form": still.form}
        action = f"case-{PAST[still.step]}"
        note(node, action, subject=planned.case, params=dict(told), participant=desk.participant)
    return True


def _close(node: Node, case: Any, now: datetime) -> None:
    Case.objects.filter(pk=case.pk).update(closed_at=now, turn=Turn.NOBODY.value, turn_since=now, due=None)


def _archive(node: Node, case: Any, now: datetime) -> None:
    Case.objects.filter(pk=case.pk).update(archived_at=now)


def _destroy(node: Node, case: Any, now: datetime) -> None:
    """With the case go the transcripts of it that this desk gave to others of its participant."""
    for each in [*told_inside(case), case]:
        _destroy_one(node, each, now)


def _destroy_one(node: Node, case: Any, now: datetime) -> None:
    place = {name: getattr(case, name) for name in ("register", "participant", "node", "desk", "case")}
    own = DeskRef(case.participant, case.node, case.desk)
    stub = _sign(node, case, _stub(case, place, own, now), own)
    CaseStub.objects.create(**place, stub=stub, stub_hash=digest(stub), destroyed_at=now)
    _drop_files(node, place)
    _empty(place)
    Case.objects.filter(pk=case.pk).update(
        destroyed_at=now, reference="", incident_type="", severity=None, outcome="", due=None
    )


def _stub(case: Any, place: dict[str, str], own: DeskRef, now: datetime) -> Stub:
    sent = OutgoingCopy.objects.filter(**{f"message__{name}": value for name, value in place.items()})
    received = IncomingCopy.objects.filter(**place)
    told = [
        *(_written(row, own) for row in sent.select_related("message").order_by("pk")),
        *(_read(row, own) for row in received.order_by("pk")),
    ]
    return Stub(
        register=case.register,
        case=case.case,
        by=own.at,
        desk=own,
        parties=read_parties(bytes(case.parties)),
        exercise=case.exercise,
        opened=format_instant(case.opened_at),
        last=format_instant(case.last_at),
        destroyed=format_instant(now),
        messages=tuple(sorted(told, key=lambda each: (each.at, each.message))),
    )


def _written(row: Any, own: DeskRef) -> StubMessage:
    message = row.message
    return StubMessage(
        id=message.message_id,
        form=message.form,
        sender=own,
        desk=DeskRef(row.participant, row.node, row.desk),
        core=message.core_hash,
        message=row.message_hash,
        at=format_instant(message.composed_at),
        receipts=tuple(row.receipts.order_by("n").values_list("receipt_hash", flat=True)),
    )


def _read(row: Any, own: DeskRef) -> StubMessage:
    return StubMessage(
        id=row.message_id,
        form=row.form,
        sender=DeskRef(row.from_participant, row.from_node, row.from_desk),
        desk=own,
        core=row.core_hash,
        message=row.message_hash,
        at=format_instant(row.received_at),
        receipts=tuple(row.receipts.order_by("n").values_list("receipt_hash", flat=True)),
    )


def _sign(node: Node, case: Any, stub: Stub, own: DeskRef) -> bytes:
    return sign_stub(stub, own_memory(node).signer(Purpose.MESSAGE, case.register, own.at))


def _drop_files(node: Node, place: dict[str, str]) -> None:
    """Forget the rows of files, and after the commit the sealed bytes that nothing else names."""
    hold_blobs(sweeping=True)
    mine = [
        AttachmentRow.objects.filter(**{f"{side}__{name}": value for name, value in place.items()})
        for side in ("incoming", "outgoing")
    ]
    named = {sealed for rows in mine for sealed in rows.values_list("sealed", flat=True)}
    for rows in mine:
        rows.delete()
    for sealed in sorted(named - named_blobs(named)):
        after_commit(lambda sealed=sealed: node.blobs.remove(sealed))  # type: ignore[misc]


def _empty(place: dict[str, str]) -> None:
    """Take everything away that says what was said."""
    messages = OutgoingMessage.objects.filter(**place)
    ids = {*messages.values_list("message_id", flat=True), *messages.exclude(batch="").values_list("batch", flat=True)}
    desk = {name: value for name, value in place.items() if name != "case"}
    OutgoingCopy.objects.filter(message__in=messages).update(plaintext=b"", sealed=b"")
    messages.update(core=b"")
    FetchedMail.objects.filter(sent__copy__message__in=messages).update(raw=b"", sender="")
    IncomingCopy.objects.filter(**place).update(plaintext=b"", notes=[])
    TrackedReport.objects.filter(**place).delete()
    Measurement.objects.filter(**place).delete()
    for table in (FollowUp, CaseNote, CitedNorm, CaseAccess, ClearanceRequest, Review, *OF_REQUESTS):
        table.objects.filter(**place).delete()
    RequestFile.objects.filter(**place).update(grounds=[])
    ClearanceRequest.objects.filter(**desk, sent_as__in=ids).delete()
    ClearanceElsewhere.objects.filter(**desk, internal=place["case"]).delete()
    Draft.objects.filter(**desk, sent_as__in=ids).delete()


_STEPS = {Step.CLOSE: _close, Step.ARCHIVE: _archive, Step.DESTROY: _destroy}
PAST = {Step.CLOSE: "closed-by-rule", Step.ARCHIVE: "archived", Step.DESTROY: "destroyed"}
