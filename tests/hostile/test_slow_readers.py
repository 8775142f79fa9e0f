"""Do many who ask for a long answer and do not read it hold memory, keep others out, or stay longer than they may?"""

from __future__ import annotations

import resource
import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from liaison.adapters.transports.peer import tls_context
from liaison.node.models import Tile
from liaison.node.unit_of_work import unit_of_work
from liaison.tlog.bundles import encode_bundle
from tests.hostile.test_slow_peers import honest, resident
from tests.scenarios.processes import Processes

pytestmark = pytest.mark.sqlite

BUNDLE = encode_bundle([b"x" * 4000] * 256)
GROWTH = 96 << 20
"""Sixteen mebibytes of answers, and what each connection and each thread that made one costs."""
CUT_OFF = 90.0


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Processes(tmp_path_factory.mktemp("readers"), "XC", "XD") as world:
        with unit_of_work(world.nodes["XD"]):
            Tile.objects.filter(path="tile/entries/000").update(data=BUNDLE)
        world.start("XD")
        yield world
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def ask(node: Processes, number: int) -> ssl.SSLSocket:
    """A connection from one of a hundred addresses that asks for a mebibyte and has room for next to nothing."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.settimeout(30)
    plain.bind((f"127.0.1.{1 + number % 100}", 0))
    plain.connect(("127.0.0.1", node.ports["XD"]))
    line = tls_context().wrap_socket(plain)
    register = node.registry.entries[0].leaf
    line.sendall(f"GET /registers/{register}/tile/entries/000 HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    return line


def beset(node: Processes, readers: int, *, watched: float = 0.0) -> list[bytes]:
    """What each of so many who do not read can read in the end, after so many seconds, and how honest callers fared."""
    honest(node)
    before, held = resident(node), [ask(node, number) for number in range(readers)]
    try:
        assert len(honest(node)) > 0
        grown = resident(node) - before
        print(f"{readers} who do not read: {grown >> 20} MiB more")
        assert grown < GROWTH
        time.sleep(watched)
        return [taken(line) for line in held]
    finally:
        for line in held:
            line.close()


def taken(line: ssl.SSLSocket) -> bytes:
    data = b""
    try:
        while piece := line.recv(1 << 16):
            data += piece
            if data.endswith((BUNDLE, b"}")):  # By its length alone an answer would seem whole before its last piece.
                break
    except OSError:
        pass
    return data


def test_many_who_do_not_read_are_refused_above_a_bound_and_others_are_answered(node: Processes) -> None:
    found = beset(node, 60)
    whole = sum(data.startswith(b"HTTP/1.1 200 ") and data.endswith(BUNDLE) for data in found)
    refused = sum(b"too-many-at-once" in data for data in found)
    assert (whole + refused, whole > 0) == (60, True)
    assert refused > 30


@pytest.mark.soak
def test_two_thousand_who_do_not_read_are_cut_off(node: Processes) -> None:
    found = beset(node, 2_000, watched=CUT_OFF)
    assert sum(data.endswith(BUNDLE) for data in found) <= 1
    assert honest(node)
    with tls_context().wrap_socket(socket.create_connection(("127.0.0.1", node.ports["XD"]), timeout=20)) as line:
        line.sendall(f"GET /registers/{node.registry.entries[0].leaf}/tile/entries/000 HTTP/1.1\r\n".encode())
        line.sendall(b"host: x\r\n\r\n")
        data = b""
        while len(data) < len(BUNDLE):
            data += line.recv(1 << 16)
        assert data.startswith(b"HTTP/1.1 200 "), "their room is free again"
