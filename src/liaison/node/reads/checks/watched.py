"""Is the worker of this node silent, and since when?

Invariants: a node whose worker never gave a sign is new and not silent; a heartbeat that lies ahead of the clock is a
sign of a clock that was set back, not of life: a worker that lives notes the next one in its next round (`Beating`);
one that falls silent while work goes on at the whole node is not silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.duty.checks.results import WORKER_MAY_BE_SILENT
from liaison.node.models import Heartbeat
from liaison.node.node import Node
from liaison.node.reads.checks.planned_work import whole_node_until
from liaison.node.unit_of_work import reading

WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Watched:
    """The last sign of the worker, and how long ago that was; None before the first."""

    at: datetime | None
    silent_for: timedelta | None
    planned_until: datetime | None = None
    """Until when work at the whole node explains a silence."""

    @property
    def silent(self) -> bool:
        """Whether somebody should look."""
        return is_quiet(self.silent_for) and self.planned_until is None


def is_quiet(silent_for: timedelta | None) -> bool:
    """Whether a worker gives no sign, planned or not."""
    return silent_for is not None and silent_for > WORKER_MAY_BE_SILENT


def watched(node: Node) -> Watched:
    """How it stands with the worker now."""
    now = node.clock.now()
    with reading(node):
        at = Heartbeat.objects.filter(name=WORKER).values_list("at", flat=True).first()
        if at is None:
            return Watched(None, None)
        silent_for = abs(now - at)
        return Watched(at, silent_for, whole_node_until(node, now) if is_quiet(silent_for) else None)
