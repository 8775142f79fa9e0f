"""What does `make check` check? Style, types, the order of the rooms and the documents; all of it, then the verdict.

python -m tools.run_checks [--fix]
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
HOUSE = ["tests/test_house.py", "tests/test_imports.py", "tests/test_docs.py", "tests/test_explanations.py"]


def main(arguments: list[str]) -> int:
    """Run every check, even after one failed; 0 only if all held."""
    fix = "--fix" in arguments
    checks = [
        ["ruff", "format", "--quiet" if fix else "--check", "."],
        ["ruff", "check", "--quiet", *(["--fix"] if fix else []), "."],
        ["mypy"],
        ["lint-imports", "--no-cache"],
        ["python", "-m", "pytest", "-q", *HOUSE],
    ]
    failed = [command[0] if command[0] != "ruff" else " ".join(command[:2]) for command in checks if not holds(command)]
    print("make check:", f"broken by {', '.join(failed)}" if failed else "all held")
    return 1 if failed else 0


def holds(command: list[str]) -> bool:
    """Run one check, showing what it says and how long it took."""
    began = time.monotonic()
    good = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT).returncode == 0
    print(f"{'held  ' if good else 'BROKEN'} {' '.join(command)} ({time.monotonic() - began:.1f} s)", flush=True)
    return good


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
