"""Which jobs does a node run by itself, and how often?"""

from __future__ import annotations

from liaison.node.work.timers import Job

JOBS: tuple[Job, ...] = ()
