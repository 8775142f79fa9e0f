"""Does the client do what its page says, against a node behind a real port?"""

from __future__ import annotations

import base64
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import mypy.api
import pytest

from liaison.api.limits import forget_limits
from liaison.client import Client, NodeAnswerError, NodeUnreachableError, RefusedError, WebhookError, read_webhook
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.programs.webhooks import sign
from tests.api.calling import call
from tests.api.examples import FENCE, PAGES, run_examples
from tests.api.serving import served
from tests.api.test_webhooks import listening
from tests.conduct.examples import answer, report
from tests.conduct.planted import carry, keep_own, publish
from tests.node.conduct.networks import tell_of_one
from tests.register.registry import small_register
from tests.world import NOTICE, World

TEXT = "budapest-2001"
SEED, DATA = b"s" * 32, b'{"number": 1, "case": "c", "message": "m"}'
BODY = b'{"type": "message-received", "timestamp": "2026-11-22T03:02:00Z", "data": ' + DATA + b"}"
SECRET = f"whsec_{base64.b64encode(SEED).decode()}"


def signed_now(body: bytes = BODY) -> dict[str, str]:
    now = int(time.time())
    signature = sign(SEED, "liaison-1-1", now, body)
    return {"Webhook-Id": "liaison-1-1", "Webhook-Timestamp": str(now), "Webhook-Signature": signature}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    registry = small_register("XC", "XD")
    carry(registry, TEXT)
    told = report(registry.ids["XC"], answer("art-16", "own", "own"), answer("art-29", "public", "public"))
    publish(registry, "XC", told)
    with World(tmp_path, codes=("XC", "XD"), registry=registry) as made:
        keep_own(made.nodes["XC"], made.register, told)
        yield made


def test_the_examples_of_the_page_run_from_its_top_to_its_end(world: World, capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("liaison.client.client.BULK", 3)  # So that the list of the page is asked for in two pieces.
    world.send("XD", "XC")
    tell_of_one(world, "XD", "XC")
    program = call(world, "XC")
    with served(world.nodes["XC"]) as url:
        run_examples("api.md", url, program.token, SECRET=SECRET, HEADERS=signed_now(), BODY=BODY)
    printed = capsys.readouterr().out
    assert "Scanning of port 22" in printed and "message-received" in printed and "64496 notified" in printed
    world.work()
    with world.at("XD"):
        from liaison.node.models import IncomingCopy

        assert sorted(IncomingCopy.objects.values_list("form", flat=True)) == [
            "acknowledgement",
            "acknowledgement",
            "conformance-dispute",
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


@pytest.mark.parametrize(
    "url",
    [
        "http://liaison.xc.example",
        "http://evillocalhost",
        "http://x.127.0.0.1",
        "ftp://localhost",
        "localhost",
        "http://localhost:1",
    ],
)
def test_a_token_goes_nowhere_but_over_tls_or_to_this_machine(url: str) -> None:
    with pytest.raises(NodeUnreachableError, match="was not reached") as caught:
        Client(url, "liaison_pat_").look_up("192.0.2.7")
    assert "Send the same request again" in str(caught.value)


def test_a_node_under_a_name_of_this_machine_is_reached_whatever_resolves_names_here(world: World) -> None:
    token = call(world, "XC").token
    with served(world.nodes["XC"]) as url:
        assert Client(url.replace("localhost", "xc.localhost"), token).look_up("192.0.2.7").value == "192.0.2.7"


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A door that gives whoever comes these bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as door, ThreadPoolExecutor(1) as pool:

        def give() -> None:
            line, _ = door.accept()
            with line:
                line.recv(1 << 16)
                line.sendall(answer)

        given = pool.submit(give)
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        given.result(10)


@pytest.mark.parametrize("left", [b"id: 2", b'id: 2\ndata: {"number":2,"ki', b'id: 2\ndata: {"number":2}', b""])
def test_what_a_cut_line_left_of_an_event_is_passed_over(left: bytes) -> None:
    event = b'{"number":1,"kind":"message-sent","case":"c","message":"m","at":"2026-11-22T03:02:00Z"}'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 1000\n\n"
    with answering(head + b"id: 1\ndata: " + event + b"\n\n: still here\n\n" + left) as url:
        assert [each.number for each in Client(url, "x").stream(0)] == [1]


def test_a_webhook_request_is_believed_only_with_its_signature_and_fresh() -> None:
    assert read_webhook(SECRET, signed_now(), BODY, now=time.time()).kind == "message-received"
    for headers, body, now in (
        (signed_now(), BODY + b" ", time.time()),
        (signed_now() | {"Webhook-Id": "liaison-1-2"}, BODY, time.time()),
        (signed_now(), BODY, time.time() + 301),
        ({}, BODY, time.time()),
    ):
        with pytest.raises(WebhookError, match="Nothing of it was believed"):
            read_webhook(SECRET, headers, body, now=now)


class Here(NamedTuple):
    """What a call is about."""

    message: str
    case: str
    participant: str


NEW: dict[str, Any] = {"to": ["XD"], "form": "incident-notice", "stage": "notification", "fields": NOTICE}
# How a program asks for each operation of the document.
CALLS: Mapping[str, Callable[[Client, Here], object]] = {
    "token": lambda node, _: node.token(),
    "problem_type": lambda node, _: node.problem_type("case-not-found"),
    "look_up": lambda node, _: node.look_up("192.0.2.7"),
    "look_up_many": lambda node, _: list(node.look_up_many(["192.0.2.7"])),
    "register": lambda node, _: node.register.about(),
    "checkpoint": lambda node, _: node.register.checkpoint(),
    "participants": lambda node, _: list(node.register.participants()),
    "participant": lambda node, here: node.register.participant(here.participant),
    "desks": lambda node, _: list(node.register.desks(code="XD")),
    "desk": lambda node, here: node.register.desk(here.participant, "duty"),
    "entries": lambda node, _: node.register.entries(since="2026-11-20T00:00:00Z"),
    "entry": lambda node, _: node.register.entry(0),
    "proof": lambda node, _: node.register.proof(0),
    "instruments": lambda node, _: node.instruments.all(on="2026-11-26"),
    "instrument": lambda node, _: node.instruments.one("budapest-2001"),
    "stands": lambda node, here: node.instruments.stands(here.participant),
    "legal_basis": lambda node, _: node.instruments.legal_basis("XZ"),
    "help_with_norms": lambda node, _: node.help.board(language="fr"),
    "practices": lambda node, _: node.help.practices("disclosure"),
    "introductions": lambda node, _: node.help.introductions(),
    "measured": lambda node, _: list(node.measured.shown()),
    "measurements": lambda node, _: list(node.measured.of_desk("provider")),
    "measurement": lambda node, _: node.measured.one(next(node.measured.of_desk("provider")).number),
    "reports": lambda node, _: node.conduct.reports(instrument=TEXT),
    "report": lambda node, here: node.conduct.report(here.participant, TEXT, 2026).answers[0].measures,
    "report_parts": lambda node, here: node.conduct.parts(here.participant, TEXT, 2026),
    "own_report": lambda node, _: node.conduct.own(TEXT, 2026),
    "cases": lambda node, _: list(node.cases(state="open")),
    "case": lambda node, here: node.case(here.case),
    "transcript": lambda node, here: node.transcript(here.case),
    "messages": lambda node, _: list(node.messages()),
    "message": lambda node, here: node.message(here.message),
    "receipts": lambda node, here: node.receipts(here.message),
    "events": lambda node, _: node.events(),
    "stream": lambda node, _: list(node.stream(0, seconds=0)),
    "check": lambda node, _: node.check(**NEW),
    "send": lambda node, _: node.send(**NEW, key="send-once"),
    "reply": lambda node, here: node.reply(here.message, fields={"answer": "accepted"}, key="reply-once"),
    "acknowledge": lambda node, here: node.acknowledge(here.message),
    "upload": lambda node, _: node.upload("x.csv", b"192.0.2.7"),
    "download": lambda node, here: node.download(here.message, 0),
    "fetch": lambda node, here: node.fetch(here.message),
}


def test_the_client_asks_for_every_operation_of_the_document(world: World) -> None:
    ours = call(world, "XC")
    tell_of_one(world, "XD", "XC")
    sent = world.send("XD", "XC", attachments=(attached(world),))[0]
    world.work()
    here = Here(sent.message_id, sent.case, world.desk("XC").participant)
    seen: list[str] = []
    told: dict[str, object] = {}
    with served(world.nodes["XC"], seen) as url:
        paths = http_paths(ours.read("/openapi.json")["paths"])
        for name, asks in CALLS.items():
            forget_limits()
            seen.clear()
            told[name] = asks(Client(url, ours.token), here)
            method, _, path = seen[-1].partition(" ")
            assert operation_of(paths, method, path.partition(" ")[0].partition("?")[0]) == name
    assert set(CALLS) == {name for _, _, name in paths}
    assert told["download"] == b"192.0.2.7\n" and told["stream"] == told["events"].events  # type: ignore[attr-defined]
    assert not [name for name, value in told.items() if value is None]


def attached(world: World) -> Any:
    return seal_attachment(world.nodes["XD"], name="rows.csv", media_type="text/csv", chunks=(b"192.0.2.7\n",))


def http_paths(paths: dict[str, Any]) -> list[tuple[str, re.Pattern[str], str]]:
    """Each operation with what its path looks like."""
    return [
        (method.upper(), re.compile(re.sub(r"\\{[a-z]+\\}", "[^/]+", re.escape(path))), operation["operationId"])
        for path, operations in paths.items()
        for method, operation in operations.items()
    ]


def operation_of(paths: list[tuple[str, re.Pattern[str], str]], method: str, path: str) -> str:
    # `/events/stream` is also a path of one segment behind `/events`; the last that fits is the closest.
    return [name for told, shape, name in paths if told == method and shape.fullmatch(path)][-1]


def test_what_is_too_much_says_how_long_to_wait_and_what_is_no_answer_says_so(world: World) -> None:
    node = world.nodes["XC"]
    with served(node) as url:
        stranger = Client(url, "liaison_pat_")
        with pytest.raises(RefusedError) as caught:
            for _ in range(62):
                with suppress_status(401):
                    stranger.token()
        assert caught.value.problem.status == 429 and caught.value.wait >= 1
    forget_limits()
    with listening() as other, pytest.raises(NodeAnswerError, match="update this program"):
        Client(other.url, "x").token()


@contextmanager
def suppress_status(status: int) -> Iterator[None]:
    try:
        yield
    except RefusedError as refused:
        if refused.problem.status != status:
            raise


def test_a_program_written_by_the_page_is_typed_strictly(tmp_path: Path) -> None:
    given = "URL: str\nTOKEN: str\nSECRET: str\nHEADERS: dict[str, str]\nBODY: bytes\n"
    page = [text for kind, text in FENCE.findall((PAGES / "api.md").read_text(encoding="utf-8")) if kind == "python"]
    program = tmp_path / "program.py"
    program.write_text(given + "".join(page))
    out, err, code = mypy.api.run(["--strict", "--config-file=", f"--cache-dir={tmp_path}", str(program)])
    assert code == 0, out + err
