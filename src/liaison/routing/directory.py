"""How does routing ask the registers? One `Directory` over any number of registers and the operator's overrides.

Invariants:
- The registers are asked in the order given; the first that names a default desk for a code is followed. Whether a
  rehearsal register is among them is the caller's choice.
- Of several desks of one participant for a code, the first by node and desk id is taken: the same every time.
- A published claim counts as checked only when the caller says that this node checked its evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from liaison.errors import MalformedError
from liaison.register.lookup import DeskEntry, DeskStatus, Refusal, ResourceClaim, ResourceKind
from liaison.register.lookup import Directory as Register
from liaison.register.vocabulary import DeskKind
from liaison.routing.addresses import Resource, parse_name, parse_prefix, parse_resource
from liaison.routing.claims import Claim, Desk, Nobody, Override, Standing


def unchecked(claim: ResourceClaim) -> bool:
    """The default: this node checked no evidence of any claim."""
    del claim
    return False


def undated(claim: ResourceClaim) -> str | None:
    """The default: nothing is known of the day of an entry."""
    del claim
    return None


class RegisterDirectory:
    """The `claims.Directory` of a node."""

    def __init__(
        self,
        registers: Sequence[Register],
        kind: DeskKind = DeskKind.TECHNICAL,
        *,
        overrides: Sequence[Override] = (),
        checked: Callable[[ResourceClaim], bool] = unchecked,
        day_of: Callable[[ResourceClaim], str | None] = undated,
    ) -> None:
        self._registers = registers
        self._kind = kind
        self._overrides = overrides
        self._checked = checked
        self._day_of = day_of

    def by_code(self, code: str) -> Desk | Nobody:
        """The default desk of the first register that has one."""
        reason = "code-unanswered"
        for register in self._registers:
            answer = register.answer(code, self._kind)
            if answer.refusal is None and answer.desks:
                return desk_of(min(answer.desks, key=lambda entry: (entry.node or "", entry.desk)))
            if answer.refusal in (Refusal.CONTESTED, Refusal.DISPUTED):
                reason = "code-disputed"
        return Nobody(reason)

    def claims(self) -> Sequence[Claim]:
        """Every claim of every register that reads as a resource, oldest first."""
        found: list[Claim] = []
        for register in self._registers:
            for claim in sorted(register.claims(), key=lambda claim: claim.index):
                resource = _resource(claim)
                if resource is not None:
                    found.append(self._claim(claim, resource))
        return found

    def overrides(self) -> Sequence[Override]:
        """The operator's rules as given."""
        return self._overrides

    def _claim(self, claim: ResourceClaim, resource: Resource) -> Claim:
        return Claim(
            resource,
            Desk(claim.register, claim.participant, claim.node, claim.desk),
            frozenset(claim.codes),
            entry=f"register entry {claim.index}",
            date=self._day_of(claim),
            checked=self._checked(claim),
        )


class CountriesOnly:
    """The `claims.Directory` of a node that follows no register: each code stands for its unknown desk."""

    def __init__(self, overrides: Sequence[Override] = ()) -> None:
        self._overrides = overrides

    def by_code(self, code: str) -> Desk | Nobody:
        """Somebody registered under this code, we do not know who."""
        return unknown_desk(code)

    def claims(self) -> Sequence[Claim]:
        """None are known."""
        return ()

    def overrides(self) -> Sequence[Override]:
        """The operator's rules as given."""
        return self._overrides


def unknown_desk(code: str) -> Desk:
    """The desk that would answer for a code, were a register asked."""
    return Desk("", None, None, code, Standing.UNKNOWN)


def desk_of(entry: DeskEntry) -> Desk:
    """A row of the register as routing names it."""
    standing = Standing.NOMINATED if entry.status is DeskStatus.NOMINATED else Standing.CONFIRMED
    return Desk(entry.register, entry.participant, entry.node, entry.desk, standing)


def _resource(claim: ResourceClaim) -> Resource | None:
    """What is claimed; text that names no resource leads nowhere (the register refuses it at submission)."""
    try:
        if claim.kind is ResourceKind.PREFIX:
            return parse_prefix(claim.value)
        if claim.kind is ResourceKind.DOMAIN:
            return parse_name(claim.value)
        return parse_resource(claim.value if claim.value.startswith("AS") else f"AS{claim.value}")
    except MalformedError:
        return None
