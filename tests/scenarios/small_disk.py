"""What does a node do on a small disk of its own? It is served from one, which the test can fill and empty.

    with SmallDisk(world, "XD") as disk:      XD's home moves to a file system of 64 MiB; then world.start("XD")
        disk.fill(4)                          4 % of it are free
        disk.empty()

Invariants: the file system is in a mount namespace of its own and in memory, so it is gone with the test, however that
ends; what was in the home is there before and after.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import pytest

from tests.parts import REASON, needs
from tests.scenarios.processes import Processes

SIZE = 64 << 20
SCRIPT = """
mount -t tmpfs -o size="$2",mode=0700 tmpfs /mnt &&
cp -a "$1/." /mnt && mount --move /mnt "$1" && echo ready && exec cat
"""


class SmallDisk:
    """The home of one node on a disk of its own."""

    def __init__(self, world: Processes, code: str) -> None:
        self._world, self._code, self._home = world, code, world.home(code)

    def __enter__(self) -> SmallDisk:
        unshare, nsenter = needs("unshare"), needs("nsenter")
        user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
        command = [unshare, *user, "--mount", "sh", "-c", SCRIPT, "sh", str(self._home), str(SIZE)]
        # It ends when its standard input does, so with this process at the latest.
        self._holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self._holder.stdout is not None
        assert self._holder.stderr is not None
        if self._holder.stdout.readline() != b"ready\n":
            pytest.skip(f"{REASON}unshare ({self._holder.stderr.read()!r})")
        spaces = f"/proc/{self._holder.pid}/ns"
        enter = [f"--user={spaces}/user", "--preserve-credentials"] if user else []
        inside = (nsenter, *enter, f"--mount={spaces}/mnt", "--")
        self._world.places[self._code] = replace(self._world.places[self._code], inside=inside)
        self.home = Path(f"/proc/{self._holder.pid}/root{self._home}")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._code in self._world.running:
            self._world.kill(self._code)
        self.empty()
        shutil.copytree(self.home, self._home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.socket"))
        self._world.places[self._code] = replace(self._world.places[self._code], inside=())
        self._holder.communicate(timeout=20)

    def fill(self, percent: int) -> None:
        """Leave so many hundredths of the disk free; none means that not a page is left."""
        with (self.home / "filler").open("ab") as filler:
            wanted = self.free() - SIZE * percent // 100
            try:
                filler.write(bytes(max(wanted, 0)))
            except OSError:
                if percent:
                    raise

    def empty(self) -> None:
        (self.home / "filler").unlink(missing_ok=True)

    def free(self) -> int:
        """Bytes that are free."""
        found = os.statvfs(self.home)
        return found.f_bavail * found.f_frsize
