"""What does a guest type to read a case, and how is it compared?

    format_code(make_code(seed))      "7Q2M-Z4KD-6A3W", read out over the telephone or written inside an encrypted mail
    read_code("7q2m z4kd 6a3w")       "7Q2MZ4KD6A3W"; 0, 1 and 8, which no code has, are taken for O, I and B

Invariants: 60 bits, tried against a page that counts; what is kept is a hash that names its case, so no code opens
another; a text that cannot be a code reads as one that fits nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from liaison.messages.mail.tokens import TOKEN

SEED = 32
LENGTH = 12
WHOLE = 18
"""A reference with its two first letters."""
_DOMAIN, _HASHED = b"liaison.guest.v1\0", b"liaison.guest-code.v1\0"
_ALIKE = str.maketrans("018", "OIB")


def make_code(seed: bytes) -> str:
    """The code made from a random seed."""
    return base64.b32encode(hashlib.sha256(_DOMAIN + seed).digest())[:LENGTH].decode("ascii")


def format_code(code: str) -> str:
    """In groups of four, as it is read out."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(text: str) -> str:
    """The code that a person typed."""
    return re.sub(r"[\s.-]+", "", text[:80]).upper().translate(_ALIKE)


def read_reference(text: str) -> str:
    """The reference that a person typed, with or without its `LX-`; empty for what is none."""
    typed = re.sub(r"[\s.-]+", "", text[:80]).upper().translate(_ALIKE)
    named = f"LX-{typed[2:] if len(typed) == WHOLE else typed}"
    return named if TOKEN.fullmatch(named) else ""


def hash_code(case: str, code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(_HASHED + case.encode("utf-8") + b"\0" + code.encode("utf-8")).hexdigest()


def is_code(kept: str, case: str, typed: str) -> bool:
    """Whether this is the code of the case."""
    return hmac.compare_digest(kept, hash_code(case, read_code(typed)))
