"""Do two thousand slow connections keep honest callers out, hold memory, or stay longer than they may?"""

from __future__ import annotations

import resource
import socket
import ssl
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.adapters.transports.peer import tls_context
from liaison.node.peering import PeerRequest
from liaison.node.reads.register import peer_address
from tests.scenarios.processes import Processes

pytestmark = pytest.mark.sqlite
CONNECTIONS = 2_000
SECURED = 600
CALLS = 60
GROWTH = 48 << 20
ENTRIES = b"POST /registers/" + b"0" * 64 + b"/entries HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nslow"
BEGUN = (b"", b"GET /healthz HTTP/1.1\r\nho", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", ENTRIES)
"""What a slow client sends after its handshake: nothing, half a header, one request and no other, half a body."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Processes(tmp_path_factory.mktemp("slow"), "XC", "XD") as world:
        world.start("XD")
        yield world
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connect(node: Processes, number: int) -> socket.socket:
    """A connection from one of a hundred addresses."""
    here = (f"127.0.1.{1 + number % 100}", 0)
    return socket.create_connection(("127.0.0.1", node.ports["XD"]), timeout=30, source_address=here)


def honest(node: Processes) -> list[float]:
    """Seconds of each of a known peer's calls, which all succeed."""
    address = peer_address(node.nodes["XC"], node.registry.entries[0].leaf, node.registry.ids["XD"], "main")
    assert address is not None
    taken = []
    for _ in range(CALLS):
        began = time.perf_counter()
        assert node.nodes["XC"].link.call(address, PeerRequest("GET", "/readyz")).status == 200
        taken.append(time.perf_counter() - began)
    return taken


def resident(node: Processes) -> int:
    """Bytes that the node's processes hold in memory."""
    pids, size = [node.running["XD"].pid], 0
    for pid in pids:
        for each in Path(f"/proc/{pid}/task").glob("*/children"):
            pids += [int(child) for child in each.read_text().split()]
        size += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    return size


def test_two_thousand_slow_connections_keep_nobody_out_and_are_cut_off(node: Processes) -> None:
    honest(node)
    alone, before = statistics.median(honest(node)), resident(node)
    held: list[socket.socket | ssl.SSLSocket] = [connect(node, number) for number in range(CONNECTIONS - SECURED)]
    context = tls_context()
    for number in range(SECURED):
        line = context.wrap_socket(connect(node, number))
        line.sendall(BEGUN[number % len(BEGUN)])
        held.append(line)
    try:
        beset = statistics.median(honest(node))
        growth = resident(node) - before
        print(f"honest median {alone * 1000:.1f} ms alone, {beset * 1000:.1f} ms beset; {growth >> 10} kB more")
        assert beset < max(10 * alone, 0.5), "honest callers waited behind slow ones"
        time.sleep(17)
        assert sum(is_open(line) for line in held) == 0
        assert growth < GROWTH
    finally:
        for line in held:
            line.close()


def is_open(line: socket.socket) -> bool:
    """Whether the other side has not closed the connection."""
    line.settimeout(0)
    try:
        while line.recv(1 << 16):
            pass
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    return False
