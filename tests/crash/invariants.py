"""Does it all still hold? The one checker of the invariants, for whoever breaks something between nodes.

| | what | here |
| --- | --- | --- |
| I1 | what was accepted is there for good and arrives | `nothing_lost_nothing_twice` |
| I2 | a message is at most once in an inbox | both |
| I3 | every receipt verifies and is about the bytes that were sent | both |
| I4 | no receipt exists for what is not durable at the one who gave it | both |
| I5 | a step of an escalation comes once, in order, never after the answer | all, by `told_once_in_order` |
| I6 | a register never goes backwards | `never_backwards` |
| I7 | the totals of both sides agree, and the outbox is empty | `nothing_lost_nothing_twice` |

    before = inspect(node)                               # tests.crash.facts, in the node's own process
    …something breaks…
    no_receipt_without_a_copy(sender, receiver)          # at any moment
    never_backwards(before, inspect(node))               # at any moment, for one node over time
    nothing_lost_nothing_twice(one, other, accepted)     # when all is quiet again
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Iterable
from operator import itemgetter

from liaison.messages.lifecycle import COPY_STEPS, CopyState
from liaison.messages.receipts import decode_receipt
from tests.crash.facts import Facts

SETTLED = {"received", "acknowledged"}


def no_receipt_without_a_copy(sender: Facts, receiver: Facts) -> None:
    """I2 to I5: every receipt the sender took is the receiver's own, for a message that is durable there, once."""
    inbox = Counter(message for _, message, _ in receiver.inbox)
    assert set(inbox.values()) <= {1}
    for message, receipts in sender.taken.items():
        assert message in inbox
        assert message in sender.sent
        assert receiver.given[message][: len(receipts)] == receipts
        named = {sealed for data in receipts for sealed in decode_receipt(data).receipt.attachments}
        assert {sealed for sealed in named if not receiver.held.get(sealed)} == set()
    for side in (sender, receiver):
        assert side.sound == "ok"
        assert side.unverified == ()
        told_once_in_order(side)


def told_once_in_order(facts: Facts) -> None:
    """I5: whatever waits for a person has an escalation; its steps come once, in order, and none after the answer."""
    assert facts.unwatched == 0
    for message, history in facts.histories.items():
        kinds = [kind for kind, _, _ in history]
        answered = kinds.index("signed") if "signed" in kinds else len(kinds)
        assert {"told", "lapsed"}.isdisjoint(kinds[answered:])
        assert (message in facts.owed) == (answered == len(kinds))
        told = [(cycle, place) for kind, cycle, place in history if kind == "told"]
        places = [len(list(steps)) for _, steps in itertools.groupby(told, key=itemgetter(0))]
        assert told == [(cycle, place) for cycle, count in enumerate(places) for place in range(count)]


def never_backwards(before: Facts, after: Facts) -> None:
    """I6: what a node knew of each register it still knows; what it held of messages and receipts it still holds.

    And no copy stands where the table of its states has no way from where it stood, and what was noted of an escalation
    stays noted.
    """
    for register, sizes in before.registers.items():
        assert register in after.registers
        assert all(old <= new for old, new in zip(sizes, after.registers[register], strict=True))
    assert set(before.sent) <= set(after.sent)
    assert all(
        CopyState(after.sent[message][1]) in _onward(CopyState(old)) for message, (_, old) in before.sent.items()
    )
    assert set(before.inbox) <= set(after.inbox)
    for old, new in ((before.taken, after.taken), (before.given, after.given)):
        assert all(new.get(message, ())[: len(receipts)] == receipts for message, receipts in old.items())
    assert all(after.histories[message][: len(events)] == events for message, events in before.histories.items())


@functools.cache
def _onward(state: CopyState) -> frozenset[CopyState]:
    """The states that a copy may be in after this one, itself among them."""
    found = {state}
    while more := {new for (old, _), new in COPY_STEPS.items() if old in found} - found:
        found |= more
    return frozenset(found)


def nothing_lost_nothing_twice(one: Facts, other: Facts, accepted: Iterable[str]) -> None:
    """I1 to I5 and I7: both sides are quiet and tell the same story, and it contains all that was accepted."""
    for sender, receiver in ((one, other), (other, one)):
        no_receipt_without_a_copy(sender, receiver)
        assert sender.waiting == ()
        inbox = Counter(message_id for message_id, _, _ in receiver.inbox)
        sent = Counter(message_id for message_id, _ in sender.sent.values())
        assert inbox == sent
        assert set(inbox.values()) <= {1}
        assert {verdict for _, _, verdict in receiver.inbox} <= {"accepted"}
        assert {state for _, state in sender.sent.values()} <= SETTLED
        assert sender.taken == receiver.given
        assert set(sender.taken) == set(sender.sent)
        assert _given_once_without_gaps(sender.numbers)
        assert receiver.unopened == 0
        assert receiver.wanted == 0
        assert all(receiver.held.values())
    arrived = {message_id for facts in (one, other) for message_id, _, _ in facts.inbox}
    assert set(accepted) - arrived == set()


def _given_once_without_gaps(numbers: Iterable[tuple[str, str, str, int]]) -> bool:
    """Whether to each desk, within each case and epoch, the numbers follow each other, each given once."""
    found: dict[tuple[str, str, str], list[int]] = {}
    for case, desk, epoch, seq in numbers:
        found.setdefault((case, desk, epoch), []).append(seq)
    return all(sorted(given) == list(range(min(given), min(given) + len(given))) for given in found.values())
