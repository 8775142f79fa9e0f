"""Who must sign, and did exactly these sign?

    policy.published   needs [secretariat's roots: 2 of {a, b, c}] and [witnesses' entry keys: 3 of {d, e, f, g}]
    key.revoked        needs [roots: 2 of {a, b, c}] or [the key itself: 1 of {x}]

Invariants:
- A need counts distinct public keys in force; a revoked root key counts no more.
- Exactly the needed signatures: taking any one away breaks the rule. So an entry cannot be padded with signatures,
  and one key that fills two needs signs once.
- The cheap questions come first; Ed25519 is computed last.

Spec page: docs/spec/rules.md, rules 8 to 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from liaison.errors import VerificationError
from liaison.keys.public import PublicKey
from liaison.keys.signing import verify_envelope
from liaison.register.bodies import Roots
from liaison.register.law.numbers import Rule, broken, require
from liaison.register.views import RegisterView
from liaison.wire.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Need:
    """At least `count` of these keys (fingerprint → key) must have signed."""

    keys: Mapping[str, PublicKey]
    count: int

    def met_by(self, signers: frozenset[str]) -> bool:
        """Whether enough of the keys are among the signers."""
        return sum(fingerprint in self.keys for fingerprint in signers) >= self.count


Needs = Sequence[Need]


def by_all(keys: Iterable[PublicKey]) -> Need:
    """Every one of these keys."""
    named = {key.fingerprint: key for key in keys}
    return Need(named, len(named))


def by_roots(view: RegisterView, roots: Roots) -> Need:
    """The threshold of those roots that are not revoked."""
    named = {key.fingerprint: key for key in roots.keys}
    return Need({name: key for name, key in named.items() if _counts(view, name)}, roots.threshold)


def by_key(view: RegisterView, key: PublicKey) -> Need:
    """This one key, if it is not revoked."""
    name = _fingerprint(key)
    return Need({name: key} if _counts(view, name) else {}, 1)


def by_some(view: RegisterView, keys: Iterable[PublicKey], count: int) -> Need:
    """`count` of those keys that are not revoked."""
    named = {key.fingerprint: key for key in keys}
    return Need({name: key for name, key in named.items() if _counts(view, name)}, count)


def check_signatures(envelope: Envelope, alternatives: Sequence[Needs], *, exact: bool = True) -> None:
    """Return if the signatures fill one of `alternatives`, and nothing else stands there when `exact`.

    Raises VerificationError: rule 8 for a signature nobody asked for or that does not verify, 9 for too few, 10 for one
    that could be left out.
    """
    known = {name: key for needs in alternatives for need in needs for name, key in need.keys.items()}
    if not exact:
        envelope = replace(envelope, signatures=tuple(each for each in envelope.signatures if each.keyid in known))
    signers = frozenset(signature.keyid for signature in envelope.signatures)
    if not any(_filled(needs, signers) for needs in alternatives):
        require(signers <= known.keys(), Rule.SIGNATURE)
        broken(Rule.MISSING)
    require(signers <= known.keys(), Rule.SURPLUS)
    if exact:
        require(any(_exactly(needs, signers) for needs in alternatives), Rule.SURPLUS)
    try:
        verify_envelope(envelope, known)
    except VerificationError:
        broken(Rule.SIGNATURE)


@lru_cache(maxsize=4096)
def _fingerprint(key: PublicKey) -> str:
    return key.fingerprint


def _counts(view: RegisterView, fingerprint: str) -> bool:
    fact = view.key(fingerprint)
    return fact is None or fact.in_force


def _filled(needs: Needs, signers: frozenset[str]) -> bool:
    return all(need.met_by(signers) for need in needs)


def _exactly(needs: Needs, signers: frozenset[str]) -> bool:
    return _filled(needs, signers) and not any(_filled(needs, signers - {name}) for name in signers)
