"""Do providers stand in a register of their own, or behind a State's entry, and are they found for their networks?"""

from __future__ import annotations

import pytest

from liaison.errors import VerificationError
from liaison.register import bodies
from liaison.register.entries import decode_entry
from liaison.register.lookup import Directory as Register
from liaison.register.rules import check
from liaison.register.vocabulary import DeskKind, ParticipantType
from liaison.routing.claims import Desk
from liaison.routing.directory import RegisterDirectory
from liaison.routing.route import Answer, Basis, Router
from tests.register.registry import RegisterBuilder, small_register
from tests.routing.world import demo_table

OFFICE = DeskKind.PROVIDER_SECURITY


def claim(prefix: str, desk: str) -> bodies.PrefixClaim:
    return bodies.PrefixClaim(prefix=prefix, desk=desk, evidence=None)


def answer(address: str, *registries: RegisterBuilder) -> Answer:
    return Router([demo_table()], RegisterDirectory([Register(each.view) for each in registries])).answer(address)


def vouched(*, node: str = "isp") -> RegisterBuilder:
    """XD's roots name a node that a provider runs, and allow it a provider's desk alone."""
    builder = small_register()
    keys = builder.node_keys("XD", node, (OFFICE,))
    builder.set_keys("XD", builder.keys["XD", "main"], keys)
    builder.publish_desk("XD", "security", OFFICE, node)
    builder.publish_node("XD", "security", node=node, at="https://isp.example:8443")
    builder.publish_resources("XD", node=node, prefixes=(claim("198.51.100.128/25", "security"),))
    return builder


def providers(*names: str, prefix: str = "198.51.100.128/25") -> RegisterBuilder:
    """A register of providers that work under the code XD, each of which claims the same network."""
    builder = RegisterBuilder(origin="log.providers.example", prefix="providers/")
    builder.open()
    for name in names:
        labels = bodies.Labels(name=f"Provider {name}", codes=("XD",))
        builder.admit(name, type=ParticipantType.PROVIDER, labels=labels)
        builder.set_up(name, kinds=(OFFICE,))
        builder.publish_desk(name, "security", OFFICE)
        builder.publish_node(name, "security")
        builder.publish_resources(name, "XD", prefixes=(claim(prefix, "security"),))
    return builder


def test_a_desk_that_a_state_vouches_for_gets_the_rows_of_its_network_and_the_state_all_others() -> None:
    builder = vouched()
    found = answer("198.51.100.200", builder)
    assert (found.basis, found.desk) == (
        Basis.CLAIM,
        Desk(Register(builder.view).register, builder.ids["XD"], "isp", "security"),
    )
    other = answer("198.51.100.7", builder)
    assert other.desk is not None
    assert (other.basis, other.desk.desk) == (Basis.ALLOCATION, "duty")


def test_a_node_that_a_state_vouches_for_speaks_for_no_other_kind_of_desk() -> None:
    builder = vouched()
    body = builder.desk_body("csirt", DeskKind.TECHNICAL)
    leaf = builder.signed(builder.drafted(body, "XD", "isp"), "XD/isp/entry")
    with pytest.raises(VerificationError) as caught:
        check(decode_entry(leaf, index=len(builder.leaves)), builder.view, len(builder.leaves))
    assert caught.value.code == "rule-29"


def test_what_a_state_vouches_for_outside_its_own_allocations_does_not_lead() -> None:
    builder = vouched()
    builder.publish_resources("XD", node="isp", prefixes=(claim("192.0.2.0/24", "security"),))
    found = answer("192.0.2.7", builder)
    assert found.desk is not None
    assert (found.desk.participant, [each.desk for each in found.contested]) == (builder.ids["XC"], ["security"])


def test_a_register_of_providers_takes_no_state_and_a_register_of_states_no_provider() -> None:
    for builder, type_ in ((providers("P1"), ParticipantType.STATE), (small_register(), ParticipantType.PROVIDER)):
        with pytest.raises(AssertionError, match="rule-18"):
            builder.admit("XJ", type=type_)


def test_a_provider_of_its_own_register_is_found_beside_the_register_of_states() -> None:
    states, theirs = small_register(), providers("P1")
    found = answer("198.51.100.200", states, theirs)
    assert found.desk is not None
    assert (found.basis, found.desk.participant) == (Basis.CLAIM, theirs.ids["P1"])


def test_a_provider_is_never_who_answers_for_a_country() -> None:
    states, theirs = small_register("XC"), providers("P1")
    assert answer("198.51.100.7", states, theirs).desk is None
    assert answer("198.51.100.7", small_register(), theirs).basis is Basis.ALLOCATION


def test_where_two_providers_claim_one_network_the_desk_of_the_state_stays_first() -> None:
    states, theirs = small_register(), providers("P1", "P2")
    found = answer("198.51.100.200", states, theirs)
    assert found.desk is not None
    assert (found.basis, found.desk.participant) == (Basis.ALLOCATION, states.ids["XD"])
    assert {each.participant for each in found.contested} == {theirs.ids["P1"], theirs.ids["P2"]}


def test_a_claim_of_a_provider_in_another_country_is_shown_and_does_not_lead() -> None:
    states, theirs = small_register(), providers("P1", prefix="192.0.2.0/25")
    found = answer("192.0.2.7", states, theirs)
    assert found.desk is not None
    assert (found.desk.participant, [each.participant for each in found.contested]) == (
        states.ids["XC"],
        [theirs.ids["P1"]],
    )
