"""What does this node do with sealed bytes that somebody leaves for another node?

    note = leave_letter(node, deposit, data)        durable when it returns; the signed note says until when
    page = letters_for(node, register, by, owner, after=0)
    end_letter(node, …)                             fetched: the bytes go, what became of them is remembered

In this order (docs/spec/letter-box.md): (1) this installation is the keeping node and the operator agreed to keep for
the owner; a receipt may also be left for whoever left a letter here for the one that leaves it; (2) what is kept
already gets its note; (3) quota, of the owner and of each sender; (4) room on the disk; (5) stored, then noted.

Invariants: nothing is noted before it is durable; nobody learns of a letter but its owner and its sender; who is not
agreed for learns the same as where no letter box is; a full letter box is "not now" and leaves no trace.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import Count, Q, Sum

from liaison.errors import NotNowError, UsageError
from liaison.keys.public import Purpose
from liaison.messages.letter_box import MOST_ON_A_PAGE, KeptNote, Kind, Left, Letter, Page, State, Terms, sign_note
from liaison.messages.parties import NodeRef
from liaison.node.models import KeptLetter
from liaison.node.models.ways.letter_box import LIVE
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.reads.own import setting
from liaison.node.services.line.attachments import remove_unnamed, source_of_kept
from liaison.node.unit_of_work import READ_ONLY, reading, unit_of_work
from liaison.wire.identifiers import format_instant

ONE_SENDER = 4
"""A participant fills at most one part in so many of a letter box, so that a flood leaves room for the others."""

ARRIVING = "arriving"


@dataclass(frozen=True, slots=True)
class Deposit:
    """What is left, by whom and for whom; `size` in bytes."""

    left: Left
    size: int

    @property
    def place(self) -> dict[str, str]:
        """The columns that name owner, sender and bytes."""
        left = self.left
        return {
            "register": left.register,
            "by_participant": left.by.participant,
            "by_node": left.by.node,
            "participant": left.owner.participant,
            "node": left.owner.node,
            "from_participant": left.sender.participant,
            "from_node": left.sender.node,
            "sealed": left.sealed,
        }


def terms_for(node: Node, register: str, owner: NodeRef) -> Terms | None:
    """How much is kept for a node; None for one that the operator did not agree to keep for."""
    config = node.config.letter_box
    state = register_facts(node, register).participant(owner.participant)
    if owner.participant not in config.keeps_for or state is None or owner.node not in state.nodes:
        return None
    return Terms(config.letters, config.mebibytes << 20, config.days)


def leave_letter(node: Node, deposit: Deposit, data: bytes) -> bytes:
    """Keep a sealed message or receipt; the signed note. Raises UsageError, NotNowError."""
    check_agreed(node, deposit)
    row = letter_row(node, deposit, state=State.KEPT.value, data=data)
    return signed(node, note_of(row, node.clock.now()))


def letter_row(node: Node, deposit: Deposit, *, state: str, data: bytes = b"") -> KeptLetter:
    """The row of what is left, durable, made unless it is there. Raises NotNowError where there is no room."""
    with suppress(IntegrityError):  # Another process makes it at the same moment: then it is there.
        return _letter_row(node, deposit, state, data)
    return _letter_row(node, deposit, state, data)


def _letter_row(node: Node, deposit: Deposit, state: str, data: bytes) -> KeptLetter:
    with unit_of_work(node):
        row = _live_letter(node, deposit)
        if row is None:
            _take_room(node, deposit)
            row = _add_letter(node, deposit, state, data)
    return row


def check_agreed(node: Node, deposit: Deposit) -> None:
    """Return if this node keeps for the owner. Raises UsageError, NotNowError on a node that only reads."""
    own_memory(node).require_writable()
    left = deposit.left
    here = own_memory(node).is_hosted(left.register, left.by)
    if not here or not (terms_for(node, left.register, left.owner) or _is_answer(node, left)):
        raise UsageError("letter-box-not-here", node=left.owner.node)


def _is_answer(node: Node, left: Left) -> bool:
    """Whether a receipt is left for one that left a letter here for whoever leaves the receipt."""
    if left.kind is not Kind.RECEIPT or terms_for(node, left.register, left.sender) is None:
        return False
    with reading(node):
        return KeptLetter.objects.filter(
            register=left.register,
            participant=left.sender.participant,
            node=left.sender.node,
            from_participant=left.owner.participant,
            from_node=left.owner.node,
            kind=Kind.MESSAGE.value,
        ).exists()


def _live_letter(node: Node, deposit: Deposit) -> KeptLetter | None:
    """Inside a unit of work: what is kept of it already; what has expired ends first."""
    expire(node, KeptLetter.objects.filter(**deposit.place))
    return KeptLetter.objects.filter(**deposit.place, state__in=LIVE).first()


def _take_room(node: Node, deposit: Deposit) -> None:
    """Inside a unit of work: return if the owner's letter box has room for it. Raises NotNowError."""
    left, config = deposit.left, node.config.letter_box
    expire(node, KeptLetter.objects.filter(participant=left.owner.participant, node=left.owner.node))
    own = KeptLetter.objects.filter(
        register=left.register, participant=left.owner.participant, node=left.owner.node, state__in=LIVE
    )
    for rows, share in ((own, 1), (own.filter(from_participant=left.sender.participant), ONE_SENDER)):
        found = rows.aggregate(count=Count("pk"), bytes=Sum("size"))
        full = found["count"] + 1 > max(1, config.letters // share)
        if full or (found["bytes"] or 0) + deposit.size > (config.mebibytes << 20) // share:
            raise NotNowError("letter-box-full", node=left.owner.node)
    node.storage.require_room(deposit.size)


def _add_letter(node: Node, deposit: Deposit, state: str, data: bytes) -> KeptLetter:
    """Inside a unit of work: a new row."""
    now = node.clock.now().replace(microsecond=0)
    return KeptLetter.objects.create(
        **deposit.place,
        kind=deposit.left.kind.value,
        size=deposit.size,
        data=data,
        state=state,
        at=now,
        until=now + timedelta(days=node.config.letter_box.days),
    )


def letters_for(node: Node, register: str, owner: NodeRef, *, after: int) -> Page:
    """What is kept for a node, whole and not expired, behind the number `after`."""
    with reading(node):
        rows = _whole(node, register, owner).filter(id__gt=after).defer("data")
        found = list(rows.order_by("id")[: MOST_ON_A_PAGE + 1])
    page = tuple(_letter(row) for row in found[:MOST_ON_A_PAGE])
    following = page[-1].number if len(found) > len(page) else None
    return Page(page, following, terms_for(node, register, owner))


def _letter(row: KeptLetter) -> Letter:
    sender = NodeRef(row.from_participant, row.from_node)
    return Letter(row.pk, Kind(row.kind), sender, row.sealed, row.size, format_instant(row.until))


def kept_letter(node: Node, number: int, *, register: str, owner: NodeRef) -> KeptLetter:
    """A message or receipt by its number, for its owner alone. Raises UsageError, for strangers too."""
    with reading(node):
        rows = _whole(node, register, owner).exclude(kind=Kind.ATTACHMENT.value)
        row = rows.filter(pk=number).first()
    if row is None:
        raise UsageError("letter-not-here", number=number)
    return row


def kept_file(node: Node, sealed: str, *, register: str, owner: NodeRef) -> KeptLetter:
    """An attachment by its hash, for its owner alone. Raises UsageError, for strangers too."""
    with reading(node):
        row = _whole(node, register, owner).filter(kind=Kind.ATTACHMENT.value, sealed=sealed).first()
    if row is None or not node.blobs.has(sealed):
        raise UsageError("letter-not-here", number=0)
    return row


def _whole(node: Node, register: str, owner: NodeRef) -> Any:
    """What is kept for a node, whole and not expired."""
    return KeptLetter.objects.filter(
        register=register,
        participant=owner.participant,
        node=owner.node,
        state=State.KEPT.value,
        until__gt=node.clock.now(),
    )


def end_letter(node: Node, number: int, *, register: str, owner: NodeRef) -> None:
    """Its owner has it: the bytes go; nothing where it was ended before. Raises UsageError for whoever is not."""
    with unit_of_work(node):
        rows = KeptLetter.objects.filter(pk=number, register=register, participant=owner.participant, node=owner.node)
        row = rows.exclude(state=ARRIVING).defer("data").first()
        if row is None:
            raise UsageError("letter-not-here", number=number)
        if row.state == State.KEPT.value:
            rows.update(state=State.FETCHED.value, at=node.clock.now().replace(microsecond=0), data=b"")
            if row.kind == Kind.ATTACHMENT.value:
                remove_unnamed(node, row.sealed)


def state_of_letter(node: Node, left: Left) -> bytes | int | None:
    """What became of what was left, for its sender: a signed note, or how much has arrived; None: nothing known."""
    deposit = Deposit(left, 0)
    with reading(node):
        row = KeptLetter.objects.filter(**deposit.place).defer("data").order_by("-pk").first()
    if row is None:
        return None
    if row.state == ARRIVING:
        return node.blobs.arrived(row.sealed, source_of_kept(row)) if row.until > node.clock.now() else None
    return signed(node, note_of(row, node.clock.now()))


def note_of(row: KeptLetter, now: datetime) -> KeptNote:
    """What is said of a letter now."""
    expired = row.state == State.KEPT.value and row.until <= now
    return KeptNote(
        register=row.register,
        by=NodeRef(row.by_participant, row.by_node),
        owner=NodeRef(row.participant, row.node),
        sender=NodeRef(row.from_participant, row.from_node),
        kind=Kind(row.kind),
        sealed=row.sealed,
        state=State.EXPIRED if expired else State(row.state),
        at=format_instant(row.until if expired else row.at),
        until=format_instant(row.until),
    )


def signed(node: Node, note: KeptNote) -> bytes:
    """The note, signed by the message key of the keeping node."""
    return sign_note(note, own_memory(node).signer(Purpose.MESSAGE, note.register, note.by))


def expire(node: Node, rows: Any) -> int:
    """Inside a unit of work: end those of the rows that nobody fetched in time; how many."""
    over = rows.filter(state__in=LIVE, until__lte=node.clock.now())
    found = list(over.values_list("pk", "kind", "sealed", "until"))
    for key, kind, sealed, until in found:
        KeptLetter.objects.filter(pk=key).update(state=State.EXPIRED.value, at=until, data=b"")
        if kind == Kind.ATTACHMENT.value:
            remove_unnamed(node, sealed)
    return len(found)


def expire_letters(node: Node) -> int:
    """End what nobody fetched in time, and forget what ended long enough ago for its sender to have asked; how many."""
    now = node.clock.now()
    ended = Q(state__in=(State.FETCHED.value, State.EXPIRED.value))
    if setting(node, READ_ONLY):
        return 0
    with unit_of_work(node):
        KeptLetter.objects.filter(ended, at__lte=now - timedelta(days=node.config.letter_box.days)).delete()
        return expire(node, KeptLetter.objects.all())
