"""Does a note of a letter box say one thing in one way, and is every other refused?"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError, VerificationError
from liaison.messages.letter_box import (
    KeptNote,
    Kind,
    Letter,
    Page,
    State,
    Terms,
    decode_arrived,
    decode_letters,
    decode_note,
    sign_note,
    verify_note,
)
from liaison.messages.parties import NodeRef
from liaison.wire.canonical import encode_struct
from tests.messages.letters import KEEPER, KEY, LEFT, NOTE, PAGE, PAGE_BYTES, SENDER, SIGNED

KEYS = {KEY.public.fingerprint: KEY.public}
HASHES = st.sampled_from(["00" * 32, "ab" * 32, "ff" * 32])
NODES = st.builds(NodeRef, HASHES, st.sampled_from(["main", "cert-2", "a" * 32]))
INSTANTS = st.sampled_from(["2026-11-22T03:02:11Z", "2026-12-06T03:02:11Z", "2027-01-01T00:00:00Z"])
NOTES = st.builds(
    KeptNote, HASHES, NODES, NODES, NODES, st.sampled_from(Kind), HASHES, st.sampled_from(State), INSTANTS, INSTANTS
)
LETTERS = st.builds(Letter, st.integers(1, 9999), st.sampled_from(Kind), NODES, HASHES, st.integers(1, 2**40), INSTANTS)
TERMS = st.none() | st.builds(Terms, st.integers(0, 10**6), st.integers(0, 2**50), st.integers(0, 60))


@given(NOTES)
def test_a_note_that_can_be_signed_reads_back_as_it_was(note: KeptNote) -> None:
    try:
        data = sign_note(note, KEY)
    except MalformedError:
        assert (note.state, note.at < note.until) in ((State.KEPT, False), (State.EXPIRED, True))
        return
    assert decode_note(data)[1] == note


@given(st.lists(LETTERS, max_size=5), TERMS, st.integers(0, 9999))
def test_a_page_is_read_as_it_was_written_or_refused_for_its_order(
    letters: list[Letter], terms: Terms | None, after: int
) -> None:
    page = Page(tuple(letters), None, terms)
    numbers = [after, *(letter.number for letter in letters)]
    if numbers == sorted(set(numbers)):
        assert decode_letters(encode_struct(page), after=after) == page
    else:
        with pytest.raises(MalformedError, match="letters-go-back"):
            decode_letters(encode_struct(page), after=after)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused_in_our_own_words(data: bytes) -> None:
    for read in (decode_note, decode_arrived, lambda each: decode_letters(each, after=0)):
        with pytest.raises(LiaisonError):
            read(data)


@pytest.mark.parametrize("field", ["register", "by", "owner", "sender", "kind", "sealed"])
def test_a_note_about_anything_else_is_refused(field: str) -> None:
    other = {
        "register": "00" * 32,
        "by": SENDER,
        "owner": KEEPER,
        "sender": KEEPER,
        "kind": Kind.RECEIPT,
        "sealed": "00" * 32,
    }[field]
    data = sign_note(msgspec.structs.replace(NOTE, **{field: other}), KEY)
    with pytest.raises(VerificationError, match="note-for-another"):
        verify_note(data, LEFT, KEYS)


def test_a_note_is_refused_when_another_key_signed_it_or_a_byte_was_changed() -> None:
    assert verify_note(SIGNED, LEFT, KEYS) == NOTE
    with pytest.raises(VerificationError, match="unknown-key"):
        verify_note(SIGNED, LEFT, {})
    with pytest.raises(LiaisonError):
        verify_note(SIGNED.replace(b"sig", b"sih"), LEFT, KEYS)


def test_a_page_that_leads_back_or_nowhere_is_refused() -> None:
    with pytest.raises(MalformedError, match="letters-go-back"):
        decode_letters(PAGE_BYTES, after=12)
    with pytest.raises(MalformedError, match="letters-go-back"):
        decode_letters(encode_struct(Page((), 5, None)), after=5)
    many = tuple(msgspec.structs.replace(PAGE.letters[0], number=n) for n in range(1, 102))
    with pytest.raises(MalformedError, match="letters-too-many"):
        decode_letters(encode_struct(Page(many, None, None)), after=0)


def test_the_example_of_the_spec_page_is_what_the_code_writes() -> None:
    page = (Path(__file__).parents[2] / "docs/spec/letter-box.md").read_text(encoding="utf-8")
    assert encode_struct(NOTE).decode() in page
    assert PAGE_BYTES.decode() in page
