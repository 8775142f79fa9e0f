"""What may the rest of the program ask of a private key, wherever it lives?

A key may be a file, a token or another process. The contract:
- `public` never changes and asks nobody; its purpose is the caller's knowledge;
- `sign` signs exactly the bytes given, or raises NotNowError (a locked key) or UsageError; it never asks the user;
- `open` returns the plaintext, or raises MalformedError or VerificationError for bytes that are not for this key;
- neither the key nor the plaintext is kept, logged or shown by `repr`.
"""

from __future__ import annotations

from typing import Protocol

from liaison.keys.public import PublicKey


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

    def open(self, sealed: bytes) -> bytes:
        """The plaintext of a sealed message (docs/spec/seal.md)."""
