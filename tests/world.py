"""A world of nodes in one process: each its own home and database, one hand-set clock, and a network that can fail.

    with World(tmp_path) as world:                 XC, XD and XE follow one rehearsal register
        world.send("XC", "XD")                     a notice, first attempt included
        world.advance(minutes=5); world.work("XC") what is due at XC is done, one after the other

The register is that of `tests.register.registry`; what a node would have mirrored is in its tables (`tests.mirrored`).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import tests.with_django  # noqa: F401
from liaison.adapters.blobs import FolderBlobStore
from liaison.adapters.clock import SystemEntropy
from liaison.errors import NotNowError, UnreachableError
from liaison.messages.parties import DeskRef
from liaison.node.config import Address, Config
from liaison.node.node import Node
from liaison.node.peering import PeerAddress, PeerAnswer, SignedLink
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.line.sending import Letter, SentMessage, send_letter
from liaison.node.unit_of_work import reading
from liaison.node.work.worker import work_through
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.peer.requests import DoorRequest
from liaison.wire.http import HttpRequest
from tests import engines
from tests.mirrored import START, seed_node
from tests.register.registry import RegisterBuilder, small_register
from tests.telephones import Telephones

CODES = ("XC", "XD", "XE")
NOTICE = {
    "title": {"lang": "en", "text": "Scanning of port 22"},
    "incident_type": "information-gathering:scanner",
    "expectation": "for-information",
}


@dataclass
class HandClock:
    """Stands still until it is moved."""

    at: datetime = START
    passed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.passed

    def advance(self, **parts: float) -> None:
        self.at += timedelta(**parts)
        self.passed += timedelta(**parts).total_seconds()


@dataclass
class SeededVault:
    """Seeds in memory."""

    seeds: dict[str, bytes] = field(default_factory=dict)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def store(self, fingerprint: str, seed: bytes) -> None:
        self.seeds[fingerprint] = seed

    def load(self, fingerprint: str) -> bytes:
        return self.seeds[fingerprint]

    def destroy(self, fingerprint: str) -> None:
        self.seeds.pop(fingerprint, None)


class Bell:
    """A waker and the worker's end of it, in memory."""

    name = ""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.tokens: set[str] = set()

    def wake(self, left: Iterable[str] = ()) -> None:
        self.tokens.update(left)
        self.event.set()

    def wait(self, seconds: float) -> bool:
        heard = self.event.wait(min(seconds, 0.05))
        self.event.clear()
        return heard

    def left(self) -> frozenset[str]:
        left, self.tokens = frozenset(self.tokens), set()
        return left

    def living(self) -> frozenset[str]:
        return frozenset()


class CountingWaker:  # It counts the knocks.
    def __init__(self) -> None:
        self.knocks = 0

    def wake(self, left: Iterable[str] = ()) -> None:
        self.knocks += 1


@dataclass
class HandStorage:
    """A disk that is full, or fails, when a test says so."""

    spare: int = 1 << 40
    failed: str = ""
    full: bool = False

    def require_room(self, size: int = 0) -> None:
        if self.spare < size or self.spare <= 0:
            raise NotNowError("disk-nearly-full", size=size, spare=self.spare)

    def require_sound(self) -> None:
        if self.full:
            raise NotNowError("storage-refused", reason="database or disk is full")
        if self.failed:
            raise NotNowError("storage-failed", reason=self.failed)

    def note_failure(self, reason: str) -> None:
        self.failed = reason

    def failure(self) -> str:
        return self.failed

    def last_failure(self) -> tuple[float, str] | None:
        return (0.0, self.failed) if self.failed else None


@dataclass
class Network:
    """A `Carrier` that calls the other node's door directly, unless it was told to fail."""

    doors: dict[str, Door] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    shows: dict[str, str] = field(default_factory=dict)
    """The TLS key that answers at a node, where it is not the one of its `node.published`."""
    lose_answers: Counter[str] = field(default_factory=Counter)
    duplicate: bool = False
    requests: list[tuple[str, HttpRequest]] = field(default_factory=list)
    change: Callable[[str, HttpRequest], HttpRequest] = lambda _, request: request

    def carry(self, address: PeerAddress, request: HttpRequest) -> PeerAnswer:
        host = urlsplit(address.url).netloc
        code = host.split(".")[0].upper()
        if code in self.down:
            raise UnreachableError("peer-not-reached", url=address.url, reason="down")
        if code in self.shows and self.shows[code] not in address.tls_hashes:
            raise UnreachableError("peer-key-differs", url=address.url)
        request = self.change(code, request)
        self.requests.append((code, request))
        answer = self.ask(host, request)
        if self.duplicate:
            again = self.ask(host, request)
            assert again == answer
        if self.lose_answers[code] > 0:
            self.lose_answers[code] -= 1
            raise UnreachableError("peer-hung-up", url=address.url)
        return answer

    def ask(self, host: str, request: HttpRequest) -> PeerAnswer:
        """The answer of the door at `host`."""
        path, _, query = request.path.partition("?")
        return self.doors[host.split(".")[0].upper()].answer(
            DoorRequest(
                request.method,
                host,
                path,
                f"?{query}",
                headers=request.headers,
                body=lambda: request.body,
                address="198.51.100.1",
            )
        )


@dataclass(frozen=True)
class Seeded:
    """What a node of a registry is made from: a database to copy, and the secrets it holds."""

    database: str
    seeds: dict[str, bytes]


MOST_SEEDED = 24
_seeded: dict[tuple[str, str, tuple[bytes, ...], tuple[str, ...]], Seeded] = {}


class World:
    """Some nodes, each of one State of one register."""

    def __init__(
        self,
        folder: Path,
        *,
        codes: tuple[str, ...] = CODES,
        registry: RegisterBuilder | None = None,
        configs: Mapping[str, Config] | None = None,
    ) -> None:
        self.configs = configs or {}  # Of nodes that are set up otherwise; without an address one has no door.
        self.folder = folder
        self.registry = registry or small_register(*codes)
        self.clock = HandClock()
        self.network = Network()
        self.nodes: dict[str, Node] = {}
        self.phones: dict[str, Telephones] = {}
        for code in codes:
            self._add_node(code)

    def __enter__(self) -> World:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for node in self.nodes.values():
            engines.forget_database(node.database)

    @property
    def register(self) -> str:
        return self.registry.entries[0].leaf

    def desk(self, code: str, desk: str = "duty") -> DeskRef:
        return DeskRef(self.registry.ids[code], "main", desk)

    def letter(self, sender: str, *to: str, **changes: Any) -> Letter:
        given: dict[str, Any] = {
            "register": self.register,
            "sender": self.desk(sender),
            "to": tuple(sorted(self.desk(code) for code in to)),
            "form": "incident-notice",
            "stage": "notification",
            "fields": NOTICE,
        }
        return Letter(**(given | changes))

    def send(self, sender: str, *to: str, **changes: Any) -> list[SentMessage]:
        """Send a notice and make the first attempt."""
        node = self.nodes[sender]
        sent = send_letter(node, self.letter(sender, *to, **changes), leased=True)
        for message in sent:
            for lease in message.leases:
                deliver(node, lease)
        return sent

    def work(self, *codes: str) -> int:
        """Do what is due at these nodes (all of them by default) until nothing is."""
        return sum(work_through(self.nodes[code]) for code in codes or self.nodes)

    def advance(self, **parts: float) -> None:
        self.clock.advance(**parts)

    @contextmanager
    def at(self, code: str) -> Iterator[None]:
        """Queries inside go to this node's tables."""
        with reading(self.nodes[code]):
            yield

    def _add_node(self, code: str) -> None:
        """A node that mirrors the registry: seeded once a process, then copied, which is four times faster."""
        key = (code, self.registry.prefix, tuple(self.registry.leaves), tuple(self.registry.records))
        seeded = _seeded.get(key)
        self.make_node(code, seeded.database if seeded is not None else "")
        node = self.nodes[code]
        if seeded is not None:
            node.vault.seeds.update(seeded.seeds)  # type: ignore[attr-defined]
            return
        seed_node(node, self.registry, code)
        if len(_seeded) < MOST_SEEDED:
            seeds = dict(node.vault.seeds)  # type: ignore[attr-defined]
            _seeded[key] = Seeded(engines.kept_copy(node.database), seeds)

    def make_node(self, code: str, original: str = "") -> None:
        """A node behind the door `https://CODE.example:8443` that knows nothing yet, or what the database `original`
        holds."""
        home = self.folder / code.lower()
        home.mkdir()
        self.nodes[code] = Node(
            home=home,
            database=engines.fresh_database(home, original),
            config=self.configs.get(code) or Config(address=Address(url=f"https://{code.lower()}.example:8443")),
            clock=self.clock,
            entropy=SystemEntropy(),
            vault=SeededVault(),
            blobs=FolderBlobStore(home / "blobs"),
            storage=HandStorage(),
            waker=CountingWaker(),
            link=SignedLink(self.network, self.clock),
            notifier=self.phones.setdefault(code, Telephones()),
        )
        if self.nodes[code].config.address.url:
            self.network.doors[code] = Door(self.nodes[code], Quotas())
