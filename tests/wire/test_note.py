"""Is a signed note read and printed in its only spelling, and does every other spelling fail?"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.keys.ed25519 import verify_ed25519
from liaison.keys.private import Ed25519Signer
from liaison.wire.note import (
    NOTE_LIMIT,
    SIGNATURES_LIMIT,
    Note,
    NoteSignature,
    SignatureType,
    VerifierKey,
    check_name,
    format_note,
    format_signatures,
    format_vkey,
    key_id,
    parse_note,
    parse_signatures,
    parse_vkey,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "note"
GO = json.loads((VECTORS / "go-note.json").read_text(encoding="utf-8"))
PETER = GO["vkeys"][0]
SIGNED = (GO["text"] + "\n" + "".join(GO["signatures"])).encode()

NAMES = st.text(st.characters(codec="utf-8", min_codepoint=33, exclude_categories=["Z", "C"]), min_size=1).filter(
    lambda name: "+" not in name
)
SIGNATURES = st.builds(NoteSignature, NAMES, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=80))
TEXTS = st.text(st.characters(codec="utf-8", min_codepoint=32) | st.just("\n")).map(lambda text: text + "\n")
NOTES = st.builds(Note, TEXTS, st.lists(SIGNATURES, min_size=1, max_size=5).map(tuple))


@given(NOTES)
def test_a_note_is_read_back_as_it_was_printed(note: Note) -> None:
    assert parse_note(format_note(note)) == note


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_random_bytes_are_a_note_that_reprints_or_our_error(data: bytes) -> None:
    try:
        note = parse_note(data)
    except MalformedError:
        return
    assert format_note(note) == data


@given(st.data())
def test_a_note_with_one_byte_changed_reprints_or_is_refused(data: st.DataObject) -> None:
    changed = bytearray(SIGNED)
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        note = parse_note(bytes(changed))
    except MalformedError:
        return
    assert format_note(note) == bytes(changed)


@given(st.lists(SIGNATURES, min_size=1, max_size=5).map(tuple))
def test_signature_lines_are_read_back_as_they_were_printed(lines: tuple[NoteSignature, ...]) -> None:
    assert parse_signatures(format_signatures(lines)) == lines


@given(st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_random_bytes_are_signature_lines_that_reprint_or_our_error(data: bytes) -> None:
    try:
        lines = parse_signatures(data)
    except MalformedError:
        return
    assert format_signatures(lines) == data


def test_the_note_of_the_specification_is_read_and_reprinted() -> None:
    data = (VECTORS / "c2sp-note.txt").read_bytes()
    note = parse_note(data)
    assert [line.name for line in note.signatures] == ["quasimodo.example/salvatore"]
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert format_note(note) == data


def test_the_note_of_the_go_tests_verifies_under_both_its_keys() -> None:
    note = parse_note(SIGNED)
    assert note.text == GO["text"]
    for vkey, line in zip(GO["vkeys"], note.signatures, strict=True):
        key = parse_vkey(vkey)
        assert (key.name, key.key_id) == (line.name, line.key_id)
        verify_ed25519(key.public, note.text.encode(), line.signature)


def test_signing_with_the_seed_of_the_go_tests_gives_their_line() -> None:
    signer, key = Ed25519Signer.from_seed(base64.b64decode(GO["seed"])), parse_vkey(PETER)
    assert signer.public.raw == key.public
    line = NoteSignature(key.name, key.key_id, signer.sign(GO["text"].encode()))
    assert format_signatures([line]).decode() == GO["signatures"][0]


@pytest.mark.parametrize("vkey", GO["vkeys"])
def test_a_verifier_key_reprints(vkey: str) -> None:
    assert format_vkey(parse_vkey(vkey)) == vkey


@pytest.mark.parametrize("vkey", GO["bad_vkeys"])
def test_a_verifier_key_of_wrong_length_or_type_is_refused(vkey: str) -> None:
    with pytest.raises(MalformedError):
        parse_vkey(vkey)


def test_no_part_of_a_verifier_key_is_a_verifier_key() -> None:
    parts = {PETER[start:end] for start in range(len(PETER)) for end in range(start + 1, len(PETER) + 1)} - {PETER}
    for part in parts:
        with pytest.raises(MalformedError):
            parse_vkey(part)


def test_a_verifier_key_with_one_sign_changed_is_refused() -> None:
    for place, sign in enumerate(PETER):
        with pytest.raises(MalformedError):
            parse_vkey(PETER[:place] + chr(ord(sign) + 1) + PETER[place + 1 :])


def test_a_verifier_key_with_another_number_is_refused() -> None:
    with pytest.raises(MalformedError, match="vkey-id"):
        parse_vkey(PETER.replace("c74f20a3", "c74f20a4"))


@given(st.text(max_size=120))
def test_random_text_is_a_verifier_key_that_reprints_or_our_error(text: str) -> None:
    try:
        key = parse_vkey(text)
    except MalformedError:
        return
    assert format_vkey(key) == text


@given(NAMES, st.binary(min_size=32, max_size=32))
def test_a_verifier_key_is_read_back_as_it_was_printed(name: str, public: bytes) -> None:
    key = VerifierKey(name, SignatureType.ED25519_COSIGNATURE, public)
    assert parse_vkey(format_vkey(key)) == key


def test_one_key_has_another_number_for_each_type_of_signature() -> None:
    numbers = {key_id("witness.example", kind, bytes(32)) for kind in SignatureType}
    assert len(numbers) == len(SignatureType)


LINE = GO["signatures"][0]
BAD = {
    "no signatures": GO["text"],
    "an empty signature part": GO["text"] + "\n",
    "a last line without newline": GO["text"] + "\n" + LINE[:-1],
    "a control character": "\x01" + GO["text"] + "\n" + LINE,
    "a carriage return": GO["text"].replace("\n", "\r\n") + "\n" + LINE,
    "a tab": "\t" + GO["text"] + "\n" + LINE,
    "a space in a name": GO["text"] + "\n" + LINE.replace("PeterNeumann", "Bad Name"),
    "a no-break space in a name": GO["text"] + "\n" + LINE.replace("PeterNeumann", "Bad\u00a0Name"),
    "a plus in a name": GO["text"] + "\n" + LINE.replace("PeterNeumann", "Peter+Neumann"),
    "no name": GO["text"] + "\n" + LINE.replace("PeterNeumann", ""),
    "a hyphen for the dash": GO["text"] + "\n" + LINE.replace("—", "-"),
    "a line that is no signature": GO["text"] + "\n" + LINE + "Unexpected line.\n",
    "a signature of four bytes": GO["text"] + "\n— PeterNeumann x08gow==\n",
    "unused bits in base64": GO["text"] + "\n— PeterNeumann x08go/9=\n",
    "base64 without padding": GO["text"] + "\n" + LINE.replace("=", ""),
    "a text without last newline": "text\n" + LINE,
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_another_spelling_of_a_note_is_refused(data: str) -> None:
    with pytest.raises(MalformedError):
        parse_note(data.encode())


def test_a_note_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(MalformedError, match="not-utf-8"):
        parse_note(b"\xff" + SIGNED)


def test_sixty_four_signatures_are_read_and_one_more_is_refused() -> None:
    parse_note((GO["text"] + "\n" + LINE * SIGNATURES_LIMIT).encode())
    with pytest.raises(MalformedError, match="note-signature-lines"):
        parse_note((GO["text"] + "\n" + LINE * (SIGNATURES_LIMIT + 1)).encode())


def test_an_oversized_note_is_refused_unread() -> None:
    with pytest.raises(MalformedError, match="note-too-large"):
        parse_note(b"x" * (NOTE_LIMIT + 1))
    with pytest.raises(MalformedError, match="note-too-large"):
        parse_signatures(b"x" * (NOTE_LIMIT + 1))


def test_a_name_with_any_space_or_control_character_in_it_is_refused() -> None:
    for sign in map(chr, range(0x3100)):
        for name in (sign, f"a{sign}", f"{sign}b", f"a{sign}b"):
            if sign.isspace() or sign < " " or sign == "+":
                with pytest.raises(MalformedError):
                    check_name(name)
            else:
                assert check_name(name) == name
    with pytest.raises(MalformedError):
        check_name("")
