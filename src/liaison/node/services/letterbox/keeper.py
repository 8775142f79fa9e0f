"""How does a node speak to one that keeps letters? As its sender or as their owner, over the keeping node's peer door.

    box = LetterBox(node, register, own=…, by=…, ask=…)
    box.leave(left, data)   box.state(left)                  the sender: a verified note
    box.page(after)   box.fetch(letter)   box.end(letter)     the owner

Invariants: a note counts only when a message key of the keeping node signed it over what was left; bytes count only
when they have the hash that was listed; every refusal keeps its code, so that a desk is told why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from liaison.errors import MalformedError, NotNowError, UnreachableError, UsageError, VerificationError
from liaison.keys.public import PublicKey, Purpose
from liaison.messages.letter_box import (
    LARGEST_PAGE,
    KeptNote,
    Kind,
    Left,
    Letter,
    Page,
    decode_arrived,
    decode_letters,
    decode_note,
    verify_note,
)
from liaison.messages.parties import NodeRef
from liaison.node.node import Node
from liaison.node.peering import PeerAnswer, PeerRequest
from liaison.node.reads.facts import RegisterFacts, register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.work.calling import ANSWER_LIMIT, call_peer
from liaison.node.work.outbox import Lease
from liaison.wire.byte_ranges import ByteRange, format_content_range
from liaison.wire.identifiers import digest

LARGEST_LETTER = 512 * 1024
PATHS = {Kind.MESSAGE: "messages", Kind.RECEIPT: "receipts"}


class Ask(Protocol):
    """One signed request to the keeping node."""

    def __call__(
        self, *, path: str, body: bytes = b"", method: str = "POST", headers: Mapping[str, str] = ..., limit: int = ...
    ) -> PeerAnswer:
        """Its answer. Raises UnreachableError."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A verified note and its bytes."""

    note: KeptNote
    data: bytes


@dataclass(frozen=True, slots=True)
class LetterBox:
    """What one node keeps for or from `own`."""

    node: Node
    register: str
    own: NodeRef
    by: NodeRef
    ask: Ask

    def left(self, owner: NodeRef, kind: Kind, sealed: str) -> Left:
        """What `own` leaves here for `owner`."""
        return Left(self.register, self.by, owner, self.own, kind, sealed)

    def leave(self, left: Left, data: bytes) -> Noted:
        """Leave a sealed message or receipt; kept durably when this returns. Raises NotNowError, UnreachableError."""
        answer = self.ask(path=f"{_box(left.owner)}/{PATHS[left.kind]}?{self._by}", body=data)
        return self._noted(_good(answer, 200), left)

    def leave_piece(self, left: Left, given: ByteRange, size: int, data: bytes) -> Noted | int:
        """Leave a piece of an attachment: the note when it is whole, else how much of it has arrived."""
        path = f"{_box(left.owner)}/attachments/{left.sealed}?{self._by}"
        headers = {"content-range": format_content_range(given, size)}
        return self._said(_good(self.ask(path=path, body=data, headers=headers), 200, 202), left)

    def state(self, left: Left) -> Noted | int | None:
        """What became of what was left; how much has arrived of what is left in pieces; None: it knows of nothing."""
        path = f"{_box(left.owner)}/{left.sealed}?{self._by}&kind={left.kind.value}"
        answer = self.ask(path=path, method="GET")
        return None if answer.status == 404 else self._said(_good(answer, 200, 202), left)

    def page(self, after: int) -> Page:
        """What it keeps for `own`, behind the number `after`."""
        answer = self.ask(path=f"/letters?after={after}&{self._by}", method="GET", limit=LARGEST_PAGE)
        return decode_letters(_good(answer, 200).body, after=after)

    def fetch(self, letter: Letter) -> bytes:
        """A message or receipt. Raises VerificationError when it is not what was listed."""
        answer = self.ask(path=f"/letters/{letter.number}?{self._by}", method="GET", limit=LARGEST_LETTER)
        data = _good(answer, 200).body
        if digest(data) != letter.sealed or len(data) != letter.size:
            raise VerificationError("letter-altered", digest=letter.sealed)
        return data

    def end(self, number: int) -> None:
        """It is durable here: the bytes may go there; nothing where they went before."""
        answer = self.ask(path=f"/letters/{number}?{self._by}", method="DELETE")
        if answer.status != 404:
            _good(answer, 204)

    @property
    def _by(self) -> str:
        return f"by={self.by.participant}/{self.by.node}"

    def _said(self, answer: PeerAnswer, left: Left) -> Noted | int:
        return self._noted(answer, left) if answer.status == 200 else decode_arrived(answer.body)

    def _noted(self, answer: PeerAnswer, left: Left) -> Noted:
        keyid = decode_note(answer.body)[0].signatures[0].keyid
        note = verify_note(answer.body, left, message_keys(register_facts(self.node, self.register), self.by, keyid))
        return Noted(note, answer.body)


def message_keys(facts: RegisterFacts, at: NodeRef, keyid: str) -> dict[str, PublicKey]:
    """The message key with this fingerprint, if the node has or had it and it is not revoked."""
    fact = facts.message_key(at, keyid)
    return {keyid: fact.key} if fact is not None and fact.revoked_index is None else {}


def leased_box(node: Node, lease: Lease, own: NodeRef, by: NodeRef) -> LetterBox:
    """The letter box at `by`, asked on behalf of a piece of work."""

    def ask(
        *,
        path: str,
        body: bytes = b"",
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> PeerAnswer:
        return call_peer(node, lease, own, path=path, body=body, method=method, headers=headers, limit=limit, at=by)

    return LetterBox(node, lease.register, own, by, ask)


def own_box(node: Node, register: str, own: NodeRef, by: NodeRef) -> LetterBox:
    """The letter box at `by`, asked without a piece of work."""

    def ask(
        *,
        path: str,
        body: bytes = b"",
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> PeerAnswer:
        address = register_facts(node, register).address(by)
        if address is None:
            raise UnreachableError("peer-has-no-door", permanent=True, peer=by.node)
        signer = own_memory(node).signer(Purpose.HTTP, register, own)
        request = PeerRequest(method, path, body=body, headers=headers or {}, signer=signer, limit=limit)
        return node.link.call(address, request)

    return LetterBox(node, register, own, by, ask)


def _box(owner: NodeRef) -> str:
    return f"/letter-boxes/{owner.participant}/{owner.node}"


def _good(answer: PeerAnswer, *statuses: int) -> PeerAnswer:
    """An answer that did what was asked. Raises what the refusal means."""
    if answer.status in statuses:
        return answer
    code = _refusal_code(answer)
    if answer.status == 404 and code == "letter-box-not-here":
        raise UsageError("letter-box-not-agreed")
    if answer.status == 503:
        raise NotNowError("letter-box-full" if code == "letter-box-full" else "letter-box-not-now", node="")
    raise MalformedError("letter-box-refused", status=answer.status)


def _refusal_code(answer: PeerAnswer) -> str:
    return next((code for code in ("letter-box-not-here", "letter-box-full") if code.encode() in answer.body[:200]), "")
