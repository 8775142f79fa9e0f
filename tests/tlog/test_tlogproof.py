"""Does a proof file show what it should without network, and nothing else?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError, VerificationError
from liaison.tlog.log import LogReader
from liaison.tlog.policy import UNWITNESSED, WitnessPolicy
from liaison.tlog.tlogproof import PROOF_LIMIT, LogProof, format_proof, parse_proof, verify_proof
from tests.tlog.cast import KEYS, ORIGIN, cosigned, cosigners, logged, signed

STORE, HEAD = logged(300)
NOTE = cosigned(signed(HEAD), "a", "b")
PROOF = LogProof(257, LogReader(STORE, HEAD).inclusion(257), NOTE)
DATA = format_proof(PROOF)
POLICY = WitnessPolicy(2, cosigners(3))


def test_a_proof_shows_that_an_entry_is_in_the_witnessed_log() -> None:
    checkpoint = verify_proof(parse_proof(DATA), b"entry 257", origin=ORIGIN, keys=KEYS, policy=POLICY)
    assert checkpoint.head == HEAD


def test_a_proof_for_another_entry_is_refused() -> None:
    with pytest.raises(VerificationError, match="inclusion-proof-wrong"):
        verify_proof(PROOF, b"entry 258", origin=ORIGIN, keys=KEYS, policy=POLICY)


def test_a_proof_without_its_quorum_is_refused() -> None:
    with pytest.raises(VerificationError, match="quorum-missing"):
        verify_proof(PROOF, b"entry 257", origin=ORIGIN, keys=KEYS, policy=WitnessPolicy(3, cosigners(3)))


def test_a_proof_from_another_log_is_refused() -> None:
    with pytest.raises(VerificationError, match="checkpoint-other-origin"):
        verify_proof(PROOF, b"entry 257", origin="rehearsal.example", keys=KEYS, policy=UNWITNESSED)


@pytest.mark.parametrize("extra", [None, b"hello", bytes(100)])
def test_a_proof_is_read_back_as_it_was_printed(extra: bytes | None) -> None:
    proof = replace(PROOF, extra=extra)
    assert parse_proof(format_proof(proof)) == proof


def test_a_proof_in_a_log_of_one_has_no_hashes() -> None:
    store, head = logged(1)
    proof = LogProof(0, LogReader(store, head).inclusion(0), signed(head))
    assert format_proof(proof).startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\nlog.register.example\n1\n")
    assert parse_proof(format_proof(proof)) == proof


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"c2sp.org/tlog-proof@v1\n" + tail))
def test_random_bytes_are_a_proof_that_reprints_or_our_error(data: bytes) -> None:
    try:
        proof = parse_proof(data)
    except MalformedError:
        return
    assert format_proof(proof) == data


@given(st.data())
def test_a_proof_with_one_byte_changed_reprints_or_is_refused(data: st.DataObject) -> None:
    changed = bytearray(DATA)
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        proof = parse_proof(bytes(changed))
    except MalformedError:
        return
    assert format_proof(proof) == bytes(changed)


HASH = DATA.split(b"\n")[2] + b"\n"


@pytest.mark.parametrize(
    "data",
    [
        DATA.replace(b"@v1", b"@v2"),
        DATA.replace(b"index 257", b"index 0257"),
        DATA.replace(b"index 257\n", b""),
        DATA.replace(b"index 257\n", b"extra \nindex 257\n"),
        DATA.replace(b"index 257\n", b"index 257\nextra aGVsbG8=\n"),
        DATA.replace(b"\n\n", b"\n", 1),
        DATA.replace(HASH, HASH.replace(b"=", b"")),
        DATA.replace(HASH, HASH * 60),
        DATA.replace(HASH, b"AAAA\n"),
        DATA.replace(b"index", b"index\xff"),
        DATA + b"\n",
        b"\n" + DATA,
    ],
)
def test_another_spelling_of_a_proof_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_proof(data)


def test_an_oversized_proof_is_refused_unread() -> None:
    with pytest.raises(MalformedError, match="proof-too-large"):
        parse_proof(bytes(PROOF_LIMIT + 1))
