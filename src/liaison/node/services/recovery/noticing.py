"""Is this node older than what others saw of it? It asks them, and closes itself when its own signature says so.

    compare_with_peers(node)                            a job: a few peers a turn, those asked longest ago first
    judge_own_line(node, register, note, checkpoint)    with every checkpoint that a mirror gives

A database file put back by hand, a machine set back to a snapshot, a standby that had not received everything: the node
starts as if nothing had happened, and would give numbers and receipts twice.

Invariants (docs/adr/0018):
- only what this node itself signed in its present epoch and does not have closes it; a peer's word, its silence or its
  refusal closes nothing, and neither does what was lost before a restore;
- what is signed here is durable before it leaves, so nothing on its way is ever taken for forgotten;
- a closed node begins a fresh epoch at once, and waits for its operator as a restored one does.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from liaison.errors import LiaisonError
from liaison.keys.public import Purpose
from liaison.messages.dealings import Dealing
from liaison.messages.message import open_message
from liaison.messages.receipts import decode_receipt
from liaison.node.log.views import RowsView
from liaison.node.models import Epoch, HeldKey, IncomingCopy, LostMessage, Setting, TakenReceipt, WitnessedHead
from liaison.node.node import Node
from liaison.node.reads.own import setting
from liaison.node.services.alarms import raise_alarm
from liaison.node.services.recovery.asking import Talk
from liaison.node.services.recovery.inquiries import CLOCKS_MAY_DIFFER, Between, begin_inquiries, other_nodes
from liaison.node.services.recovery.taking_in import open_own, unknown_messages, unknown_receipts
from liaison.node.services.setup import begin_epoch, set_setting
from liaison.node.unit_of_work import READ_ONLY, catching_up, close_for_writing, reading, unit_of_work
from liaison.node.work import circuit
from liaison.node.work.statements import fetch
from liaison.register.law.quorums import cosigner_name
from liaison.tlog.checkpoint import Checkpoint
from liaison.tlog.cosignature import cosigner_key, verify_cosignature
from liaison.wire.envelope import encode_envelope
from liaison.wire.identifiers import digest, format_instant, parse_instant
from liaison.wire.note import Note

MOST_AT_ONCE = 32
COMPARED = "compared-"
NEVER = ""

log = logging.getLogger("liaison.recovery")


@dataclass(frozen=True, slots=True)
class Mark:
    """When a peer was last asked, by our clock, and up to when both agreed on either side, by the peer's; instants."""

    asked: str = NEVER
    received: str = NEVER
    sent: str = NEVER


def compare_with_peers(node: Node) -> int:
    """Ask the peers whose turn it is whether they hold something of ours that we do not; how many answered."""
    answered = 0
    for between in _whose_turn(node):
        if setting(node, READ_ONLY):
            break
        answered += _compare(node, between)
    return answered


def _whose_turn(node: Node) -> list[Between]:
    with reading(node):
        shut = circuit.open_peers(node.clock.now())
    peers = [between for between in other_nodes(node) if between.peer not in shut]
    return sorted(peers, key=lambda each: (_mark(node, each).asked, each.peer))[:MOST_AT_ONCE]


def _compare(node: Node, between: Between) -> bool:
    """Ask one peer; whether it answered."""
    before, known = _mark(node, between), _known(node, between)
    asked = format_instant(node.clock.now().replace(microsecond=0))
    answered = True
    try:
        if (proof := _forgotten(node, Talk(node, between), before)) is not None:
            subject, evidence = proof
            close_older(node, between.register, subject=subject, evidence=evidence)
        mark = Mark(asked, known.received or before.received, known.sent or before.sent)
    except LiaisonError as error:
        log.info("not compared with %s: %s", between.peer.participant[:16], error.code)
        mark, answered = Mark(asked, before.received, before.sent), False
    with catching_up(), unit_of_work(node):
        set_setting(_name(between), " ".join((mark.asked, mark.received or "-", mark.sent or "-")))
    return answered


def _forgotten(node: Node, talk: Talk, before: Mark) -> tuple[str, bytes] | None:
    """Something that we signed in this epoch and do not have: its hash and its bytes."""
    between = talk.between
    with reading(node):
        epoch = Epoch.objects.order_by("-begun_at", "-value")[0]
    for page in talk.pages("received", _since(before.received, epoch)):
        for each in unknown_receipts(node, between, page):
            if parse_instant(each.signed.receipt.received) >= epoch.begun_at:
                return each.signed.receipt_hash, each.data
    for page in talk.pages("sent", _since(before.sent, epoch)):
        for dealing in unknown_messages(node, between, page):
            if dealing.epoch == epoch.value and not _known_lost(node, dealing):
                sealed = talk.copy(dealing.message)
                signed = open_own(node, between, dealing.message, dealing.sender, sealed)
                return dealing.message, encode_envelope(signed.envelope)
    return None


def _since(agreed: str, epoch: Epoch) -> datetime:
    floor: datetime = epoch.begun_at.replace(microsecond=0) - CLOCKS_MAY_DIFFER
    return max(floor, parse_instant(agreed)) if agreed else floor


def _known_lost(node: Node, dealing: Dealing) -> bool:
    with reading(node):
        return bool(LostMessage.objects.filter(message_hash=dealing.message).exists())


def _known(node: Node, between: Between) -> Mark:
    """Up to when we know what passed, by the clock of the peer: what is later there must be new to us or forgotten."""
    own, peer = between.own, between.peer
    with reading(node):
        came = IncomingCopy.objects.filter(
            register=between.register,
            from_participant=peer.participant,
            from_node=peer.node,
            participant=own.participant,
            node=own.node,
        )
        taken = TakenReceipt.objects.filter(
            copy__register=between.register,
            copy__participant=peer.participant,
            copy__node=peer.node,
            copy__message__participant=own.participant,
            copy__message__node=own.node,
        )
        last, receipt = came.order_by("-pk").first(), taken.order_by("-pk").first()
    composed = open_message(bytes(last.plaintext)).core.composed if last is not None else NEVER
    return Mark(NEVER, composed, decode_receipt(bytes(receipt.receipt)).receipt.received if receipt else NEVER)


def _mark(node: Node, between: Between) -> Mark:
    told = setting(node, _name(between))
    return Mark(*(NEVER if each == "-" else each for each in told.split(" "))) if told else Mark()


def _name(between: Between) -> str:
    own, peer = between.own, between.peer
    place = (between.register, own.participant, own.node, peer.participant, peer.node)
    return COMPARED + digest(" ".join(place).encode("ascii"))[:40]


def judge_own_line(node: Node, register: str, note: Note, checkpoint: Checkpoint) -> None:
    """Close the node if its own witness signed this checkpoint in this epoch and does not remember one as large."""
    with reading(node):
        columns = ("participant", "node", "fingerprint")
        held = fetch(HeldKey, columns, register=register, purpose=Purpose.COSIGNING.value)
        if not held:
            return
        head = WitnessedHead.objects.filter(register=register).first()
        epoch = Epoch.objects.order_by("-begun_at", "-value")[0]
        facts = [RowsView(register, pending=True).key(fingerprint) for *_, fingerprint in held]
    if head is not None and checkpoint.size <= head.size:
        return
    for (participant, at, _), fact in zip(held, facts, strict=True):
        name = cosigner_name(checkpoint.origin, participant, at)
        if fact is not None and _signed_at(note, cosigner_key(name, fact.key)) >= epoch.begun_at.timestamp():
            close_older(node, register, subject=str(checkpoint.size), evidence=note.text.encode())


def _signed_at(note: Note, key: object) -> float:
    """When the holder of the key cosigned this note, in seconds since 1970; long ago if it did not."""
    for line in note.signatures:
        try:
            return float(verify_cosignature(note.text, line, key).time)  # type: ignore[arg-type]
        except LiaisonError:
            continue
    return float("-inf")


def close_older(node: Node, register: str, *, subject: str, evidence: bytes) -> None:
    """Begin a fresh epoch, close the node for writing and say why; nothing if it is closed already."""
    with catching_up(), unit_of_work(node):
        if Setting.objects.filter(name=READ_ONLY).exists():
            return
        begin_epoch(node, reason="older")
        close_for_writing(node, format_instant(node.clock.now().replace(microsecond=0)))
        begin_inquiries(node, _compared_since())
        raise_alarm(node, register, "node-older", subject=subject, evidence=evidence)
    log.critical("this node is older than what others hold of it: it is open for reading only")


def _compared_since() -> datetime | None:
    """When every peer that was ever asked had been asked: nothing before that is missing. None if that is not known."""
    marks = Setting.objects.filter(name__startswith=COMPARED).values_list("value", flat=True)
    return min((parse_instant(value.split(" ")[0]) for value in marks), default=None)
