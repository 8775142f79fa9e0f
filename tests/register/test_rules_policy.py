"""Rules 23 to 26: who witnesses, and what time it is by the log."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from liaison.register import bodies
from liaison.register.standing import log_time, witness_policy
from liaison.register.vocabulary import REGISTER, NodeRef
from liaison.wire.note import Note, format_note
from tests.register.judging import by_node, by_roots
from tests.register.registry import RegisterBuilder, small_register

NOON = 1_795_348_800


def publishing(registry: RegisterBuilder, k: int, *witnesses: str, agreed: tuple[str, ...] = ()) -> str:
    return by_roots(registry, registry.policy(k, *witnesses), REGISTER, *(f"{who}/main/entry" for who in agreed))


def noting(registry: RegisterBuilder, note: Note) -> str:
    body = bodies.CheckpointNoted(checkpoint=format_note(note).decode())
    return by_node(registry, body, REGISTER, "office")


def witnessed() -> RegisterBuilder:
    registry = small_register()
    registry.set_policy(2, "XC", "XD", "XE")
    return registry


def test_rule_23_a_witness_that_is_not_there_is_refused() -> None:
    registry = small_register("XC")
    ghost = NodeRef(participant=registry.ids["XC"], node="elsewhere")
    body = bodies.PolicyPublished(k=1, witnesses=(ghost,))
    assert by_roots(registry, body, REGISTER) == "rule-23"


def test_rule_23_the_secretariat_is_no_witness() -> None:
    registry = small_register("XC")
    body = bodies.PolicyPublished(k=1, witnesses=(NodeRef(participant=REGISTER, node="office"),))
    assert by_roots(registry, body, REGISTER) == "rule-23"


def test_rule_23_a_hosted_node_is_no_witness() -> None:
    registry = small_register("XC", "XD")
    host = NodeRef(participant=registry.ids["XD"], node="main")
    registry.set_keys("XC", registry.node_keys("XC", "guest", (), host=host), extra=["XD/main/entry"])
    body = bodies.PolicyPublished(k=1, witnesses=(NodeRef(participant=registry.ids["XC"], node="guest"),))
    assert by_roots(registry, body, REGISTER) == "rule-23"


def test_rule_23_the_first_policy_cannot_name_anybody() -> None:
    registry = RegisterBuilder()
    nobody = bodies.Policy(k=1, witnesses=(NodeRef(participant="0" * 64, node="main"),))
    payload = registry.drafted(registry.opened(policy=nobody))
    outcome = registry.judged(payload, "log", "register/roots/1", "register/roots/2")
    assert getattr(outcome, "rule", None) == "rule-23"


@pytest.mark.parametrize(
    ("k", "expected"), [(0, "rule-24"), (1, "rule-24"), (2, "stands"), (3, "stands"), (4, "rule-24")]
)
def test_rule_24_k_is_above_half_of_the_witnesses(k: int, expected: str) -> None:
    assert publishing(small_register(), k, "XC", "XD", "XE") == expected


def test_rule_15_a_witness_named_twice_is_refused() -> None:
    assert publishing(small_register(), 2, "XC", "XC") == "rule-15"


def test_a_policy_is_agreed_by_k_of_the_present_witnesses() -> None:
    agreements = ((), ("XC",), ("XC", "XD"), ("XC", "XD", "XE"))
    verdicts = [publishing(witnessed(), 2, "XC", "XD", agreed=agreed) for agreed in agreements]
    assert verdicts == ["rule-09", "rule-09", "stands", "rule-10"]


def test_rule_25_the_checkpoint_of_another_log_is_refused() -> None:
    registry, other = witnessed(), small_register(origin="other.example", prefix="other ")
    assert noting(registry, other.checkpoint(3)) == "rule-25"


def test_rule_25_a_checkpoint_of_a_later_size_is_refused() -> None:
    registry, ahead = witnessed(), witnessed()
    ahead.nominate("XF")
    assert noting(registry, ahead.checkpoint(times={"XC": NOON, "XD": NOON})) == "rule-25"


def test_rule_25_what_is_no_checkpoint_is_refused() -> None:
    body = bodies.CheckpointNoted(checkpoint="it was about noon")
    assert by_node(witnessed(), body, REGISTER, "office") == "rule-25"


def test_rule_26_a_quorum_of_its_size_has_cosigned() -> None:
    registry = witnessed()
    assert noting(registry, registry.checkpoint(times={"XC": NOON, "XE": NOON + 60})) == "stands"


def test_rule_26_fewer_than_k_are_refused() -> None:
    registry = witnessed()
    assert noting(registry, registry.checkpoint(times={"XC": NOON})) == "rule-26"


def test_rule_26_log_time_has_not_begun_without_witnesses() -> None:
    registry = small_register()
    assert noting(registry, registry.checkpoint()) == "rule-26"


def test_rule_26_a_checkpoint_is_judged_by_the_policy_of_its_size() -> None:
    registry = witnessed()
    size = len(registry.leaves)
    registry.set_policy(1, "XE", agreed=["XC", "XD"])
    old = registry.checkpoint(size, times={"XC": NOON, "XD": NOON})
    new = registry.checkpoint(times={"XC": NOON, "XD": NOON})
    assert [noting(registry, old), noting(registry, new)] == ["stands", "rule-26"]


def test_log_time_is_the_lower_median_of_the_quorum() -> None:
    registry = witnessed()
    registry.note(registry.checkpoint(times={"XC": NOON, "XD": NOON + 10}))
    assert log_time(registry.view, len(registry.leaves)) == datetime.fromtimestamp(NOON, UTC)


def test_log_time_never_goes_back() -> None:
    registry = witnessed()
    registry.note(registry.checkpoint(times={"XC": NOON, "XD": NOON + 10, "XE": NOON + 20}))
    registry.note(registry.checkpoint(times={"XC": NOON - 600, "XD": NOON - 600}))
    assert log_time(registry.view, len(registry.leaves)) == datetime.fromtimestamp(NOON + 10, UTC)


def test_log_time_has_not_begun_before_it_was_noted() -> None:
    registry = witnessed()
    registry.note(registry.checkpoint(times={"XC": NOON, "XD": NOON}))
    here = len(registry.leaves) - 1
    assert (log_time(registry.view, here - 1), log_time(registry.view, here)) == (
        None,
        datetime.fromtimestamp(NOON, UTC),
    )


def test_a_new_cosigning_key_counts_from_its_own_entry_on() -> None:
    registry = witnessed()
    size = len(registry.leaves)
    key = registry.key("XC/main/cosigning/2").public
    renewed = registry.node_keys("XC", "main", (), cosigning=(key,))
    registry.set_keys("XC", renewed, extra=["XC/main/cosigning/2"])
    before, after = witness_policy(registry.view, size), witness_policy(registry.view, size + 1)
    assert (
        key.raw in {each.public for each in before.cosigners},
        key.raw in {each.public for each in after.cosigners},
    ) == (
        False,
        True,
    )


def test_a_lost_witness_makes_no_quorum_easier() -> None:
    registry = witnessed()
    registry.revoke("XC/main/cosigning", "XC")
    policy = witness_policy(registry.view, len(registry.leaves))
    assert (policy.k, len(policy.cosigners)) == (2, 2)


def test_rule_23_a_witness_whose_key_was_revoked_is_refused() -> None:
    registry = small_register("XC")
    registry.revoke("XC/main/cosigning", "XC")
    assert publishing(registry, 1, "XC") == "rule-23"
