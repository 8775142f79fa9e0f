"""What is in the payload of an age file, and did it arrive whole?

A 16-byte nonce, then chunks of 64 KiB, each sealed with ChaCha20-Poly1305 under a key from file key and nonce; the
chunk's number and whether it is the last stand in the chunk's nonce (docs/spec/seal.md). So nothing can be cut off,
swapped or added, and memory stays flat whatever the size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from liaison.errors import MalformedError, VerificationError
from liaison.wire.age import hkdf

NONCE_SIZE = 16
TAG_SIZE = 16
CHUNK_SIZE = 65_536
_SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE


def encrypt_stream(plaintext: Iterable[bytes], file_key: bytes, nonce: bytes) -> Iterator[bytes]:
    """The payload of `plaintext` (pieces of any size) under a file key and nonce that were never used before."""
    cipher = _cipher(file_key, nonce)
    yield nonce
    for number, (chunk, last) in enumerate(_blocks(plaintext, CHUNK_SIZE)):
        yield cipher.encrypt(_chunk_nonce(number, last=last), chunk, None)


def decrypt_stream(payload: Iterable[bytes], file_key: bytes) -> Iterator[bytes]:
    """The plaintext of a payload (pieces of any size), chunk by chunk.

    What was yielded counts only when the iterator ends: a payload cut short raises after its good chunks.
    Raises MalformedError, VerificationError.
    """
    nonce, rest = _split(payload, NONCE_SIZE)
    cipher = _cipher(file_key, nonce)
    for number, (block, last) in enumerate(_blocks(rest, _SEALED_CHUNK_SIZE)):
        try:
            chunk = cipher.decrypt(_chunk_nonce(number, last=last), block, None)
        except InvalidTag as error:
            raise VerificationError("sealed-altered") from error
        # Only an empty file may end in an empty chunk, so that each plaintext has one length.
        if not chunk and number:
            raise MalformedError("age-payload")
        yield chunk


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hkdf(file_key, salt=nonce, info=b"payload"))


def _chunk_nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes((last,))


def _blocks(pieces: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Blocks of exactly `size` bytes and one last block of at most `size`, empty only if there is nothing."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        start = 0
        while len(buffer) - start > size:
            yield bytes(buffer[start : start + size]), False
            start += size
        del buffer[:start]
    yield bytes(buffer), True


def _split(pieces: Iterable[bytes], size: int) -> tuple[bytes, Iterator[bytes]]:
    """The first `size` bytes, and the pieces behind them. Raises MalformedError."""
    iterator = iter(pieces)
    start = b""
    for piece in iterator:
        start += piece
        if len(start) >= size:
            return start[:size], _behind(start[size:], iterator)
    raise MalformedError("age-payload")


def _behind(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
