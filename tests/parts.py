"""Which programs from outside PyPI and npm do the tests use, and what becomes of a test whose program is absent?

    def test_age_from_npm_opens_our_file() -> None:
        node = needs("node")          # its path, or the test is skipped

Invariants:
- A skip for an absent part is raised here only, so the last line of a run can name every part that was missing.
- With `LIAISON_REQUIRE=all` a skip of any kind is a failure (`tests/conftest.py` turns it into one).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REASON = "part missing: "


@dataclass(frozen=True, slots=True)
class Part:
    """A program the tests call and the Debian packages that bring it."""

    program: str
    packages: tuple[str, ...]
    title: str = ""
    folders: tuple[str, ...] = ()
    """Where Debian keeps it, as patterns, if not on the path."""

    def path(self) -> str | None:
        """The program's path, or None while it is not installed."""
        if not self.folders:
            return shutil.which(self.program)
        found = [path for folder in self.folders for path in Path("/").glob(f"{folder[1:]}/{self.program}")]
        newest = max(found, key=lambda path: [int(part) for part in path.parts if part.isdigit()], default=None)
        return None if newest is None else str(newest)


PARTS = {
    "node": Part("node", ("nodejs",)),
    "npm": Part("npm", ("npm",)),
    "strace": Part("strace", ("strace",), title="strace"),
    "openssl": Part("openssl", ("openssl",), title="OpenSSL"),
    "gpg": Part("gpg", ("gnupg",), title="GnuPG"),
    "sq": Part("sq", ("sq",), title="Sequoia sq"),
    "rnp": Part("rnp", ("rnp",), title="RNP"),
    "faketime": Part(
        "libfaketimeMT.so.1", ("faketime",), title="libfaketime", folders=("/usr/lib/*/faketime", "/usr/lib64/faketime")
    ),
    "dovecot": Part("dovecot", ("dovecot-core", "dovecot-imapd"), title="Dovecot", folders=("/usr/sbin",)),
    "unshare": Part("unshare", ("util-linux", "mount")),
    "nsenter": Part("nsenter", ("util-linux",)),
    "ip": Part("ip", ("iproute2",)),
    "chromium": Part("chromium", ("chromium", "fonts-noto-core", "fonts-noto-cjk"), title="Chromium"),
    "postgresql": Part("postgres", ("postgresql",), title="PostgreSQL", folders=("/usr/lib/postgresql/*/bin",)),
}


def find(name: str) -> str | None:
    """The path of a part's program."""
    return PARTS[name].path()


def needs(name: str) -> str:
    """The path of a part's program; skips the test, naming the part, when it is absent."""
    path = find(name)
    if path is None:
        import pytest  # Only here: the benchmarks, which have no pytest, read the table too.

        pytest.skip(REASON + name)
    return path


def needs_namespaces() -> str:
    """The path of `ip`; skips the test where this process may not make network namespaces (it wants root)."""
    path, name = needs("ip"), f"liaison-probe-{os.getpid()}"
    if any(subprocess.run([path, "netns", verb, name], capture_output=True).returncode for verb in ("add", "delete")):
        import pytest

        pytest.skip(f"{REASON}ip")
    return path


def missing_from(reasons: list[str]) -> list[str]:
    """The parts named by the skip reasons of a run, each once."""
    return sorted({reason.split(REASON, 1)[1].strip() for reason in reasons if REASON in reason})


def closing_line(missing: list[str]) -> str:
    """The last line of a run that skipped tests: what was missing and the command that brings it."""
    packages = sorted({package for name in missing if name in PARTS for package in PARTS[name].packages})
    return f"Tests skipped for want of: {', '.join(missing)}. To bring them: apt-get install {' '.join(packages)}"


def install(wanted: Mapping[str, Part], *, purpose: str) -> None:
    """Bring what is missing from Debian, where that is ours to do: as root, with apt-get, no service started."""
    packages = [package for part in wanted.values() if part.path() is None for package in part.packages]
    if not packages or os.getuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"Installing for the {purpose}:", *packages, flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *command], check=False, env=quiet, stdout=subprocess.DEVNULL)
