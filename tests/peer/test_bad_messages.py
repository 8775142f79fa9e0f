"""Is every message that breaks a rule refused with its reason, and is nothing of anybody else's lost by it?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.keys.sealing import seal
from liaison.messages.message import ComposedUnder
from liaison.node.models import GivenReceipt, IncomingCopy
from liaison.node.reads.inbox import show_case
from tests.mirrored import seed_node
from tests.peer.forging import (
    ask,
    checkpoint,
    composed,
    fresh_id,
    message_path,
    opened_by,
    plaintext,
    post_message,
    sealed_for,
)
from tests.register.registry import small_register
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def verdict(world: World, data: bytes, *, by: str = "XC", to: str = "XD") -> tuple[str, str | None]:
    receipt = post_message(world, sealed_for(world, data, to), by=by, to=to)
    return receipt.verdict, receipt.reason


def accepted(world: World, code: str = "XD") -> int:
    with world.at(code):
        return IncomingCopy.objects.filter(verdict="accepted").count()


def test_a_replayed_message_gets_the_same_receipt_and_is_not_stored_again(world: World) -> None:
    world.send("XC", "XD")
    sealed = world.network.requests[-1][1].body
    path = message_path(world, "XD")
    answers = {ask(world, by, "XD", method="POST", path=path, body=sealed).body for by in ("XC", "XC", "XE")}
    assert (len(answers), accepted(world)) == (1, 1)


def test_the_same_message_under_a_new_seal_gets_the_same_receipt(world: World) -> None:
    data = plaintext(world, composed(world, "XC", "XD"), world.desk("XD"), key="XC/main/message")
    path = message_path(world, "XD")
    bodies = [sealed_for(world, data, "XD") for _ in range(2)]
    first, again = (ask(world, "XC", "XD", method="POST", path=path, body=body).body for body in bodies)
    assert (first == again, accepted(world)) == (True, 1)


def test_a_message_of_another_register_is_rejected(world: World) -> None:
    other = small_register(prefix="other ")
    message = composed(world, "XC", "XD", register=other.entries[0].leaf)
    data = plaintext(world, message, world.desk("XD"), key="XC/main/message")
    assert verdict(world, data) == ("rejected", "another-register")


def test_messages_that_arrive_in_another_order_are_accepted_and_the_gap_closes(world: World) -> None:
    case = fresh_id()
    messages = [composed(world, "XC", "XD", case=case) for _ in range(2)]
    from liaison.messages.message import open_message

    first = plaintext(world, messages[0], world.desk("XD"), key="XC/main/message")
    prev = open_message(first).message_hash
    second = plaintext(world, messages[1], world.desk("XD"), key="XC/main/message", seq=1, prev=prev)
    assert verdict(world, second) == ("accepted", None)
    assert [gap.trouble.value for gap in show_case(world.nodes["XD"], case).gaps] == ["missing"]
    assert verdict(world, first) == ("accepted", None)
    assert show_case(world.nodes["XD"], case).gaps == ()


def test_a_message_sealed_again_for_another_desk_is_rejected_there(world: World) -> None:
    world.send("XC", "XD")
    stolen = opened_by(world, world.network.requests[-1][1].body, "XD")
    assert verdict(world, stolen, by="XD", to="XE") == ("rejected", "not-for-this-desk")
    assert accepted(world, "XE") == 0


def test_an_identifier_used_for_another_text_is_rejected_and_both_are_kept(world: World) -> None:
    message_id = fresh_id()
    for expected in (("accepted", None), ("rejected", "id-reused"), ("rejected", "id-reused")):
        message = composed(world, "XC", "XD", id=message_id)
        data = plaintext(world, message, world.desk("XD"), key="XC/main/message")
        assert verdict(world, data) == expected
    with world.at("XD"):
        assert IncomingCopy.objects.count() == 3


@pytest.mark.parametrize("hours", [24, -24])
def test_a_clock_a_day_off_delays_nothing(world: World, hours: int) -> None:
    at = world.clock.now() + timedelta(hours=hours)
    message = composed(world, "XC", "XD", composed_at=at)
    body = sealed_for(world, plaintext(world, message, world.desk("XD"), key="XC/main/message"), "XD")
    path = message_path(world, "XD")
    answer = ask(world, "XC", "XD", method="POST", path=path, body=body, created=int(at.timestamp()))
    assert (answer.status, accepted(world)) == (200, 1)


def test_a_message_signed_by_another_participant_is_not_authentic_and_leaves_no_message(world: World) -> None:
    data = plaintext(world, composed(world, "XC", "XD"), world.desk("XD"), key="XE/main/message")
    assert verdict(world, data, by="XE") == ("rejected", "not-authentic")
    with world.at("XD"):
        assert (IncomingCopy.objects.count(), GivenReceipt.objects.get().incoming) == (0, None)


def test_an_entry_key_does_not_sign_messages(world: World) -> None:
    data = plaintext(world, composed(world, "XC", "XD"), world.desk("XD"), key="XC/main/entry")
    assert verdict(world, data) == ("rejected", "not-authentic")


def test_a_revoked_key_signs_no_more(world: World) -> None:
    message = composed(world, "XC", "XD")
    world.registry.revoke("XC/main/message", "XC")
    seed_node(world.nodes["XD"], world.registry, "XD")
    data = plaintext(world, message, world.desk("XD"), key="XC/main/message")
    assert verdict(world, data) == ("rejected", "key-revoked")


def test_what_a_replaced_key_signed_before_its_replacement_counts_for_sixty_days(world: World) -> None:
    early, late = composed(world, "XC", "XD"), composed(world, "XC", "XD")
    fresh = world.registry.key("XC/main/message/2").public
    keys = world.registry.node_keys("XC", "main", tuple(world.registry.keys["XC", "main"].kinds), message=fresh)
    world.registry.set_keys("XC", keys, extra=("XC/main/message/2",))
    seed_node(world.nodes["XD"], world.registry, "XD")
    sign = [plaintext(world, each, world.desk("XD"), key="XC/main/message") for each in (early, late)]
    assert verdict(world, sign[0]) == ("accepted", None)
    world.advance(days=61)
    assert verdict(world, sign[1]) == ("rejected", "key-replaced")
    after = plaintext(world, composed(world, "XC", "XD"), world.desk("XD"), key="XC/main/message")
    assert verdict(world, after) == ("rejected", "key-replaced")


def test_another_history_of_the_log_is_rejected(world: World) -> None:
    here = checkpoint(world)
    message = composed(world, "XC", "XD", under=ComposedUnder(here.size, "00" * 32))
    data = plaintext(world, message, world.desk("XD"), key="XC/main/message")
    assert verdict(world, data) == ("rejected", "another-history")


def test_a_mirror_that_is_behind_says_not_now_and_keeps_nothing(world: World) -> None:
    here = checkpoint(world)
    message = composed(world, "XC", "XD", under=ComposedUnder(here.size + 5, "00" * 32))
    body = sealed_for(world, plaintext(world, message, world.desk("XD"), key="XC/main/message"), "XD")
    answer = ask(world, "XC", "XD", method="POST", path=message_path(world, "XD"), body=body)
    with world.at("XD"):
        assert (answer.status, GivenReceipt.objects.count()) == (503, 0)


def test_a_form_of_another_version_is_rejected(world: World) -> None:
    message = composed(world, "XC", "XD", form_version=99)
    data = plaintext(world, message, world.desk("XD"), key="XC/main/message")
    assert verdict(world, data) == ("rejected", "unknown-form")


def test_a_message_without_the_exercise_flag_is_rejected_in_a_rehearsal(world: World) -> None:
    message = composed(world, "XC", "XD", exercise=False)
    data = plaintext(world, message, world.desk("XD"), key="XC/main/message")
    assert verdict(world, data) == ("rejected", "not-marked-exercise")


def test_a_third_desk_slipped_into_a_case_is_rejected(world: World) -> None:
    case = fresh_id()
    for parties, expected in ((("XD",), ("accepted", None)), (("XD", "XE"), ("rejected", "other-parties"))):
        message = composed(world, "XC", *parties, case=case)
        assert verdict(world, plaintext(world, message, world.desk("XD"), key="XC/main/message")) == expected


def test_a_receipt_sealed_as_a_message_is_malformed(world: World) -> None:
    world.send("XC", "XD")
    with world.at("XD"):
        receipt = bytes(GivenReceipt.objects.get().receipt)
    assert verdict(world, receipt) == ("rejected", "malformed")


def test_a_message_over_its_limit_is_rejected(world: World) -> None:
    assert verdict(world, b"[" + b" " * (256 * 1024) + b"]") == ("rejected", "too-large")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sealed: sealed[: len(sealed) // 2],
        lambda sealed: sealed[:-1],
        lambda sealed: sealed + b"\0",
        lambda sealed: sealed[:100] + bytes([sealed[100] ^ 1]) + sealed[101:],
        lambda sealed: b"",
    ],
    ids=["half", "one byte less", "one byte more", "a bit flipped", "nothing"],
)
def test_sealed_bytes_that_were_damaged_get_a_receipt_that_says_so(
    world: World, spoil: Callable[[bytes], bytes]
) -> None:
    data = plaintext(world, composed(world, "XC", "XD"), world.desk("XD"), key="XC/main/message")
    receipt = post_message(world, spoil(sealed_for(world, data, "XD")), by="XC", to="XD")
    assert (receipt.verdict, receipt.message) == ("rejected", None)
    assert verdict(world, data) == ("accepted", None)


def test_a_message_sealed_to_another_key_cannot_be_opened(world: World) -> None:
    data = plaintext(world, composed(world, "XC", "XD"), world.desk("XD"), key="XC/main/message")
    sealed = seal(data, world.registry.sealing("XE/duty").public)
    receipt = post_message(world, sealed, by="XC", to="XD")
    assert (receipt.verdict, receipt.reason) == ("rejected", "cannot-be-opened")


def test_a_desk_that_is_not_here_is_not_found(world: World) -> None:
    path = f"/desks/{world.registry.ids['XD']}/night/messages"
    assert ask(world, "XC", "XD", method="POST", path=path, body=b"x").status == 404
