"""Does a long answer cost no more memory than is counted, and does who takes it too slowly lose it?"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from liaison.errors import NotNowError
from liaison.peer.bodies.giving import BYTES_EACH_SECOND, OPTIONS, SHORT, bind_connections, pour
from liaison.peer.door import (
    MOST_ANSWERS,
    MOST_ANSWERS_OF_ADDRESS,
    MOST_ANSWERS_OF_ONE,
    MOST_ANSWERS_OF_STRANGERS,
    Admitted,
    Door,
)
from liaison.peer.quotas import Quotas
from liaison.peer.requests import Caller, DoorRequest
from liaison.peer.routes import ROUTES
from liaison.wire.http import HttpAnswer
from tests.register.registry import signer

LONG = HttpAnswer(200, bytes(range(256)) * 4096, {"content-type": "application/octet-stream"})
LONGEST = 20.0


@dataclass
class Server:
    """The server's end: opens the file at once, and reads it when told, as one with a peer that reads then."""

    read: Callable[[int], bytes]
    headers: dict[str, str] = field(default_factory=dict)
    opened: int = -1

    def response_file(self, status: int, headers: list[tuple[str, str]], path: str) -> None:
        self.headers = dict(headers)
        self.opened = os.open(path, os.O_RDONLY)


def everything(opened: int) -> bytes:
    with os.fdopen(opened, "rb") as file:
        return file.read()


def given(server: Server, *, grace: float, ended: threading.Event | None = None) -> tuple[bool, bytes]:
    """Whether a long answer was given, and what the server read of it; `ended` is set in between."""

    async def both() -> tuple[bool, bytes]:
        task = asyncio.create_task(pour(server, LONG, grace=grace))
        await asyncio.sleep(0)
        with ThreadPoolExecutor(1) as pool:
            reading = asyncio.get_running_loop().run_in_executor(pool, server.read, server.opened)
            async with asyncio.timeout(LONGEST):
                done = await task
                if ended is not None:
                    ended.set()
                return done, await reading

    return asyncio.run(both())


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_long_answer_comes_whole_with_its_length() -> None:
    before, server = descriptors(), Server(everything)
    assert given(server, grace=LONGEST) == (True, LONG.body)
    assert server.headers == {"content-type": "application/octet-stream", "content-length": str(len(LONG.body))}
    assert descriptors() == before


def test_who_reads_nothing_has_no_more_than_a_pipe_holds_and_loses_the_rest() -> None:
    ended = threading.Event()

    def late(opened: int) -> bytes:
        assert ended.wait(LONGEST)
        return everything(opened)

    before, server = descriptors(), Server(late)
    done, taken = given(server, grace=0.2 - SHORT / BYTES_EACH_SECOND, ended=ended)
    assert not done
    assert taken == LONG.body[:SHORT]
    assert descriptors() == before


def test_a_peer_that_leaves_ends_it_at_once() -> None:
    def leave(opened: int) -> bytes:
        first = os.read(opened, SHORT)
        os.close(opened)
        return first

    assert given(Server(leave), grace=1000.0) == (False, LONG.body[:SHORT])


def test_what_a_listening_socket_is_told_holds_for_every_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert bind_connections(port)
        with socket.create_connection(("127.0.0.1", port)), listening.accept()[0] as accepted:
            assert [accepted.getsockopt(level, option) for level, option, _ in OPTIONS] == [
                value for _, _, value in OPTIONS
            ]
    assert not bind_connections(port)


def admitted(holder: str, *, known: bool) -> Admitted:
    caller = Caller("0" * 64, holder, "main", signer(holder).public) if known else None
    return Admitted(ROUTES[0], DoorRequest("GET", "", "/", "?", headers={}, body=bytes, caller=caller), 0, holder)


def kept(known: bool, holders: list[str], size: int) -> tuple[int, int]:
    """How many answers of that size each holder may have waiting at once, and all of them together."""
    door, each = Door(None, Quotas()), []  # type: ignore[arg-type] # Counting asks nothing of the node.
    with ExitStack() as held:
        for holder in holders:
            count = 0
            while door.keep(admitted(holder, known=known), HttpAnswer(200, bytes(size), {}), held).status == 200:
                count += 1
            each.append(count)
    with ExitStack() as held:
        assert door.keep(admitted(holders[-1], known=known), HttpAnswer(200, bytes(size), {}), held).status == 200
    return max(each), sum(each)


@pytest.mark.parametrize(
    ("known", "one", "together"),
    [(True, MOST_ANSWERS_OF_ONE, MOST_ANSWERS), (False, MOST_ANSWERS_OF_ADDRESS, MOST_ANSWERS_OF_STRANGERS)],
)
def test_what_waits_to_be_taken_is_bounded_for_each_and_together(known: bool, one: int, together: int) -> None:
    size = 1 << 20
    assert kept(known, [f"holder {number}" for number in range(12)], size) == (one // size, together // size)


def test_the_first_of_a_name_may_be_larger_than_its_bound() -> None:
    quotas = Quotas()
    with quotas.hold("answers", 10, amount=20), pytest.raises(NotNowError), quotas.hold("answers", 10):
        pass
