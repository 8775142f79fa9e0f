"""Does a webhook request come from the node, and is it fresh?

    event = read_webhook(secret, headers, body, now=time.time())

Invariants: the signature is checked over the very bytes that came, before they are read; a request older than five
minutes is refused, so that one that was recorded is worth nothing later.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import msgspec

from liaison.client.asking import NodeAnswerError, told
from liaison.client.shapes import Event
from liaison.errors import VerificationError
from liaison.wire.identifiers import decode_base64, encode_base64
from liaison.wire.typed import read_json

PREFIX = "whsec_"
FRESH_SECONDS = 300


class WebhookError(VerificationError):
    """The request is not to be believed."""

    __str__ = told


class _Data(msgspec.Struct, frozen=True):
    number: int
    case: str
    message: str
    exercise: bool = False


class _Told(msgspec.Struct, frozen=True):
    type: str
    timestamp: str
    data: _Data


def read_webhook(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> Event:
    """The event a request tells of; `now` in seconds since 1970. Raises VerificationError, MalformedError."""
    shown = {name.lower(): value for name, value in headers.items()}
    name, at = shown.get("webhook-id", ""), shown.get("webhook-timestamp", "")
    told = f"{name}.{at}.".encode() + body
    expected = f"v1,{encode_base64(hmac.digest(decode_base64(secret.removeprefix(PREFIX)), told, 'sha256'))}"
    if not any(hmac.compare_digest(expected, each) for each in shown.get("webhook-signature", "").split(" ")):
        raise WebhookError("webhook-signature-wrong")
    if not at.isdecimal() or abs(now - int(at)) > FRESH_SECONDS:
        raise WebhookError("webhook-not-fresh", seconds=FRESH_SECONDS)
    try:
        found = read_json(body, _Told)
    except msgspec.DecodeError as error:
        raise NodeAnswerError("node-answer-not-understood") from error
    data = found.data
    return Event(data.number, found.type, data.case, data.message, found.timestamp, data.exercise)
