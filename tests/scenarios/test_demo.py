"""Does the demonstration hold, from the first key to the verified transcript, as a new user sees it?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.processes import PROGRAM, ROOT

MINUTES = 8


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("together", 19),
        ("alone", 13),
        pytest.param("preservation", 13, marks=pytest.mark.soak),
        pytest.param("conduct", 12, marks=pytest.mark.soak),
    ],
)
def test_every_step_of_the_demonstration_holds_and_it_ends_by_itself(tmp_path: Path, name: str, steps: int) -> None:
    folder = tmp_path / "demo"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "demo", "--once", "--story", name, "--json", "--folder", str(folder)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        timeout=MINUTES * 60,
        check=False,
    )
    told = json.loads(done.stdout)
    assert [(step["title"], step["lines"]) for step in told["steps"] if not step["held"]] == []
    assert (done.returncode, told["held"], len(told["steps"])) == (0, True, steps)
    assert "Traceback" not in "".join(path.read_text() for path in folder.glob("*/serve.log"))


def test_the_demonstration_does_not_begin_in_a_folder_that_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "something").write_text("kept")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "demo", "--once", "--folder", str(tmp_path)],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=False,
    )
    assert (done.returncode, b"Next:" in done.stderr) == (2, True)
    assert (tmp_path / "something").read_text() == "kept"
