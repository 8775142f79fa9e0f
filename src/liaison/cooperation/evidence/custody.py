"""What does a desk sign when it collects, takes, opens, copies, hands over or destroys evidence?

    {"accepted":"<hash of the conditions>","at":"2026-11-26T09:00:00Z","by":{desk},"case":"019a…","conditions":null,
     "consent":null,"epoch":"9f…","event":"opened","evidence":"<hash of the first line>","exercise":true,
     "manifest":null,"means":null,"n":1,"prev":"<hash of this desk's line before>","register":"…","remark":null,
     "takes":null,"to":null,"under":{"root":"…","size":40}}

Invariants (docs/spec/evidence.md):
- one signature, by the message key of the desk's node; the hash of a line is that of its payload;
- each desk has one chain of its own (`n`, `prev`), begun anew in the epoch after its node was put back from a backup;
  the chains are tied by `takes`, the hand-over that is taken, and by `consent`, the line that allowed an onward one;
- `evidence` is null in the first line alone, which names the manifest;
- which members say something, and which are null, the event decides: one table;
- no name of a person: which officer it was is in the desk's own trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import msgspec

from liaison.cooperation.evidence.conditions import UseConditions, check_conditions
from liaison.errors import MalformedError
from liaison.keys.ports import Signer
from liaison.keys.signing import sign_envelope
from liaison.messages.forms.lines import fits_line
from liaison.messages.message import ComposedUnder, Count, Epoch
from liaison.messages.parties import DeskRef
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.envelope import Envelope, PayloadType, decode_envelope, encode_envelope
from liaison.wire.identifiers import Hash, Instant, LocalId, MessageId, digest, parse_instant

LARGEST_LINE = 64 * 1024
LONGEST_REMARK = 500


class Event(StrEnum):
    """What was done."""

    COLLECTED = "collected"
    TAKEN = "taken"
    OPENED = "opened"
    COPIED = "copied"
    HANDED_OVER = "handed-over"
    CONSENTED = "consented"
    DESTROYED = "destroyed"


class Line(msgspec.Struct, frozen=True):
    """One line of a custody record."""

    register: Hash
    evidence: Hash | None
    case: MessageId
    by: DeskRef
    epoch: Epoch
    n: Count
    prev: Hash | None
    event: Event
    at: Instant
    under: ComposedUnder
    exercise: bool
    manifest: Hash | None = None
    to: DeskRef | None = None
    conditions: UseConditions | None = None
    consent: Hash | None = None
    takes: Hash | None = None
    accepted: Hash | None = None
    means: LocalId | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class SignedLine:
    """A line with its signature, well-formed; who may have signed it is for `verify` to say."""

    envelope: Envelope
    line: Line
    line_hash: str

    @property
    def bytes(self) -> bytes:
        """The line as it is kept and handed on."""
        return encode_envelope(self.envelope)


_MUST: Mapping[Event, frozenset[str]] = MappingProxyType(
    {
        Event.COLLECTED: frozenset({"manifest"}),
        Event.TAKEN: frozenset({"evidence", "takes"}),
        Event.OPENED: frozenset({"evidence"}),
        Event.COPIED: frozenset({"evidence"}),
        Event.HANDED_OVER: frozenset({"evidence", "to", "conditions"}),
        Event.CONSENTED: frozenset({"evidence", "to"}),
        Event.DESTROYED: frozenset({"evidence", "means"}),
    }
)
_MAY: Mapping[Event, frozenset[str]] = MappingProxyType(
    {Event.OPENED: frozenset({"accepted"}), Event.HANDED_OVER: frozenset({"consent"})}
)
_SAID = ("evidence", "manifest", "to", "conditions", "consent", "takes", "accepted", "means")


def sign_line(line: Line, signer: Signer) -> SignedLine:
    """Sign a line with the message key of the desk's node. Raises MalformedError when it would not be accepted."""
    payload = encode_struct(line)
    checked = _read(payload)
    return SignedLine(sign_envelope(PayloadType.CUSTODY, payload, [signer]), checked, digest(payload))


def decode_line(data: bytes) -> SignedLine:
    """A signed line, its form checked and its signature not yet. Raises MalformedError."""
    envelope = decode_envelope(data, payload_type=PayloadType.CUSTODY, limit=2 * LARGEST_LINE)
    if len(envelope.signatures) != 1:
        raise MalformedError("not-one-signature", count=len(envelope.signatures))
    return SignedLine(envelope, _read(envelope.payload), digest(envelope.payload))


def _read(payload: bytes) -> Line:
    line = decode_struct(payload, Line, limit=LARGEST_LINE)
    parse_instant(line.at)
    said = {name for name in _SAID if getattr(line, name) is not None}
    must, may = _MUST[line.event], _MAY.get(line.event, frozenset())
    if not must <= said or not said <= must | may:
        raise MalformedError("custody-line-unfit", event=line.event)
    if (line.n > 0 and line.prev is None) or (line.event is Event.COLLECTED and line.n != 0):
        raise MalformedError("custody-line-number", n=line.n)
    if line.remark is not None and not fits_line(line.remark, LONGEST_REMARK):
        raise MalformedError("custody-line-unfit", event=line.event)
    if line.conditions is not None:
        check_conditions(line.conditions)
    return line
