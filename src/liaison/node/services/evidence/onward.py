"""How is consent asked for and given before evidence goes on to somebody else?

    ask_onward(node, seat, "9f86d081", other, {"lang":"en","text":"…"}, by=7)     a message to whoever collected it
    answer_onward(node, seat, message_id, allowed=True, by=7)                     a signed line, and the answer with it

Invariants (docs/spec/evidence.md): consent is a line in the record, for one recipient, by the desk that collected the
evidence; it travels with the record, so whoever checks it sees that it was there before the evidence went on.
"""

from __future__ import annotations

import msgspec

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.cooperation.evidence import onward_question
from liaison.node.services.evidence.arriving import ANSWER, REQUEST
from liaison.node.services.evidence.giving import Inputs
from liaison.node.services.evidence.keeping import custody_of, own_item, require_held
from liaison.node.services.evidence.leaving import ALLOWED, REFUSED, case_between, evidence_letter
from liaison.node.services.inside.clearance import Asking, Gone, send_or_ask
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON


def ask_onward(
    node: Node,
    seat: Seat,
    evidence: str,
    recipient: DeskRef,
    reason: JSON,
    *,
    by: int,
    typed: Inputs | None = None,
    leased: bool = False,
) -> Gone:
    """Ask the desk that collected the evidence whether it may go on to another. Raises UsageError."""
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        row = own_item(seat.register, seat.desk, evidence, lock=True)
        require_held(row)
        custody = custody_of(row)
        if custody.source is None or custody.source == seat.desk:
            raise UsageError("evidence-own")
        exercise = custody.order[0].line.exercise
        fields = {"evidence": row.evidence, "recipient": msgspec.to_builtins(recipient), "reason": reason}
        letter = Letter(
            register=seat.register,
            sender=seat.desk,
            to=(custody.source,),
            form=REQUEST,
            fields=fields,
            exercise=exercise,
            re=row.given_core or None,
            case=case_between(row, custody.source),
            written_by=by,
        )
        gone = send_or_ask(node, letter, Asking(officer=by, typed=typed or {}, leased=leased))
        told: JSON = {"desk": row.desk, "evidence": row.evidence, "to": str(recipient)}
        note(node, "evidence-onward-asked", officer=by, subject=row.case, params=told, participant=row.participant)
    return gone


def answer_onward(
    node: Node,
    seat: Seat,
    message_id: str,
    *,
    allowed: bool,
    by: int,
    remark: JSON = None,
    typed: Inputs | None = None,
    leased: bool = False,
) -> Gone:
    """Answer such a request; consent is a signed line that goes with the answer. Raises UsageError."""
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        asked = onward_question(node, seat.register, seat.desk, message_id)
        row = own_item(seat.register, seat.desk, asked.evidence, lock=True)
        if row.given_in:
            raise UsageError("evidence-not-own")
        fields: dict[str, JSON] = {
            "evidence": row.evidence,
            "recipient": msgspec.to_builtins(asked.recipient),
            "answer": ALLOWED if allowed else REFUSED,
        }
        if remark is not None:
            fields["remark"] = remark
        letter = evidence_letter(
            row, ANSWER, fields, to=asked.core.sender, case=asked.core.case, re=asked.core_hash, written_by=by
        )
        return send_or_ask(node, letter, Asking(officer=by, typed=typed or {}, leased=leased))
