"""How does a desk make its rules of clearance and of retention, and its holds?

Invariants: directory managers and administrators make them; one rule a form and urgency (or marking), replaced when it
is made again; each change is a line of the audit trail. A rule speaks of what comes after it: what waits already keeps
the deadline it was handed in under.
"""

from __future__ import annotations

from typing import Any

from liaison.errors import UsageError
from liaison.messages.forms import code_list, latest_form
from liaison.node.models import Case, ClearanceRule, RetentionHold, RetentionRule
from liaison.node.models.inside import REASON
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers import clearance, retention
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON


def make_clearance_rule(node: Node, seat: Seat, rule: clearance.Rule, *, by: int) -> None:
    """Make a rule, or replace the one for this form and urgency. Raises UsageError."""
    require(Action.SET_RULES, seat.roles)
    clearance.check_rule(rule)
    _check_form(rule.form)
    if rule.urgency and rule.urgency not in code_list("urgency"):
        raise UsageError("urgency-not-known", urgency=rule.urgency[:16])
    needed = rule.demand is clearance.Demand.NEEDED
    values: dict[str, Any] = {
        "demand": rule.demand.value,
        "minutes": int(rule.within.total_seconds() // 60) if needed else 0,
        "silence": rule.silence.value if needed else "",
        "changed_by": by,
        "changed_at": node.clock.now(),
    }
    with unit_of_work(node):
        key = {**columns(seat.register, seat.desk), "form": rule.form, "urgency": rule.urgency}
        ClearanceRule.objects.update_or_create(**key, defaults=values)
        told: JSON = {
            "demand": rule.demand.value,
            "minutes": int(rule.within.total_seconds() // 60) if needed else 0,
            "silence": rule.silence.value if needed else "",
            "form": rule.form,
            "urgency": rule.urgency,
            "desk": seat.desk.desk,
        }
        note(node, "clearance-rule-made", officer=by, params=told, participant=seat.desk.participant)


def make_retention_rule(node: Node, seat: Seat, rule: retention.Rule, *, by: int) -> None:
    """Make a rule, or replace the one for this form and marking. Raises UsageError."""
    require(Action.SET_RULES, seat.roles)
    retention.check_rule(rule)
    _check_form(rule.form)
    days = {name: getattr(rule, name) for name in ("close_days", "archive_days", "destroy_days")}
    with unit_of_work(node):
        key = {**columns(seat.register, seat.desk), "form": rule.form, "marking": rule.marking[:80]}
        RetentionRule.objects.update_or_create(
            **key, defaults={**days, "changed_by": by, "changed_at": node.clock.now()}
        )
        told = {**days, "form": rule.form, "marking": rule.marking, "desk": seat.desk.desk}
        note(node, "retention-rule-made", officer=by, params=told, participant=seat.desk.participant)


def drop_rule(node: Node, seat: Seat, kind: str, number: int, *, by: int) -> None:
    """Take a rule of `clearance` or `retention` away; idempotent. Raises UsageError."""
    require(Action.SET_RULES, seat.roles)
    table = {"clearance": ClearanceRule, "retention": RetentionRule}[kind]
    with unit_of_work(node):
        gone, _ = table.objects.filter(**columns(seat.register, seat.desk), pk=number).delete()
        if gone:
            told = {"desk": seat.desk.desk}
            note(node, f"{kind}-rule-dropped", officer=by, params=told, participant=seat.desk.participant)


def hold(node: Node, seat: Seat, case: str, reason: str, *, by: int) -> None:
    """Let nothing of a case (empty: of the desk) be destroyed. Raises UsageError, also without a reason."""
    require(Action.SET_RULES, seat.roles)
    if not 0 < len(reason.strip()) <= REASON:
        raise UsageError("hold-reason", limit=REASON)
    with unit_of_work(node):
        place = columns(seat.register, seat.desk)
        if case and not Case.objects.filter(**place, case=case).exists():
            raise UsageError("case-not-found", case=case[:36])
        values = {"reason": reason.strip(), "set_by": by, "set_at": node.clock.now()}
        RetentionHold.objects.update_or_create(**place, case=case, defaults=values)
        _note_hold(node, seat, "hold-set", case, by)


def lift_hold(node: Node, seat: Seat, case: str, *, by: int) -> None:
    """Let the rules go on; idempotent. Raises UsageError."""
    require(Action.SET_RULES, seat.roles)
    with unit_of_work(node):
        gone, _ = RetentionHold.objects.filter(**columns(seat.register, seat.desk), case=case).delete()
        if gone:
            _note_hold(node, seat, "hold-lifted", case, by)


def _note_hold(node: Node, seat: Seat, action: str, case: str, by: int) -> None:
    told = {"desk": seat.desk.desk}
    note(node, action, officer=by, subject=case, params=told, participant=seat.desk.participant)


def _check_form(form: str) -> None:
    if form:
        latest_form(form)
