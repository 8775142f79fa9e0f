"""What does a program read of the register: participants, contact centres, entries, and what proves them?

    for desk in node.register.desks(code="XD"): …
    entries, place = node.register.entries(place)             what is new since `place`, which is kept for the next time

Invariants: what no quorum of witnesses stands behind says so (`trusted`); checkpoint and proof are bytes, to be checked
without the node (docs/verifying.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from liaison.client.asking import Asker


class Register(msgspec.Struct, frozen=True):
    """The register of the token's desk as its node holds it."""

    register_id: str
    title: str
    origin: str
    rehearsal: bool
    size: int
    trusted_size: int
    checked_at: str | None
    stopped: str


class Participant(msgspec.Struct, frozen=True):
    """A participant of the register."""

    id: str
    type: str | None
    name: str
    codes: list[str]
    disputed: bool
    admitted: int


class RegisteredDesk(msgspec.Struct, frozen=True):
    """A contact centre of the register; without participant and node it is nominated by letter."""

    participant: str | None
    node: str | None
    desk: str
    name: str
    kind: str
    codes: list[str]
    status: str
    languages: list[str]
    hosted_by: str | None
    suspect: bool


class Contact(msgspec.Struct, frozen=True):
    """What a contact centre lets this node read of how it is reached."""

    institution: str
    unit: str | None
    mailbox: str | None
    telephone: str | None
    time_zone: str | None
    hours: str | None


class DeskCard(msgspec.Struct, frozen=True):
    """A contact centre with its contacts; `withheld` counts the parts that are not for this node, or not here."""

    desk: RegisteredDesk
    host: str
    contacts: list[Contact]
    withheld: int
    warnings: list[str]
    local_time: str | None


class LogEntry(msgspec.Struct, frozen=True):
    """One leaf of the log."""

    index: int
    kind: str
    participant: str
    node: str
    verdict: str
    rule: str
    trusted: bool
    after: str | None
    by: str | None


class WholeEntry(msgspec.Struct, frozen=True):
    """One leaf with its words; `leaf` is its hash in the log."""

    entry: LogEntry
    issued: str
    payload: str
    payload_hash: str
    leaf: str
    signers: list[str]


class _Participants(msgspec.Struct, frozen=True):
    participants: list[Participant]
    next: str | None


class _Desks(msgspec.Struct, frozen=True):
    desks: list[RegisteredDesk]
    next: str | None


class _Entries(msgspec.Struct, frozen=True):
    entries: list[LogEntry]
    next: str


class RegisterReader:
    """The register through one node."""

    def __init__(self, node: Asker) -> None:
        self._node = node

    def about(self) -> Register:
        """Its name, and up to which entry a quorum of witnesses stands behind it."""
        return self._node.read("/register", Register)

    def checkpoint(self) -> bytes:
        """The largest checkpoint with a quorum, a signed note (C2SP tlog-checkpoint)."""
        return self._node.ask("GET", "/register/checkpoint")

    def participants(self) -> Iterator[Participant]:
        """Who takes part, in the order they were admitted."""
        for page in self._node.pages("/register/participants", _Participants):
            yield from page.participants

    def participant(self, participant: str) -> Participant:
        """One participant by its whole id."""
        return self._node.read(f"/register/participants/{quote(participant)}", Participant)

    def desks(self, **wanted: str) -> Iterator[RegisteredDesk]:
        """Contact centres; `words`, `kind`, `participant` or `code` leave those that fit."""
        for page in self._node.pages("/register/desks", _Desks, wanted):
            yield from page.desks

    def desk(self, participant: str, desk: str) -> DeskCard:
        """One contact centre with mailbox, telephone, hours and local time as far as this node may read them."""
        return self._node.read(f"/register/desks/{quote(participant)}/{quote(desk)}", DeskCard)

    def entries(self, place: str = "", **wanted: str) -> tuple[list[LogEntry], str]:
        """Up to a hundred entries from a place on, and the place to ask from next; `since`, `kind`, `participant`."""
        found = self._node.read("/register/entries", _Entries, {**wanted, "cursor": place})
        return found.entries, found.next

    def entry(self, index: int) -> WholeEntry:
        """One entry with its words and signers."""
        return self._node.read(f"/register/entries/{index}", WholeEntry)

    def proof(self, index: int) -> bytes:
        """A proof that the entry stands in the log, for anybody to check."""
        return self._node.ask("GET", f"/register/entries/{index}/proof")
