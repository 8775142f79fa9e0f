"""Which evidence does a desk have, under which conditions, and what was done with it?

    list_evidence(node, register, desk, case="019a…")     the newest last
    show_evidence(node, register, desk, "9f86d081")       one item with its record, judged by this node's register
    onward_question(node, register, desk, "019a…")        what another desk asks to hand on

Invariants: rows of the desk alone; values only; the conditions are shown before anything opens, with the code by which
they are accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from liaison.cooperation.evidence.chain import Holder
from liaison.cooperation.evidence.conditions import UseConditions, hash_conditions
from liaison.cooperation.evidence.manifest import Manifest, decode_manifest
from liaison.cooperation.evidence.report import CustodyReport
from liaison.cooperation.evidence.verify import verify_record
from liaison.errors import UsageError
from liaison.messages.forms.strict import strictly
from liaison.messages.message import Core, open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, EvidenceItem, EvidenceMessage, IncomingCopy
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.judging import own_mirror
from liaison.node.services.evidence.arriving import REQUEST
from liaison.node.services.evidence.keeping import custody_of, files_of, own_item, record_of
from liaison.node.services.line.cases import read_parties
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON

MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRead:
    """One item as this desk has it; `conditions` bind the desk, None where it collected the evidence itself.

    `accept` is the hash by which they are accepted, empty where there are none; `missing` the files that are not here;
    `others` the other desks of its case.
    """

    evidence: str
    case: str
    state: str
    manifest: Manifest
    source: DeskRef | None
    given_by: DeskRef | None
    given_in: str
    conditions: UseConditions | None
    accept: str
    opened: bool
    ends_by: datetime | None
    missing: tuple[str, ...]
    exercise: bool
    others: tuple[DeskRef, ...]


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A message whose evidence is not in custody here: `waiting` for its record, or `refused` with the reason."""

    message_id: str
    case: str
    form: str
    state: str
    reason: str


def list_evidence(node: Node, register: str, desk: DeskRef, *, case: str = "") -> list[EvidenceRead]:
    """The evidence of a desk, or of one of its cases, the newest last."""
    with reading(node):
        rows = EvidenceItem.objects.filter(**columns(register, desk))
        rows = rows.filter(case=case) if case else rows
        return [_read(node, row, desk) for row in reversed(rows.order_by("-pk")[:MOST])]


def show_evidence(node: Node, register: str, desk: DeskRef, evidence: str) -> tuple[EvidenceRead, CustodyReport]:
    """One item with its record. Raises UsageError."""
    with reading(node):
        row = own_item(register, desk, evidence)
        return _read(node, row, desk), verify_record(record_of(row), own_mirror(node, register))


def not_taken(node: Node, register: str, desk: DeskRef) -> list[NotTaken]:
    """Messages about evidence that are not in its record yet, the newest last."""
    with reading(node):
        place = {f"incoming__{name}": value for name, value in columns(register, desk).items()}
        rows = EvidenceMessage.objects.filter(**place).exclude(state="taken").select_related("incoming")
        found = reversed(rows.order_by("-pk")[:MOST])
        return [
            NotTaken(row.incoming.message_id, row.incoming.case, row.incoming.form, row.state, row.reason)
            for row in found
        ]


@dataclass(frozen=True, slots=True)
class OnwardQuestion:
    """What another desk asks: may it hand `evidence` of this desk on to `recipient`?"""

    evidence: str
    recipient: DeskRef
    core: Core
    core_hash: str
    fields: Mapping[str, JSON]


def onward_question(node: Node, register: str, desk: DeskRef, message_id: str) -> OnwardQuestion:
    """Such a message to this desk, by its id or the beginning of it. Raises UsageError."""
    with reading(node):
        rows = IncomingCopy.objects.filter(READABLE, **columns(register, desk), form=REQUEST, verdict="accepted")
        found = list(rows.filter(message_id__startswith=message_id.lower())[:2])
        if len(found) != 1:
            raise UsageError("message-ambiguous" if found else "message-not-found", message=message_id[:36])
        asked = open_message(bytes(found[0].plaintext))
    recipient = strictly(asked.fields["recipient"], DeskRef)
    return OnwardQuestion(str(asked.fields["evidence"]), recipient, asked.core, asked.core_hash, asked.fields)


def _read(node: Node, row: EvidenceItem, desk: DeskRef) -> EvidenceRead:
    custody = custody_of(row)
    holder = custody.holders.get(desk) or Holder(desk, (), None, holds=False)
    conditions = holder.conditions
    return EvidenceRead(
        evidence=row.evidence,
        case=row.case,
        state=row.state,
        manifest=decode_manifest(bytes(row.manifest)),
        source=custody.source,
        given_by=None if holder.given is None else holder.given.line.by,
        given_in=row.given_in,
        conditions=conditions,
        accept="" if conditions is None else hash_conditions(conditions),
        opened=any(each.line.event == "opened" for each in holder.lines),
        ends_by=row.ends_by,
        missing=tuple(each.name for each in files_of(row) if not node.blobs.has(each.sealed)),
        exercise=custody.order[0].line.exercise,
        others=_others(row, desk),
    )


def _others(row: EvidenceItem, desk: DeskRef) -> tuple[DeskRef, ...]:
    found = Case.objects.filter(**columns(row.register, desk), case=row.case).first()
    return () if found is None else tuple(sorted(set(read_parties(bytes(found.parties))) - {desk}))
