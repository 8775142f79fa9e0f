"""What is at the guest page of a case: who tried, who came in, and what does a guest see of it?

Invariants: a desk sees its own pages alone; a guest sees what the desk wrote to that mailbox in that one case, and what
came from the guest page itself: no mail, no note, nothing that others said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.messages.message import Attachment, Core, open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, GuestPage, IncomingCopy, SentMail
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import digest


@dataclass(frozen=True, slots=True)
class GuestPageRead:
    """The page of a case as its desk sees it."""

    case: str
    mailbox: str
    asked: str
    told: str
    opened_at: datetime
    until: datetime
    closed_at: datetime | None
    wrong: int
    wrong_at: datetime | None
    entered: int
    entered_at: datetime | None
    said: int

    def is_open(self, now: datetime) -> bool:
        """Whether its code opens it."""
        return self.closed_at is None and self.until > now


@dataclass(frozen=True, slots=True)
class GuestWord:
    """One message of the case as a guest sees it."""

    message_id: str
    ours: bool
    at: datetime
    core: Core
    fields: Mapping[str, JSON]
    attachments: tuple[Attachment, ...]


COLUMNS = tuple(GuestPageRead.__dataclass_fields__)


def guest_page(node: Node, register: str, desk: DeskRef, case: str) -> GuestPageRead | None:
    """The newest page of a case, open or ended."""
    with reading(node):
        row = _of(register, desk).filter(case=case).order_by("-pk").values_list(*COLUMNS).first()
    return None if row is None else GuestPageRead(*row)


def open_guest_pages(node: Node, register: str, desk: DeskRef) -> list[GuestPageRead]:
    """The pages of the desk that are open now, the oldest first."""
    with reading(node):
        rows = _of(register, desk).filter(closed_at__isnull=True, until__gt=node.clock.now()).order_by("pk")
        return [GuestPageRead(*row) for row in rows.values_list(*COLUMNS)[:20]]


def _of(register: str, desk: DeskRef) -> Any:
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    return GuestPage.objects.filter(register=register, **place)


def page_by_ticket(node: Node, ticket: str) -> GuestPage | None:
    """The page that a guest has entered, while it and their session last and the case is there."""
    now = node.clock.now()
    with reading(node):
        row = GuestPage.objects.filter(session=digest(ticket[:128].encode()), session_until__gt=now).first()
        if row is None or row.closed_at is not None or row.until <= now:
            return None
        place = {"participant": row.participant, "node": row.node, "desk": row.desk}
        live = Case.objects.filter(register=row.register, case=row.case, **place, archived_at=None, destroyed_at=None)
        return row if live.exists() else None


def guest_words(node: Node, page: GuestPage) -> list[GuestWord]:
    """What a guest sees of the case, in order."""
    place = {"participant": page.participant, "node": page.node, "desk": page.desk}
    mine = {f"copy__message__{name}": value for name, value in place.items()}
    found = list[GuestWord]()
    with reading(node):
        sent = SentMail.objects.filter(copy__message__register=page.register, copy__message__case=page.case, **mine)
        sent = sent.filter(mailbox=page.mailbox).exclude(copy__plaintext=b"").select_related("copy__message")
        for each in sent.order_by("pk"):
            found.append(_word(each.copy.message.message_id, each.copy.plaintext, each.copy.message.composed_at, True))
        came = IncomingCopy.objects.filter(READABLE, register=page.register, case=page.case, **place, way="guest")
        for row in came.order_by("pk"):
            found.append(_word(row.message_id, row.plaintext, row.received_at, False))
    return sorted(found, key=lambda each: each.at)


def _word(message_id: str, plaintext: bytes, at: datetime, ours: bool) -> GuestWord:
    message = open_message(bytes(plaintext))
    return GuestWord(message_id, ours, at, message.core, message.fields, message.core.attachments)
