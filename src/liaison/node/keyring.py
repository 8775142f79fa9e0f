"""Which of this node's private keys does a task use? A row says what each key is for, the vault has its seed.

Invariants: a key serves one register, one participant and one purpose; a retired signing key signs no more, a
retired sealing key still opens until it is destroyed; an unlocked key stays in this process's memory, nowhere else.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

from liaison.errors import UsageError
from liaison.keys.ports import Signer
from liaison.keys.private import Ed25519Signer, SealingIdentity
from liaison.keys.public import Algorithm, PublicKey, Purpose
from liaison.node.log.views import RowsView
from liaison.node.models import HeldKey
from liaison.node.node import Node
from liaison.node.ports import KeyVault
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work.statements import fetch
from liaison.register.facts import KeyFact

SEED = 32
_signers: WeakKeyDictionary[KeyVault, dict[str, Ed25519Signer]] = WeakKeyDictionary()
_openers: WeakKeyDictionary[KeyVault, dict[str, SealingIdentity]] = WeakKeyDictionary()


def create_key(
    node: Node, *, purpose: Purpose, register: str, participant: str, node_id: str = "", desk: str = ""
) -> PublicKey:
    """Make a fresh key, put it in the vault, note what it is for, and return its public half."""
    seed = node.entropy.draw(SEED)
    made = SealingIdentity.from_seed(seed) if purpose is Purpose.SEALING else Ed25519Signer.from_seed(seed)
    public = made.public
    node.vault.store(public.fingerprint, seed)
    with unit_of_work(node):
        HeldKey.objects.create(
            fingerprint=public.fingerprint,
            algorithm=public.alg.value,
            public=public.key,
            purpose=purpose.value,
            register=register,
            participant=participant,
            node=node_id,
            desk=desk,
            created_at=node.clock.now(),
        )
    return public


def public_of(row: HeldKey) -> PublicKey:
    """The public half of a held key."""
    return PublicKey(Algorithm(row.algorithm), row.public)


def held_key(node: Node, *, purpose: Purpose, register: str, participant: str, node_id: str = "") -> PublicKey:
    """The newest key of this purpose that counts by the log. Raises `UsageError` if there is none.

    A key made for a ceremony that is not in the log yet does not count, so the one before it goes on signing.
    """
    with reading(node):
        view = RowsView(register, pending=True)
        columns = ("created_at", "fingerprint", "algorithm", "public", "retired_at")
        rows = fetch(HeldKey, columns, register=register, participant=participant, node=node_id, purpose=purpose.value)
        for _, fingerprint, algorithm, public, retired in sorted(rows, reverse=True):
            if retired is None and (purpose is Purpose.LOG or _counts(view.key(fingerprint))):
                return PublicKey(Algorithm(algorithm), public)
    raise UsageError("no-key-for-purpose", purpose=purpose.value, participant=participant[:16])


def _counts(fact: KeyFact | None) -> bool:
    return fact is not None and fact.in_force


def signer(node: Node, *, purpose: Purpose, register: str, participant: str, node_id: str = "") -> Signer:
    """The private key for this purpose. Raises `UsageError` if this node holds none."""
    public = held_key(node, purpose=purpose, register=register, participant=participant, node_id=node_id)
    return signer_by_fingerprint(node, public.fingerprint)


def signer_by_fingerprint(node: Node, fingerprint: str) -> Signer:
    """The signing key with this fingerprint. Raises `UsageError` if the vault has it not."""
    unlocked = _signers.setdefault(node.vault, {})
    if fingerprint not in unlocked:
        unlocked[fingerprint] = Ed25519Signer.from_seed(node.vault.load(fingerprint))
    return unlocked[fingerprint]


def openers(node: Node, *, register: str, participant: str, node_id: str, desk: str) -> list[SealingIdentity]:
    """The sealing keys of a desk that may still open something, newest first."""
    with reading(node):
        columns = ("created_at", "fingerprint", "destroyed_at")
        rows = fetch(
            HeldKey,
            columns,
            register=register,
            participant=participant,
            node=node_id,
            desk=desk,
            purpose=Purpose.SEALING.value,
        )
    return [_opener(node, fingerprint) for _, fingerprint, gone in sorted(rows, reverse=True) if gone is None]


def _opener(node: Node, fingerprint: str) -> SealingIdentity:
    unlocked = _openers.setdefault(node.vault, {})
    if fingerprint not in unlocked:
        unlocked[fingerprint] = SealingIdentity.from_seed(node.vault.load(fingerprint))
    return unlocked[fingerprint]


def retire_key(node: Node, fingerprint: str) -> None:
    """Sign nothing more with this key; idempotent."""
    with unit_of_work(node):
        HeldKey.objects.filter(fingerprint=fingerprint, retired_at=None).update(retired_at=node.clock.now())


def destroy_key(node: Node, fingerprint: str) -> None:
    """Remove the seed for good, from the vault and from memory."""
    node.vault.destroy(fingerprint)
    _signers.setdefault(node.vault, {}).pop(fingerprint, None)
    _openers.setdefault(node.vault, {}).pop(fingerprint, None)
    with unit_of_work(node):
        now = node.clock.now()
        HeldKey.objects.filter(fingerprint=fingerprint, retired_at=None).update(retired_at=now)
        HeldKey.objects.filter(fingerprint=fingerprint, destroyed_at=None).update(destroyed_at=now)
