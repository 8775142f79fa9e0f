"""Which small world do the routing tests run in? Documentation space of XC, XD and XE, a directory in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from liaison.routing.allocation import RangeTable, decode_delegated
from liaison.routing.claims import Claim, Desk, Nobody, Override
from liaison.routing.route import Router
from tests.house import ROOT

DATA = ROOT / "src" / "liaison" / "cli" / "demo" / "data"
DEMO_ALLOCATION = DATA / "delegated-demo-extended-20261122"
REAL_FEED = DATA / "ipsum-level3-2026-08-22.txt"


def desk(participant: str, name: str = "duty") -> Desk:
    """The desk of a State that is called by its code here."""
    return Desk("register", participant, "node", name)


@dataclass(frozen=True, slots=True)
class MemoryDirectory:
    """Desks by code; codes not named answer with a desk of their own unless `closed`."""

    desks: dict[str, Desk | Nobody] = field(default_factory=dict)
    claimed: Sequence[Claim] = ()
    rules: Sequence[Override] = ()
    closed: bool = False

    def by_code(self, code: str) -> Desk | Nobody:
        if code in self.desks:
            return self.desks[code]
        return Nobody("code-unanswered") if self.closed else desk(code)

    def claims(self) -> Sequence[Claim]:
        return self.claimed

    def overrides(self) -> Sequence[Override]:
        return self.rules


def demo_table() -> RangeTable:
    """The allocation file of the demonstration."""
    return decode_delegated([DEMO_ALLOCATION.read_bytes()])


def demo_router(directory: MemoryDirectory | None = None) -> Router:
    """A router that knows documentation space only."""
    return Router([demo_table()], directory or MemoryDirectory())
