"""What does a program ask about instruments: who is bound on a day, and what can a request rest on?

node.instruments.legal_basis("XD", on="2026-11-26").bases[0].kind
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from liaison.client.asking import Asker


class Instrument(msgspec.Struct, frozen=True):
    """An instrument on a day; `entry` is from when it is in force, as far as the node knows."""

    instrument: str
    on: str
    title: str
    kind: str | None
    symbol: str
    address: str
    checked: bool
    addressed: list[str]
    acts: list[str]
    carried: bool
    entry: str | None
    in_force: bool
    consents: int
    needed: int | None
    parties: int


class Relative(msgspec.Struct, frozen=True):
    """A clause of another text, and how its duty compares: `same`, `narrower`, `wider` or `overlapping`."""

    kin: str
    instrument: str
    clause: str


class Network(msgspec.Struct, frozen=True):
    """A network a provider stands for, and whether it claims it in the register."""

    number: int
    claimed: bool


class Clause(msgspec.Struct, frozen=True):
    """A clause in the project's own words; the official text decides."""

    id: str
    article: str
    role: str
    title: str
    text: str
    part_of: str | None
    demands: list[str]
    addressed: list[str]
    lineage: list[Relative]


class Statement(msgspec.Struct, frozen=True):
    """What a party did; `source` says whose word it is."""

    act: str
    on: str
    clauses: list[str]
    about: str | None
    note: str
    evidence: str
    source: str


class Standing(msgspec.Struct, frozen=True):
    """How a party stands to an instrument on the day asked for."""

    party: str
    name: str
    codes: list[str]
    status: str
    consented: str | None
    since: str | None
    ends: str | None
    reservations: list[Statement]
    declarations: list[Statement]
    objections: list[Statement]
    sources: list[str]
    networks: list[Network]


class Stand(msgspec.Struct, frozen=True):
    """One signed statement; `state` is `stands`, `superseded`, `withdrawn`, `replaced` or `retracted`."""

    entry: int
    payload: str
    instrument: str
    act: str
    on: str
    clauses: list[str]
    about: str | None
    note: str
    lang: str
    evidence: str
    state: str
    networks: list[Network]


class Stands(msgspec.Struct, frozen=True):
    """Everything a participant declared, in the order of the log."""

    participant: str
    name: str
    type: str
    stands: list[Stand]


class WholeInstrument(msgspec.Struct, frozen=True):
    """An instrument with its clauses and standings."""

    instrument: Instrument
    clauses: list[Clause]
    standings: list[Standing]


class Demand(msgspec.Struct, frozen=True):
    """What a request must heed; `by` is empty where the text itself demands it."""

    code: str
    clause: str
    by: str
    text: str


class Excluded(msgspec.Struct, frozen=True):
    """A clause that does not apply between the two."""

    clause: str
    by: str
    through: str


class Basis(msgspec.Struct, frozen=True):
    """One instrument between two sides; `reason` says why it is only a courtesy."""

    instrument: str
    title: str
    kind: str
    reason: str | None
    since: str | None
    ends: str | None
    clauses: list[str]
    excluded: list[Excluded]
    demands: list[Demand]


class LegalBasis(msgspec.Struct, frozen=True):
    """What can carry a request on a day, what binds first."""

    ours: str
    theirs: str
    on: str
    bases: list[Basis]


class _Instruments(msgspec.Struct, frozen=True):
    instruments: list[Instrument]


class InstrumentReader:
    """Instruments through one node; a day is written 2026-11-26, and today where none is named."""

    def __init__(self, node: Asker) -> None:
        self._node = node

    def all(self, on: str = "") -> list[Instrument]:
        """Every instrument on a day."""
        return self._node.read("/instruments", _Instruments, _on(on)).instruments

    def one(self, instrument: str, on: str = "") -> WholeInstrument:
        """One instrument with its clauses and every standing on a day."""
        return self._node.read(f"/instruments/{quote(instrument)}", WholeInstrument, _on(on))

    def stands(self, participant: str) -> Stands:
        """What one participant declared, by its whole id."""
        return self._node.read(f"/stands/{quote(participant)}", Stands)

    def legal_basis(self, to: str, on: str = "") -> LegalBasis:
        """What a request of this desk's participant to another (a code, or a participant's id) can rest on."""
        return self._node.read("/legal-basis", LegalBasis, {"to": to, **_on(on)})


def _on(day: str) -> dict[str, str]:
    return {"on": day} if day else {}
