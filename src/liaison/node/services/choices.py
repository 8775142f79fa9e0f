"""How does an officer's decision about unsettled keys become a row? One row a desk and decision, never published.

pin_keys(node, register=…, desk=own, participant=…)      of two rival sets of keys, the one this desk relies on
"""

from __future__ import annotations

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import PinnedKeys
from liaison.node.node import Node
from liaison.node.reads.caution.disputes import family_of, rivals_of
from liaison.node.reads.register import view
from liaison.node.unit_of_work import unit_of_work


def pin_keys(node: Node, *, register: str, desk: DeskRef, participant: str) -> None:
    """Rely on `participant` at this own desk, while its keys are disputed. Raises `UsageError` when they are not."""
    with unit_of_work(node):
        listing = view(node, register)
        state = listing.participant(participant)
        if state is None or state not in rivals_of(listing, family_of(state)):
            raise UsageError("keys-not-disputed", participant=participant[:16])
        PinnedKeys.objects.update_or_create(
            register=register,
            participant=desk.participant,
            desk=desk.desk,
            family=family_of(state),
            defaults={"chosen": participant, "pinned_at": node.clock.now()},
        )
