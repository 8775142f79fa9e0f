"""Which six digits does an authenticator show now? RFC 6238: HMAC-SHA-1 over the count of half minutes.

    code_at(b"12345678901234567890", counter_of(59))      "287082" (RFC 6238, appendix B, its last six digits)

Invariants: a code is good for its own half minute and one on either side; whoever keeps the counter that was used
refuses it and all before it, so that a code works once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote

PERIOD, DIGITS, AROUND = 30, 6, 1
SEED = 20


def counter_of(seconds: float) -> int:
    """The half minute of an instant, in seconds since 1970."""
    return int(seconds // PERIOD)


def code_at(seed: bytes, counter: int) -> str:
    """The code of one half minute."""
    digest = hmac.digest(seed, counter.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def used_counter(seed: bytes, code: str, seconds: float, *, after: int = 0) -> int | None:
    """The half minute behind `after` whose code this is; None if it is none."""
    typed = "".join(code.split())
    now = counter_of(seconds)
    for counter in range(max(now - AROUND, after + 1), now + AROUND + 1):
        if hmac.compare_digest(code_at(seed, counter).encode(), typed.encode()):
            return counter
    return None


def seed_text(seed: bytes) -> str:
    """A seed as it is typed into an authenticator: base32 in groups of four."""
    text = base64.b32encode(seed).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def enrolment_uri(seed: bytes, *, login: str, issuer: str) -> str:
    """What stands in the QR code that an authenticator reads."""
    secret = base64.b32encode(seed).decode().rstrip("=")
    return f"otpauth://totp/{quote(issuer)}:{quote(login)}?secret={secret}&issuer={quote(issuer)}"
