"""Does an anchor file say which register is meant, in one spelling only?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError, VerificationError
from liaison.register.anchor import Anchor, format_anchor, parse_anchor, verify_opening
from tests.register.registry import ORIGIN, small_register

REGISTRY = small_register("XC")
HASH = REGISTRY.entries[0].leaf
ADDRESSES = ("https://register.example:8443", "https://mirror.example")
PLAIN = f"liaison anchor v1\norigin {ORIGIN}\nregister {HASH}\nat {ADDRESSES[0]}\nat {ADDRESSES[1]}\n".encode()


def test_an_anchor_reads_as_the_specification_shows_it() -> None:
    assert Anchor(ORIGIN, HASH, ADDRESSES) == parse_anchor(PLAIN)


def test_an_anchor_with_a_checkpoint_reads_back_as_it_was_written() -> None:
    anchor = Anchor(ORIGIN, HASH, ADDRESSES, REGISTRY.checkpoint(times={"XC": 1_795_348_800}))
    assert anchor == parse_anchor(format_anchor(anchor))


def test_an_anchor_may_name_no_address() -> None:
    anchor = Anchor(ORIGIN, HASH)
    assert anchor == parse_anchor(format_anchor(anchor))


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        PLAIN[:-1],
        PLAIN + b"\n",
        PLAIN + b"at https://x.example/\n" * 7,
        PLAIN.replace(b"v1", b"v2"),
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"origin ", b"origin  "),
        PLAIN.replace(HASH.encode(), HASH.upper().encode()),
        PLAIN.replace(b"https", b"gopher"),
        PLAIN.replace(b"at ", b"At "),
        PLAIN + b"more of it\n",
        PLAIN.replace(b"example", "exämple".encode()),
    ],
)
def test_another_spelling_is_refused(wrong: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_anchor(wrong)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    other = small_register("XC", origin="other.example")
    with pytest.raises(MalformedError):
        format_anchor(Anchor(ORIGIN, HASH, (), other.checkpoint()))


def test_an_oversized_anchor_is_refused() -> None:
    with pytest.raises(MalformedError, match="anchor-too-large"):
        parse_anchor(PLAIN + b"x" * 40_000)


@given(data=st.binary(max_size=120) | st.binary(max_size=60).map(lambda more: PLAIN + more))
def test_what_is_not_refused_prints_back(data: bytes) -> None:
    try:
        anchor = parse_anchor(data)
    except MalformedError:
        return
    assert format_anchor(anchor) == data


def test_leaf_0_opens_the_register_of_the_anchor() -> None:
    assert verify_opening(REGISTRY.leaves[0], parse_anchor(PLAIN)).leaf == HASH


def test_leaf_0_of_another_register_is_refused() -> None:
    other = small_register("XC", prefix="other ")
    with pytest.raises(VerificationError, match="anchor-other-register"):
        verify_opening(other.leaves[0], parse_anchor(PLAIN))
