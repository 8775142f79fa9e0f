"""What may the rest of the program ask of a private key, wherever it lives?

A key may be a file, a token or another process. The contract:
- `public` never changes and asks nobody; its purpose is the caller's knowledge;
- `sign` signs exactly the bytes given, or raises NotNowError (a locked key) or UsageError; it never asks the user;
- `unwrap` returns the 16-byte file key of an age stanza, or raises VerificationError("sealed-for-another") for a stanza
  of another key, MalformedError for a stanza that is none; so a token never sees the message itself;
- `open` does the same for a whole sealed message;
- neither the key nor the plaintext is kept, logged or shown by `repr`.
"""

from __future__ import annotations

from typing import Protocol

from liaison.keys.public import PublicKey
from liaison.wire.age import Stanza


class Signer(Protocol):
    """A private key that signs."""

    @property
    def public(self) -> PublicKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """The signature over `message`, in the size of the key's algorithm."""


class Opener(Protocol):
    """A private key that opens what was sealed to it."""

    @property
    def public(self) -> PublicKey:
        """The public half."""

    def unwrap(self, stanza: Stanza) -> bytes:
        """The file key that `stanza` wraps for this key."""

    def open(self, sealed: bytes) -> bytes:
        """The plaintext of a sealed message (docs/spec/seal.md)."""
