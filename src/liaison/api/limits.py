"""How much may one token ask for, and how does it know what is left?

    RateLimit-Policy: "token";q=600;w=60
    RateLimit: "token";r=598;t=60               (draft-ietf-httpapi-ratelimit-headers)

A bucket of `QUOTA` units fills again within `WINDOW` seconds; a request costs one, a bulk look-up one more a hundred
values. Invariants: buckets are in the memory of the pages' process, so a restart forgives; whoever shows no valid token
has a bucket by network address, so that guessing is slow and costs no token anything.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse

from liaison.errors import UsageError
from liaison.node.current import here

QUOTA, WINDOW = 600, 60
STRANGERS = 60
MOST_BUCKETS = 5000


@dataclass(slots=True)
class Bucket:
    """What is left at a moment of the node's monotonic clock."""

    left: float
    at: float


_buckets: dict[tuple[str, str, int | str], Bucket] = {}
_guard = threading.Lock()


def spend(request: HttpRequest, who: int | str, *, cost: int = 1, quota: int = QUOTA) -> None:
    """Take `cost` units from the bucket of a token, or of an address. Raises UsageError when they are not there."""
    node = here()
    now = node.clock.monotonic()
    with _guard:
        if len(_buckets) >= MOST_BUCKETS:
            _buckets.clear()
        bucket = _buckets.setdefault((node.database, str(node.home), who), Bucket(quota, now))
        bucket.left = min(quota, bucket.left + max(0.0, now - bucket.at) * quota / WINDOW)
        bucket.at = now
        enough = bucket.left >= cost
        if enough:
            bucket.left -= cost
        left = bucket.left
    request.limit = (quota, left)  # type: ignore[attr-defined]
    if not enough:
        raise UsageError("too-many-requests", limit=quota, seconds=ceil((cost - left) * WINDOW / quota))


def say_limits(request: HttpRequest, response: HttpResponse) -> None:
    """Tell in the answer what is left."""
    told: Any = getattr(request, "limit", None)
    if told is not None:
        quota, left = told
        full = ceil((quota - left) * WINDOW / quota)
        response.headers["RateLimit-Policy"] = f'"token";q={quota};w={WINDOW}'
        response.headers["RateLimit"] = f'"token";r={int(left)};t={full}'


def forget_limits() -> None:
    """Forgive everybody: a new process, or a new test."""
    with _guard:
        _buckets.clear()
