"""How does `make test` run? Every test on SQLite, those marked `engine` on PostgreSQL too, and one last line.

    python -m tools.run_tests [ARGUMENTS OF PYTEST]

Invariants:
- Both sessions run at once; what the longer one says follows what the shorter said, as if they had run in turn.
- The last line is pytest's own when nothing was skipped; else it names the missing parts and the command for them.
- Temporary files stay in memory where there is room: tests kill processes, never the machine.
- What is compiled once is kept in `.venv/bytecode`, also where the surroundings say to write none: the programs that
  tests start would compile all of Django again each time.
- Missing parts are installed first when this is root on Debian; elsewhere nothing outside the project is touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import parts
from tools.postgres import postgres

ROOT = Path(__file__).parent.parent
NPM = ROOT / "tests" / "interop" / "npm"
# On two cores, for many tests wait. What one module shares is made once, and the order is that of tests/order.py.
SPREAD = ("--dist", "loadscope", "--no-loadscope-reorder")
ON_SQLITE, ON_POSTGRESQL = (*SPREAD, "-n", "3"), (*SPREAD, "-n", "2")
COMPILED = {"PYTHONPYCACHEPREFIX": str(ROOT / ".venv" / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
PYTEST = (sys.executable, "-m", "pytest")
ROOM = 2 << 30
NO_TESTS = 5  # pytest's own exit code for "nothing selected", which arguments such as -k make likely


def main(arguments: list[str]) -> int:
    """Run both sessions; the exit code is that of the first that failed."""
    parts.install(parts.PARTS, purpose="tests")
    install_npm_packages()
    with tempfile.TemporaryDirectory() as folder:
        missing = Path(folder) / "missing"
        environment = os.environ | in_memory() | COMPILED | {"LIAISON_PARTS_FILE": str(missing)}
        with session([*ON_SQLITE, *arguments], environment, Path(folder) / "said") as on_sqlite:
            codes = [on_postgresql(arguments, environment, missing), on_sqlite()]
        names = sorted(set(missing.read_text(encoding="utf-8").split())) if missing.exists() else []
    if names:
        print(parts.closing_line(names))
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    if names and os.environ.get("LIAISON_REQUIRE") == "all":
        failed.append(1)
    return failed[0] if failed else 0


def on_postgresql(arguments: list[str], environment: dict[str, str], missing: Path) -> int:
    """The tests marked `engine`, on a server of their own."""
    with postgres(environment.get("PYTEST_DEBUG_TEMPROOT")) as url:
        if url is None:
            missing.write_text("postgresql\n", encoding="utf-8")
            return 0
        selected = ("-m", "engine and not soak", *arguments)
        command = [*PYTEST, *ON_POSTGRESQL, *selected]
        return subprocess.run(command, cwd=ROOT, env=environment | {"TEST_DATABASE_URL": url}).returncode


@contextmanager
def session(arguments: list[str], environment: dict[str, str], said: Path) -> Iterator[Callable[[], int]]:
    """A session that runs meanwhile; called, it says what it has said and goes on saying, and gives its exit code."""
    with said.open("wb") as target:
        running = subprocess.Popen([*PYTEST, *arguments], cwd=ROOT, env=environment, stdout=target, stderr=target)
    try:
        yield lambda: follow(running, said)
    finally:
        running.terminate()
        running.wait()


def follow(running: subprocess.Popen[bytes], said: Path) -> int:
    """Say what a session writes into `said` until it ends; its exit code."""
    with said.open("rb") as source:
        while True:
            ended = running.poll()  # Asked before reading, so that its last words are read.
            while data := source.read(1 << 16):
                sys.stdout.buffer.write(data)
                sys.stdout.flush()
            if ended is not None:
                return ended
            time.sleep(0.2)


def in_memory() -> dict[str, str]:
    """Where temporary files go: memory, if the machine lends two gigabytes of it."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free >= ROOM
    return {"PYTEST_DEBUG_TEMPROOT": str(shared)} if roomy else {}


def install_npm_packages() -> None:
    """The locked npm packages of the interoperability tests; without them those tests name npm as missing."""
    lock, installed = NPM / "package-lock.json", NPM / "node_modules" / ".package-lock.json"
    if not lock.exists() or parts.find("npm") is None:
        return
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=NPM, check=False)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
