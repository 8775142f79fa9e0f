"""Sealing: one desk opens it whole, or nobody does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError, UsageError, VerificationError
from liaison.keys.agetext import format_identity, format_recipient, parse_identity, parse_recipient
from liaison.keys.hybrid import wrap_file_key
from liaison.keys.padding import frame, padded_size
from liaison.keys.private import Ed25519Signer, SealingIdentity
from liaison.keys.public import Algorithm, PublicKey, check_public_key
from liaison.keys.sealing import open_chunks, open_sealed, seal, seal_chunks
from liaison.keys.stream import CHUNK_SIZE, encrypt_stream
from liaison.wire.age import Stanza, header_size, parse_header, seal_header

DESK, OTHER = (SealingIdentity.from_seed(bytes([number]) * 32) for number in (1, 2))
FILE_KEY, NONCE = b"k" * 16, b"n" * 16
SEALED = seal(b"03:02, port 443", DESK.public)


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens_to_the_same_bytes(plaintext: bytes) -> None:
    assert DESK.open(seal(plaintext, DESK.public)) == plaintext


def test_two_seals_of_one_message_share_nothing_but_their_form() -> None:
    assert seal(b"same", DESK.public) != seal(b"same", DESK.public)


def test_the_seal_shows_only_a_size_class() -> None:
    assert {len(seal(bytes(size), DESK.public)) for size in (0, 1, 100, 4000)} == {len(SEALED)}


def test_another_desk_cannot_open_it() -> None:
    with pytest.raises(VerificationError, match="sealed-for-another"):
        OTHER.open(SEALED)


def test_an_older_key_still_opens_what_was_sealed_to_it() -> None:
    assert open_sealed(SEALED, [OTHER, DESK]) == b"03:02, port 443"
    with pytest.raises(VerificationError, match="sealed-for-another"):
        open_sealed(SEALED, [])


@given(st.integers(0, len(SEALED) * 8 - 1))
@settings(max_examples=300)
def test_every_bit_flip_is_refused(bit: int) -> None:
    changed = bytearray(SEALED)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises((MalformedError, VerificationError)):
        DESK.open(bytes(changed))


@given(st.integers(0, len(SEALED) - 1))
def test_a_file_cut_short_or_lengthened_is_refused(size: int) -> None:
    for data in (SEALED[:size], SEALED + SEALED[:size] + b"\0"):
        with pytest.raises((MalformedError, VerificationError)):
            DESK.open(data)


@given(st.binary() | st.binary().map(lambda tail: SEALED[: header_size(SEALED)] + tail))
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises((MalformedError, VerificationError)):
        DESK.open(data)


def test_a_file_for_several_keys_is_refused() -> None:
    stanzas = (wrap_file_key(FILE_KEY, DESK.public.raw), wrap_file_key(FILE_KEY, OTHER.public.raw))
    data = seal_header(stanzas, FILE_KEY) + b"".join(encrypt_stream([frame(b"")], FILE_KEY, NONCE))
    with pytest.raises(MalformedError, match="sealed-to-several"):
        DESK.open(data)


def test_a_header_under_another_file_key_is_refused() -> None:
    data = seal_header((wrap_file_key(FILE_KEY, DESK.public.raw),), NONCE) + SEALED
    with pytest.raises(VerificationError, match="sealed-altered"):
        DESK.open(data)


@pytest.mark.parametrize(
    "stanza",
    [
        Stanza(("mlkem768x25519",), bytes(32)),
        Stanza(("mlkem768x25519", "AAAA"), bytes(32)),
        Stanza(("mlkem768x25519", "A" * 1494), bytes(31)),
        Stanza(("mlkem768x25519", "é"), bytes(32)),
    ],
)
def test_a_stanza_of_another_form_is_malformed(stanza: Stanza) -> None:
    with pytest.raises(MalformedError):
        DESK.unwrap(stanza)


def test_nothing_is_sealed_to_a_signing_key() -> None:
    with pytest.raises(MalformedError, match="key-algorithm"):
        seal(b"", Ed25519Signer.from_seed(bytes(32)).public)


@given(st.integers(0, 3 * CHUNK_SIZE), st.integers(1, 2 * CHUNK_SIZE))
@settings(max_examples=40)
def test_an_attachment_opens_to_the_same_bytes_however_it_is_cut(size: int, piece: int) -> None:
    plaintext = bytes(range(256)) * (size // 256) + bytes(size % 256)
    sealed = b"".join(seal_chunks(cut(plaintext, piece), DESK.public))
    assert b"".join(open_chunks(cut(sealed, piece), [DESK], size=size)) == plaintext


@pytest.mark.parametrize("size", [0, 1, CHUNK_SIZE - 1, CHUNK_SIZE, CHUNK_SIZE + 1, 1_000_000])
def test_an_attachment_is_as_long_as_its_size_class(size: int) -> None:
    padded = padded_size(size)
    header = header_size(SEALED) or 0
    chunks = max(1, -(-padded // CHUNK_SIZE))
    assert len(b"".join(seal_chunks([bytes(size)], DESK.public))) == header + 16 + padded + 16 * chunks


@pytest.mark.parametrize("size", [0, 999, 1025, 2000])
def test_an_attachment_of_another_size_than_told_is_refused(size: int) -> None:
    sealed = b"".join(seal_chunks([b"x" * 1000], DESK.public))
    with pytest.raises(MalformedError, match="padding"):
        list(open_chunks([sealed], [DESK], size=size))


def test_an_attachment_cut_at_a_chunk_is_refused() -> None:
    sealed = b"".join(seal_chunks([bytes(5 * CHUNK_SIZE)], DESK.public))
    start = (header_size(sealed) or 0) + 16
    for chunks in range(5):
        with pytest.raises((MalformedError, VerificationError)):
            list(open_chunks([sealed[: start + chunks * (CHUNK_SIZE + 16)]], [DESK], size=5 * CHUNK_SIZE))


def test_chunks_that_change_places_are_refused() -> None:
    sealed = b"".join(seal_chunks([bytes(3 * CHUNK_SIZE)], DESK.public))
    start, step = (header_size(sealed) or 0) + 16, CHUNK_SIZE + 16
    swapped = (
        sealed[:start]
        + sealed[start + step : start + 2 * step]
        + sealed[start : start + step]
        + sealed[start + 2 * step :]
    )
    with pytest.raises(VerificationError, match="sealed-altered"):
        list(open_chunks([swapped], [DESK], size=3 * CHUNK_SIZE))


def test_an_age_text_prints_back() -> None:
    assert parse_recipient(format_recipient(DESK.public)) == DESK.public
    assert parse_identity(format_identity(DESK.seed)) == DESK.seed


@pytest.mark.parametrize("parse", [parse_recipient, parse_identity])
@given(text=st.text())
def test_random_text_is_no_age_key(parse: object, text: str) -> None:
    assert callable(parse)
    with pytest.raises(MalformedError):
        parse(text)


def test_each_age_text_has_its_own_case_and_kind() -> None:
    recipient, identity = format_recipient(DESK.public), format_identity(DESK.seed)
    for parse, text in (
        (parse_recipient, recipient.upper()),
        (parse_recipient, identity.lower()),
        (parse_identity, identity.lower()),
        (parse_identity, recipient.upper()),
    ):
        with pytest.raises(MalformedError):
            parse(text)


def test_a_sealing_key_is_checked_and_its_secret_not_shown() -> None:
    check_public_key(DESK.public, Algorithm.MLKEM768X25519)
    assert "seed" not in repr(DESK)
    with pytest.raises(UsageError, match="seed-length"):
        SealingIdentity.from_seed(bytes(31))


def test_a_share_of_small_order_seals_nothing() -> None:
    key = PublicKey.from_raw(Algorithm.MLKEM768X25519, DESK.public.raw[:1184] + bytes(32))
    with pytest.raises(LiaisonError):
        seal(b"", key)


def test_the_header_of_a_seal_names_no_recipient() -> None:
    header = parse_header(SEALED[: header_size(SEALED)])
    assert [stanza.arguments[0] for stanza in header.stanzas] == ["mlkem768x25519"]
    assert len(header.stanzas[0].arguments) == 2
