"""Does every command that tells of an exercise say EXERCISE, in text and in JSON, the verifier too?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.homes import Terminal
from tests.scenarios.test_exercise_marked import MARK, SAYS, Marked


@pytest.mark.sqlite
def test_every_command_that_tells_of_it_says_so(tmp_path: Path, terminal: Terminal) -> None:
    world = Marked(tmp_path)
    for code in ("XC", "XD"):
        home = world.nodes[code].home
        cases, messages = world.named(code)
        asked = [["message", "list"], ["exercise", "list"], ["exercise", "show", world.exercise], ["case", "retention"]]
        asked += [["message", "show", message] for message in messages]
        asked += [["message", "export", case, "-o", str(tmp_path / case)] for case in cases]
        told = 0
        for words in asked:
            for more in ([], ["--json"]):
                done = terminal.run(home, *words, *more)
                rows = terminal.out.splitlines() if words[-1] == "list" and not more else [terminal.out]
                for row in rows:
                    if MARK in row and done == 0:
                        told += 1
                        assert SAYS.search(row), (words, more, row[:400])
        assert told > 2
        for case in cases:
            assert terminal.run(home, "verify", "transcript", str(tmp_path / case)) in (0, 1)
            assert terminal.out.startswith("EXERCISE") or "EXERCISE" in terminal.out
