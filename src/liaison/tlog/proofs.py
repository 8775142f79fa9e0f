"""Is this entry in that tree, and is the smaller tree the beginning of the larger?

Audit paths and consistency proofs of RFC 6962 §2.1.1 and §2.1.2, made from subtree roots and verified as in
RFC 9162 §2.1.3.2 and §2.1.4.2.

Invariants:
- A proof is a tuple of hashes, the lowest first; made and verified proofs agree for every index and size.
- An empty consistency proof stands between equal trees and from the empty tree, and nowhere else.

Spec page: docs/spec/proof.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from liaison.errors import UsageError, VerificationError
from liaison.tlog.merkle import EMPTY_ROOT, node_hash
from liaison.tlog.ports import HashReader

Proof = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A tree by its size (number of entries) and root (32 bytes)."""

    size: int
    root: bytes


EMPTY_HEAD = TreeHead(0, EMPTY_ROOT)


def subtree_root(read: HashReader, start: int, end: int) -> bytes:
    """The root over the entries [start, end), where `start` is a multiple of a power of two not below the length."""
    if start == end:
        return EMPTY_ROOT
    length = end - start
    level = length.bit_length() - 1
    if length == 1 << level:
        return read(level, start >> level)
    middle = start + _split(length)
    return node_hash(subtree_root(read, start, middle), subtree_root(read, middle, end))


def prove_inclusion(read: HashReader, index: int, size: int) -> Proof:
    """The audit path of entry `index` in the tree of `size` entries.

    Raises UsageError when the tree has no such entry.
    """
    if not 0 <= index < size:
        raise UsageError("proof-out-of-range", index=index, size=size)
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree_root(read, middle, end))
            end = middle
        else:
            path.append(subtree_root(read, start, middle))
            start = middle
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, *, index: int, proof: Proof, head: TreeHead) -> TreeHead:
    """`head`, when it holds the leaf hash `leaf` at `index`.

    Raises VerificationError when the path has another length or leads to another root.
    """
    if not 0 <= index < head.size:
        raise VerificationError("inclusion-out-of-range", index=index, size=head.size)
    node, last, root = index, head.size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise VerificationError("inclusion-proof-wrong", index=index, size=head.size)
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    if last != 0 or root != head.root:
        raise VerificationError("inclusion-proof-wrong", index=index, size=head.size)
    return head


def prove_consistency(read: HashReader, old_size: int, new_size: int) -> Proof:
    """The proof that the tree of `old_size` entries is the beginning of the tree of `new_size`.

    Raises UsageError when the old tree is the larger one.
    """
    if not 0 <= old_size <= new_size:
        raise UsageError("proof-out-of-range", index=old_size, size=new_size)
    if old_size in (0, new_size):
        return ()
    start, end = 0, new_size
    path: list[bytes] = []
    while old_size != end:
        middle = start + _split(end - start)
        if old_size <= middle:
            path.append(subtree_root(read, middle, end))
            end = middle
        else:
            path.append(subtree_root(read, start, middle))
            start = middle
    # The old root itself is left out where the verifier has it: when the old tree is one complete subtree.
    return tuple(reversed(path)) if start == 0 else (subtree_root(read, start, end), *reversed(path))


def verify_consistency(old: TreeHead, new: TreeHead, proof: Proof) -> TreeHead:
    """`new`, when `old` is its beginning.

    Raises VerificationError when the old tree is larger, or the proof does not lead to both roots.
    """
    if old.size > new.size:
        raise VerificationError("consistency-backwards", old=old.size, new=new.size)
    if old.size in (0, new.size):
        expected = EMPTY_ROOT if old.size == 0 else new.root
        if proof or old.root != expected:
            raise VerificationError("consistency-proof-wrong", old=old.size, new=new.size)
        return new
    if _roots_of(old, new, proof) != (old.root, new.root):
        raise VerificationError("consistency-proof-wrong", old=old.size, new=new.size)
    return new


def _roots_of(old: TreeHead, new: TreeHead, proof: Proof) -> tuple[bytes, bytes] | None:
    """The old and the new root a proof leads to, or None when its length is wrong (0 < old.size < new.size)."""
    path = (old.root, *proof) if old.size & (old.size - 1) == 0 else proof
    node, last = old.size - 1, new.size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    if not path:
        return None
    old_root = new_root = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new_root = node_hash(new_root, sibling)
        node, last = node >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None


def _split(length: int) -> int:
    """The largest power of two below `length` (at least 2)."""
    return 1 << ((length - 1).bit_length() - 1)
