"""How is a case written as one file, with fields withheld where the exporter chose so?

    {"case":"019a…","disclosures":{"<core hash>":{"title":{"salt":"…","value":…},"observables":null}},"exercise":true,
     "exported":"2026-11-23T09:00:00Z","exported_by":{desk},"included":[…],"log":{"checkpoint":"…","entries":["<base64>"]},
     "messages":[{envelope}],"receipts":[{envelope}],"register":"…","transcript":1}

Invariants (docs/spec/transcript.md):
- messages are sorted by message hash, receipts by receipt hash, each once, all of one case and one register;
- `letters`, where there are any, are notes of letter boxes about bytes that a receipt speaks of, sorted likewise;
- `asserted`, where there is any, is what the exporting node wrote down of somebody without a node, sorted likewise;
- every core has its disclosures, every field of it by name: null means withheld, and shows;
- the exercise flag is true as soon as one message is an exercise: the file cannot lose what the messages say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from liaison.errors import MalformedError
from liaison.messages.fields import Disclosure, read_disclosed
from liaison.messages.letter_box import KeptNote, decode_note
from liaison.messages.message import (
    Core,
    FieldName,
    Payload,
    ReceivedMessage,
    decode_payload,
    hash_core,
    read_message_envelope,
)
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import SignedReceipt, decode_receipt
from liaison.wire.canonical import JSON, decode, decode_struct, encode, encode_struct
from liaison.wire.envelope import Envelope, encode_envelope
from liaison.wire.identifiers import (
    Base64,
    Hash,
    Instant,
    MessageId,
    decode_base64,
    digest,
    encode_base64,
    parse_instant,
)

LARGEST_TRANSCRIPT = 256 * 1024 * 1024

Shown = Mapping[str, Mapping[str, Disclosure | None]]


@dataclass(frozen=True, slots=True)
class LogCopy:
    """The log from leaf 0 on: the checkpoint note and the exact leaves it counts."""

    checkpoint: str
    entries: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """One leaf with its proof (docs/spec/proof.md): leaf 0, or one that names a message key."""

    entry: bytes
    proof: str


@dataclass(frozen=True, slots=True)
class TranscriptMessage:
    """One signed copy as it stands in the file."""

    envelope: Envelope
    payload: Payload
    core_hash: str
    message_hash: str


@dataclass(frozen=True, slots=True)
class KeptWord:
    """What a node says that kept sealed bytes for another until it fetched them."""

    envelope: Envelope
    note: KeptNote

    @property
    def note_hash(self) -> str:
        """SHA-256 of the signed payload."""
        return digest(self.envelope.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A case as exported; `shown` has every field of every core, None where it was withheld."""

    register: str
    case: str
    exercise: bool
    exported: str
    exported_by: DeskRef | None
    messages: tuple[TranscriptMessage, ...]
    receipts: tuple[SignedReceipt, ...]
    shown: Shown
    log: LogCopy | None
    included: tuple[Inclusion, ...]
    letters: tuple[KeptWord, ...] = ()
    asserted: tuple[TranscriptMessage, ...] = ()

    def values(self, core: Core) -> dict[str, JSON]:
        """The fields of `core` that are shown. Raises MalformedError when one is not what was signed."""
        parts = self.shown[hash_core(core)]
        return read_disclosed(core.fields, {name: part for name, part in parts.items() if part is not None})


class _Log(msgspec.Struct, frozen=True):
    checkpoint: str
    entries: tuple[Base64, ...]


class _Inclusion(msgspec.Struct, frozen=True):
    entry: Base64
    proof: str


class _File(msgspec.Struct, frozen=True):
    transcript: Literal[1]
    register: Hash
    case: MessageId
    exercise: bool
    exported: Instant
    exported_by: DeskRef | None
    messages: tuple[dict[str, Any], ...]
    receipts: tuple[dict[str, Any], ...]
    disclosures: dict[Hash, dict[FieldName, Disclosure | None]]
    log: _Log | None
    included: tuple[_Inclusion, ...]
    letters: tuple[dict[str, Any], ...] | msgspec.UnsetType = msgspec.UNSET
    asserted: tuple[dict[str, Any], ...] | msgspec.UnsetType = msgspec.UNSET


def pack_transcript(
    messages: Iterable[ReceivedMessage],
    receipts: Iterable[SignedReceipt],
    *,
    exported: str,
    exported_by: DeskRef | None = None,
    withheld: Mapping[str, Collection[str]] | None = None,
    log: LogCopy | None = None,
    included: Iterable[Inclusion] = (),
    letters: Iterable[KeptWord] = (),
    asserted: Iterable[ReceivedMessage] = (),
) -> Transcript:
    """The transcript of one case; `withheld` names the fields to leave out, core hash → names.

    `asserted` is what the exporting node wrote down of somebody without a node. Of `letters` those are taken that speak
    of bytes which some receipt speaks of too: nothing else ties them to it.

    Raises MalformedError when the messages are none or of several cases.
    """
    opened = {message.message_hash: message for message in messages}
    written = {message.message_hash: message for message in asserted}
    if not opened:
        raise MalformedError("transcript-empty")
    every = [*opened.values(), *written.values()]
    first = next(iter(opened.values())).core
    hidden = withheld or {}
    signed = tuple(sorted(receipts, key=lambda each: each.receipt_hash))
    words = {each.note_hash: each for each in letters if _ties(each, signed)}
    made = Transcript(
        register=first.register,
        case=first.case,
        exercise=any(message.core.exercise for message in every),
        exported=exported,
        exported_by=exported_by,
        messages=tuple(_of_received(opened[name]) for name in sorted(opened)),
        receipts=signed,
        shown={each.core_hash: _show(each, hidden.get(each.core_hash, ())) for each in every},
        log=log,
        included=tuple(included),
        letters=tuple(words[name] for name in sorted(words)),
        asserted=tuple(_of_received(written[name]) for name in sorted(written)),
    )
    return _checked(made)


def encode_log(log: LogCopy) -> bytes:
    """A log on its own, as it stands inside a transcript."""
    return encode_struct(_written_log(log))


def decode_log(data: bytes) -> LogCopy:
    """The log in canonical bytes, nothing of it verified yet. Raises MalformedError."""
    return _read_log(decode_struct(data, _Log, limit=LARGEST_TRANSCRIPT))


def _written_log(log: LogCopy) -> _Log:
    return _Log(log.checkpoint, tuple(encode_base64(entry) for entry in log.entries))


def _read_log(log: _Log) -> LogCopy:
    return LogCopy(log.checkpoint, tuple(decode_base64(entry) for entry in log.entries))


def encode_transcript(transcript: Transcript) -> bytes:
    """The one file of a transcript."""
    return encode_struct(
        _File(
            transcript=1,
            register=transcript.register,
            case=transcript.case,
            exercise=transcript.exercise,
            exported=transcript.exported,
            exported_by=transcript.exported_by,
            messages=tuple(_envelope_value(message.envelope) for message in transcript.messages),
            receipts=tuple(_envelope_value(receipt.envelope) for receipt in transcript.receipts),
            disclosures={core: dict(parts) for core, parts in transcript.shown.items()},
            log=None if transcript.log is None else _written_log(transcript.log),
            included=tuple(_Inclusion(encode_base64(each.entry), each.proof) for each in transcript.included),
            letters=tuple(_envelope_value(each.envelope) for each in transcript.letters) or msgspec.UNSET,
            asserted=tuple(_envelope_value(each.envelope) for each in transcript.asserted) or msgspec.UNSET,
        )
    )


def decode_transcript(data: bytes) -> Transcript:
    """The transcript in `data`, its form and disclosures checked and no signature yet. Raises MalformedError."""
    file = decode_struct(data, _File, limit=LARGEST_TRANSCRIPT)
    parse_instant(file.exported)
    return _checked(
        Transcript(
            register=file.register,
            case=file.case,
            exercise=file.exercise,
            exported=file.exported,
            exported_by=file.exported_by,
            messages=tuple(_read_message(value) for value in file.messages),
            receipts=tuple(decode_receipt(encode(value)) for value in file.receipts),
            shown=file.disclosures,
            log=None if file.log is None else _read_log(file.log),
            included=tuple(Inclusion(decode_base64(each.entry), each.proof) for each in file.included),
            letters=tuple(KeptWord(*decode_note(encode(value))) for value in _there(file.letters)),
            asserted=tuple(_read_message(value) for value in _there(file.asserted)),
        )
    )


def _checked(transcript: Transcript) -> Transcript:
    """Order, one case, one register, complete disclosures. Raises MalformedError."""
    if not transcript.messages:
        raise MalformedError("transcript-empty")
    said = (*transcript.messages, *transcript.asserted)
    cores = {message.core_hash: message.payload.core for message in said}
    _check_order([message.message_hash for message in transcript.messages])
    _check_order([message.message_hash for message in transcript.asserted])
    if {each.core_hash for each in transcript.messages} & {each.core_hash for each in transcript.asserted}:
        raise MalformedError("transcript-order")
    _check_order([receipt.receipt_hash for receipt in transcript.receipts])
    if {(core.register, core.case) for core in cores.values()} != {(transcript.register, transcript.case)}:
        raise MalformedError("transcript-of-several-cases")
    if transcript.exercise != any(core.exercise for core in cores.values()):
        raise MalformedError("transcript-exercise")
    if cores.keys() != transcript.shown.keys():
        raise MalformedError("transcript-disclosures")
    for name, core in cores.items():
        if core.fields.keys() != transcript.shown[name].keys():
            raise MalformedError("transcript-disclosures")
        transcript.values(core)
    known = {message.message_hash for message in transcript.messages}
    if any(receipt.receipt.message not in known for receipt in transcript.receipts):
        raise MalformedError("transcript-stray-receipt")
    _check_order([each.note_hash for each in transcript.letters])
    if not all(_ties(each, transcript.receipts) for each in transcript.letters):
        raise MalformedError("transcript-stray-note")
    return transcript


def _ties(word: KeptWord, receipts: Iterable[SignedReceipt]) -> bool:
    """Whether a receipt is by the node that the bytes were kept for, for these very bytes."""
    about = (word.note.register, word.note.owner, word.note.sealed)
    return any((each.receipt.register, each.receipt.by, each.receipt.sealed) == about for each in receipts)


def _there(values: tuple[dict[str, Any], ...] | msgspec.UnsetType) -> tuple[dict[str, Any], ...]:
    """What stands in a member that a file has only where it has any. Raises MalformedError for an empty one."""
    if isinstance(values, msgspec.UnsetType):
        return ()
    if not values:
        raise MalformedError("transcript-order")
    return values


def _check_order(hashes: list[str]) -> None:
    if hashes != sorted(set(hashes)):
        raise MalformedError("transcript-order")


def _show(message: ReceivedMessage, hidden: Collection[str]) -> dict[str, Disclosure | None]:
    return {name: None if name in hidden else part for name, part in sorted(message.disclosures.items())}


def _of_received(message: ReceivedMessage) -> TranscriptMessage:
    payload = Payload(message.core, message.copy)
    return TranscriptMessage(message.envelope, payload, message.core_hash, message.message_hash)


def _read_message(value: dict[str, Any]) -> TranscriptMessage:
    envelope = read_message_envelope(encode(value))
    payload = decode_payload(envelope.payload)
    return TranscriptMessage(envelope, payload, hash_core(payload.core), digest(envelope.payload))


def _envelope_value(envelope: Envelope) -> dict[str, Any]:
    data = encode_envelope(envelope)
    value: Any = decode(data, limit=len(data))
    return dict(value)
