"""What does one desk of a participant give another, beside the coded words of the form?

    internal-share        transcript.json: the case as the giving desk has it; then files of the case
    internal-clearance    letter.json: {"attachments":[…],"case":"019a…","fields":{…},"form":"reply","to":[{desk}],…}

Invariants (docs/spec/inside.md):
- both travel as sealed attachments of a signed message, so their hashes are part of what was signed;
- a transcript counts for the receiver when it is of the case that the message names, holds the message it refers to, is
  told by the desk that sends it, which is a party of the case, and nothing in it contradicts the register;
- a letter that waits for clearance has no number and no signature of its own: it is words until it is cleared;
- handing over is an offer until a deadline; its silence never moves a case: it stays, or is an offer no longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from liaison.errors import UsageError, VerificationError
from liaison.messages.forms import check_fields, latest_form
from liaison.messages.message import Attachment, Core, Marking, Tlp, Urgency
from liaison.messages.parties import DeskRef
from liaison.messages.transcript import Report, Transcript
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.identifiers import Instant, LocalId, MessageId

SHARE, CLEARANCE, ANSWER = "internal-share", "internal-clearance", "internal-answer"
CONTINUATION = "continuation"
INFORMATION, FOR_CLEARANCE, HANDED_OVER = PURPOSES = ("information", "clearance", "handed-over")
TAKEN_OVER, REFUSED, GIVEN_BACK, TAKEN_BACK, CLEARED = ("taken-over", "refused", "given-back", "taken-back", "cleared")
JSON_FILE = "application/json"
TRANSCRIPT, LETTER = "transcript.json", "letter.json"
LARGEST_PROPOSAL = 1 << 20
STAYS, LAPSES = OFFER_SILENCES = ("stays", "lapses")
SHORTEST_OFFER, LONGEST_OFFER = timedelta(minutes=5), timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Offer:
    """Until when a case that is handed over should be taken over, and what it means that nobody did by then."""

    deadline: datetime
    silence: str

    def stands(self, at: datetime) -> bool:
        """Whether the case can be taken over at that moment."""
        return self.silence != LAPSES or at <= self.deadline

    def late(self, at: datetime) -> bool:
        """Whether the deadline has passed."""
        return at > self.deadline


def check_offer(offer: Offer, now: datetime) -> None:
    """Return if a case may be offered so. Raises UsageError."""
    if offer.silence not in OFFER_SILENCES or not SHORTEST_OFFER <= offer.deadline - now <= LONGEST_OFFER:
        raise UsageError("handing-over-deadline", shortest=5, longest=LONGEST_OFFER.days)


class Proposal(msgspec.Struct, frozen=True):
    """A letter that waits for clearance, as its recipients would see it."""

    attachments: tuple[Attachment, ...]
    case: MessageId
    fields: dict[str, Any]
    form: LocalId
    marking: Marking | None
    stage: LocalId | None
    tlp: Tlp
    to: tuple[DeskRef, ...]
    urgency: Urgency
    wanted_by: Instant | None


def encode_proposal(proposal: Proposal) -> bytes:
    """The file that travels."""
    return encode_struct(proposal)


def decode_proposal(data: bytes) -> Proposal:
    """The letter in such a file; its fields fit a form that is known here. Raises MalformedError."""
    found = decode_struct(data, Proposal, limit=LARGEST_PROPOSAL)
    check_fields(latest_form(found.form), found.fields)
    return found


def check_shared(core: Core, case: str, given: Transcript, report: Report) -> None:
    """Return if a transcript may be shown as the case that `core` speaks of. Raises VerificationError."""
    told = {each.core_hash for each in report.statements}
    if (given.register, given.case, given.exercise) != (core.register, case, core.exercise) or core.re not in told:
        raise VerificationError("shared-another-case", case=case[:36])
    if given.exported_by != core.sender or core.sender not in report.parties:
        raise VerificationError("shared-by-another-desk", desk=str(core.sender))
    if not report.proven:
        code = next(each.code.value for each in report.findings if each.fatal)
        raise VerificationError("shared-not-proven", finding=code)
