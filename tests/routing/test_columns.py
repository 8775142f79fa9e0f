"""Do whole columns read as single texts do?"""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.routing.addresses import Family, Name, Resource, parse_resource
from liaison.routing.columns import REFUSALS, Kind, Parsed, buffer, parse_column
from tests.routing.test_addresses import BAD, GOOD

TEXTS = st.one_of(
    st.ip_addresses().map(str),
    st.text(alphabet="0123456789.", max_size=16),
    st.text(alphabet="01af:", max_size=40),
    st.text(alphabet="ab-_.x1\xff ", max_size=20),
    st.text(alphabet="ht:/[]a.1@%\\? ", max_size=16).map("http://{}".format),
    st.sampled_from([text for text, _ in (*GOOD, *BAD)]),
)


def column(texts: list[str]) -> Parsed:
    """The texts one after another in one buffer."""
    encoded = [text.encode() for text in texts]
    lengths = np.array([len(text) for text in encoded], dtype=np.int64)
    ends = np.cumsum(lengths)
    return parse_column(buffer(b"".join(encoded)), ends - lengths, ends)


def single(text: str) -> Resource | None:
    try:
        return parse_resource(text)
    except MalformedError:
        return None


def agree(texts: list[str]) -> int:
    """Every row that was read is read as `parse_resource` reads it; returns how many were."""
    parsed = column(texts)
    for row, text in enumerate(texts):
        kind, expected = Kind(parsed.kind[row]), single(text)
        if kind is Kind.OTHER:
            continue
        if kind in REFUSALS:
            with pytest.raises(MalformedError, match=REFUSALS[kind]):
                parse_resource(text)
            continue
        if isinstance(expected, Name):
            label = expected.text.rpartition(".")[2]
            suffix = (ord(label[0]) - 97) * 26 + ord(label[1]) - 97 if len(label) == 2 else -1
            assert (Kind.NAME, suffix) == (kind, parsed.suffix[row]), text
            continue
        assert expected is not None, text
        family = Family.IPV4 if kind is Kind.IPV4 else Family.IPV6
        number = int(parsed.high[row]) << 64 | int(parsed.low[row])
        assert (expected.family, expected.first, expected.last) == (family, number, number), text
    return int((parsed.kind != Kind.OTHER).sum())


@given(st.lists(TEXTS, max_size=12))
def test_a_column_reads_as_its_texts_do(texts: list[str]) -> None:
    agree(texts)


def test_usual_forms_are_all_read_in_the_column() -> None:
    usual = ["192.0.2.7", "2001:db8::7", "::", "1::", "::ffff:192.0.2.7", "www.example.xc", "example.com."]
    usual += ["http://192.0.2.7/a", "https://[2001:db8::7]:443", "ftp://www.example.xc?x=@"]
    assert agree(usual) == len(usual)


def test_many_random_texts_read_the_same_both_ways() -> None:
    chance = random.Random(20260822)
    texts = ["".join(chance.choices("0123456789.:abcf-x ", k=chance.randint(0, 24))) for _ in range(20_000)]
    agree(texts)


def test_usual_mistakes_are_all_refused_in_the_column() -> None:
    usual = ["300.1.2.3", "010.0.0.1", "192.0.2.256", "1.2.3.4.5", "2001:db8:::1", "1:2:3:4:5:6:7:8:9", "no host 12"]
    usual += ["-a.example", "a..example", "a-.example", "a_b!.example", "", " "]
    assert agree(usual) == len(usual)
    assert set(column(usual).kind.tolist()) == set(REFUSALS)


def test_what_may_be_another_form_is_left_to_the_single_way() -> None:
    other = ["192.0.2.0/24", "AS64500", "www.example.xc:80", "[::1]:80", "a\u00e9.example", "a.b1"]
    other += [" " * 9 + "192.0.2.7", "\t" * 9 + "a!.xc", "1.2.3.", "0x7f.1!", "1!.1"]
    assert agree(other) == 0
