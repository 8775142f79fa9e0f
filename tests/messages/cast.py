"""Who speaks in these tests, and what is said? Desks of XC, XD and XE with seeded keys; no clock, no chance."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from liaison.keys.private import Ed25519Signer
from liaison.messages.forms import latest_form
from liaison.messages.inbox import JudgeContext, SenderDesk, SenderKey
from liaison.messages.message import (
    ComposedMessage,
    ComposedUnder,
    Copy,
    Draft,
    ReceivedMessage,
    SignedCopy,
    compose,
    open_message,
    sign_copy,
)
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import Circumstances, SentCopy
from liaison.wire.identifiers import digest, format_uuid7


def made_hash(name: str) -> str:
    return digest(name.encode())


def made_key(name: str) -> Ed25519Signer:
    return Ed25519Signer.from_seed(hashlib.sha256(name.encode()).digest())


def made_id(number: int) -> str:
    return format_uuid7(1_795_316_520_000 + number, number.to_bytes(10, "big"))


def salts(seed: str = "salt") -> Iterator[bytes]:
    return (hashlib.sha256(f"{seed} {number}".encode()).digest() for number in itertools.count())


REGISTER = made_hash("rehearsal register")
XC, XD, XE = (DeskRef(made_hash(code), "cert", "duty") for code in ("XC", "XD", "XE"))
XC_KEY, XD_KEY, XE_KEY = (made_key(f"message key of {code}") for code in ("XC", "XD", "XE"))
KEYS = {XC: XC_KEY, XD: XD_KEY, XE: XE_KEY}
CASE = made_id(1)
EPOCH = "e0" * 16
UNDER = ComposedUnder(100, made_hash("root at 100"))
COMPOSED = "2026-11-22T03:00:00Z"
RECEIVED = "2026-11-22T03:02:11Z"
NOW = datetime(2026, 11, 22, 3, 2, 11, tzinfo=UTC)
NOTICE_FIELDS: dict[str, Any] = {
    "expectation": "answer-asked",
    "incident_type": "availability:ddos",
    "title": {"lang": "en", "text": "Flood against name servers"},
}


def draft(form: str = "incident-notice", **changes: Any) -> Draft:
    shape = latest_form(form)
    given: dict[str, Any] = {
        "register": REGISTER,
        "case": CASE,
        "sender": XC,
        "to": (XD, XE),
        "form": form,
        "form_version": shape.version,
        "form_hash": shape.hash,
        "fields": NOTICE_FIELDS,
        "stage": shape.stages[0] if shape.stages else None,
        "exercise": True,
    }
    return Draft(**(given | changes))


def composed(number: int = 10, *, at: str = COMPOSED, under: ComposedUnder = UNDER, **changes: Any) -> ComposedMessage:
    return compose(
        draft(**changes), message_id=made_id(number), composed=at, composed_under=under, salts=salts(str(number))
    )


def copy_for(desk: DeskRef, seq: int = 0, prev: str | None = None, epoch: str = EPOCH) -> Copy:
    return Copy(desk, epoch, seq, prev)


def signed(message: ComposedMessage | None = None, copy: Copy | None = None) -> SignedCopy:
    message = message or composed()
    return sign_copy(message, copy or copy_for(message.core.to[0]), KEYS[message.core.sender])


def received(message: ComposedMessage | None = None, copy: Copy | None = None) -> ReceivedMessage:
    return open_message(signed(message, copy).plaintext)


def opened(copy: SignedCopy) -> ReceivedMessage:
    return open_message(copy.plaintext)


def context(desk: DeskRef | None = None, **changes: Any) -> JudgeContext:
    """What the node of `desk` knows: XC's key since the beginning, nothing received yet."""
    given: dict[str, Any] = {
        "register": REGISTER,
        "rehearsal": True,
        "desk": desk or composed().core.to[0],
        "mirror_size": 120,
        "mirror_root": UNDER.root,
        "sender_keys": {XC_KEY.public.fingerprint: SenderKey(public=XC_KEY.public)},
        "sender_desk": SenderDesk(kind="technical"),
        "now": NOW,
    }
    return JudgeContext(**(given | changes))


def circumstances(desk: DeskRef, sealed: str = "sealed bytes") -> Circumstances:
    return Circumstances(by=desk.at, sealed=made_hash(sealed), received=RECEIVED, checkpoint=UNDER)


def sent(copy: SignedCopy, sealed: str = "sealed bytes") -> SentCopy:
    core = copy.payload.core
    return SentCopy(
        register=core.register,
        id=core.id,
        sender=core.sender,
        desk=copy.payload.copy.desk,
        core_hash=copy.core_hash,
        message_hash=copy.message_hash,
        sealed=frozenset({made_hash(sealed)}),
        attachments=frozenset(attachment.sealed for attachment in core.attachments),
    )


def changed(struct: Any, **changes: Any) -> Any:
    return msgspec.structs.replace(struct, **changes)
