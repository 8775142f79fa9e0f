"""How long does a plaintext look from outside?

    frame(b"abc")   00 00 00 03  61 62 63  00 … 00        4096 bytes

Invariants (docs/spec/seal.md):
- a size is rounded up by the Padmé rule, so that of a size of n bits only about log2(n) bits show, at most 12 % longer;
- a message is framed: its length in 4 bytes, itself, zeros to the padded size and to at least `SMALLEST` bytes, so that
  a line check, an acknowledgement and a short notice look alike;
- one plaintext has one frame: other zeros or another padded size are malformed.
"""

from __future__ import annotations

from liaison.errors import MalformedError

SMALLEST = 4096
_LENGTH_SIZE = 4


def padded_size(size: int) -> int:
    """The size that `size` bytes are padded to (Padmé)."""
    if size < 2:
        return size
    exponent = size.bit_length() - 1
    free_bits = exponent - exponent.bit_length()
    mask = (1 << free_bits) - 1
    return (size + mask) & ~mask


def frame(plaintext: bytes) -> bytes:
    """The padded frame of a message. Raises MalformedError beyond 2**32 - 1 bytes."""
    if len(plaintext) >= 1 << 8 * _LENGTH_SIZE:
        raise MalformedError("too-large", size=len(plaintext), limit=(1 << 8 * _LENGTH_SIZE) - 1)
    return (len(plaintext).to_bytes(_LENGTH_SIZE, "big") + plaintext).ljust(_frame_size(len(plaintext)), b"\0")


def unframe(data: bytes) -> bytes:
    """The message in a frame. Raises MalformedError."""
    size = int.from_bytes(data[:_LENGTH_SIZE], "big")
    end = _LENGTH_SIZE + size
    if len(data) != _frame_size(size) or data.count(0, end) != len(data) - end:
        raise MalformedError("padding")
    return data[_LENGTH_SIZE:end]


def _frame_size(size: int) -> int:
    return max(SMALLEST, padded_size(_LENGTH_SIZE + size))
