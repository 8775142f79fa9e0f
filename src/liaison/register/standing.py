"""Did this message key count, and what time was it by the log?

    index   0 ……… 7 ………… 40 ………… 55
    key A         named   replaced            counts for messages composed under sizes 8 to 40
    key B                 named    revoked    suspect from `suspect_since` on, never accepted again

Invariants:
- No rule reads a clock: validity is a matter of leaf numbers, waiting a matter of log time.
- Log time at an index is the largest median noted at or before it, so it never goes back.

Spec page: docs/spec/trusted-state.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from liaison.errors import VerificationError
from liaison.keys.public import PublicKey, Purpose
from liaison.register.facts import KeyFact
from liaison.register.views import RegisterListing, RegisterView


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
