"""How is evidence handed over? In a message with its conditions as fields and its custody record as the first file.

    gone = hand_over(node, seat, "9f86d081", HandOver(to=desk, conditions=…), by=7)
    gone.sent, gone.request       what left, or the number under which it waits for a second person

Invariants (docs/spec/evidence.md):
- what may not go is refused when it is handed in, and judged again when it leaves (`leaving`);
- what the desk itself was given goes on under the same conditions, and only to whom they allow;
- to a desk without a node of its own nothing is handed over: nobody there could sign for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from liaison.cooperation.evidence.conditions import UseConditions, fields_of
from liaison.errors import UsageError
from liaison.messages.message import Tlp, Urgency
from liaison.messages.parties import DeskRef
from liaison.node.models import EvidenceItem
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.mail.targets import mail_targets
from liaison.node.services.evidence.arriving import HAND_OVER
from liaison.node.services.evidence.keeping import custody_of, files_of, own_item, record_of, require_held
from liaison.node.services.evidence.leaving import evidence_letter, may_go, require_here
from liaison.node.services.inside.clearance import Asking, Gone, send_or_ask
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require

Inputs = Mapping[str, Sequence[str]]


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


def hand_over(
    node: Node, seat: Seat, evidence: str, wish: HandOver, *, by: int, typed: Inputs | None = None, leased: bool = False
) -> Gone:
    """Hand evidence over to one desk, in the case it belongs to where that is between the two, else in a new one.

    `typed`: what stood in the inputs, kept for its writer while it waits. Raises UsageError where the conditions or the
    desk's means do not allow it, and what `send_letter` raises.
    """
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        row, conditions = _to_hand_over(node, seat, evidence, wish)
        letter = _letter(row, wish, conditions, by)
        return send_or_ask(node, letter, Asking(officer=by, typed=typed or {}, leased=leased))


def check_hand_over(node: Node, seat: Seat, evidence: str, wish: HandOver) -> UseConditions:
    """The conditions it would go under. Raises UsageError where it may not go."""
    require(Action.WRITE, seat.roles)
    with unit_of_work(node):
        return _to_hand_over(node, seat, evidence, wish)[1]


def _to_hand_over(node: Node, seat: Seat, evidence: str, wish: HandOver) -> tuple[EvidenceItem, UseConditions]:
    """The item, locked, and the conditions it goes under."""
    if mail_targets(register_facts(node, seat.register), seat.desk, [wish.to]):
        raise UsageError("evidence-by-mail")
    row = own_item(seat.register, seat.desk, evidence, lock=True)
    require_held(row)
    require_here(node, files_of(row))
    custody = custody_of(row)
    conditions, _ = may_go(custody, custody.holders[seat.desk], wish.to, wish.conditions)
    return row, conditions


def _letter(row: EvidenceItem, wish: HandOver, conditions: UseConditions, by: int) -> Letter:
    words: Any = msgspec.to_builtins(record_of(row).manifest.description)
    fields = {"evidence": row.evidence, "description": words, **fields_of(conditions)}
    return evidence_letter(
        row,
        HAND_OVER,
        fields,
        to=wish.to,
        re=wish.re,
        tlp=wish.tlp,
        marking=wish.marking,
        urgency=wish.urgency,
        host_may_read=wish.host_may_read,
        written_by=by,
        attachments=files_of(row),
    )
