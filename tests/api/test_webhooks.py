"""Do events reach a program that may be slow, broken, away or somewhere it must not be? A real listener on loopback."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from liaison.adapters.transports.webhooks import HttpWebhooks
from liaison.errors import UnreachableError
from liaison.node.models import Webhook
from liaison.node.node import Node
from liaison.node.services.people.audit import trail
from liaison.node.services.people.officers import Seat
from liaison.node.services.programs.events import KEPT, sweep_events
from liaison.node.services.programs.webhooks import (
    LEASE,
    add_webhook,
    deliver_webhooks,
    list_webhooks,
    remove_webhook,
    try_again,
)
from liaison.officers.permissions import Role
from tests.world import World

pytestmark = pytest.mark.engine


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as made:
        made.nodes["XC"] = dataclasses.replace(
            made.nodes["XC"], webhooks=HttpWebhooks(allowed_private_hosts=("127.0.0.1",))
        )
        yield made


class Listener:
    """A program that takes events, or answers as a test says."""

    def __init__(self) -> None:
        self.status, self.heard, self.headers = 204, list[dict[str, Any]](), list[dict[str, str]]()
        self.bodies: list[bytes] = []
        self.work: Callable[[], object] = lambda: None
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.bodies.append(body)
                listener.heard.append(json.loads(body))
                listener.work()
                listener.headers.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(listener.status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?of=xc"

    def numbers(self) -> list[int]:
        return [each["data"]["number"] for each in self.heard]


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield listener
    finally:
        listener.server.shutdown()
        thread.join()
        listener.server.server_close()


def seat(world: World) -> Seat:
    return Seat(world.register, world.desk("XC"), frozenset({Role.ADMINISTRATOR}))


def only(world: World) -> Any:
    (hook,) = list_webhooks(world.nodes["XC"], seat(world))
    return hook


def test_an_event_is_posted_signed_and_says_nothing_of_what_was_said(world: World) -> None:
    node = world.nodes["XC"]
    with listening() as program:
        made = add_webhook(node, seat(world), program.url, by=7)
        world.send("XD", "XC")
        assert deliver_webhooks(node) == 1
    assert made.secret.startswith("whsec_")
    secret = base64.b64decode(made.secret.removeprefix("whsec_"))
    (headers,), (body,) = program.headers, program.bodies
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert program.heard[0]["type"] == "message-received" and set(program.heard[0]["data"]) == {
        "number",
        "case",
        "message",
        "exercise",
    }
    assert program.heard[0]["data"]["exercise"] is True
    assert b"Scanning" not in body


def test_what_is_refused_is_sent_again_later_in_order_and_nothing_is_left_out(world: World) -> None:
    node = world.nodes["XC"]
    with listening() as program:
        add_webhook(node, seat(world), program.url, by=7)
        program.status = 500
        for _ in range(3):
            world.send("XD", "XC")
        assert (deliver_webhooks(node), deliver_webhooks(node)) == (1, 0)
        world.advance(seconds=6)
        assert deliver_webhooks(node) == 1
        assert only(world).attempts == 2 and only(world).waiting == 3
        program.status = 200
        world.advance(seconds=11)
        assert deliver_webhooks(node) == 1
        assert program.numbers() == [1, 1, 1, 2, 3]
        assert only(world).waiting == 0 and only(world).attempts == 0
        assert [each.status for each in only(world).log] == [200, 200, 200, 500, 500]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404])
def test_an_answer_that_is_no_success_is_a_refusal_and_no_redirect_is_followed(world: World, status: int) -> None:
    node = world.nodes["XC"]
    with listening() as program:
        add_webhook(node, seat(world), program.url, by=7)
        program.status = status
        world.send("XD", "XC")
        deliver_webhooks(node)
    assert len(program.heard) == 1 and only(world).waiting == 1


def test_a_program_that_is_gone_is_called_no_more_until_somebody_says_so(world: World) -> None:
    node = world.nodes["XC"]
    with listening() as program:
        add_webhook(node, seat(world), program.url, by=7)
        program.status = 410
        world.send("XD", "XC")
        deliver_webhooks(node)
        world.advance(days=1)
        assert deliver_webhooks(node) == 0 and only(world).stopped_at
        program.status = 200
        try_again(node, seat(world), only(world).number, by=7)
        assert deliver_webhooks(node) == 1 and only(world).waiting == 0


def test_what_fails_for_three_days_stops(world: World) -> None:
    node = world.nodes["XC"]
    with listening() as program:
        add_webhook(node, seat(world), program.url, by=7)
    world.send("XD", "XC")
    for _ in range(4):
        deliver_webhooks(node)
        world.advance(days=1)
    assert only(world).stopped_at and only(world).log[0].error == "peer-not-reached"


def test_a_worker_that_died_loses_its_lease_and_not_the_event(world: World) -> None:
    node = world.nodes["XC"]
    with listening() as program:
        add_webhook(node, seat(world), program.url, by=7)
        world.send("XD", "XC")
        with world.at("XC"):
            Webhook.objects.update(lease_until=world.clock.at.replace(minute=6), lease_token="of the dead")
        assert deliver_webhooks(node) == 0
        world.advance(minutes=5)
        assert deliver_webhooks(node) == 1 and program.numbers() == [1]


def test_a_slow_program_gives_the_turn_to_others_before_its_lease_is_over_and_gets_the_rest_next(world: World) -> None:
    node = world.nodes["XC"]
    with listening() as program:
        add_webhook(node, seat(world), program.url, by=7)
        program.work = lambda: world.clock.advance(seconds=14)
        for _ in range(30):
            world.send("XD", "XC")
        before = world.clock.now()
        assert deliver_webhooks(node) == 1
        assert world.clock.now() - before < LEASE and 0 < only(world).waiting < 30
        while deliver_webhooks(node):
            pass
    assert program.numbers() == list(range(1, 31)) and only(world).waiting == 0


def test_who_lost_the_lease_while_a_program_was_answering_sends_nothing_more(world: World) -> None:
    node = world.nodes["XC"]

    def another_takes_it() -> None:
        with world.at("XC"):
            Webhook.objects.update(lease_token="of another")
        connections.close_all()  # Those of the listener's thread.

    with listening() as program:
        add_webhook(node, seat(world), program.url, by=7)
        program.work = another_takes_it
        for _ in range(3):
            world.send("XD", "XC")
        deliver_webhooks(node)
    assert program.numbers() == [1]


def test_events_that_were_forgotten_while_a_program_was_away_are_a_line_of_its_log(world: World) -> None:
    node = world.nodes["XC"]
    with listening() as program:
        add_webhook(node, seat(world), program.url, by=7)
        program.status = 410
        world.send("XD", "XC")
        deliver_webhooks(node)
        world.advance(days=KEPT.days - 1)
        world.send("XD", "XC")
        world.advance(days=2)
        sweep_events(node)
        program.status = 204
        try_again(node, seat(world), only(world).number, by=7)
        deliver_webhooks(node)
        assert (only(world).log[0].error, only(world).log[0].taken) == ("events-forgotten", False)
        assert (only(world).waiting, only(world).attempts) == (1, 0)
        deliver_webhooks(node)
    assert program.numbers() == [1, 2] and only(world).waiting == 0


def test_the_secret_goes_with_the_hook_and_both_are_lines_of_the_trail(world: World) -> None:
    node = world.nodes["XC"]
    vault: Any = node.vault
    with listening() as program:
        before = set(vault.seeds)
        add_webhook(node, seat(world), program.url, by=7)
        remove_webhook(node, seat(world), only(world).number, by=7)
        world.send("XD", "XC")
        assert deliver_webhooks(node) == 0 and set(vault.seeds) == before
    actions = [line.action for line in trail(node)]
    assert actions == ["webhook-added", "webhook-removed"]


@pytest.mark.parametrize(
    "url",
    [
        "http://tickets.example/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest",
        "https://10.0.0.7/",
        "https://localhost/",
        "https://user@127.0.0.1/",
        "https://127.0.0.1:25/",
        "ftp://127.0.0.1/",
        "https://127.0.0.1 /",
        "",
    ],
)
def test_an_address_that_is_not_public_or_not_https_is_refused(url: str) -> None:
    with pytest.raises(UnreachableError):
        HttpWebhooks(allowed_private_hosts=()).check(url)


def test_only_a_host_the_operator_named_may_be_private_or_without_tls(world: World) -> None:
    node: Node = world.nodes["XC"]
    node.webhooks.check("http://127.0.0.1:8080/hook")
    for url in ("http://127.0.0.2:8080/hook", "https://127.0.0.2/"):
        with pytest.raises(UnreachableError):
            add_webhook(node, seat(world), url, by=7)
    with world.at("XC"):
        assert Webhook.objects.count() == 0


def test_a_host_that_turns_inwards_between_two_look_ups_is_not_called() -> None:
    said = [["2a00::1"], ["127.0.0.1"]]
    link = HttpWebhooks(allowed_private_hosts=(), lookup=lambda host, port: said.pop(0))
    with pytest.raises(UnreachableError, match="webhook-address-refused"):
        link.post("https://hook.example:8443/x", b"{}", {})
    assert said == []
