"""How does a signed answer become a message of its case?

This node writes it as a message of form `mail-reply` from the desk that has the mailbox and signs that it did, so that
it is read, acknowledged, answered and kept like any other. It never claims to be more: the form names the key, the
notes say that it came by mail, the mail itself stays beside it, and no transcript shows it as the other side's word.

Invariants: everything is written in one transaction with the mail; the same signed words enter a case once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from liaison.keys.public import Purpose
from liaison.messages.forms import find_form, latest_form
from liaison.messages.inbox import Note
from liaison.messages.lifecycle import CopyEvent, CopyState
from liaison.messages.mail.answers import Answer
from liaison.messages.mail.writing import MailFile
from liaison.messages.message import (
    Attachment,
    Copy,
    Core,
    Draft,
    ReceivedMessage,
    compose,
    hash_core,
    open_message,
    sign_copy,
)
from liaison.messages.parties import DeskRef
from liaison.node.models import AttachmentRow, IncomingCopy, OutgoingCopy, SentMail
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.services.escalation.keeping import begin
from liaison.node.services.line.attachments import attachment_rows, hold_blobs, seal_attachment
from liaison.node.services.line.cases import open_case
from liaison.node.services.line.progress import advance
from liaison.node.services.line.sending import SALT, new_id
from liaison.node.services.programs.events import tell_received
from liaison.node.work import outbox
from liaison.node.work.statements import add
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import digest, format_instant

FORM = "mail-reply"
WAITING = frozenset({CopyState.QUEUED, CopyState.STOPPED, CopyState.HANDED_OVER, CopyState.BOUNCED, CopyState.SILENT})


@dataclass(frozen=True, slots=True)
class Words:
    """What the other side says, as a form of the line."""

    form: str
    fields: Mapping[str, JSON]


def seal_files(node: Node, files: Iterable[MailFile]) -> tuple[Attachment, ...]:
    """The files of an answer, sealed and durable, before anything names them. Raises UsageError, NotNowError."""
    return tuple(
        seal_attachment(node, name=each.name, media_type=each.media_type, chunks=[each.data]) for each in files
    )


def words_of(answer: Answer, *, signed_by: str) -> Words:
    """What a signed mail says."""
    fields: dict[str, JSON] = {"signed_by": signed_by}
    if answer.text:
        fields["text"] = {"lang": "und", "text": answer.text}
    if answer.ticket:
        fields["ticket"] = answer.ticket
    return Words(FORM, fields)


def write_words(
    node: Node, original: Core, said: Words, *, words: str, files: tuple[Attachment, ...]
) -> tuple[ReceivedMessage, bytes]:
    """What was said as a message to the own desk that wrote `original`, and its bytes; `words` is the hash by which it
    is known again. Raises MalformedError."""
    form, fields = latest_form(said.form), said.fields
    draft = Draft(
        register=original.register,
        case=original.case,
        sender=next(iter(original.to)),
        to=(original.sender,),
        form=form.id,
        form_version=form.version,
        form_hash=form.hash,
        fields=fields,
        tlp=original.tlp,
        marking=original.marking,
        urgency=original.urgency,
        exercise=original.exercise,
        re=hash_core(original),
        attachments=files,
    )
    message = compose(
        draft,
        message_id=new_id(node),
        composed=format_instant(node.clock.now()),
        composed_under=register_facts(node, original.register).checkpoint,
        salts=[node.entropy.draw(SALT) for _ in fields],
    )
    signer = own_memory(node).signer(Purpose.MESSAGE, original.register, original.sender.at)
    # An epoch of its own: nobody numbers what comes by mail, so nothing can be missing before it.
    signed = sign_copy(message, Copy(desk=original.sender, epoch=words[:32], seq=0, prev=None), signer)
    return open_message(signed.plaintext), signed.plaintext


def enter_case(
    node: Node,
    message: ReceivedMessage,
    plaintext: bytes,
    *,
    sent: SentMail,
    notes: Iterable[Note],
    way: str = "mail",
    answers: bool = True,
) -> int:
    """Inside a unit of work: the message in its case, its files held, and the mails it answers; the key of its row."""
    core, now = message.core, node.clock.now()
    owed = find_form(core.form, core.form_version).owed
    if core.attachments:
        hold_blobs()
    desk = next(iter(core.to))
    incoming = add(
        IncomingCopy,
        register=core.register,
        from_participant=core.sender.participant,
        from_node=core.sender.node,
        from_desk=core.sender.desk,
        message_id=core.id,
        participant=desk.participant,
        node=desk.node,
        desk=desk.desk,
        case=core.case,
        epoch=message.copy.epoch,
        seq=message.copy.seq,
        core_hash=message.core_hash,
        message_hash=message.message_hash,
        sealed_hash=digest(plaintext),
        plaintext=plaintext,
        form=core.form,
        urgency=core.urgency,
        verdict="accepted",
        notes=[each.value for each in notes],
        way=way,
        owed=owed,
        received_at=now,
    )
    if owed:
        begin(node, core, incoming, desk, now)
    AttachmentRow.objects.bulk_create(attachment_rows(core.attachments, incoming_id=incoming, state="held"))
    open_case(core, message.fields, desk, now)
    tell_received(core, desk, now)
    if answers:
        _settle_answered(core, desk, sent)
    return incoming


def _settle_answered(core: Core, desk: DeskRef, sent: SentMail) -> None:
    """Nothing of the case waits for a word of this mailbox any more."""
    for copy in _answered(core, desk):
        advance(copy, CopyEvent.ANSWERED)
        outbox.settle_copy(copy.pk, outbox.Work.MAIL)
    SentMail.objects.filter(copy__message__case=core.case, mailbox=sent.mailbox).update(expected_at=None)


def _answered(core: Core, desk: DeskRef) -> Any:
    """The mails of the case to this mailbox that still waited for a word."""
    mine = {"message__participant": desk.participant, "message__node": desk.node, "message__desk": desk.desk}
    theirs = {"participant": core.sender.participant, "node": core.sender.node, "desk": core.sender.desk}
    rows = OutgoingCopy.objects.filter(**mine, **theirs, message__register=core.register, message__case=core.case)
    return rows.filter(state__in=[each.value for each in WAITING], mail__isnull=False)
