"""What does a node that lost its memory ask a peer about the two of them, and what does the peer answer?

    question   {"after":0,"side":"received","since":"2026-11-20T03:02:00Z"}
    answer     {"dealings":[{"case":"…","core":"…","epoch":"…","for":{desk},"from":{desk},"id":"…","message":"…",
                "receipts":["<base64 of an envelope>"],"seq":0}],"next":null}
    again      {"messages":["<message hash>"]}

Invariants (docs/spec/peer-door.md, "After a restore"):
- `side` is the asker's: `received` is what the peer sent it, with the receipts the asker signed; `sent` is what it sent
  the peer, with the receipts the peer signed;
- an answer proves itself: receipts by their signatures, a message by the one on the copy that is fetched for it;
- pages follow one another by `next`, which means something to the answering node only.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from liaison.errors import MalformedError
from liaison.messages.message import Count, Epoch
from liaison.messages.parties import DeskRef
from liaison.wire.canonical import decode_struct
from liaison.wire.identifiers import Base64, Hash, Instant, MessageId, parse_instant

LARGEST_QUESTION = 8 * 1024
LARGEST_ANSWER = 4 << 20
MOST_AGAIN = 64
MOST_ON_A_PAGE = 200

Side = Literal["received", "sent"]


class Question(msgspec.Struct, frozen=True):
    """What passed between asker and asked, on one side, receipted at `since` or later, from `after` on."""

    after: Count
    side: Side
    since: Instant | None


class Dealing(msgspec.Struct, frozen=True, rename={"desk": "for", "sender": "from"}):
    """One copy that passed between the two, with the receipts given for it."""

    case: MessageId
    core: Hash
    epoch: Epoch
    desk: DeskRef
    sender: DeskRef
    id: MessageId
    message: Hash
    receipts: tuple[Base64, ...]
    seq: Count


class Page(msgspec.Struct, frozen=True):
    """Part of the answer; `next` is the `after` of the next question, null on the last page."""

    dealings: tuple[Dealing, ...]
    next: Count | None


class Again(msgspec.Struct, frozen=True):
    """Messages by their hashes: which are asked for again, and in the answer, which will be sent again."""

    messages: Annotated[tuple[Hash, ...], msgspec.Meta(max_length=MOST_AGAIN)]


def decode_question(data: bytes) -> Question:
    """The question. Raises MalformedError."""
    question = decode_struct(data, Question, limit=LARGEST_QUESTION)
    if question.since is not None:
        parse_instant(question.since)
    return question


def decode_page(data: bytes, question: Question) -> Page:
    """The answer to `question`. Raises MalformedError, also when it would lead back to where it came from."""
    page = decode_struct(data, Page, limit=LARGEST_ANSWER)
    if len(page.dealings) > MOST_ON_A_PAGE:
        raise MalformedError("dealings-too-many", count=len(page.dealings), limit=MOST_ON_A_PAGE)
    if page.next is not None and page.next <= question.after:
        raise MalformedError("dealings-go-back", after=question.after)
    return page


def decode_again(data: bytes) -> Again:
    """What is asked for again. Raises MalformedError."""
    return decode_struct(data, Again, limit=LARGEST_QUESTION)
