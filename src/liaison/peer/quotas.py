"""Has this peer asked too much of late? Messages and bytes are counted per participant, and per address for strangers.

Invariants: a bucket fills at a steady rate up to its size, so an honest burst passes and a flood does not; nobody's
bucket touches another's; the table of strangers is bounded, and a flood from many addresses meets the total first; a
stranger who asks more than a person or a mirror that keeps up would is let in, but waits before each answer.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from liaison.errors import NotNowError


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much a bucket holds and how fast it fills, in requests and in bytes."""

    requests: float
    requests_each_second: float
    size: float
    size_each_second: float

    def divided(self, processes: int) -> Allowance:
        """The share of one of so many processes, each of which counts alone."""
        return Allowance(
            requests=self.requests / processes,
            requests_each_second=self.requests_each_second / processes,
            size=self.size / processes,
            size_each_second=self.size_each_second / processes,
        )


# A peer that was cut off sends what it queued meanwhile at one go: ten thousand notices of 10 kB are an honest burst.
KNOWN = Allowance(requests=12_000, requests_each_second=100, size=256 << 20, size_each_second=4 << 20)
STRANGER = Allowance(requests=600, requests_each_second=20, size=16 << 20, size_each_second=1 << 20)
ALL_STRANGERS = Allowance(requests=6000, requests_each_second=400, size=128 << 20, size_each_second=8 << 20)
MOST_BUCKETS = 4096
PROMPT = 50
"""So many requests of its bucket an address has answered at once, each further one after the pause."""
PAUSE_OF_STRANGERS = 0.02


@dataclass(slots=True)
class _Bucket:
    requests: float
    size: float
    filled_at: float


@dataclass(slots=True)
class Quotas:
    """The buckets of one door; safe to use from several threads."""

    known: Allowance = KNOWN
    stranger: Allowance = STRANGER
    strangers: Allowance = ALL_STRANGERS
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _in_hand: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, participant: str, size: int, *, now: float, requests: int = 1) -> None:
        """Count a request of a known participant, as many as there are messages in it. Raises NotNowError when its
        bucket is empty."""
        with self._lock:
            self._take(f"participant:{participant}", self.known, size, now, requests=requests)

    def take_unknown(self, address: str, size: int, *, now: float) -> float:
        """Count one request of whoever is at `address`; how many seconds it should wait. Raises NotNowError."""
        with self._lock:
            self._take("strangers", self.strangers, size, now)
            used = self._take(f"address:{address}", self.stranger, size, now)
        return PAUSE_OF_STRANGERS if used > PROMPT else 0.0

    def require_credit(self, address: str, participant: str = "", *, now: float) -> None:
        """Return unless whoever is at `address`, or says to be `participant`, used up what they may ask.

        Nothing is counted, so who claims another's name takes nothing from it. Raises NotNowError.
        """
        with self._lock:
            for name, allowance in ((f"address:{address}", self.stranger), (f"participant:{participant}", self.known)):
                bucket = self._buckets.get(name)
                if bucket is not None:
                    _fill(bucket, allowance, now)
                    if bucket.requests < 1:
                        raise NotNowError("quota-used-up")

    @contextmanager
    def hold(self, name: str, most: int, *, amount: int = 1) -> Iterator[None]:
        """Count requests or bytes in hand while the block runs; the first of a name may be as large as it is.

        Raises NotNowError when `name` would have over `most`.
        """
        with self._lock:
            if name in self._in_hand and self._in_hand[name] + amount > most:
                raise NotNowError("too-many-at-once")
            self._in_hand[name] += amount
        try:
            yield
        finally:
            with self._lock:
                self._in_hand[name] -= amount
                if not self._in_hand[name]:
                    del self._in_hand[name]

    def _take(self, name: str, allowance: Allowance, size: int, now: float, *, requests: int = 1) -> float:
        """How many requests of a full bucket are used, with this one."""
        bucket = self._buckets.get(name)
        if bucket is None:
            self._make_room(now)
            bucket = self._buckets[name] = _Bucket(allowance.requests, allowance.size, now)
        _fill(bucket, allowance, now)
        if bucket.requests < requests or bucket.size < size:
            raise NotNowError("quota-used-up")
        bucket.requests -= requests
        bucket.size -= size
        return allowance.requests - bucket.requests

    def _make_room(self, now: float) -> None:
        """Forget the buckets longest untouched; they have filled again or nearly so."""
        if len(self._buckets) < MOST_BUCKETS:
            return
        oldest = sorted(self._buckets, key=lambda name: self._buckets[name].filled_at)
        for name in oldest[: MOST_BUCKETS // 4]:
            if name != "strangers":
                del self._buckets[name]


def divided_quotas(processes: int) -> Quotas:
    """The quotas of one web process of so many: all together let through what one alone would."""
    return Quotas(KNOWN.divided(processes), STRANGER.divided(processes), ALL_STRANGERS.divided(processes))


def _fill(bucket: _Bucket, allowance: Allowance, now: float) -> None:
    passed = max(0.0, now - bucket.filled_at)
    bucket.filled_at = now
    bucket.requests = min(allowance.requests, bucket.requests + passed * allowance.requests_each_second)
    bucket.size = min(allowance.size, bucket.size + passed * allowance.size_each_second)
