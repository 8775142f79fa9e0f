"""Which rules did a desk make: of clearance, of retention?

Invariants: a rule holds at one desk; without any, messages leave at once and cases are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liaison.messages.parties import DeskRef
from liaison.node.models import ClearanceRule, Membership, RetentionRule
from liaison.node.models.people import in_force
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.node.work.statements import fetch
from liaison.officers import clearance, retention
from liaison.officers.permissions import MAY, Action

COUNTS = ("form", "urgency", "demand", "minutes", "silence")
"""What of a rule of clearance counts for a message; read for every message, so by a statement made once."""


@dataclass(frozen=True, slots=True)
class Made:
    """A rule with its number, and who made it when."""

    number: int
    rule: Any
    changed_by: int
    changed_at: datetime


def columns(register: str, desk: DeskRef) -> dict[str, Any]:
    """What keeps a query to one own desk in one register."""
    return {"register": register, "participant": desk.participant, "node": desk.node, "desk": desk.desk}


def rule_for(register: str, desk: DeskRef, *, form: str, urgency: str) -> clearance.Rule | None:
    """Inside a reading or a unit of work: the rule of clearance that counts for such a message."""
    rows = fetch(ClearanceRule, COUNTS, **columns(register, desk))
    return clearance.find_rule([_clearance(row) for row in rows], form=form, urgency=urgency)


def clearance_rules(node: Node, register: str, desk: DeskRef) -> list[Made]:
    """The table of a desk, the most general rule first."""
    with reading(node):
        rows = ClearanceRule.objects.filter(**columns(register, desk)).order_by("form", "urgency")
        made = rows.values_list(*COUNTS, "pk", "changed_by", "changed_at")
        return [Made(number, _clearance(counts), by, at) for *counts, number, by, at in made]


def retention_rules(node: Node, register: str, desk: DeskRef) -> list[Made]:
    """The table of a desk, the most general rule first."""
    with reading(node):
        rows = RetentionRule.objects.filter(**columns(register, desk)).order_by("form", "marking")
        return [Made(row.pk, read_retention(row), row.changed_by, row.changed_at) for row in rows]


def approvers(node: Node, register: str, desk: DeskRef) -> frozenset[int]:
    """The officers who may clear messages of a desk."""
    with reading(node):
        return _who_may(node, Action.CLEAR, register, desk)


def writers(node: Node, register: str, desk: DeskRef) -> frozenset[int]:
    """Inside a reading or a unit of work: the officers who may write messages of a desk now."""
    return _who_may(node, Action.WRITE, register, desk)


def _who_may(node: Node, action: Action, register: str, desk: DeskRef) -> frozenset[int]:
    roles = [role.value for role, may in MAY.items() if action in may]
    held = Membership.objects.filter(in_force(node.clock.now()), **columns(register, desk))
    rows = held.filter(role__in=roles, officer__is_active=True)
    return frozenset(rows.values_list("officer", flat=True))


def read_retention(row: RetentionRule) -> retention.Rule:
    """The rule that a row keeps."""
    return retention.Rule(row.form, row.marking, row.close_days, row.archive_days, row.destroy_days)


def _clearance(row: Sequence[Any]) -> clearance.Rule:
    form, urgency, demand, minutes, silence = row
    falls_to = clearance.Silence(silence or clearance.Silence.RETURNS.value)
    return clearance.Rule(form, urgency, clearance.Demand(demand), timedelta(minutes=minutes), falls_to)
