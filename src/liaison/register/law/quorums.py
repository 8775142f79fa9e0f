"""Whose cosignatures count from this entry on?

    Quorum(index=120, k=3, cosigners=(Cosigner("9ab0…", "main", "register.example/9ab0…/main", key), …))

Invariants:
- A quorum is noted whenever the policy, or a cosigning key of one of its nodes, changes; so the quorum of any size is
  known later too, and old checkpoints are judged by the policy of their own size.
- A witness without a cosigning key in force is left out; k stays, so losing witnesses never makes a quorum easier.

Spec page: docs/spec/trusted-state.md.
"""

from __future__ import annotations

from msgspec.structs import replace

from liaison.errors import VerificationError
from liaison.keys.public import Purpose
from liaison.register.bodies import Policy
from liaison.register.facts import Cosigner, NodeState, ParticipantState, Quorum
from liaison.register.law.case import Case
from liaison.register.views import Changes
from liaison.register.vocabulary import NodeRef
from liaison.tlog.cosignature import cosigner_key
from liaison.tlog.policy import WitnessPolicy


def cosigner_name(origin: str, participant: str, node: str) -> str:
    """The name a witness node signs with on checkpoints of the log `origin`."""
    return f"{origin}/{participant}/{node}"


def policy_of(quorum: Quorum) -> WitnessPolicy:
    """The quorum as the policy of its log. Raises VerificationError where fewer than k witnesses are left."""
    if quorum.k > len(quorum.cosigners):
        raise VerificationError("witnesses-lost", need=quorum.k, have=len(quorum.cosigners))
    return WitnessPolicy(quorum.k, tuple(cosigner_key(each.name, each.key) for each in quorum.cosigners))


def node_of(owner: ParticipantState | None, node: str) -> NodeState | None:
    """The node of a participant, while both stand."""
    if owner is None or owner.succeeded_by is not None:
        return None
    found = owner.nodes.get(node)
    return found if found is not None and found.retired_index is None else None


def with_quorum(case: Case, changes: Changes, *, policy: Policy | None = None) -> Changes:
    """`changes`, and the quorum they lead to if it is not the one that stood before."""
    current = policy or case.globals.policy
    touched = {witness.participant for witness in current.witnesses} & changes.participants.keys()
    revoked = any(fact.purpose is Purpose.COSIGNING for fact in changes.keys.values())
    if policy is None and not touched and not revoked:
        return changes
    cosigners = tuple(found for witness in current.witnesses if (found := _cosigner(case, changes, witness)))
    before = case.view.quorum(case.index)
    if before is not None and (before.k, before.cosigners) == (current.k, cosigners):
        return changes
    return replace(changes, quorum=Quorum(case.index, current.k, cosigners))


def _cosigner(case: Case, changes: Changes, witness: NodeRef) -> Cosigner | None:
    owner = changes.participants.get(witness.participant) or case.view.participant(witness.participant)
    node = node_of(owner, witness.node)
    for key in node.cosigning if node is not None else ():
        name = key.fingerprint
        fact = changes.keys.get(name) or case.view.key(name)
        if fact is not None and fact.in_force:
            line = cosigner_name(case.globals.origin, witness.participant, witness.node)
            return Cosigner(witness.participant, witness.node, line, key)
    return None
