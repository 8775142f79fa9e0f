"""Does an opened message count here, and if not, why?

Judged when received, by the recipient's trusted state of the register, in these steps (docs/spec/message.md):
 (1) a copy whose exact bytes are known gets the receipt it got before;
 (2) it belongs to this register and is for this desk;
 (3) it is signed by a message key of the node it names; what cannot be told yet is `not now`, never a rejection;
 (3a) what was receipted before this node lost it keeps its verdict;
 (4) the key is not revoked, and not replaced for longer than 60 days or for what was composed after;
 (5) it was composed under a checkpoint of the log this node knows;
 (6) the identifier is new for this sender and desk;
 (7) the exercise flag fits the register, and parties and flag fit the case;
 (8) the form is known, is the one meant, and the fields fit it.

Invariants: pure; a gap in the sender's sequence never blocks; a wrong clock is noted and never rejects;
what fails before (4) is not authentic and must not be remembered under the identifier it claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from liaison.errors import LiaisonError, MalformedError, NotNowError, VerificationError
from liaison.keys.public import PublicKey
from liaison.keys.signing import verify_envelope
from liaison.messages.forms import check_message_form
from liaison.messages.message import ReceivedMessage
from liaison.messages.parties import DeskRef
from liaison.wire.identifiers import parse_instant

REPLACED_KEY_COUNTS_FOR = timedelta(days=60)
CLOCKS_MAY_DIFFER = timedelta(minutes=5)


class Reason(StrEnum):
    """Why a message was rejected; the sentences stand in `data/reasons.toml`."""

    CANNOT_BE_OPENED = "cannot-be-opened"
    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    ANOTHER_REGISTER = "another-register"
    NOT_FOR_THIS_DESK = "not-for-this-desk"
    NOT_AUTHENTIC = "not-authentic"
    KEY_REVOKED = "key-revoked"
    KEY_REPLACED = "key-replaced"
    UNKNOWN_DESK = "unknown-desk"
    ANOTHER_HISTORY = "another-history"
    ID_REUSED = "id-reused"
    NOT_MARKED_EXERCISE = "not-marked-exercise"
    EXERCISE_MIXED = "exercise-mixed"
    OTHER_PARTIES = "other-parties"
    UNKNOWN_FORM = "unknown-form"
    FORM_DIFFERS = "form-differs"
    FIELDS_DO_NOT_FIT = "fields-do-not-fit"
    NOT_FOR_THIS_KIND_OF_DESK = "not-for-this-kind-of-desk"
    STAYS_INSIDE = "stays-inside"
    FOR_EXERCISES = "for-exercises"


class Note(StrEnum):
    """What is shown beside an accepted message; none of it rejects."""

    TOLD_DIFFERENTLY = "told-differently"
    CLOCK_AHEAD = "clock-ahead"
    KEY_REPLACED = "key-replaced"
    KEYS_DISPUTED = "keys-disputed"
    DESK_WITHDRAWN = "desk-withdrawn"
    BY_MAIL = "by-mail"
    CASE_OUTSIDE = "case-named-outside"
    OTHER_CASES = "names-other-cases"
    ASSERTED = "asserted-by-sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderKey:
    """A message key that the sending node has or had, as the trusted state knows it.

    `replaced_for` is how long ago it was replaced, by log time, or by the receiver's clock while that has not begun.
    """

    public: PublicKey
    replaced_index: int | None = None
    replaced_for: timedelta | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderDesk:
    """The desk that speaks, as the trusted state knows it."""

    kind: str
    withdrawn: bool = False
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """What the first message of a case fixed."""

    parties: frozenset[DeskRef]
    exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeContext:
    """Everything the judgement depends on beside the message: facts the node looks up before it calls `judge`.

    `mirror_root` is this node's own root at the size the message was composed under, None when the mirror is smaller.
    `known_message` is the message hash stored under `message.key`; `known_core` the core hash of any copy with this
    sender and identifier; `sender_desk` is None when the register never had it. `stood` is the verdict of a receipt
    that this node gave for these bytes before it lost them: "accepted", or the reason.
    """

    register: str
    rehearsal: bool
    desk: DeskRef
    mirror_size: int
    mirror_root: str | None
    sender_keys: Mapping[str, SenderKey]
    sender_desk: SenderDesk | None
    now: datetime
    case: KnownCase | None = None
    known_message: str | None = None
    known_core: str | None = None
    stood: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` None means accepted. A replay keeps the receipt it has; `authentic` says what it may be remembered by.

    An authentic message is remembered by `message.key` and hash, any other by the hash of its sealed bytes only.
    """

    reason: str | None
    notes: frozenset[Note] = frozenset()
    replay: bool = False
    authentic: bool = True

    @property
    def accepted(self) -> bool:
        """Whether the message enters the case."""
        return self.reason is None and not self.replay


class _Rejected(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def judge(message: ReceivedMessage, context: JudgeContext) -> Judgement:
    """The judgement that the receipt states. Raises NotNowError ("mirror-behind") when this node must sync first."""
    if message.message_hash == context.known_message:  # (1)
        return Judgement(None, replay=True)
    try:
        _check_address(message, context)  # (2)
        key = _authenticate(message, context)  # (3)
    except _Rejected as rejected:
        return Judgement(rejected.reason, authentic=False)
    if context.stood is not None:
        accepted = context.stood == "accepted"
        return Judgement(None, _notes(message, context, key)) if accepted else Judgement(context.stood)
    try:
        _check_key(message, key)  # (4)
        _check_history(message, context)  # (5)
        _check_case(message, context)  # (6), (7)
        _check_form(message, context)  # (8)
    except _Rejected as rejected:
        return Judgement(rejected.reason)
    return Judgement(None, _notes(message, context, key))


def reason_of(error: LiaisonError) -> Reason:
    """The reason that a receipt states for bytes that did not open or did not parse."""
    if error.code == "too-large":
        return Reason.TOO_LARGE
    return Reason.MALFORMED if isinstance(error, MalformedError) else Reason.CANNOT_BE_OPENED


def _check_address(message: ReceivedMessage, context: JudgeContext) -> None:
    if message.core.register != context.register:
        raise _Rejected(Reason.ANOTHER_REGISTER)
    # A recipient that seals the sender's copy again for a third desk is found out here: the signed copy names its desk.
    if message.copy.desk != context.desk:
        raise _Rejected(Reason.NOT_FOR_THIS_DESK)


def _authenticate(message: ReceivedMessage, context: JudgeContext) -> SenderKey:
    """One reason for every way to fail: a forger learns nothing about which check it was."""
    keyid = message.envelope.signatures[0].keyid
    key = context.sender_keys.get(keyid)
    if key is None:
        _require_mirror(message, context)
        raise _Rejected(Reason.NOT_AUTHENTIC)
    try:
        verify_envelope(message.envelope, {keyid: key.public})
    except (MalformedError, VerificationError) as error:
        raise _Rejected(Reason.NOT_AUTHENTIC) from error
    _require_mirror(message, context)
    return key


def _require_mirror(message: ReceivedMessage, context: JudgeContext) -> None:
    size = message.core.composed_under.size
    if size > context.mirror_size:
        raise NotNowError("mirror-behind", size=size, mirror=context.mirror_size)


def _check_key(message: ReceivedMessage, key: SenderKey) -> None:
    if key.revoked:
        raise _Rejected(Reason.KEY_REVOKED)
    if key.replaced_index is None:
        return
    # A checkpoint of size n holds entries 0 to n - 1, so it came before the replacement when n is at most its index.
    composed_before = message.core.composed_under.size <= key.replaced_index
    if not composed_before or key.replaced_for is None or key.replaced_for > REPLACED_KEY_COUNTS_FOR:
        raise _Rejected(Reason.KEY_REPLACED)


def _check_history(message: ReceivedMessage, context: JudgeContext) -> None:
    if context.sender_desk is None:
        raise _Rejected(Reason.UNKNOWN_DESK)
    if message.core.composed_under.root != context.mirror_root:
        raise _Rejected(Reason.ANOTHER_HISTORY)


def _check_case(message: ReceivedMessage, context: JudgeContext) -> None:
    if context.known_message is not None:
        raise _Rejected(Reason.ID_REUSED)
    if context.rehearsal and not message.core.exercise:
        raise _Rejected(Reason.NOT_MARKED_EXERCISE)
    if context.case is None:
        return
    if message.core.parties != context.case.parties:
        raise _Rejected(Reason.OTHER_PARTIES)
    if message.core.exercise != context.case.exercise:
        raise _Rejected(Reason.EXERCISE_MIXED)


def _check_form(message: ReceivedMessage, context: JudgeContext) -> None:
    kind = context.sender_desk.kind if context.sender_desk is not None else None
    try:
        check_message_form(message.core, message.fields, sender_kind=kind)
    except MalformedError as error:
        raise _Rejected(_FORM_REASONS.get(error.code, Reason.FIELDS_DO_NOT_FIT)) from error


_FORM_REASONS = {
    "unknown-form": Reason.UNKNOWN_FORM,
    "form-differs": Reason.FORM_DIFFERS,
    "form-of-another-kind-of-desk": Reason.NOT_FOR_THIS_KIND_OF_DESK,
    "form-stays-inside": Reason.STAYS_INSIDE,
    "form-for-exercises": Reason.FOR_EXERCISES,
}


def _notes(message: ReceivedMessage, context: JudgeContext, key: SenderKey) -> frozenset[Note]:
    desk = context.sender_desk
    ahead = parse_instant(message.core.composed) - context.now
    found = {
        Note.TOLD_DIFFERENTLY: context.known_core not in (None, message.core_hash),
        Note.CLOCK_AHEAD: ahead > CLOCKS_MAY_DIFFER,
        Note.KEY_REPLACED: key.replaced_index is not None,
        Note.KEYS_DISPUTED: desk is not None and desk.disputed,
        Note.DESK_WITHDRAWN: desk is not None and desk.withdrawn,
    }
    return frozenset(note for note, holds in found.items() if holds)
