"""Does a witness cosign what continues its last checkpoint, and nothing else?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.tlog.log import LogReader
from liaison.tlog.policy import WitnessPolicy, verify_quorum
from liaison.tlog.proofs import EMPTY_HEAD, TreeHead
from liaison.tlog.witness import (
    AddCheckpoint,
    answer_cosigned,
    format_add_checkpoint,
    format_size,
    judge_checkpoint,
    parse_add_checkpoint,
    parse_size,
    status_of,
    take_cosignatures,
)
from liaison.wire.note import NOTE_LIMIT
from tests.tlog.cast import IMPOSTOR, KEYS, NOON, WITNESSES, cosigners, logged, signed

STORE, HEAD = logged(300)
READER = LogReader(STORE, HEAD)
NOTE = signed(HEAD)


def asked(old: int) -> AddCheckpoint:
    return AddCheckpoint(old, READER.consistency(old), NOTE)


DATA = format_add_checkpoint(asked(257))


@pytest.mark.parametrize("old", [0, 1, 256, 257, 299, 300])
def test_a_checkpoint_that_continues_the_last_one_is_cosigned(old: int) -> None:
    request = parse_add_checkpoint(format_add_checkpoint(asked(old)))
    fresh = judge_checkpoint(request, keys=KEYS, last=READER.earlier(old))
    answer = answer_cosigned(request, {"xc.example/a": WITNESSES["xc.example/a"]}, time=NOON)
    note = take_cosignatures(NOTE, answer, cosigners(1))
    assert fresh.head == HEAD
    assert verify_quorum(note, WitnessPolicy(1, cosigners(1))).time == NOON


def refused(request: AddCheckpoint, last: TreeHead, *, keys: list | None = KEYS) -> tuple[str, int]:
    with pytest.raises(VerificationError) as caught:
        judge_checkpoint(request, keys=keys, last=last)
    return caught.value.code, status_of(caught.value)


def test_a_log_the_witness_does_not_follow_is_404() -> None:
    assert refused(asked(0), EMPTY_HEAD, keys=None) == ("witness-origin-unknown", 404)


def test_a_checkpoint_no_key_of_the_log_signed_is_403() -> None:
    forged = AddCheckpoint(0, (), signed(HEAD, signer=IMPOSTOR))
    assert refused(forged, EMPTY_HEAD) == ("checkpoint-not-signed", 403)


def test_an_old_size_above_the_new_one_is_400() -> None:
    request = AddCheckpoint(301, (), NOTE)
    assert refused(request, EMPTY_HEAD) == ("witness-old-size-above", 400)


def test_an_old_size_that_is_not_the_witness_s_is_409_and_names_it() -> None:
    with pytest.raises(VerificationError, match="witness-stands-elsewhere") as caught:
        judge_checkpoint(asked(10), keys=KEYS, last=READER.earlier(20))
    assert status_of(caught.value) == 409
    assert parse_size(format_size(int(caught.value.params["size"]))) == 20


def test_a_rollback_is_409() -> None:
    smaller = AddCheckpoint(200, (), signed(READER.earlier(200)))
    assert refused(smaller, HEAD) == ("witness-stands-elsewhere", 409)


def test_another_root_of_the_same_size_is_409() -> None:
    other = logged(300, "rewritten")[1]
    assert refused(AddCheckpoint(300, (), signed(other)), HEAD) == ("witness-other-root", 409)


def test_a_proof_that_does_not_hold_is_422() -> None:
    wrong = AddCheckpoint(257, READER.consistency(258), NOTE)
    assert refused(wrong, READER.earlier(257)) == ("consistency-proof-wrong", 422)


def test_a_history_that_was_rewritten_is_422() -> None:
    store, head = logged(300, "rewritten")
    rewritten = AddCheckpoint(257, LogReader(store, head).consistency(257), signed(head))
    assert refused(rewritten, READER.earlier(257)) == ("consistency-proof-wrong", 422)


def test_a_proof_from_the_empty_tree_is_422() -> None:
    assert refused(AddCheckpoint(0, (bytes(32),), NOTE), EMPTY_HEAD) == ("consistency-proof-wrong", 422)


def test_a_request_of_another_form_is_400() -> None:
    with pytest.raises(MalformedError) as caught:
        parse_add_checkpoint(DATA.replace(b"old 257", b"old 0257"))
    assert status_of(caught.value) == 400


def test_a_failure_of_ours_is_500() -> None:
    assert status_of(UsageError("ml-dsa-unavailable")) == 500


def test_a_request_is_read_back_as_it_was_printed() -> None:
    assert parse_add_checkpoint(DATA) == asked(257)


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"old 5\n" + tail))
def test_random_bytes_are_a_request_that_reprints_or_our_error(data: bytes) -> None:
    try:
        request = parse_add_checkpoint(data)
    except MalformedError:
        return
    assert format_add_checkpoint(request) == data


@given(st.data())
def test_a_request_with_one_byte_changed_reprints_or_is_refused(data: st.DataObject) -> None:
    changed = bytearray(DATA)
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        request = parse_add_checkpoint(bytes(changed))
    except MalformedError:
        return
    assert format_add_checkpoint(request) == bytes(changed)


LINE = DATA.split(b"\n")[1] + b"\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        DATA.replace(b"old 257\n", b""),
        DATA.replace(b"old 257", b"old  257"),
        DATA.replace(b"old 257", b"old -1"),
        DATA.replace(b"\n\n", b"\n", 1),
        DATA.replace(LINE, LINE * 64),
        DATA.replace(LINE, b"AAAA\n"),
        b"old 5\n\nno checkpoint\n\n" + DATA.rpartition(b"\n\n")[2],
        DATA[:-1],
        b"old 5\n\n" + bytes(2 * NOTE_LIMIT),
    ],
)
def test_another_spelling_of_a_request_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_add_checkpoint(data)


@pytest.mark.parametrize("data", [b"", b"5", b"05\n", b"5\n\n", b"five\n", b"\xff\n", b"1" * 40 + b"\n"])
def test_another_spelling_of_a_size_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_size(data)


def test_an_answer_without_a_known_line_is_refused() -> None:
    answer = answer_cosigned(asked(0), {"xc.example/b": WITNESSES["xc.example/b"]}, time=NOON)
    with pytest.raises(VerificationError, match="witness-answer-unknown"):
        take_cosignatures(NOTE, answer, cosigners(1))


def test_only_known_lines_of_an_answer_are_taken() -> None:
    answer = answer_cosigned(asked(0), {name: WITNESSES[name] for name in WITNESSES}, time=NOON)
    note = take_cosignatures(NOTE, answer, cosigners(2))
    assert [line.name for line in note.signatures[1:]] == ["xc.example/a", "xc.example/b"]


def test_a_newer_line_of_a_witness_takes_the_place_of_its_older_one() -> None:
    signers = {"xc.example/a": WITNESSES["xc.example/a"]}
    note = take_cosignatures(NOTE, answer_cosigned(asked(0), signers, time=NOON), cosigners(1))
    again = take_cosignatures(note, answer_cosigned(asked(0), signers, time=NOON + 60), cosigners(1))
    assert verify_quorum(again, WitnessPolicy(1, cosigners(1))).time == NOON + 60


def test_an_answer_that_does_not_verify_is_refused() -> None:
    answer = answer_cosigned(
        AddCheckpoint(0, (), signed(logged(7)[1])), {"xc.example/a": WITNESSES["xc.example/a"]}, time=1
    )
    with pytest.raises(VerificationError, match="bad-signature"):
        take_cosignatures(NOTE, answer, cosigners(1))
