"""Is the worker of this node silent, and since when?

Invariants: a node whose worker never gave a sign is new and not silent; a heartbeat that lies ahead of the clock is a
sign of a clock that was set back, not of life: a worker that lives notes the next one in its next round (`Beating`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.duty.checks.results import WORKER_MAY_BE_SILENT
from liaison.node.models import Heartbeat
from liaison.node.node import Node
from liaison.node.unit_of_work import reading

WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Watched:
    """The last sign of the worker, and how long ago that was; None before the first."""

    at: datetime | None
    silent_for: timedelta | None

    @property
    def silent(self) -> bool:
        """Whether somebody should look."""
        return self.silent_for is not None and self.silent_for > WORKER_MAY_BE_SILENT


def watched(node: Node) -> Watched:
    """How it stands with the worker now."""
    with reading(node):
        at = Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()
    if at is None:
        return Watched(None, None)
    return Watched(at, abs(node.clock.now() - at))
