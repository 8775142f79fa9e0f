"""How is an answer that everybody may read made smaller on the way? One gzip member (RFC 1952), opened under a limit.

    unpack(pack(b"…"), limit=1 << 20)

Invariants: no byte beyond `limit` is unpacked, whatever the packed bytes claim; they hold one member and nothing
behind it; the same bytes are packed the same way. What is secret is never packed, because its length would tell of it.
Spec page: docs/spec/peer-door.md.
"""

from __future__ import annotations

import gzip
import zlib

from liaison.errors import MalformedError

ENCODING = "gzip"
LEVEL = 6
_GZIP_WINDOW = 31


def pack(data: bytes) -> bytes:
    """The gzip member that holds `data`."""
    return gzip.compress(data, LEVEL, mtime=0)


def unpack(data: bytes, *, limit: int) -> bytes:
    """What a gzip member holds. Raises MalformedError when it is none, is cut, or holds more than `limit` bytes."""
    opened = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = opened.decompress(data, limit + 1)
    except zlib.error as error:
        raise MalformedError("packed-bytes") from error
    if len(plain) > limit:
        raise MalformedError("packed-too-large", limit=limit)
    if not opened.eof or opened.unused_data:
        raise MalformedError("packed-bytes")
    return plain
