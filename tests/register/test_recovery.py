"""Recovery is re-admission: both stand disputed until the old roots sign over."""

from __future__ import annotations

from liaison.register import bodies
from liaison.register.facts import ParticipantState
from liaison.register.lookup import DeskStatus, Directory, Refusal
from liaison.register.vocabulary import DeskKind
from tests.register.judging import by_node, by_roots, verdict
from tests.register.registry import RegisterBuilder, small_register

OLD_ROOTS, NEW_ROOTS = ("XC/roots/1", "XC/roots/2"), ("XC again/roots/1", "XC again/roots/2")


def readmitted() -> RegisterBuilder:
    registry = small_register("XC", "XD")
    registry.admit("XC again", replaces=registry.ids["XC"])
    registry.set_up("XC again")
    registry.publish_desk("XC again", "duty")
    registry.publish_node("XC again", "duty")
    registry.publish_resources("XC again", "XC")
    return registry


def hand_over(registry: RegisterBuilder) -> bytes:
    return registry.drafted(bodies.ParticipantRoots(roots=registry.roots(*NEW_ROOTS), guardians=()), "XC")


def state_of(registry: RegisterBuilder, who: str) -> ParticipantState:
    state = registry.view.participant(registry.ids[who])
    assert state is not None
    return state


def test_a_readmission_puts_both_in_dispute() -> None:
    registry = readmitted()
    assert [state_of(registry, who).disputed for who in ("XC", "XC again", "XD")] == [True, True, False]


def test_of_disputed_desks_none_is_the_default_and_both_are_shown() -> None:
    answer = Directory(readmitted().view).answer("XC", DeskKind.TECHNICAL)
    assert (answer.refusal, [desk.status for desk in answer.desks]) == (Refusal.DISPUTED, [DeskStatus.DISPUTED] * 2)


def test_the_old_roots_sign_over_and_clear_the_dispute() -> None:
    registry = readmitted()
    registry.add(hand_over(registry), *OLD_ROOTS, *NEW_ROOTS)
    answer = Directory(registry.view).answer("XC", DeskKind.TECHNICAL)
    assert (answer.refusal, [desk.participant for desk in answer.desks]) == (None, [registry.ids["XC again"]])


def test_neither_side_can_sign_over_alone() -> None:
    registry = readmitted()
    payload = hand_over(registry)
    verdicts = [verdict(registry.judged(payload, *signers)) for signers in (OLD_ROOTS, NEW_ROOTS)]
    assert verdicts == ["rule-09", "rule-09"]


def test_the_keys_of_a_succeeded_participant_are_replaced_at_the_hand_over() -> None:
    registry = readmitted()
    entry = registry.add(hand_over(registry), *OLD_ROOTS, *NEW_ROOTS)
    fact = registry.view.key(registry.key("XC/main/message").public.fingerprint)
    assert fact is not None and fact.replaced_index == entry.index


def test_a_succeeded_participant_says_nothing_more() -> None:
    registry = readmitted()
    payload = registry.drafted(bodies.DeskWithdrawn(desk="duty"), "XC", "main")
    registry.add(hand_over(registry), *OLD_ROOTS, *NEW_ROOTS)
    assert verdict(registry.judged(payload, "XC/main/entry")) == "rule-05"


def test_the_keys_of_a_succeeded_participant_can_still_be_revoked() -> None:
    registry = readmitted()
    registry.add(hand_over(registry), *OLD_ROOTS, *NEW_ROOTS)
    body = bodies.KeyRevoked(fingerprint=registry.key("XC/main/message").public.fingerprint, suspect_since=None)
    assert verdict(registry.judged(registry.drafted(body, "XC"), "XC/main/message")) == "stands"


def test_roots_of_a_participant_that_replaces_nobody_are_not_taken_over() -> None:
    registry = small_register("XC", "XD")
    body = bodies.ParticipantRoots(roots=registry.roots("XD/roots/1", "XD/roots/2"), guardians=())
    assert by_roots(registry, body, "XC", "XD/roots/1", "XD/roots/2") == "rule-12"


def test_a_disputed_participant_goes_on_meanwhile() -> None:
    registry = readmitted()
    assert [by_node(registry, registry.desk_body("duty"), who) for who in ("XC", "XC again")] == ["stands", "stands"]


def test_two_readmissions_of_one_participant_both_stand_disputed() -> None:
    registry = readmitted()
    registry.admit("XC third", replaces=registry.ids["XC"])
    registry.add(hand_over(registry), *OLD_ROOTS, *NEW_ROOTS)
    assert [state_of(registry, who).disputed for who in ("XC again", "XC third")] == [False, True]
