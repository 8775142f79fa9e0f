"""The header of an age file: read strictly, printed back to the same bytes."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.wire import age

FILE_KEY = bytes(16)


def stanzas() -> st.SearchStrategy[age.Stanza]:
    argument = st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)
    return st.builds(age.Stanza, st.lists(argument, min_size=1, max_size=3).map(tuple), st.binary(max_size=200))


@given(st.lists(stanzas(), min_size=1, max_size=3).map(tuple), st.binary(min_size=32, max_size=32))
def test_a_header_parses_to_itself_and_prints_back(found: tuple[age.Stanza, ...], mac: bytes) -> None:
    header = age.Header(found, mac)
    data = age.format_header(header)
    assert age.parse_header(data) == header
    assert age.header_size(data + b"payload") == len(data)


@given(st.binary() | st.binary().map(lambda tail: b"age-encryption.org/v1\n-> a\n" + tail))
def test_random_bytes_raise_only_our_errors_and_print_back(data: bytes) -> None:
    try:
        header = age.parse_header(data)
    except MalformedError:
        return
    assert age.format_header(header) == data


@given(stanzas(), st.data())
def test_a_changed_byte_is_refused_or_changes_what_the_mac_covers(stanza: age.Stanza, data: st.DataObject) -> None:
    whole = age.seal_header((stanza,), FILE_KEY)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    try:
        header = age.parse_header(changed)
    except MalformedError:
        return
    assert age.header_mac(header.stanzas, FILE_KEY) != header.mac


def test_every_start_of_a_header_is_incomplete() -> None:
    whole = age.seal_header((age.Stanza(("a",), b"body"),), FILE_KEY)
    assert [age.header_size(whole[:end]) for end in range(len(whole))] == [None] * len(whole)


def test_an_endless_header_is_refused() -> None:
    with pytest.raises(MalformedError, match="too-large"):
        age.header_size(b"age-encryption.org/v1\n" + b"-> a\n\n" * 20_000)


@pytest.mark.parametrize("argument", ["", "a  b", " a", "a\n", "é", "\ud800"])
def test_an_argument_that_would_not_parse_is_not_written(argument: str) -> None:
    with pytest.raises(MalformedError):
        age.format_header(age.Header((age.Stanza((argument,), b""),), bytes(32)))


@given(st.binary(), st.binary(max_size=64), st.binary())
def test_key_derivation_is_that_of_another_implementation(key: bytes, salt: bytes, info: bytes) -> None:
    assert age.hkdf(key, salt=salt, info=info) == HKDF(SHA256(), 32, salt, info).derive(key)
