"""How does a request that must not be done twice say so? `Idempotency-Key`, a fresh word for each message.

    return repeatable(request, lambda: (201, Gone(…)))

Invariants: the key belongs to the token; the same key with another method, path or body is refused (422); what was
answered the first time is answered again with `Idempotency-Replayed: true`. A refusal is not kept: nothing was done.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from liaison.api.authentication import bearer_of
from liaison.api.shapes.base import Told
from liaison.errors import UsageError
from liaison.node.current import here
from liaison.node.services.programs.answers import Answer, Asked, once

KEY = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": True,
            "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
            "description": "A fresh word for each message; the same one when the request is sent again.",
        }
    ]
}
_KEY = re.compile("[!-~]{1,128}")


def repeatable(request: HttpRequest, do: Callable[[], tuple[int, Told]]) -> HttpResponse:
    """Do it once, or answer as the first time. Raises UsageError."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise UsageError("idempotency-key-missing")
    told = b"\0".join((str(request.method).encode(), request.path.encode(), request.body))

    def answer() -> Answer:
        status, shape = do()
        return Answer(status, shape.model_dump_json())

    done = once(here(), bearer_of(request).token, Asked(key, hashlib.sha256(told).hexdigest()), answer)
    response = HttpResponse(done.body, status=done.status, content_type="application/json; charset=utf-8")
    if done.again:
        response.headers["Idempotency-Replayed"] = "true"
    return response
