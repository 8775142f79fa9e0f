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

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from liaison.errors import VerificationError
from liaison.keys.ed25519 import verify_ed25519
from liaison.keys.public import PublicKey
from liaison.register.bodies import Roots
from liaison.register.law.numbers import Rule, broken, require
from liaison.register.views import RegisterView
from liaison.wire.envelope import Envelope, pae


class Need(msgspec.Struct, frozen=True):
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
    name = key.fingerprint
    return Need({name: key} if _counts(view, name) else {}, 1)


def by_some(view: RegisterView, keys: Iterable[PublicKey], count: int) -> Need:
    """`count` of those keys that are not revoked."""
    named = {key.fingerprint: key for key in keys}
    return Need({name: key for name, key in named.items() if _counts(view, name)}, count)


class SignatureCheck(msgspec.Struct, frozen=True, gc=False):
    """The costly half of rule 8: every (public key, signature), both raw, over one message."""

    message: bytes
    signed: tuple[tuple[bytes, bytes], ...]

    def run(self) -> None:
        """Compute Ed25519 over all of them. Raises VerificationError."""
        for public, signature in self.signed:
            try:
                verify_ed25519(public, self.message, signature)
            except VerificationError:
                broken(Rule.SIGNATURE)


Later = Callable[[SignatureCheck], None]
"""Takes a check to be run elsewhere; who uses it throws the whole fold away if one of them fails."""


def check_signers(envelope: Envelope, alternatives: Sequence[Needs], *, exact: bool = True) -> SignatureCheck:
    """What is left to compute, if the signers fill one of `alternatives` and nobody else stands there when `exact`.

    Raises VerificationError: rule 8 for a signature nobody asked for, 9 for too few, 10 for one that could be left out.
    """
    if (single := _single(envelope, alternatives)) is not None:
        return single
    known = {name: key for needs in alternatives for need in needs for name, key in need.keys.items()}
    kept = [each for each in envelope.signatures if exact or each.keyid in known]
    signers = frozenset(each.keyid for each in kept)
    if not any(_filled(needs, signers) for needs in alternatives):
        require(signers <= known.keys(), Rule.SIGNATURE)
        broken(Rule.MISSING)
    require(signers <= known.keys(), Rule.SURPLUS)
    if exact:
        require(any(_exactly(needs, signers) for needs in alternatives), Rule.SURPLUS)
    signed = tuple((known[each.keyid].raw, each.sig) for each in kept)
    return SignatureCheck(pae(envelope.payload_type, envelope.payload), signed)


def _single(envelope: Envelope, alternatives: Sequence[Needs]) -> SignatureCheck | None:
    """The short way for nearly every entry of a log: one signature where one key is needed."""
    if not len(envelope.signatures) == len(alternatives) == len(alternatives[0]) == 1:
        return None
    signature, need = envelope.signatures[0], alternatives[0][0]
    key = need.keys.get(signature.keyid)
    if key is None or need.count != 1:
        return None
    return SignatureCheck(pae(envelope.payload_type, envelope.payload), ((key.raw, signature.sig),))


def _counts(view: RegisterView, fingerprint: str) -> bool:
    fact = view.key(fingerprint)
    return fact is None or fact.in_force


def _filled(needs: Needs, signers: frozenset[str]) -> bool:
    return all(need.met_by(signers) for need in needs)


def _exactly(needs: Needs, signers: frozenset[str]) -> bool:
    return _filled(needs, signers) and not any(_filled(needs, signers - {name}) for name in signers)
