"""Which claim leads here: an operator's override, a published resource, or the allocation alone?

Invariants (docs/spec/routing.md §3):
- A claim leads only where the allocation is registered to a code its participant publishes, or where this node has
  checked evidence for it. Elsewhere it is contested: shown, and the allocation's desk stays first.
- Where claims of two participants overlap, all of them are contested there. Where two desks of one participant
  overlap, the smaller claim leads, and of equal ones the later.
- A claim on a domain leads under the country-code suffixes of its participant, or with checked evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

from liaison.routing.addresses import Family, Name, Resource, Stretch


class Standing(StrEnum):
    """How sure the register is of a desk."""

    CONFIRMED = "confirmed"
    NOMINATED = "nominated"
    UNKNOWN = "unknown"
    """No register was asked: only the code under which the resource is registered is known."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A contact centre as routing knows it: where it stands in which register, and the code it answers for."""

    register: str
    participant: str | None
    """None where the desk is only nominated by letter; the same for the node."""
    node: str | None
    desk: str
    standing: Standing = Standing.CONFIRMED


@dataclass(frozen=True, slots=True)
class Nobody:
    """Why no desk answers for a code: `code-unanswered` or `code-disputed`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A published prefix, AS number or domain and the desk its participant names for it."""

    resource: Resource
    desk: Desk
    codes: frozenset[str]
    """Codes the participant answers for."""
    entry: str
    """Which entry of the register says so."""
    date: str | None
    """Day of that entry, as its issuer dated it."""
    checked: bool = False
    """True when this node itself checked evidence for the claim (RPKI, DNS)."""


@dataclass(frozen=True, slots=True)
class Override:
    """The operator's own rule for a resource or a code; desk None sends its rows to the rejects."""

    resource: Resource | str
    """A stretch, a name (with all names under it) or a country code."""
    desk: Desk | None
    note: str
    date: str | None


class Directory(Protocol):
    """What routing asks the register and the operator; the answers must not change during one run."""

    def by_code(self, code: str) -> Desk | Nobody:
        """The desk that answers for a country code, or why nobody does."""

    def claims(self) -> Sequence[Claim]:
        """All published resources, oldest first."""

    def overrides(self) -> Sequence[Override]:
        """The operator's rules, oldest first."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A stretch on which the same claims stand throughout, the leading one first."""

    first: int
    last: int
    claims: tuple[Claim, ...]

    @property
    def disputed(self) -> bool:
        """Claims of more than one participant overlap here."""
        return len({(claim.desk.register, claim.desk.participant) for claim in self.claims}) > 1

    def leads(self, code: str | None) -> bool:
        """The first claim leads where the allocation is registered under `code` (None: not allocated)."""
        return not self.disputed and (self.claims[0].checked or code in self.claims[0].codes)


def claimed_stretches(claims: Sequence[Claim], family: Family) -> Iterator[Claimed]:
    """The stretches of one family that claims stand on, in rising order, without overlap."""
    spans = [
        (claim.resource.first, claim.resource.last, order, claim)
        for order, claim in enumerate(claims)
        if isinstance(claim.resource, Stretch) and claim.resource.family is family
    ]
    borders = sorted({first for first, *_ in spans} | {last + 1 for _, last, *_ in spans})
    spans.sort(key=lambda span: span[:3])
    active: list[tuple[int, int, int, Claim]] = []
    taken = 0
    for begin, end in pairwise(borders):
        while taken < len(spans) and spans[taken][0] == begin:
            active.append(spans[taken])
            taken += 1
        active = [span for span in active if span[1] >= begin]
        if active:
            active.sort(key=lambda span: (span[1] - span[0], -span[2]))
            yield Claimed(begin, end - 1, tuple(claim for *_, claim in active))


def claimed_names(claims: Sequence[Claim]) -> dict[str, tuple[Claim, ...]]:
    """All claims on each name, the later first."""
    found: dict[str, tuple[Claim, ...]] = {}
    for claim in claims:
        if isinstance(claim.resource, Name):
            found[claim.resource.text] = (claim, *found.get(claim.resource.text, ()))
    return found
