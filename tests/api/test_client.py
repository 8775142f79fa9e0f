"""Does the client do what its page says, against a node behind a real port?"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.client import Client, RefusedError, read_webhook
from liaison.errors import UnreachableError, VerificationError
from liaison.node.services.programs.webhooks import sign
from tests.api.calling import call
from tests.api.examples import run_examples
from tests.api.serving import served
from tests.world import NOTICE, World

SEED, DATA = b"s" * 32, b'{"number": 1, "case": "c", "message": "m"}'
BODY = b'{"type": "message-received", "timestamp": "2026-11-22T03:02:00Z", "data": ' + DATA + b"}"
SECRET = f"whsec_{base64.b64encode(SEED).decode()}"


def signed_now(body: bytes = BODY) -> dict[str, str]:
    now = int(time.time())
    signature = sign(SEED, "liaison-1-1", now, body)
    return {"Webhook-Id": "liaison-1-1", "Webhook-Timestamp": str(now), "Webhook-Signature": signature}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as made:
        yield made


def test_the_examples_of_the_page_run_from_its_top_to_its_end(world: World, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("liaison.client.client.BULK", 3)  # So that the list of the page is asked for in two pieces.
    world.send("XD", "XC")
    program = call(world, "XC")
    with served(world.nodes["XC"]) as url:
        run_examples("api.md", url, program.token, SECRET=SECRET, HEADERS=signed_now(), BODY=BODY)
    printed = capsys.readouterr().out
    assert "Scanning of port 22" in printed and "message-received" in printed
    world.work()
    with world.at("XD"):
        from liaison.node.models import IncomingCopy

        assert sorted(IncomingCopy.objects.values_list("form", flat=True)) == [
            "acknowledgement",
            "incident-notice",
            "reply",
        ]


def test_pages_of_a_list_are_joined(world: World) -> None:
    program = call(world, "XC")
    for _ in range(3):
        world.send("XD", "XC")
    with served(world.nodes["XC"]) as url:
        client = Client(url, program.token)
        assert len({each.case for each in client.cases(state="open", limit="2")}) == 3


def test_a_file_goes_up_and_comes_down_and_a_case_comes_as_a_transcript(world: World) -> None:
    ours, theirs = call(world, "XC"), call(world, "XD")
    with served(world.nodes["XC"]) as url:
        client = Client(url, ours.token)
        upload = client.upload("x.bin", b"\x00\xff" * 999)
        how: Any = {"stage": "notification", "attachments": [upload]}
        gone = client.send(to=["XD"], form="incident-notice", fields=NOTICE, key="one-file", **how)
        assert client.transcript(gone.sent[0].case)
    world.work()
    with served(world.nodes["XD"]) as url:
        assert Client(url, theirs.token).download(gone.sent[0].message, 0) == b"\x00\xff" * 999


def test_a_refusal_carries_its_sentences(world: World) -> None:
    with served(world.nodes["XC"]) as url, pytest.raises(RefusedError) as caught:
        Client(url, "liaison_pat_").look_up("192.0.2.7")
    assert caught.value.problem.status == 401 and caught.value.problem.next in str(caught.value)


@pytest.mark.parametrize("url", ["http://liaison.xc.example", "ftp://localhost", "localhost", "http://localhost:1"])
def test_a_token_goes_nowhere_but_over_tls_or_to_this_machine(url: str) -> None:
    with pytest.raises(UnreachableError, match="node-not-reached"):
        Client(url, "liaison_pat_").look_up("192.0.2.7")


def test_a_webhook_request_is_believed_only_with_its_signature_and_fresh() -> None:
    assert read_webhook(SECRET, signed_now(), BODY, now=time.time()).kind == "message-received"
    for headers, body, now in (
        (signed_now(), BODY + b" ", time.time()),
        (signed_now() | {"Webhook-Id": "liaison-1-2"}, BODY, time.time()),
        (signed_now(), BODY, time.time() + 301),
        ({}, BODY, time.time()),
    ):
        with pytest.raises(VerificationError, match="webhook"):
            read_webhook(SECRET, headers, body, now=now)
