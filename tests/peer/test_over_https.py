"""Does a running node refuse over the wire what its door refuses in memory?"""

from __future__ import annotations

import os
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.adapters.transports.peer import tls_context
from tests.scenarios.processes import Processes


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with Processes(tmp_path_factory.mktemp("https"), "XD") as world:
        world.start("XD")
        yield world


def said(node: Processes, request: bytes, *, hang_up: bool = False) -> bytes:
    """The first line of what the node answers."""
    plain = socket.create_connection(("127.0.0.1", node.ports["XD"]), timeout=20)
    with tls_context().wrap_socket(plain) as line:
        line.sendall(request)
        if hang_up:
            return b""
        return line.recv(4096).split(b"\r\n")[0]


def post(path: str, headers: str, body: bytes = b"") -> bytes:
    return f"POST {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n\r\n".encode() + body


def test_a_healthy_node_says_so(node: Processes) -> None:
    assert said(node, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n") == b"HTTP/1.1 200 OK"


def test_a_body_without_a_length_is_refused(node: Processes) -> None:
    request = post("/receipts", "transfer-encoding: chunked", b"1\r\nx\r\n0\r\n\r\n")
    assert b" 411 " in said(node, request) + b" "


def test_a_body_over_the_limit_is_refused_before_it_is_sent(node: Processes) -> None:
    assert b" 413 " in said(node, post("/receipts", "content-length: 99999999")) + b" "


def test_a_request_without_a_signature_is_refused_before_its_body_is_sent(node: Processes) -> None:
    assert b" 400 " in said(node, post("/receipts", "content-length: 100")) + b" "


def test_a_length_that_lies_does_not_stop_the_node(node: Processes) -> None:
    said(node, post("/registers/" + "0" * 64 + "/entries", "content-length: 1000", b"short"), hang_up=True)
    assert said(node, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n") == b"HTTP/1.1 200 OK"


def test_two_lengths_are_refused(node: Processes) -> None:
    assert b" 200 " not in said(node, post("/receipts", "content-length: 1\r\ncontent-length: 2", b"x")) + b" "


NOWHERE = "/registers/" + "0" * 64 + "/entries"


@pytest.mark.parametrize(
    ("status", "request_bytes"),
    [
        (411, post(NOWHERE, "content-length: 3\r\ntransfer-encoding: chunked", b"0\r\n\r\nGET / HTTP/1.1\r\n\r\n")),
        (411, post(NOWHERE, "transfer-encoding: gzip, chunked", b"0\r\n\r\n")),
        (411, post(NOWHERE, "accept: x")),
        (400, post(NOWHERE, "content-length: -1")),
        (400, post(NOWHERE, "content-length: +1")),
        (400, post(NOWHERE, "content-length: 1\r\ncontent-length: 2", b"xx")),
        (400, post(NOWHERE, "content-length: 1, 1", b"x")),
        (400, post(NOWHERE, "content-length: 0x10")),
        (400, post(NOWHERE, f"content-length: {'9' * 40}")),
        (413, post(NOWHERE, "content-length: 9999999999")),
        (415, post(NOWHERE, "content-length: 20\r\ncontent-encoding: gzip", b"\x1f\x8b")),
        (431, post(NOWHERE, "content-length: 1\r\n" + "a: b\r\n" * 500)),
        (414, b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n"),
        (404, post("/registers/" + "0" * 65 + "/entries", "content-length: 1")),
        (400, b"GET /healthz HTTP/1.1\r\nhost : x\r\n\r\n"),
        (400, b"GET /healthz HTTP/1.1\r\nhost: x\r\n folded\r\n\r\n"),
        (400, b"\0" * 4096),
    ],
)
def test_a_request_of_the_wrong_size_or_framing_is_refused_unread(
    node: Processes, status: int, request_bytes: bytes
) -> None:
    assert f" {status} ".encode() in said(node, request_bytes) + b" "


def test_older_tls_is_refused(node: Processes) -> None:
    context = tls_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", node.ports["XD"]), timeout=20) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain)


def test_plain_http_is_not_spoken(node: Processes) -> None:
    with socket.create_connection(("127.0.0.1", node.ports["XD"]), timeout=20) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        try:
            answer = plain.recv(4096)
        except ConnectionResetError:
            answer = b""
    assert not answer.startswith(b"HTTP/1.1 200")


def test_many_idle_connections_do_not_keep_others_out(node: Processes) -> None:
    idle = [socket.create_connection(("127.0.0.1", node.ports["XD"]), timeout=20) for _ in range(200)]
    try:
        assert said(node, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n") == b"HTTP/1.1 200 OK"
    finally:
        for line in idle:
            line.close()


def test_strangers_that_send_slowly_do_not_keep_others_out(node: Processes) -> None:
    request = post("/registers/" + "0" * 64 + "/entries", "content-length: 1000", b"slow")
    slow = []
    try:
        for _ in range(40):
            plain = socket.create_connection(("127.0.0.1", node.ports["XD"]), timeout=20)
            slow.append(tls_context().wrap_socket(plain))
            slow[-1].sendall(request)
        assert said(node, b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n") == b"HTTP/1.1 200 OK"
    finally:
        for line in slow:
            line.close()


def children(pid: int) -> set[int]:
    """The processes that any thread of `pid` started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for each in lists for child in each.read_text().split()}


def test_a_process_that_is_killed_is_started_again(node: Processes) -> None:
    supervisor = node.running["XD"].pid
    before = children(supervisor)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and len(children(supervisor) - before) != len(before):
        time.sleep(0.1)
    assert len(children(supervisor) - before) == len(before) == 2
