"""What does the machine around a node look like? Permissions, free disk, and whether the worker listens.

Invariants: looking changes nothing and is never refused: what cannot be looked at is left out.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def open_to_others(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Those of the paths that the group or others may read, write or enter."""
    return tuple(path for path in paths if (found := _status(path)) is not None and found.st_mode & OTHERS)


def owned_by_others(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Those of the paths that belong to another user than the one of this process."""
    return tuple(path for path in paths if (found := _status(path)) is not None and found.st_uid != os.geteuid())


def free_disk(path: Path) -> tuple[int, int]:
    """Free and total bytes of the disk that `path` lies on."""
    usage = shutil.disk_usage(path)
    return usage.free, usage.total


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
