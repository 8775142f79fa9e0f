"""Which programs from outside PyPI and npm do the tests use, and what becomes of a test whose program is absent?

    def test_age_from_npm_opens_our_file() -> None:
        node = needs("node")          # its path, or the test is skipped

Invariants:
- A skip for an absent part is raised here only, so the last line of a run can name every part that was missing.
- With `LIAISON_REQUIRE=all` a skip of any kind is a failure (`tests/conftest.py` turns it into one).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

REASON = "part missing: "


@dataclass(frozen=True, slots=True)
class Part:
    """A program the tests call and the Debian packages that bring it."""

    program: str
    packages: tuple[str, ...]


PARTS = {
    "node": Part("node", ("nodejs",)),
    "npm": Part("npm", ("npm",)),
    "strace": Part("strace", ("strace",)),
    "gpg": Part("gpg", ("gnupg",)),
    "postgresql": Part("postgres", ("postgresql",)),
}


def find(name: str) -> str | None:
    """The path of a part's program: on the path, or where Debian keeps PostgreSQL's."""
    if name == "postgresql":
        servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
        return str(servers[-1]) if servers else None
    return shutil.which(PARTS[name].program)


def needs(name: str) -> str:
    """The path of a part's program; skips the test, naming the part, when it is absent."""
    path = find(name)
    if path is None:
        pytest.skip(REASON + name)
    return path


def missing_from(reasons: list[str]) -> list[str]:
    """The parts named by the skip reasons of a run, each once."""
    return sorted({reason.split(REASON, 1)[1].strip() for reason in reasons if REASON in reason})


def closing_line(missing: list[str]) -> str:
    """The last line of a run that skipped tests: what was missing and the command that brings it."""
    packages = sorted({package for name in missing if name in PARTS for package in PARTS[name].packages})
    return f"Tests skipped for want of: {', '.join(missing)}. To bring them: apt-get install {' '.join(packages)}"
