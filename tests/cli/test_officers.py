"""Can an operator let people in from the command line, and check what was done since?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.homes import Terminal


@pytest.mark.engine
def test_the_trail_is_printed_checked_and_checked_again_from_its_file(tmp_path: Path, terminal: Terminal) -> None:
    home, file = tmp_path / "home", tmp_path / "trail.jsonl"
    assert terminal.run(home, "node", "init") == 0
    assert terminal.run(home, "officer", "add", "a.n", "--name", "A. N.") == 0
    assert terminal.run(home, "officer", "leave", "a.n") == 0
    assert terminal.run(home, "officer", "audit") == 0
    text = terminal.out
    file.write_text(text, encoding="utf-8")
    assert terminal.value(home, "officer", "audit", "--verify") == {"lines": 3}
    assert terminal.value(home, "officer", "audit", "--file", str(file)) == {"lines": 3}
    file.write_text(text.replace("officer-invited", "officer-praised"), encoding="utf-8")
    assert terminal.refusal(home, "officer", "audit", "--file", str(file)) == "audit-broken"
    file.write_text("number,at\n", encoding="utf-8")
    assert terminal.run(home, "officer", "audit", "--file", str(file)) != 0
