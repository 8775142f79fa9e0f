"""What does the doctor know of the machine? Values that the wiring looked up, so that checks judge and do not look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The machine around a node at one moment; sizes in bytes, `tls` the listener's key hash or None.

    `certificates` are those whose dates somebody reads, by name, and when they end.
    `worker` is None where workers listen to PostgreSQL, maybe on other machines, and cannot be seen from here.
    """

    credential: Path
    exposed: tuple[Path, ...]
    foreign: tuple[Path, ...]
    free: int
    total: int
    worker: bool | None
    tls: str | None
    certificates: tuple[tuple[str, datetime], ...] = ()
