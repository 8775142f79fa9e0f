"""Rules 8 to 14: exactly the needed keys signed, and each key has one use."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from liaison.keys.public import Algorithm, PublicKey
from liaison.register import bodies
from liaison.register.entries import decode_entry
from liaison.register.rules import needed_signatures
from liaison.register.state import MemoryView, apply_leaf, fold_on
from liaison.register.vocabulary import REGISTER, DeskKind
from liaison.wire.envelope import encode_envelope
from tests.register.judging import admitting, by_roots, verdict
from tests.register.registry import small_register

WITHDRAWN = bodies.DeskWithdrawn(desk="duty")
KEYS = ("XF/main/entry", "XF/main/message", "XF/main/http", "XF/main/cosigning")


def test_rule_08_a_forged_signature_is_refused() -> None:
    registry = small_register("XC")
    leaf = registry.signed(registry.drafted(WITHDRAWN, "XC", "main"), "XC/main/entry")
    envelope = decode_entry(leaf).envelope
    forged = replace(envelope.signatures[0], sig=bytes(64))
    data = encode_envelope(replace(envelope, signatures=(forged,)))
    assert verdict(apply_leaf(registry.view, data, len(registry.leaves))) == "rule-08"


def test_rule_08_an_entry_of_another_participant_signed_by_oneself_is_refused() -> None:
    registry = small_register("XC", "XD")
    payload = registry.drafted(WITHDRAWN, "XC", "main")
    assert verdict(registry.judged(payload, "XD/main/entry")) == "rule-08"


def test_rule_08_an_entry_signed_by_the_message_key_is_refused() -> None:
    registry = small_register("XC")
    payload = registry.drafted(WITHDRAWN, "XC", "main")
    assert verdict(registry.judged(payload, "XC/main/message")) == "rule-08"


def test_rule_08_a_replaced_entry_key_signs_nothing_more() -> None:
    registry = small_register("XC")
    again = registry.node_keys("XC", "main", tuple(DeskKind), entry=registry.key("XC/main/entry/2").public)
    registry.keys["XC", "main"] = again
    registry.set_keys("XC", again, extra=["XC/main/entry/2"])
    payload = registry.drafted(WITHDRAWN, "XC", "main")
    assert verdict(registry.judged(payload, "XC/main/entry")) == "rule-08"


def test_rule_09_one_root_of_two_is_too_few() -> None:
    registry = small_register("XC")
    payload = registry.drafted(bodies.ParticipantKeys(nodes=()), "XC")
    assert verdict(registry.judged(payload, "XC/roots/1")) == "rule-09"


def test_rule_09_an_admission_without_one_of_the_new_roots_is_refused() -> None:
    registry = small_register("XC")
    assert admitting(registry, "XF", "register/roots/1", "register/roots/2", "XF/roots/1") == "rule-09"


def test_rule_09_an_admission_without_the_secretariat_is_refused() -> None:
    registry = small_register("XC")
    assert admitting(registry, "XF", "XF/roots/1", "XF/roots/2") == "rule-09"


@pytest.mark.parametrize("silent", KEYS)
def test_rule_09_a_new_key_that_does_not_sign_is_refused(silent: str) -> None:
    registry = small_register("XC")
    registry.admit("XF")
    cosigning = (registry.key("XF/main/cosigning").public,)
    body = bodies.ParticipantKeys(nodes=(registry.node_keys("XF", "main", (), cosigning=cosigning),))
    assert by_roots(registry, body, "XF", *(name for name in KEYS if name != silent)) == "rule-09"


def test_rule_09_a_revoked_root_counts_no_more() -> None:
    registry = small_register("XC")
    registry.revoke("XC/roots/2", "XC", "XC/roots/2")
    payload = registry.drafted(bodies.ParticipantKeys(nodes=()), "XC")
    assert verdict(registry.judged(payload, "XC/roots/1")) == "rule-09"


def test_rule_10_a_padded_entry_is_refused() -> None:
    registry = small_register("XC", "XD")
    payload = registry.drafted(WITHDRAWN, "XC", "main")
    assert verdict(registry.judged(payload, "XC/main/entry", "XD/main/entry")) == "rule-10"


def test_rule_10_more_roots_than_the_threshold_are_refused() -> None:
    registry = small_register("XC")
    roots = registry.roots("XC/roots/1", "XC/roots/2", "XC/roots/3", threshold=2)
    body = bodies.ParticipantRoots(roots=roots, guardians=())
    registry.add(registry.drafted(body, "XC"), "XC/roots/1", "XC/roots/2", "XC/roots/3")
    payload = registry.drafted(bodies.ParticipantKeys(nodes=()), "XC")
    names = ("XC/roots/1", "XC/roots/2", "XC/roots/3")
    verdicts = [verdict(registry.judged(payload, *signers)) for signers in (names, names[:2], names[1:])]
    assert verdicts == ["rule-10", "stands", "stands"]


def test_rule_09_a_stripped_entry_is_refused() -> None:
    registry = small_register("XC")
    admission = next(entry for entry in registry.entries if entry.payload.kind == "participant.admitted")
    stripped = replace(admission.envelope, signatures=admission.envelope.signatures[1:])
    before = fold_on(MemoryView(), registry.leaves[: admission.index])
    assert verdict(apply_leaf(before, encode_envelope(stripped), before.size)) == "rule-09"


def test_rule_11_a_small_order_key_is_refused() -> None:
    registry = small_register("XC")
    weak = PublicKey.from_raw(Algorithm.ED25519, bytes([1, *bytes(31)]))
    roots = bodies.Roots(keys=(registry.key("XF/roots/1").public, weak), threshold=1)
    assert admitting(registry, "XF", roots=roots) == "rule-11"


def test_rule_11_a_sealing_key_cannot_be_a_root() -> None:
    registry = small_register("XC")
    roots = bodies.Roots(keys=(registry.key("XF/roots/1").public, registry.sealing("XF").public), threshold=1)
    assert admitting(registry, "XF", roots=roots) == "rule-11"


def test_rule_12_a_key_of_another_participant_is_refused() -> None:
    registry = small_register("XC")
    roots = registry.roots("XC/roots/1", "XF/roots/2")
    names = ("register/roots/1", "register/roots/2", "XC/roots/1", "XF/roots/2")
    assert admitting(registry, "XF", *names, roots=roots) == "rule-12"


def test_rule_12_a_root_key_cannot_become_an_entry_key() -> None:
    registry = small_register("XC")
    registry.admit("XF")
    node = registry.node_keys("XF", "main", (), entry=registry.key("XF/roots/1").public)
    body = bodies.ParticipantKeys(nodes=(node,))
    assert by_roots(registry, body, "XF", "XF/main/message", "XF/main/http") == "rule-12"


def test_rule_12_one_key_for_two_purposes_is_refused() -> None:
    registry = small_register("XC")
    registry.admit("XF")
    node = registry.node_keys("XF", "main", (), message=registry.key("XF/main/entry").public)
    assert by_roots(registry, bodies.ParticipantKeys(nodes=(node,)), "XF", "XF/main/entry", "XF/main/http") == "rule-12"


def test_rule_12_the_log_key_cannot_be_a_participants() -> None:
    registry = small_register("XC")
    names = ("register/roots/1", "register/roots/2", "log", "XF/roots/2")
    assert admitting(registry, "XF", *names, roots=registry.roots("log", "XF/roots/2")) == "rule-12"


def test_rule_13_a_replaced_key_never_returns() -> None:
    registry = small_register("XC")
    roots = registry.roots("XC/roots/1", "XC/roots/3")
    body = bodies.ParticipantRoots(roots=roots, guardians=())
    registry.add(registry.drafted(body, "XC"), "XC/roots/1", "XC/roots/2", "XC/roots/3")
    back = bodies.ParticipantRoots(roots=registry.roots("XC/roots/1", "XC/roots/2"), guardians=())
    payload = registry.drafted(back, "XC")
    names = ("XC/roots/1", "XC/roots/2", "XC/roots/3")
    assert verdict(registry.judged(payload, *names)) == "rule-13"


def test_rule_13_a_revoked_key_never_returns() -> None:
    registry = small_register("XC")
    registry.revoke("XC/main/message", "XC")
    body = bodies.ParticipantKeys(nodes=(registry.keys["XC", "main"],))
    assert by_roots(registry, body, "XC") == "rule-13"


def test_rule_14_a_threshold_above_the_number_of_roots_is_refused() -> None:
    registry = small_register("XC")
    roots = registry.roots("XF/roots/1", "XF/roots/2", threshold=3)
    assert admitting(registry, "XF", roots=roots) == "rule-14"


def test_roots_rotate_by_the_old_and_the_new_threshold() -> None:
    registry = small_register("XC")
    roots = registry.roots("XC/roots/3", "XC/roots/4", "XC/roots/5", threshold=2)
    payload = registry.drafted(bodies.ParticipantRoots(roots=roots, guardians=()), "XC")
    new = ("XC/roots/3", "XC/roots/4", "XC/roots/5")
    verdicts = [
        verdict(registry.judged(payload, *signers))
        for signers in (("XC/roots/1", "XC/roots/2", *new), new, ("XC/roots/1", *new), ("XC/roots/1", "XC/roots/2"))
    ]
    assert verdicts == ["stands", "rule-09", "rule-09", "rule-09"]


def test_the_secretariats_roots_rotate_like_any_others() -> None:
    registry = small_register("XC")
    roots = registry.roots("register/roots/1", "register/roots/3")
    payload = registry.drafted(bodies.ParticipantRoots(roots=roots, guardians=()), REGISTER)
    registry.add(payload, "register/roots/1", "register/roots/2", "register/roots/3")
    assert admitting(registry, "XF") == "rule-08"


def test_who_must_sign_is_told_before_anybody_has() -> None:
    registry = small_register("XC")
    leaf = registry.signed(registry.drafted(bodies.ParticipantKeys(nodes=()), "XC"), "nobody")
    needs = needed_signatures(decode_entry(leaf), registry.view, len(registry.leaves))
    roots = {registry.key(f"XC/roots/{number}").public.fingerprint for number in (1, 2)}
    assert [[(set(need.keys), need.count) for need in alternative if need.count] for alternative in needs] == [
        [(roots, 2)]
    ]


def test_who_must_sign_leaf_0_is_told_too() -> None:
    registry = small_register("XC")
    needs = needed_signatures(registry.entries[0], MemoryView(), 0)
    assert [[need.count for need in alternative] for alternative in needs] == [[3]]
