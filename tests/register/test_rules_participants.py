"""Rules 15 to 22, 27, 28 and 33: admissions, nodes and their keys, revocations, attestations."""

from __future__ import annotations

import pytest

from liaison.register import bodies
from liaison.register.facts import KeyFact
from liaison.register.vocabulary import REGISTER, Channel, DeskKind, NodeRef, ParticipantType
from tests.register.judging import admitting, by_node, by_roots, verdict
from tests.register.registry import LETTER, RegisterBuilder, small_register

NEW = ("XC/second/entry", "XC/second/message", "XC/second/http")


def naming(registry: RegisterBuilder, *nodes: bodies.NodeKeys, who: str = "XC", extra: tuple[str, ...] = NEW) -> str:
    return by_roots(registry, bodies.ParticipantKeys(nodes=nodes), who, *extra)


def fact_of(registry: RegisterBuilder, key: str) -> KeyFact:
    fact = registry.view.key(registry.key(key).public.fingerprint)
    assert fact is not None
    return fact


def revoking(registry: RegisterBuilder, key: str, who: str, *signers: str, since: int | None = None) -> str:
    body = bodies.KeyRevoked(fingerprint=registry.key(key).public.fingerprint, suspect_since=since)
    return verdict(registry.judged(registry.drafted(body, who), *signers))


def test_rule_15_a_code_named_twice_is_refused() -> None:
    labels = bodies.Labels(name="State XF", codes=("XF", "XF"))
    assert admitting(small_register("XC"), "XF", labels=labels) == "rule-15"


def test_rule_15_a_node_named_twice_is_refused() -> None:
    registry = small_register("XC")
    second = registry.node_keys("XC", "second", ())
    assert naming(registry, second, second) == "rule-15"


def test_rule_16_a_participant_has_had_64_nodes_at_most() -> None:
    registry = small_register("XC")
    for first in (0, 32):
        count = 32 if first == 0 else 31
        nodes = [registry.node_keys("XC", f"n{first + number}", ()) for number in range(count)]
        registry.set_keys("XC", *nodes)
    assert naming(registry, registry.node_keys("XC", "second", ())) == "rule-16"


def test_rule_17_the_same_admission_again_is_refused() -> None:
    registry = small_register("XC")
    assert admitting(registry, "XC") == "rule-17"


@pytest.mark.parametrize("kind", [ParticipantType.STATE, ParticipantType.ORGANISATION])
def test_rule_18_states_and_organisations_stand_side_by_side(kind: ParticipantType) -> None:
    assert admitting(small_register("XC"), "XF", type=kind) == "stands"


def test_rule_18_a_provider_beside_states_is_refused() -> None:
    assert admitting(small_register("XC"), "XF", type=ParticipantType.PROVIDER) == "rule-18"


def test_rule_18_a_state_beside_providers_is_refused() -> None:
    registry = RegisterBuilder()
    registry.open()
    registry.admit("XC", type=ParticipantType.PROVIDER)
    assert admitting(registry, "XF") == "rule-18"


def test_rule_19_replacing_nobody_is_refused() -> None:
    assert admitting(small_register("XC"), "XF", replaces=LETTER) == "rule-19"


def test_rule_19_replacing_a_participant_of_another_type_is_refused() -> None:
    registry = small_register("XC")
    changes = {"type": ParticipantType.ORGANISATION, "replaces": registry.ids["XC"]}
    assert admitting(registry, "XF", **changes) == "rule-19"


def test_rule_20_the_id_of_a_retired_node_never_returns() -> None:
    registry = small_register("XC")
    registry.set_keys("XC", registry.node_keys("XC", "second", ()))
    fresh = {name: registry.key(f"XC/main/{name}/2").public for name in ("entry", "message", "http")}
    again = registry.node_keys("XC", "main", (), **fresh)
    signers = tuple(f"XC/main/{name}/2" for name in fresh)
    assert naming(registry, again, extra=signers) == "rule-20"


def test_rule_21_a_hosted_node_is_signed_by_its_host_too() -> None:
    registry = small_register("XC", "XD")
    host = NodeRef(participant=registry.ids["XD"], node="main")
    node = registry.node_keys("XC", "second", (), host=host)
    verdicts = [
        naming(registry, registry.keys["XC", "main"], node, extra=(*NEW, *host)) for host in ((), ("XD/main/entry",))
    ]
    assert verdicts == ["rule-09", "stands"]


@pytest.mark.parametrize(("participant", "node"), [("XD", "elsewhere"), ("XC", "main")])
def test_rule_21_a_host_that_is_not_there_or_ones_own_is_refused(participant: str, node: str) -> None:
    registry = small_register("XC", "XD")
    host = NodeRef(participant=registry.ids[participant], node=node)
    second = registry.node_keys("XC", "second", (), host=host)
    assert naming(registry, registry.keys["XC", "main"], second) == "rule-21"


def test_rule_21_a_hosted_node_hosts_nobody() -> None:
    registry = small_register("XC", "XD", "XE")
    hosted = registry.node_keys("XD", "guest", (), host=NodeRef(participant=registry.ids["XE"], node="main"))
    registry.set_keys("XD", registry.keys["XD", "main"], hosted, extra=["XE/main/entry"])
    host = NodeRef(participant=registry.ids["XD"], node="guest")
    second = registry.node_keys("XC", "second", (), host=host)
    assert naming(registry, second, extra=(*NEW, "XD/guest/entry")) == "rule-21"


def test_rule_22_a_hosted_node_does_not_cosign() -> None:
    registry = small_register("XC", "XD")
    key = (registry.key("XC/second/cosigning").public,)
    host = NodeRef(participant=registry.ids["XD"], node="main")
    second = registry.node_keys("XC", "second", (), host=host, cosigning=key)
    assert naming(registry, second, extra=(*NEW, "XC/second/cosigning", "XD/main/entry")) == "rule-22"


def test_rule_22_the_secretariat_does_not_cosign() -> None:
    registry = small_register("XC")
    key = (registry.key("register/office/cosigning").public,)
    office = registry.node_keys(REGISTER, "office", (), cosigning=key)
    assert naming(registry, office, who=REGISTER, extra=("register/office/cosigning",)) == "rule-22"


def test_rule_22_a_second_cosigning_key_is_refused() -> None:
    registry = small_register("XC")
    names = ("XC/second/cosigning", "XC/second/cosigning/2")
    keys = tuple(registry.key(name).public for name in names)
    second = registry.node_keys("XC", "second", (), cosigning=keys)
    assert naming(registry, second, extra=(*NEW, *names)) == "rule-22"


def test_rule_27_only_the_owner_revokes_a_key() -> None:
    registry = small_register("XC", "XD")
    assert revoking(registry, "XD/main/entry", "XC", "XC/roots/1", "XC/roots/2") == "rule-27"


def test_rule_27_a_key_nobody_named_cannot_be_revoked() -> None:
    registry = small_register("XC")
    assert revoking(registry, "nobody", "XC", "XC/roots/1", "XC/roots/2") == "rule-27"


@pytest.mark.parametrize("signers", [("XC/main/entry",), ("XC/roots/1", "XC/roots/2")])
def test_rule_28_the_roots_or_the_key_itself_revoke(signers: tuple[str, ...]) -> None:
    registry = small_register("XC")
    assert revoking(registry, "XC/main/entry", "XC", *signers) == "stands"


def test_rule_28_a_second_revocation_is_refused() -> None:
    registry = small_register("XC")
    registry.revoke("XC/main/entry", "XC")
    assert revoking(registry, "XC/main/entry", "XC", "XC/roots/1", "XC/roots/2") == "rule-28"


def test_rule_28_the_roots_lower_suspect_since_later() -> None:
    registry = small_register("XC")
    registry.revoke("XC/main/entry", "XC", "XC/main/entry")
    revoked = len(registry.leaves) - 1
    registry.revoke("XC/main/entry", "XC", since=5)
    fact = fact_of(registry, "XC/main/entry")
    assert (fact.revoked_index, fact.suspect_since) == (revoked, 5)


def test_rule_28_nobody_raises_suspect_since() -> None:
    registry = small_register("XC")
    registry.revoke("XC/main/entry", "XC", since=3)
    assert revoking(registry, "XC/main/entry", "XC", "XC/roots/1", "XC/roots/2", since=4) == "rule-28"


def test_rule_28_suspicion_does_not_begin_in_the_future() -> None:
    registry = small_register("XC")
    assert revoking(registry, "XC/main/entry", "XC", "XC/roots/1", "XC/roots/2", since=10_000) == "rule-28"


def test_the_key_itself_cannot_make_the_past_suspect() -> None:
    registry = small_register("XC")
    assert revoking(registry, "XC/main/entry", "XC", "XC/main/entry", since=3) in {"rule-08", "rule-09"}


def test_a_revocation_signed_long_before_still_stands() -> None:
    registry = small_register("XC")
    body = bodies.KeyRevoked(fingerprint=registry.key("XC/main/entry").public.fingerprint, suspect_since=None)
    from_the_safe = registry.signed(registry.drafted(body, "XC"), "XC/roots/1", "XC/roots/2")
    registry.publish_node("XC", "duty")
    registry.set_keys("XC", registry.keys["XC", "main"], registry.node_keys("XC", "second", ()))
    registry.append(from_the_safe)
    assert fact_of(registry, "XC/main/entry").revoked_index == len(registry.leaves) - 1


def test_what_a_revoked_key_signs_is_refused() -> None:
    registry = small_register("XC")
    registry.revoke("XC/main/entry", "XC")
    assert by_node(registry, bodies.DeskWithdrawn(desk="duty")) == "rule-08"


def test_a_revoked_log_key_signs_for_the_log_no_more() -> None:
    registry = small_register("XC")
    registry.revoke("log", REGISTER)
    facts = registry.view.globals()
    assert facts is not None and facts.log_keys == ()


def test_a_node_left_out_is_retired_with_its_keys() -> None:
    registry = small_register("XC")
    registry.set_keys("XC", registry.node_keys("XC", "second", ()))
    here = len(registry.leaves) - 1
    state = registry.view.participant(registry.ids["XC"])
    assert state is not None
    keys = [fact_of(registry, f"XC/main/{name}").replaced_index for name in ("entry", "message", "http", "cosigning")]
    assert (state.nodes["main"].retired_index, keys) == (here, [here] * 4)


def attest(registry: RegisterBuilder, whom: str, key: str) -> str:
    fingerprint = registry.key(key).public.fingerprint
    body = bodies.Attested(participant=registry.ids[whom], fingerprint=fingerprint, channel=Channel.TELEPHONE)
    return by_node(registry, body)


def test_rule_33_one_vouches_for_the_root_of_another() -> None:
    assert attest(small_register("XC", "XD"), "XD", "XD/roots/1") == "stands"


def test_rule_33_one_does_not_vouch_for_oneself() -> None:
    assert attest(small_register("XC", "XD"), "XC", "XC/roots/1") == "rule-33"


def test_rule_33_only_roots_are_vouched_for() -> None:
    assert attest(small_register("XC", "XD"), "XD", "XD/main/entry") == "rule-33"


def test_an_attestation_shows_at_the_one_vouched_for() -> None:
    registry = small_register("XC", "XD")
    fingerprint = registry.key("XD/roots/1").public.fingerprint
    body = bodies.Attested(participant=registry.ids["XD"], fingerprint=fingerprint, channel=Channel.NOTE_VERBALE)
    registry.by_node(body, "XC")
    state = registry.view.participant(registry.ids["XD"])
    assert state is not None
    assert state.attested[registry.ids["XC"]].channel is Channel.NOTE_VERBALE


def test_a_desk_kind_taken_from_a_node_stops_its_desk() -> None:
    registry = small_register("XC")
    registry.set_keys("XC", registry.node_keys("XC", "main", (DeskKind.DIPLOMATIC,)))
    state = registry.view.participant(registry.ids["XC"])
    assert state is not None and state.nodes["main"].kinds == (DeskKind.DIPLOMATIC,)
