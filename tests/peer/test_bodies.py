"""Is a body read as long as its sender moves a kilobyte a second, and given up when it does not?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from liaison.errors import LiaisonError
from liaison.peer.bodies.reading import read_body


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time only passes when a sender says so."""

    now = 0.0

    def time(self) -> float:
        return self.now


def read(size: int, *, pieces: list[tuple[float, int]]) -> int | str:
    """What becomes of a body whose pieces each take so many seconds and have so many bytes."""
    loop = Loop()

    async def sent() -> AsyncIterator[bytes]:
        for waits, length in pieces:
            loop.now += waits
            for _ in range(4):  # Whatever is due by now happens first.
                await asyncio.sleep(0)
            yield b"x" * length

    try:
        return len(loop.run_until_complete(read_body(sent(), size=size)))
    except LiaisonError as error:
        return error.code
    finally:
        loop.close()


@pytest.mark.parametrize(
    ("size", "pieces", "outcome"),
    [
        (10_000, [(14.0, 5_000), (14.0, 5_000)], "body-too-slow"),
        (60_000, [(1.0, 1_000)] * 60, 60_000),
        (56_000, [(14.0, 14_000)] * 4, 56_000),
        (10, [(16.0, 10)], "body-too-slow"),
        (100, [(1.0, 1)] * 100, "body-too-slow"),
        (10, [(0.0, 9)], "body-cut-short"),
        (10, [(0.0, 11)], "body-cut-short"),
    ],
)
def test_a_body_is_read_while_its_sender_keeps_the_pace(
    size: int, pieces: list[tuple[float, int]], outcome: int | str
) -> None:
    assert read(size, pieces=pieces) == outcome
