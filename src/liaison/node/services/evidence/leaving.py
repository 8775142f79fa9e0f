"""What is signed in the very moment a message about evidence leaves? Its line of the record, which goes with it.

    letter = evidence_letter(row, "evidence-handover", fields, to=desk)      says of which item it speaks, unsigned
    ready = with_record(node, letter)                                        signed, its record as the first file

Invariants (docs/spec/evidence.md):
- the line and the message are one transaction, so a letter that waits for clearance has handed nothing over yet;
- whether the item may go is judged again then: it may have been destroyed, or consent been given, meanwhile;
- a letter that speaks of no item of evidence stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from liaison.cooperation.evidence.chain import Custody, Holder, may_hand_on
from liaison.cooperation.evidence.conditions import UseConditions, check_conditions, conditions_of
from liaison.cooperation.evidence.custody import Event
from liaison.cooperation.evidence.record import encode_record
from liaison.errors import UsageError
from liaison.messages.forms.strict import strictly
from liaison.messages.message import Attachment
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, EvidenceItem
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.evidence.arriving import ANSWER, HAND_OVER, RECORD_NAME, RECORD_TYPE
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
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.audit import note
from liaison.wire.canonical import JSON

ALLOWED, REFUSED = "allowed", "refused"


def evidence_letter(
    row: EvidenceItem, form: str, fields: dict[str, JSON], *, to: DeskRef, case: str | None = None, **rest: Any
) -> Letter:
    """A letter about evidence, inside a unit of work that holds the item; `with_record` makes it whole."""
    return Letter(
        register=row.register,
        sender=desk_of(row),
        to=(to,),
        form=form,
        fields=fields,
        exercise=record_of(row).lines[0].line.exercise,
        case=case or case_between(row, to),
        evidence=row.evidence,
        **rest,
    )


def case_between(row: EvidenceItem, other: DeskRef) -> str | None:
    """The case of the item where it is between the desk and one other, None where a new one has to begin."""
    found = Case.objects.filter(**columns(row.register, desk_of(row)), case=row.case).first()
    between = found is not None and set(read_parties(bytes(found.parties))) == {desk_of(row), other}
    return row.case if between else None


def with_record(node: Node, letter: Letter) -> Letter:
    """The letter with its line signed and its record added, in the unit of work that sends it. Raises UsageError."""
    if not letter.evidence:
        return letter
    row = own_item(letter.register, letter.sender, letter.evidence, lock=True)
    if letter.form == HAND_OVER:
        _hand_over(node, row, letter)
    elif letter.form == ANSWER:
        _answer(node, row, letter)
    return add_record(node, row, letter)


def add_record(node: Node, row: EvidenceItem, letter: Letter) -> Letter:
    """The letter with the record as it stands now before its other files."""
    data = encode_record(record_of(row))
    record = seal_attachment(node, name=RECORD_NAME, media_type=RECORD_TYPE, chunks=[data])
    return replace(letter, attachments=(record, *letter.attachments), evidence="")


def _hand_over(node: Node, row: EvidenceItem, letter: Letter) -> None:
    require_held(row)
    require_here(node, files_of(row))
    to, custody = letter.to[0], custody_of(row)
    conditions, consent = may_go(custody, custody.holders[desk_of(row)], to, conditions_of(letter.fields))
    write_line(node, row, Event.HANDED_OVER, to=to, conditions=conditions, consent=consent)
    _noted(node, row, letter, "evidence-handed-over", {"to": str(to)})


def _answer(node: Node, row: EvidenceItem, letter: Letter) -> None:
    recipient, answer = strictly(letter.fields["recipient"], DeskRef), letter.fields["answer"]
    if answer == ALLOWED:
        write_line(node, row, Event.CONSENTED, to=recipient)
    _noted(node, row, letter, "evidence-onward-answered", {"to": str(recipient), "answer": answer})


def _noted(node: Node, row: EvidenceItem, letter: Letter, action: str, more: dict[str, JSON]) -> None:
    told: JSON = {"desk": row.desk, "evidence": row.evidence, **more}
    note(node, action, officer=letter.written_by, subject=row.case, params=told, participant=row.participant)


def may_go(
    custody: Custody, holder: Holder, to: DeskRef, wished: UseConditions | None
) -> tuple[UseConditions, str | None]:
    """The conditions it goes under, and the line that allows it where one has to. Raises UsageError."""
    bound = holder.conditions
    if bound is None:
        if wished is None:
            raise UsageError("evidence-without-conditions")
        check_conditions(wished)
        return wished, None
    if wished not in (None, bound):
        raise UsageError("evidence-conditions-bound")
    consent = consent_for(custody, to)
    if not may_hand_on(holder, to, source=custody.source, consented=consent is not None):
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


def require_here(node: Node, files: Sequence[Attachment]) -> None:
    """Return where every sealed file is on this node. Raises UsageError."""
    for each in files:
        if not node.blobs.has(each.sealed):
            raise UsageError("evidence-not-here", name=each.name)
