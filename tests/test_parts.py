"""Does a run say what it could not test? Parts from outside, their names in the last line, and the strict mode."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import house, parts

NEEDS_STRACE = """
from tests.parts import needs

def test_traced():
    needs("strace")

def test_plain():
    pass
"""


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A session of pytest in which no part can be found."""
    (folder / "test_inner.py").write_text(NEEDS_STRACE, encoding="utf-8")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LIAISON_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "--rootdir", ".", "."],
        cwd=folder,
        env=plain | {"PATH": "", "PYTHONPATH": str(house.ROOT)} | environment,
        capture_output=True,
        text=True,
    )


def test_a_missing_part_skips_its_test_and_is_named_in_the_last_line(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "Tests skipped for want of: strace. To bring them: apt-get install strace"


def test_a_missing_part_is_handed_on_to_a_run_of_several_sessions(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    done = run(tmp_path, LIAISON_PARTS_FILE=str(missing))
    assert missing.read_text(encoding="utf-8") == "strace\n"
    assert "1 passed, 1 skipped" in done.stdout.splitlines()[-1]


def test_a_skip_is_a_failure_where_everything_is_required(tmp_path: Path) -> None:
    done = run(tmp_path, LIAISON_REQUIRE="all")
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout.splitlines()[-1]


def test_the_last_line_names_each_part_and_package_once() -> None:
    reasons = [parts.REASON + "npm", parts.REASON + "gpg", parts.REASON + "npm", "something else"]
    assert parts.missing_from(reasons) == ["gpg", "npm"]
    assert parts.closing_line(["gpg", "npm"]).endswith("apt-get install gnupg npm")
