"""How do the messages that wait for one peer go to it together, in one request?

    entries = send_messages(node, [message, …])      # of each: nothing, or why it is not receipted

Messages of any threads that wait for a call to the same peer are taken along by the next one, so that many at once
share a request, a signature and a commit on either side. Invariants (docs/spec/peer-door.md, rules 22 to 24):
- each message has its own answer: a receipt that is taken as one that came alone, or a refusal;
- a peer that has not answered yet, failed last or is slow gets one message a request; others at most what the line
  carried in two seconds, so that a request that breaks costs no more of the line; all within the leases as they stand;
- a peer that does not know the path gets single messages for an hour;
- no call begins that its lease would not outlast: what is not sent within a minute is given back.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from liaison.errors import LiaisonError
from liaison.messages.parties import DeskRef, NodeRef
from liaison.messages.receipts import Obtained
from liaison.node.node import Node
from liaison.node.reads.memory import own_memory
from liaison.node.services.line.receipts import receipt_taker
from liaison.node.work.calling import ANSWER_LIMIT, NotSentError, NotTakenError, call_peer
from liaison.node.work.combining import MOST, Combiner, Entry
from liaison.node.work.group_commit import all_in_group
from liaison.node.work.outbox import LEASE, PATIENCE, SPARE, Lease
from liaison.wire.parcel import decode_parcel, encode_parcel

MOST_BYTES = 1 << 20
SECONDS_EACH = 2.0
ALONE_SECONDS = 3600.0
WAIT_SECONDS = (LEASE - SPARE - PATIENCE).total_seconds()
"""So long may a message wait for its call: what a lease has beside a call that does not lengthen it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A sealed copy, the lease on its way out, who sends it to whom, and since when it waits for its call."""

    lease: Lease
    desk: DeskRef
    sender: NodeRef
    sealed: bytes
    since: float = 0.0

    @property
    def place(self) -> str:
        """The desk as paths name it."""
        return f"{self.desk.participant}/{self.desk.desk}"


_Entries = list[Entry[Outgoing, None]]


@dataclass(slots=True)
class _Line:
    """One of our nodes and a peer: who waits, bytes the line carried in a second, until when each goes alone."""

    waiting: Combiner[Outgoing, None] = field(default_factory=Combiner)
    carried: float = 0.0
    alone_until: float = 0.0


_lines: dict[tuple[str, str, NodeRef, NodeRef], _Line] = {}
_guard = threading.Lock()


def send_messages(node: Node, messages: Sequence[Outgoing]) -> _Entries:
    """Send messages of one of our nodes to one peer, and take their receipts; in order."""
    first, now = messages[0], node.clock.monotonic()
    with _guard:
        place = (node.database, first.lease.register, first.sender, first.lease.at)
        line = _lines.setdefault(place, _Line())
    return line.waiting.do([replace(each, since=now) for each in messages], lambda take: _send(node, line, take()))


def _send(node: Node, line: _Line, entries: _Entries) -> None:
    while entries := _in_time(node, entries):
        some = _next(node, line, entries)
        try:
            _call(node, line, some)
        except (LiaisonError, NotTakenError) as error:
            entries[0].fail(error)
            for entry in entries[1:]:
                entry.fail(NotSentError(error.code))
            return
        entries = [entry for entry in entries if not entry.done]


def _in_time(node: Node, entries: _Entries) -> _Entries:
    """Those whose leases are still good for a call; the others end as not sent."""
    latest = node.clock.monotonic() - WAIT_SECONDS
    late = [entry for entry in entries if entry.item.since < latest]
    for entry in late:
        entry.fail(NotSentError("line-slow"))
    return [entry for entry in entries if not entry.done] if late else entries


def _next(node: Node, line: _Line, entries: _Entries) -> _Entries:
    """The first of the entries that go in one request."""
    health = own_memory(node).health(entries[0].item.lease.at)
    if health.failures or health.slow or node.clock.monotonic() < line.alone_until:
        return entries[:1]
    left = min(float(MOST_BYTES), line.carried * SECONDS_EACH)
    some: _Entries = []
    for entry in entries[:MOST]:
        left -= len(entry.item.sealed)
        if some and left < 0:
            break
        some.append(entry)
    return some


def _call(node: Node, line: _Line, some: _Entries) -> None:
    """One request; each entry is done after it, unless the peer knows single messages only.

    Raises LiaisonError, and NotTakenError where the request as a whole is refused.
    """
    message = some[0].item
    begun = node.clock.monotonic()
    held = timedelta(seconds=begun - min(entry.item.since for entry in some))
    if len(some) == 1:
        path = f"/desks/{message.place}/messages"
        answer = call_peer(node, message.lease, message.sender, path=path, body=message.sealed, held=held)
        answers = [("200", answer.body)]
    else:
        answer = call_peer(
            node,
            message.lease,
            message.sender,
            path=f"/messages?count={len(some)}",
            body=encode_parcel([(entry.item.place, entry.item.sealed) for entry in some]),
            limit=len(some) * ANSWER_LIMIT,
            longest=LEASE - SPARE - held,
        )
        if answer.status in (404, 405):
            line.alone_until = node.clock.monotonic() + ALONE_SECONDS
            return
        answers = decode_parcel(answer.body, least=len(some), most=len(some)) if answer.status == 200 else []
    if answer.status != 200:
        raise NotTakenError(f"status-{answer.status}")
    size = sum(len(entry.item.sealed) for entry in some)
    line.carried = size / max(node.clock.monotonic() - begun, 1e-3)
    _take(node, some, answers)


def _take(node: Node, some: _Entries, answers: Sequence[tuple[str, bytes]]) -> None:
    takers, receipted = [], []
    for entry, (status, body) in zip(some, answers, strict=True):
        if status != "200":
            entry.fail(NotTakenError(f"status-{status}"[:64]))
            continue
        try:
            takers.append(receipt_taker(node, body, way=Obtained.ANSWER, copy_id=entry.item.lease.subject))
            receipted.append(entry)
        except LiaisonError as error:
            entry.fail(error)
    for entry, taken in zip(receipted, all_in_group(node, takers), strict=True):
        if taken.error is None:
            entry.end(None)
        else:
            entry.fail(taken.error)
