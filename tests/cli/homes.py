"""How does a test make a real home and run commands on it, in this process?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tests.with_django  # noqa: F401
from liaison.cli.main import main
from tests import engines


class Terminal:
    """Runs commands on one home after another and keeps what they said."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def run(self, home: Path, *args: str) -> int:
        """The exit code of `liaison --home HOME …`."""
        self._capsys.readouterr()
        code: int = main.run_command(["--home", str(home), *engines.on_this_engine(home, args)])  # type: ignore[attr-defined]
        self.out, self.err = self._capsys.readouterr()
        return code

    def value(self, home: Path, *args: str) -> Any:
        """What a command that succeeds prints with `--json`."""
        assert self.run(home, *args, "--json") == 0, self.err
        return json.loads(self.out)

    def refusal(self, home: Path, *args: str) -> str:
        """The code of the error a command ends with."""
        assert self.run(home, *args, "--json") != 0, self.out
        code: str = json.loads(self.err.splitlines()[-1])["error"]
        return code
