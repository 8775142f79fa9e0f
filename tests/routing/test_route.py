"""Is the order of answering held: overrides, claims that lead, allocation, and a reason where there is no desk?"""

from __future__ import annotations

import numpy as np
import pytest

from liaison.explanations import catalogue
from liaison.routing.addresses import parse_name, parse_prefix, parse_resource
from liaison.routing.allocation import Source, decode_delegated
from liaison.routing.claims import Claim, Desk, Nobody, Override
from liaison.routing.columns import buffer
from liaison.routing.route import Answer, Basis, Router
from liaison.routing.snapshot import shipped
from tests.routing.world import MemoryDirectory, demo_router, demo_table, desk

SOURCE = Source("delegated-extended demo", "2026-11-22")


def claim(text: str, participant: str, name: str = "abuse", *, checked: bool = False) -> Claim:
    """A claim of a State that answers for the code it is called by."""
    entry = f"register entry of {participant}"
    codes = frozenset({participant})
    return Claim(parse_resource(text), desk(participant, name), codes, entry, "2026-11-01", checked)


def claimed(*claims: Claim) -> Router:
    return demo_router(MemoryDirectory(claimed=claims))


def test_an_address_goes_to_the_desk_of_its_allocation_with_source_and_date() -> None:
    assert demo_router().answer("192.0.2.7") == Answer(
        desk("XC"), None, Basis.ALLOCATION, "XC", "XC", SOURCE.name, SOURCE.date
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("192.0.3.7", "not-allocated"),
        ("10.0.0.1", "special-purpose"),
        ("2001:db8:c000::1", "special-purpose"),
        ("fe80::1", "special-purpose"),
        ("192.0.2.0/23", "prefix-spans-allocations"),
        ("www.example.com", "no-country-code-suffix"),
        ("nonsense", "host-malformed"),
        ("AS1", "not-allocated"),
    ],
)
def test_what_has_no_desk_is_refused_with_its_reason(text: str, reason: str) -> None:
    answer = demo_router().answer(text)
    assert (answer.desk, answer.refusal) == (None, reason)
    assert reason in catalogue()


def test_without_as_data_the_answer_says_so() -> None:
    head = b"2|demo|20260822|1|20260101|20260821|+0000\n"
    table = decode_delegated([head + b"demo|XC|ipv4|192.0.2.0|256|20260101|assigned|a\n"])
    assert Router([table], MemoryDirectory()).answer("AS64500").refusal == "as-data-missing"


def test_special_purpose_space_is_answered_for_when_an_allocation_covers_it() -> None:
    assert demo_router().answer("203.0.113.9").desk == desk("XE")


def test_the_first_of_several_tables_is_followed_and_the_rest_fill_in() -> None:
    router = Router([demo_table(), shipped()], MemoryDirectory())
    assert [router.answer(text).code for text in ("192.0.2.1", "1.1.1.1")] == ["XC", "AU"]


def test_a_code_that_nobody_answers_for_is_refused_with_the_code() -> None:
    router = demo_router(MemoryDirectory({"XC": Nobody("code-disputed")}, closed=True))
    disputed, unanswered = router.answer("192.0.2.7"), router.answer("198.51.100.7")
    assert (disputed.refusal, disputed.code) == ("code-disputed", "XC")
    assert (unanswered.refusal, unanswered.code) == ("code-unanswered", "XD")


def test_a_prefix_inside_one_allocation_is_answered_as_its_addresses_are() -> None:
    assert demo_router().answer("192.0.2.128/25") == demo_router().answer("192.0.2.200")


def test_a_prefix_over_several_ranges_of_one_desk_goes_to_it() -> None:
    same = demo_router(MemoryDirectory({"XC": desk("XC"), "XD": desk("XC")}))
    assert same.answer("2001:db8::/33").desk == desk("XC")
    assert demo_router().answer("2001:db8::/33").refusal == "prefix-spans-allocations"


def test_a_claim_leads_inside_allocations_of_its_own_code() -> None:
    answer = claimed(claim("192.0.2.64/26", "XC")).answer("192.0.2.65")
    assert answer == Answer(
        desk("XC", "abuse"), None, Basis.CLAIM, "XC", "192.0.2.64/26", "register entry of XC", "2026-11-01"
    )


def test_a_claim_on_the_prefix_of_another_is_contested_and_the_allocation_stays_first() -> None:
    answer = claimed(claim("192.0.2.0/24", "XD")).answer("192.0.2.7")
    assert (answer.desk, answer.basis, answer.contested) == (desk("XC"), Basis.ALLOCATION, (desk("XD", "abuse"),))


def test_a_wide_claim_leads_only_in_the_part_that_is_its_own() -> None:
    router = claimed(claim("0.0.0.0/0", "XC"))
    leads = [router.answer(text).basis for text in ("192.0.2.1", "198.51.100.1")]
    assert leads == [Basis.CLAIM, Basis.ALLOCATION]
    assert router.answer("192.0.3.1").refusal == "claim-contested"
    assert router.answer("10.0.0.1").refusal == "claim-contested"


def test_checked_evidence_lets_a_claim_lead_anywhere() -> None:
    router = claimed(claim("198.51.100.0/24", "XC", checked=True))
    assert router.answer("198.51.100.7").desk == desk("XC", "abuse")


def test_claims_of_two_participants_on_one_prefix_lead_nowhere() -> None:
    answer = claimed(claim("192.0.2.0/25", "XC", checked=True), claim("192.0.2.0/24", "XD")).answer("192.0.2.7")
    assert (answer.desk, answer.contested) == (desk("XC"), (desk("XC", "abuse"), desk("XD", "abuse")))


def test_of_two_desks_of_one_participant_the_smaller_claim_leads() -> None:
    router = claimed(claim("192.0.2.0/28", "XC", "small"), claim("192.0.2.0/24", "XC", "large"))
    found = [router.answer(text).desk for text in ("192.0.2.15", "192.0.2.16")]
    assert found == [desk("XC", "small"), desk("XC", "large")]


def test_claims_lead_in_ipv6_and_as_numbers_too() -> None:
    router = claimed(claim("2001:db8:0:1::/64", "XC"), claim("AS64496", "XC"))
    assert {router.answer(text).basis for text in ("2001:db8:0:1::9", "AS64496")} == {Basis.CLAIM}
    assert {router.answer(text).basis for text in ("2001:db8:0:2::9", "AS64497")} == {Basis.ALLOCATION}


def test_a_claimed_domain_leads_under_the_suffix_of_its_participant() -> None:
    router = claimed(claim("example.xc", "XC"), claim("example.xd", "XC"), claim("example.com", "XC"))
    assert router.answer("www.example.xc").desk == desk("XC", "abuse")
    assert router.answer("www.example.xd").desk == desk("XD")
    assert router.answer("www.example.com").refusal == "claim-contested"
    assert router.answer("other.xc").desk == desk("XC")


def test_an_override_comes_before_everything() -> None:
    rules = (
        Override(parse_prefix("192.0.2.0/30"), desk("XX"), "our own network", "2026-11-02"),
        Override(parse_prefix("192.0.2.4/30"), None, "sinkhole", "2026-11-02"),
        Override(parse_name("example.xc"), desk("XY"), "our own domain", None),
        Override("XD", desk("XZ"), "stand-in", None),
    )
    router = demo_router(MemoryDirectory(claimed=(claim("192.0.2.0/24", "XC"),), rules=rules))
    texts = ("192.0.2.3", "192.0.2.4", "192.0.2.8", "a.example.xc", "198.51.100.1", "www.example.xd")
    found: list[Desk | None] = [router.answer(text).desk for text in texts]
    assert found == [desk("XX"), None, desk("XC", "abuse"), desk("XY"), desk("XZ"), desk("XZ")]
    assert router.answer("192.0.2.4").refusal == "withheld-by-operator"


def test_a_column_gives_the_answers_of_its_texts() -> None:
    rules = (Override(parse_name("example.xc"), desk("XY"), "our own domain", None),)
    texts = ["192.0.2.1", "2001:db8::1", "a.xc", "a.example.xc", "", "\x80", "192.0.2.0/24", "AS64500", "http://a.xd/"]
    encoded = [text.encode("latin-1") for text in texts]
    ends = np.cumsum([len(text) for text in encoded])
    starts = ends - np.array([len(text) for text in encoded])
    for router in (demo_router(), demo_router(MemoryDirectory(rules=rules))):
        found = router.answer_column(buffer(b"".join(encoded)), starts, ends)
        expected = [router.answer(text) for text in texts if text != "\x80"]
        assert [router.answers[number] for row, number in enumerate(found.tolist()) if texts[row] != "\x80"] == expected
        assert router.answers[found[5]].refusal == "address-malformed"
