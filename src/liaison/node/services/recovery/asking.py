"""What does a restored node ask its peers, and what becomes of their answers?

    for standing in ask_peers(node, peers_to_ask(node)): …            one a peer, as the answers come

Invariants: only a node that is closed after a restore asks; a peer that does not answer stays asked, and opening
without it is the operator's word; a question and what is taken in may be repeated; the pages of one answer are counted,
so no peer is listened to without end (docs/spec/peer-door.md, "After a restore").
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.errors import LiaisonError, MalformedError, NotNowError, UnreachableError, UsageError
from liaison.keys.public import Purpose
from liaison.messages.dealings import (
    LARGEST_ANSWER,
    MOST_AGAIN,
    Again,
    Page,
    Question,
    Side,
    decode_again,
    decode_page,
)
from liaison.messages.parties import NodeRef
from liaison.node.models import LostMessage, PeerInquiry, RecoveredReceipt
from liaison.node.node import Node
from liaison.node.peering import PeerRequest
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.reads.own import setting
from liaison.node.services.recovery.inquiries import Between, note_peers
from liaison.node.services.recovery.taking_in import (
    enter_message,
    keep_receipts,
    note_lost,
    unknown_messages,
    unknown_receipts,
)
from liaison.node.unit_of_work import READ_ONLY, catching_up, reading, unit_of_work
from liaison.wire.canonical import encode_struct
from liaison.wire.identifiers import format_instant

MOST_PAGES = 200
SEALED_COPY_LIMIT = 512 * 1024

log = logging.getLogger("liaison.recovery")


@dataclass(frozen=True, slots=True)
class Standing:
    """What came of asking one peer; `error` is empty when it answered all of it."""

    between: Between
    required: bool
    error: str = ""
    receipts: int = 0
    messages: int = 0


def peers_to_ask(node: Node) -> list[PeerInquiry]:
    """The peers that have not answered since the restore, those with dealings first."""
    note_peers(node)
    with reading(node):
        return list(PeerInquiry.objects.filter(answered_at=None).order_by("-required", "pk"))


def ask_peers(node: Node, rows: Iterable[PeerInquiry]) -> Iterator[Standing]:
    """Ask one after the other. Raises UsageError on a node that was not restored."""
    if not setting(node, READ_ONLY):
        raise UsageError("node-not-restored")
    for row in rows:
        standing = _ask(node, row)
        log.info("asked %s: %s", row.peer_participant[:16], standing.error or "answered")
        yield standing


def _ask(node: Node, row: PeerInquiry) -> Standing:
    """One peer, both sides, and the texts that are still lost."""
    own, peer = NodeRef(row.participant, row.node), NodeRef(row.peer_participant, row.peer_node)
    talk, begun = Talk(node, Between(row.register, own, peer)), node.clock.now()
    try:
        talk.ask(row.since)
        changes: dict[str, Any] = {"answered_at": begun, "last_error": ""}
    except LiaisonError as error:
        changes = {"last_error": error.code[:64]}
    with catching_up(), unit_of_work(node):
        PeerInquiry.objects.filter(pk=row.pk).update(**changes)
    return Standing(talk.between, row.required, str(changes["last_error"]), talk.receipts, talk.messages)


class Talk:
    """The requests to one peer, and what was found."""

    def __init__(self, node: Node, between: Between) -> None:
        self.node, self.between = node, between
        self.receipts = self.messages = 0

    def ask(self, since: datetime | None) -> None:
        """Ask for both sides. Raises what keeps the peer from having answered."""
        for page in self.pages("sent", since):
            found = unknown_messages(self.node, self.between, page)
            note_lost(self.node, self.between, found)
            self.messages += len(found)
        for page in self.pages("received", since):
            given = unknown_receipts(self.node, self.between, page)
            keep_receipts(self.node, self.between, given)
            self.receipts += len(given)
        self._ask_again()
        self._fetch_lost()

    def pages(self, side: Side, since: datetime | None) -> Iterator[Page]:
        """What passed on one side since then, by the peer's clock. Raises UnreachableError, MalformedError."""
        after = 0
        for _ in range(MOST_PAGES):
            question = Question(after, side, format_instant(since) if since is not None else None)
            body = self._call("POST", "/dealings", encode_struct(question), limit=LARGEST_ANSWER)
            page = decode_page(body, question)
            yield page
            if page.next is None:
                return
            after = page.next
        raise MalformedError("dealings-without-end", pages=MOST_PAGES)

    def _ask_again(self) -> None:
        """Have the peer send again what we gave receipts for and do not have."""
        with reading(self.node):
            rows = RecoveredReceipt.objects.filter(n=0, **self._mine("to_")).order_by("pk")
            wanted = list(rows.values_list("message_hash", flat=True))
        for start in range(0, len(wanted), MOST_AGAIN):
            body = encode_struct(Again(tuple(wanted[start : start + MOST_AGAIN])))
            decode_again(self._call("POST", "/dealings/again", body, limit=LARGEST_ANSWER))

    def _fetch_lost(self) -> None:
        """Bring back what we wrote; a text that cannot be opened stays on the list with the reason."""
        with reading(self.node):
            rows = list(LostMessage.objects.filter(**self._mine("to_")).order_by("pk"))
        for row in rows:
            sealed = self.copy(row.message_hash)
            try:
                enter_message(self.node, self.between, row, sealed)
            except NotNowError:
                raise
            except LiaisonError as error:
                with catching_up(), unit_of_work(self.node):
                    LostMessage.objects.filter(pk=row.pk).update(why=error.code[:64])

    def copy(self, message_hash: str) -> bytes:
        """The copy we sent, sealed to our desk. Raises UnreachableError."""
        return self._call("GET", f"/dealings/copies/{message_hash}", limit=SEALED_COPY_LIMIT)

    def _mine(self, prefix: str) -> dict[str, str]:
        own, peer = self.between.own, self.between.peer
        return {
            "register": self.between.register,
            "participant": own.participant,
            "node": own.node,
            f"{prefix}participant": peer.participant,
            f"{prefix}node": peer.node,
        }

    def _call(self, method: str, path: str, body: bytes = b"", *, limit: int) -> bytes:
        """One signed request. Raises UnreachableError, also for a refusal."""
        register, own, peer = self.between.register, self.between.own, self.between.peer
        address = register_facts(self.node, register).address(peer)
        if address is None:
            raise UnreachableError("peer-has-no-door", permanent=True, peer=peer.node)
        signer = own_memory(self.node).signer(Purpose.HTTP, register, own)
        request = PeerRequest(method, path, body=body, content_type="application/json", signer=signer, limit=limit)
        answer = self.node.link.call(address, request)
        if answer.status not in (200, 202):
            raise UnreachableError("peer-does-not-tell", status=answer.status)
        return answer.body
