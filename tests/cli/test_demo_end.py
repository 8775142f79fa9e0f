"""Does the demonstration say how to get in, and end well when somebody has seen enough?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.cli.demo.command import _stay
from liaison.cli.demo.places import Place
from liaison.cli.demo.rehearsal import Rehearsal


def enough() -> None:
    raise KeyboardInterrupt


def test_links_stand_in_order_and_what_to_type_can_be_pasted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = Rehearsal(tmp_path, places={"XC": Place("xc", tmp_path / "xc", 20001)})
    world.links = {code: f"http://{code}/join/x" for code in ("XE", "XC", "XD")}
    _stay(world, enough)
    said = capsys.readouterr().out
    assert said.index("XC  ") < said.index("XD  ") < said.index("XE  ")
    (command,) = [line.split()[0] for line in said.splitlines() if "officer invite duty" in line]
    assert Path(command).exists()
