"""Rules 16, 29 to 32, 34 and 35: desks, claimed resources, nominations."""

from __future__ import annotations

import pytest

from liaison.register import bodies
from liaison.register.vocabulary import REGISTER, DeskKind, Evidence
from tests.register.judging import by_node
from tests.register.registry import RegisterBuilder, small_register


def nominating(registry: RegisterBuilder, code: str, **changes: object) -> str:
    return by_node(registry, registry.nomination(code, **changes), REGISTER, "office")


def claiming(*prefixes: str, domains: tuple[str, ...] = (), codes: tuple[str, ...] = ()) -> str:
    body = bodies.ResourcesPublished(
        codes=codes,
        prefixes=tuple(bodies.PrefixClaim(prefix=each, desk="duty", evidence=Evidence.RPKI) for each in prefixes),
        asns=(),
        domains=tuple(bodies.DomainClaim(domain=each, desk="duty", evidence=None) for each in domains),
    )
    return by_node(small_register("XC"), body)


def two_nodes() -> RegisterBuilder:
    registry = small_register("XC")
    second = registry.node_keys("XC", "second", (DeskKind.TECHNICAL,))
    registry.set_keys("XC", registry.keys["XC", "main"], second)
    return registry


def test_rule_15_a_language_named_twice_is_refused() -> None:
    registry = small_register("XC")
    assert by_node(registry, registry.desk_body("duty", languages=("en", "en"))) == "rule-15"


def test_rule_15_a_desk_key_named_twice_is_refused() -> None:
    registry = small_register("XC")
    keys = registry.desk_keys("XC", "duty")
    body = bodies.NodePublished(desks=(keys, keys), tls=(), address=keys.sealing)
    assert by_node(registry, body) == "rule-15"


def test_rule_16_a_node_has_had_128_desks_at_most() -> None:
    registry = small_register("XC")
    for number in range(127):
        registry.publish_desk("XC", f"desk-{number}")
    assert by_node(registry, registry.desk_body("one-more")) == "rule-16"


def test_rule_29_a_kind_the_roots_allow_stands() -> None:
    registry = two_nodes()
    assert by_node(registry, registry.desk_body("csirt"), node="second") == "stands"


def test_rule_29_a_kind_the_roots_did_not_allow_is_refused() -> None:
    registry = two_nodes()
    assert by_node(registry, registry.desk_body("envoy", DeskKind.DIPLOMATIC), node="second") == "rule-29"


def test_rule_30_a_desk_of_another_node_is_refused() -> None:
    registry = two_nodes()
    assert by_node(registry, registry.desk_body("duty"), node="second") == "rule-30"


def test_rule_30_a_withdrawn_desk_never_returns() -> None:
    registry = small_register("XC")
    registry.by_node(bodies.DeskWithdrawn(desk="duty"), "XC")
    assert by_node(registry, registry.desk_body("duty")) == "rule-30"


def test_rule_30_a_desk_keeps_its_kind() -> None:
    registry = small_register("XC")
    assert by_node(registry, registry.desk_body("duty", DeskKind.DIPLOMATIC)) == "rule-30"


def test_rule_31_a_desk_that_does_not_stand_cannot_be_withdrawn() -> None:
    registry = small_register("XC")
    registry.by_node(bodies.DeskWithdrawn(desk="duty"), "XC")
    gone = [by_node(registry, bodies.DeskWithdrawn(desk=desk)) for desk in ("duty", "nowhere")]
    assert gone == ["rule-31", "rule-31"]


@pytest.mark.parametrize("prefix", ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"])
def test_rule_32_a_prefix_in_its_only_spelling_stands(prefix: str) -> None:
    assert claiming(prefix) == "stands"


@pytest.mark.parametrize(
    "prefix",
    [
        "192.0.2.1/24",
        "192.0.2.0",
        "192.0.2.0/255.255.255.0",
        "2001:DB8::/32",
        "192.0.2.0/33",
        "192.000.2.0/24",
        "net/8",
    ],
)
def test_rule_32_a_prefix_in_another_spelling_is_refused(prefix: str) -> None:
    assert claiming(prefix) == "rule-32"


@pytest.mark.parametrize("domain", ["csirt.xc", "xc", "xn--bcher-kva.example"])
def test_rule_32_a_domain_in_its_only_spelling_stands(domain: str) -> None:
    assert claiming(domains=(domain,)) == "stands"


@pytest.mark.parametrize(
    "domain", ["CSIRT.xc", "xc.", ".xc", "a..xc", "-a.xc", "a_b.xc", "bücher.example", "a" * 64 + ".xc"]
)
def test_rule_32_a_domain_in_another_spelling_is_refused(domain: str) -> None:
    assert claiming(domains=(domain,)) == "rule-32"


def test_rule_15_a_claim_made_twice_is_refused() -> None:
    assert [claiming("192.0.2.0/24", "192.0.2.0/24"), claiming(codes=("XC", "XC"))] == ["rule-15", "rule-15"]


def test_rule_34_versions_follow_each_other() -> None:
    registry = small_register("XC")
    registry.nominate("XF")
    versions = [nominating(registry, "XF", version=version) for version in (1, 2, 3)]
    assert versions == ["rule-34", "stands", "rule-34"]


def test_rule_34_a_nomination_begins_with_version_1() -> None:
    assert nominating(small_register("XC"), "XF", version=2) == "rule-34"


def test_rule_35_a_nomination_keeps_code_and_kind() -> None:
    registry = small_register("XC")
    registry.nominate("XF")
    other_kind = nominating(registry, "XF", version=2, kind=DeskKind.DIPLOMATIC)
    other_code = nominating(registry, "XG", version=2, nomination="xf-technical")
    assert [other_kind, other_code] == ["rule-35", "rule-35"]


def test_rule_35_a_withdrawn_nomination_never_returns() -> None:
    registry = small_register("XC")
    registry.nominate("XF")
    registry.nominate("XF", version=2, withdrawn=True)
    assert nominating(registry, "XF", version=3) == "rule-35"


def test_rule_35_a_nomination_does_not_begin_withdrawn() -> None:
    assert nominating(small_register("XC"), "XF", withdrawn=True) == "rule-35"


def test_rule_01_a_letter_of_a_day_that_never_was_is_refused() -> None:
    assert nominating(small_register("XC"), "XF", date="2026-02-30") == "rule-01"
