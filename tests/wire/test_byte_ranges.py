"""Is one range of bytes read in one spelling only, and printed back to itself?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.wire.byte_ranges import (
    ByteRange,
    format_content_range,
    format_range,
    parse_content_range,
    parse_range,
)

MOST = 8 << 20
ranges = st.builds(lambda start, size: ByteRange(start, start + size), st.integers(0, 10**15), st.integers(1, MOST))


@given(ranges, st.integers(0, 10**6))
def test_what_is_printed_is_read_back(asked: ByteRange, behind: int) -> None:
    assert parse_range(format_range(asked), most=MOST) == asked
    size = asked.end + behind
    assert parse_content_range(format_content_range(asked, size), most=MOST) == (asked, size)


@given(st.from_regex(r"bytes[= ][0-9,\- ]{0,12}(/[0-9*]{0,5})?", fullmatch=True) | st.text(max_size=20))
def test_what_is_read_prints_to_itself_or_is_refused(text: str) -> None:
    try:
        assert format_range(parse_range(text, most=MOST)) == text
    except MalformedError as error:
        assert error.code == "range-not-understood"
    try:
        assert format_content_range(*parse_content_range(text, most=MOST)) == text
    except MalformedError as error:
        assert error.code == "range-not-understood"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bytes=0-",
        "bytes=-5",
        "bytes=5-4",
        "bytes=00-1",
        "bytes=0-1,3-4",
        "bytes=0-8388608",
        "bytes=0-1\n",
        "Bytes=0-1",
    ],
)
def test_other_ranges_are_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="range-not-understood"):
        parse_range(text, most=MOST)


@pytest.mark.parametrize("text", ["bytes 0-1/1", "bytes */5", "bytes 0-1/*", "bytes=0-1/5", "bytes 2-1/5"])
def test_other_answers_are_refused(text: str) -> None:
    with pytest.raises(MalformedError, match="range-not-understood"):
        parse_content_range(text, most=MOST)
