"""What is known of one participant, one key, one nomination, and of the register as a whole?

A fact is one frozen struct, encodable to canonical JSON for a database row:

    keys[fingerprint] = {"from_index":7,"key":{"alg":"ed25519","key":"…"},"node":"main","participant":"9ab0…",
                         "purpose":"entry","replaced_index":null,"revoked_index":null,"suspect_since":null}

Invariants:
- Facts are never changed in place; applying an entry yields new ones for the few it touches.
- A key is in force from `from_index` until it is replaced or revoked; a replaced or revoked one never returns.
- Nothing is deleted: retired nodes and withdrawn desks stay, so that their ids are never used again.

Spec page: docs/spec/trusted-state.md.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from liaison.keys.public import PublicKey, Purpose
from liaison.register.bodies import (
    Expected,
    ImplementationReported,
    InstrumentPublished,
    Labels,
    NodePublished,
    Part,
    Policy,
    ResourcesPublished,
    Roots,
    StandDeclared,
)
from liaison.register.vocabulary import Admission, Channel, DeskKind, NodeRef, ParticipantType
from liaison.wire.canonical import decode_struct, encode_struct

FACT_LIMIT = 16 * 1024 * 1024


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the fold knows."""


F = TypeVar("F", bound=Fact)


def encode_fact(fact: Fact) -> bytes:
    """The canonical bytes of a fact, for a row."""
    return encode_struct(fact)


def decode_fact(data: bytes, type_: type[F]) -> F:
    """The fact in these bytes. Raises MalformedError."""
    return decode_struct(data, type_, limit=FACT_LIMIT)


class ChainHead(Fact, frozen=True):
    """The last entry of a chain: its number in the chain and the hash of its payload."""

    seq: int
    hash: str


class Globals(Fact, frozen=True):
    """What every rule may read: leaf 0, the policy and the two chains of the secretariat."""

    register: str
    origin: str
    title: str
    rehearsal: bool
    log_keys: tuple[PublicKey, ...]
    admission: Admission
    rules: int
    instruments: tuple[str, ...]
    policy: Policy
    policy_chain: ChainHead | None
    secretariat_chain: ChainHead | None
    providers: bool | None
    """True for a register of providers, False for one of States and organisations, None before the first admission."""
    log_time: int | None
    """Unix seconds; None while log time has not begun."""
    stopped_at: int | None
    """The index of the entry that asks for rules this software does not know: nothing after it is applied."""


class KeyFact(Fact, frozen=True):
    """One key that the log has named, in force or not."""

    key: PublicKey
    participant: str
    node: str | None
    purpose: Purpose
    from_index: int
    replaced_index: int | None
    revoked_index: int | None
    suspect_since: int | None

    @property
    def in_force(self) -> bool:
        """Whether the key counts at the end of what was folded."""
        return self.replaced_index is None and self.revoked_index is None


class DeskState(Fact, frozen=True):
    """The last `desk.published` of a desk; `signer` is the fingerprint of the entry key that signed it."""

    desk: str
    kind: DeskKind
    languages: tuple[str, ...]
    expected: Expected
    parts: tuple[Part, ...]
    index: int
    signer: str
    first_index: int
    withdrawn_index: int | None


class Publication(Fact, frozen=True):
    """The last `node.published` of a node; `since`: for each desk, the leaf from which its key part stands."""

    body: NodePublished
    since: tuple[int, ...]
    index: int
    signer: str


class Claims(Fact, frozen=True):
    """The last `resources.published` of a node."""

    body: ResourcesPublished
    index: int
    signer: str


class NodeState(Fact, frozen=True):
    """One node: its keys, what it published and the head of its chain."""

    node: str
    host: NodeRef | None
    kinds: tuple[DeskKind, ...]
    entry: PublicKey
    message: PublicKey
    http: PublicKey
    cosigning: tuple[PublicKey, ...]
    chain: ChainHead | None
    publication: Publication | None
    claims: Claims | None
    desks: dict[str, DeskState]
    first_index: int
    retired_index: int | None


class Attestation(Fact, frozen=True):
    """That another participant checked a root fingerprint."""

    node: str
    fingerprint: str
    channel: Channel
    index: int


class Stated(Fact, frozen=True):
    """One `stand.declared`; `replaced_index` is the leaf from which another stands in its place."""

    body: StandDeclared
    hash: str
    index: int
    signer: str
    replaced_index: int | None


class Reported(Fact, frozen=True):
    """One `implementation.reported`; the last one about an instrument and a year is the one that counts."""

    body: ImplementationReported
    hash: str
    index: int
    signer: str
    node: str


class PublishedInstrument(Fact, frozen=True):
    """The last `instrument.published` of an instrument."""

    body: InstrumentPublished
    index: int
    first_index: int


class ParticipantState(Fact, frozen=True, omit_defaults=True):
    """One participant; the secretariat is the participant `register` and has no type."""

    id: str
    type: ParticipantType | None
    labels: Labels
    roots: Roots
    guardians: tuple[str, ...]
    letter: str | None
    admitted_index: int
    root_chain: ChainHead
    nodes: dict[str, NodeState]
    attested: dict[str, Attestation]
    """Participant that attested → its last attestation."""
    replaces: str | None
    cleared_index: int | None
    """Where the old roots signed over to this participant, if it replaces one."""
    disputed_by: tuple[str, ...]
    succeeded_by: str | None
    succeeded_index: int | None
    stands: dict[str, tuple[Stated, ...]] = msgspec.field(default_factory=dict)
    """Instrument → everything declared about it, replaced statements included, in the order of the log."""
    instruments: dict[str, PublishedInstrument] = msgspec.field(default_factory=dict)
    """What the secretariat published; of any other participant nothing."""
    reports: dict[str, tuple[Reported, ...]] = msgspec.field(default_factory=dict)
    """`instrument/year` → every report, superseded and withdrawn ones included, in the order of the log."""

    def reports_standing(self) -> tuple[Reported, ...]:
        """The last report of each instrument and year, where it was not withdrawn."""
        return tuple(made[-1] for made in self.reports.values() if not made[-1].body.withdrawn)

    @property
    def disputed(self) -> bool:
        """Whether a re-admission stands that the old roots have not signed over to."""
        replaced = bool(self.disputed_by) and self.succeeded_by is None
        return replaced or (self.replaces is not None and self.cleared_index is None)


class NominationState(Fact, frozen=True):
    """The last version of a desk nominated by letter."""

    nomination: str
    version: int
    code: str
    kind: DeskKind
    letter: str
    date: str
    mission: str
    withdrawn: bool
    parts: tuple[Part, ...]
    index: int


class Cosigner(Fact, frozen=True):
    """A witness node with the key it cosigns with and the name it writes on its line."""

    participant: str
    node: str
    name: str
    key: PublicKey


class Quorum(Fact, frozen=True):
    """Who must have cosigned checkpoints of a size above `index`, up to the next quorum."""

    index: int
    k: int
    cosigners: tuple[Cosigner, ...]


class TimeNoted(Fact, frozen=True):
    """Log time from leaf `index` on, in Unix seconds; it never goes back."""

    index: int
    at: int
