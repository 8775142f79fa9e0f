"""How does what lies in a letter box come here, exactly once, whoever is killed in between?

    listed ─► fetched, its hash holds ─► judged and stored, with its receipt ─► the receipt in the outbox ─► ended there

Each step is durable before the next begins. Killed anywhere, the letter is fetched again: a message that is known gets
the receipt it got, a receipt that is known changes nothing.

Invariants (docs/spec/letter-box.md):
- a letter ends at its keeping node only after what it says is durable here;
- one letter that cannot be taken now holds back no other; "not now" leaves it where it lies;
- besides our own letter boxes, nodes where something of ours lies are asked: a receipt may wait there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from liaison.errors import LiaisonError, MalformedError, NotNowError, UsageError, VerificationError
from liaison.keys.sealing import open_sealed
from liaison.messages.letter_box import Kind, Letter, State
from liaison.messages.lifecycle import IN_OUTBOX
from liaison.messages.parties import DeskRef, NodeRef
from liaison.messages.receipts import Obtained, decode_receipt
from liaison.node.models import AttachmentRow, Delivery, GivenReceipt, HostedNode, LeftLetter, OwnDesk, OwnLetterBox
from liaison.node.node import Node
from liaison.node.reads.memory import own_memory
from liaison.node.reads.own import setting
from liaison.node.services.letterbox.keeper import LetterBox, own_box
from liaison.node.services.line.receipts import take_receipt
from liaison.node.services.line.receiving import Arrival, receive_message
from liaison.node.services.line.resealing import lost_key
from liaison.node.unit_of_work import READ_ONLY, after_commit, reading, unit_of_work
from liaison.node.work import outbox
from liaison.node.work.outbox import Work

log = logging.getLogger("liaison.letterbox")

LONGEST_ROUND = 60.0
"""Seconds after which a round at one letter box ends; the next goes on."""
_reached: dict[tuple[str, str, NodeRef, NodeRef], int] = {}
"""The number behind which it goes on, so that letters which nobody can take never hide those behind them."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What a round brought: letters that were taken, and those that could not be taken now."""

    taken: int
    left: int


def collect_all(node: Node) -> Collected:
    """Ask every letter box in turn; one that fails holds back no other."""
    taken = left = 0
    if setting(node, READ_ONLY):  # A restored node takes nothing in this way before its operator lets it.
        return Collected(0, 0)
    for register, own, by in _boxes(node):
        try:
            found = collect(node, own_box(node, register, own, by))
        except LiaisonError as error:
            log.warning("a letter box was not asked: %s", error.code)
            _note(node, register, own, by, error=error.code)
        else:
            taken, left = taken + found.taken, left + found.left
    return Collected(taken, left)


def collect(node: Node, box: LetterBox) -> Collected:
    """Take what lies at one letter box. Raises UnreachableError, MalformedError, NotNowError for the whole of it."""
    began, at = node.clock.monotonic(), node.clock.now()
    taken = left = 0
    place = (node.database, box.register, box.own, box.by)
    first = _reached.get(place, 0)
    after: int | None = first
    while after is not None and node.clock.monotonic() - began < LONGEST_ROUND:
        page = box.page(after)
        for letter in page.letters:
            done = _take(node, box, letter)
            taken, left = taken + done, left + (not done)
        after = page.next
    _reached[place] = after or 0
    empty = at if after is None and not left and not first else None
    _note(node, box.register, box.own, box.by, asked=at, emptied=empty)
    return Collected(taken, left)


def _take(node: Node, box: LetterBox, letter: Letter) -> bool:
    """Whether the letter is durable here and ended there."""
    try:
        if not _TAKE[letter.kind](node, box, letter):
            return False
        box.end(letter.number)
    except (MalformedError, NotNowError, UsageError, VerificationError) as error:
        log.warning("a %s in a letter box waits: %s", letter.kind.value, error.code)
        return False
    return True


def _take_message(node: Node, box: LetterBox, letter: Letter) -> bool:
    sealed = box.fetch(letter)
    desk = _opening_desk(node, box, sealed)
    arrival = Arrival(
        sealed=sealed,
        register=box.register,
        participant=desk.participant,
        desk=desk.desk,
        way="letterbox",
        from_participant=letter.sender.participant,
        from_node=letter.sender.node,
    )
    _send_back(node, receive_message(node, arrival=arrival), brought_by=letter.sender)
    return True


def _opening_desk(node: Node, box: LetterBox, sealed: bytes) -> DeskRef:
    """The desk whose key opens it; one of the others where none does, which then says so in its receipt.

    Raises NotNowError while a desk's own key is not here, UsageError where there is no desk.
    """
    desks = _own_desks(node, box)
    if not desks:
        raise UsageError("desk-not-here", desk="")
    for desk in desks:
        try:
            open_sealed(sealed, own_memory(node).openers(box.register, desk))
        except (MalformedError, VerificationError):
            continue
        return desk
    missing = next((desk for desk in desks if lost_key(node, box.register, desk)), None)
    if missing is not None:
        raise NotNowError("sealing-key-not-here", desk=missing.desk)
    return desks[0]


def _send_back(node: Node, data: bytes, *, brought_by: NodeRef) -> None:
    """Put the receipt on its way to who sent the message, unless it is."""
    signed = decode_receipt(data)
    to = signed.receipt.to.at if signed.receipt.to is not None else brought_by
    with unit_of_work(node):
        given = GivenReceipt.objects.filter(receipt_hash=signed.receipt_hash).order_by("pk").first()
        if given is not None and not Delivery.objects.filter(receipt=given).exists():
            outbox.put_work(node, Work.RECEIPT, given.pk, register=signed.receipt.register, at=to, leased=False)
            after_commit(node.waker.wake)


def _take_receipt(node: Node, box: LetterBox, letter: Letter) -> bool:
    sealed = box.fetch(letter)
    for desk in _own_desks(node, box):
        try:
            data = open_sealed(sealed, own_memory(node).openers(box.register, desk))
        except (MalformedError, VerificationError):
            continue
        take_receipt(node, data, way=Obtained.LETTER_BOX)
        return True
    return False


def _take_attachment(node: Node, box: LetterBox, letter: Letter) -> bool:
    """Its message has it fetched; here it only ends where that is done."""
    with reading(node):
        return AttachmentRow.objects.filter(
            sealed=letter.sealed,
            state="held",
            incoming__register=box.register,
            incoming__participant=box.own.participant,
            incoming__node=box.own.node,
        ).exists()


def _own_desks(node: Node, box: LetterBox) -> list[DeskRef]:
    with reading(node):
        rows = OwnDesk.objects.filter(register=box.register, participant=box.own.participant, node=box.own.node)
        return [DeskRef(row.participant, row.node, row.desk) for row in rows.order_by("desk")]


def _boxes(node: Node) -> list[tuple[str, NodeRef, NodeRef]]:
    """Register, own node and keeping node of every letter box that may hold something for us."""
    with reading(node):
        own = [
            (row.register, NodeRef(row.participant, row.node), NodeRef(row.by_participant, row.by_node))
            for row in OwnLetterBox.objects.order_by("since", "by_participant", "by_node")
        ]
        waiting = LeftLetter.objects.filter(
            kind=Kind.MESSAGE.value,
            state__in=(State.KEPT.value, State.FETCHED.value),
            copy__state__in=[state.value for state in IN_OUTBOX],
        )
        answers = {
            (row.register, NodeRef(row.copy.message.participant, row.copy.message.node), _by(row))
            for row in waiting.select_related("copy__message")
        }
        ours = set(HostedNode.objects.values_list("register", "participant", "node"))
    asked = list(dict.fromkeys([*own, *sorted(answers)]))
    return [each for each in asked if (each[0], each[1].participant, each[1].node) in ours]


def _by(row: LeftLetter) -> NodeRef:
    return NodeRef(row.by_participant, row.by_node)


def _note(
    node: Node,
    register: str,
    own: NodeRef,
    by: NodeRef,
    *,
    asked: datetime | None = None,
    emptied: datetime | None = None,
    error: str = "",
) -> None:
    """How it went, where it is a letter box of ours."""
    rows = OwnLetterBox.objects.filter(
        register=register,
        participant=own.participant,
        node=own.node,
        by_participant=by.participant,
        by_node=by.node,
    )
    changed: dict[str, object] = {"last_error": error[:64]}
    changed |= {"asked_at": asked} if asked is not None else {}
    changed |= {"emptied_at": emptied} if emptied is not None else {}
    with unit_of_work(node):
        rows.update(**changed)


_TAKE: dict[Kind, Callable[[Node, LetterBox, Letter], bool]] = {
    Kind.MESSAGE: _take_message,
    Kind.RECEIPT: _take_receipt,
    Kind.ATTACHMENT: _take_attachment,
}
