"""How is a message or an attachment closed so that one desk opens it and nobody else learns its length?

Invariants (docs/spec/seal.md):
- the result is an age v1 file with exactly one stanza, `mlkem768x25519`; any other number is refused;
- a message is framed and padded inside the seal; an attachment is followed by zeros up to its padded size, so that
  another age tool opens it and `head -c SIZE` gives the file back;
- the seal says nothing about who sent it: that is the signature inside.

This module draws its own randomness (file key and nonce): the one exception to chance being an argument.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Sequence

import nacl.utils

from liaison.errors import MalformedError, VerificationError
from liaison.keys.hybrid import FILE_KEY_SIZE, wrap_file_key
from liaison.keys.padding import frame, padded_size, unframe
from liaison.keys.ports import Opener
from liaison.keys.public import Algorithm, PublicKey, check_public_key
from liaison.keys.stream import NONCE_SIZE, TAG_SIZE, decrypt_stream, encrypt_stream
from liaison.wire.age import Header, header_mac, header_size, parse_header, seal_header

_ZEROS = bytes(65_536)


def seal(plaintext: bytes, recipient: PublicKey) -> bytes:
    """The age file of a message for one desk. Raises MalformedError for an unsound key."""
    return b"".join(_seal([frame(plaintext)], recipient))


def open_sealed(sealed: bytes, openers: Sequence[Opener]) -> bytes:
    """The message in an age file that one of `openers` can open. Raises MalformedError, VerificationError."""
    return unframe(b"".join(_open([sealed], openers)))


def seal_chunks(pieces: Iterable[bytes], recipient: PublicKey) -> Iterator[bytes]:
    """The age file of an attachment, in pieces; memory stays flat. Raises MalformedError for an unsound key."""
    return _seal(_pad(pieces), recipient)


def open_chunks(pieces: Iterable[bytes], openers: Sequence[Opener], *, size: int) -> Iterator[bytes]:
    """The `size` bytes of an attachment, in pieces.

    What was yielded counts only when the iterator ends without raising. An attachment that itself ends in zeros
    could be told a little longer or shorter, so `size` and the hash of the plaintext come from signed bytes.
    Raises MalformedError, VerificationError.
    """
    left = size
    read = 0
    for chunk in _open(pieces, openers):
        read += len(chunk)
        kept, padding = chunk[:left], chunk[left:]
        if padding.count(0) != len(padding) or read > padded_size(size):
            raise MalformedError("padding")
        left -= len(kept)
        yield kept
    if read != padded_size(size):
        raise MalformedError("padding")


def sound_size(pieces: Iterable[bytes], openers: Sequence[Opener]) -> int:
    """How many bytes of a sealed attachment, from its beginning, are those that were sealed; 0 for a wrong header.

    Whoever holds the identity finds the first wrong chunk by its tag, so what stands before need not come again.
    """
    sound = 0
    try:
        header, payload = _split_header(pieces)
        file_key = _file_key(parse_header(header), openers)
        for chunk in decrypt_stream(payload, file_key):
            sound = (sound or len(header) + NONCE_SIZE) + len(chunk) + TAG_SIZE
    except (MalformedError, VerificationError):
        return sound
    return sound


def _seal(pieces: Iterable[bytes], recipient: PublicKey) -> Iterator[bytes]:
    check_public_key(recipient, Algorithm.MLKEM768X25519)
    file_key = nacl.utils.random(FILE_KEY_SIZE)
    yield seal_header((wrap_file_key(file_key, recipient.raw),), file_key)
    yield from encrypt_stream(pieces, file_key, nacl.utils.random(NONCE_SIZE))


def _open(pieces: Iterable[bytes], openers: Sequence[Opener]) -> Iterator[bytes]:
    """The plaintext in the seal, padding included."""
    header, payload = _split_header(pieces)
    yield from decrypt_stream(payload, _file_key(parse_header(header), openers))


def _split_header(pieces: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The header of an age file, and what stands behind it. Raises MalformedError."""
    iterator = iter(pieces)
    start, size = b"", None
    while size is None:
        piece = next(iterator, None)
        if piece is None:
            raise MalformedError("age-header")
        start += piece
        size = header_size(start)
    return start[:size], _behind(start[size:], iterator)


def _file_key(header: Header, openers: Sequence[Opener]) -> bytes:
    """The file key of the only stanza, once the header's MAC holds under it."""
    if len(header.stanzas) != 1:
        raise MalformedError("sealed-to-several")
    file_key = _unwrap(header, openers)
    if not hmac.compare_digest(header_mac(header.stanzas, file_key), header.mac):
        raise VerificationError("sealed-altered")
    return file_key


def _unwrap(header: Header, openers: Sequence[Opener]) -> bytes:
    for opener in openers:
        try:
            return opener.unwrap(header.stanzas[0])
        except VerificationError:
            continue
    raise VerificationError("sealed-for-another")


def _pad(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        yield piece
    missing = padded_size(size) - size
    while missing > 0:
        yield _ZEROS[:missing]
        missing -= len(_ZEROS)


def _behind(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest
