"""Does a look-up of one address find what the columns find, however the text is spelled?"""

from __future__ import annotations

import ipaddress
import random
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.routing.addresses import parse_address
from liaison.routing.columns import buffer
from liaison.routing.directory import CountriesOnly
from liaison.routing.ranges import Ranges32, Span
from liaison.routing.route import Router
from liaison.routing.single import SingleLookup
from liaison.routing.snapshot import shipped
from tests.routing.test_addresses import BAD, GOOD
from tests.routing.test_ranges import naive, probes, spans
from tests.routing.world import demo_router

QUAD = re.compile(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")


@given(spans(2**32))
def test_one_address_at_a_time_agrees_with_a_naive_walk(table: list[Span]) -> None:
    values = [*range(1 + max((value for *_, value in table), default=0)), -1]
    single = SingleLookup(Ranges32.of(table), values)
    numbers = probes(table, 2**32)
    for _ in range(2):  # the second time every block is made
        assert [naive(table, number) for number in numbers] == list(map(single.find, numbers))


def test_every_address_of_a_crowded_block_has_its_own_value() -> None:
    """256 whole /24s of different values, one more than a row can number, and one /24 of 256 values."""
    table = [(part << 8, part << 8 | 255, part) for part in range(256)] + [
        (9 << 8 | low, 9 << 8 | low, 300 + low) for low in range(256)
    ]
    single = SingleLookup(Ranges32.of(table), [*range(600), -1])
    assert [naive(table, number) for number in range(0, 2**16, 5)] == [
        single.find(number) for number in range(0, 2**16, 5)
    ]


def test_single_answers_are_those_of_the_column_on_the_shipped_data() -> None:
    router, chance = Router([shipped()], CountriesOnly()), random.Random(20261125)
    starts = shipped().ipv4.begins()
    numbers = [chance.choice(starts) + chance.randrange(-1, 300) for _ in range(3_000)]
    texts = [str(ipaddress.IPv4Address(number % 2**32)) for number in numbers]
    ends = np.cumsum([len(text) for text in texts])
    found = router.answer_column(buffer("".join(texts).encode()), np.concatenate([[0], ends[:-1]]), ends)
    for _ in range(2):
        assert [router.answers[number] for number in found.tolist()] == [router.answer(text) for text in texts]


@given(
    st.one_of(st.text(alphabet="0123456789.x \n\0٣", max_size=17), st.sampled_from([text for text, _ in (*GOOD, *BAD)]))
)
def test_ipv4_is_four_decimal_numbers_without_leading_zeros_and_nothing_else(text: str) -> None:
    octets = [int(part) for part in text.split(".")] if QUAD.fullmatch(text) else [256]
    if max(octets) > 255 and ":" not in text:
        with pytest.raises(MalformedError):
            parse_address(text)
    elif ":" not in text:
        assert parse_address(text).first == int.from_bytes(bytes(octets))


@given(
    st.one_of(
        st.ip_addresses(v=6).map(str),
        st.text(alphabet="012af:.", max_size=24),
        st.lists(st.sampled_from(["", "0", "1f", "abcd", "00001", "1.2.3.4", "1.2.3.04"]), max_size=10).map(":".join),
    )
)
def test_ipv6_is_what_the_standard_library_takes_without_a_zone(text: str) -> None:
    try:
        expected = ipaddress.IPv6Address(text)
    except ValueError:
        if ":" in text:
            with pytest.raises(MalformedError):
                parse_address(text)
        return
    found = parse_address(text)
    assert found.first == int(expected.ipv4_mapped or expected)


@pytest.mark.parametrize(
    "text",
    [
        "192.0.2.07",
        "192.0.2.7\n",
        "192.0.2.7\0",
        "192.0.02.7",
        "0xc0.0.2.7",
        "192.0.519",
        "3221225991",
        "192.0.2.٣",
        "192.0.2.7\ud800",
    ],
)
def test_another_spelling_of_an_address_is_answered_with_its_refusal(text: str) -> None:
    answer = demo_router().answer(text)
    assert (answer.desk, answer.refusal in {"address-malformed", "host-malformed"}) == (None, True)


def test_spaces_around_an_address_are_passed_over() -> None:
    assert demo_router().answer(" 192.0.2.7\t") == demo_router().answer("192.0.2.7")
