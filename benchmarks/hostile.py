"""How much longer do honest notices take while others attack the door?

Notices of 10 kB from a known node, five rounds each alone and beset, turn about; the attackers run in a process of
their own, from other addresses of the loopback network. On a machine of few cores they also take processor time from
the node, which an attacker elsewhere does not.
"""

from __future__ import annotations

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
from tests.scenarios.processes import Processes

NOTICES = 40
LIMIT = 2.0
_ATTACK = """
import socket, sys, time
from liaison.adapters.transports.peer import tls_context
port, kind, context = int(sys.argv[1]), sys.argv[2], tls_context()
def line(number):
    plain = socket.create_connection(("127.0.0.1", port), source_address=(f"127.0.1.{1 + number % 100}", 0))
    return plain if kind == "greeting" else context.wrap_socket(plain)
body = b"POST /registers/" + b"0" * 64 + b"/entries HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 1000\\r\\n\\r\\n"
begun = {"greeting": b"", "header": b"GET /healthz HTTP/1.1\\r\\nho", "body": body, "flood": b""}[kind]
lines = [line(number) for number in range({"greeting": 900, "flood": 8}.get(kind, 300))]
for each in lines:
    each.sendall(begun)
print("ready", flush=True)
while kind == "flood":
    for each in lines:
        each.sendall(b"GET /healthz HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n")
    for each in lines:
        each.recv(4096)
time.sleep(60)
"""
ATTACKS = {
    "greeting": "900 TLS greetings that do not come",
    "header": "300 headers that do not end",
    "body": "300 bodies that do not come",
    "flood": "a flood of small requests by strangers",
    "known": "a flood of parcels by a known peer over its quota",
}


def measure() -> list[Figure]:
    """The 99th percentile of notices under each attack against the one without it."""
    with tempfile.TemporaryDirectory() as folder, Processes(Path(folder), "XC", "XD") as world:
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
        command = [sys.executable, "-c", _ATTACK, str(world.ports["XD"]), kind]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as attack:
            assert attack.stdout is not None
            assert attack.stdout.readline() == b"ready\n"
            beset += [seconds(notice) for _ in range(NOTICES)]
            attack.kill()
        time.sleep(0.2)
    before, after = (statistics.quantiles(taken, n=100)[98] for taken in (alone, beset))
    return at_most(f"one notice, beset by {what}: p99", after * 1000, "ms", ratio=after / before, limit=LIMIT)
