"""How is a sealing key written so that other age tools take it?

    age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5zrqtz…        a recipient
    AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR   an identity

Recipients are lower case, identities upper case, as age writes them; `parse_x` refuses every other spelling.
"""

from __future__ import annotations

from liaison.errors import MalformedError
from liaison.keys.public import Algorithm, PublicKey, check_public_key
from liaison.wire.bech32 import format_bech32, parse_bech32

_RECIPIENT = "age1pq"
_IDENTITY = "age-secret-key-pq-"


def format_recipient(key: PublicKey) -> str:
    """The age text of a public sealing key. Raises MalformedError."""
    return format_bech32(_RECIPIENT, check_public_key(key, Algorithm.MLKEM768X25519).raw)


def parse_recipient(text: str) -> PublicKey:
    """The public sealing key in an age text. Raises MalformedError."""
    prefix, raw = parse_bech32(text)
    if prefix != _RECIPIENT or text != text.lower():
        raise MalformedError("age-recipient")
    return check_public_key(PublicKey.from_raw(Algorithm.MLKEM768X25519, raw), Algorithm.MLKEM768X25519)


def format_identity(seed: bytes) -> str:
    """The age text of a sealing identity's 32-byte seed; as secret as the key."""
    return format_bech32(_IDENTITY, seed).upper()


def parse_identity(text: str) -> bytes:
    """The 32-byte seed in an age text. Raises MalformedError."""
    prefix, seed = parse_bech32(text)
    if prefix != _IDENTITY or len(seed) != 32 or text != text.upper():
        raise MalformedError("age-identity")
    return seed
