"""How is evidence handed over? In a message with its conditions as fields and its custody record as the first file.

    sent = hand_over(node, seat, "9f86d081", HandOver(to=desk, conditions=…), by=7)

Invariants (docs/spec/evidence.md):
- the signed line of the hand-over and the message are one transaction;
- what the desk itself was given goes on under the same conditions, and only to whom they allow;
- to a desk without a node of its own nothing is handed over: nobody there could sign for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from liaison.cooperation.evidence.chain import Custody, Holder, may_hand_on
from liaison.cooperation.evidence.conditions import UseConditions, check_conditions, fields_of
from liaison.cooperation.evidence.custody import Event
from liaison.cooperation.evidence.record import encode_record
from liaison.errors import UsageError
from liaison.messages.message import Attachment, Tlp, Urgency
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, EvidenceItem
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.mail.targets import mail_targets
from liaison.node.services.evidence.arriving import HAND_OVER, RECORD_NAME, RECORD_TYPE
from liaison.node.services.evidence.keeping import (
    custody_of,
    desk_of,
    files_of,
    own_item,
    record_of,
    require_held,
    write_line,
)
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.cases import read_parties
from liaison.node.services.line.sending import Letter, SentMessage, send_letter
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.clearance import Cleared
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """To whom and how; without conditions those under which the desk has it itself."""

    to: DeskRef
    conditions: UseConditions | None = None
    re: str | None = None
    tlp: Tlp = "amber"
    marking: str | None = None
    urgency: Urgency = "routine"
    host_may_read: bool = False
    cleared: Cleared | None = None


def hand_over(
    node: Node, seat: Seat, evidence: str, wish: HandOver, *, by: int, leased: bool = False
) -> list[SentMessage]:
    """Hand evidence over to one desk, in the case it belongs to where that is between the two, else in a new one.

    Raises UsageError where the conditions or the desk's means do not allow it, and what `send_letter` raises.
    """
    require(Action.WRITE, seat.roles)
    if mail_targets(register_facts(node, seat.register), seat.desk, [wish.to]):
        raise UsageError("evidence-by-mail")
    with unit_of_work(node):
        row = own_item(seat.register, seat.desk, evidence, lock=True)
        require_held(row)
        _require_here(node, files_of(row))
        custody = custody_of(row)
        conditions, consent = _allowed(custody, custody.holders[seat.desk], wish)
        write_line(node, row, Event.HANDED_OVER, to=wish.to, conditions=conditions, consent=consent)
        sent = send_letter(node, _letter(node, row, wish, conditions, by), leased=leased)
        told: JSON = {"desk": seat.desk.desk, "evidence": row.evidence, "to": str(wish.to)}
        note(node, "evidence-handed-over", officer=by, subject=row.case, params=told, participant=row.participant)
    return sent


def _allowed(custody: Custody, holder: Holder, wish: HandOver) -> tuple[UseConditions, str | None]:
    """The conditions it goes under, and the line that allows it where one has to. Raises UsageError."""
    bound = holder.conditions
    if bound is None:
        if wish.conditions is None:
            raise UsageError("evidence-without-conditions")
        check_conditions(wish.conditions)
        return wish.conditions, None
    if wish.conditions not in (None, bound):
        raise UsageError("evidence-conditions-bound")
    consent = consent_for(custody, wish.to)
    if not may_hand_on(holder, wish.to, source=custody.source, consented=consent is not None):
        raise UsageError("evidence-onward", onward=bound.onward)
    return bound, consent


def consent_for(custody: Custody, to: DeskRef) -> str | None:
    """The line by which the source allowed this recipient, None where there is none."""
    found = [
        each.line_hash
        for each in custody.order
        if each.line.event is Event.CONSENTED and each.line.by == custody.source and each.line.to == to
    ]
    return found[-1] if found else None


def _require_here(node: Node, files: Sequence[Attachment]) -> None:
    for each in files:
        if not node.blobs.has(each.sealed):
            raise UsageError("evidence-not-here", name=each.name)


def _letter(node: Node, row: EvidenceItem, wish: HandOver, conditions: UseConditions, by: int) -> Letter:
    record = record_of(row)
    words: Any = msgspec.to_builtins(record.manifest.description)
    fields = {"evidence": row.evidence, "description": words, **fields_of(conditions)}
    return evidence_letter(
        node,
        row,
        HAND_OVER,
        fields,
        to=wish.to,
        re=wish.re,
        tlp=wish.tlp,
        marking=wish.marking,
        urgency=wish.urgency,
        host_may_read=wish.host_may_read,
        cleared=wish.cleared,
        written_by=by,
        files=files_of(row),
    )


def evidence_letter(
    node: Node,
    row: EvidenceItem,
    form: str,
    fields: dict[str, JSON],
    *,
    to: DeskRef,
    files: Sequence[Attachment] = (),
    case: str | None = None,
    **rest: Any,
) -> Letter:
    """A letter about evidence with its record as the first file, inside a unit of work that holds the item."""
    data = encode_record(record_of(row))
    record = seal_attachment(node, name=RECORD_NAME, media_type=RECORD_TYPE, chunks=[data])
    return Letter(
        register=row.register,
        sender=desk_of(row),
        to=(to,),
        form=form,
        fields=fields,
        exercise=record_of(row).lines[0].line.exercise,
        case=case or case_between(row, to),
        attachments=(record, *files),
        **rest,
    )


def case_between(row: EvidenceItem, other: DeskRef) -> str | None:
    """The case of the item where it is between the desk and one other, None where a new one has to begin."""
    found = Case.objects.filter(**columns(row.register, desk_of(row)), case=row.case).first()
    between = found is not None and set(read_parties(bytes(found.parties))) == {desk_of(row), other}
    return row.case if between else None
