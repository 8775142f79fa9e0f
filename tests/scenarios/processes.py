"""Real nodes: homes on disk, `liaison node serve` in processes of their own, HTTPS between them.

    with Processes(tmp_path, "XC", "XD") as world:
        world.start("XC"); world.start("XD")
        world.run("XC", "message", "send", "--to", "XD", …)        the command line, as an officer types it

    Processes(tmp_path, "XC", "XD", places={"XD": Place(front=line.port)})   published under the port of a proxy
    Processes(tmp_path, "XC", "XD", places={"XC": Place(host="10.99.0.1", inside=("ip", "netns", "exec", "a")), …})

The register is that of `tests.register.registry`, published with the real TLS keys and ports of these nodes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.db import connections

import tests.with_django  # noqa: F401
from liaison.adapters.waking import PostgresWaker
from liaison.cli.demo.places import free_ports
from liaison.node import homes, wiring
from liaison.node.config import Address, Config, Database, Listen, Peers, database_url, pages_at
from liaison.node.config import Processes as Each
from liaison.node.databases import add_database
from liaison.node.node import Node
from liaison.node.peering import SignedLink
from liaison.register import bodies
from liaison.register.records import Address as WayAddress
from liaison.register.records import Addresses, Way
from tests import engines
from tests.mirrored import seed_node
from tests.register.registry import RegisterBuilder

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from liaison.cli.main import main; main()"
START_SECONDS = 120.0
COMMAND_SECONDS = 60.0
ONE_OF_EACH = Each()


def free_port() -> int:
    return free_ports(1)[0]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node listens, under which port it is published (its own if 0), and what its command begins with."""

    host: str = "127.0.0.1"
    port: int = 0
    front: int = 0
    inside: tuple[str, ...] = ()


class Processes:
    """Some nodes of one register, each with its home; started and stopped one by one."""

    def __init__(
        self,
        folder: Path,
        *codes: str,
        server: str = engines.SERVER,
        each: Each = ONE_OF_EACH,
        places: Mapping[str, Place] = MappingProxyType({}),
        pages: bool = False,
    ) -> None:
        self.folder, self.server, self.each = folder, server, each
        self.pages = {code: f"http://{code.lower()}.localhost:{free_port()}" for code in codes if pages}
        self.places = {code: places.get(code, Place()) for code in codes}
        self.ports = {code: place.port or free_port() for code, place in self.places.items()}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.surroundings: dict[str, Mapping[str, str]] = {}
        self.registry = RegisterBuilder()
        self.nodes: dict[str, Node] = {}
        for code in codes:
            self._make_home(code)
        self._publish(codes)
        for code in codes:
            self._seed(code)

    def home(self, code: str) -> Path:
        return self.folder / code.lower()

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for code in list(self.running):
            self.kill(code)
        for node in self.nodes.values():
            connections[node.database].close()
            if isinstance(node.link, SignedLink):
                node.link.close()
            if isinstance(node.waker, PostgresWaker):
                node.waker.close()

    def start(self, code: str, *, seconds: float = START_SECONDS) -> None:
        """Start the node and wait until it is ready, so long at most."""
        with (self.home(code) / "serve.log").open("ab") as log:
            self.running[code] = subprocess.Popen(
                [
                    *self.places[code].inside,
                    sys.executable,
                    "-c",
                    PROGRAM,
                    "--home",
                    str(self.home(code)),
                    "node",
                    "serve",
                ],
                stdout=log,
                stderr=log,
                env=self.environment(code),
                start_new_session=True,
            )
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._listens(code):
                return
            time.sleep(0.05)
        raise AssertionError((self.home(code) / "serve.log").read_text())

    def url(self, code: str) -> str:
        """The address under which the register names the node."""
        place = self.places[code]
        return f"https://{place.host}:{place.front or self.ports[code]}"

    def ways(self, code: str) -> tuple[WayAddress, ...]:
        """How the register says the node is reached."""
        return (WayAddress(way=Way.PEER, at=self.url(code), by=None),)

    def _listens(self, code: str) -> bool:
        """Whether the node's ports are open, looked up in the network namespace of its process."""
        rows = Path(f"/proc/{self.running[code].pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        there = {int(row.split()[1].rpartition(":")[2], 16) for row in rows if row.split()[3] == "0A"}
        pages = {urlsplit(self.pages[code]).port} if code in self.pages else set()
        return {self.ports[code], *pages} <= there

    def stop(self, code: str) -> int:
        """Ask the node to stop; its exit code. One that does not stop is killed at the end of the world."""
        process = self.running[code]
        process.send_signal(signal.SIGTERM)
        left = process.wait(30)
        del self.running[code]
        return left

    def kill(self, code: str) -> None:
        """kill -9 of everything the node runs."""
        process = self.running.pop(code)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def run(
        self, code: str, *words: str, exits: int = 0, inside: Sequence[str] = (), seconds: float = COMMAND_SECONDS
    ) -> Any:
        """One command of the command line, where the node is and `inside` another command; its JSON."""
        program = [sys.executable, "-c", PROGRAM, "--home", str(self.home(code))]
        done = subprocess.run(
            [*self.places[code].inside, *inside, *program, *words, "--json"],
            capture_output=True,
            env=self.environment(code),
            timeout=seconds,
            check=False,
        )
        assert done.returncode == exits, (done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def environment(self, code: str) -> dict[str, str]:
        """What the processes of a node find around them, its own `surroundings` among it."""
        return {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TZ": "UTC", **self.surroundings.get(code, {})}

    def _make_home(self, code: str) -> None:
        home, port = self.home(code), self.ports[code]
        homes.create_folders(home)
        config = Config(
            listen=Listen(host=self.places[code].host, port=port),
            address=Address(url=self.url(code)),
            database=Database(url=engines.made_tables(home, self.server)),
            peers=Peers(allowed_private_hosts=tuple({place.host for place in self.places.values()})),
            processes=self.each,
            pages=msgspec.structs.replace(pages_at(self.pages.get(code, "")), sign_in=("passkey", "password")),
        )
        wiring.create_home(home, config)

    def _publish(self, codes: tuple[str, ...]) -> None:
        registry = self.registry
        registry.open()
        for code in codes:
            registry.admit(code)
            registry.set_up(code)
            registry.publish_desk(code, "duty")
            body = bodies.NodePublished(
                desks=(registry.desk_keys(code, "duty"),),
                tls=(wiring.listener_hash(self.home(code)),),
                address=registry.record(Addresses(ways=self.ways(code))),
            )
            registry.by_node(body, code)
            registry.publish_resources(code, code[:2])

    def _seed(self, code: str) -> None:
        home = self.home(code)
        alias = f"process:{home}"
        opened = wiring.open_node(home)
        add_database(alias, database_url(home, opened.config))
        node = replace(opened, database=alias)
        seed_node(node, self.registry, code)
        self.nodes[code] = node
