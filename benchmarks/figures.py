"""What is one measured figure, and how is it taken fairly?

    {"name": "...", "value": 1.5, "unit": "ms", "ratio": 3.1, "goal": "ratio <= 5", "met": true}

Invariants: a figure is the median of at least five rounds; what it is compared with runs in the same rounds, turn
about, because machines and their load differ; `met` is null where the peer is missing; of every set of rounds the
least, the median and the most are kept beside the figures.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import msgspec

ROUNDS = 5


class Figure(msgspec.Struct, frozen=True):
    """One line of the table. `ratio` is against what `goal` names."""

    name: str
    value: float
    unit: str
    ratio: float | None
    goal: str
    met: bool | None


class Series(msgspec.Struct, frozen=True):
    """Values that people compare, drawn as one chart of `docs/performance.md`: what each is, and how much."""

    title: str
    unit: str
    points: tuple[tuple[str, float], ...]


class Samples(msgspec.Struct, frozen=True):
    """How far the rounds of one action lay apart, in seconds."""

    action: str
    rounds: int
    least: float
    median: float
    most: float


taken: list[Samples] = []
"""What was sampled since a run last emptied it; `python -m benchmarks` keeps it beside the figures."""


def keep_samples(action: str, samples: Sequence[float]) -> float:
    """The median of what was taken (in seconds), whose spread is kept under the name of the action."""
    median = statistics.median(samples)
    taken.append(Samples(action, len(samples), min(samples), median, max(samples)))
    return median


def seconds(action: Callable[[], object]) -> float:
    """How long one call of `action` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def medians(actions: Mapping[str, Callable[[], object]], *, rounds: int = ROUNDS) -> dict[str, float]:
    """The median seconds of each action; every round runs each of them once, in turn."""
    samples: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            samples[name].append(seconds(action))
    return {name: keep_samples(name, each) for name, each in samples.items()}


def at_most(name: str, value: float, unit: str, *, ratio: float | None, limit: float) -> Figure:
    """A figure whose ratio must not exceed `limit`; without a ratio (no peer) it is not judged."""
    return Figure(name, value, unit, ratio, f"ratio <= {limit:g}", None if ratio is None else ratio <= limit)


def at_least(name: str, value: float, unit: str, *, ratio: float | None, limit: float) -> Figure:
    """A figure whose ratio must reach `limit`; without a ratio (no peer) it is not judged."""
    return Figure(name, value, unit, ratio, f"ratio >= {limit:g}", None if ratio is None else ratio >= limit)


def within(name: str, value: float, unit: str, *, limit: float) -> Figure:
    """A figure that is judged by itself: it must not exceed `limit`, in its own unit."""
    return Figure(name, value, unit, None, f"<= {limit:g} {unit}", value <= limit)
