"""Do arbitrary requests at the peer door end in a refusal that leaves no trace?

Whoever is not known writes nothing. Who is known and brings rubbish for a desk gets a signed rejection of these very
bytes, which is all that is kept of them (docs/spec/receipt.md). Nothing is ever answered 500.
"""

from __future__ import annotations

import asyncio
import string
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connections
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.keys.public import Purpose
from liaison.messages.parties import NodeRef
from liaison.node.node import Node
from liaison.node.peering import PeerRequest, signature_headers
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.peer.requests import DoorRequest
from liaison.peer.routes import ROUTES
from liaison.peer.rsgi import Site
from liaison.wire.http import HttpAnswer
from tests.hostile.state import rows_of, writes
from tests.world import World

METHODS = st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "get", "\x00", ""])
TEXT = st.text(st.characters(codec="utf-8"), max_size=40) | st.text(string.printable, max_size=40)
NAMES = st.sampled_from(
    [
        "content-length",
        "content-digest",
        "signature",
        "signature-input",
        "transfer-encoding",
        "range",
        "host",
        "expect",
    ]
)
NUMBERS = st.sampled_from(["0", "1", "5", "-1", "²", "१", "1e3", "99999999999999999999", " 4", "524289", ""])
BODIES = st.binary(max_size=300)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("door")) as built:
        yield built


def targets(world: World) -> st.SearchStrategy[tuple[str, str]]:
    """Method and path: half of them real, the others of the form of some route, or arbitrary."""
    register, desk = f"/registers/{world.register}", f"/desks/{world.desk('XD').participant}/duty/messages"
    real = [
        ("POST", desk),
        ("POST", "/receipts"),
        ("GET", f"/attachments/{'0' * 64}"),
        ("GET", f"{register}/checkpoint"),
    ]
    real += [("GET", f"{register}/tile/{tile}") for tile in ("0/000", "entries/000.p/3", "..//../x999", "0/x001/000")]
    real += [("POST", f"{register}/entries"), ("POST", f"{register}/add-checkpoint")]
    real += [
        ("POST", f"{register}/records"),
        ("GET", f"{register}/records/{'0' * 64}"),
        ("GET", "/readyz"),
        ("GET", "/metrics"),
    ]
    formed = st.sampled_from(ROUTES).flatmap(
        lambda route: st.tuples(st.just(route.method), st.from_regex(route.pattern, fullmatch=True))
    )
    parts = st.sampled_from([world.register, world.desk("XD").participant, "register", "duty", "messages", "tile", "0"])
    built = st.lists(parts | TEXT, max_size=6).map(lambda pieces: "/" + "/".join(pieces)) | TEXT
    arbitrary = st.tuples(METHODS, built | st.sampled_from([path for _, path in real]))
    return st.sampled_from(real) | st.sampled_from(real) | formed | arbitrary


def queries(world: World) -> st.SearchStrategy[str]:
    told = f"?participant={world.desk('XD').participant}&desk="
    return st.sampled_from(["?", f"{told}duty", f"{told}%00", f"{told}%ff", "?%", "?&&=&", "?desk=" + "x" * 500]) | (
        TEXT.map(lambda text: f"?{text}")
    )


@dataclass(frozen=True)
class Scope:
    """What the server tells of a request before its body."""

    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    client: str = "198.51.100.1:1234"


@dataclass
class Protocol:
    """The server's other end: gives the body in two pieces and takes the answer."""

    body: bytes
    answer: tuple[int, bytes] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        half = len(self.body) // 2
        yield self.body[:half]
        yield self.body[half:]

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = status, body


class Watched(ThreadPoolExecutor):
    """One thread that tells what it wrote."""

    def __init__(self, node: Node) -> None:
        super().__init__(1)
        self.node = node
        self.written: list[str] = []

    def submit(self, work: Any, /, *args: Any, **named: Any) -> Future[Any]:
        def watched() -> Any:
            try:
                with writes(self.node) as written:
                    return work(*args, **named)
            finally:
                self.written += written
                connections.close_all()

        return super().submit(watched)


def served(node: Node, scope: Scope, body: bytes) -> tuple[int, bytes, list[str]]:
    """Status and body of the answer to what the server tells, and what was written for it."""
    protocol = Protocol(body)
    with Watched(node) as known, Watched(node) as strangers:
        asyncio.run(Site(Door(node, Quotas()), known, strangers)(scope, protocol))
    assert protocol.answer is not None
    return (*protocol.answer, known.written + strangers.written)


def ask(node: Node, request: DoorRequest) -> HttpAnswer:
    return Door(node, Quotas()).answer(request)


@given(st.data())
@settings(max_examples=250)
def test_a_strangers_request_is_never_answered_500_and_writes_nothing(world: World, data: st.DataObject) -> None:
    node = world.nodes["XD"]
    body = data.draw(BODIES)
    method, path = data.draw(targets(world))
    headers = {"content-length": str(len(body))} | data.draw(st.dictionaries(NAMES, TEXT | NUMBERS, max_size=4))
    request = DoorRequest(
        method,
        data.draw(st.just("xd.example:8443") | TEXT),
        path,
        data.draw(queries(world)),
        headers=headers,
        body=lambda: body,
        address="198.51.100.1",
    )
    with writes(node) as written:
        answer = ask(node, request)
    assert answer.status < 500
    assert written == []


def signed(world: World, by: str, method: str, target: str, body: bytes) -> DoorRequest:
    """A request to XD that the node of `by` signed."""
    node = world.nodes[by]
    at = NodeRef(world.registry.ids[by], "main")
    address = register_facts(node, world.register).address(world.desk("XD").at)
    assert address is not None
    signer = own_memory(node).signer(Purpose.HTTP, world.register, at)
    created = int(world.clock.now().timestamp())
    headers = signature_headers(address, PeerRequest(method, target, body), signer=signer, created=created)
    path, _, query = target.partition("?")
    return DoorRequest(
        method,
        urlsplit(address.url).netloc,
        path,
        f"?{query}",
        headers=headers | {"content-length": str(len(body))},
        body=lambda: body,
        address="198.51.100.1",
    )


@given(st.data())
@settings(max_examples=250)
def test_a_known_peers_rubbish_is_never_answered_500_and_leaves_its_rejection_only(
    world: World, data: st.DataObject
) -> None:
    node = world.nodes["XD"]
    method, path = data.draw(targets(world).filter(lambda target: target[1].isascii()))
    query = data.draw(queries(world).filter(str.isascii))
    request = signed(world, "XE", method, path.partition("?")[0] + query, data.draw(BODIES))
    with writes(node) as written:
        answer = ask(node, request)
    assert answer.status < 500
    assert written in ([], ['INSERT INTO "node_givenreceipt"'])
    assert not written or (answer.status, request.path.endswith("/messages")) == (200, True)


@given(st.dictionaries(NAMES | TEXT, TEXT | NUMBERS, max_size=5), st.data())
@settings(max_examples=200)
def test_an_arbitrary_scope_of_the_server_is_never_answered_500(
    world: World, headers: dict[str, str], data: st.DataObject
) -> None:
    node = world.nodes["XD"]
    method, path = data.draw(targets(world))
    headers = {"content-length": data.draw(NUMBERS)} | headers
    scope = Scope(method, path, data.draw(TEXT), headers)
    status, _, written = served(node, scope, data.draw(BODIES))
    assert status < 500
    assert written == []


def test_a_request_replayed_to_another_node_or_path_is_not_authentic(world: World) -> None:
    desk = world.desk("XD")
    request = signed(world, "XE", "POST", f"/desks/{desk.participant}/duty/messages", b"sealed")
    before = rows_of(world.nodes["XC"]), rows_of(world.nodes["XD"])
    assert ask(world.nodes["XC"], request).status == 403
    elsewhere = replace(request, path=f"/desks/{desk.participant}/other/messages")
    assert ask(world.nodes["XD"], elsewhere).status == 403
    assert ask(world.nodes["XD"], replace(request, method="GET")).status == 405
    assert ask(world.nodes["XD"], replace(request, query="?a=b")).status == 403
    assert (rows_of(world.nodes["XC"]), rows_of(world.nodes["XD"])) == before


def test_a_body_that_ends_early_is_refused(world: World) -> None:
    request = signed(world, "XE", "POST", f"/desks/{world.desk('XD').participant}/duty/messages", b"sealed")
    scope = Scope("POST", request.path, "", {**request.headers, "host": request.authority})
    before = rows_of(world.nodes["XD"])
    assert served(world.nodes["XD"], scope, b"seal") == (400, b'{"code":"body-cut-short"}', [])
    assert rows_of(world.nodes["XD"]) == before


@pytest.mark.parametrize("desk", ["%00", "%ff", "%ed%a0%80", "x" * 500, "", "duty&desk=duty"])
def test_a_receipt_for_a_desk_with_an_impossible_name_is_refused(world: World, desk: str) -> None:
    target = f"/receipts?participant={world.desk('XD').participant}&desk={desk}"
    request = signed(world, "XE", "POST", target, b"sealed")
    with writes(world.nodes["XD"]) as written:
        assert 400 <= ask(world.nodes["XD"], request).status < 500
    assert written == []
