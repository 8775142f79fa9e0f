"""Is a checkpoint taken only in its one spelling, of its own log, and signed by it?"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError, UsageError, VerificationError
from liaison.tlog.checkpoint import (
    Checkpoint,
    format_checkpoint,
    log_key,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from liaison.tlog.merkle import EMPTY_ROOT
from liaison.wire.note import Note, NoteSignature, format_note, parse_note
from tests.tlog.cast import IMPOSTOR, KEYS, LATTICE, LOG, ORIGIN, logged, signed

VECTORS = Path(__file__).parents[1] / "vectors" / "tlog"
LINES = st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=1, max_size=20)
CHECKPOINTS = st.builds(
    Checkpoint,
    LINES,
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(LINES, max_size=2).map(tuple),
)
TEXT = format_checkpoint(Checkpoint(ORIGIN, 5, bytes(32)))


@given(CHECKPOINTS)
def test_a_checkpoint_is_read_back_as_it_was_printed(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@given(st.text(max_size=120) | st.text("\n 0123456789ABC=/+o", max_size=120))
def test_random_text_is_a_checkpoint_that_reprints_or_our_error(text: str) -> None:
    try:
        checkpoint = parse_checkpoint(text)
    except MalformedError:
        return
    assert format_checkpoint(checkpoint) == text


def test_the_checkpoint_of_the_specification_is_read_and_reprinted() -> None:
    data = (VECTORS / "c2sp-cosigned.txt").read_bytes()
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert format_note(Note(format_checkpoint(checkpoint), note.signatures)) == data


def test_the_empty_log_has_the_root_of_nothing() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert parse_checkpoint(format_checkpoint(empty)) == empty
    with pytest.raises(MalformedError, match="checkpoint-empty-root"):
        parse_checkpoint(format_checkpoint(Checkpoint(ORIGIN, 0, bytes(32))))


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT + "\n",
        TEXT.replace("\n5\n", "\n05\n"),
        TEXT.replace("\n5\n", "\n+5\n"),
        TEXT.replace("\n5\n", "\n5 \n"),
        TEXT.replace("\n5\n", "\n-5\n"),
        TEXT.replace("\n5\n", "\n\u0665\n"),
        TEXT.replace("\n5\n", f"\n{2**63}\n"),
        TEXT.replace("\n5\n", "\n\n"),
        TEXT.replace(ORIGIN, ""),
        TEXT.replace("=", ""),
        TEXT.replace("A=", "B="),
        f"{ORIGIN}\n5\nAAAA\n",
        f"{ORIGIN}\n5\n",
    ],
)
def test_another_spelling_of_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_checkpoint(text)


def test_a_checkpoint_of_the_log_verifies() -> None:
    _, head = logged(5)
    assert verify_checkpoint(signed(head), ORIGIN, KEYS).head == head


def test_lines_of_others_are_ignored() -> None:
    _, head = logged(5)
    note = signed(head)
    line = note.signatures[0]
    foreign = [
        NoteSignature("another.example", line.key_id, line.signature),
        NoteSignature(line.name, b"else", line.signature),
    ]
    assert verify_checkpoint(note.with_signatures(foreign), ORIGIN, KEYS).head == head


def test_a_checkpoint_signed_by_one_of_two_keys_of_the_log_verifies() -> None:
    _, head = logged(5)
    assert verify_checkpoint(signed(head), ORIGIN, [IMPOSTOR.public, LOG.public]).head == head


def test_one_wrong_line_of_a_known_key_spoils_the_checkpoint() -> None:
    _, head = logged(5)
    checkpoint = Checkpoint(ORIGIN, head.size, head.root)
    note = sign_checkpoint(checkpoint, [LOG, IMPOSTOR])
    spoiled = Note(note.text, (note.signatures[0], tampered(note.signatures[1])))
    with pytest.raises(VerificationError, match="bad-signature"):
        verify_checkpoint(spoiled, ORIGIN, [LOG.public, IMPOSTOR.public])


def test_a_checkpoint_by_another_key_is_refused() -> None:
    _, head = logged(5)
    with pytest.raises(VerificationError, match="checkpoint-not-signed"):
        verify_checkpoint(signed(head, signer=IMPOSTOR), ORIGIN, KEYS)


def test_a_checkpoint_of_another_log_is_refused_though_the_key_is_the_same() -> None:
    _, head = logged(5)
    with pytest.raises(VerificationError, match="checkpoint-other-origin"):
        verify_checkpoint(signed(head, origin="rehearsal.example"), ORIGIN, KEYS)


def test_a_checkpoint_with_another_size_is_refused() -> None:
    _, head = logged(5)
    note = signed(head)
    with pytest.raises(VerificationError, match="bad-signature"):
        verify_checkpoint(Note(note.text.replace("\n5\n", "\n6\n"), note.signatures), ORIGIN, KEYS)


def test_a_log_signs_with_ed25519_only() -> None:
    with pytest.raises(UsageError, match="log-key-algorithm"):
        log_key(ORIGIN, LATTICE.public)


def tampered(line: NoteSignature) -> NoteSignature:
    return NoteSignature(line.name, line.key_id, line.signature[:-1] + bytes([line.signature[-1] ^ 1]))
