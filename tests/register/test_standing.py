"""Which keys count, and how much of the log is trusted?"""

from __future__ import annotations

import pytest

from liaison.errors import VerificationError
from liaison.register import bodies
from liaison.register.memory import MemoryView
from liaison.register.standing import (
    message_key_standing,
    taken_away,
    trusted_head,
    trusted_size,
    verify_trusted,
    witness_policy,
)
from liaison.register.state import fold_on
from tests.register.registry import RegisterBuilder, small_register

NOON = 1_795_348_800


def witnessed() -> RegisterBuilder:
    registry = small_register()
    registry.set_policy(2, "XC", "XD", "XE")
    return registry


def size(registry: RegisterBuilder) -> int:
    return len(registry.leaves)


def test_a_message_key_counts_from_the_entry_that_names_it() -> None:
    registry = small_register("XC")
    key = registry.key("XC/main/message").public
    standing = message_key_standing(registry.view, registry.ids["XC"], "main", key.fingerprint)
    counted = [standing.counted_at(standing.from_index + step) for step in (0, 1)]
    assert (standing.key, counted) == (key, [False, True])


def test_a_replaced_message_key_counts_up_to_its_replacement() -> None:
    registry = small_register("XC")
    renewed = registry.node_keys("XC", "main", (), message=registry.key("XC/main/message/2").public)
    registry.set_keys("XC", renewed, extra=["XC/main/message/2"])
    here = size(registry) - 1
    fingerprint = registry.key("XC/main/message").public.fingerprint
    standing = message_key_standing(registry.view, registry.ids["XC"], "main", fingerprint)
    assert (standing.replaced_index, standing.counted_at(here), standing.counted_at(here + 1)) == (here, True, False)


def test_a_revoked_message_key_says_since_when_it_is_suspect() -> None:
    registry = small_register("XC")
    registry.revoke("XC/main/message", "XC", since=4)
    fingerprint = registry.key("XC/main/message").public.fingerprint
    standing = message_key_standing(registry.view, registry.ids["XC"], "main", fingerprint)
    assert (standing.revoked_index, standing.suspect_since) == (size(registry) - 1, 4)


@pytest.mark.parametrize("name", ["XD/main/message", "XC/main/entry", "nobody"])
def test_a_key_of_another_node_or_purpose_is_none_of_this_ones(name: str) -> None:
    registry = small_register("XC", "XD")
    with pytest.raises(VerificationError, match="key-not-of-node"):
        message_key_standing(registry.view, registry.ids["XC"], "main", registry.key(name).public.fingerprint)


def test_without_witnesses_the_logs_signature_suffices() -> None:
    registry = small_register()
    head = verify_trusted(registry.view, registry.checkpoint(), applied=size(registry))
    assert (head.size, head.witnessed, head.time) == (size(registry), False, None)


def test_trusted_is_the_largest_size_with_a_quorum() -> None:
    registry = witnessed()
    cosigned = registry.checkpoint(times={"XC": NOON, "XD": NOON})
    registry.nominate("XF")
    pending = registry.checkpoint(times={"XC": NOON})
    assert trusted_size(registry.view, [pending, cosigned], applied=size(registry)) == size(registry) - 1


def test_a_checkpoint_is_judged_by_the_policy_of_its_own_size() -> None:
    registry = small_register()
    unwitnessed = registry.checkpoint()
    registry.set_policy(2, "XC", "XD", "XE")
    after = registry.checkpoint()
    head = trusted_head(registry.view, [after, unwitnessed], applied=size(registry))
    assert head is not None
    assert (head.size, head.witnessed) == (size(registry) - 1, False)


def test_a_checkpoint_beyond_what_was_folded_is_not_judged() -> None:
    registry = small_register()
    with pytest.raises(VerificationError, match="checkpoint-not-folded"):
        verify_trusted(registry.view, registry.checkpoint(), applied=3)


def test_a_checkpoint_signed_by_another_log_is_not_trusted() -> None:
    registry, other = small_register(), small_register(prefix="other ")
    assert trusted_size(registry.view, [other.checkpoint()], applied=size(registry)) == 0


def test_a_quorum_that_lost_its_witnesses_trusts_nothing_new() -> None:
    registry = witnessed()
    for who in ("XC", "XD"):
        registry.revoke(f"{who}/main/cosigning", who)
    with pytest.raises(VerificationError, match="witnesses-lost"):
        witness_policy(registry.view, size(registry))


def test_later_entries_only_take_away() -> None:
    registry = witnessed()
    trusted = fold_on(MemoryView(), registry.leaves)
    registry.admit("XF")
    registry.revoke("XC/main/message", "XC")
    registry.by_node(bodies.DeskWithdrawn(desk="duty"), "XD")
    newest = fold_on(MemoryView(trusted, size=trusted.size), registry.leaves[trusted.size :])
    taken = taken_away(newest)
    fingerprint = registry.key("XC/main/message").public.fingerprint
    assert (taken.keys, taken.desks) == ({fingerprint}, {(registry.ids["XD"], "duty")})
    assert trusted.participant(registry.ids["XF"]) is None
