"""How is a long answer given, so that who asks and does not read costs the node little, and not for long?

    await pour(protocol, answer)           what was made → a pipe → the server → the peer, as fast as the peer takes it

Invariants (docs/spec/peer-door.md, rule 15; docs/adr/0038):
- what the server is handed it keeps until its peer took it, and tells nobody; only from a file it reads no more than
  its peer takes. So a long answer is handed over as a file, the reading end of a pipe: what was not taken yet waits
  here, where it is counted (`Door.keep`);
- whoever takes 1 kB a second on the whole, after a minute of grace, is never cut off; who is slower is;
- a peer that confirms nothing for a minute loses its connection, however short the answer, and the system takes on
  little that it cannot send (`OPTIONS`, of the listening socket and so of every connection).
"""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from typing import Any

from liaison.wire.http import HttpAnswer

SHORT = 1 << 16
"""What a pipe holds: up to here one would bound nothing."""
GRACE_SECONDS = 60.0
BYTES_EACH_SECOND = 1000.0
UNCONFIRMED_MILLISECONDS = 60_000
UNSENT_BYTES = 1 << 17
OPTIONS = (
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNCONFIRMED_MILLISECONDS),
    (socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES),
)


async def pour(protocol: Any, answer: HttpAnswer, *, grace: float = GRACE_SECONDS) -> bool:
    """Give a long answer as fast as it is taken; False when its peer left or was too slow. Raises OSError."""
    ends = list(os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC))
    try:
        headers = [*answer.headers.items(), ("content-length", str(len(answer.body)))]
        protocol.response_file(answer.status, headers, f"/proc/self/fd/{ends[0]}")
        return await _fill(ends, answer.body, grace)
    finally:
        for end in ends:
            os.close(end)


def bind_connections(port: int) -> bool:
    """Set what holds for every connection at the socket that this process listens on, which the server keeps to itself;
    whether there is one yet."""
    found = [each for each in map(_socket, Path("/proc/self/fd").iterdir()) if each is not None]
    listening = [each for each in found if _listens(each, port)]
    for each in listening:
        for level, option, value in OPTIONS:
            each.setsockopt(level, option, value)
    for each in found:
        each.close()
    return bool(listening)


def _listens(found: socket.socket, port: int) -> bool:
    name = found.getsockname()
    on_port = isinstance(name, tuple) and name[1] == port
    return on_port and bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _socket(descriptor: Path) -> socket.socket | None:
    try:
        return socket.socket(fileno=os.dup(int(descriptor.name))) if descriptor.is_socket() else None
    except OSError:
        return None


async def _fill(ends: list[int], body: bytes, grace: float) -> bool:
    """Put everything into the pipe; once it was read from, the server has it open and nobody else needs to."""
    now = asyncio.get_running_loop().time
    begun, left = now(), memoryview(body)
    while left:
        try:
            left = left[os.write(ends[-1], left) :]
        except BlockingIOError:
            patience = begun + grace + (len(body) - len(left)) / BYTES_EACH_SECOND - now()
            if not await _writable(ends[-1], patience):
                return False
            if len(ends) > 1:
                os.close(ends.pop(0))
        except BrokenPipeError:
            return False
    return True


async def _writable(end: int, patience: float) -> bool:
    """Whether a pipe has room, or nobody reads it any more, within so many seconds."""
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_writer(end, ready.set)
    try:
        async with asyncio.timeout(patience):
            await ready.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_writer(end)
    return True
