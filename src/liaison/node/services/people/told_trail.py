"""What of the audit trail may one participant's people read, and how does it leave the node?

    rows = lines(node, seat, TrailFilter(action="role-granted"))      newest first
    for line in export_lines(node, seat): …                           the whole chain, in order

Invariants:
- Lines of another participant are never told; in an export they stand as number and hashes only, so that the chain can
  be checked without them (`liaison officer audit --file`).
- Lines about the whole node are told where it serves one participant; on a shared node only its operator reads them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.node.models import AuditRow, HostedNode, Officer
from liaison.node.node import Node
from liaison.node.services.people.audit import AuditLine, audit_line, every_line
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What is asked for; empty fields do not narrow. `officer` is an id, `since` and `until` instants."""

    action: str = ""
    officer: int | None = None
    since: datetime | None = None
    until: datetime | None = None


ABOUT_OFFICERS = frozenset({"deputy-ended", "deputy-named", "invitation-used", "leaving-step-done", "lost-access-ended",
    "officer-added", "officer-address-changed", "officer-invited", "officer-left", "one-time-codes-removed",
    "one-time-codes-set-up", "passkey-added", "passkey-removed", "person-changed", "provider-account-known",
    "recovery-code-used", "recovery-codes-renewed", "role-granted", "role-withdrawn", "session-ended", "sessions-ended",
    "signed-in"})  # fmt: skip
"""The actions whose subject is an officer, by number."""

NAMING_OFFICERS = ("deputy", "officer", "officers")
"""The details that are officers, by number."""


@dataclass(frozen=True, slots=True)
class TrailRead:
    """One line with the name of whoever did it, empty for the command line and the node itself, and the names of the
    officers whom it is about or whom its details name, by their numbers."""

    line: AuditLine
    name: str
    people: Mapping[str, str]

    @property
    def about(self) -> str:
        """The officer whom it is about; empty where it is about none."""
        return self.people.get(self.line.subject, "") if self.line.action in ABOUT_OFFICERS else ""


def serves_one(node: Node) -> bool:
    """Whether this node serves a single participant."""
    with reading(node):
        return HostedNode.objects.values("participant").distinct().count() <= 1


def lines(node: Node, seat: Seat, wanted: TrailFilter, *, limit: int = 200) -> list[TrailRead]:
    """The newest lines that fit, newest first."""
    with reading(node):
        rows = _narrow(AuditRow.objects.filter(participant__in=_readable(node, seat)), wanted).order_by("-pk")[:limit]
        found = [audit_line(row) for row in rows]
        wanted_names = {number for line in found for number in (line.officer, *_named(line))}
        names = dict(Officer.objects.filter(pk__in=wanted_names).values_list("pk", "name"))
    return [TrailRead(line, names.get(line.officer, ""), _people(names, _named(line))) for line in found]


def _people(names: Mapping[int, str], numbers: Iterable[int]) -> Mapping[str, str]:
    return {str(number): names[number] for number in numbers if number in names}


def _named(line: AuditLine) -> Iterator[int]:
    """The officers that a line speaks of."""
    if line.action in ABOUT_OFFICERS and line.subject.isdecimal():
        yield int(line.subject)
    for value in (line.params.get(name) for name in NAMING_OFFICERS):
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, int))


def actions(node: Node, seat: Seat) -> list[str]:
    """The codes of what was done, for a filter."""
    with reading(node):
        rows = AuditRow.objects.filter(participant__in=_readable(node, seat))
        return sorted(rows.values_list("action", flat=True).distinct())


def export_lines(node: Node, seat: Seat) -> Iterator[AuditLine]:
    """Every line in order; those of others without their contents."""
    readable = _readable(node, seat)
    for line in every_line(node):
        if line.participant in readable:
            yield line
        else:
            yield dataclasses.replace(line, participant="", officer=0, action="", subject="", params={})


def _readable(node: Node, seat: Seat) -> frozenset[str]:
    return frozenset({seat.desk.participant} | ({""} if serves_one(node) else set()))


def _narrow(rows: Any, wanted: TrailFilter) -> Any:
    given = {
        "action": wanted.action or None,
        "officer": wanted.officer,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
    }
    return rows.filter(**{name: value for name, value in given.items() if value is not None})
