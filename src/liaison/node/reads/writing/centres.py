"""What does one need to know of a contact centre before writing or telephoning?

    card = desk_card(node, register, entry)     names, kinds, languages, expected answer, who hosts it, its contact part
    card.local_time(now)                        11:02 there, if the contact part names a zone

Invariants: what is shown as contact comes from record parts that hash to what the log names; a part of another
audience, or one not fetched yet, shows as withheld, never as "no telephone".
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.log.parts import read_parts
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.letter_boxes import ReachedBy, reached_by
from liaison.node.reads.register import directory
from liaison.node.unit_of_work import reading
from liaison.register import records
from liaison.register.lookup import DeskEntry, Directory
from liaison.register.vocabulary import DeskKind, ParticipantType

PROVIDER = ParticipantType.PROVIDER
ZONES = zoneinfo.available_timezones()


@dataclass(frozen=True, slots=True)
class DeskCard:
    """A desk as the directory has it, with what its owner lets this node read of it."""

    entry: DeskEntry
    host: str
    """The name of the participant whose node keeps it; empty where it keeps its own."""
    contacts: tuple[records.Contact, ...]
    withheld: int
    warnings: tuple[str, ...]
    title: str
    """Of the register."""
    reports: records.ReportWishes | None
    reached: ReachedBy
    vouched: bool
    """A provider's desk that stands behind the entry of a State or an organisation."""

    @property
    def ref(self) -> DeskRef | None:
        """The desk a message can be sealed to; None for one that is only nominated."""
        if self.entry.participant is None or self.entry.node is None:
            return None
        return DeskRef(self.entry.participant, self.entry.node, self.entry.desk)

    @property
    def code(self) -> str:
        """Its participant's first code, or nothing."""
        return self.entry.codes[0] if self.entry.codes else ""

    @property
    def telephones(self) -> tuple[str, ...]:
        """Every telephone number that may be read here, each once."""
        return tuple(dict.fromkeys(each.telephone for each in self.contacts if each.telephone))

    @property
    def mailbox(self) -> str:
        """The first mailbox that may be read here; empty for none."""
        return next((each.mailbox for each in self.contacts if each.mailbox), "")

    @property
    def zone(self) -> str:
        """The zone its contact part names; empty for one that is not known here."""
        named = next((each.time_zone for each in self.contacts if each.time_zone), "")
        return named if named in ZONES else ""

    def local_time(self, now: datetime) -> datetime | None:
        """The time there."""
        return now.astimezone(zoneinfo.ZoneInfo(self.zone)) if self.zone else None


def desk_card(node: Node, register: str, entry: DeskEntry) -> DeskCard:
    """The card of a row of the directory."""
    return desk_cards(node, register, [entry])[0]


def desk_cards(
    node: Node, register: str, entries: Iterable[DeskEntry], listed: Directory | None = None
) -> list[DeskCard]:
    """The cards of several rows, their parts asked for together; `listed` where the directory is at hand already."""
    rows, found = list(entries), listed or directory(node, register)
    with reading(node):
        held = read_parts(register, [part.digest for entry in rows for part in entry.parts])
    title = register_facts(node, register).globals.title
    cards = []
    for entry in rows:
        contents = [held[part.digest] for part in entry.parts if part.digest in held]
        contacts = tuple(each for each in contents if isinstance(each, records.Contact))
        wishes = next((each for each in contents if isinstance(each, records.ReportWishes)), None)
        host = found.participants.get(entry.hosted_by.participant) if entry.hosted_by else None
        warnings = tuple(sorted(each.value for each in found.name_warnings(entry.name)))
        name = host.labels.name if host is not None else ""
        reached = _reached(node, register, entry)
        withheld = len(entry.parts) - len(contents)
        owner = found.participants.get(entry.participant or "")
        behind = entry.kind is DeskKind.PROVIDER_SECURITY and owner is not None and owner.type is not PROVIDER
        cards.append(DeskCard(entry, name, contacts, withheld, warnings, title, wishes, reached, behind))
    return cards


def _reached(node: Node, register: str, entry: DeskEntry) -> ReachedBy:
    if entry.participant is None or entry.node is None:
        return ReachedBy(False, ())
    return reached_by(node, register, NodeRef(entry.participant, entry.node))


def find_entry(node: Node, register: str, desk: DeskRef) -> DeskEntry:
    """The row of a live desk. Raises UsageError."""
    entry = directory(node, register).desk(desk.participant, desk.desk)
    if entry is None:
        raise UsageError("desk-not-found", participant=desk.participant[:16], desk=desk.desk)
    return entry


def find_entry_by(node: Node, register: str, participant: str, desk: str) -> DeskEntry:
    """The row of a desk of a participant given by the beginning of its id. Raises UsageError."""
    found = directory(node, register)
    named = [name for name in found.participants if len(participant) >= 8 and name.startswith(participant)]
    entry = found.desk(named[0], desk) if len(named) == 1 else None
    if entry is None:
        raise UsageError("desk-not-found", participant=participant[:16], desk=desk)
    return entry
