"""What may a rule ask of the facts, and what comes of an entry?

    view.participant("9ab0…")   the few facts an entry names, asked by key
    Applied(changes) | Void("rule-07") | NotUnderstood("kind")

Invariants:
- Rules need only `RegisterView`, so a node applies entries one at a time over its own tables.
- `Changes` holds whole new facts, each to be stored in place of the one with the same key.

Spec page: docs/spec/trusted-state.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

import msgspec

from liaison.errors import Param
from liaison.register.facts import Globals, KeyFact, NominationState, ParticipantState, Quorum, TimeNoted


class RegisterView(Protocol):
    """The facts as of some size of the log, asked one at a time."""

    def globals(self) -> Globals | None:
        """The global facts; None before leaf 0 was applied."""

    def participant(self, participant: str) -> ParticipantState | None:
        """One participant by id; `register` is the secretariat."""

    def key(self, fingerprint: str) -> KeyFact | None:
        """The key with this fingerprint, in force or not."""

    def nomination(self, nomination: str) -> NominationState | None:
        """One nominated desk by its id."""

    def quorum(self, size: int) -> Quorum | None:
        """The quorum with the largest index below `size`."""


class RegisterListing(RegisterView, Protocol):
    """A view that can also be gone through, for look-up and export."""

    def participants(self) -> Iterable[ParticipantState]:
        """All participants, the secretariat included, sorted by id."""

    def nominations(self) -> Iterable[NominationState]:
        """All nominated desks, withdrawn ones included, sorted by id."""

    def times(self) -> Iterable[TimeNoted]:
        """Log times in the order of their indexes."""


_NONE: Mapping[str, Any] = MappingProxyType({})


class Changes(msgspec.Struct, frozen=True):
    """The facts an entry made new; everything else stays as it was."""

    globals: Globals | None = None
    participants: Mapping[str, ParticipantState] = _NONE
    keys: Mapping[str, KeyFact] = _NONE
    nominations: Mapping[str, NominationState] = _NONE
    quorum: Quorum | None = None
    time: TimeNoted | None = None


class Applied(msgspec.Struct, frozen=True):
    """The entry holds and changed these facts."""

    changes: Changes


class Void(msgspec.Struct, frozen=True):
    """The entry breaks a rule and changed nothing; that it was sequenced is an alarm against the secretariat."""

    rule: str
    params: Mapping[str, Param] = msgspec.field(default_factory=dict)


class NotUnderstood(msgspec.Struct, frozen=True):
    """The entry is kept and shown; `reason` is `kind`, `version` or `rules` ("update me")."""

    reason: str
    changes: Changes = msgspec.field(default_factory=Changes)
    """At most the head of the chain the entry stands in."""


Outcome = Applied | Void | NotUnderstood
