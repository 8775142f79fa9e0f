"""How does a passkey's challenge travel to the browser and back without being kept? Signed, with its time and session.

    GET …/challenge      {"options": {"publicKey": {…}}, "state": "…"}      asked by passkey.js at the press of a button
    POST                 credential=<what the browser replied>&state=…

Invariants: a state is good for the session it was given to, and for the purpose it was given for; how long, and that it
is not answered twice, is judged by the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import HttpRequest, JsonResponse

from liaison.errors import UsageError
from liaison.node.services.people.passkeys import CHALLENGE, Answer
from liaison.web.site import here
from liaison.wire.identifiers import decode_base64, encode_base64

SALT = "liaison.passkey.v1"


def fresh_challenge() -> bytes:
    """A new challenge."""
    return here().entropy.draw(CHALLENGE)


def asked(request: HttpRequest, purpose: str, challenge: bytes, options: Mapping[str, Any]) -> JsonResponse:
    """What passkey.js reads."""
    at = here().clock.now().isoformat()
    told = {"challenge": encode_base64(challenge), "at": at, "for": _for(request, purpose)}
    return JsonResponse({"options": options, "state": signing.dumps(told, salt=SALT)})


def answered(request: HttpRequest, purpose: str) -> Answer:
    """The reply in a form, with the challenge it answers. Raises UsageError."""
    try:
        told = signing.loads(request.POST.get("state", ""), salt=SALT)
    except signing.BadSignature:
        raise UsageError("sign-in-refused") from None
    if told["for"] != _for(request, purpose):
        raise UsageError("sign-in-refused")
    reply = request.POST.get("credential", "")
    return Answer(decode_base64(told["challenge"]), datetime.fromisoformat(told["at"]), reply)


def _for(request: HttpRequest, purpose: str) -> str:
    session = getattr(request, "officer_session", None)
    return f"{purpose}:{session.key_hash if session else ''}"
