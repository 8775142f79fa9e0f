"""Do the files and bodies that carry entries raise only our errors, and come back as they were written?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import tests.with_django  # noqa: F401
from liaison.errors import MalformedError, VerificationError
from liaison.keys.private import Ed25519Signer
from liaison.node.log.drafts import Draft, decode_draft, encode_draft, sign_draft
from liaison.node.services.submission import decode_handed, decode_submission, encode_submission
from liaison.register.bodies import DeskWithdrawn
from liaison.register.entries import Place, draft
from liaison.register.records import Contact, encode_record, make_record

PAYLOAD = draft(DeskWithdrawn("duty"), Place("5c" * 32, "9a" * 32, "main", 0, None), issued="2026-11-22T03:00:00Z")
PART = encode_record(make_record(Contact("CSIRT", None, None, None, None, None, ()), "public", salt=bytes(32)))
SIGNED = sign_draft(Draft(PAYLOAD, (), (PART,)), *(Ed25519Signer.from_seed(bytes([each]) * 32) for each in (1, 2)))


@given(st.binary(max_size=300))
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    for decode in (decode_draft, decode_submission, decode_handed):
        try:
            decode(data)  # type: ignore[operator]
        except (MalformedError, VerificationError):
            continue


@given(st.data())
def test_a_changed_byte_raises_only_our_errors_or_prints_as_it_was_read(data: st.DataObject) -> None:
    written = bytearray(encode_draft(SIGNED))
    place = data.draw(st.integers(0, len(written) - 1))
    written[place] = data.draw(st.integers(0, 255))
    try:
        read = decode_draft(bytes(written))
    except (MalformedError, VerificationError):
        return
    assert encode_draft(read) == bytes(written)


def test_a_draft_is_read_as_it_was_written() -> None:
    assert decode_draft(encode_draft(SIGNED)) == SIGNED


def test_a_submission_is_read_as_it_was_written() -> None:
    assert decode_submission(encode_submission([b"one", b"two"], [PART])) == ([b"one", b"two"], [PART])


def test_a_key_signs_a_draft_once() -> None:
    again = sign_draft(SIGNED, Ed25519Signer.from_seed(bytes([1]) * 32))
    assert again == SIGNED
