"""What stands in the log of a register, since when, and what exactly does one entry say?

    list_entries(node, register, kind="desk.published", below=120)     newest first
    entries_since(node, register, day)                                 what may have come in since that instant
    show_entry(node, register, 17)                                     one leaf with its words, signers and verdict

Invariants: the log notes times only now and then, so an entry came in between two noted times; where a date is asked
for, what may be older is listed too, and its earliest time says so. Void entries are shown, with their rule.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from liaison.errors import UsageError
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.views import RowsView
from liaison.node.models import FollowedRegister, LoggedEntry
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.register.entries import decode_entry
from liaison.register.facts import TimeNoted
from liaison.tlog.log import read_entries


@dataclass(frozen=True, slots=True)
class EntryListed:
    """One leaf in a list; it came in after `after` and not later than `by`, as far as the log noted times."""

    index: int
    kind: str
    participant: str
    node: str
    verdict: str
    rule: str
    trusted: bool
    after: datetime | None
    by: datetime | None


@dataclass(frozen=True, slots=True)
class EntryShown:
    """One leaf with what it says: `payload` is its signed JSON, indented for reading only."""

    listed: EntryListed
    issued: str
    payload: str
    payload_hash: str
    leaf: str
    signers: tuple[str, ...]
    """Fingerprints of the keys that signed, as the envelope names them."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries a list is about; empty or None means all."""

    kind: str = ""
    participant: str = ""
    verdict: str = ""
    below: int | None = None


def list_entries(node: Node, register: str, wanted: Wanted, *, limit: int = 50) -> list[EntryListed]:
    """Entries below an index, the newest first."""
    with reading(node):
        rows = _wanted(register, wanted)
        if wanted.below is not None:
            rows = rows.filter(index__lt=wanted.below)
        return _listed(register, list(rows.order_by("-index")[:limit]))


def entries_from(node: Node, register: str, first: int, wanted: Wanted, *, limit: int) -> list[EntryListed]:
    """Entries from an index on, the oldest first."""
    with reading(node):
        rows = _wanted(register, wanted).filter(index__gte=first)
        return _listed(register, list(rows.order_by("index")[:limit]))


def first_index_since(node: Node, register: str, since: datetime) -> int:
    """The first entry that may have come in at an instant or later."""
    with reading(node):
        return _first_index_since(_times(register), since)


def entries_since(node: Node, register: str, since: datetime, *, limit: int = 200) -> list[EntryListed]:
    """What may have come in since an instant, the newest first."""
    with reading(node):
        first = _first_index_since(_times(register), since)
        rows = LoggedEntry.objects.filter(register=register, index__gte=first)
        return _listed(register, list(rows.order_by("-index")[:limit]))


def show_entry(node: Node, register: str, index: int) -> EntryShown:
    """One leaf. Raises UsageError for an index the log does not have here."""
    with reading(node):
        row = LoggedEntry.objects.filter(register=register, index=index).first()
        if row is None:
            raise UsageError("entry-not-in-log", index=index)
        size = FollowedRegister.objects.get(register=register).size
        (data,) = read_entries(DatabaseTileStore(register), index, index + 1, size=size)
        (listed,) = _listed(register, [row])
    entry = decode_entry(data, index=index)
    return EntryShown(
        listed=listed,
        issued=entry.payload.issued,
        payload=msgspec.json.format(entry.envelope.payload, indent=2).decode(),
        payload_hash=entry.payload_hash,
        leaf=entry.leaf,
        signers=tuple(each.keyid for each in entry.envelope.signatures),
    )


def kinds_in(node: Node, register: str) -> list[str]:
    """Every kind of entry the log has, sorted."""
    with reading(node):
        rows = LoggedEntry.objects.filter(register=register).values_list("kind", flat=True).distinct()
        return sorted(rows)


def _wanted(register: str, wanted: Wanted) -> Any:
    named = {"kind": wanted.kind, "participant": wanted.participant, "verdict": wanted.verdict}
    rows = LoggedEntry.objects.filter(register=register)
    return rows.filter(**{name: value for name, value in named.items() if value})


def _listed(register: str, rows: Sequence[LoggedEntry]) -> list[EntryListed]:
    trusted = FollowedRegister.objects.get(register=register).trusted_size
    times = _times(register)
    marks = [each.index for each in times]
    return [_with_times(row, row.index < trusted, times, bisect_left(marks, row.index)) for row in rows]


def _with_times(row: LoggedEntry, trusted: bool, times: Sequence[TimeNoted], place: int) -> EntryListed:
    after = _instant(times[place - 1]) if place else None
    by = _instant(times[place]) if place < len(times) else None
    return EntryListed(row.index, row.kind, row.participant, row.node, row.verdict, row.rule, trusted, after, by)


def _times(register: str) -> list[TimeNoted]:
    return sorted(RowsView(register, pending=True).times(), key=lambda each: each.index)


def _first_index_since(times: Sequence[TimeNoted], since: datetime) -> int:
    older = [each.index for each in times if _instant(each) < since]
    return max(older, default=-1) + 1


def _instant(noted: TimeNoted) -> datetime:
    return datetime.fromtimestamp(noted.at, UTC)
