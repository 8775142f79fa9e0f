"""On what was measured: which machine and kernel, how busy were others, and which versions of everything?

Invariants: nothing names the machine's owner or place; what is not installed is left out, never guessed.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.parts import PARTS

QUIET = 0.5
"""So many cores in use by others before a start are worth a warning."""

WATCHED = 2.0
DISTRIBUTIONS = (
    "Django", "granian", "cryptography", "PyNaCl", "msgspec", "numpy", "polars", "pytricia", "intelmq", "redis",
    "psycopg",
)  # fmt: skip
TELLING = {
    "postgresql": ("--version",),
    "gpg": ("--version",),
    "redis": ("--version",),
    "postfix": ("-d", "-h", "mail_version"),
    "strace": ("--version",),
}
VERSION = re.compile(r"\d+(?:\.\d+)+")


def machine() -> dict[str, str]:
    """The processor, its cores, memory, the kernel, and where temporary files lie, so where durable writes go."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "file system of temporary files": _file_system(Path(tempfile.gettempdir()).resolve()),
    }


def versions() -> dict[str, str]:
    """Python, the libraries, and every peer that is installed."""
    found = {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version, "OpenSSL": _openssl()}
    for name in DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    for name, arguments in TELLING.items():
        if (path := PARTS[name].path()) is not None:
            found[PARTS[name].title] = _told(path, arguments)
    return found


def load() -> str:
    """The load averages of 1, 5 and 15 minutes."""
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def others() -> float:
    """How many cores were in use during two seconds in which this program did nothing."""
    before = psutil.cpu_times()
    time.sleep(WATCHED)
    after = psutil.cpu_times()
    idle = sum(getattr(after, field, 0.0) - getattr(before, field, 0.0) for field in ("idle", "iowait"))
    return max(0.0, round((os.cpu_count() or 1) - idle / WATCHED, 2))


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or "not known"
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def _file_system(path: Path) -> str:
    mounts = {Path(each.mountpoint): each.fstype for each in psutil.disk_partitions(all=True)}
    return next((mounts[parent] for parent in (path, *path.parents) if parent in mounts), "not known")


def _openssl() -> str:
    """The one that signs and seals: the library that `cryptography` carries."""
    from cryptography.hazmat.backends.openssl import backend

    return backend.openssl_version_text().removeprefix("OpenSSL ").split()[0]


def _told(path: str, arguments: tuple[str, ...]) -> str:
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
    found = VERSION.search(done.stdout + done.stderr)
    return found[0] if found else "not known"
