"""What must hold between two nodes, whoever was killed and when?

At any moment (`no_receipt_without_a_copy`): what a sender believes to be received is durable at the receiver.
When all is quiet again (`nothing_lost_nothing_twice`): what was accepted has arrived once and both sides tell the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from liaison.messages.receipts import decode_receipt
from tests.crash.facts import Facts

SETTLED = {"received", "acknowledged"}


def no_receipt_without_a_copy(sender: Facts, receiver: Facts) -> None:
    """Every receipt the sender took is the receiver's own, for a message and attachments that are durable there."""
    inbox = {message for _, message, _ in receiver.inbox}
    for message, receipts in sender.taken.items():
        assert message in inbox
        assert receiver.given[message][: len(receipts)] == receipts
        named = {sealed for data in receipts for sealed in decode_receipt(data).receipt.attachments}
        assert {sealed for sealed in named if not receiver.held.get(sealed)} == set()
    assert (sender.sound, receiver.sound) == ("ok", "ok")


def nothing_lost_nothing_twice(one: Facts, other: Facts, accepted: Iterable[str]) -> None:
    """Both sides are quiet and tell the same story, and it contains all that was accepted."""
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
        assert Counter(sender.numbers).most_common(1)[:1] in ([], [(next(iter(sender.numbers), None), 1)])
        assert receiver.unopened == 0
        assert receiver.wanted == 0
        assert all(receiver.held.values())
    arrived = {message_id for facts in (one, other) for message_id, _, _ in facts.inbox}
    assert set(accepted) - arrived == set()
