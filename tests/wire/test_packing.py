"""Is what was packed unpacked whole, under its limit, or not at all?"""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.wire.packing import pack, unpack


@given(st.binary(max_size=2000))
def test_what_is_packed_comes_out_the_same(data: bytes) -> None:
    assert unpack(pack(data), limit=len(data)) == data
    assert gzip.decompress(pack(data)) == data


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_as_malformed_or_opened(data: bytes) -> None:
    try:
        assert len(unpack(data, limit=100)) <= 100
    except MalformedError as error:
        assert error.code in ("packed-bytes", "packed-too-large")


def test_a_bomb_is_refused_at_its_limit() -> None:
    bomb = pack(bytes(50_000_000))
    assert len(bomb) < 60_000
    with pytest.raises(MalformedError, match="packed-too-large"):
        unpack(bomb, limit=1 << 16)


@pytest.mark.parametrize(
    "change", [lambda d: d[:-1], lambda d: d + b"x", lambda d: d + d, lambda d: b"", lambda d: d[1:]]
)
def test_a_member_that_is_cut_or_followed_by_more_is_refused(change: object) -> None:
    with pytest.raises(MalformedError, match="packed-bytes"):
        unpack(change(pack(b"an answer")), limit=1000)  # type: ignore[operator]
