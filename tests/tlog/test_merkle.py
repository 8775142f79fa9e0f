"""Are roots and proofs those of RFC 6962, for every tree?"""

from __future__ import annotations

import hashlib

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import UsageError, VerificationError
from liaison.tlog.merkle import EMPTY_ROOT, Frontier, leaf_hash, root_of
from liaison.tlog.proofs import (
    EMPTY_HEAD,
    TreeHead,
    prove_consistency,
    prove_inclusion,
    subtree_root,
    verify_consistency,
    verify_inclusion,
)
from tests.tlog.naive import naive_consistency, naive_path, naive_root

LEAVES = [leaf_hash(bytes([number % 256, number // 256])) for number in range(700)]
ROOTS = [naive_root(LEAVES[:size]) for size in range(300)]
SIZES = st.integers(0, 299)
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=12).map(tuple)


def read(level: int, index: int) -> bytes:
    return naive_root(LEAVES[index << level : (index + 1) << level])


def head(size: int) -> TreeHead:
    return TreeHead(size, ROOTS[size])


# The leaves and roots of the Certificate Transparency reference tests, shared by the tests of many implementations.
KNOWN_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_roots_of_the_reference_tests_are_found() -> None:
    leaves = [leaf_hash(bytes.fromhex(entry)) for entry in KNOWN_LEAVES]
    assert [root_of(leaves[: size + 1]).hex() for size in range(8)] == KNOWN_ROOTS


def test_the_empty_root_is_the_hash_of_nothing() -> None:
    assert hashlib.sha256(b"").digest() == root_of([]) == Frontier().root() == EMPTY_ROOT


@given(SIZES)
def test_a_root_is_that_of_the_naive_twin(size: int) -> None:
    assert root_of(LEAVES[:size]) == ROOTS[size]


@given(st.lists(st.integers(0, 60), max_size=4))
def test_a_frontier_has_the_root_of_the_naive_twin_however_it_grew(steps: list[int]) -> None:
    frontier = Frontier()
    for step in steps:
        frontier.extend(LEAVES[frontier.size : frontier.size + step])
    assert (frontier.size, frontier.root()) == (sum(steps), ROOTS[sum(steps)])


@given(SIZES)
def test_a_frontier_holds_one_peak_for_each_set_bit(size: int) -> None:
    frontier = Frontier()
    frontier.extend(LEAVES[:size])
    assert len(frontier.peaks) == size.bit_count()


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=40))
def test_pymerkle_finds_the_same_root(entries: list[bytes]) -> None:
    assert pymerkle_tree(entries).get_root() == root_of([leaf_hash(entry) for entry in entries])


@given(st.data(), st.integers(1, 60))
def test_pymerkle_accepts_our_roots_with_its_own_proofs(data: st.DataObject, size: int) -> None:
    other = pymerkle_tree([bytes([number, 0]) for number in range(size)])
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    pymerkle.verify_inclusion(LEAVES[index], ROOTS[size], other.prove_inclusion(index + 1, size))
    pymerkle.verify_consistency(ROOTS[old], ROOTS[size], other.prove_consistency(old, size))


def pymerkle_tree(entries: list[bytes]) -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    return tree


@given(st.data(), st.integers(1, 299))
def test_an_audit_path_is_that_of_the_naive_twin_and_verifies(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(read, index, size)
    assert list(proof) == naive_path(index, LEAVES[:size])
    assert verify_inclusion(LEAVES[index], index=index, proof=proof, head=head(size)) == head(size)


@given(st.data(), st.integers(1, 299))
def test_a_consistency_proof_is_that_of_the_naive_twin_and_verifies(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new))
    proof = prove_consistency(read, old, new)
    assert list(proof) == naive_consistency(old, LEAVES[:new])
    assert verify_consistency(head(old), head(new), proof) == head(new)


@given(st.data(), st.integers(1, 299))
def test_an_audit_path_for_another_place_is_refused(data: st.DataObject, size: int) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, size))
    proof = prove_inclusion(read, index, size)
    if other != index:
        with pytest.raises(VerificationError):
            verify_inclusion(LEAVES[index], index=other, proof=proof, head=head(size))


@given(st.data(), st.integers(2, 299))
def test_an_audit_path_with_one_bit_flipped_is_refused(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = list(prove_inclusion(read, index, size))
    place = data.draw(st.integers(0, len(proof) - 1))
    proof[place] = flipped(proof[place], data.draw(st.integers(0, 255)))
    with pytest.raises(VerificationError):
        verify_inclusion(LEAVES[index], index=index, proof=tuple(proof), head=head(size))


@given(st.integers(0, 9), st.integers(0, 9), HASHES)
def test_an_invented_audit_path_is_refused(index: int, size: int, proof: tuple[bytes, ...]) -> None:
    with pytest.raises(VerificationError):
        verify_inclusion(leaf_hash(b"never logged"), index=index, proof=proof, head=head(size))


@given(st.integers(1, 299), st.data(), HASHES)
def test_an_invented_consistency_proof_is_refused(new: int, data: st.DataObject, proof: tuple[bytes, ...]) -> None:
    old = data.draw(st.integers(1, new))
    with pytest.raises(VerificationError):
        verify_consistency(TreeHead(old, leaf_hash(b"another tree")), head(new), proof)


@given(st.data(), st.integers(2, 299))
def test_a_consistency_proof_lengthened_or_shortened_is_refused(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof = prove_consistency(read, old, new)
    for wrong in (proof[:-1], proof[1:], (*proof, proof[0]), (proof[0], *proof)):
        with pytest.raises(VerificationError):
            verify_consistency(head(old), head(new), wrong)


def test_a_tree_that_shrinks_is_refused() -> None:
    with pytest.raises(VerificationError, match="consistency-backwards"):
        verify_consistency(head(5), head(4), ())


def test_the_empty_tree_is_the_beginning_of_every_tree_without_a_proof() -> None:
    assert verify_consistency(EMPTY_HEAD, head(7), ()) == head(7)
    with pytest.raises(VerificationError):
        verify_consistency(EMPTY_HEAD, head(7), (LEAVES[0],))
    with pytest.raises(VerificationError):
        verify_consistency(TreeHead(0, LEAVES[0]), head(7), ())


def test_two_trees_of_one_size_need_one_root() -> None:
    with pytest.raises(VerificationError, match="consistency-proof-wrong"):
        verify_consistency(TreeHead(7, LEAVES[0]), head(7), ())


@pytest.mark.parametrize(("index", "size"), [(0, 0), (7, 7), (-1, 7)])
def test_no_audit_path_is_made_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(UsageError, match="proof-out-of-range"):
        prove_inclusion(read, index, size)


def test_no_consistency_proof_is_made_to_a_smaller_tree() -> None:
    with pytest.raises(UsageError, match="proof-out-of-range"):
        prove_consistency(read, 8, 7)


@given(SIZES)
def test_the_root_put_together_from_subtrees_is_that_of_the_naive_twin(size: int) -> None:
    assert subtree_root(read, 0, size) == ROOTS[size]


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
