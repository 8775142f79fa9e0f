"""Who lives in a story of the register? Several nodes in one process, founded and admitted by the real ceremonies.

    story = Story(tmp_path)                   a secretariat at `reg` that opened a rehearsal register
    xc = story.join("xc", "XC")               a State at a node of its own, admitted, with keys and a desk `duty`
    story.sync("xc"); story.clock.forward(hours=1); story.line.cut("reg")

Invariants: nothing here reads the machine's clock or its random source, so a story runs the same each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from liaison.adapters.blobs import FolderBlobStore
from liaison.errors import UnreachableError, UsageError
from liaison.keys.private import Ed25519Signer
from liaison.node.config import Address, Config
from liaison.node.log.drafts import Draft, sign_draft
from liaison.node.node import Node
from liaison.node.peering import SignedLink
from liaison.node.services import ceremony, mirror, publication, records, secretariat, setup, submission
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.peer.requests import DoorRequest
from liaison.register.anchor import Anchor, format_anchor
from liaison.register.bodies import Expected, Labels, Roots
from liaison.register.records import Contact
from liaison.register.vocabulary import REGISTER, DeskKind, ParticipantType
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from tests import engines
from tests.world import HandStorage

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ORIGIN = "log.register.example"
LETTER = hashlib.sha256(b"a letter").hexdigest()


@dataclass
class HandClock:
    """A clock turned by hand."""

    time: datetime = START
    waited: float = 0.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.waited

    def forward(self, **by: float) -> None:
        step = timedelta(**by)
        self.time += step
        self.waited += step.total_seconds()


@dataclass
class SeededEntropy:
    """Bytes that look random and are the same each time."""

    seed: bytes
    drawn: int = 0

    def draw(self, count: int) -> bytes:
        self.drawn += 1
        return hashlib.shake_256(self.seed + self.drawn.to_bytes(8, "big")).digest(count)


@dataclass(eq=False)
class MemoryVault:
    """Seeds in memory."""

    seeds: dict[str, bytes] = field(default_factory=dict)

    def store(self, fingerprint: str, seed: bytes) -> None:
        self.seeds[fingerprint] = seed

    def load(self, fingerprint: str) -> bytes:
        if fingerprint not in self.seeds:
            raise UsageError("key-not-held", fingerprint=fingerprint)
        return self.seeds[fingerprint]

    def destroy(self, fingerprint: str) -> None:
        self.seeds.pop(fingerprint, None)


class SilentWaker:
    """Wakes nobody."""

    def wake(self, left: Iterable[str] = ()) -> None:
        return None


@dataclass
class Line:
    """Carries requests to the doors of the same process; each node can be cut off."""

    doors: dict[str, Door] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)
    requests: list[tuple[str, str, str]] = field(default_factory=list)

    def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        name = urlsplit(address.url).netloc.split(".")[0]
        if name in self.off or name not in self.doors:
            raise UnreachableError("peer-not-reached", url=address.url, reason="off")
        self.requests.append((request.method, name, request.path))
        path, _, query = request.path.partition("?")
        return self.doors[name].answer(
            DoorRequest(
                request.method,
                urlsplit(address.url).netloc,
                path,
                f"?{query}",
                headers=request.headers,
                body=lambda: request.body,
                address="198.51.100.1",
            )
        )


@dataclass
class Resident:
    """A participant of the story, its roots, and the node it lives on."""

    name: str
    node: Node
    register: str
    participant: str
    roots: list[Ed25519Signer]

    @property
    def place(self) -> publication.Place:
        return publication.Place(self.register, self.participant, "main")


def root(name: str) -> Ed25519Signer:
    """A root key kept in a safe, outside every node."""
    return Ed25519Signer.from_seed(hashlib.sha256(f"root {name}".encode()).digest())


def roots_of(*signers: Ed25519Signer, threshold: int | None = None) -> Roots:
    return Roots(tuple(each.public for each in signers), threshold or len(signers))


class Story:
    """A secretariat at `reg` and those who joined its register."""

    def __init__(self, folder: Path, *, rehearsal: bool = True) -> None:
        self.folder = folder
        self.clock = HandClock()
        self.line = Line()
        self.nodes: dict[str, Node] = {}
        self.residents: dict[str, Resident] = {}
        self.roots = [root(f"reg {number}") for number in range(3)]
        self.reg = self.node("reg")
        self.register = self.found(rehearsal=rehearsal)

    def node(self, name: str) -> Node:
        """A fresh node under `https://NAME.example`."""
        home = self.folder / name
        home.mkdir()
        node = Node(
            home=home,
            database=engines.fresh_database(home),
            config=Config(address=Address(f"https://{name}.example")),
            clock=self.clock,
            entropy=SeededEntropy(name.encode()),
            vault=MemoryVault(),
            blobs=FolderBlobStore(home / "blobs"),
            storage=HandStorage(),
            waker=SilentWaker(),
            link=SignedLink(self.line, self.clock),
        )
        setup.begin_life(node, tls_hash=hashlib.sha256(name.encode()).hexdigest())
        self.line.doors[name] = Door(node, Quotas())
        self.nodes[name] = node
        return node

    def found(self, *, rehearsal: bool) -> str:
        """Open the register, give the secretariat its node and publish its address."""
        draft = ceremony.draft_opening(
            self.reg,
            origin=ORIGIN,
            title="Register of the rehearsal",
            rehearsal=rehearsal,
            roots=roots_of(*self.roots, threshold=2),
        )
        register = secretariat.open_register(self.reg, drafted=sign_draft(draft, *self.roots))
        self.register = register
        resident = Resident("reg", self.reg, register, REGISTER, self.roots)
        self.residents["reg"] = resident
        self.keys(resident, kinds=())
        publication.publish_node(self.reg, resident.place)
        return register

    def anchor(self) -> bytes:
        return self.anchor_of("reg", self.register)

    def anchor_of(self, name: str, register: str) -> bytes:
        """The anchor of a register whose secretariat is the node `name`."""
        pin = hashlib.sha256(name.encode()).hexdigest()
        origin = ORIGIN if name == "reg" else f"{name}.{ORIGIN}"
        return format_anchor(Anchor(origin, register, (f"https://{name}.example#{pin}",)))

    def another_register(self, name: str) -> str:
        """A second register, opened by a secretariat of its own at the node `name`."""
        node, keys = self.node(name), [root(f"{name} 0")]
        draft = ceremony.draft_opening(
            node, origin=f"{name}.{ORIGIN}", title="Another", rehearsal=False, roots=roots_of(*keys)
        )
        return secretariat.open_register(node, drafted=sign_draft(draft, *keys))

    def follow(self, name: str) -> Node:
        """A node that follows the register and has synchronised once."""
        node = self.nodes.get(name) or self.node(name)
        mirror.follow_register(node, anchor=self.anchor())
        mirror.sync_register(node, register=self.register)
        return node

    def admit(
        self,
        name: str,
        code: str,
        *,
        on: str | None = None,
        roots: int = 2,
        replaces: str | None = None,
        type_: ParticipantType = ParticipantType.STATE,
    ) -> Resident:
        """Admit a State, or what `type_` says, whose node is `on` (by default one of its own)."""
        node = self.follow(on or name)
        keys = [root(f"{name} {number}") for number in range(roots)]
        draft = ceremony.draft_admission(
            self.reg,
            register=self.register,
            type_=type_,
            labels=Labels(f"State {code}", (code,)),
            roots=roots_of(*keys),
            letter=LETTER,
            replaces=replaces,
        )
        self.hand_in(self.reg, draft, *keys, *self.roots[:2])
        resident = Resident(name, node, self.register, draft.entry.payload_hash, keys)
        self.residents[name] = resident
        self.sync(on or name)
        return resident

    def keys(
        self, resident: Resident, *, kinds: tuple[DeskKind, ...], cosigns: bool = False, host: object = None
    ) -> None:
        """The root ceremony that gives a participant's node its keys."""
        plan = ceremony.NodePlan("main", kinds, cosigns, host)  # type: ignore[arg-type]
        draft = ceremony.draft_keys(
            resident.node, register=self.register, participant=resident.participant, plans=[plan]
        )
        self.hand_in(resident.node, draft, *resident.roots[:2])

    def desk(self, resident: Resident, desk: str = "duty", **changes: object) -> None:
        """Declare a technical desk and publish the node."""
        publication.declare_desk(resident.node, resident.place, desk_plan(desk, **changes))
        publication.publish_node(resident.node, resident.place)

    def join(
        self, name: str, code: str, *, cosigns: bool = False, type_: ParticipantType = ParticipantType.STATE
    ) -> Resident:
        """A State, or what `type_` says, with a node of its own, keys and a technical desk."""
        resident = self.admit(name, code, type_=type_)
        self.keys(resident, kinds=(DeskKind.TECHNICAL,), cosigns=cosigns)
        self.desk(resident)
        return resident

    def hand_in(self, node: Node, draft: Draft, *signers: Ed25519Signer) -> int:
        """Sign with these roots and give it to the secretariat."""
        leaf = ceremony.finish(node, register=self.register, drafted=sign_draft(draft, *signers))
        return submission.hand_in_one(node, register=self.register, envelope=leaf, parts=draft.parts)

    def sync(self, *names: str) -> None:
        for name in names or self.nodes:
            mirror.sync_register(self.nodes[name], register=self.register)
            records.fetch_records(self.nodes[name], register=self.register)

    def close(self) -> None:
        for node in self.nodes.values():
            engines.forget_database(node.database)


def desk_plan(desk: str = "duty", **changes: object) -> publication.DeskPlan:
    contact = Contact("National CSIRT", None, f"{desk}@csirt.example", None, "UTC", "24/7", ())
    values = {
        "kind": DeskKind.TECHNICAL,
        "languages": ("en",),
        "expected": Expected(1440, 60, 15),
        "contacts": {"participants": contact},
    }
    return publication.DeskPlan(desk, **(values | changes))  # type: ignore[arg-type]
