"""How much longer do honest notices take while others attack the door?

Notices of 10 kB from a known node, five rounds each alone and beset, turn about; the attackers run in a process of
their own, from other addresses of the loopback network. On a machine of few cores they also take processor time from
the node, which an attacker elsewhere does not.
"""

from __future__ import annotations

import base64
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import tests.with_django  # noqa: F401

# isort: split
from benchmarks.figures import ROUNDS, Figure, at_most, seconds
from benchmarks.line import send_one
from liaison.keys.public import Purpose
from liaison.messages.parties import NodeRef
from liaison.node.peering import PeerRequest, signature_headers
from liaison.node.reads.memory import own_memory
from liaison.node.reads.register import peer_address
from tests.scenarios.processes import Processes

NOTICES = 40
LIMIT = 2.0
_ATTACK = """
import base64, socket, sys, time
from liaison.adapters.transports.peer import tls_context
port, kind, request, context = int(sys.argv[1]), sys.argv[2], base64.b64decode(sys.argv[3]), tls_context()
def line(number):
    plain = socket.create_connection(("127.0.0.1", port), source_address=(f"127.0.1.{1 + number % 100}", 0))
    return plain if kind == "greeting" else context.wrap_socket(plain)
body = b"POST /registers/" + b"0" * 64 + b"/entries HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 1000\\r\\n\\r\\n"
begun = {"greeting": b"", "header": b"GET /healthz HTTP/1.1\\r\\nho", "body": body}.get(kind, b"")
lines = [line(number) for number in range({"greeting": 900, "flood": 8, "known": 8, "uploads": 4}.get(kind, 300))]
for each in lines:
    each.sendall(begun)
print("ready", flush=True)
while kind in ("flood", "known"):
    for each in lines:
        each.sendall(request)
    for each in lines:
        each.recv(4096)
for each in lines if kind == "uploads" else ():
    each.sendall(request)
while kind == "uploads":
    for each in lines:
        each.sendall(bytes(800))
    time.sleep(0.1)
time.sleep(60)
"""
ATTACKS = {
    "greeting": "900 TLS greetings that do not come",
    "header": "300 headers that do not end",
    "body": "300 bodies that do not come",
    "flood": "a flood of small requests by strangers",
    "known": "a flood of parcels by a known peer over its quota",
    "uploads": "four uploads of a known peer at 64 kbit/s each",
}


def measure() -> list[Figure]:
    """The 99th percentile of notices under each attack against the one without it."""
    with tempfile.TemporaryDirectory() as folder, Processes(Path(folder), "XC", "XD", "XE") as world:
        world.start("XD")
        notice = send_one(world)
        for _ in range(NOTICES):
            notice()
        return [_figure(world, notice, kind, what) for kind, what in ATTACKS.items()]


def _figure(world: Processes, notice: Callable[[], None], kind: str, what: str) -> Figure:
    alone: list[float] = []
    beset: list[float] = []
    for _ in range(ROUNDS):
        alone += [seconds(notice) for _ in range(NOTICES)]
        request = base64.b64encode(_request(world, kind)).decode()
        command = [sys.executable, "-c", _ATTACK, str(world.ports["XD"]), kind, request]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as attack:
            assert attack.stdout is not None
            assert attack.stdout.readline() == b"ready\n"
            beset += [seconds(notice) for _ in range(NOTICES)]
            attack.kill()
        time.sleep(0.2)
    before, after = (statistics.quantiles(taken, n=100)[98] for taken in (alone, beset))
    return at_most(f"one notice, beset by {what}: p99", after * 1000, "ms", ratio=after / before, limit=LIMIT)


def _request(world: Processes, kind: str) -> bytes:
    """What is sent again and again: a stranger's question, or what XE signed: a parcel of rubbish that counts as many,
    or the head of a large message whose body comes slowly."""
    if kind not in ("known", "uploads"):
        return b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"
    register, node = world.registry.entries[0].leaf, world.nodes["XE"]
    address = peer_address(node, register, world.registry.ids["XD"], "main")
    assert address is not None
    path, body = ("/messages?count=32", b"rubbish") if kind == "known" else ("/messages?count=1", bytes(1 << 20))
    signer = own_memory(node).signer(Purpose.HTTP, register, NodeRef(world.registry.ids["XE"], "main"))
    signed = signature_headers(address, PeerRequest("POST", path, body=body), signer=signer, created=int(time.time()))
    told = signed | {"host": address.url.removeprefix("https://"), "content-length": str(len(body))}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    return "\r\n".join(lines).encode() + (body if kind == "known" else b"")
