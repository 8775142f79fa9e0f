"""Bech32 as age writes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.wire.bech32 import format_bech32, parse_bech32

PREFIXES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1)


@given(PREFIXES, st.binary())
def test_bytes_print_back(prefix: str, data: bytes) -> None:
    text = format_bech32(prefix, data)
    assert parse_bech32(text) == (prefix, data)
    assert parse_bech32(text.upper()) == (prefix, data)


@given(st.text() | st.text(alphabet="qpzry9x8gf2tvdw0s3jn54khce6mua7l1"))
def test_random_text_raises_only_our_errors_and_prints_back(text: str) -> None:
    try:
        prefix, data = parse_bech32(text)
    except MalformedError:
        return
    assert format_bech32(prefix, data) == text.lower()


@given(st.binary(min_size=1), st.data())
def test_a_changed_character_is_refused(data: bytes, draw: st.DataObject) -> None:
    text = format_bech32("age", data)
    place = draw.draw(st.integers(4, len(text) - 1))
    other = draw.draw(st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l").filter(lambda found: found != text[place]))
    with pytest.raises(MalformedError):
        parse_bech32(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["A12UEL5L", "a12uel5l", "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs"])  # fmt: skip # noqa: E501
def test_the_valid_strings_of_bip_173_are_accepted(text: str) -> None:
    assert format_bech32(*parse_bech32(text)) == text.lower()


@pytest.mark.parametrize("text", ["pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8", "10a06t8", "1qzzfhee", "a12UEL5L"])  # fmt: skip # noqa: E501
def test_the_invalid_strings_of_bip_173_are_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_bech32(text)
