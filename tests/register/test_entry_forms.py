"""Is an entry read by its pattern exactly what it is by the definition of its form?"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.register import bodies
from liaison.register.entries import BODIES, Statement, decode_payload, open_entry, read_body
from liaison.wire import canonical
from liaison.wire.envelope import Envelope, PayloadType, Signature
from tests.register.test_fold import REGISTRY

PAYLOADS = sorted({entry.payload.kind: entry.envelope.payload for entry in REGISTRY.entries}.values())
NAMES = [field.encode_name.encode() for field in msgspec.structs.fields(Statement)]
PIECES = [
    *(b'"%b":' % name for name in NAMES),
    *(b'"body":', b"null", b"0", b"-1", b"1e3", b"99999999999999999", b'""', b'"desk.withdrawn"', b'"stand.declared"'),
    *(b'"2026-02-30T00:00:00Z"', b"\\u0000", b"\\n", b"\\/", "é".encode(), "e\u0301".encode()),
    *(b" ", b",", b"{", b"}", b'"'),
]
Read = tuple[object, ...] | None


def by_pattern(payload: bytes) -> Read:
    try:
        entry = open_entry(Envelope(PayloadType.ENTRY, payload, (Signature("ab" * 32, b"s"),)))
    except MalformedError:
        return None
    return (*(getattr(entry.payload, field) for field in Statement.__struct_fields__), entry.body)


def by_form(payload: bytes) -> Read:
    try:
        found = decode_payload(payload)
        body = read_body(found)
        canonical.decode(payload, limit=1 << 16)
    except MalformedError:
        return None
    if found.issued[5:7] == "02" and found.issued[8:10] == "30":
        return None
    return (*(getattr(found, field) for field in Statement.__struct_fields__), body)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_kind_is_read_the_same_both_ways(payload: bytes) -> None:
    assert by_pattern(payload) == by_form(payload) is not None


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PAYLOADS), st.integers(0), st.integers(0, 24), st.sampled_from(PIECES) | st.binary(max_size=2))
def test_changed_bytes_are_read_the_same_both_ways(payload: bytes, place: int, removed: int, added: bytes) -> None:
    place %= len(payload)
    other = payload[:place] + added + payload[place + removed :]
    assert by_pattern(other) == by_form(other)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PAYLOADS), st.sampled_from(PAYLOADS), st.integers(0), st.integers(0))
def test_parts_of_two_entries_put_together_are_read_the_same_both_ways(
    first: bytes, second: bytes, end: int, start: int
) -> None:
    quotes = [[place for place, byte in enumerate(each) if byte == ord(",")] for each in (first, second)]
    other = first[: quotes[0][end % len(quotes[0])]] + second[quotes[1][start % len(quotes[1])] :]
    assert by_pattern(other) == by_form(other)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_no_body_leaves_room_for_what_printing_back_does_not_show(body: type[bodies.Body]) -> None:
    assert canonical.is_closed(body)
