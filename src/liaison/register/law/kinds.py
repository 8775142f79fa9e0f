"""What belongs to each kind of entry: its body, its chain, its signers, its meaning, its effect?

The one table. A kind without an effect is known by chain and signers only: it is kept, shown as not understood, and its
chain goes on.

Spec page: docs/spec/entries.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from liaison.register import bodies
from liaison.register.law import instruments, nodes, participants, reports, secretariat
from liaison.register.law.case import Case, Chain
from liaison.register.law.numbers import Rule, broken
from liaison.register.law.signatures import Needs
from liaison.register.views import Changes

B = TypeVar("B", bound=bodies.Body)
Asks = Callable[[Case], list[Needs]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row: `base` are the signers known without the body, `needs` those once it is read."""

    chain: Chain
    base: Asks
    needs: Asks
    check: Callable[[Case], None]
    effect: Callable[[Case], Changes] | None


def _row(
    body: type[B],
    chain: Chain,
    base: Asks,
    *,
    effect: Callable[[Case, B], Changes],
    check: Callable[[Case, B], None] | None = None,
    needs: Callable[[Case, B], list[Needs]] | None = None,
) -> Kind:
    def read(case: Case) -> B:
        if not isinstance(case.entry.body, body):
            broken(Rule.FORM)
        return case.entry.body

    return Kind(
        chain,
        base,
        needs=base if needs is None else lambda case: needs(case, read(case)),
        check=(lambda case: None) if check is None else lambda case: check(case, read(case)),
        effect=lambda case: effect(case, read(case)),
    )


def _kept(chain: Chain) -> Kind:
    return Kind(chain, secretariat.node_needs, secretariat.node_needs, check=lambda case: None, effect=None)


KINDS: Mapping[str, Kind] = {
    "policy.published": _row(
        bodies.PolicyPublished,
        Chain.POLICY,
        secretariat.policy_needs,
        check=secretariat.policy_check,
        effect=secretariat.policy_effect,
    ),
    "checkpoint.noted": _row(
        bodies.CheckpointNoted,
        Chain.SECRETARIAT,
        secretariat.node_needs,
        effect=secretariat.noted_effect,
    ),
    "desk.nominated": _row(
        bodies.DeskNominated,
        Chain.SECRETARIAT,
        secretariat.node_needs,
        check=secretariat.nominated_check,
        effect=secretariat.nominated_effect,
    ),
    "participant.admitted": _row(
        bodies.ParticipantAdmitted,
        Chain.OPENING,
        participants.admission_needs,
        needs=participants.admitted_needs,
        check=participants.admitted_check,
        effect=participants.admitted_effect,
    ),
    "participant.roots": _row(
        bodies.ParticipantRoots,
        Chain.ROOT,
        participants.root_needs,
        needs=participants.roots_needs,
        check=participants.roots_check,
        effect=participants.roots_effect,
    ),
    "participant.keys": _row(
        bodies.ParticipantKeys,
        Chain.ROOT,
        participants.root_needs,
        needs=participants.keys_needs,
        check=participants.keys_check,
        effect=participants.keys_effect,
    ),
    "key.revoked": _row(
        bodies.KeyRevoked,
        Chain.FREE,
        participants.root_needs,
        needs=participants.revoked_needs,
        check=participants.revoked_check,
        effect=participants.revoked_effect,
    ),
    "node.published": _row(
        bodies.NodePublished,
        Chain.NODE,
        secretariat.node_needs,
        check=nodes.published_check,
        effect=nodes.published_effect,
    ),
    "desk.published": _row(
        bodies.DeskPublished,
        Chain.NODE,
        secretariat.node_needs,
        check=nodes.desk_check,
        effect=nodes.desk_effect,
    ),
    "desk.withdrawn": _row(
        bodies.DeskWithdrawn,
        Chain.NODE,
        secretariat.node_needs,
        check=nodes.withdrawn_check,
        effect=nodes.withdrawn_effect,
    ),
    "resources.published": _row(
        bodies.ResourcesPublished,
        Chain.NODE,
        secretariat.node_needs,
        check=nodes.resources_check,
        effect=nodes.resources_effect,
    ),
    "attested": _row(
        bodies.Attested,
        Chain.NODE,
        secretariat.node_needs,
        check=participants.attested_check,
        effect=participants.attested_effect,
    ),
    "stand.declared": _row(
        bodies.StandDeclared,
        Chain.NODE,
        secretariat.node_needs,
        check=instruments.declared_check,
        effect=instruments.declared_effect,
    ),
    "instrument.published": _row(
        bodies.InstrumentPublished,
        Chain.SECRETARIAT,
        secretariat.node_needs,
        check=instruments.published_check,
        effect=instruments.published_effect,
    ),
    "implementation.reported": _row(
        bodies.ImplementationReported,
        Chain.NODE,
        secretariat.node_needs,
        check=reports.reported_check,
        effect=reports.reported_effect,
    ),
    "keys.suspended": _kept(Chain.SECRETARIAT),
}
