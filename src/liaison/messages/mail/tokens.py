"""How does a mail name its message without saying anything about it?

    LX-7Q2MZ4KD6A3WPT5H        in Subject and Message-ID, the same whenever the same copy is sent again

Invariants: made from the hash of the signed copy, which nobody outside knows, so it tells nothing and cannot be
guessed; 80 bits; letters and digits that survive a telephone.
"""

from __future__ import annotations

import base64
import hashlib
import re

_DOMAIN = b"liaison.mail.v1\0"
TOKEN = re.compile(r"\bLX-[A-Z2-7]{16}\b", re.IGNORECASE)


def token_of(message_hash: str) -> str:
    """The token of a copy, by its message hash."""
    made = hashlib.sha256(_DOMAIN + message_hash.encode("ascii")).digest()[:10]
    return f"LX-{base64.b32encode(made).decode('ascii')}"


def tokens_in(text: str) -> tuple[str, ...]:
    """The tokens in a text, each once, at most sixteen of them."""
    found = dict.fromkeys(match.group().upper() for match in TOKEN.finditer(text))
    return tuple(found)[:16]


def correspondent_id(mailbox: str) -> str:
    """What stands for a mailbox where a participant's hash stands for others: no admission has this hash."""
    return hashlib.sha256(b"liaison.mailbox.v1\0" + mailbox.lower().encode("utf-8")).hexdigest()
