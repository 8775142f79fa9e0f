"""Padding hides the length in classes and has one form."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.keys.padding import SMALLEST, frame, padded_size, unframe


def naive_padded_size(size: int) -> int:
    """Padmé as its paper states it: the lowest bits of the size are zero, all but log2(log2(size)) + 1 of them."""
    if size < 2:
        return size
    exponent = math.floor(math.log2(size))
    bits = math.floor(math.log2(exponent)) + 1 if exponent else 0
    step = 2 ** (exponent - bits)
    return math.ceil(size / step) * step if step >= 1 else size


@given(st.integers(0, 2**40))
def test_the_padded_size_is_that_of_the_paper(size: int) -> None:
    assert padded_size(size) == naive_padded_size(size)


@given(st.integers(0, 2**40))
def test_padding_adds_at_most_twelve_percent_and_is_stable(size: int) -> None:
    assert size <= padded_size(size) <= size * 1.12
    assert padded_size(padded_size(size)) == padded_size(size)


@given(st.binary(max_size=10_000))
def test_a_frame_opens_to_what_was_framed(plaintext: bytes) -> None:
    assert unframe(frame(plaintext)) == plaintext


@given(st.binary() | st.binary(max_size=64).map(lambda start: start.ljust(SMALLEST, b"\0")))
def test_random_bytes_raise_only_our_errors_and_print_back(data: bytes) -> None:
    try:
        plaintext = unframe(data)
    except MalformedError:
        return
    assert frame(plaintext) == data


def test_short_messages_look_alike() -> None:
    assert {len(frame(bytes(size))) for size in range(SMALLEST - 3)} == {SMALLEST}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0\1",
        frame(b"abc") + b"\0",
        frame(b"abc")[:-1],
        frame(b"abc")[:-1] + b"\1",
        b"\xff\xff\xff\xff".ljust(SMALLEST, b"\0"),
    ],
)
def test_another_filling_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        unframe(data)
