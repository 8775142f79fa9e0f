"""Do cosignatures say who saw what when, and does a policy count each witness once?"""

from __future__ import annotations

import base64
import json
import statistics
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.keys.mldsa import verify_mldsa44
from liaison.keys.ports import Signer
from liaison.keys.public import Algorithm, PublicKey
from liaison.tlog.checkpoint import log_key
from liaison.tlog.cosignature import (
    Cosignature,
    cosign,
    cosigned_message,
    cosigner_key,
    subtree_message,
    verify_cosignature,
)
from liaison.tlog.policy import UNWITNESSED, Quorum, WitnessPolicy, format_policy, lower_median, verify_quorum
from liaison.tlog.proofs import TreeHead
from liaison.wire.note import Note, NoteSignature, SignatureType, VerifierKey, format_vkey, parse_signatures, parse_vkey
from tests.tlog.cast import IMPOSTOR, LATTICE, LOG, NOON, ORIGIN, WITNESSES, cosigned, cosigners, logged, signed

VECTORS = Path(__file__).parents[1] / "vectors" / "tlog"
NOTE = signed(logged(5)[1])
NAME, SIGNER = "xc.example/a", WITNESSES["xc.example/a"]
KEY = cosigner_key(NAME, SIGNER.public)
LATTICE_KEY = cosigner_key("xd.example/lattice", LATTICE.public)


def test_an_ed25519_cosignature_says_who_and_when() -> None:
    line = cosign(NOTE.text, name=NAME, signer=SIGNER, time=NOON)
    assert verify_cosignature(NOTE.text, line, KEY) == Cosignature(NAME, SignatureType.ED25519_COSIGNATURE, NOON)


def test_an_ml_dsa_cosignature_says_who_and_when() -> None:
    line = cosign(NOTE.text, name=LATTICE_KEY.name, signer=LATTICE, time=NOON)
    seen = verify_cosignature(NOTE.text, line, LATTICE_KEY)
    assert seen == Cosignature(LATTICE_KEY.name, SignatureType.ML_DSA_44_COSIGNATURE, NOON)


def test_an_ed25519_cosignature_signs_the_message_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    assert cosigned_message(text, key=KEY, time=1679315147) == b"cosignature/v1\ntime 1679315147\n" + text.encode()


def test_an_ml_dsa_cosignature_of_another_implementation_verifies() -> None:
    vector = json.loads((VECTORS / "mldsa-subtree.json").read_text(encoding="utf-8"))
    key, (line,) = parse_vkey(vector["vkey"]), parse_signatures(vector["line"].encode() + b"\n")
    head = TreeHead(vector["end"], base64.b64decode(vector["root"]))
    message = subtree_message(vector["origin"], vector["start"], head, cosigner=key.name, time=0)
    assert (line.name, line.key_id) == (key.name, key.key_id)
    verify_mldsa44(key.public, message, line.signature[8:])


@pytest.mark.parametrize(("key", "signer"), [(KEY, SIGNER), (LATTICE_KEY, LATTICE)], ids=["ed25519", "ml-dsa-44"])
def test_a_cosignature_with_any_part_changed_is_refused(key: VerifierKey, signer: Signer) -> None:
    line = cosign(NOTE.text, name=key.name, signer=signer, time=NOON)
    for place in (0, 7, 8, len(line.signature) - 1):
        changed = bytearray(line.signature)
        changed[place] ^= 1
        with pytest.raises((VerificationError, MalformedError)):
            verify_cosignature(NOTE.text, NoteSignature(line.name, line.key_id, bytes(changed)), key)
    with pytest.raises(VerificationError, match="bad-signature"):
        verify_cosignature(NOTE.text.replace("\n5\n", "\n6\n"), line, key)
    with pytest.raises(MalformedError, match="cosignature-length"):
        verify_cosignature(NOTE.text, NoteSignature(line.name, line.key_id, line.signature + b"\0"), key)


def test_the_line_of_the_log_is_no_cosignature() -> None:
    with pytest.raises(VerificationError, match="cosignature-other-key"):
        verify_cosignature(NOTE.text, NOTE.signatures[0], cosigner_key(ORIGIN, LOG.public))
    line = NOTE.signatures[0]
    with pytest.raises(MalformedError, match="cosignature-length"):
        verify_cosignature(NOTE.text, line, log_key(ORIGIN, LOG.public))


def test_what_is_no_checkpoint_is_not_cosigned() -> None:
    with pytest.raises(MalformedError, match="checkpoint-lines"):
        cosign("hello\n", name=NAME, signer=SIGNER, time=NOON)


def test_an_ml_dsa_cosignature_never_stands_under_lines_it_does_not_cover() -> None:
    line = cosign(NOTE.text, name=LATTICE_KEY.name, signer=LATTICE, time=NOON)
    with pytest.raises(MalformedError, match="cosignature-not-covering"):
        cosign(NOTE.text + "more\n", name=LATTICE_KEY.name, signer=LATTICE, time=NOON)
    with pytest.raises(MalformedError, match="cosignature-not-covering"):
        verify_cosignature(NOTE.text + "more\n", line, LATTICE_KEY)


@pytest.mark.parametrize("time", [-1, 2**63])
def test_a_time_outside_the_format_is_refused(time: int) -> None:
    with pytest.raises(MalformedError, match="cosignature-time"):
        cosign(NOTE.text, name=NAME, signer=SIGNER, time=time)


def test_a_name_longer_than_the_format_allows_is_refused() -> None:
    with pytest.raises(MalformedError, match="cosignature-name-length"):
        cosign(NOTE.text, name="x" * 256, signer=LATTICE, time=NOON)


def test_a_sealing_key_cannot_cosign() -> None:
    with pytest.raises(UsageError, match="cosigner-key-algorithm"):
        cosigner_key(NAME, PublicKey.from_raw(Algorithm.MLKEM768X25519, bytes(1216)))


def test_three_of_five_are_a_quorum() -> None:
    quorum = verify_quorum(cosigned(NOTE, "e", "a", "c"), WitnessPolicy(3, cosigners(5)))
    assert [seen.name for seen in quorum.cosignatures] == ["xc.example/a", "xc.example/c", "xc.example/e"]


def test_two_of_five_are_not_three() -> None:
    with pytest.raises(VerificationError, match="quorum-missing") as caught:
        verify_quorum(cosigned(NOTE, "a", "c"), WitnessPolicy(3, cosigners(5)))
    assert caught.value.params == {"have": 2, "need": 3, "of": 5}


def test_without_witnesses_the_signature_of_the_log_suffices() -> None:
    assert verify_quorum(NOTE, UNWITNESSED) == Quorum(())
    assert Quorum(()).time is None


def test_witnesses_outside_the_policy_do_not_count() -> None:
    with pytest.raises(VerificationError, match="quorum-missing"):
        verify_quorum(cosigned(NOTE, "c", "d", "e"), WitnessPolicy(1, cosigners(2)))


def test_a_witness_does_not_count_twice() -> None:
    twice = cosigned(cosigned(NOTE, "a"), "a", time=NOON + 1)
    with pytest.raises(VerificationError, match="cosigner-twice"):
        verify_quorum(twice, WitnessPolicy(2, cosigners(3)))


def test_a_wrong_line_of_a_witness_of_the_policy_spoils_the_note() -> None:
    forged = cosign(NOTE.text, name="xc.example/b", signer=IMPOSTOR, time=NOON)
    line = NoteSignature("xc.example/b", cosigners(2)[1].key_id, forged.signature)
    with pytest.raises(VerificationError, match="bad-signature"):
        verify_quorum(cosigned(NOTE, "a").with_signatures([line]), WitnessPolicy(1, cosigners(2)))


def test_a_cosignature_for_another_checkpoint_does_not_count() -> None:
    other = signed(logged(6)[1])
    moved = Note(other.text, (*other.signatures, *cosigned(NOTE, "a").signatures[1:]))
    with pytest.raises(VerificationError, match="bad-signature"):
        verify_quorum(moved, WitnessPolicy(1, cosigners(1)))


def test_a_cosignature_without_time_does_not_count() -> None:
    with pytest.raises(VerificationError, match="cosignature-without-time"):
        verify_quorum(cosigned(NOTE, "a", time=0), WitnessPolicy(1, cosigners(1)))


def test_the_time_of_a_quorum_is_the_lower_median_of_its_ed25519_cosignatures() -> None:
    note = NOTE
    for name, time in {"a": 10, "b": 40, "c": 30, "d": 20}.items():
        note = cosigned(note, name, time=time)
    note = note.with_signatures([cosign(NOTE.text, name=LATTICE_KEY.name, signer=LATTICE, time=5)])
    assert verify_quorum(note, WitnessPolicy(5, (*cosigners(4), LATTICE_KEY))).time == 20


@given(st.lists(st.integers(0, 100), min_size=1))
def test_the_lower_median_is_that_of_the_library(times: list[int]) -> None:
    assert lower_median(times) == statistics.median_low(times)


@pytest.mark.parametrize(("k", "n"), [(-1, 0), (1, 0), (4, 3)])
def test_a_policy_nobody_can_fulfil_is_refused(k: int, n: int) -> None:
    with pytest.raises(MalformedError, match="policy-threshold"):
        WitnessPolicy(k, cosigners(n))


def test_a_policy_in_which_a_witness_could_count_twice_is_refused() -> None:
    same_key = cosigner_key("xc.example/other", SIGNER.public)
    same_name = cosigner_key(NAME, IMPOSTOR.public)
    for second in (KEY, same_key, same_name):
        with pytest.raises(MalformedError, match="policy-cosigner-twice"):
            WitnessPolicy(1, (KEY, second))


def test_a_policy_is_written_for_other_programs() -> None:
    log = log_key(ORIGIN, LOG.public)
    lines = format_policy([log], WitnessPolicy(2, cosigners(3))).split("\n")
    assert lines[0] == f"log {format_vkey(log)}"
    assert lines[1] == f"witness w1 {format_vkey(cosigners(1)[0])}"
    assert lines[4:] == ["group witnesses 2 w1 w2 w3", "quorum witnesses", ""]
    assert format_policy([log], UNWITNESSED).endswith("\nquorum none\n")
