"""How are two nodes kept apart for real? Each in a network namespace of its own, with one cable between them.

    with Cable() as cable:
        cable.places["XC"].host                  "10.213.7.1", reached from the other namespace only
        cable.part("silent"); cable.heal()

Invariants: nothing outside the two namespaces is touched; both are gone at the end, with every route and link.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from types import TracebackType

from tests.parts import needs_namespaces
from tests.scenarios.processes import Place

PORT = 8443


class Cable:
    """Two namespaces `xc` and `xd` of this process, and what is wrong between them."""

    def __init__(self) -> None:
        self._ip = needs_namespaces()
        number = os.getpid() % 250
        self.names = {code: f"liaison-{code.lower()}-{os.getpid()}" for code in ("XC", "XD")}
        self.hosts = {code: f"10.213.{number}.{place}" for place, code in enumerate(self.names, start=1)}
        self.places = {
            code: Place(host=self.hosts[code], port=PORT, inside=(self._ip, "netns", "exec", name))
            for code, name in self.names.items()
        }

    def __enter__(self) -> Cable:
        for name in self.names.values():
            self.run("netns", "add", name)
        ours, theirs = self.names.values()
        self.run("link", "add", "line", "netns", ours, "type", "veth", "peer", "name", "line", "netns", theirs)
        for code in self.names:
            self.at(code, "address", "add", f"{self.hosts[code]}/24", "dev", "line")
            self.at(code, "link", "set", "lo", "up")
            self.at(code, "link", "set", "line", "up")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for name in self.names.values():
            self.run("netns", "delete", name)

    def run(self, *words: str) -> None:
        subprocess.run([self._ip, *words], check=True, capture_output=True)

    def at(self, code: str, *words: str) -> None:
        """`ip` inside the namespace of one node."""
        self.run("-netns", self.names[code], *words)

    def part(self, how: str) -> None:
        """Part the two nodes: see `PARTINGS`."""
        PARTINGS[how][0](self)

    def heal(self, how: str) -> None:
        """Undo it."""
        PARTINGS[how][1](self)


def _link(state: str) -> Callable[[Cable], None]:
    return lambda cable: cable.at("XD", "link", "set", "line", state)


def _route(verb: str, kind: str, at: str, to: str) -> Callable[[Cable], None]:
    return lambda cable: cable.at(at, "route", verb, kind, f"{cable.hosts[to]}/32")


PARTINGS: dict[str, tuple[Callable[[Cable], None], Callable[[Cable], None]]] = {
    "silent both ways": (_link("down"), _link("up")),
    "answers lost": (_route("add", "blackhole", "XD", "XC"), _route("del", "blackhole", "XD", "XC")),
    "refused": (_route("add", "unreachable", "XC", "XD"), _route("del", "unreachable", "XC", "XD")),
    "dropped at the sender": (_route("add", "blackhole", "XC", "XD"), _route("del", "blackhole", "XC", "XD")),
}
