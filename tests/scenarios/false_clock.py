"""What time does one served node take it to be? Whatever the test says, from one moment to the next (libfaketime).

    clock = FalseClock(world, "XD")        before world.start("XD"); commands at XD have the same clock
    clock.set(-86400)                      a day behind, at once, in all its processes
    with clock.racing(60): …               a minute a second

Invariants: only the time of day is false, as where a clock is set or drifts; what has passed since the start is true.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from tests.parts import needs

TICK_SECONDS = 0.1


class Surrounded(Protocol):
    """A world whose processes find something around them, by the code of their node."""

    folder: Path
    surroundings: dict[str, Mapping[str, str]]


class FalseClock:
    """The time of day at one node, `seconds` beside the true one."""

    def __init__(self, world: Surrounded, code: str) -> None:
        self._file = world.folder / f"clock-{code.lower()}"
        self.set(0)
        world.surroundings[code] = {
            "LD_PRELOAD": needs("faketime"),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def set(self, seconds: float) -> None:
        """Step there, at once."""
        self.seconds = seconds
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{seconds:+.1f}\n", encoding="ascii")
        fresh.replace(self._file)

    def now(self) -> datetime:
        """What the node takes it to be."""
        return datetime.now(UTC) + timedelta(seconds=self.seconds)

    @contextmanager
    def racing(self, times: int) -> Iterator[None]:
        """From where it is, so many times as fast while the block runs."""
        begun, before, end = time.monotonic(), self.seconds, threading.Event()

        def race() -> None:
            while not end.wait(TICK_SECONDS):
                self.set(before + (time.monotonic() - begun) * (times - 1))

        racer = threading.Thread(target=race)
        racer.start()
        try:
            yield
        finally:
            end.set()
            racer.join()
