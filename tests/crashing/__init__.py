"""A database engine and a blob store that die at the n-th durable step: SQLite, with a switch before and after each."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from liaison.node.ports import BlobStore


class Switch:
    """Counts durable steps; kills this process with signal 9 when the one it was set to is reached."""

    def __init__(self) -> None:
        self.at = 0
        self.count = 0

    def arm(self, at: int) -> None:
        """Die at step `at` from now; 0 never."""
        self.at, self.count = at, 0

    def reach(self) -> None:
        """One more step."""
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


SWITCH = Switch()


@dataclass
class CrashingBlobs:
    """A blob store whose `put` is two steps: before it is durable, and after."""

    inner: BlobStore

    def put(self, chunks: Iterable[bytes], *, limit: int) -> tuple[str, int]:
        SWITCH.reach()
        kept = self.inner.put(chunks, limit=limit)
        SWITCH.reach()
        return kept

    def has(self, digest: str) -> bool:
        return self.inner.has(digest)

    def read(self, digest: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        return self.inner.read(digest, start=start, end=end)

    def remove(self, digest: str) -> None:
        self.inner.remove(digest)
