"""Does the door let in only what is signed by a known node, for this node, whole, and within its limits?"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from liaison.errors import NotNowError
from liaison.node.models import GivenReceipt
from liaison.peer.quotas import Allowance, Quotas
from liaison.peer.routes import SEALED_MESSAGE_LIMIT
from liaison.wire.http import HttpRequest
from tests.peer.forging import ask, composed, message_path, plaintext, sealed_for
from tests.register.registry import signer
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def body(world: World) -> bytes:
    data = plaintext(world, composed(world, "XC", "XD"), world.desk("XD"), key="XC/main/message")
    return sealed_for(world, data, "XD")


def status(world: World, body: bytes, **changes: object) -> int:
    given: dict[str, object] = {"method": "POST", "path": message_path(world, "XD"), "body": body}
    found = ask(world, "XC", "XD", **(given | changes)).status  # type: ignore[arg-type]
    if found != 200:
        with world.at("XD"):
            assert GivenReceipt.objects.count() == 0, "a refused request left a trace"
    return found


def test_a_signed_request_is_let_in(world: World, body: bytes) -> None:
    assert status(world, body) == 200


@pytest.mark.parametrize("name", ["signature", "signature-input", "content-digest"])
def test_a_request_without_one_of_its_signed_headers_is_refused(world: World, body: bytes, name: str) -> None:
    assert status(world, body, headers={name: None}) == 400


def test_a_padded_signature_is_refused(world: World, body: bytes) -> None:
    assert status(world, body, headers={"signature": f"liaison=:{'A' * 88}:"}) == 400


def test_another_signature_is_refused(world: World, body: bytes) -> None:
    assert status(world, body, headers={"signature": f"liaison=:{'A' * 86}==:"}) == 403


def test_a_key_that_no_register_knows_is_refused(world: World, body: bytes) -> None:
    assert status(world, body, signer=signer("a stranger")) == 403


def test_a_message_key_does_not_open_the_door(world: World, body: bytes) -> None:
    assert status(world, body, signer=world.registry.key("XC/main/message")) == 403


def test_a_request_meant_for_another_node_is_refused(world: World, body: bytes) -> None:
    assert status(world, body, authority="xe.example:8443") == 403


def test_a_body_that_is_not_the_signed_one_is_refused(world: World, body: bytes) -> None:
    digest = {"content-digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"}
    assert status(world, body, headers=digest) == 403
    original = world.network.ask
    world.network.ask = (
        lambda host, request: original(  # type: ignore[method-assign]
            host, HttpRequest(request.method, request.path, body=body[:-1] + b"\0", headers=request.headers)
        )
    )
    assert status(world, body) == 400


def test_a_body_without_a_length_is_refused(world: World, body: bytes) -> None:
    assert status(world, body, headers={"content-length": None, "transfer-encoding": "chunked"}) == 411


def test_a_length_that_is_no_plain_number_is_refused(world: World, body: bytes) -> None:
    assert status(world, body, headers={"content-length": f"+{len(body)}"}) == 400


def test_a_body_over_the_limit_is_refused_unread(world: World) -> None:
    def unread() -> bytes:
        raise AssertionError("it was read")

    door = world.network.doors["XD"]
    from liaison.peer.requests import DoorRequest

    headers = {"content-length": str(SEALED_MESSAGE_LIMIT + 1)}
    request = DoorRequest("POST", "xd.example:8443", message_path(world, "XD"), "?", headers=headers, body=unread)
    assert door.answer(request).status == 413


def test_the_body_is_not_read_before_the_signature_holds(world: World, body: bytes) -> None:
    def unread() -> bytes:
        raise AssertionError("it was read")

    original = world.network.doors["XD"]

    class Watching:
        def answer(self, request: object) -> object:
            return original.answer(dataclasses.replace(request, body=unread))  # type: ignore[type-var]

    world.network.doors["XD"] = Watching()  # type: ignore[assignment]
    assert status(world, body, signer=signer("a stranger")) == 403


def test_paths_and_methods_that_are_not_in_the_table_are_refused(world: World) -> None:
    assert status(world, b"", path="/desks/x/duty/messages") == 404
    assert status(world, b"", path="/receipts/") == 404
    assert status(world, b"", method="DELETE") == 405


def test_an_attachment_asked_for_with_an_old_signature_is_refused(world: World) -> None:
    then = int(world.clock.now().timestamp()) - 301
    assert status(world, b"", method="GET", path=f"/attachments/{'0' * 64}", created=then) == 403


def test_a_flood_by_one_participant_does_not_touch_another(world: World) -> None:
    door = world.network.doors["XD"]
    small = Allowance(requests=3, requests_each_second=1, size=1 << 20, size_each_second=1 << 20)
    world.network.doors["XD"] = dataclasses.replace(door, quotas=Quotas(known=small))
    statuses = [ask(world, "XC", "XD", method="POST", path="/receipts", body=b"x").status for _ in range(5)]
    assert statuses.count(503) == 2
    assert ask(world, "XE", "XD", method="POST", path="/receipts", body=b"x").status != 503
    world.advance(seconds=2)
    assert ask(world, "XC", "XD", method="POST", path="/receipts", body=b"x").status != 503


def test_who_claims_the_name_of_another_takes_nothing_from_its_quota() -> None:
    quotas = Quotas(known=Allowance(requests=1, requests_each_second=1, size=1 << 20, size_each_second=1))
    for _ in range(3):
        quotas.require_credit("198.51.100.1", "p", now=0.0)
    quotas.take("p", 8, now=0.0)
    with pytest.raises(NotNowError, match="quota-used-up"):
        quotas.require_credit("198.51.100.1", "p", now=0.0)
    quotas.require_credit("198.51.100.1", "another", now=0.0)
    quotas.require_credit("198.51.100.1", "p", now=1.0)


def test_bytes_count_against_the_quota_too() -> None:
    quotas = Quotas(known=Allowance(requests=100, requests_each_second=1, size=10, size_each_second=1))
    quotas.take("p", 8, now=0.0)
    with pytest.raises(NotNowError, match="quota-used-up"):
        quotas.take("p", 8, now=0.0)
    quotas.take("p", 8, now=6.0)


def test_strangers_fill_their_own_buckets_and_the_table_stays_bounded() -> None:
    quotas = Quotas()
    for number in range(5000):
        quotas.take_unknown(f"2001:db8::{number:x}", 0, now=float(number))
    assert len(quotas._buckets) <= 4097


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_health_is_open_and_says_no_names(world: World, path: str) -> None:
    answer = world.network.ask("xd.example:8443", HttpRequest("GET", path))
    assert answer.status == 200
    assert world.registry.ids["XD"].encode() not in answer.body
