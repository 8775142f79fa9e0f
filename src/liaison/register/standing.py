"""Did this key count, what time was it by the log, and how much of the log is witnessed?

    index   0 ……… 7 ………… 40 ………… 55
    key A         named   replaced            counts for messages composed under sizes 8 to 40
    key B                 named    revoked    suspect from `suspect_since` on, never accepted again

Invariants:
- No rule reads a clock: validity is a matter of leaf numbers, waiting a matter of log time.
- Log time at an index is the largest median noted at or before it, so it never goes back.
- Trusted is what stands below the largest checkpoint that a quorum cosigned, by the policy in the fold of that size's
  own entries. Later entries may only take away.

Spec page: docs/spec/trusted-state.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from liaison.errors import MalformedError, VerificationError
from liaison.keys.public import PublicKey, Purpose
from liaison.register.facts import KeyFact
from liaison.register.law.quorums import cosigner_name, policy_of
from liaison.register.memory import MemoryView
from liaison.register.views import RegisterListing, RegisterView
from liaison.tlog.checkpoint import verify_checkpoint
from liaison.tlog.policy import UNWITNESSED, WitnessPolicy, verify_quorum
from liaison.wire.note import Note

__all__ = [
    "KeyStanding",
    "TakenAway",
    "TrustedHead",
    "cosigner_name",
    "key_standing",
    "log_time",
    "message_key_standing",
    "taken_away",
    "trusted_head",
    "trusted_size",
    "verify_trusted",
    "witness_policy",
]


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """From which leaf a key counts and what has happened to it since."""

    key: PublicKey
    from_index: int
    replaced_index: int | None
    revoked_index: int | None
    suspect_since: int | None

    def counted_at(self, size: int) -> bool:
        """Whether the key was named, and neither replaced nor revoked, in the first `size` entries."""
        return self.from_index < size and all(
            end is None or size <= end for end in (self.replaced_index, self.revoked_index)
        )


def message_key_standing(view: RegisterView, participant: str, node: str, fingerprint: str) -> KeyStanding:
    """How a node's message key stands at the end of `view`. Raises VerificationError for a key not of this node."""
    return key_standing(view, participant, node, fingerprint=fingerprint, purpose=Purpose.MESSAGE)


def key_standing(
    view: RegisterView, participant: str, node: str | None, *, fingerprint: str, purpose: Purpose
) -> KeyStanding:
    """How any key stands at the end of `view`. Raises VerificationError if it never was this one's for this."""
    fact = view.key(fingerprint)
    if fact is None or (fact.participant, fact.node, fact.purpose) != (participant, node, purpose):
        raise VerificationError("key-not-of-node", fingerprint=fingerprint, node=node or "")
    return _standing(fact)


def _standing(fact: KeyFact) -> KeyStanding:
    return KeyStanding(fact.key, fact.from_index, fact.replaced_index, fact.revoked_index, fact.suspect_since)


def log_time(view: RegisterListing, index: int) -> datetime | None:
    """The log time at leaf `index`, in UTC; None while log time has not begun there."""
    found = None
    for noted in view.times():
        if noted.index > index:
            break
        found = noted.at
    return None if found is None else datetime.fromtimestamp(found, UTC)


@dataclass(frozen=True, slots=True)
class TrustedHead:
    """A checkpoint with its quorum; not `witnessed` while the policy asks for nobody. `time` is Unix seconds."""

    size: int
    root: bytes
    witnessed: bool
    time: int | None
    note: Note


def witness_policy(view: RegisterView, size: int) -> WitnessPolicy:
    """Who must have cosigned a checkpoint of `size`, which `view` has folded at least.

    Raises VerificationError where so many witnesses lost their keys that no quorum is left.
    """
    quorum = view.quorum(size)
    return UNWITNESSED if quorum is None else policy_of(quorum)


def verify_trusted(view: RegisterView, note: Note, *, applied: int) -> TrustedHead:
    """The head `note` makes trusted, when the log and a quorum of its size signed it; `applied` leaves are in `view`.

    That the tree of this size is the one held here is the caller's to check. Raises MalformedError, VerificationError.
    """
    facts = view.globals()
    if facts is None:
        raise VerificationError("register-not-opened")
    checkpoint = verify_checkpoint(note, facts.origin, facts.log_keys)
    if not 1 <= checkpoint.size <= applied:
        raise VerificationError("checkpoint-not-folded", size=checkpoint.size, applied=applied)
    policy = witness_policy(view, checkpoint.size)
    quorum = verify_quorum(note, policy)
    return TrustedHead(checkpoint.size, checkpoint.root, policy.k > 0, quorum.time, note)


def trusted_head(view: RegisterView, notes: Iterable[Note], *, applied: int) -> TrustedHead | None:
    """The largest head among `notes` that is trusted; None when none is."""
    best: TrustedHead | None = None
    for note in notes:
        try:
            head = verify_trusted(view, note, applied=applied)
        except (MalformedError, VerificationError):
            continue
        if best is None or head.size > best.size:
            best = head
    return best


def trusted_size(view: RegisterView, notes: Iterable[Note], *, applied: int) -> int:
    """How many leaves are trusted by the best of `notes`; 0 when none is."""
    head = trusted_head(view, notes, applied=applied)
    return 0 if head is None else head.size


@dataclass(frozen=True, slots=True)
class TakenAway:
    """What entries above the trusted size revoke and withdraw: all of them that is used without an officer's word."""

    keys: frozenset[str]
    desks: frozenset[tuple[str, str]]
    nominations: frozenset[str]


def taken_away(newest: MemoryView) -> TakenAway:
    """What a view laid over the trusted one takes away from it: fingerprints, (participant, desk), nominations."""
    changed = newest.changed
    desks = {
        (state.id, desk.desk)
        for state in changed.participants.values()
        for node in state.nodes.values()
        for desk in node.desks.values()
        if desk.withdrawn_index is not None
    }
    return TakenAway(
        keys=frozenset(name for name, fact in changed.keys.items() if fact.revoked_index is not None),
        desks=frozenset(desks),
        nominations=frozenset(name for name, state in changed.nominations.items() if state.withdrawn),
    )
