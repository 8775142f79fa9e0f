"""What stays of a bad message? Its rejection, and nothing else: every row of before is there as it was.

The reasons themselves are held in `tests/peer/test_bad_messages.py`; here the state around them is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.messages.message import ComposedUnder, open_message
from liaison.node.models import GivenReceipt
from liaison.wire import canonical
from tests.hostile.state import new_rows, rows_of
from tests.peer.forging import ask, checkpoint, composed, message_path, plaintext, post_message, sealed_for
from tests.register.registry import small_register
from tests.world import World

LIMIT = 1 << 18
UNOPENED = {"GivenReceipt": 1}
REJECTED = {"GivenReceipt": 1, "IncomingCopy": 1}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world where XC already told XD something."""
    with World(tmp_path) as built:
        built.send("XC", "XD")
        yield built


def good(world: World, key: str = "XC/main/message", **changes: object) -> bytes:
    return plaintext(world, composed(world, "XC", "XD", **changes), world.desk("XD"), key=key)


def with_signatures(data: bytes, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> bytes:
    plain = canonical.decode(data, limit=LIMIT)
    plain["envelope"]["signatures"] = change(plain["envelope"]["signatures"])  # type: ignore[index,call-overload]
    return canonical.encode(plain)


def stripped(world: World) -> bytes:
    return with_signatures(good(world), lambda _: [])


def padded(world: World) -> bytes:
    other = canonical.decode(good(world, "XE/main/message"), limit=LIMIT)["envelope"]["signatures"]  # type: ignore[index,call-overload]
    return with_signatures(good(world), lambda own: sorted(own + other, key=lambda each: each["keyid"]))


def relabelled(world: World) -> bytes:
    """XE's signature under the name of XC's key."""
    own = world.registry.key("XC/main/message").public.fingerprint
    return with_signatures(good(world, "XE/main/message"), lambda made: [{**made[0], "keyid": own}])


def receipt(world: World) -> bytes:
    with world.at("XD"):
        return bytes(GivenReceipt.objects.first().receipt)


def truncated(world: World) -> bytes:
    return good(world)[:-1]


def with_a_member_too_many(world: World) -> bytes:
    plain = canonical.decode(good(world), limit=LIMIT)
    plain["more"] = 1  # type: ignore[index,call-overload]
    return canonical.encode(plain)


def of_another_register(world: World) -> bytes:
    return good(world, register=small_register(prefix="other ").entries[0].leaf)


def under_another_history(world: World) -> bytes:
    return good(world, under=ComposedUnder(checkpoint(world).size, "00" * 32))


def of_a_form_to_come(world: World) -> bytes:
    return good(world, form_version=99)


def no_exercise(world: World) -> bytes:
    return good(world, exercise=False)


def for_somebody_else(world: World) -> bytes:
    return plaintext(world, composed(world, "XC", "XE"), world.desk("XE"), key="XC/main/message")


@pytest.mark.parametrize(
    ("make", "kept"),
    [
        (stripped, UNOPENED),
        (padded, UNOPENED),
        (relabelled, UNOPENED),
        (receipt, UNOPENED),
        (truncated, UNOPENED),
        (with_a_member_too_many, UNOPENED),
        (of_another_register, UNOPENED),
        (for_somebody_else, UNOPENED),
        (under_another_history, REJECTED),
        (of_a_form_to_come, REJECTED),
        (no_exercise, REJECTED),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bad_message_leaves_its_rejection_and_changes_nothing_else(
    world: World, make: Callable[[World], bytes], kept: dict[str, int]
) -> None:
    sealed = sealed_for(world, make(world), "XD")
    before = rows_of(world.nodes["XD"])
    assert post_message(world, sealed, by="XE", to="XD").verdict == "rejected"
    assert new_rows(before, rows_of(world.nodes["XD"])) == kept
    after = rows_of(world.nodes["XD"])
    post_message(world, sealed, by="XE", to="XD")
    assert rows_of(world.nodes["XD"]) == after
    assert post_message(world, sealed_for(world, good(world), "XD"), by="XC", to="XD").verdict == "accepted"


def test_a_message_sent_twice_or_brought_by_another_changes_nothing(world: World) -> None:
    sealed = world.network.requests[-1][1].body
    before = rows_of(world.nodes["XD"])
    answers = {post_message(world, sealed, by=by, to="XD").n for by in ("XC", "XC", "XE")}
    assert answers == {0}
    assert rows_of(world.nodes["XD"]) == before


def test_a_message_of_a_checkpoint_to_come_leaves_no_trace(world: World) -> None:
    under = ComposedUnder(checkpoint(world).size + 5, "00" * 32)
    sealed = sealed_for(world, good(world, under=under), "XD")
    before = rows_of(world.nodes["XD"])
    assert ask(world, "XC", "XD", method="POST", path=message_path(world, "XD"), body=sealed).status == 503
    assert rows_of(world.nodes["XD"]) == before


@pytest.mark.parametrize("hours", [24, -24])
def test_a_peer_whose_clock_is_a_day_off_may_write_but_not_read(world: World, hours: int) -> None:
    created = int((world.clock.now() + timedelta(hours=hours)).timestamp())
    sealed = sealed_for(world, good(world), "XD")
    path = message_path(world, "XD")
    assert ask(world, "XC", "XD", method="POST", path=path, body=sealed, created=created).status == 200
    assert ask(world, "XC", "XD", method="GET", path=f"/attachments/{'0' * 64}", created=created).status == 403


@pytest.mark.parametrize("make", [good, stripped, truncated], ids=["a message", "stripped", "truncated"])
def test_what_is_no_receipt_of_ours_is_refused_as_a_receipt(world: World, make: Callable[[World], bytes]) -> None:
    sealed = sealed_for(world, make(world), "XC")
    before = rows_of(world.nodes["XC"])
    path = f"/receipts?participant={world.desk('XC').participant}&desk=duty"
    assert 400 <= ask(world, "XD", "XC", method="POST", path=path, body=sealed).status < 500
    assert rows_of(world.nodes["XC"]) == before


def test_a_receipt_for_another_message_or_by_another_node_is_refused(world: World) -> None:
    given = receipt(world)
    world.send("XC", "XE")
    with world.at("XE"):
        foreign = bytes(GivenReceipt.objects.get().receipt)
    before = rows_of(world.nodes["XC"])
    path = f"/receipts?participant={world.desk('XC').participant}&desk=duty"
    # Receipts prove themselves: whoever brings a true one that is known already changes nothing.
    statuses = [
        ask(world, by, "XC", method="POST", path=path, body=sealed_for(world, data, "XC")).status
        for by in ("XD", "XE")
        for data in (given, foreign)
    ]
    assert set(statuses) == {204}
    assert rows_of(world.nodes["XC"]) == before


def test_two_texts_under_one_identifier_leave_the_first_as_it_was(world: World) -> None:
    core = open_message(good(world)).core
    original = good(world, id=core.id, case=core.case)
    again = good(world, id=core.id, case=core.case, stage="final")
    assert post_message(world, sealed_for(world, original, "XD"), by="XC", to="XD").verdict == "accepted"
    before = rows_of(world.nodes["XD"])
    reused = post_message(world, sealed_for(world, again, "XD"), by="XC", to="XD")
    assert (reused.verdict, reused.reason) == ("rejected", "id-reused")
    assert new_rows(before, rows_of(world.nodes["XD"])) == REJECTED
