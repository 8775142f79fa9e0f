"""Is a fork shown to anybody, and is an honest log never accused?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.tlog.log import LogReader
from liaison.tlog.monitor import ForkEvidence, View, compare_view, decode_fork, encode_fork, find_fork, verify_fork
from liaison.tlog.proofs import TreeHead
from tests.tlog.cast import IMPOSTOR, KEYS, ORIGIN, logged, signed

STORE, HEAD = logged(300)
READER = LogReader(STORE, HEAD)
SIZES = st.integers(1, 300)


@settings(max_examples=40)
@given(SIZES)
def test_a_fork_is_shown_whatever_the_sizes(size: int) -> None:
    other = signed(logged(size, "rewritten")[1])
    evidence = find_fork(signed(HEAD), other, origin=ORIGIN, keys=KEYS, larger=READER)
    assert evidence is not None
    first, second = verify_fork(decode_fork(encode_fork(evidence)), origin=ORIGIN, keys=KEYS)
    assert {first.size, second.size} == {size, 300}


@settings(max_examples=40)
@given(SIZES, st.booleans())
def test_an_honest_log_is_never_accused(size: int, swapped: bool) -> None:
    pair = [signed(READER.earlier(size)), signed(HEAD)]
    first, second = reversed(pair) if swapped else pair
    assert find_fork(first, second, origin=ORIGIN, keys=KEYS, larger=READER) is None


def evidence() -> ForkEvidence:
    rewritten = signed(logged(100, "rewritten")[1])
    found = find_fork(signed(HEAD), rewritten, origin=ORIGIN, keys=KEYS, larger=READER)
    assert found is not None
    return found


def test_evidence_with_a_checkpoint_the_log_did_not_sign_is_refused() -> None:
    forged = signed(logged(100, "rewritten")[1], signer=IMPOSTOR)
    with pytest.raises(VerificationError, match="checkpoint-not-signed"):
        verify_fork(replace(evidence(), first=forged), origin=ORIGIN, keys=KEYS)


def test_evidence_with_an_invented_prefix_is_refused() -> None:
    with pytest.raises(VerificationError, match="consistency-proof-wrong"):
        verify_fork(replace(evidence(), prefix=bytes(32)), origin=ORIGIN, keys=KEYS)


def test_two_checkpoints_that_agree_are_no_evidence() -> None:
    honest = replace(evidence(), first=signed(READER.earlier(100)))
    with pytest.raises(VerificationError, match="fork-not-shown"):
        verify_fork(honest, origin=ORIGIN, keys=KEYS)


def test_evidence_needs_the_tiles_of_the_larger_checkpoint() -> None:
    with pytest.raises(UsageError, match="fork-other-tiles"):
        find_fork(signed(logged(400, "rewritten")[1]), signed(HEAD), origin=ORIGIN, keys=KEYS, larger=READER)


@given(st.binary(max_size=100))
def test_random_bytes_are_no_evidence(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_fork(data)


@given(st.data())
def test_evidence_with_one_byte_changed_raises_only_our_errors(data: st.DataObject) -> None:
    changed = bytearray(encode_fork(evidence()))
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = decode_fork(bytes(changed))
    except MalformedError:
        return
    assert encode_fork(found) == bytes(changed)


@pytest.mark.parametrize(
    ("other", "view"),
    [
        (HEAD, View.SAME),
        (READER.earlier(77), View.EARLIER),
        (READER.earlier(0), View.EARLIER),
        (TreeHead(301, bytes(32)), View.LATER),
        (TreeHead(300, bytes(32)), View.FORKED),
        (TreeHead(77, bytes(32)), View.FORKED),
    ],
)
def test_the_view_of_another_is_compared_with_ones_own_tiles(other: TreeHead, view: View) -> None:
    assert compare_view(READER, other) == view
