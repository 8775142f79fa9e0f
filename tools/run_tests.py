"""How does `make test` run? Every test on SQLite, those marked `engine` on PostgreSQL too, and one last line.

    python -m tools.run_tests [ARGUMENTS OF PYTEST]

Invariants:
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
from pathlib import Path

from tests import parts
from tools.postgres import postgres

ROOT = Path(__file__).parent.parent
NPM = ROOT / "tests" / "interop" / "npm"
# Two cores, for many tests wait; what one module shares is made once; the order is that of tests/order.py.
THREE = ("-n", "3", "--dist", "loadscope", "--no-loadscope-reorder")
COMPILED = {"PYTHONPYCACHEPREFIX": str(ROOT / ".venv" / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
ROOM = 2 << 30
NO_TESTS = 5  # pytest's own exit code for "nothing selected", which arguments such as -k make likely


def main(arguments: list[str]) -> int:
    """Run both sessions; the exit code is that of the first that failed."""
    parts.install(parts.PARTS, purpose="tests")
    install_npm_packages()
    with tempfile.TemporaryDirectory() as folder:
        missing = Path(folder) / "missing"
        environment = os.environ | in_memory() | COMPILED | {"LIAISON_PARTS_FILE": str(missing)}
        codes = [
            on_postgresql(arguments, environment, missing),
            run([*THREE, *arguments], environment),
        ]
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
        return run([*THREE, "-m", "engine and not soak", *arguments], environment | {"TEST_DATABASE_URL": url})


def run(arguments: list[str], environment: dict[str, str]) -> int:
    """One session of pytest."""
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=environment).returncode


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
