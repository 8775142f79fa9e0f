"""How does somebody without OpenPGP read a case and answer in it, when they asked to (docs/spec/mail.md, "Guest page")?

    opened = open_guest_page(node, seat, case, Asking(asked="telephone", told="telephone", hours=24), officer=7)
    opened.code                      shown to the officer once, or written inside the next encrypted mail of the case
    ticket = enter(node, token, code, address="192.0.2.7")
    answer_as_guest(node, page, Said(text="…"), once="…")

Invariants:
- a page is one case's, ends by itself, and is offered only under the host name that the register has for this node;
- a wrong code, a reference of nobody and a page that has ended are refused in the same words; attempts are counted
  before anything is compared, and wrong codes stand on the desk's page;
- what is written enters the case as asserted by the sender, signed by nobody; the same form sent twice enters once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.db.models import F

from liaison.errors import NotNowError, Several, UsageError
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.inbox import Note
from liaison.messages.mail.answers import clean_text, fit_name
from liaison.messages.mail.guests import SEED, hash_code, is_code, make_code
from liaison.messages.mail.writing import MailFile
from liaison.messages.message import open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, FetchedMail, GuestPage, SentMail
from liaison.node.node import Node
from liaison.node.reads import register as reads
from liaison.node.reads.mail.targets import MAILBOX
from liaison.node.services.mail.storing import Words, enter_case, seal_files, write_words
from liaison.node.services.people.attempts import counted
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register import records
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import digest, format_instant

HOURS = (24, 72, 168)
"""How long a page may be open."""
SESSION = timedelta(minutes=30)
MOST_SAID = 20
LONGEST = 20_000
LARGEST_FILE = 2 << 20
TICKET = 32
TOO_MANY = "too-many-attempts"


class Told(StrEnum):
    """How the code reaches the other side; never beside the reference, which stands in every mail in the clear."""

    TELEPHONE = "telephone"
    MAIL = "mail"


class Asked(StrEnum):
    """How the other side asked for the page."""

    TELEPHONE = "telephone"
    SIGNED_MAIL = "signed-mail"
    IN_PERSON = "in-person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What an officer says when they open a page."""

    asked: Asked
    told: Told
    hours: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that is open; `code` is shown this once."""

    code: str
    token: str
    host: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What a guest says: nothing but that they saw it, or words, with or without a file."""

    text: str = ""
    name: str = ""
    data: bytes = b""

    @property
    def only_seen(self) -> bool:
        """Whether it is an acknowledgement and no more."""
        return not self.text and not self.name


def open_guest_page(node: Node, seat: Seat, case: str, asking: Asking, *, officer: int) -> Opened:
    """Open the page of a case by mail for the other side; an earlier one of the case ends. Raises UsageError."""
    host = guest_host(node, seat.register, seat.desk)
    seed = node.entropy.draw(SEED)
    code, now = make_code(seed), node.clock.now()
    held_as = digest(seed) if asking.told is Told.MAIL else ""
    if asking.hours not in HOURS:
        raise UsageError("guest-hours", hours=Several.of(map(str, HOURS)))
    with reading(node):
        sent = _last_mail(seat.register, seat.desk, case)
    if sent is None or sent.copy.node != MAILBOX:
        raise UsageError("guest-not-by-mail")
    if held_as and not sent.certificate:
        raise UsageError("guest-no-key", mailbox=sent.mailbox)
    if held_as:  # In the vault before a row names it.
        node.vault.store(held_as, seed)
    place = {"participant": seat.desk.participant, "node": seat.desk.node, "desk": seat.desk.desk}
    with unit_of_work(node):
        _require_live(seat.register, seat.desk, case)
        ended = _end(node, GuestPage.objects.filter(register=seat.register, **place, case=case))
        page = GuestPage.objects.create(
            register=seat.register,
            **place,
            case=case,
            mailbox=sent.mailbox,
            asked=asking.asked.value,
            told=asking.told.value,
            code=hash_code(case, code),
            held_as=held_as,
            opened_at=now,
            until=now + timedelta(hours=asking.hours),
        )
        params = {"asked": asking.asked.value, "told": asking.told.value, "until": format_instant(page.until)}
        note(node, "guest-page-opened", officer=officer, subject=case, params=dict(params))
    _destroy(node, ended)
    return Opened(code, sent.token, host, page.until)


def guest_host(node: Node, register: str, desk: DeskRef) -> str:
    """The host name of this node's pages where the register has the same for the node. Raises UsageError."""
    host = urlsplit(node.config.pages.url).hostname or ""
    addresses = reads.node_addresses(node, register, desk.participant, desk.node)
    ways = addresses[0].ways if addresses else ()
    named = {urlsplit(way.at).hostname for way in ways if way.way is records.Way.PEER and way.at}
    if not host or host not in named:
        raise UsageError("guest-host", host=host or "-", named=Several.of(sorted(filter(None, named)) or ["-"]))
    return host


def close_guest_page(node: Node, seat: Seat, case: str, *, officer: int) -> None:
    """End the page of a case; idempotent."""
    place = {"participant": seat.desk.participant, "node": seat.desk.node, "desk": seat.desk.desk}
    with unit_of_work(node):
        ended = _end(node, GuestPage.objects.filter(register=seat.register, **place, case=case))
        if ended:
            note(node, "guest-page-closed", officer=officer, subject=case)
    _destroy(node, ended)


def end_guest_pages(node: Node) -> int:
    """End the pages whose time is over; how many."""
    over = GuestPage.objects.filter(closed_at__isnull=True, until__lte=node.clock.now())
    with reading(node):
        if not over.exists():
            return 0
    with unit_of_work(node):
        ended = _end(node, over)
    _destroy(node, ended)
    return len(ended)


def _end(node: Node, pages: Any) -> list[str]:
    """Inside a unit of work: what the vault kept for those of them that were open."""
    rows = list(pages.filter(closed_at__isnull=True).select_for_update())
    for row in rows:
        row.closed_at, row.session = node.clock.now(), ""
        row.save(update_fields=["closed_at", "session"])
    return [row.held_as for row in rows]


def _destroy(node: Node, held: list[str]) -> None:
    for name in filter(None, held):
        node.vault.destroy(name)


def enter(node: Node, token: str, typed: str, *, address: str) -> str:
    """The ticket of a guest who knows reference and code. Raises UsageError, NotNowError after too many attempts."""
    try:
        with counted(node, login=f"guest {token}", address=f"guest {address}"):
            page = _tried(node, token, typed)
    except NotNowError as error:
        raise (NotNowError("guest-too-many", **error.params) if error.code == TOO_MANY else error) from None
    ticket, now = node.entropy.draw(TICKET).hex(), node.clock.now()
    with unit_of_work(node):
        GuestPage.objects.filter(pk=page.pk).update(
            session=digest(ticket.encode()),
            session_until=now + SESSION,
            entered=F("entered") + 1,
            entered_at=now,
        )
        note(node, "guest-entered", subject=page.case, participant=page.participant)
    return ticket


def _tried(node: Node, token: str, typed: str) -> GuestPage:
    """The page that reference and code open; a wrong code of a page is counted there. Raises UsageError."""
    with reading(node):
        page = _page_of(node, token)
    if page is not None and is_code(page.code, page.case, typed):
        return page
    if page is not None:
        with unit_of_work(node):
            GuestPage.objects.filter(pk=page.pk).update(wrong=F("wrong") + 1, wrong_at=node.clock.now())
    raise UsageError("guest-refused")


def _page_of(node: Node, token: str) -> GuestPage | None:
    """The open page of the case that a reference names."""
    sent = SentMail.objects.filter(token=token).select_related("copy__message").first() if token else None
    if sent is None:
        return None
    message = sent.copy.message
    place = {"participant": message.participant, "node": message.node, "desk": message.desk}
    found = GuestPage.objects.filter(register=message.register, **place, case=message.case, mailbox=sent.mailbox)
    return found.filter(closed_at__isnull=True, until__gt=node.clock.now()).first()


def leave(node: Node, page: int) -> None:
    """End the guest's session; the page stays open."""
    with unit_of_work(node):
        GuestPage.objects.filter(pk=page).update(session="", session_until=None)


def answer_as_guest(node: Node, page: GuestPage, said: Said, *, once: str) -> bool:
    """Take what a guest says into the case; False for a form that was taken before.

    Raises UsageError for too many or too much, NotNowError while the disk takes nothing.
    """
    if len(said.text) > LONGEST or len(said.data) > LARGEST_FILE:
        raise UsageError("guest-too-much", letters=LONGEST, mebibytes=LARGEST_FILE >> 20)
    node.storage.require_room(len(said.data))
    with reading(node):
        sent = _last_mail(page.register, DeskRef(page.participant, page.node, page.desk), page.case)
    if sent is None:
        raise UsageError("guest-refused")
    core = open_message(bytes(sent.copy.plaintext)).core
    words = hashlib.sha256(f"liaison.guest-words.v1\0{page.pk}\0{once[:64]}".encode()).hexdigest()
    files = [MailFile(fit_name(said.name, 0), "application/octet-stream", said.data)] if said.name else []
    sealed = seal_files(node, files)
    message, plaintext = write_words(node, core, _words(node, said), words=words, files=sealed)
    with unit_of_work(node):
        row = GuestPage.objects.select_for_update().get(pk=page.pk)
        _require_live(page.register, DeskRef(page.participant, page.node, page.desk), page.case)
        if FetchedMail.objects.filter(words=words).exists():
            return False
        if row.closed_at is not None or row.said >= MOST_SAID:
            raise UsageError("guest-said-enough", most=MOST_SAID)
        incoming = enter_case(
            node, message, plaintext, sent=sent, notes=(Note.ASSERTED,), way="guest", answers=not said.only_seen
        )
        FetchedMail.objects.create(
            digest=words,
            sort="guest",
            standing="taken-over",
            sent=sent,
            incoming_id=incoming,
            words=words,
            raw=b"",
            fetched_at=node.clock.now(),
        )
        GuestPage.objects.filter(pk=page.pk).update(said=F("said") + 1)
        note(node, "guest-said", subject=page.case, participant=page.participant)
    return True


def _words(node: Node, said: Said) -> Words:
    if said.only_seen:
        fields: dict[str, JSON] = {"at": format_instant(node.clock.now()), "by_duty_desk": False}
        return Words(ACKNOWLEDGEMENT, fields)
    text = clean_text(said.text).strip()
    return Words("guest-reply", {"text": {"lang": "und", "text": text}} if text else {})


def _last_mail(register: str, desk: DeskRef, case: str) -> Any:
    """The last mail of a case of this desk whose message can still be read."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    mine = {f"copy__message__{name}": value for name, value in place.items()}
    rows = SentMail.objects.filter(copy__message__register=register, copy__message__case=case, **mine)
    return rows.exclude(copy__plaintext=b"").select_related("copy__message").order_by("-pk").first()


def _require_live(register: str, desk: DeskRef, case: str) -> None:
    """Return while the case is neither archived nor destroyed. Raises UsageError."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    live = Case.objects.filter(register=register, case=case, **place, archived_at=None, destroyed_at=None)
    if not live.exists():
        raise UsageError("guest-case-over")


def code_for_mail(node: Node, register: str, desk: DeskRef, case: str) -> tuple[str, str] | None:
    """Host name and code to write inside the next encrypted mail of a case, where a page waits for that."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    with reading(node):
        page = GuestPage.objects.filter(register=register, **place, case=case, closed_at__isnull=True).first()
    if page is None or not page.held_as or page.until <= node.clock.now():
        return None
    return urlsplit(node.config.pages.url).hostname or "", make_code(node.vault.load(page.held_as))
