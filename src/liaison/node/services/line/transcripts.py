"""How is a whole case handed to somebody who was not there? As one file of signed messages, receipts and the log.

Invariants (docs/spec/transcript.md): both directions are in it, with every receipt given and taken, what letter boxes
say, and apart from them what this node wrote down of mails and guests; the log goes up to this node's trusted
checkpoint, so that the reader folds the rules without asking anybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from liaison.errors import At, UsageError
from liaison.messages.forms import find_form
from liaison.messages.letter_box import Kind, decode_note
from liaison.messages.message import ReceivedMessage, open_message
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import SignedReceipt, decode_receipt
from liaison.messages.transcript import KeptWord, LogCopy, encode_transcript, pack_transcript
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.models import (
    Case,
    FollowedRegister,
    GivenReceipt,
    IncomingCopy,
    LeftLetter,
    OutgoingCopy,
    TakenReceipt,
)
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.tlog.log import read_entries
from liaison.wire.identifiers import format_instant


def find_case_row(case: str, own: DeskRef | None = None) -> Case:
    """The case with this identifier (or its beginning), as the one desk of ours that has it (or `own`) sees it.

    Raises UsageError, also where several of our desks have it and none is named: what each has is its own.
    """
    found = Case.objects.filter(case__startswith=case.lower())
    if own is not None:
        found = found.filter(participant=own.participant, node=own.node, desk=own.desk)
    rows = list(found.order_by("case", "pk"))
    if not rows:
        raise UsageError("case-not-found", case=case[:36])
    if len({row.case for row in rows}) > 1:
        raise UsageError("case-ambiguous", case=case[:36])
    if len(rows) > 1:
        raise UsageError("case-at-several-desks", case=rows[0].case, desk=str(DeskRef(*_place(rows[0]))))
    return rows[0]


def find_own_case(node: Node, case: str, own: DeskRef | None) -> tuple[str, DeskRef]:
    """The whole identifier of a case given by its beginning, and our desk that has it. Raises UsageError."""
    with reading(node):
        row = find_case_row(case, own)
        return row.case, DeskRef(*_place(row))


def _place(row: Case) -> tuple[str, str, str]:
    return row.participant, row.node, row.desk


def require_texts(row: Case) -> None:
    """Return unless the texts of the case were destroyed. Raises UsageError."""
    if row.destroyed_at is not None:
        raise UsageError("case-destroyed", at=At(format_instant(row.destroyed_at)))


def export_transcript(
    node: Node,
    case: str,
    *,
    withheld: Collection[str] = (),
    withheld_of: Mapping[str, Collection[str]] = MappingProxyType({}),
    own: DeskRef | None = None,
    with_log: bool = True,
) -> bytes:
    """The transcript of a case as one desk has it; what is withheld is left out, and shows it. Raises UsageError.

    `withheld` names fields of every message, `withheld_of` fields of single messages by their core hash.
    """
    with reading(node):
        row = find_case_row(case, own)
        require_texts(row)
        desk = DeskRef(*_place(row))
        messages, asserted = [*_sent(row), *_received(row)], list(_written_here(row))
        _require_none_inside(messages)
        known = {message.message_hash for message in messages}
        receipts = {each.receipt_hash: each for each in _receipts(row) if each.receipt.message in known}
        letters = [KeptWord(*decode_note(data)) for data in _notes(row)]
        log = log_copy(row.register) if with_log else None
    made = pack_transcript(
        messages,
        receipts.values(),
        exported=format_instant(node.clock.now()),
        exported_by=desk,
        withheld={each.core_hash: {*withheld, *withheld_of.get(each.core_hash, ())} for each in (*messages, *asserted)},
        log=log,
        letters=letters,
        asserted=asserted,
    )
    return encode_transcript(made)


def _require_none_inside(messages: Collection[ReceivedMessage]) -> None:
    """What passed between desks of one participant is handed to nobody. Raises UsageError."""
    if any(find_form(message.core.form, message.core.form_version).inside for message in messages):
        raise UsageError("transcript-inside")


def _sent(row: Case) -> Iterator[ReceivedMessage]:
    copies = OutgoingCopy.objects.filter(
        message__register=row.register,
        message__case=row.case,
        message__participant=row.participant,
        message__desk=row.desk,
    ).filter(READABLE)
    for plaintext in copies.values_list("plaintext", flat=True):
        yield open_message(bytes(plaintext))


BY_MAIL_OR_GUEST = ("mail", "guest")


def _received(row: Case) -> Iterator[ReceivedMessage]:
    for plaintext in _accepted(row).exclude(way__in=BY_MAIL_OR_GUEST).values_list("plaintext", flat=True):
        yield open_message(bytes(plaintext))


def _written_here(row: Case) -> Iterator[ReceivedMessage]:
    """This node's own writing of what a mail or a guest said: no word of the other side's node."""
    for plaintext in _accepted(row).filter(way__in=BY_MAIL_OR_GUEST).values_list("plaintext", flat=True):
        yield open_message(bytes(plaintext))


def _accepted(row: Case) -> Any:
    place = {"participant": row.participant, "desk": row.desk, "register": row.register, "case": row.case}
    return IncomingCopy.objects.filter(READABLE, **place, verdict="accepted")


def _receipts(row: Case) -> Iterator[SignedReceipt]:
    taken = TakenReceipt.objects.filter(copy__message__register=row.register, copy__message__case=row.case)
    given = GivenReceipt.objects.filter(incoming__register=row.register, incoming__case=row.case)
    for rows in (taken, given):
        for data in rows.values_list("receipt", flat=True):
            yield decode_receipt(bytes(data))


def _notes(row: Case) -> Iterator[bytes]:
    """What letter boxes last said of our copies."""
    left = LeftLetter.objects.filter(
        copy__message__register=row.register,
        copy__message__case=row.case,
        copy__message__participant=row.participant,
        copy__message__desk=row.desk,
        kind=Kind.MESSAGE.value,
    )
    yield from (bytes(data) for data in left.exclude(note=b"").values_list("note", flat=True))


def log_copy(register: str) -> LogCopy:
    """The log up to this node's trusted checkpoint, inside a reading."""
    followed = FollowedRegister.objects.get(register=register)
    size = followed.trusted_size
    entries = read_entries(DatabaseTileStore(register), 0, size, size=followed.size)
    return LogCopy(bytes(followed.trusted_checkpoint).decode(), tuple(entries))
