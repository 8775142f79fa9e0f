"""What does a token of a program look like, and what may whoever bears it do?

    liaison_pat_0Hk2…(33 signs)…9xQ4bZ        prefix, 192 random bits, CRC-32, both in base 62

Invariants:
- The prefix and the checksum are there for scanners of leaked secrets: what has them is a token, whoever finds it.
- Only the SHA-256 of a token is kept; with 192 bits of chance nothing slower is needed.
- A scope names one action; a token never allows what the roles of its officer do not allow at that moment.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from liaison.errors import UsageError
from liaison.officers.permissions import Action

PREFIX = "liaison_pat_"
BYTES = 24
"""What is drawn for a token."""
DRAWN, CHECKED = 33, 6
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SHAPE = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{DRAWN}}})([0-9A-Za-z]{{{CHECKED}}})")
_DOMAIN = b"liaison.token.v1\0"


class Scope(StrEnum):
    """What a token is for."""

    LOOK_UP = "look-up"
    READ_REGISTER = "read-register"
    READ_METADATA = "read-metadata"
    READ_CASES = "read-cases"
    ACKNOWLEDGE = "acknowledge"
    SEND = "send"


NEEDS: Mapping[Scope, Action] = MappingProxyType(
    {
        Scope.LOOK_UP: Action.READ_METADATA,
        Scope.READ_REGISTER: Action.READ_METADATA,
        Scope.READ_METADATA: Action.READ_METADATA,
        Scope.READ_CASES: Action.READ_CASE,
        Scope.ACKNOWLEDGE: Action.ACKNOWLEDGE,
        Scope.SEND: Action.WRITE,
    }
)
"""What the roles of the officer must allow for a scope."""


def format_token(drawn: bytes) -> str:
    """The token of these random bytes."""
    body = _in_signs(int.from_bytes(drawn, "big"), DRAWN)
    return f"{PREFIX}{body}{_checksum(body)}"


def token_hash(text: str) -> str:
    """Under what a token is kept. Raises UsageError for what is no token, so that nothing is asked for it."""
    found = _SHAPE.fullmatch(text)
    if found is None or _checksum(found[1]) != found[2]:
        raise UsageError("token-not-valid")
    return hashlib.sha256(_DOMAIN + text.encode()).hexdigest()


def read_scopes(names: Collection[str]) -> frozenset[Scope]:
    """The scopes of these names. Raises UsageError for a name that is none, and for none at all."""
    wrong = sorted(set(names) - set(Scope))
    if wrong or not names:
        raise UsageError("token-scope-unknown", scope=wrong[0][:32] if wrong else "")
    return frozenset(map(Scope, names))


def check_scopes(scopes: Collection[Scope], allowed: Collection[Action]) -> None:
    """Return if somebody who may do so much may hand out these scopes. Raises UsageError."""
    for scope in sorted(scopes):
        if NEEDS[scope] not in allowed:
            raise UsageError("token-scope-not-yours", scope=scope.value)


def _checksum(body: str) -> str:
    return _in_signs(zlib.crc32((PREFIX + body).encode()), CHECKED)


def _in_signs(number: int, width: int) -> str:
    signs = ""
    while number:
        number, place = divmod(number, len(_SIGNS))
        signs = _SIGNS[place] + signs
    return signs.rjust(width, _SIGNS[0])
