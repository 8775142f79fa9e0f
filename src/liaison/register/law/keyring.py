"""May this key be named here, and what happens to those it follows?

    root key "a" of 9ab0…      named again in the next roots      goes on, need not sign as new
    root key "a" of 9ab0…      named as an entry key, or by 77d3…  void: one key, one participant, one purpose
    a replaced or revoked key  named again                         void: it never returns

Spec page: docs/spec/rules.md, rules 11 to 13.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace as changed

from liaison.errors import MalformedError
from liaison.keys.public import Algorithm, PublicKey, Purpose, check_public_key
from liaison.register.bodies import NodeKeys, Roots
from liaison.register.facts import KeyFact
from liaison.register.law.numbers import Rule, broken, require
from liaison.register.views import RegisterView


@dataclass(frozen=True, slots=True)
class Use:
    """A key as an entry names it."""

    key: PublicKey
    purpose: Purpose
    node: str | None = None


def uses_of_roots(roots: Roots) -> tuple[Use, ...]:
    """The root keys an entry names."""
    return tuple(Use(key, Purpose.ROOT) for key in roots.keys)


def uses_of_node(keys: NodeKeys) -> tuple[Use, ...]:
    """The keys an entry names for one node."""
    named = ((keys.entry, Purpose.ENTRY), (keys.message, Purpose.MESSAGE), (keys.http, Purpose.HTTP))
    cosigning = ((key, Purpose.COSIGNING) for key in keys.cosigning)
    return tuple(Use(key, purpose, keys.node) for key, purpose in (*named, *cosigning))


def introduce(view: RegisterView, owner: str, uses: Sequence[Use], index: int) -> dict[str, KeyFact]:
    """The facts of those keys that are new; the others are in force for the same use. Raises VerificationError."""
    seen: set[str] = set()
    new: dict[str, KeyFact] = {}
    for use in uses:
        name = use.key.fingerprint
        require(name not in seen, Rule.KEY_USE)
        seen.add(name)
        known = view.key(name)
        if known is None:
            _check_sound(use.key)
            new[name] = KeyFact(use.key, owner, use.node, use.purpose, index, None, None, None)
            continue
        require((known.participant, known.node, known.purpose) == (owner, use.node, use.purpose), Rule.KEY_USE)
        require(known.in_force, Rule.KEY_GONE)
    return new


def replace_keys(
    view: RegisterView, before: Iterable[PublicKey], after: Iterable[PublicKey], index: int
) -> dict[str, KeyFact]:
    """The facts of those keys `before` that are not among those `after`, replaced at `index`."""
    kept = {key.fingerprint for key in after}
    gone: dict[str, KeyFact] = {}
    for key in before:
        name = key.fingerprint
        known = view.key(name)
        if name not in kept and known is not None and known.in_force:
            gone[name] = changed(known, replaced_index=index)
    return gone


def _check_sound(key: PublicKey) -> None:
    try:
        check_public_key(key, Algorithm.ED25519)
    except MalformedError:
        broken(Rule.KEY)
