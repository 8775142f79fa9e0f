"""How does an officer's decision about unsettled keys become a row? One row a desk and decision, never published.

pin_keys(node, register=…, desk=own, participant=…)      of two rival sets of keys, the one this desk relies on
"""

from __future__ import annotations

from liaison.errors import UsageError, VerificationError
from liaison.messages.parties import DeskRef
from liaison.node.models import CallBack, PinnedKeys
from liaison.node.node import Node
from liaison.node.reads.caution.disputes import family_of, rivals_of
from liaison.node.reads.caution.pending import pending_desks
from liaison.node.reads.facts import forget_facts
from liaison.node.reads.register import view
from liaison.node.unit_of_work import unit_of_work
from liaison.register.vocabulary import Channel


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


def call_back(node: Node, *, register: str, participant: str, desk: str, fingerprint: str, channel: Channel) -> None:
    """Note that the pending key of a desk was read out over `channel`. Raises `UsageError`, `VerificationError`."""
    with unit_of_work(node):
        found = [each for each in pending_desks(register) if (each.participant, each.desk) == (participant, desk)]
        if not found:
            raise UsageError("desk-not-pending", participant=participant[:16], desk=desk)
        if found[0].fingerprint != fingerprint:
            raise VerificationError("call-back-differs", participant=participant[:16], desk=desk)
        CallBack.objects.get_or_create(
            register=register,
            participant=participant,
            desk=desk,
            digest=found[0].digest,
            defaults={"fingerprint": fingerprint, "channel": channel.value, "confirmed_at": node.clock.now()},
        )
    forget_facts(node)
