"""Which jobs come back by themselves, and whose turn is it? One leased row a job, so that one process runs it.

    JOBS = (Job("mirror-registers", timedelta(seconds=60), mirror_registers), …)

Invariants: a job that fails is noted and comes again at its next time; a killed process loses its lease and the job
is due again when that has run out; a job that overruns is not started twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from liaison.errors import LiaisonError
from liaison.node.models import Timer
from liaison.node.node import Node
from liaison.node.unit_of_work import catching_up, reading, unit_of_work

log = logging.getLogger("liaison.timers")

LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again."""

    name: str
    every: timedelta
    function: Callable[[Node], object]


@dataclass(frozen=True, slots=True)
class Turn:
    """A claim on one run of a job."""

    job: Job
    token: str


def take_turns(node: Node, jobs: Sequence[Job]) -> list[Turn]:
    """Claim the jobs that are due; what was never run is due at once."""
    now = node.clock.now()
    with reading(node):
        known = dict(Timer.objects.values_list("name", "due"))
    if all(job.name in known and now < known[job.name] <= now + job.every for job in jobs):
        return []
    turns = []
    with catching_up(), unit_of_work(node):
        for job in jobs:
            Timer.objects.get_or_create(name=job.name, defaults={"due": now})
            token = node.entropy.draw(16).hex()
            # A moment further ahead than is ever written stems from a clock that was set back since.
            free = Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + LEASE)
            due = Q(due__lte=now) | Q(due__gt=now + job.every)
            claimed = Timer.objects.filter(free, due, name=job.name)
            if claimed.update(lease_until=now + LEASE, lease_token=token):
                turns.append(Turn(job, token))
    return turns


def make_due(node: Node, name: str) -> None:
    """Let a job run at the next turn, whenever it ran last."""
    with catching_up(), unit_of_work(node):
        Timer.objects.filter(name=name).update(due=node.clock.now())


def run_turn(node: Node, turn: Turn) -> None:
    """Run a claimed job and set its next time; never raises for what the job raises."""
    failure = ""
    try:
        turn.job.function(node)
    except LiaisonError as error:
        failure = error.code
        log.warning("%s: %s", turn.job.name, error.code)
    except Exception as error:
        failure = type(error).__name__
        log.exception("%s failed", turn.job.name)
    now = node.clock.now()
    with catching_up(), unit_of_work(node):
        Timer.objects.filter(name=turn.job.name, lease_token=turn.token).update(
            due=now + turn.job.every, lease_until=None, lease_token="", last_error=failure[:64], ran_at=now
        )


def run_due(node: Node, jobs: Sequence[Job]) -> int:
    """Run every job that is due, one after the other; how many."""
    turns = take_turns(node, jobs)
    for turn in turns:
        run_turn(node, turn)
    return len(turns)
