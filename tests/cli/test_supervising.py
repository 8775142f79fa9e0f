"""Do the processes beside a node's doors end with them, whatever ends the doors, and is none started afterwards?

Each story is a program of its own, for it forks, and ends as a node does: by waiting for the children it has left.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.scenarios.processes import ROOT

BESIDE = """
import logging, signal, sys, threading
from pathlib import Path
from liaison.cli.node import serve

class Well:
    def failure(self):
        return ""

class Doors:
    def on_startup(self, begin):
        self.begin = begin
    def serve(self, **_):
        self.begin()
        serving()

def ends(home, parent):
    with (home / "begun").open("a") as begun:
        begun.write(".")

def goes_on(home, parent):
    ends(home, parent)
    signal.pause()

home = Path(sys.argv[1])
"""
THE_DOORS_FAIL = """
def serving():
    while not ((home / "begun").exists() and (home / "begun").read_text()):
        pass
    raise OSError("the doors fail")

serve.serve_beside(Doors(), [serve.ChildSupervisor("worker", goes_on, home, Well())])
"""
ONE_ENDS_JUST_BEFORE_THE_STOP = """
noticed = threading.Event()

class Told(logging.Handler):
    def emit(self, record):
        noticed.set()

logging.getLogger("liaison.serve").addHandler(Told())
serving = noticed.wait
child = serve.ChildSupervisor("worker", ends, home, Well())
serve.serve_beside(Doors(), [child])
child._watcher.join()
"""


def run(story: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BESIDE + story, str(home)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        timeout=60,
        check=False,
    )


def test_a_node_whose_doors_fail_ends_with_all_its_processes(tmp_path: Path) -> None:
    ended = run(THE_DOORS_FAIL, tmp_path)
    assert (ended.returncode, "the doors fail" in ended.stderr) == (1, True)
    assert (tmp_path / "begun").read_text() == "."


def test_no_process_is_started_again_once_the_node_stops(tmp_path: Path) -> None:
    ended = run(ONE_ENDS_JUST_BEFORE_THE_STOP, tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "begun").read_text() == "."
