"""Rules 1 to 7: is it an entry, of this register, at the right place of its chain?"""

from __future__ import annotations

import msgspec
import pytest

from liaison.register import bodies
from liaison.register.entries import Place, decode_payload, draft, encode_payload
from liaison.register.state import MemoryView, NotUnderstood, apply_leaf
from liaison.register.vocabulary import LIMIT, REGISTER
from liaison.wire.identifiers import digest
from tests.register.judging import by_node, by_roots, verdict
from tests.register.registry import ISSUED, LETTER, RegisterBuilder, small_register

WITHDRAWN = bodies.DeskWithdrawn(desk="duty")
OTHER = "0" * 64


def placed(**place: object) -> str:
    """The verdict on XC's withdrawal of its desk, put elsewhere."""
    registry = small_register("XC")
    return verdict(registry.judged(registry.drafted(WITHDRAWN, "XC", "main", **place), "XC/main/entry"))


@pytest.mark.parametrize("leaf", [b"", b"{}", b"not an entry", b"\xff" * 10, b"x" * (LIMIT + 1)])
def test_rule_01_a_leaf_that_is_no_entry_is_void(leaf: bytes) -> None:
    registry = small_register("XC")
    assert verdict(apply_leaf(registry.view, leaf, len(registry.leaves))) == "rule-01"


def test_rule_01_an_entry_above_the_limit_is_void() -> None:
    registry = small_register("XC")
    domains = tuple(
        bodies.DomainClaim(domain=f"{number:0240}".rjust(63, "x")[:63] + ".xc", desk="duty", evidence=None)
        for number in range(512)
    )
    body = bodies.ResourcesPublished(codes=(), prefixes=(), asns=(), domains=domains)
    assert by_node(registry, body) == "rule-01"


def test_rule_01_a_body_with_a_missing_member_is_void() -> None:
    registry = small_register("XC")
    payload = decode_payload(registry.drafted(WITHDRAWN, "XC", "main"))
    assert (
        verdict(registry.judged(encode_payload(msgspec.structs.replace(payload, body={})), "XC/main/entry"))
        == "rule-01"
    )


def test_rule_01_a_body_with_a_member_too_many_is_void() -> None:
    registry = small_register("XC")
    payload = decode_payload(registry.drafted(WITHDRAWN, "XC", "main"))
    more = msgspec.structs.replace(payload, body={"desk": "duty", "why": "tired"})
    assert verdict(registry.judged(encode_payload(more), "XC/main/entry")) == "rule-01"


def test_rule_01_an_instant_that_never_was_is_void() -> None:
    registry = small_register("XC")
    payload = decode_payload(registry.drafted(WITHDRAWN, "XC", "main"))
    never = msgspec.structs.replace(payload, issued="2026-02-30T00:00:00Z")
    assert verdict(registry.judged(encode_payload(never), "XC/main/entry")) == "rule-01"


def test_rule_02_leaf_0_opens_the_register() -> None:
    registry = RegisterBuilder()
    registry.open()
    assert registry.view.globals() is not None


def test_rule_02_another_kind_of_entry_at_leaf_0_is_void() -> None:
    registry = small_register("XC")
    leaf = registry.signed(registry.drafted(WITHDRAWN, "XC", "main"), "XC/main/entry")
    assert verdict(apply_leaf(MemoryView(), leaf, 0)) == "rule-02"


def test_rule_02_a_second_opening_is_void() -> None:
    registry = small_register("XC")
    payload = registry.drafted(registry.opened())
    names = ("log", "register/roots/1", "register/roots/2")
    assert verdict(registry.judged(payload, *names)) == "rule-02"


def test_rule_03_an_entry_of_another_register_is_void() -> None:
    assert placed(register=OTHER) == "rule-03"


def test_rule_03_an_entry_without_a_register_is_void() -> None:
    assert placed(register=None) == "rule-03"


def test_rule_03_an_entry_of_the_rehearsal_replayed_into_the_real_register_is_void() -> None:
    rehearsal, real = small_register("XC"), RegisterBuilder(rehearsal=False)
    real.open()
    admission = next(entry for entry in rehearsal.entries if entry.payload.kind == "participant.admitted")
    assert verdict(apply_leaf(real.view, rehearsal.leaves[admission.index or 0], len(real.leaves))) == "rule-03"


def test_rule_04_a_node_entry_without_a_node_is_void() -> None:
    assert placed(node=None) == "rule-04"


def test_rule_04_a_node_entry_without_a_number_is_void() -> None:
    assert placed(seq=None) == "rule-04"


def test_rule_04_a_revocation_with_a_number_is_void() -> None:
    registry = small_register("XC")
    body = bodies.KeyRevoked(fingerprint=registry.key("XC/main/entry").public.fingerprint, suspect_since=None)
    payload = registry.drafted(body, "XC", seq=2)
    assert verdict(registry.judged(payload, "XC/roots/1", "XC/roots/2")) == "rule-04"


def test_rule_04_a_nomination_by_a_participant_is_void() -> None:
    registry = small_register("XC")
    payload = registry.drafted(registry.nomination("XF"), "XC", "main")
    assert verdict(registry.judged(payload, "XC/main/entry")) == "rule-04"


def test_rule_05_an_entry_of_an_unknown_participant_is_void() -> None:
    assert placed(participant=OTHER) == "rule-05"


def test_rule_06_an_entry_of_an_unknown_node_is_void() -> None:
    assert placed(node="elsewhere") == "rule-06"


def test_rule_06_an_entry_of_a_retired_node_is_void() -> None:
    registry = small_register("XC")
    payload = registry.drafted(WITHDRAWN, "XC", "main")
    registry.set_keys("XC", registry.node_keys("XC", "second", ()))
    assert verdict(registry.judged(payload, "XC/main/entry")) == "rule-06"


def test_rule_07_the_next_entry_of_a_chain_stands() -> None:
    assert placed() == "stands"


@pytest.mark.parametrize("seq", [0, 2, 4, 99])
def test_rule_07_another_number_than_the_next_is_void(seq: int) -> None:
    assert placed(seq=seq) == "rule-07"


def test_rule_07_another_predecessor_is_void() -> None:
    assert placed(prev=LETTER) == "rule-07"


def test_rule_07_a_replayed_entry_is_void() -> None:
    registry = small_register("XC")
    assert verdict(apply_leaf(registry.view, registry.leaves[-1], len(registry.leaves))) == "rule-07"


def test_rule_07_entries_in_another_order_are_void() -> None:
    registry = small_register("XC")
    first = registry.drafted(WITHDRAWN, "XC", "main")
    where = decode_payload(first)
    ahead = Place(where.register, where.participant, "main", (where.seq or 0) + 1, digest(first))
    later = draft(WITHDRAWN, ahead, issued=ISSUED)
    assert verdict(registry.judged(later, "XC/main/entry")) == "rule-07"


def test_rule_07_of_two_that_race_for_a_place_the_later_is_void() -> None:
    registry = small_register("XC")
    roots = registry.roots("XC/roots/1", "XC/roots/2", "XC/roots/3", threshold=2)
    thief = registry.roots("XC/roots/1", "XC/roots/2", "thief", threshold=1)
    names = ("XC/roots/1", "XC/roots/2")
    owner = registry.drafted(bodies.ParticipantRoots(roots=roots, guardians=()), "XC")
    late = registry.drafted(bodies.ParticipantRoots(roots=thief, guardians=()), "XC")
    registry.add(owner, *names, "XC/roots/3")
    assert verdict(registry.judged(late, *names, "thief")) == "rule-07"


def test_a_thief_of_a_node_key_cannot_make_a_root_ceremony_stale() -> None:
    registry = small_register("XC")
    prepared = registry.drafted(bodies.ParticipantKeys(nodes=()), "XC")
    registry.publish_node("XC", "duty")
    registry.publish_resources("XC", "XC")
    assert verdict(registry.judged(prepared, "XC/roots/1", "XC/roots/2")) == "stands"


def test_a_void_entry_does_not_move_its_chain_on() -> None:
    registry = small_register("XC")
    wrong = registry.signed(registry.drafted(bodies.DeskWithdrawn(desk="nowhere"), "XC", "main"), "XC/main/entry")
    right = registry.drafted(WITHDRAWN, "XC", "main")
    outcome = apply_leaf(registry.view, wrong, len(registry.leaves))
    registry.view.record(outcome)
    assert (verdict(outcome), verdict(registry.judged(right, "XC/main/entry"))) == ("rule-31", "stands")


@pytest.mark.parametrize(("kind", "reason"), [("weather.forecast", "kind"), ("keys.rested", "kind")])
def test_an_unknown_kind_is_kept_and_not_understood(kind: str, reason: str) -> None:
    registry = small_register("XC")
    payload = decode_payload(registry.drafted(WITHDRAWN, "XC", "main"))
    other = encode_payload(msgspec.structs.replace(payload, kind=kind, body={"anything": "goes"}))
    assert verdict(registry.judged(other, "XC/main/entry")) == f"not understood: {reason}"


def kept_for_later(registry: RegisterBuilder) -> bytes:
    """A `keys.suspended` of the secretariat, whose body nobody reads yet."""
    payload = decode_payload(registry.drafted(registry.nomination("XF"), REGISTER, "office"))
    return encode_payload(msgspec.structs.replace(payload, kind="keys.suspended", body={}))


def test_a_kind_kept_for_later_moves_its_chain_on() -> None:
    registry = small_register("XC")
    registry.append(registry.signed(kept_for_later(registry), "register/office/entry"), expected=NotUnderstood)
    assert by_node(registry, registry.nomination("XF"), REGISTER, "office") == "stands"


def test_a_kind_kept_for_later_is_void_without_its_signature() -> None:
    registry = small_register("XC")
    assert verdict(registry.judged(kept_for_later(registry), "XC/main/entry")) == "rule-09"


def test_a_later_version_of_a_kind_moves_its_chain_on() -> None:
    registry = small_register("XC")
    payload = decode_payload(registry.drafted(WITHDRAWN, "XC", "main"))
    newer = encode_payload(msgspec.structs.replace(payload, version=2, body={"desks": ["duty"]}))
    registry.append(registry.signed(newer, "XC/main/entry"), expected=NotUnderstood)
    assert by_node(registry, WITHDRAWN) == "stands"


def test_a_later_version_of_the_policy_stops_the_fold() -> None:
    registry = small_register("XC")
    payload = decode_payload(registry.drafted(registry.policy(1, "XC"), REGISTER))
    newer = encode_payload(msgspec.structs.replace(payload, version=2, body={}))
    registry.append(registry.signed(newer, "register/roots/1", "register/roots/2"), expected=NotUnderstood)
    assert by_roots(registry, bodies.ParticipantKeys(nodes=()), "XC") == "not understood: rules"


def test_a_register_of_unknown_rules_is_opened_and_nothing_in_it_applied() -> None:
    registry = RegisterBuilder()
    payload = registry.drafted(registry.opened(rules=2))
    registry.append(registry.signed(payload, "log", "register/roots/1", "register/roots/2"), expected=NotUnderstood)
    names = ("register/roots/1", "register/roots/2", "XC/roots/1", "XC/roots/2")
    assert verdict(registry.judged(registry.drafted(registry.admission("XC")), *names)) == "not understood: rules"
