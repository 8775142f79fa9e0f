"""What does one attempt at a mail do? It writes the mail, hands it to the authority's server, and notes that it did.

    queued → handed-over            the server took it, which is no receipt
    queued → bounced                the server refused it for good
    else                            tried again by the outbox, with the same Message-ID

Invariants: the mail is written anew for each attempt, so a killed process leaves nothing half sent and at worst the
same mail twice, under one Message-ID; nothing is held while the server is waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from liaison.errors import UnreachableError
from liaison.keys.openpgp.certificates import read_certificate, require_valid
from liaison.messages.forms import find_form
from liaison.messages.lifecycle import CopyEvent
from liaison.messages.mail.wording import Said, Says, in_english, word, write_call, write_guest, write_text
from liaison.messages.mail.writing import (
    MESSAGE_FILE,
    Envelope,
    MailFile,
    message_id_of,
    write_encrypted,
    write_inside,
    write_plain,
)
from liaison.messages.message import Core, ReceivedMessage, open_message
from liaison.messages.parties import DeskRef
from liaison.messages.turns import BESIDE, ENDING, HEARD_IS_ENOUGH
from liaison.node.models import FetchedMail, OutgoingCopy, SentMail
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.services.line.attachments import open_attachment
from liaison.node.services.line.progress import advance
from liaison.node.services.mail.guests import code_for_mail
from liaison.node.services.mail.keys import desk_key
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work import circuit, outbox
from liaison.node.work.outbox import Lease
from liaison.wire.identifiers import parse_instant

EXPECTED = {"emergency": timedelta(hours=1), "urgent": timedelta(days=1), "routine": timedelta(days=7)}
"""When an answer by mail is missed, where the message names no time: nobody published what may be expected."""
MOST_EARLIER = 8


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A copy as its mail needs it, read in one go."""

    copy: Any
    message: ReceivedMessage
    earlier: tuple[str, ...]
    """Tokens of the mails of this case to the same mailbox, the oldest first."""
    answers: str
    """The Message-ID of the last mail that came in this case."""
    ticket: str


def hand_over(node: Node, lease: Lease) -> None:
    """Attempt the leased mail once. Raises UnreachableError while the server does not take it."""
    if node.mail is None:
        raise UnreachableError("mail-not-configured")
    with reading(node):
        outgoing = _read(lease.subject)
    sent = outgoing.copy.mail
    mail = write_mail(node, outgoing)
    outbox.hold_longer(node, lease, outbox.time_for(len(mail)))
    try:
        node.mail.send(node.config.mail.address, sent.mailbox, mail)
    except UnreachableError as error:
        if not error.permanent:
            raise
        _note(node, lease, outgoing, CopyEvent.BOUNCED, f"{error.params['status']} {error.params['said']}"[:80])
    else:
        _note(node, lease, outgoing, CopyEvent.HANDED_OVER, "")


def write_mail(node: Node, outgoing: _Outgoing) -> bytes:
    """The bytes of the mail as they leave now. Raises VerificationError, UsageError, MalformedError."""
    sent, core = outgoing.copy.mail, outgoing.message.core
    says, languages = _says(node), tuple(sent.languages)
    envelope = _envelope(node, outgoing, says, languages)
    if not sent.certificate:
        call = write_call(sent.token, node.config.mail.telephone, languages, says, exercise=core.exercise)
        return write_plain(replace(envelope, subject=f"{_mark(core)}{envelope.subject}"), call)
    said = Said(
        core=core,
        fields=outgoing.message.fields,
        sender=_name(node, core.register, core.sender),
        token=sent.token,
        earlier=outgoing.earlier,
    )
    guest = code_for_mail(node, core.register, core.sender, core.case)
    form = find_form(core.form, core.form_version)
    subject = f"{_mark(core)}{form.en} [{sent.token}]"
    text = write_text(said, languages, says)
    if guest is not None:
        text += "\n" + write_guest(*guest, sent.token, languages, says)
    inside = write_inside(envelope, subject=subject, text=text, files=_files(node, outgoing))
    key, certificate = desk_key(node, core.register, core.sender), read_certificate(bytes(sent.certificate))
    require_valid(certificate, node.clock.now())
    return write_encrypted(envelope, key.seal(inside, certificate))


def _mark(core: Core) -> str:
    """How the subject of a mail begins that somebody reads."""
    return "EXERCISE " if core.exercise else ""


def _read(copy_id: int) -> _Outgoing:
    copy = OutgoingCopy.objects.select_related("mail", "message").get(pk=copy_id)
    message = open_message(bytes(copy.plaintext))
    place = {"copy__register": copy.register, "copy__message__case": copy.message.case, "mailbox": copy.mail.mailbox}
    mine = {f"copy__message__{name}": getattr(copy.message, name) for name in ("participant", "node", "desk")}
    rows = SentMail.objects.filter(**place, **mine, pk__lt=copy.mail.pk).order_by("-pk")
    earlier = list(rows.values_list("token", flat=True)[:MOST_EARLIER])
    came = FetchedMail.objects.filter(incoming__isnull=False, sent__in=rows).exclude(message_id="")
    came = came.order_by("-pk").first()
    ticket = rows.exclude(ticket="").values_list("ticket", flat=True).first()
    return _Outgoing(copy, message, tuple(reversed(earlier)), came.message_id if came else "", ticket or "")


def _envelope(node: Node, outgoing: _Outgoing, says: Says, languages: tuple[str, ...]) -> Envelope:
    sent, address = outgoing.copy.mail, node.config.mail.address
    ours = tuple(message_id_of(token, address) for token in outgoing.earlier)
    return Envelope(
        sender=address,
        recipient=sent.mailbox,
        token=sent.token,
        at=parse_instant(outgoing.message.core.composed),
        subject=word(says, languages[0] if languages else "en", "subject", token=sent.token),
        ticket=outgoing.ticket,
        in_reply_to=outgoing.answers or (ours[-1] if ours else ""),
        references=(*ours, *((outgoing.answers,) if outgoing.answers else ())),
    )


def _says(node: Node) -> Says:
    return in_english if node.catalogues is None else node.catalogues.say


def _name(node: Node, register: str, desk: DeskRef) -> str:
    state = register_facts(node, register).participant(desk.participant)
    return f"{state.labels.name if state else desk.participant[:8]} / {desk.desk}"


def _files(node: Node, outgoing: _Outgoing) -> Iterator[MailFile]:
    """The attachments, and the message as it was signed, which anyone can verify."""
    for each in outgoing.message.core.attachments:
        yield MailFile(each.name, each.media_type, b"".join(open_attachment(node, each)))
    yield MailFile(MESSAGE_FILE, "application/json", bytes(outgoing.copy.plaintext))


def _note(node: Node, lease: Lease, outgoing: _Outgoing, event: CopyEvent, said: str) -> None:
    """What the server said, and the end of this piece of work, in one transaction."""
    now = node.clock.now()
    with unit_of_work(node):
        copy = OutgoingCopy.objects.select_for_update().get(pk=outgoing.copy.pk)
        if not outbox.settle_copy(copy.pk, lease.work):
            return  # Somebody else handed over the same mail, and noted it.
        circuit.note_success(lease.at, now)  # What failed before was the way to the server.
        advance(copy, event)
        OutgoingCopy.objects.filter(pk=copy.pk).update(settled_at=now)
        taken = event is CopyEvent.HANDED_OVER
        SentMail.objects.filter(copy=copy).update(
            handed_at=now if taken else None,
            expected_at=_expected(outgoing.message, now) if taken else None,
            said=said,
        )


def _expected(message: ReceivedMessage, now: datetime) -> datetime | None:
    """When an answer is missed; None after words that ask for none."""
    core = message.core
    if core.form in ENDING | BESIDE | HEARD_IS_ENOUGH:
        return None
    if core.wanted_by is not None:
        return max(parse_instant(core.wanted_by), now)
    if message.fields.get("expectation") == "for-information":
        return None
    return now + EXPECTED[core.urgency]
