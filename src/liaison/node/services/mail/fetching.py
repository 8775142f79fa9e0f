"""What becomes of a mail that lies in the mailbox?

    taken-over      a good signature by the certificate that the case's mail was sealed to: a message of the case
    again           the same signed words once more
    unverified      belongs to a case, but unsigned, signed by another, or not opened: kept, its content not taken over
    bounced         a mail server says that a mail of ours did not arrive
    delayed         … or not yet
    automatic       a machine answered: shown with the case, answers nothing
    stray           belongs to no case here, or is no mail at all

Invariants: what was fetched is stored before the place moves on, and by the hash of its bytes, so a mail that is
fetched or delivered twice counts once; nothing is ever answered by itself; who wrote a mail is told by its signature.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from liaison.errors import LiaisonError, MalformedError, NotNowError, UnreachableError, UsageError
from liaison.keys.openpgp.certificates import Certificate, format_groups, known_certificate
from liaison.keys.openpgp.packets import read_armor
from liaison.keys.openpgp.private import Opened, judge_clear, judge_detached
from liaison.messages.inbox import Note
from liaison.messages.lifecycle import CopyEvent, CopyState
from liaison.messages.mail.answers import Answer, is_entity, read_entity, read_text
from liaison.messages.mail.bounces import read_bounce
from liaison.messages.mail.mailbox import FetchedBytes, MailPlace
from liaison.messages.mail.reading import Mail, Sort, armored, encrypted_part, read_mail, signed_part
from liaison.messages.mail.tokens import correspondent_id
from liaison.messages.message import open_message
from liaison.node.models import FetchedMail, MailboxPlace, MailContact, OutgoingCopy, SentMail
from liaison.node.node import Node
from liaison.node.services.escalation.answers import take_answer
from liaison.node.services.line.progress import advance
from liaison.node.services.mail.keys import all_keys
from liaison.node.services.mail.naming import named_here, named_mails, note_others, other_cases
from liaison.node.services.mail.storing import enter_case, seal_files, words_of, write_words
from liaison.node.services.tickets.answers import note_ticket
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.wire.identifiers import digest

log = logging.getLogger("liaison.mail")

MOST_AT_ONCE = 100
OURS = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What a defect of ours would raise: one mail that meets it must not keep all later ones from being read."""
NOT_BY_THIS_KEY = frozenset({"openpgp-not-for-us", "openpgp-not-opened"})
"""Some name no key that their mail is encrypted to: then each of ours is tried."""
UNFOLDED = 8
"""How many times its own size the largest mail may have when it is unfolded."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """How many mails came, by what became of them."""

    standings: dict[str, int]

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.standings.values())


def fetch_mail(node: Node) -> Fetched:
    """Take in what came since the last time. Raises UnreachableError, NotNowError; what came before that is kept."""
    if node.mail is None or not node.config.mail.imap:
        return Fetched({})
    address, found = node.config.mail.address, dict[str, int]()
    place = _place(node, address)
    try:
        for each in node.mail.fetch(place, most=MOST_AT_ONCE, largest=node.config.mail.largest):
            standing = take_mail(node, each)
            found[standing] = found.get(standing, 0) + 1
            _move_on(node, address, each.at)
    except LiaisonError as error:
        _move_on(node, address, None, trouble=error.code)
        raise
    _move_on(node, address, None)
    return Fetched(found)


def _place(node: Node, address: str) -> MailPlace:
    with reading(node):
        row = MailboxPlace.objects.filter(address=address).first()
    return MailPlace() if row is None else MailPlace(row.validity, row.uid)


def _move_on(node: Node, address: str, at: MailPlace | None, *, trouble: str = "") -> None:
    """Note the place, or only that the mailbox was looked at."""
    moved = {} if at is None else {"validity": at.validity, "uid": at.uid}
    checked = {"checked_at": node.clock.now(), "trouble": trouble[:64]}
    with unit_of_work(node):
        MailboxPlace.objects.update_or_create(
            address=address,
            defaults={**checked, **moved},
            create_defaults={**checked, "validity": 0, "uid": 0, **moved},
        )


def take_mail(node: Node, fetched: FetchedBytes) -> str:
    """Store one mail and what it changes; its standing. Raises NotNowError while the disk takes nothing."""
    name = digest(fetched.data)
    with reading(node):
        if FetchedMail.objects.filter(digest=name).exists():
            return "again"
    node.storage.require_room(len(fetched.data))
    try:
        mail = read_mail(fetched.data)
    except MalformedError as error:
        return _keep(node, fetched, None, "stray", error.code)
    except OURS:
        log.exception("a mail was not read")
        return _keep(node, fetched, None, "stray", "defect")
    try:
        return _TAKE.get(mail.sort, _take_unsigned)(node, fetched, mail)
    except (NotNowError, UnreachableError):
        raise
    except LiaisonError as error:
        log.info("a mail of sort %s was not taken over: %s", mail.sort, error.code)
        return _keep(node, fetched, mail, "unverified" if _sent(node, mail) else "stray", error.code)
    except OURS:
        log.exception("a mail of sort %s was not taken over", mail.sort)
        return _keep(node, fetched, mail, "unverified" if _sent(node, mail) else "stray", "defect")


def _keep(node: Node, fetched: FetchedBytes, mail: Mail | None, standing: str, reason: str = "") -> str:
    with unit_of_work(node):
        _store(node, fetched, mail, standing, reason)
    return standing


def _store(
    node: Node,
    fetched: FetchedBytes,
    mail: Mail | None,
    standing: str,
    reason: str = "",
    *,
    sent: SentMail | None = None,
    incoming: int | None = None,
    words: str | None = None,
) -> None:
    """Inside a unit of work: the row of a mail."""
    if sent is None and mail is not None:
        sent = next(iter(named_here(mail)), None)
    FetchedMail.objects.create(
        digest=digest(fetched.data),
        message_id=mail.message_id[:254] if mail else "",
        sender=mail.sender if mail else "",
        sort=mail.sort.value if mail else "",
        standing=standing,
        reason=reason[:64],
        sent=sent,
        incoming_id=incoming,
        words=words,
        raw=fetched.data if sent is not None else b"",  # Anybody may write to a mailbox, which keeps what is not here.
        fetched_at=node.clock.now(),
    )


def _sent(node: Node, mail: Mail, *told: str) -> SentMail | None:
    """The mail of ours that it belongs to by what stands around it, `told` before all."""
    with reading(node):
        return next(iter(named_here(mail, told=told)), None)


def _take_unsigned(node: Node, fetched: FetchedBytes, mail: Mail) -> str:
    if take_answer(node, mail):
        return _keep(node, fetched, mail, "stray", "taken")
    if note_ticket(node, mail):
        return _keep(node, fetched, mail, "stray", "ticket")
    return _keep(node, fetched, mail, "unverified" if _sent(node, mail) else "stray", "unsigned")


def _take_smime(node: Node, fetched: FetchedBytes, mail: Mail) -> str:
    return _keep(node, fetched, mail, "unverified" if _sent(node, mail) else "stray", "smime")


def _take_automatic(node: Node, fetched: FetchedBytes, mail: Mail) -> str:
    if note_ticket(node, mail):
        return _keep(node, fetched, mail, "stray", "ticket")
    return _keep(node, fetched, mail, "automatic" if _sent(node, mail) else "stray", "automatic")


def _take_bounce(node: Node, fetched: FetchedBytes, mail: Mail) -> str:
    """What a mail server says of a mail that it names."""
    bounce = read_bounce(mail)
    sent = _sent(node, mail, *bounce.tokens)
    if sent is None:
        return _keep(node, fetched, mail, "stray", "bounce")
    standing = "bounced" if bounce.failed else "delayed"
    with unit_of_work(node):
        _store(node, fetched, mail, standing, bounce.status, sent=sent)
        if bounce.failed:
            copy = OutgoingCopy.objects.select_for_update().get(pk=sent.copy_id)
            advance(copy, CopyEvent.BOUNCED)
            SentMail.objects.filter(pk=sent.pk).update(said=f"{bounce.status} {bounce.recipient}"[:80])
    return standing


def _take_signed(node: Node, fetched: FetchedBytes, mail: Mail) -> str:
    """A mail that is signed, or encrypted and signed: judged by the certificate that ours was sealed to."""
    if not fetched.whole:
        return _keep(node, fetched, mail, "unverified" if _sent(node, mail) else "stray", "too-large")
    certificate = _certificate(node, mail, _sent(node, mail))
    opened = _OPEN[mail.sort](node, mail, certificate)
    answer = _read(opened, mail)
    named = named_mails(node, mail, answer)
    if not named:
        return _keep(node, fetched, mail, "stray", "no-case")
    sent = named[0]
    if opened.signer is None or opened.signer != sent.fingerprint:
        return _keep(node, fetched, mail, "unverified", "signed-by-another" if opened.signed else "unsigned")
    return _take_over(node, fetched, mail, named=named, opened=opened, answer=answer)


def _take_over(
    node: Node, fetched: FetchedBytes, mail: Mail, *, named: list[SentMail], opened: Opened, answer: Answer
) -> str:
    """Enter it into the case of the first of our mails that it names."""
    sent = named[0]
    core = open_message(bytes(sent.copy.plaintext)).core
    # What was signed enters one case once, however often the mail around it is made anew.
    words = hashlib.sha256(b"liaison.mail-words.v1\0" + core.case.encode() + b"\0" + opened.text).hexdigest()
    with reading(node):
        if FetchedMail.objects.filter(words=words).exists():
            return _keep(node, fetched, mail, "again", "same-words")
        ours = frozenset(SentMail.objects.filter(copy__message__case=core.case).values_list("token", flat=True))
    files = seal_files(node, answer.files)
    said = words_of(answer, signed_by=format_groups(sent.fingerprint))
    message, plaintext = write_words(node, core, said, words=words, files=files)
    others = other_cases(core, named, signer=sent.fingerprint)
    notes = [Note.BY_MAIL]
    notes += [Note.CASE_OUTSIDE] if ours.isdisjoint(answer.tokens) else []
    notes += [Note.OTHER_CASES] if others else []
    with unit_of_work(node):
        incoming = enter_case(node, message, plaintext, sent=sent, notes=notes)
        _store(node, fetched, mail, "taken-over", sent=sent, incoming=incoming, words=words)
        if others:
            note_others(node, core, others)
        if answer.ticket:
            SentMail.objects.filter(pk=sent.pk).update(ticket=answer.ticket)
    return "taken-over"


def _certificate(node: Node, mail: Mail, sent: SentMail | None) -> Certificate | None:
    """Whose signature is looked for: that of the case, else of whoever the sender says to be, to be compared later."""
    if sent is not None:
        return known_certificate(bytes(sent.certificate)) if sent.certificate else None
    with reading(node):
        rows = MailContact.objects.filter(who=correspondent_id(mail.sender)).exclude(fingerprint="")
        row = rows.order_by("-kept_at").first()
    return None if row is None else known_certificate(bytes(row.certificate))


def _open_encrypted(node: Node, mail: Mail, certificate: Certificate | None) -> Opened:
    data = read_armor(encrypted_part(mail))
    limit = UNFOLDED * node.config.mail.largest
    refused: LiaisonError = UsageError("openpgp-not-for-us")
    for _, _, key in all_keys(node):
        try:
            return _signed_inside(node, key.open(data, certificate, limit=limit), certificate)
        except LiaisonError as error:
            if error.code not in NOT_BY_THIS_KEY:
                raise
            if error.code != "openpgp-not-for-us":
                refused = error
    raise refused


def _signed_inside(node: Node, opened: Opened, certificate: Certificate | None) -> Opened:
    """Some sign first, as a mail, and encrypt that (RFC 3156 §6.1)."""
    if opened.signed or not is_entity(opened.text):
        return opened
    inner = read_mail(opened.text)
    return _open_signed(node, inner, certificate) if inner.sort is Sort.SIGNED else opened


def _open_signed(node: Node, mail: Mail, certificate: Certificate | None) -> Opened:
    data, signature = signed_part(mail)
    signer = None if certificate is None else judge_detached(data, signature, certificate)
    return Opened(data, signer, signed=True)


def _open_clear(node: Node, mail: Mail, certificate: Certificate | None) -> Opened:
    text = armored(mail.parsed).encode()
    said = None if certificate is None else judge_clear(text, certificate)
    return (
        Opened(text, None, signed=True)
        if said is None or certificate is None
        else Opened(said, certificate.fingerprint, signed=True)
    )


def _read(opened: Opened, mail: Mail) -> Answer:
    read = read_entity if mail.sort is Sort.SIGNED or is_entity(opened.text) else read_text
    return read(opened.text, subject=mail.subject)


def keep_silence(node: Node, now: datetime) -> int:
    """Note the mails whose answer is missed; how many."""
    with unit_of_work(node):
        rows = list(SentMail.objects.filter(expected_at__lte=now).select_related("copy")[:500])
        for row in rows:
            copy = OutgoingCopy.objects.select_for_update().get(pk=row.copy_id)
            if copy.state == CopyState.HANDED_OVER.value:
                advance(copy, CopyEvent.FELL_SILENT)
        SentMail.objects.filter(pk__in=[row.pk for row in rows]).update(expected_at=None)
    return len(rows)


_OPEN = {Sort.ENCRYPTED: _open_encrypted, Sort.SIGNED: _open_signed, Sort.CLEARSIGNED: _open_clear}
_TAKE = {
    Sort.ENCRYPTED: _take_signed,
    Sort.SIGNED: _take_signed,
    Sort.CLEARSIGNED: _take_signed,
    Sort.SMIME: _take_smime,
    Sort.BOUNCE: _take_bounce,
    Sort.AUTOMATIC: _take_automatic,
}
