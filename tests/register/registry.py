"""A small register with seeded keys, for every test that needs one.

    registry = small_register()                    XC, XD and XE with a node `main` and a technical desk `duty` each
    registry.ids["XC"]                             the participant id
    registry.key("XC/main/message")                the Ed25519Signer of that name, the same in every run
    registry.sealing("XC/duty")                    the desk's sealing identity
    registry.leaves, registry.view                 the log so far and the fold of it
    registry.add(registry.drafted(body, "XC", "main"), "XC/main/entry")    one more entry

No clock and no chance: every key comes from its name, every salt from a counter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from liaison.keys.private import Ed25519Signer, SealingIdentity
from liaison.keys.signing import sign_envelope
from liaison.register import bodies
from liaison.register.entries import KINDS, Entry, decode_entry, draft
from liaison.register.memory import MemoryView
from liaison.register.records import (
    Address,
    Addresses,
    Contact,
    Content,
    Record,
    SealingKey,
    Way,
    make_record,
)
from liaison.register.rules import next_place
from liaison.register.state import Applied, Outcome, apply_leaf
from liaison.register.vocabulary import REGISTER, Admission, DeskKind, NodeRef, ParticipantType
from liaison.tlog.checkpoint import Checkpoint, sign_checkpoint
from liaison.tlog.cosignature import cosign
from liaison.tlog.merkle import leaf_hash, root_of
from liaison.wire.envelope import PayloadType, encode_envelope
from liaison.wire.note import Note, format_note

ORIGIN = "log.register.example"
ISSUED = "2026-11-22T03:00:00Z"
LETTER = hashlib.sha256(b"a letter").hexdigest()
NO_PROMISE = bodies.Expected(routine=None, urgent=None, emergency=None)


def seed(name: str) -> bytes:
    """32 bytes that depend on the name alone."""
    return hashlib.sha256(f"test key {name}".encode()).digest()


def signer(name: str) -> Ed25519Signer:
    """The signing key of that name."""
    return Ed25519Signer.from_seed(seed(name))


class RegisterBuilder:
    """Writes entries as their owners would; what it adds is applied and must stand."""

    def __init__(self, *, origin: str = ORIGIN, rehearsal: bool = True, prefix: str = "") -> None:
        self.origin = origin
        self.rehearsal = rehearsal
        self.prefix = prefix
        self.leaves: list[bytes] = []
        self.entries: list[Entry] = []
        self.view = MemoryView()
        self.ids: dict[str, str] = {REGISTER: REGISTER}
        self.records: dict[str, Record] = {}
        self.keys: dict[tuple[str, str], bodies.NodeKeys] = {}

    # Keys and records

    def key(self, name: str) -> Ed25519Signer:
        """The signing key of that name, of this register alone."""
        return signer(self.prefix + name)

    def sealing(self, name: str) -> SealingIdentity:
        """The sealing identity of that name."""
        return SealingIdentity.from_seed(seed(self.prefix + name + "/sealing"))

    def record(self, content: Content, audience: str = "public") -> str:
        """The digest of a new record part, kept in `records`."""
        salt = seed(f"{self.prefix}salt {len(self.records)}")
        record = make_record(content, audience, salt=salt)
        self.records[record.digest] = record
        return record.digest

    def roots(self, *names: str, threshold: int | None = None) -> bodies.Roots:
        """Root keys by name; without a threshold all must sign."""
        keys = tuple(self.key(name).public for name in names)
        return bodies.Roots(keys=keys, threshold=len(keys) if threshold is None else threshold)

    def node_keys(self, who: str, node: str, kinds: Sequence[DeskKind], **changes: Any) -> bodies.NodeKeys:
        """Fresh keys of a node, named `XC/main/entry` and so on."""
        given: dict[str, Any] = {
            "node": node,
            "host": None,
            "entry": self.key(f"{who}/{node}/entry").public,
            "message": self.key(f"{who}/{node}/message").public,
            "http": self.key(f"{who}/{node}/http").public,
            "cosigning": (),
            "kinds": tuple(kinds),
        }
        return bodies.NodeKeys(**(given | changes))

    # Entries of any kind

    def drafted(self, body: bodies.Body, who: str | None = None, at: str | None = None, /, **place: Any) -> bytes:
        """The payload of the next entry of `who` (at its node `at`), put elsewhere by `place` (seq, prev, …)"""
        owner = None if who is None else self.ids.get(who, who)
        where = next_place(self.view, KINDS[type(body)], owner, at)
        return draft(body, replace(where, **place), issued=ISSUED)

    def signed(self, payload: bytes, *signers: str) -> bytes:
        """The leaf with the signatures of these keys, by name."""
        keys = [self.key(name) for name in signers]
        return encode_envelope(sign_envelope(PayloadType.ENTRY, payload, keys))

    def judged(self, payload: bytes, *signers: str) -> Outcome:
        """What the entry would do as the next leaf."""
        return apply_leaf(self.view, self.signed(payload, *signers), len(self.leaves))

    def add(self, payload: bytes, *signers: str) -> Entry:
        """The entry, appended; it must stand."""
        return self.append(self.signed(payload, *signers))

    def append(self, leaf: bytes, *, expected: type[Any] = Applied) -> Entry:
        """The entry in this leaf, appended with the outcome that is expected."""
        outcome = apply_leaf(self.view, leaf, len(self.leaves))
        assert isinstance(outcome, expected), outcome
        entry = decode_entry(leaf, index=len(self.leaves))
        self.leaves.append(leaf)
        self.entries.append(entry)
        self.view.record(outcome)
        return entry

    # Entries of each kind

    def opened(self, **changes: Any) -> bodies.RegisterOpened:
        """The body of leaf 0: two secretariat roots, both needed."""
        given: dict[str, Any] = {
            "origin": self.origin,
            "title": "Register of the rehearsal",
            "rehearsal": self.rehearsal,
            "log_keys": (self.key("log").public,),
            "roots": self.roots("register/roots/1", "register/roots/2"),
            "admission": Admission.LETTER,
            "rules": 1,
            "policy": bodies.Policy(k=0, witnesses=()),
            "instruments": (),
        }
        return bodies.RegisterOpened(**(given | changes))

    def open(self, **changes: Any) -> Entry:
        """Leaf 0, and the secretariat's node `office`."""
        entry = self.add(self.drafted(self.opened(**changes)), "log", "register/roots/1", "register/roots/2")
        self.set_keys(REGISTER, self.node_keys(REGISTER, "office", ()))
        return entry

    def admission(self, who: str, **changes: Any) -> bodies.ParticipantAdmitted:
        """The body that admits `who` with two roots, both needed."""
        given: dict[str, Any] = {
            "type": ParticipantType.STATE,
            "labels": bodies.Labels(name=f"State {who}", codes=(who[:2],)),
            "roots": self.roots(f"{who}/roots/1", f"{who}/roots/2"),
            "guardians": (),
            "letter": LETTER,
            "replaces": None,
        }
        return bodies.ParticipantAdmitted(**(given | changes))

    def admit(self, who: str, **changes: Any) -> str:
        """Admit `who`; returns the participant id."""
        names = ("register/roots/1", "register/roots/2", f"{who}/roots/1", f"{who}/roots/2")
        entry = self.add(self.drafted(self.admission(who, **changes)), *names)
        self.ids[who] = entry.payload_hash
        return entry.payload_hash

    def set_keys(self, who: str, *nodes: bodies.NodeKeys, extra: Sequence[str] = ()) -> Entry:
        """`participant.keys` with these nodes, signed by both roots, all keys of new nodes and `extra`."""
        body = bodies.ParticipantKeys(nodes=nodes)
        signers = [f"{who}/roots/1", f"{who}/roots/2", *extra]
        for node in nodes:
            if self.keys.get((who, node.node)) is None:
                signers += [f"{who}/{node.node}/{purpose}" for purpose in ("entry", "message", "http")]
                signers += [f"{who}/{node.node}/cosigning" for _ in node.cosigning]
            self.keys[who, node.node] = node
        return self.add(self.drafted(body, who), *signers)

    def set_up(
        self, who: str, *, node: str = "main", kinds: Sequence[DeskKind] = tuple(DeskKind), **changes: Any
    ) -> None:
        """A witness node with keys for all its purposes."""
        given = {"cosigning": (self.key(f"{who}/{node}/cosigning").public,)} | changes
        self.set_keys(who, self.node_keys(who, node, kinds, **given))

    def by_node(self, body: bodies.Body, who: str, node: str = "main") -> Entry:
        """An entry of a node, signed by its entry key."""
        return self.add(self.drafted(body, who, node), f"{who}/{node}/entry")

    def desk_body(self, desk: str, kind: DeskKind = DeskKind.TECHNICAL, **changes: Any) -> bodies.DeskPublished:
        """The body of `desk.published`."""
        given: dict[str, Any] = {
            "desk": desk,
            "kind": kind,
            "languages": ("en",),
            "expected": bodies.Expected(routine=1440, urgent=60, emergency=15),
            "parts": (bodies.Part(audience="participants", digest=self.contact(desk)),),
        }
        return bodies.DeskPublished(**(given | changes))

    def contact(self, desk: str, zone: str = "UTC") -> str:
        """The digest of a contact part."""
        contact = Contact(
            institution=f"Office {desk}",
            unit=None,
            mailbox=f"{desk}@contact.example",
            telephone="+000 555 0100",
            time_zone=zone,
            hours="24/7",
            persons=(),
        )
        return self.record(contact, "participants")

    def publish_node(
        self, who: str, *desks: str, node: str = "main", at: str | None = None, ways: tuple[Address, ...] = ()
    ) -> Entry:
        """`node.published` with the sealing keys of these desks and a peer door, unless other `ways` are given."""
        keys = tuple(self.desk_keys(who, desk) for desk in desks)
        way = Address(way=Way.PEER, at=at or f"https://{who.lower()}.example:8443", by=None)
        address = self.record(Addresses(ways=ways or (way,)))
        return self.by_node(bodies.NodePublished(desks=keys, tls=(LETTER,), address=address), who, node)

    def desk_keys(self, who: str, desk: str) -> bodies.DeskKeys:
        """The digest of a desk's sealing key part."""
        sealing = self.record(SealingKey(key=self.sealing(f"{who}/{desk}").public))
        return bodies.DeskKeys(desk=desk, sealing=sealing, openpgp=None)

    def box(self, keeper: str, node: str = "main") -> Address:
        """The way through a letter box at a node of `keeper`."""
        return Address(way=Way.LETTERBOX, at=None, by=NodeRef(participant=self.ids[keeper], node=node))

    def publish_desk(self, who: str, desk: str, kind: DeskKind = DeskKind.TECHNICAL, node: str = "main") -> Entry:
        """`desk.published`."""
        return self.by_node(self.desk_body(desk, kind), who, node)

    def publish_resources(self, who: str, *codes: str, node: str = "main", **lists: Any) -> Entry:
        """`resources.published` with these codes."""
        given: dict[str, Any] = {"codes": codes, "prefixes": (), "asns": (), "domains": ()}
        return self.by_node(bodies.ResourcesPublished(**(given | lists)), who, node)

    def nomination(self, code: str, **changes: Any) -> bodies.DeskNominated:
        """The body that nominates a technical desk for `code`."""
        given: dict[str, Any] = {
            "nomination": f"{code.lower()}-technical",
            "version": 1,
            "code": code,
            "kind": DeskKind.TECHNICAL,
            "letter": LETTER,
            "date": "2026-10-01",
            "mission": f"Permanent Mission of {code}",
            "withdrawn": False,
            "parts": (),
        }
        return bodies.DeskNominated(**(given | changes))

    def nominate(self, code: str, **changes: Any) -> Entry:
        """`desk.nominated`, signed by the secretariat."""
        return self.by_node(self.nomination(code, **changes), REGISTER, "office")

    def policy(self, k: int, *witnesses: str) -> bodies.PolicyPublished:
        """The body of a policy of these participants' nodes `main`."""
        nodes = tuple(NodeRef(participant=self.ids[who], node="main") for who in witnesses)
        return bodies.PolicyPublished(k=k, witnesses=nodes)

    def set_policy(self, k: int, *witnesses: str, agreed: Sequence[str] = ()) -> Entry:
        """`policy.published`, signed by both secretariat roots and the entry keys of `agreed`."""
        names = ("register/roots/1", "register/roots/2", *(f"{who}/main/entry" for who in agreed))
        return self.add(self.drafted(self.policy(k, *witnesses), REGISTER), *names)

    def revoke(self, key: str, who: str, *signers: str, since: int | None = None) -> Entry:
        """`key.revoked` for the key of that name."""
        body = bodies.KeyRevoked(fingerprint=self.key(key).public.fingerprint, suspect_since=since)
        return self.add(self.drafted(body, who), *(signers or (f"{who}/roots/1", f"{who}/roots/2")))

    # Checkpoints

    def checkpoint(self, size: int | None = None, *, times: Mapping[str, int] | None = None) -> Note:
        """The log's checkpoint at `size`, cosigned by the witnesses in `times` (participant → Unix seconds)."""
        count = len(self.leaves) if size is None else size
        root = root_of([leaf_hash(leaf) for leaf in self.leaves[:count]])
        note = sign_checkpoint(Checkpoint(self.origin, count, root), [self.key("log")])
        lines = [
            cosign(note.text, name=self.cosigner(who), signer=self.key(f"{who}/main/cosigning"), time=at)
            for who, at in (times or {}).items()
        ]
        return note.with_signatures(lines)

    def cosigner(self, who: str, node: str = "main") -> str:
        """The name a witness signs with."""
        return f"{self.origin}/{self.ids[who]}/{node}"

    def note(self, checkpoint: Note) -> Entry:
        """`checkpoint.noted`."""
        body = bodies.CheckpointNoted(checkpoint=format_note(checkpoint).decode())
        return self.by_node(body, REGISTER, "office")


def small_register(*codes: str, kind: DeskKind = DeskKind.TECHNICAL, **settings: Any) -> RegisterBuilder:
    """A register with these States (XC, XD and XE by default), each with a live desk `duty`, technical by default."""
    registry = RegisterBuilder(**settings)
    registry.open()
    for who in codes or ("XC", "XD", "XE"):
        registry.admit(who)
        registry.set_up(who)
        registry.publish_desk(who, "duty", kind)
        registry.publish_node(who, "duty")
        registry.publish_resources(who, who)
    return registry
