"""How is an entry drafted, and who signs it? Offline roots sign draft files; a node's own keys sign here.

    draft_opening → roots sign → open_register            draft_admission → roots sign → hand in
    draft_keys (makes the node's keys, they sign at once) → roots sign → hand in

Invariants: root keys are never on a node; a node's fresh keys sign the draft that introduces them the moment they are
made; drafting changes nothing that others see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liaison.errors import UsageError
from liaison.keys.ports import Signer
from liaison.keys.public import PublicKey, Purpose
from liaison.node.keyring import create_key, signer, signer_by_fingerprint
from liaison.node.log.drafts import Draft, finished_leaf, sign_draft
from liaison.node.log.views import RowsView
from liaison.node.models import HostedNode
from liaison.node.node import Node
from liaison.node.reads.own import require_writable
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.bodies import (
    Body,
    Labels,
    NodeKeys,
    ParticipantAdmitted,
    ParticipantKeys,
    Policy,
    RegisterOpened,
    Roots,
)
from liaison.register.entries import KINDS, Place, draft
from liaison.register.facts import NodeState
from liaison.register.rules import next_place
from liaison.register.vocabulary import REGISTER, RULES, Admission, DeskKind, NodeRef, ParticipantType
from liaison.wire.identifiers import format_instant

NODE_PURPOSES = (Purpose.ENTRY, Purpose.MESSAGE, Purpose.HTTP, Purpose.COSIGNING)


@dataclass(frozen=True, slots=True)
class NodePlan:
    """A node as its participant wants it: its id, desk kinds, whether it cosigns, and who hosts it."""

    node: str
    kinds: tuple[DeskKind, ...]
    cosigns: bool = False
    host: NodeRef | None = None


def draft_opening(
    node: Node,
    *,
    origin: str,
    title: str,
    rehearsal: bool,
    roots: Roots,
    policy: Policy | None = None,
    instruments: Sequence[str] = (),
) -> Draft:
    """Leaf 0 of a new register, signed by its fresh log key; the secretariat's roots sign next.

    `instruments` are hashes of the texts it is opened with (docs/spec/instruments.md).
    """
    require_writable(node)
    log_key = create_key(node, purpose=Purpose.LOG, register="", participant=REGISTER)
    body = RegisterOpened(
        origin=origin,
        title=title,
        rehearsal=rehearsal,
        log_keys=(log_key,),
        roots=roots,
        admission=Admission.LETTER,
        rules=RULES,
        policy=policy or Policy(0, ()),
        instruments=tuple(sorted(instruments)),
    )
    payload = draft(body, Place(None, REGISTER, None, 0, None), issued=format_instant(node.clock.now()))
    return sign_draft(Draft(payload), signer_by_fingerprint(node, log_key.fingerprint))


def draft_admission(
    node: Node, *, register: str, type_: ParticipantType, labels: Labels, roots: Roots, letter: str,
    replaces: str | None = None,
) -> Draft:  # fmt: skip
    """The admission of a participant; its roots and the secretariat's sign next."""
    body = ParticipantAdmitted(type_, labels, roots, (), letter, replaces)
    return draft_entry(node, register=register, body=body)


def draft_keys(node: Node, *, register: str, participant: str, plans: Sequence[NodePlan]) -> Draft:
    """The participant's nodes from here on, with fresh keys for each of `plans`; other nodes keep theirs."""
    require_writable(node)
    with reading(node):
        state = RowsView(register, pending=True).participant(participant)
    if state is None:
        raise UsageError("participant-not-known", participant=participant[:16])
    made = {plan.node: _make_keys(node, register, participant, plan) for plan in plans}
    kept = {name: _kept_keys(each) for name, each in state.nodes.items() if each.retired_index is None}
    nodes = kept | made
    body = ParticipantKeys(tuple(nodes[name] for name in sorted(nodes)))
    drafted = draft_entry(node, register=register, body=body, participant=participant)
    signers = [signer_by_fingerprint(node, key.fingerprint) for keys in made.values() for key in all_keys(keys)]
    hosts = [_host_signer(node, register, plan.host) for plan in plans if plan.host is not None]
    return sign_draft(drafted, *signers, *hosts)


def _make_keys(node: Node, register: str, participant: str, plan: NodePlan) -> NodeKeys:
    purposes = NODE_PURPOSES if plan.cosigns else NODE_PURPOSES[:3]
    with unit_of_work(node):
        HostedNode.objects.get_or_create(
            register=register, participant=participant, node=plan.node, defaults={"since": node.clock.now()}
        )
        keys = [
            create_key(node, purpose=purpose, register=register, participant=participant, node_id=plan.node)
            for purpose in purposes
        ]
    return NodeKeys(plan.node, plan.host, keys[0], keys[1], keys[2], tuple(keys[3:]), plan.kinds)


def _kept_keys(state: NodeState) -> NodeKeys:
    return NodeKeys(state.node, state.host, state.entry, state.message, state.http, state.cosigning, tuple(state.kinds))


def all_keys(keys: NodeKeys) -> tuple[PublicKey, ...]:
    """Every key of a node."""
    return (keys.entry, keys.message, keys.http, *keys.cosigning)


def _host_signer(node: Node, register: str, host: NodeRef) -> Signer:
    return signer(node, purpose=Purpose.ENTRY, register=register, participant=host.participant, node_id=host.node)


def draft_entry(
    node: Node, *, register: str, body: Body, participant: str | None = None, node_id: str | None = None,
    parts: Sequence[bytes] = (),
) -> Draft:  # fmt: skip
    """A draft that stands next in its chain, as far as this node knows. Raises `UsageError` for an unknown place."""
    with reading(node):
        place = next_place(RowsView(register, pending=True), KINDS[type(body)], participant, node_id)
    payload = draft(body, place, issued=format_instant(node.clock.now()))
    return Draft(payload, (), tuple(parts))


def sign_own(node: Node, *, register: str, participant: str, node_id: str | None, body: Body) -> bytes:
    """The leaf of an entry that the node's own entry key signs alone."""
    place = node_id or own_node(node, register, participant)
    drafted = draft_entry(node, register=register, body=body, participant=participant, node_id=place)
    key = signer(node, purpose=Purpose.ENTRY, register=register, participant=participant, node_id=place)
    with reading(node):
        return finished_leaf(sign_draft(drafted, key), RowsView(register, pending=True))


def finish(node: Node, *, register: str, drafted: Draft) -> bytes:
    """The leaf of a draft that has all the signatures it needs. Raises `VerificationError` while some are missing."""
    with reading(node):
        return finished_leaf(drafted, RowsView(register, pending=True))


def own_node(node: Node, register: str, participant: str) -> str:
    """The id of the one node this installation runs for a participant. Raises `UsageError` for none or several."""
    with reading(node):
        names = list(
            HostedNode.objects.filter(register=register, participant=participant).values_list("node", flat=True)
        )
    if len(names) != 1:
        raise UsageError("node-not-named", participant=participant[:16], count=len(names))
    return str(names[0])
