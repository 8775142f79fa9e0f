"""What does the register look like to a program: look-ups, participants, desks, entries?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from liaison.api.shapes.base import WORDS, Given, Hash, Instant, Told
from liaison.node.reads.explorer import EntryListed, EntryShown
from liaison.node.reads.routing import DeskWords
from liaison.node.reads.writing.centres import DeskCard
from liaison.register.facts import ParticipantState
from liaison.register.lookup import DeskEntry
from liaison.register.vocabulary import DeskKind
from liaison.routing.claims import Desk as RoutedDesk
from liaison.routing.route import Answer

MOST_VALUES = 10_000
LONGEST_VALUE = 2048
Value = Annotated[str, Field(min_length=1, max_length=LONGEST_VALUE, pattern=WORDS)]


class LookUps(Given):
    """Addresses, prefixes, AS numbers, domains or URLs: up to 10,000 of them."""

    values: Annotated[list[Value], Field(min_length=1, max_length=MOST_VALUES)]
    kind: Annotated[DeskKind, Field(strict=False)] = DeskKind.TECHNICAL


class AnsweringDesk(Told):
    """Who answers; without participant and node it is only nominated by letter, or only its code is known."""

    register_id: str
    participant: str | None
    node: str | None
    desk: str
    name: str
    codes: list[str]
    kind: str | None
    status: str
    rehearsal: bool

    @staticmethod
    def of(desk: RoutedDesk, words: DeskWords) -> AnsweringDesk:
        """The shape of a desk that routing named."""
        where = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
        return AnsweringDesk.copied(words, register_id=desk.register, **where)


class LookUp(Told):
    """Who answers for one value and why; `refusal` says why nobody does. Where it is registered is not who did it."""

    value: str
    desk: AnsweringDesk | None
    refusal: str | None
    basis: str
    code: str | None
    ground: str | None
    source: str | None
    date: str | None
    contested: list[AnsweringDesk]

    @staticmethod
    def of(value: str, answer: Answer, words: dict[RoutedDesk, DeskWords]) -> LookUp:
        """The shape of an answer of routing."""
        found = AnsweringDesk.of(answer.desk, words[answer.desk]) if answer.desk else None
        contested = [AnsweringDesk.of(each, words[each]) for each in answer.contested]
        return LookUp.copied(answer, value=value, desk=found, contested=contested)


class LookUpList(Told):
    """One answer a value, in the order they were given."""

    answers: list[LookUp]


class Register(Told):
    """The register of the token's desk as this node holds it."""

    register_id: Hash
    title: str
    origin: str
    rehearsal: bool
    size: int
    trusted_size: int
    checked_at: Instant | None
    stopped: str


class Participant(Told):
    """A participant of the register."""

    id: str
    type: str | None
    name: str
    codes: list[str]
    disputed: bool
    replaces: str | None
    admitted: int
    """The index of the entry that admitted it."""

    @staticmethod
    def of(state: ParticipantState, codes: tuple[str, ...]) -> Participant:
        """The shape of a participant."""
        return Participant.copied(state, name=state.labels.name, codes=list(codes), admitted=state.admitted_index)


class Participants(Told):
    """A page of participants in the order they were admitted; `next` is the cursor of the page after it."""

    participants: list[Participant]
    next: str | None


class Expected(Told):
    """Minutes until an answer may be expected; null promises nothing."""

    routine: int | None
    urgent: int | None
    emergency: int | None


class RegisteredDesk(Told):
    """A contact centre of the register."""

    participant: str | None
    node: str | None
    desk: str
    name: str
    kind: str
    codes: list[str]
    status: str
    rehearsal: bool
    languages: list[str]
    expected: Expected
    hosted_by: str | None
    index: int
    suspect: bool

    @staticmethod
    def of(entry: DeskEntry) -> RegisteredDesk:
        """The shape of a row of the directory."""
        host = entry.hosted_by.participant if entry.hosted_by else None
        return RegisteredDesk.copied(entry, expected=Expected.copied(entry.expected), hosted_by=host)


class RegisteredDesks(Told):
    """A page of contact centres in the order of their entries."""

    desks: list[RegisteredDesk]
    next: str | None


class Contact(Told):
    """What a desk lets this node read of how it is reached."""

    institution: str
    unit: str | None
    mailbox: str | None
    telephone: str | None
    time_zone: str | None
    hours: str | None


class DeskCardShape(Told):
    """A contact centre with its contacts; `withheld` counts the record parts not for this node, or not here."""

    desk: RegisteredDesk
    host: str
    contacts: list[Contact]
    withheld: int
    warnings: list[str]
    local_time: str | None

    @staticmethod
    def of(card: DeskCard, local_time: str | None) -> DeskCardShape:
        """The shape of a card."""
        contacts = [Contact.copied(each) for each in card.contacts]
        return DeskCardShape.copied(card, desk=RegisteredDesk.of(card.entry), contacts=contacts, local_time=local_time)


class LogEntry(Told):
    """One leaf of the log; it came in after `after` and not later than `by`, as far as the log noted times."""

    index: int
    kind: str
    participant: str
    node: str
    verdict: str
    rule: str
    trusted: bool
    after: Instant | None
    by: Instant | None

    @staticmethod
    def of(entry: EntryListed) -> LogEntry:
        """The shape of a leaf in a list."""
        return LogEntry.copied(entry)


class LogEntries(Told):
    """A page of leaves, the oldest first; `next` is there also behind the last one, to go on from later."""

    entries: list[LogEntry]
    next: str


class WholeEntry(Told):
    """One leaf with its words; `leaf` is its hash in the log."""

    entry: LogEntry
    issued: str
    payload: str
    payload_hash: str
    leaf: str
    signers: list[str]

    @staticmethod
    def of(shown: EntryShown) -> WholeEntry:
        """The shape of a whole leaf."""
        return WholeEntry.copied(shown, entry=LogEntry.of(shown.listed))
