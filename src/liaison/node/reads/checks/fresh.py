"""When did the owner of each desk last confirm what the register says of it, and when did anybody there last answer?

    found = freshness_of(node, place, entries)      by desk; entries that are only nominated have none
    own_freshness(node, place)                      of the own desk; None before it is in the log

Invariants (docs/spec/checks.md): an entry's own date counts as far as the log bears it out; dates of entries never
change, so each is read from the log once; the secretariat learns whether an entry is stale, not when anybody answered.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from liaison.duty.checks.results import Audience
from liaison.duty.freshness import Freshness, confirmed_at, freshness
from liaison.errors import NotNowError
from liaison.messages.parties import DeskRef
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.views import RowsView
from liaison.node.models import FollowedRegister
from liaison.node.node import Node
from liaison.node.reads.checks.results import audience_of, last_answers, node_answered
from liaison.node.reads.facts import register_facts
from liaison.node.reads.register import followed
from liaison.node.reads.writing.drafts import Place
from liaison.node.unit_of_work import reading
from liaison.register.entries import decode_entry
from liaison.register.facts import TimeNoted
from liaison.register.lookup import DeskEntry
from liaison.tlog.log import read_entries
from liaison.tlog.tiles import WIDTH
from liaison.wire.identifiers import parse_instant

MOST_REMEMBERED = 200_000

_issued: dict[tuple[str, str, int], datetime] = {}
_times: dict[tuple[str, str], tuple[int, list[TimeNoted]]] = {}


def freshness_of(node: Node, place: Place, entries: Iterable[DeskEntry]) -> dict[DeskRef, Freshness]:
    """How fresh each of these entries is, as the desk of `place` knows it."""
    now = node.clock.now()
    rows = [each for each in entries if each.participant is not None and each.node is not None]
    rows = [each for each in rows if each.register == place.register]
    if not rows:
        return {}
    confirmed = _confirmed(node, place.register, [each.index for each in rows], now)
    answered, there = last_answers(node, place, now=now), node_answered(node, place.register)
    found = {}
    for each in rows:
        desk = DeskRef(each.participant or "", each.node or "", each.desk)
        if each.index in confirmed:
            heard, node_heard = answered.get(desk), there.get(desk)
            found[desk] = freshness(confirmed[each.index], heard, now, node_answered=node_heard)
    if audience_of(place) is Audience.OWN:
        return found
    return {desk: replace(each, answered=None, node_answered=None) for desk, each in found.items()}


def own_freshness(node: Node, place: Place) -> Freshness | None:
    """How fresh the own entry is; by its confirmation alone."""
    try:
        state = register_facts(node, place.register).desk_state(place.desk)
    except NotNowError:
        return None
    if state is None or state.withdrawn_index is not None:
        return None
    now = node.clock.now()
    confirmed = _confirmed(node, place.register, [state.index], now).get(state.index)
    return freshness(confirmed, None, now) if confirmed is not None else None


def _confirmed(node: Node, register: str, indexes: Sequence[int], now: datetime) -> dict[int, datetime]:
    row = followed(node, register)
    with reading(node):
        issued = _issued_of(node, row, indexes)
        times = _times_of(node, row)
    marks = [each.index for each in times]
    found = {}
    for index, said in issued.items():
        place = bisect_left(marks, index)
        after = datetime.fromtimestamp(times[place - 1].at, UTC) if place else None
        by = datetime.fromtimestamp(times[place].at, UTC) if place < len(times) else None
        found[index] = confirmed_at(said, after=after, by=by, now=now)
    return found


def _issued_of(node: Node, row: FollowedRegister, indexes: Sequence[int]) -> dict[int, datetime]:
    """The dates that these entries bear; an index that the log does not have here is left out."""
    if len(_issued) > MOST_REMEMBERED:
        _issued.clear()
    by_bundle: defaultdict[int, list[int]] = defaultdict(list)
    for index in indexes:
        if index < row.size and (node.database, row.register, index) not in _issued:
            by_bundle[index // WIDTH].append(index)
    for bundle, wanted in by_bundle.items():
        first, end = bundle * WIDTH, min((bundle + 1) * WIDTH, row.size)
        leaves = list(read_entries(DatabaseTileStore(row.register), first, end, size=row.size))
        for index in wanted:
            entry = decode_entry(leaves[index - first])
            _issued[node.database, row.register, index] = parse_instant(entry.payload.issued)
    known = {index: _issued.get((node.database, row.register, index)) for index in indexes}
    return {index: at for index, at in known.items() if at is not None}


def _times_of(node: Node, row: FollowedRegister) -> list[TimeNoted]:
    place = (node.database, row.register)
    known = _times.get(place)
    if known is None or known[0] != row.applied:
        found = sorted(RowsView(row.register, pending=True).times(), key=lambda each: each.index)
        known = _times[place] = (row.applied, found)
    return known[1]
