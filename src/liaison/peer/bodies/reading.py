"""How is a body read, so that a slow peer costs the node nothing but its own connection?

    body = await read_body(protocol, size=3412)

Invariants (docs/spec/peer-door.md):
- the event loop waits for bytes, never a thread;
- whoever moves 1 kB a second is never cut off; who is silent for 15 seconds is, and who is slower than 1 kB a second
  on the whole, after 15 seconds of grace;
- no more than the announced length is kept; a body that ends early is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Protocol

from liaison.errors import MalformedError, NotNowError

SILENT_SECONDS = 15.0
BYTES_EACH_SECOND = 1000.0


class BodySource(Protocol):
    """What gives the pieces of a body as they come: granian's protocol object."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...


async def read_body(source: BodySource, *, size: int) -> bytes:
    """Exactly `size` bytes. Raises MalformedError when there are not as many, NotNowError when they come too slowly."""
    now = asyncio.get_running_loop().time
    pieces, body, since = aiter(source), bytearray(), now()
    while len(body) < size:
        earned = SILENT_SECONDS + len(body) / BYTES_EACH_SECOND
        try:
            async with asyncio.timeout(min(SILENT_SECONDS, since + earned - now())):
                body += await anext(pieces)
        except StopAsyncIteration:
            raise MalformedError("body-cut-short") from None
        except TimeoutError:
            raise NotNowError("body-too-slow") from None
    if len(body) > size:
        raise MalformedError("body-cut-short")
    return bytes(body)
