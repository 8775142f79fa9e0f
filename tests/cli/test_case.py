"""Does `liaison case retention` tell what is due, and change nothing when it is asked not to?"""

from __future__ import annotations

from pathlib import Path

from tests.cli.homes import Terminal


def test_a_node_without_rules_keeps_everything_and_looks_ahead_in_a_dry_run_only(
    tmp_path: Path, terminal: Terminal
) -> None:
    home = tmp_path / "home"
    assert terminal.run(home, "node", "init") == 0
    assert terminal.value(home, "case", "retention", "--dry-run", "--ahead", "365") == []
    assert terminal.run(home, "case", "retention") == 0
    assert "Nothing is due" in terminal.out
    assert terminal.refusal(home, "case", "retention", "--ahead", "30") == "retention-ahead"
