"""Do several bodies in one come out as they went in, and nothing else at all?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.wire.parcel import decode_parcel, encode_parcel

HEADS = st.from_regex(r"[a-z0-9/-]{1,128}", fullmatch=True)
BODIES = st.lists(st.tuples(HEADS, st.binary(max_size=64)), min_size=1, max_size=5)


@given(BODIES)
def test_what_was_written_is_read_again(bodies: list[tuple[str, bytes]]) -> None:
    assert decode_parcel(encode_parcel(bodies), most=5) == bodies


@given(st.binary(max_size=80) | st.from_regex(rb"([a-z/]{1,3} [0-9]{1,2}\n.{0,9}){1,3}"))
def test_what_is_read_prints_back_to_the_same_bytes(data: bytes) -> None:
    try:
        bodies = decode_parcel(data, most=3)
    except MalformedError:
        return
    assert encode_parcel(bodies) == data


def test_fewer_than_there_must_be_are_refused() -> None:
    with pytest.raises(MalformedError, match="parcel-head"):
        decode_parcel(b"a 1\nx", least=2, most=2)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "parcel-head"),
        (b"a 1\nxy", "parcel-head"),
        (b"a 01\nx", "parcel-head"),
        (b"a  1\nx", "parcel-head"),
        (b"A 1\nx", "parcel-head"),
        (b"a 1\r\nx", "parcel-head"),
        (b"a" * 129 + b" 1\nx", "parcel-head"),
        (b"a -1\nx", "parcel-head"),
        (b"a 9999999999\nx", "parcel-head"),
        (b"a 2\nx", "parcel-cut-short"),
        (b"a 1\nxa 1\nxa 1\nx", "parcel-too-many"),
    ],
)
def test_anything_else_is_refused_by_its_code(data: bytes, code: str) -> None:
    with pytest.raises(MalformedError, match=code):
        decode_parcel(data, most=2)
