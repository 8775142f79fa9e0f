"""What does one node ask another to see whether it works, and what does that one say of itself?

    question   {"for":{desk},"nonce":"<32 hex digits>","register":"9ab0…","sent":"2026-11-26T03:02:00Z"}
    answer     {"key_made":"2026-11-20T…Z","nonce":"…","now":"2026-11-26T03:02:01Z","padding":"…","version":"0.1",
                "worker":12}
               and where work is planned there   "planned":{"from":"…T22:00:00Z","until":"…T02:00:00Z"}
               and where somebody is on duty by the rota there   "duty_since":"…T22:00:00Z"

Invariants (docs/spec/checks.md):
- the question is sealed to a desk as a message is, in a frame of the same size, so only who holds the desk's key reads
  the nonce, and an answer that repeats it shows that the key is there;
- the answer has the size of a receipt, whatever it says; it is believed because it came over the pinned line;
- nothing is kept of a question, and no officer hears of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec

from liaison.duty.checks.planned_work import LONGEST, Work
from liaison.errors import MalformedError, VerificationError
from liaison.messages.message import Count
from liaison.messages.parties import DeskRef
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.identifiers import Hash, Instant, parse_instant

LARGEST_QUESTION = 2048
ANSWER_SIZE = 1492
"""About that of a receipt."""

Nonce = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
Version = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Za-z.+-]{1,32}\Z")]
Padding = Annotated[str, msgspec.Meta(pattern=r"\A\.*\Z")]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"desk": "for"}):
    """What stands inside the seal."""

    desk: DeskRef
    nonce: Nonce
    register: Hash
    sent: Instant


class Planned(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"begins": "from"}):
    """From when to when work is planned at the desk."""

    begins: Instant
    until: Instant


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the other node says: its time, its version, how many seconds ago its worker last gave a sign (null: never),
    since when it has the newest sealing key of the desk, the work that is planned, where there is any, and since when
    those are on duty who are, where the desk keeps a rota; never who they are or until when."""

    key_made: Instant | None
    nonce: Nonce
    now: Instant
    padding: Padding
    version: Version
    worker: Count | None
    planned: Planned | None = None
    duty_since: Instant | None = None


def encode_question(question: Question) -> bytes:
    """The bytes to seal."""
    return encode_struct(question)


def decode_question(data: bytes) -> Question:
    """The question in opened bytes. Raises MalformedError."""
    question = decode_struct(data, Question, limit=LARGEST_QUESTION)
    parse_instant(question.sent)
    return question


def encode_answer(answer: Answer) -> bytes:
    """The answer, filled up to `ANSWER_SIZE` bytes."""
    bare = encode_struct(msgspec.structs.replace(answer, padding=""))
    return encode_struct(msgspec.structs.replace(answer, padding="." * max(0, ANSWER_SIZE - len(bare))))


def decode_answer(data: bytes, question: Question) -> Answer:
    """The answer to `question`. Raises MalformedError, VerificationError for one to another question."""
    if len(data) != ANSWER_SIZE:
        raise MalformedError("check-answer-size", size=len(data), expected=ANSWER_SIZE)
    answer = decode_struct(data, Answer, limit=ANSWER_SIZE)
    now = parse_instant(answer.now)
    if answer.key_made is not None:
        parse_instant(answer.key_made)
    if answer.duty_since is not None and parse_instant(answer.duty_since) > now:
        raise MalformedError("check-answer-duty")
    if answer.planned is not None:
        work_of(answer.planned)
    if answer.nonce != question.nonce:
        raise VerificationError("check-answer-differs")
    return answer


def work_of(planned: Planned) -> Work:
    """The work that an answer told. Raises MalformedError for what ends before it begins, or lasts too long."""
    work = Work(parse_instant(planned.begins), parse_instant(planned.until))
    if not timedelta(0) < work.ends - work.begins <= LONGEST:
        raise MalformedError("check-answer-planned")
    return work
