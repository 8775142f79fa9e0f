"""How does what an officer wrote become signed, sealed copies on their way?

    letter = Letter(register=…, sender=desk, to=(desk, …), form="incident-notice", fields={…})
    sent = send_letter(node, letter)          # durable when it returns, whether or not the peer has answered

In this order (docs/spec/message.md): (1) compose and check against the form; (2) the clearance step, by the rules of
the desk (`officers.clearance`); (3) sign and seal each copy under the number it will have; then in one transaction (4)
the numbers under a lock on (case, sender), where a copy whose number somebody else took meanwhile is signed and sealed
anew, (5) the outbox rows, leased to this process, so that it can make the first attempt after the commit; the worker
goes on if that fails.

Invariants: what `send_letter` returned is never lost; a number is given once; no lock is held while the network is
waited for, and none while a copy is signed and sealed unless its number was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from liaison.errors import UsageError
from liaison.keys.ports import Signer
from liaison.keys.public import Purpose
from liaison.keys.sealing import seal
from liaison.messages import lifecycle
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.forms import check_message_form, check_sharing, find_form, latest_form
from liaison.messages.lifecycle import CopyState, MessageEvent, MessageState
from liaison.messages.message import (
    Attachment,
    ComposedMessage,
    Copy,
    Draft,
    SignedCopy,
    Tlp,
    Urgency,
    compose,
    sign_copy,
)
from liaison.messages.parties import DeskRef
from liaison.node.models import AttachmentRow, OutgoingCopy, OutgoingMessage
from liaison.node.node import Node
from liaison.node.reads.caution.disputes import check_pinned
from liaison.node.reads.facts import RegisterFacts, register_facts
from liaison.node.reads.inside.rules import rule_for
from liaison.node.reads.mail.targets import MailTarget, mail_targets
from liaison.node.reads.memory import own_memory
from liaison.node.services.conduct.citing import note_cited
from liaison.node.services.conduct.measured.noting import note_measured
from liaison.node.services.cooperation.projecting import note_request
from liaison.node.services.cooperation.resting import check_basis
from liaison.node.services.cooperation.trying import Leaving, check_leaving
from liaison.node.services.escalation.awaiting import await_answer
from liaison.node.services.evidence.arriving import require_record
from liaison.node.services.feeds.tracking import note_answer, note_report
from liaison.node.services.inside.between.told import note_said
from liaison.node.services.inside.review import note_for_review
from liaison.node.services.line.attachments import attachment_rows, hold_blobs
from liaison.node.services.line.cases import begin_case, open_case
from liaison.node.services.line.heads import Head, advance_head, head_of
from liaison.node.services.line.progress import note_own_acknowledgement
from liaison.node.services.mail.outgoing import check_mails, note_mail
from liaison.node.services.programs.events import EventKind, Happened, tell
from liaison.node.unit_of_work import after_commit, reading
from liaison.node.work import outbox
from liaison.node.work.group_commit import in_group
from liaison.node.work.outbox import Lease, Work
from liaison.node.work.statements import add
from liaison.officers.clearance import INSIDE, LOOKED_AT_LATER, Cleared, cleared_at_once
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import digest, format_instant, format_uuid7

SALT = 32
MOST_AHEAD = 16 << 20
"""Sealed bytes that wait in memory for the transaction; what is beyond is sealed inside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What an officer decided. Without `case` a new one begins: one for all, or one each when not `together`."""

    register: str
    sender: DeskRef
    to: tuple[DeskRef, ...]
    form: str
    fields: Mapping[str, JSON]
    stage: str | None = None
    tlp: Tlp = "amber"
    marking: str | None = None
    urgency: Urgency = "routine"
    exercise: bool = False
    wanted_by: str | None = None
    re: str | None = None
    case: str | None = None
    batch: str | None = None
    """Ties bilateral cases of one occasion that are sent one by one."""
    together: bool = True
    attachments: tuple[Attachment, ...] = ()
    host_may_read: bool = False
    """The officer knows that a host opens what is sealed to a desk it hosts, and sends red or amber-strict anyway."""
    cleared: Cleared | None = None
    """Why it may leave where the desk's rules make it wait; decided by `services.inside`, never by a page."""
    evidence: str = ""
    """The item whose line is signed and whose record is added when it leaves (`services.evidence.leaving`)."""
    written_by: int = 0
    """The officer, for whoever looks at it later; 0 for the command line. Never part of the message."""


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that is durable here, and the leases on its way out."""

    message_id: str
    case: str
    core_hash: str
    leases: tuple[Lease, ...]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What signing and numbering need, looked up once before the transaction."""

    facts: RegisterFacts
    signer: Signer
    epoch: str
    now: datetime
    leased: bool
    by_mail: Mapping[DeskRef, MailTarget]


@dataclass(frozen=True, slots=True)
class _Closed:
    """A copy that was signed under the number after `head`, and sealed."""

    head: Head | None
    signed: SignedCopy
    sealed: bytes
    sealed_to: str


_Ahead = Mapping[tuple[str, DeskRef], _Closed]
"""What was closed before the transaction, by message and recipient."""


def send_letter(node: Node, letter: Letter, *, leased: bool = False) -> list[SentMessage]:
    """Make the letter durable and on its way; `leased` keeps the first attempt for the caller.

    Raises MalformedError when it does not fit its form, VerificationError for keys that may not be used or are
    disputed, UsageError, NotNowError.
    """
    require_record(letter.form, letter.attachments)
    desk, messages = _prepare(node, letter, leased=leased)
    with reading(node):
        cleared = clear_letter(letter)  # Before anything is signed.
    fresh = letter.case is None
    ahead = _close_ahead(node, messages, desk, fresh=fresh)

    def write() -> list[SentMessage]:
        sent = [_write(node, message, desk, cleared, fresh=fresh, ahead=ahead) for message in messages]
        if cleared in LOOKED_AT_LATER:
            for message in messages:
                note_for_review(node, letter, cleared, message.core)
        if not leased:
            after_commit(node.waker.wake)
        return sent

    return in_group(node, write)


def check_letter(node: Node, letter: Letter) -> bool:
    """Return if the letter could be sent now, but for its clearance; whether it would be an exercise.

    Of evidence the record is added when it leaves. Raises what `send_letter` raises.
    """
    if not letter.evidence:
        require_record(letter.form, letter.attachments)
    _, messages = _prepare(node, letter, leased=True)
    return messages[0].core.exercise


def clear_letter(letter: Letter) -> Cleared:
    """Inside a reading: why a letter may leave. Raises UsageError when a second person has to clear it first."""
    if letter.cleared is not None:
        return letter.cleared
    rule = rule_for(letter.register, letter.sender, form=letter.form, urgency=letter.urgency)
    cleared = cleared_at_once(rule, form=letter.form, urgency=letter.urgency, alone=False)
    if cleared is None:
        raise UsageError("clearance-needed", form=letter.form, urgency=letter.urgency)
    return cleared


def _prepare(node: Node, letter: Letter, *, leased: bool) -> tuple[_Desk, list[ComposedMessage]]:
    """(1), before the transaction."""
    own_memory(node).require_writable()
    if letter.form not in INSIDE:  # What a case bears already goes on under its marking.
        node.config.markings.check(letter.marking or "")
    if letter.form != ACKNOWLEDGEMENT:  # That a person has heard is said as long as it can be said at all.
        node.storage.require_room()
    check_basis(node, letter.register, letter.sender, letter.fields, letter.to)
    desk = _sending_desk(node, letter, leased=leased)
    messages = [_compose(node, draft, desk) for draft in _drafts(node, letter, desk)]
    for message in messages:
        hosted = [each for each in message.core.to if desk.facts.host_of(each) is not None]
        check_sharing(letter.tlp, message.core.to, hosted=hosted, confirmed=letter.host_may_read)
        check_mails(node, message.core, desk.by_mail)
        for recipient in message.core.to:
            check_pinned(desk.facts, letter.sender, recipient)
            if recipient not in desk.by_mail:
                desk.facts.sealing_key(recipient)  # Refused before anything is written when there is none.
    step = Leaving(letter.case, letter.re, letter.form, letter.fields)
    check_leaving(node, letter.register, letter.sender, step)  # Last, for the form checks what its values are.
    return desk, messages


def _sending_desk(node: Node, letter: Letter, *, leased: bool) -> _Desk:
    facts, memory = register_facts(node, letter.register), own_memory(node)
    signer = memory.signer(Purpose.MESSAGE, letter.register, letter.sender.at)
    return _Desk(facts, signer, memory.epoch(), node.clock.now(), leased, mail_targets(facts, letter.sender, letter.to))


def _drafts(node: Node, letter: Letter, desk: _Desk) -> Iterable[Draft]:
    form = latest_form(letter.form)
    draft = Draft(
        register=letter.register,
        case=letter.case or new_id(node),
        sender=letter.sender,
        to=letter.to,
        form=form.id,
        form_version=form.version,
        form_hash=form.hash,
        fields=letter.fields,
        stage=letter.stage,
        tlp=letter.tlp,
        marking=letter.marking,
        urgency=letter.urgency,
        exercise=letter.exercise or desk.facts.globals.rehearsal,
        wanted_by=letter.wanted_by,
        re=letter.re,
        batch=letter.batch,
        attachments=letter.attachments,
    )
    if letter.together or letter.case is not None or len(letter.to) == 1:
        return (draft,)
    return lifecycle.one_case_each(draft, [new_id(node) for _ in letter.to], new_id(node))


def new_id(node: Node) -> str:
    """A fresh UUIDv7."""
    return format_uuid7(int(node.clock.now().timestamp() * 1000), node.entropy.draw(10))


def _compose(node: Node, draft: Draft, desk: _Desk) -> ComposedMessage:
    """(1), (2): the message in its form; raises MalformedError."""
    message = compose(
        draft,
        message_id=new_id(node),
        composed=format_instant(desk.now),
        composed_under=desk.facts.checkpoint,
        salts=[node.entropy.draw(SALT) for _ in draft.fields],
    )
    state = desk.facts.desk_state(draft.sender)
    if state is None:
        raise UsageError("desk-not-published", desk=draft.sender.desk)
    values = {name: disclosure.value for name, disclosure in message.disclosures.items()}
    check_message_form(message.core, values, sender_kind=state.kind)
    return message


def _close_ahead(node: Node, messages: Iterable[ComposedMessage], desk: _Desk, *, fresh: bool) -> _Ahead:
    """Signed and sealed copies under the numbers that they will have unless somebody else is quicker."""
    ahead: dict[tuple[str, DeskRef], _Closed] = {}
    size = 0
    for message in messages:
        for recipient in message.core.to:
            if size > MOST_AHEAD:
                return ahead
            with reading(node):
                head = None if fresh else head_of(message, recipient)
            closed = ahead[message.core.id, recipient] = _close(message, recipient, head, desk)
            size += len(closed.sealed)
    return ahead


def _write(
    node: Node, message: ComposedMessage, desk: _Desk, cleared: Cleared, *, fresh: bool, ahead: _Ahead
) -> SentMessage:
    """(4), (5), inside the unit of work. Raises UsageError for an attachment that was swept away meanwhile."""
    core = message.core
    if core.attachments:
        hold_blobs()
    for attachment in core.attachments:
        if not node.blobs.has(attachment.sealed):
            raise UsageError("attachment-not-here", digest=attachment.sealed)
    fields = {name: disclosure.value for name, disclosure in message.disclosures.items()}
    if fresh:
        begin_case(core, fields, core.sender, desk.now)
    else:
        open_case(core, fields, core.sender, desk.now)
    note_own_acknowledgement(core, desk.now)
    note_said(node, core, fields)
    note_report(core, message.core_hash, fields, own=core.sender, at=desk.now)
    note_cited(core, fields, own=core.sender, at=desk.now)
    key = _write_message(message, desk, cleared)
    leases = []
    for recipient in core.to:
        head = None if fresh else head_of(message, recipient)
        closed = ahead.get((core.id, recipient))
        if closed is None or closed.head != head:
            closed = _close(message, recipient, head, desk)
        leases.append(_write_copy(node, message, key, closed, desk))
        note_answer(core, fields, own=core.sender, seq=closed.signed.payload.copy.seq)
    note_request(node, core, core.sender, desk.now)
    note_measured(core, message.core_hash, fields, own=core.sender, now=desk.now)
    tell(EventKind.SENT, core.register, core.sender, Happened(core.case, core.id, desk.now))
    return SentMessage(core.id, core.case, message.core_hash, tuple(leases))


def _write_message(message: ComposedMessage, desk: _Desk, cleared: Cleared) -> int:
    """The row of the message; its key."""
    core = message.core
    state = lifecycle.advance_message(MessageState.DRAFT, MessageEvent.SUBMITTED)
    state = lifecycle.advance_message(state, MessageEvent.PASSED)
    key = add(
        OutgoingMessage,
        register=core.register,
        message_id=core.id,
        case=core.case,
        batch=core.batch or "",
        participant=core.sender.participant,
        node=core.sender.node,
        desk=core.sender.desk,
        form=core.form,
        urgency=core.urgency,
        state=lifecycle.advance_message(state, MessageEvent.NUMBERED).value,
        cleared=cleared.value,
        core=message.core_bytes,
        core_hash=message.core_hash,
        composed_at=desk.now,
    )
    if core.attachments:
        AttachmentRow.objects.bulk_create(attachment_rows(core.attachments, outgoing_id=key, state="held"))
    return key


def _close(message: ComposedMessage, at: DeskRef, head: Head | None, desk: _Desk) -> _Closed:
    """The copy for a desk under the number after `head`, signed and sealed."""
    follows = head is not None and head.epoch == desk.epoch
    copy = Copy(
        desk=at,
        epoch=desk.epoch,
        seq=head.seq + 1 if head is not None and follows else 0,
        prev=head.message_hash if head is not None and follows else None,
    )
    signed = sign_copy(message, copy, desk.signer)
    if at in desk.by_mail:  # Signed and encrypted for OpenPGP when it leaves.
        return _Closed(head, signed, b"", desk.by_mail[at].fingerprint)
    key = desk.facts.sealing_key(at)
    return _Closed(head, signed, seal(signed.plaintext, key), key.fingerprint)


def _write_copy(node: Node, message: ComposedMessage, key: int, closed: _Closed, desk: _Desk) -> Lease:
    """The rows of one copy of the message with this key, and the lease on its way out."""
    advance_head(message, closed.head, closed.signed)
    copy, at = closed.signed.payload.copy, closed.signed.payload.copy.desk
    stored = add(
        OutgoingCopy,
        message_id=key,
        register=message.core.register,
        participant=at.participant,
        node=at.node,
        desk=at.desk,
        epoch=copy.epoch,
        seq=copy.seq,
        prev=copy.prev or "",
        message_hash=closed.signed.message_hash,
        plaintext=closed.signed.plaintext,
        sealed=closed.sealed,
        sealed_hash=digest(closed.sealed or closed.signed.plaintext),
        sealed_to=closed.sealed_to,
        state=CopyState.QUEUED.value,
    )
    work = Work.MAIL if at in desk.by_mail else Work.MESSAGE
    if work is Work.MAIL:
        note_mail(stored, closed.signed.message_hash, desk.by_mail[at])
    elif find_form(message.core.form, message.core.form_version).owed:
        over_there = desk.facts.desk_state(at)
        await_answer(node, message.core, stored, over_there.expected if over_there else None, desk.now)
    return outbox.put_work(node, work, stored, register=message.core.register, at=at.at, leased=desk.leased)
