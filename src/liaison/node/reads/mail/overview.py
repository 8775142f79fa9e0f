"""Who is kept as a correspondent, which mail came that no case took in, and does the mailbox answer?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liaison.keys.openpgp.certificates import format_groups
from liaison.messages.parties import DeskRef
from liaison.node.models import FetchedMail, MailboxPlace, MailContact, Officer, SentMail
from liaison.node.node import Node
from liaison.node.unit_of_work import reading

BESIDE = ("unverified", "automatic", "bounced", "delayed")
"""What is shown with its case and was not taken into it."""
MOST = 100
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ContactRead:
    """A correspondent of a desk; `fingerprint` is empty where there is no key to write to."""

    mailbox: str
    name: str
    languages: tuple[str, ...]
    fingerprint: str
    channel: str
    source: str
    kept_at: datetime
    checked_at: datetime | None
    checked_by: str
    """The officer who heard the fingerprint; empty where a command took it."""
    expires_at: datetime | None
    offered_as: str
    """The fingerprint of a certificate that is attached and was not compared yet."""
    claimed: str
    """The fingerprint that a list names."""

    def expired(self, now: datetime) -> bool:
        """Whether nothing can be sealed to its certificate any more."""
        return self.expires_at is not None and self.expires_at <= now

    def expires_soon(self, now: datetime) -> bool:
        """Whether its owner should be asked for a newer one."""
        return self.expires_at is not None and now < self.expires_at <= now + SOON


@dataclass(frozen=True, slots=True)
class MailRead:
    """A mail that was fetched: `sender` and `message_id` are claims of the mail itself."""

    at: datetime
    sender: str
    standing: str
    reason: str
    message_id: str
    case: str


@dataclass(frozen=True, slots=True)
class MailboxState:
    """When the mailbox was last looked at, and what went wrong then."""

    checked_at: datetime
    trouble: str


def contacts(node: Node, register: str, desk: DeskRef) -> list[ContactRead]:
    """The correspondents of a desk, by name."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    with reading(node):
        rows = list(MailContact.objects.filter(register=register, **place).order_by("name", "pk"))
        officers = dict(Officer.objects.filter(pk__in=[row.checked_by for row in rows]).values_list("pk", "name"))
        return [
            ContactRead(
                each.mailbox,
                each.name,
                tuple(each.languages),
                each.fingerprint,
                each.channel,
                each.source,
                each.kept_at,
                (each.checked_at or each.kept_at) if each.fingerprint else None,
                officers.get(each.checked_by, ""),
                each.expires_at,
                each.offered_as,
                each.claimed,
            )
            for each in rows
        ]


def strays(node: Node, *, limit: int = MOST) -> list[MailRead]:
    """The newest mails that belong to no case, for whoever runs the node."""
    with reading(node):
        rows = FetchedMail.objects.filter(standing="stray").order_by("-pk")[:limit]
        return [_read(each, "") for each in rows]


def beside_case(node: Node, register: str, desk: DeskRef, case: str) -> list[MailRead]:
    """The mails that belong to a case of the desk and were not taken into it, the oldest first."""
    with reading(node):
        rows = _of(register, desk).filter(sent__copy__message__case=case).order_by("pk")[:MOST]
        return [_read(each, case) for each in rows]


def beside_cases(node: Node, register: str, desk: DeskRef, *, since: datetime) -> list[MailRead]:
    """The unverified mails of all cases of the desk since then, the newest first."""
    with reading(node):
        rows = _of(register, desk).filter(standing="unverified", fetched_at__gte=since)
        rows = rows.select_related("sent__copy__message").order_by("-pk")[:MOST]
        return [_read(each, each.sent.copy.message.case) for each in rows]


@dataclass(frozen=True, slots=True)
class MailSent:
    """How a copy went by mail; `said` are a mail server's words."""

    token: str
    mailbox: str
    fingerprint: str
    handed_at: datetime | None
    expected_at: datetime | None
    said: str

    @property
    def groups(self) -> str:
        """The fingerprint as people compare it."""
        return format_groups(self.fingerprint)


def mails_of(node: Node, register: str, messages: Iterable[str]) -> dict[tuple[str, DeskRef], MailSent]:
    """How messages went by mail, those that did, by message and recipient."""
    columns = ("token", "mailbox", "fingerprint", "handed_at", "expected_at", "said")
    at = ("copy__message__message_id", "copy__participant", "copy__node", "copy__desk")
    # A message is found by register and identifier, its mails from there: by a copy's register all would be looked at.
    named = {"copy__message__register": register, "copy__message__message_id__in": list(messages)}
    with reading(node):
        rows = SentMail.objects.filter(**named)
        found = list(rows.values_list(*at, *columns))
    return {(row[0], DeskRef(*row[1:4])): MailSent(*row[4:]) for row in found}


def case_of_mail(node: Node, register: str, desk: DeskRef, token: str) -> str:
    """The case of the desk that a mail of ours with this reference belongs to; empty for none."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    mine = {f"copy__message__{name}": value for name, value in place.items()}
    with reading(node):
        rows = SentMail.objects.filter(copy__register=register, **mine, token=token)
        return rows.values_list("copy__message__case", flat=True).first() or ""


def mailbox_state(node: Node) -> MailboxState | None:
    """How the mailbox is; None while there is none or it was never looked at."""
    with reading(node):
        row = MailboxPlace.objects.filter(address=node.config.mail.address).first()
    return None if row is None else MailboxState(row.checked_at, row.trouble)


def _of(register: str, desk: DeskRef) -> Any:
    place = {"register": register, "participant": desk.participant, "node": desk.node, "desk": desk.desk}
    mine = {f"sent__copy__message__{name}": value for name, value in place.items()}
    rows = FetchedMail.objects.filter(**mine, standing__in=BESIDE)
    return rows.defer("raw", "sent__copy__plaintext", "sent__copy__sealed", "sent__copy__message__core")


def _read(row: FetchedMail, case: str) -> MailRead:
    return MailRead(row.fetched_at, row.sender, row.standing, row.reason, row.message_id, case)
