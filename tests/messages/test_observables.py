"""Has every observable one spelling, and what does it lack behind a shared address?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.messages.forms import read_observables
from liaison.messages.forms.observables import MOST_OBSERVABLES, missing_for_nat

NOTHING: dict[str, Any] = dict.fromkeys(
    ("count", "destination_port", "first_seen", "last_seen", "offset", "protocol", "role", "source_port")
)

GOOD = [
    ("ipv4", "192.0.2.10"),
    ("ipv6", "2001:db8::1"),
    ("prefix", "198.51.100.0/24"),
    ("prefix", "2001:db8::/32"),
    ("asn", "AS64496"),
    ("domain", "xn--bcher-kva.example"),
    ("domain", "_dmarc.mail.example"),
    ("url", "https://files.example/a?b=c"),
    ("email", "sender@mail.example"),
    ("sha256", "0f" * 32),
    ("sha1", "0f" * 20),
    ("md5", "0f" * 16),
    ("vulnerability", "CVE-2021-44228"),
    ("other", "mutex Global\\abc"),
]
BAD = [
    ("ipv4", "192.0.2.010"),
    ("ipv4", "192.0.2.1/32"),
    ("ipv4", "2001:db8::1"),
    ("ipv6", "2001:DB8::1"),
    ("ipv6", "2001:db8:0::1"),
    ("ipv6", "fe80::1%eth0"),
    ("prefix", "198.51.100.1/24"),
    ("prefix", "198.51.100.0"),
    ("asn", "64496"),
    ("asn", "AS4294967296"),
    ("asn", "AS064496"),
    ("domain", "Mail.example"),
    ("domain", "mail.example."),
    ("domain", "bücher.example"),
    ("domain", "-a.example"),
    ("url", "javascript:alert(1)"),
    ("url", "https://a b"),
    ("email", "nobody"),
    ("email", "a@B.example"),
    ("sha256", "0F" * 32),
    ("sha1", "0f" * 32),
    ("md5", "zz" * 16),
    ("other", "line\nbreak"),
    ("other", "\u202eabc"),
]


def observed(kind: str, value: str, **known: Any) -> Any:
    return read_observables([NOTHING | {"kind": kind, "value": value} | known])[0]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_a_value_in_its_one_spelling_is_taken(kind: str, value: str) -> None:
    assert observed(kind, value).value == value


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_a_value_in_another_spelling_is_refused(kind: str, value: str) -> None:
    with pytest.raises(MalformedError, match="observable-value"):
        observed(kind, value)


@pytest.mark.parametrize(
    "known",
    [
        {"source_port": 65536},
        {"destination_port": -1},
        {"protocol": "http"},
        {"count": 0},
        {"role": "attacker"},
        {"first_seen": "2026-11-22T03:02:00+03:00"},
        {"offset": "+15:00"},
        {"offset": "3"},
        {"attributed_to": "XD"},
    ],
)
def test_a_member_out_of_its_range_is_refused(known: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="value-unfit"):
        observed("ipv4", "192.0.2.10", **known)


def test_last_seen_before_first_seen_is_refused() -> None:
    with pytest.raises(MalformedError, match="observable-times"):
        observed("ipv4", "192.0.2.10", first_seen="2026-11-22T03:02:00Z", last_seen="2026-11-22T03:01:59Z")


def test_too_many_observables_are_refused() -> None:
    one = NOTHING | {"kind": "ipv4", "value": "192.0.2.10"}
    with pytest.raises(MalformedError, match="too-many-observables"):
        read_observables([one] * (MOST_OBSERVABLES + 1))


def test_an_address_without_time_and_port_names_nobody_behind_a_shared_address() -> None:
    assert missing_for_nat(observed("ipv4", "192.0.2.10")) == ("first_seen", "protocol", "source_port")


def test_a_complete_address_lacks_nothing() -> None:
    known = {"first_seen": "2026-11-22T03:02:00Z", "protocol": "tcp", "source_port": 51044}
    assert missing_for_nat(observed("ipv4", "192.0.2.10", **known)) == ()


def test_a_destination_needs_its_own_port() -> None:
    known = {"first_seen": "2026-11-22T03:02:00Z", "protocol": "tcp", "role": "destination"}
    assert missing_for_nat(observed("ipv6", "2001:db8::1", **known)) == ("destination_port",)


def test_a_hash_lacks_nothing() -> None:
    assert missing_for_nat(observed("md5", "0f" * 16)) == ()


@given(st.sampled_from([kind for kind, _ in GOOD]), st.text(max_size=40))
def test_any_value_raises_only_our_errors(kind: str, value: str) -> None:
    try:
        assert observed(kind, value).value == value
    except MalformedError:
        return
