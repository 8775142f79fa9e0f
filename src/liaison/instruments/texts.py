"""What is known of an agreed text: its clauses, who may do what about it, and when it enters into force?

    id = "budapest-2001"
    version = 1
    kind = "treaty"
    en = "Convention on Cybercrime"
    short = "Budapest Convention"
    symbol = "ETS 185"
    adopted = 2001-11-23
    depositary = "Secretary General of the Council of Europe"
    address = "https://www.coe.int/en/web/conventions/full-list?module=treaty-detail&treatynum=185"
    source = "ETS 185"
    checked = false
    acts = ["signature", "ratification", …]
    reservations = "listed"

    [entry]
    deposits = 5
    members = { group = "council-of-europe", at_least = 3 }
    wait = { clause = "art-36-3", months = 3, first_of_month = true }

    [clauses.art-29]
    article = "29"
    role = "cooperation"
    en = "Expedited preservation of stored computer data"
    text = "…our own paraphrase…"

Invariants (docs/spec/instruments.md):
- the clauses are stable: an id keeps its meaning, and a later version of the text keeps every id;
- every text is a paraphrase; `checked` says whether a person compared it with the official one, which decides;
- `text_hash` covers what two readers must agree on (ids, articles, roles, effects, acts, addressees, periods), no
  paraphrase and no lineage. What a file leaves out as it may adds nothing to the hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from liaison.instruments.periods import Wait
from liaison.register.vocabulary import Act, ParticipantType
from liaison.wire.canonical import encode
from liaison.wire.identifiers import CountryCode, LocalId, digest

ADOPTING = frozenset({Act.ADOPTION, Act.ADOPTION_WITH_RESERVATION, Act.DECLINE, Act.WITHDRAWAL})
"""The acts that a code of conduct can be open to; a text that States agreed by consensus is open to none."""
CONSENTS = frozenset({Act.DEFINITIVE_SIGNATURE, Act.RATIFICATION, Act.ACCEPTANCE, Act.APPROVAL, Act.ACCESSION})
"""The acts by which a State consents to be bound."""

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=1200)]
ClausePlace = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]{1,32}/[a-z0-9-]{1,32}\Z")]
"""A clause of some text: `un-norms-2015/norm-f`."""
Demanded = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]{1,64}\Z")]


class TextKind(StrEnum):
    """What sort of text it is."""

    TREATY = "treaty"
    TEMPLATE = "template"
    """A pattern that bilateral treaties follow; it binds nobody itself."""
    PRACTICE = "practice"
    """No treaty at all: what States do for each other in the expectation of the same."""
    CONDUCT = "conduct"
    """Norms of behaviour: agreed, recommended or open to adoption, and binding nobody in law."""


class Role(StrEnum):
    """What a clause does."""

    COOPERATION = "cooperation"
    """A request can rest on it."""
    CONDITION = "condition"
    """It governs every request under the text."""
    MEASURE = "measure"
    """It concerns domestic law: offences, powers, safeguards."""
    FINAL = "final"
    NORM = "norm"
    """One rule of a code of conduct."""
    RESERVATION = "reservation"
    """A part of another clause that a State may reserve."""
    DECLARATION = "declaration"
    """A part of another clause about which a State may declare something."""


class Reservations(StrEnum):
    """Which reservations the text admits."""

    LISTED = "listed"
    OPEN = "open"
    NONE = "none"


class Kin(StrEnum):
    """How the duty of one clause compares with that of another."""

    SAME = "same"
    NARROWER = "narrower"
    """It asks for a part of what the other asks for, or asks it of fewer."""
    WIDER = "wider"
    OVERLAPPING = "overlapping"
    """Each asks for something that the other does not."""


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One clause. `demands` are codes of `data/codes/demands.toml`.

    A reservation or declaration names the clause it is a part of; made, it takes that clause out between the two
    States (`excludes`) or adds its demands to it. A norm may address fewer than its text (`addressed`); `lineage` says
    how its duty compares with clauses of other texts, each link once, in the file of either side.
    """

    article: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    role: Role
    en: Line
    text: Words
    demands: tuple[Demanded, ...] = ()
    part_of: LocalId | None = None
    excludes: bool = False
    addressed: tuple[ParticipantType, ...] = ()
    lineage: dict[ClausePlace, Kin] = msgspec.field(default_factory=dict)


class Members(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many of those who consented must belong to a group."""

    group: LocalId
    at_least: Annotated[int, msgspec.Meta(ge=1, le=200)]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When the text enters into force, by its own clause, and for a State that consents later.

    `organisations` says whether the consent of an organisation counts; `by` which acts count.
    """

    deposits: Annotated[int, msgspec.Meta(ge=1, le=200)]
    wait: Wait
    later: Wait
    by: tuple[Act, ...]
    organisations: bool = False
    members: Members | None = None


class Entered(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The day it did enter into force, known from its depositary, so that nobody needs every deposit ever made."""

    on: date
    source: Line


class Instrument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agreed text."""

    id: LocalId
    version: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    kind: TextKind
    en: Line
    short: Line
    source: Line
    checked: bool
    clauses: dict[LocalId, Clause]
    symbol: Annotated[str, msgspec.Meta(max_length=60)] = ""
    adopted: date | None = None
    depositary: Annotated[str, msgspec.Meta(max_length=120)] = ""
    address: Annotated[str, msgspec.Meta(max_length=300)] = ""
    acts: tuple[Act, ...] = ()
    addressed: tuple[ParticipantType, ...] = ()
    reservations: Reservations = Reservations.NONE
    parties: tuple[CountryCode, ...] = ()
    """Whom alone it can bind; empty where it is open to others."""
    requires: LocalId | None = None
    """Another text by which both sides must be bound for this one to bind them."""
    follows: LocalId | None = None
    """The template whose clause ids it uses."""
    entry: Entry | None = None
    entered: Entered | None = None
    withdrawal: Wait | None = None

    def cooperation(self) -> tuple[str, ...]:
        """The clauses on which a request can rest, in their order."""
        return tuple(name for name, clause in self.clauses.items() if clause.role is Role.COOPERATION)

    def addressees(self, clause: str = "") -> tuple[ParticipantType, ...]:
        """Whom the text, or one clause of it, speaks to. Treaties are made by States and their organisations."""
        own = self.clauses[clause].addressed if clause else ()
        return own or self.addressed or (ParticipantType.STATE, ParticipantType.ORGANISATION)


def text_hash(instrument: Instrument) -> str:
    """SHA-256 over what two readers of an instrument must agree on: `text` of an `instrument.published`."""
    plain = msgspec.to_builtins(instrument)
    for name in ("checked", "source", "address", "short", "depositary", "entered"):
        plain.pop(name)
    if not plain["addressed"]:
        plain.pop("addressed")
    plain["clauses"] = {name: _agreed(clause) for name, clause in plain["clauses"].items()}
    return digest(encode(plain))


def _agreed(clause: Mapping[str, object]) -> dict[str, object]:
    unsaid = {"en", "text", "lineage"} | (set() if clause["addressed"] else {"addressed"})
    return {name: value for name, value in clause.items() if name not in unsaid}
