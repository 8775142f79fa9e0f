"""What time is it, and where do unpredictable bytes come from? The machine's clock and its random source."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; never steps back."""
        return time.monotonic()


class SystemEntropy:
    """The operating system's random source."""

    def draw(self, count: int) -> bytes:
        """`count` fresh random bytes."""
        return os.urandom(count)
