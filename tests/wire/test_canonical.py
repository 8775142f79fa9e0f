"""Canonical JSON: one form in, one form out, nothing else."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.wire import canonical

LIMIT = 10_000


class Closed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No room for anything but texts, numbers in bounds, and few levels."""

    items: tuple[str, ...]
    number: Annotated[int, msgspec.Meta(ge=-(2**53) + 1, le=2**53 - 1)] | None
    yes: bool


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    count: int | None


def plain_text(characters: str | None = None) -> st.SearchStrategy[str]:
    """Strings that canonical JSON can hold."""
    return st.text(alphabet=characters) if characters else st.text().filter(is_sound)


def is_sound(text: str) -> bool:
    try:
        canonical.encode(text)
    except MalformedError:
        return False
    return True


def values() -> st.SearchStrategy[canonical.JSON]:
    leaves = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | plain_text()
    names = st.text(alphabet=st.characters(codec="ascii", exclude_characters="\0"))
    return st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(names, inner), max_leaves=10)


@given(values())
def test_what_is_encoded_decodes_to_the_same_value(value: canonical.JSON) -> None:
    assert canonical.decode(canonical.encode(value), limit=LIMIT * 10) == value


@given(values())
def test_the_bytes_are_those_of_rfc_8785(value: canonical.JSON) -> None:
    assert canonical.encode(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(st.binary() | st.text().map(str.encode) | st.text(alphabet='[]{}":,0123456789.eE-\\ untrfalse').map(str.encode))
def test_random_bytes_raise_only_our_errors_and_print_back(data: bytes) -> None:
    try:
        value = canonical.decode(data, limit=LIMIT)
    except MalformedError:
        return
    assert canonical.encode(value) == data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"b":1,"a":2}', "not-canonical"),
        (b'{"a":1,"a":2}', "not-canonical"),
        (b'{"a": 1}', "not-canonical"),
        (b'{"a":1}\n', "not-canonical"),
        (b'"\\u0041"', "not-canonical"),
        (b'"\\/"', "not-canonical"),
        (b'"\\u001F"', "not-canonical"),
        (b"-0", "not-canonical"),
        (b"1.0", "not-an-integer"),
        (b"[1e3]", "not-an-integer"),
        (b"1E3", "not-an-integer"),
        (b"9007199254740992", "integer-too-large"),
        (b"-9007199254740992", "integer-too-large"),
        (b"9" * 400, "integer-too-large"),
        ('"e\u0301"'.encode(), "not-nfc"),
        ('{"é":1}'.encode(), "name-not-ascii"),
        ('{"a":"b\\"","é":1}'.encode(), "name-not-ascii"),
        (b'"\\u0000"', "forbidden-character"),
        ('"\uffff"'.encode(), "forbidden-character"),
        (b'"\xff"', "not-utf-8"),
        (b'"\\ud800"', "not-of-this-form"),
        (b"01", "not-of-this-form"),
        (b"", "not-of-this-form"),
        (b"NaN", "not-of-this-form"),
        (b"[" * 17 + b"]" * 17, "too-deep"),
        (b"[" * 9000, "too-deep"),
        (b'"' + b"a" * LIMIT + b'"', "too-large"),
    ],
)
def test_another_form_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(MalformedError) as caught:
        canonical.decode(data, limit=LIMIT)
    assert caught.value.code == code


def test_sixteen_levels_are_accepted() -> None:
    data = b"[" * 16 + b"]" * 16
    assert canonical.encode(canonical.decode(data, limit=LIMIT)) == data


def test_the_bounds_of_integers_are_accepted() -> None:
    assert canonical.decode(b"[-9007199254740991,9007199254740991]", limit=LIMIT) == [-(2**53) + 1, 2**53 - 1]


def test_an_escaped_backslash_before_u0000_is_text() -> None:
    assert canonical.decode(b'"\\\\u0000"', limit=LIMIT) == "\\u0000"


@pytest.mark.parametrize("value", [1.5, float("nan"), {1: 2}, "\ud800", "e\u0301", "\0", 2**53, {"é": 1}, b"x", {1, 2}])
def test_a_value_without_canonical_form_is_not_written(value: object) -> None:
    with pytest.raises(MalformedError):
        canonical.encode(value)  # type: ignore[arg-type]


def test_hostile_strings_cost_linear_time() -> None:
    for hostile in (b'"\\' * 100_000, b'\\"' * 100_000, b'"' * 200_000, b"\xc3\xa9" + b'"\\"' * 60_000):
        with pytest.raises(MalformedError):
            canonical.decode(hostile, limit=10**6)


def test_a_struct_prints_every_field() -> None:
    assert canonical.encode_struct(Pair(name="a", count=None)) == b'{"count":null,"name":"a"}'


@given(plain_text(), st.none() | st.integers(0, 100))
def test_a_struct_decodes_to_itself(name: str, count: int | None) -> None:
    pair = Pair(name=name, count=count)
    assert canonical.decode_struct(canonical.encode_struct(pair), Pair, limit=LIMIT) == pair


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"name":"a"}', "not-of-this-form"),
        (b'{"count":null,"name":"a","other":1}', "not-of-this-form"),
        (b'{"count":"1","name":"a"}', "not-of-this-form"),
        (b'{"count":true,"name":"a"}', "not-of-this-form"),
        (b'{"name":"a","count":null}', "not-canonical"),
    ],
)
def test_a_struct_of_another_form_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(MalformedError) as caught:
        canonical.decode_struct(data, Pair, limit=LIMIT)
    assert caught.value.code == code


@given(
    st.lists(plain_text(), max_size=3),
    st.none() | st.integers(-(2**53) + 1, 2**53 - 1),
    st.integers(0),
    st.integers(0, 3),
    st.sampled_from(
        [b" ", b"1e1", b".0", b"\\u0041", b"\\u0000", b"\\/", b'"', b"9" * 17, "é".encode(), b"\xff", b"-"]
    ),
)
def test_a_closed_struct_is_read_as_canonical_json_and_its_form(
    items: list[str], number: int | None, place: int, removed: int, added: bytes
) -> None:
    assert canonical.is_closed(Closed)
    assert not canonical.is_closed(Pair)
    data = canonical.encode_struct(Closed(tuple(items), number, yes=True))
    place %= len(data)
    for each in (data, data[:place] + added + data[place + removed :]):
        try:
            expected: Closed | None = msgspec.convert(canonical.decode(each, limit=LIMIT * 10), Closed)
        except (MalformedError, msgspec.ValidationError):
            expected = None
        try:
            found: Closed | None = canonical.decode_struct(each, Closed, limit=LIMIT * 10)
        except MalformedError:
            found = None
        assert found == expected
