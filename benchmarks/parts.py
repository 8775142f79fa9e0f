"""Which programs from Debian do the benchmarks measure against, and what is not measured without them?

Invariants: they are brought the way `make test` brings its own; a subject whose peer is absent gives figures that are
not judged, and the run says so by name.
"""

from __future__ import annotations

from tests import parts
from tests.parts import Part

PARTS = {name: parts.PARTS[name] for name in ("strace", "gpg", "postgresql")} | {
    "postfix": Part("postconf", ("postfix",), title="Postfix", folders=("/usr/sbin",)),
    "redis": Part("redis-server", ("redis-server",), title="Redis"),
}


def bring() -> str:
    """Install what is missing where that is ours to do; a line about what is missing still, or nothing."""
    parts.install(PARTS, purpose="benchmarks")
    missing = [name for name, part in PARTS.items() if part.path() is None]
    if not missing:
        return ""
    packages = sorted({package for name in missing for package in PARTS[name].packages})
    return f"Not measured against: {', '.join(missing)}. To bring them: apt-get install {' '.join(packages)}"
