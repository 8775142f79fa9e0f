"""Does this entry stand in the log, on whose word, and does it hold?

    judge_proof(proof, leaf, anchor=anchor)                      by the checkpoint in the anchor file, the same one only
    judge_proof(proof, leaf, anchor=anchor, register=register)   by the log's key, its witnesses and its rules

Invariants:
- An anchor names no key of the log, so alone it vouches for one tree: that of its own checkpoint.
- With the register the signatures are verified, and leaf and tree are also compared with the register's own: a log
  that showed two histories is caught even if it signed both.

Spec page: docs/spec/proof.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from liaison.errors import VerificationError
from liaison.register.anchor import Anchor
from liaison.register.export import OfflineRegister, root_at, verify_offline
from liaison.register.memory import MemoryView, Oddity
from liaison.register.standing import witness_policy
from liaison.tlog.checkpoint import Checkpoint, parse_checkpoint
from liaison.tlog.merkle import leaf_hash
from liaison.tlog.proofs import verify_inclusion
from liaison.tlog.tlogproof import LogProof, verify_proof


@dataclass(frozen=True, slots=True)
class JudgedProof:
    """A proof that holds: for which tree, and with the register what its rules say of the entry."""

    index: int
    checkpoint: Checkpoint
    judged: bool
    """Whether the register was there, so that signatures and rules were looked at."""
    witnessed: bool = False
    oddity: Oddity | None = None
    """Why the entry changed nothing; None when it holds, or when it was not `judged`."""


def judge_proof(
    proof: LogProof, leaf: bytes, *, anchor: Anchor, register: OfflineRegister | None = None
) -> JudgedProof:
    """What the proof shows of `leaf`. Raises VerificationError when it shows nothing, MalformedError."""
    if register is None:
        return _by_anchor(proof, leaf, anchor)
    view = verify_offline(register, known=anchor).view
    return _by_register(proof, leaf, register, view)


def _by_anchor(proof: LogProof, leaf: bytes, anchor: Anchor) -> JudgedProof:
    checkpoint = parse_checkpoint(proof.checkpoint.text)
    if anchor.checkpoint is None or parse_checkpoint(anchor.checkpoint.text) != checkpoint:
        raise VerificationError("proof-needs-register", size=checkpoint.size)
    verify_inclusion(leaf_hash(leaf), index=proof.index, proof=proof.path, head=checkpoint.head)
    return JudgedProof(proof.index, checkpoint, judged=False)


def _by_register(proof: LogProof, leaf: bytes, register: OfflineRegister, view: MemoryView) -> JudgedProof:
    facts = view.globals()
    size = parse_checkpoint(proof.checkpoint.text).size
    if facts is None:
        raise VerificationError("register-not-opened")
    if size > view.size:
        raise VerificationError("proof-newer-than-register", size=size, held=view.size)
    policy = witness_policy(view, size)
    checkpoint = verify_proof(proof, leaf, origin=facts.origin, keys=facts.log_keys, policy=policy)
    if register.leaves[proof.index] != leaf or root_at(register.leaves, size) != checkpoint.root:
        raise VerificationError("offline-other-history", size=size)
    oddity = next((each for each in view.changed.oddities if each.index == proof.index), None)
    return JudgedProof(proof.index, checkpoint, judged=True, witnessed=policy.k > 0, oddity=oddity)
