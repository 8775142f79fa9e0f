"""What happens to sealed bytes that arrived for a desk of this node, by whatever way?

In this order (docs/spec/outbox.md): (1) they are opened and parsed; (2) judged by the trusted state of now, where what
was receipted before gets the same receipt; (3) stored together with the signed receipt in one transaction; (4) what is
not here yet, the log or an attachment, is asked for. While the disk is nearly full nothing new is stored; what is known
gets its receipt.

Invariants: nothing is receipted before it is durable; a receipt once given never changes, whatever seal or way brings
the message again; "not now" leaves no trace; bytes that are not authentic are remembered by their own hash only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError

from liaison.errors import LiaisonError, MalformedError, NotNowError, UsageError, VerificationError
from liaison.keys.public import Purpose
from liaison.keys.sealing import open_sealed
from liaison.messages.forms import find_form
from liaison.messages.inbox import Judgement, Reason, judge, reason_of
from liaison.messages.message import ReceivedMessage, open_message
from liaison.messages.parties import DeskRef, NodeRef
from liaison.messages.receipts import (
    Circumstances,
    Receipt,
    first_receipt,
    hash_receipt,
    sign_receipt,
    unopened_receipt,
)
from liaison.node.models import GivenReceipt, IncomingCopy
from liaison.node.node import Node
from liaison.node.reads.facts import RegisterFacts, register_facts
from liaison.node.reads.judging import first_copy, judge_context
from liaison.node.reads.memory import own_memory
from liaison.node.services.conduct.citing import note_cited
from liaison.node.services.conduct.measured.noting import note_measured
from liaison.node.services.cooperation.projecting import note_request
from liaison.node.services.escalation.keeping import begin, note_exercise_over
from liaison.node.services.evidence.arriving import note_evidence
from liaison.node.services.feeds.tracking import note_answer, note_report
from liaison.node.services.inside.between.told import note_heard
from liaison.node.services.line.attachments import attachment_rows, hold_blobs
from liaison.node.services.line.cases import begin_case, open_case
from liaison.node.services.line.catching_up import catch_up
from liaison.node.services.line.progress import note_acknowledgement
from liaison.node.services.line.resealing import lost_key
from liaison.node.services.line.standing import give_again, recovered_receipts
from liaison.node.services.programs.events import tell_received
from liaison.node.unit_of_work import after_commit, reading, unit_of_work
from liaison.node.work import outbox
from liaison.node.work.group_commit import all_in_group, in_group
from liaison.node.work.outbox import Work
from liaison.node.work.statements import add
from liaison.wire.identifiers import digest, format_instant

RACES_LOST_AT_MOST = 3
NOBODY = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Sealed bytes for a desk; `from_participant` and `from_node` say who brought them, empty by file."""

    sealed: bytes
    register: str
    participant: str
    desk: str
    way: str
    from_participant: str = NOBODY
    from_node: str = NOBODY

    @property
    def sealed_hash(self) -> str:
        """What an unopened message is named by."""
        return digest(self.sealed)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where and when it is received: looked up once."""

    facts: RegisterFacts
    desk: DeskRef
    sealed_hash: str
    now: datetime

    def circumstances(self) -> Circumstances:
        return Circumstances(
            by=self.desk.at,
            sealed=self.sealed_hash,
            received=format_instant(self.now),
            checkpoint=self.facts.checkpoint,
        )


@dataclass(frozen=True, slots=True)
class Given:
    """A receipt that was signed and written down, with the key of its row."""

    key: int
    receipt: bytes


def receive_message(node: Node, *, arrival: Arrival) -> bytes:
    """The signed receipt for what arrived, durable with the message. Raises UsageError, NotNowError."""
    desk = _own_desk(node, arrival)
    for _ in range(RACES_LOST_AT_MOST):
        # Another process stores the same message, or begins the same case, at the same moment: then it is known.
        with suppress(IntegrityError):
            return _receive(node, arrival, desk)
    return _receive(node, arrival, desk)


def receive_messages(node: Node, arrivals: Sequence[Arrival]) -> list[bytes | Exception]:
    """The same for several that came together, in one commit; the receipt of each, or what `receive_message` raises."""
    keepers: dict[int, Callable[[], bytes]] = {}
    for number, arrival in enumerate(arrivals):
        with suppress(LiaisonError):  # Said below, when it is received by itself.
            _, keepers[number] = _opened(node, arrival, _own_desk(node, arrival))
    done = {
        number: entry.result
        for number, entry in zip(keepers, all_in_group(node, list(keepers.values())), strict=True)
        if entry.error is None
    }
    return [done.get(number) or _received_alone(node, arrival) for number, arrival in enumerate(arrivals)]


def _received_alone(node: Node, arrival: Arrival) -> bytes | Exception:
    try:
        return receive_message(node, arrival=arrival)
    except Exception as error:  # noqa: BLE001 — each has its own answer.
        return error


def _own_desk(node: Node, arrival: Arrival) -> DeskRef:
    memory = own_memory(node)
    memory.require_writable()
    desk = memory.own_desk(arrival.register, arrival.participant, arrival.desk)
    if desk is None:
        raise UsageError("desk-not-here", desk=arrival.desk)
    return desk


def _receive(node: Node, arrival: Arrival, desk: DeskRef) -> bytes:
    """(1) to (4), on PostgreSQL possibly beside others that do the same."""
    try:
        message, keep = _opened(node, arrival, desk)
    except (MalformedError, VerificationError) as error:
        # A key destroyed since opens nothing any more, and the first verdict still stands.
        known = _receipt_of_bytes(node, arrival, desk)
        if known is None and isinstance(error, VerificationError) and lost_key(node, arrival.register, desk):
            raise NotNowError("sealing-key-not-here", desk=desk.desk) from error
        return known or _refuse_unopened(node, arrival, _place(node, arrival, desk), reason_of(error))
    try:
        return in_group(node, keep)
    except NotNowError as error:
        size = message.core.composed_under.size
        if error.code != "mirror-behind" or not catch_up(node, arrival.register, message.core.sender.at, size=size):
            raise
    return in_group(node, keep)


def _opened(node: Node, arrival: Arrival, desk: DeskRef) -> tuple[ReceivedMessage, Callable[[], bytes]]:
    """(1), and what does (2) and (3) inside a unit of work. Raises MalformedError, VerificationError."""
    plaintext = open_sealed(arrival.sealed, own_memory(node).openers(arrival.register, desk))
    message = open_message(plaintext)
    return message, lambda: _judge_and_store(node, arrival, _place(node, arrival, desk), message, plaintext)


def _place(node: Node, arrival: Arrival, desk: DeskRef) -> _Place:
    return _Place(register_facts(node, arrival.register), desk, arrival.sealed_hash, node.clock.now())


def _receipt_of_bytes(node: Node, arrival: Arrival, desk: DeskRef) -> bytes | None:
    """The receipt that exactly these sealed bytes got before."""
    with reading(node):
        rows = GivenReceipt.objects.filter(
            participant=desk.participant, node=desk.node, sealed_hash=arrival.sealed_hash, n=0
        )
        known = list(rows.values_list("incoming__desk", "to_participant", "to_node", "receipt"))
    by = (arrival.from_participant, arrival.from_node)
    found = (bytes(data) for own, *to, data in known if own == desk.desk or (own is None and tuple(to) == by))
    return next(found, None)


def _refuse_unopened(node: Node, arrival: Arrival, place: _Place, reason: str) -> bytes:
    receipt = unopened_receipt(arrival.register, reason, place.circumstances())
    with unit_of_work(node):
        known = GivenReceipt.objects.filter(
            incoming=None,
            participant=place.desk.participant,
            node=place.desk.node,
            sealed_hash=place.sealed_hash,
            to_participant=arrival.from_participant,
            to_node=arrival.from_node,
        ).first()
        if known is not None:
            return bytes(known.receipt)
        node.storage.require_room()
        to = NodeRef(arrival.from_participant, arrival.from_node)
        return give_receipt(node, receipt, to=to, incoming=None).receipt


def _judge_and_store(node: Node, arrival: Arrival, place: _Place, message: ReceivedMessage, plaintext: bytes) -> bytes:
    """(2), (3), inside a unit of work. Raises NotNowError when this node must sync first."""
    stood = recovered_receipts(message, place.desk)
    context = judge_context(message, place.facts, place.desk, place.now, stood=stood)
    judgement = judge(message, context)
    if judgement.replay:
        return _known_receipt(message, place.desk)
    if not judgement.authentic:
        # A forgery is remembered by its bytes alone: nothing it claims becomes a row under another's name.
        return _refuse_unopened(node, arrival, place, judgement.reason or "not-authentic")
    reused = context.known_message is not None or context.stood == Reason.ID_REUSED
    if reused and (again := _reused_before(message, place.desk)) is not None:
        return again
    node.storage.require_room(len(arrival.sealed))
    if message.core.attachments:
        hold_blobs()
    incoming = _store(arrival, place, message, plaintext, judgement, reused=reused)
    held = _held(node, message) if judgement.accepted else frozenset()
    if stood:
        first = give_again(stood, message, incoming)
    else:
        receipt = first_receipt(message, judgement.reason, place.circumstances(), attachments=held)
        first = give_receipt(node, receipt, to=message.core.sender.at, incoming=incoming).receipt
    if judgement.accepted:
        _take_in(node, place, message, incoming, held=held, begun=context.case is not None)
    return first


def _known_receipt(message: ReceivedMessage, desk: DeskRef) -> bytes:
    return bytes(GivenReceipt.objects.get(incoming=first_copy(message, desk), n=0).receipt)


def _reused_before(message: ReceivedMessage, desk: DeskRef) -> bytes | None:
    """The rejection that this other text under a taken identifier got before."""
    row = IncomingCopy.objects.filter(
        message_id=message.core.id,
        message_hash=message.message_hash,
        participant=desk.participant,
        node=desk.node,
        desk=desk.desk,
    ).first()
    return bytes(row.receipts.get(n=0).receipt) if row is not None else None


def _store(
    arrival: Arrival,
    place: _Place,
    message: ReceivedMessage,
    plaintext: bytes,
    judgement: Judgement,
    *,
    reused: bool,
) -> int:
    core, copy = message.core, message.copy
    return add(
        IncomingCopy,
        register=core.register,
        from_participant=core.sender.participant,
        from_node=core.sender.node,
        from_desk=core.sender.desk,
        message_id=core.id,
        participant=place.desk.participant,
        node=place.desk.node,
        desk=place.desk.desk,
        case=core.case,
        epoch=copy.epoch,
        seq=copy.seq,
        core_hash=message.core_hash,
        message_hash=message.message_hash,
        sealed_hash=place.sealed_hash,
        plaintext=plaintext,
        form=core.form,
        urgency=core.urgency,
        verdict="accepted" if judgement.accepted else "rejected",
        reason=judgement.reason or "",
        notes=sorted(judgement.notes),
        way=arrival.way,
        reused=reused,
        owed=judgement.accepted and find_form(core.form, core.form_version).owed,
        received_at=place.now,
    )


def _held(node: Node, message: ReceivedMessage) -> frozenset[str]:
    """The attachments that are durable here already: they came in the same file."""
    return frozenset(each.sealed for each in message.core.attachments if node.blobs.has(each.sealed))


def _take_in(
    node: Node,
    place: _Place,
    message: ReceivedMessage,
    incoming: int,
    *,
    held: frozenset[str],
    begun: bool,
) -> None:
    """What an accepted message sets going: its case, its attachments, the copy that it acknowledges."""
    enter = open_case if begun else begin_case
    enter(message.core, message.fields, place.desk, place.now)
    note_acknowledgement(message.core, place.desk, place.now)
    note_heard(node, message.core, message.fields, place.desk)
    note_report(message.core, message.core_hash, message.fields, own=place.desk, at=place.now)
    note_cited(message.core, message.fields, own=place.desk, at=place.now)
    note_answer(message.core, message.fields, own=place.desk, seq=message.copy.seq)
    note_request(node, message.core, place.desk, place.now)
    note_measured(message.core, message.core_hash, message.fields, own=place.desk, now=place.now)
    note_evidence(message.core, incoming)
    note_exercise_over(message.core, message.fields, place.desk, place.now)
    tell_received(message.core, place.desk, place.now)
    if find_form(message.core.form, message.core.form_version).owed:
        begin(node, message.core, incoming, place.desk, place.now)
    for row in attachment_rows(message.core.attachments, incoming_id=incoming, state="wanted"):
        if row.sealed in held:
            row.state = "held"
        elif row.sealed_size > node.config.attachments.fetched_at_once:
            row.state = "on-demand"
        row.save()
        if row.state == "wanted":
            at = message.core.sender.at
            outbox.put_work(node, Work.FETCH, row.pk, register=message.core.register, at=at, leased=False)
            after_commit(node.waker.wake)


def give_receipt(node: Node, receipt: Receipt, *, to: NodeRef, incoming: int | None) -> Given:
    """Sign a receipt and write it down for good, inside a unit of work; `incoming` is the key of what it is for."""
    by = receipt.by
    signer = own_memory(node).signer(Purpose.MESSAGE, receipt.register, by)
    data = sign_receipt(receipt, signer)
    key = add(
        GivenReceipt,
        incoming_id=incoming,
        register=receipt.register,
        participant=by.participant,
        node=by.node,
        to_participant=to.participant,
        to_node=to.node,
        sealed_hash=receipt.sealed,
        n=receipt.n,
        receipt_hash=hash_receipt(receipt),
        receipt=data,
        given_at=node.clock.now(),
    )
    return Given(key, data)
