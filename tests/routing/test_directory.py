"""Does routing follow the register: its desks, its nominations, its claims as the claims they are?"""

from __future__ import annotations

import pytest

from liaison.register import bodies
from liaison.register.lookup import Directory as Register
from liaison.routing.claims import Desk, Nobody, Override, Standing
from liaison.routing.directory import RegisterDirectory
from liaison.routing.route import Basis, Router
from tests.register.registry import RegisterBuilder, small_register
from tests.routing.world import demo_table


@pytest.fixture(scope="module")
def registry() -> RegisterBuilder:
    """XC claims part of its own IPv4 prefix, all of XD's, its AS number and a domain; FR is nominated by letter."""
    builder = small_register()
    prefixes = ("192.0.2.64/26", "198.51.100.0/24")
    builder.publish_desk("XC", "abuse")
    builder.publish_node("XC", "duty", "abuse")
    builder.publish_resources(
        "XC",
        "XC",
        prefixes=tuple(bodies.PrefixClaim(prefix=text, desk="abuse", evidence=None) for text in prefixes),
        asns=(bodies.AsnClaim(asn=64496, desk="abuse", evidence=None),),
        domains=(bodies.DomainClaim(domain="example.xc", desk="abuse", evidence=None),),
    )
    builder.nominate("FR")
    return builder


def desk(registry: RegisterBuilder, who: str, name: str = "duty") -> Desk:
    return Desk(Register(registry.view).register, registry.ids[who], "main", name)


def router(registry: RegisterBuilder, **settings: object) -> Router:
    return Router([demo_table()], RegisterDirectory([Register(registry.view)], **settings))  # type: ignore[arg-type]


def test_a_code_goes_to_the_first_desk_of_its_participant(registry: RegisterBuilder) -> None:
    directory = RegisterDirectory([Register(registry.view)])
    found = [directory.by_code(code) for code in ("XC", "XD", "XE")]
    assert found == [desk(registry, "XC", "abuse"), desk(registry, "XD"), desk(registry, "XE")]


def test_a_nominated_desk_stands_in_and_says_so(registry: RegisterBuilder) -> None:
    found = RegisterDirectory([Register(registry.view)]).by_code("FR")
    expected = Desk(Register(registry.view).register, None, None, "fr-technical", Standing.NOMINATED)
    assert found == expected


def test_a_code_nobody_or_two_answer_for_goes_to_nobody() -> None:
    builder = small_register("XC", "XD")
    builder.publish_resources("XD", "XC", "XD")
    directory = RegisterDirectory([Register(builder.view)])
    assert [directory.by_code(code) for code in ("XC", "XE")] == [Nobody("code-disputed"), Nobody("code-unanswered")]


def test_a_published_claim_leads_only_inside_allocations_of_its_codes(registry: RegisterBuilder) -> None:
    found = {text: router(registry).answer(text) for text in ("192.0.2.65", "198.51.100.7", "AS64496", "a.example.xc")}
    leads = {text: (answer.basis, answer.desk) for text, answer in found.items()}
    own = (Basis.CLAIM, desk(registry, "XC", "abuse"))
    assert leads == {
        "192.0.2.65": own,
        "198.51.100.7": (Basis.ALLOCATION, desk(registry, "XD")),
        "AS64496": own,
        "a.example.xc": own,
    }
    assert found["198.51.100.7"].contested == (desk(registry, "XC", "abuse"),)


def test_evidence_that_the_node_checked_lets_a_claim_lead(registry: RegisterBuilder) -> None:
    checked = router(registry, checked=lambda claim: claim.value == "198.51.100.0/24")
    assert checked.answer("198.51.100.7").desk == desk(registry, "XC", "abuse")


def test_the_answer_names_the_entry_and_its_day(registry: RegisterBuilder) -> None:
    dated = router(registry, day_of=lambda claim: f"2026-11-{claim.index:02}")
    answer = dated.answer("192.0.2.65")
    index = Register(registry.view).claims()[0].index
    assert (answer.source, answer.date) == (f"register entry {index}", f"2026-11-{index:02}")


def test_the_operator_comes_before_the_register(registry: RegisterBuilder) -> None:
    rules = (Override("XC", desk(registry, "XE"), "stand-in", None),)
    assert router(registry, overrides=rules).answer("192.0.2.1").desk == desk(registry, "XE")


def test_the_first_register_with_an_answer_is_followed(registry: RegisterBuilder) -> None:
    other = small_register("XE", "XF", origin="other.example/register", prefix="other")
    both = RegisterDirectory([Register(registry.view), Register(other.view)])
    assert both.by_code("XE") == desk(registry, "XE")
    assert both.by_code("XF") == desk(other, "XF")
