"""Does `liaison verify` take what a node hands out: one file, a folder of the log, a proof of one entry?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from liaison.adapters.tiles import FolderTileStore
from liaison.cli.main import main
from liaison.node.log.sources import make_anchor
from liaison.node.log.static import export_file, export_log
from liaison.node.reads.proofs import prove_entry
from tests.node.stories import Story


@pytest.fixture
def handed(story: Story, tmp_path: Path) -> dict[str, str]:
    """What the secretariat hands out of a register that XC joined: paths by name."""
    story.join("xc", "XC")
    places = {name: str(tmp_path / name) for name in ("anchor", "file", "log", "proof")}
    Path(places["anchor"]).write_bytes(make_anchor(story.reg, register=story.register))
    Path(places["file"]).write_bytes(export_file(story.reg, register=story.register))
    Path(places["proof"]).write_bytes(prove_entry(story.reg, story.register, 3))
    target = FolderTileStore(Path(places["log"]))
    export_log(story.reg, register=story.register, target=target, progress=lambda _: None)
    return places


def verified(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code = main.run_command(["verify", *arguments, "--json"])  # type: ignore[attr-defined]
    told = capsys.readouterr()
    assert code == 0, told.err
    value: dict[str, Any] = json.loads(told.out)
    return value


@pytest.mark.parametrize("form", ["file", "log"])
def test_the_register_as_a_node_exports_it_verifies(
    story: Story, handed: dict[str, str], capsys: pytest.CaptureFixture[str], form: str
) -> None:
    value = verified(capsys, "register", handed[form], "--anchor", handed["anchor"])
    assert (value["register"], value["anchored"], value["older_than_anchor"]) == (story.register, True, False)
    assert [each["codes"] for each in value["participants"]] == [["XC"]]
    assert (value["void"], value["not_understood"]) == ([], [])


def test_the_proof_a_node_makes_verifies(handed: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    by_anchor = verified(capsys, "proof", handed["proof"], "--anchor", handed["anchor"])
    by_register = verified(capsys, "proof", handed["proof"], "--anchor", handed["anchor"], "--register", handed["log"])
    assert (by_anchor["by"], by_register["by"]) == ("anchor", "register")
    assert by_anchor["entry"] == by_register["entry"]
