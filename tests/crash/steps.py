"""Where does a process change what rests on its disk? At numbered steps, at one of which it can kill itself.

    before commit · after commit · autocommit insert · rename blobs/.part-x → blobs/ab/ab… · open blobs/ab

Invariants: nothing is listed by hand. Commits come from the database engine of `sqlite3_steps`, files from the audit
events that CPython raises for every rename, removal, folder and file opened to be written or synced; so a step that is
added to the program tomorrow is counted tomorrow.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from dataclasses import dataclass, field
from typing import Any

NOT_DURABLE = re.compile(r"^/(proc|dev(?!/shm/)|sys)/|\.lock$|\.sqlite3(-\w+)?$")
NAMES = re.compile(r"[0-9a-f]{64}|\.part-\w+")


@dataclass(slots=True)
class Steps:
    """The steps this process took; it dies at the one numbered `deadly`, counted from 0."""

    home: str = ""
    deadly: int | None = None
    taken: list[str] = field(default_factory=list)
    guard: Any = field(default_factory=threading.RLock)

    def take(self, name: str) -> None:
        """Count one step, or die of it."""
        with self.guard:
            if self.deadly == len(self.taken):
                os.kill(os.getpid(), signal.SIGKILL)
            self.taken.append(name)


STEPS = Steps()


def watch_files(home: str) -> None:
    """Count every change of a file under `home` as a step, before it happens; for the rest of this process."""
    STEPS.home = home
    sys.addaudithook(_see)


def _see(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_DIRECTORY):
            _note("open", path)
    elif event in ("os.rename", "os.remove", "os.mkdir", "os.truncate"):
        _note(event.removeprefix("os."), arguments[0])


def _note(event: str, path: object) -> None:
    if not isinstance(path, str | bytes | os.PathLike):
        return
    text = os.fsdecode(path)
    if text.startswith(STEPS.home) and not NOT_DURABLE.search(text):
        STEPS.take(f"{event} {NAMES.sub('*', text.removeprefix(STEPS.home))}")
