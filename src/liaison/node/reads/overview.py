"""What does the operator see of the registers followed: how far, how fresh, what is pending, what is wrong?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liaison.errors import Param
from liaison.node.log.views import PARTICIPANT, RowsView
from liaison.node.models import Alarm, FactRow, FollowedRegister, LoggedEntry
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.register.standing import witness_policy


@dataclass(frozen=True, slots=True)
class Overview:
    """One followed register."""

    register: str
    origin: str
    title: str
    rehearsal: bool
    size: int
    trusted_size: int
    witnesses: int
    needed: int
    checked_at: datetime | None
    stopped: str
    alarms: int


@dataclass(frozen=True, slots=True)
class AlarmRead:
    """One alarm; `code` and `params` are told in words by the explanations."""

    code: str
    subject: str
    params: dict[str, Param]
    raised_at: datetime
    evidence: bytes


@dataclass(frozen=True, slots=True)
class EntryRead:
    """One leaf and its verdict."""

    index: int
    kind: str
    participant: str
    node: str
    verdict: str
    rule: str
    trusted: bool


def overviews(node: Node) -> list[Overview]:
    """Every register this node follows."""
    with reading(node):
        return [_overview(row) for row in FollowedRegister.objects.order_by("register")]


def _overview(row: FollowedRegister) -> Overview:
    policy = witness_policy(RowsView(row.register, pending=True), row.size)
    return Overview(
        row.register,
        row.origin,
        row.title,
        row.rehearsal,
        row.size,
        row.trusted_size,
        len(policy.cosigners),
        policy.k,
        row.checked_at,
        row.stopped,
        Alarm.objects.filter(register=row.register).count(),
    )


def participant_ids(node: Node, register: str) -> list[str]:
    """Every participant, trusted or pending, the secretariat included."""
    with reading(node):
        rows = FactRow.objects.filter(register=register, kind=PARTICIPANT).values_list("name", flat=True)
        return sorted(set(rows))


def alarms(node: Node, register: str) -> list[AlarmRead]:
    """What a person must look at, oldest first."""
    with reading(node):
        rows = Alarm.objects.filter(register=register).order_by("raised_at", "code", "subject")
        return [AlarmRead(row.code, row.subject, row.params, row.raised_at, bytes(row.evidence)) for row in rows]


def entries(node: Node, register: str, *, start: int = 0, verdict: str = "", limit: int = 100) -> list[EntryRead]:
    """Leaves from `start` on, of one verdict if named."""
    with reading(node):
        trusted = FollowedRegister.objects.get(register=register).trusted_size
        rows = LoggedEntry.objects.filter(register=register, index__gte=start)
        rows = rows.filter(verdict=verdict) if verdict else rows
        return [
            EntryRead(row.index, row.kind, row.participant, row.node, row.verdict, row.rule, row.index < trusted)
            for row in rows.order_by("index")[:limit]
        ]
