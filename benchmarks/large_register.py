"""What does a register of any size look like, signed as its owners would sign it? Made fast, for measuring only.

    made = large_register(100_000)     three witnesses of `small_register`, then participants of 50 entries each:
    made.leaves                        admitted, keys, claims, node.published and 46 desks, each in its chain
    made.note()                        the checkpoint of all of it, cosigned by the witnesses

Invariants: every signature is real and in its place; nothing is judged here, because whoever measures does that and
must find every entry applied; keys, names and order depend on the numbers alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from liaison.keys.private import Ed25519Signer
from liaison.keys.signing import sign_envelope
from liaison.register import bodies
from liaison.register.entries import Place, draft
from liaison.register.vocabulary import DeskKind, ParticipantType
from liaison.tlog.checkpoint import Checkpoint, sign_checkpoint
from liaison.tlog.cosignature import cosign
from liaison.tlog.proofs import TreeHead
from liaison.wire.envelope import PayloadType, encode_envelope
from liaison.wire.note import Note
from tests.register.registry import ISSUED, LETTER, RegisterBuilder, signer, small_register

EACH = 50
"""Entries of one participant."""

WITNESSES = ("XC", "XD", "XE")
PLACES = ("North", "South", "Upper", "Lower", "Old", "New", "Inner", "Outer")
LANDS = ("Harbour", "Valley", "Island", "River", "Mountain", "Plain", "Forest", "Lake", "Coast", "Delta", "Steppe")
EXPECTED = bodies.Expected(routine=1440, urgent=60, emergency=15)


class LargeRegister:
    """A log of many participants."""

    def __init__(self) -> None:
        self.registry: RegisterBuilder = small_register()
        self.registry.set_policy(2, *WITNESSES)
        self.leaves = list(self.registry.leaves)
        self.register = self.registry.entries[0].leaf
        self._secretariat = [self.registry.key(f"register/roots/{number}") for number in (1, 2)]
        self._participants: list[Iterator[bytes]] = []

    def grow(self, size: int) -> None:
        """Add participants and their entries, one after the other, up to `size` leaves."""
        made = self._entries()
        while len(self.leaves) < size:
            self.leaves.append(next(made))

    def note(self, head: TreeHead) -> Note:
        """The checkpoint of a tree of these leaves, cosigned by all witnesses."""
        registry = self.registry
        note = sign_checkpoint(Checkpoint(registry.origin, head.size, head.root), [registry.key("log")])
        lines = [
            cosign(note.text, name=registry.cosigner(who), signer=registry.key(f"{who}/main/cosigning"), time=1)
            for who in WITNESSES
        ]
        return note.with_signatures(lines)

    def update_leaf(self) -> bytes:
        """One more entry: a desk of a witness published anew."""
        self.registry.publish_desk("XC", "duty")
        return self.registry.leaves[-1]

    def _entries(self) -> Iterator[bytes]:
        for number in range(1 << 20):
            yield from self._participant(number)

    def _participant(self, number: int) -> Iterator[bytes]:
        who = f"{number:05}"
        root, entry, message, http = (signer(f"{who}/{use}") for use in ("root", "entry", "message", "http"))
        labels = bodies.Labels(name=name_of(number), codes=())
        roots = bodies.Roots((root.public,), 1)
        admitted = bodies.ParticipantAdmitted(ParticipantType.STATE, labels, roots, (), LETTER, None)
        payload = draft(admitted, Place(self.register, None, None, 0), issued=ISSUED)
        yield _leaf(payload, *self._secretariat, root)
        owner = hashlib.sha256(payload).hexdigest()
        keys = bodies.NodeKeys("main", None, entry.public, message.public, http.public, (), tuple(sorted(DeskKind)))
        payload = draft(bodies.ParticipantKeys((keys,)), Place(self.register, owner, None, 1, owner), issued=ISSUED)
        yield _leaf(payload, root, entry, message, http)
        place = Place(self.register, owner, "main", 0, None)
        for body in _bodies(number):
            payload = draft(body, place, issued=ISSUED)
            yield _leaf(payload, entry)
            place = Place(self.register, owner, "main", (place.seq or 0) + 1, hashlib.sha256(payload).hexdigest())


def large_register(size: int) -> LargeRegister:
    """A register whose log has `size` entries."""
    made = LargeRegister()
    made.grow(size)
    return made


def name_of(number: int) -> str:
    """The name of a participant: every one holds the commonest word, "team", and two that others hold too."""
    place, land = PLACES[number % len(PLACES)], LANDS[number // len(PLACES) % len(LANDS)]
    return f"Response team of {place} {land} {number}"


def desk_name(place: int) -> str:
    """The id of a participant's desk."""
    return f"desk-{place:02}"


def _bodies(number: int) -> Iterator[bodies.Body]:
    """What the node of a participant publishes, in order."""
    desks = [desk_name(place) for place in range(EACH - 4)]
    named = tuple(bodies.DeskKeys(desk, _digest(f"{number}/{desk}/key"), None) for desk in desks)
    yield bodies.ResourcesPublished((), (), (), ())
    yield bodies.NodePublished(named, (LETTER,), _digest(f"{number}/address"))
    kinds = tuple(DeskKind)
    for place, desk in enumerate(desks):
        part = bodies.Part("participants", _digest(f"{number}/{desk}/contact"))
        yield bodies.DeskPublished(desk, kinds[place % len(kinds)], ("en",), EXPECTED, (part,))


def _leaf(payload: bytes, *keys: Ed25519Signer) -> bytes:
    return encode_envelope(sign_envelope(PayloadType.ENTRY, payload, keys))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
