"""Does `liaison node doctor` show its table and leave with the right code?"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from liaison.cli.output import report_error
from liaison.cli.session import open_node
from liaison.errors import UsageError
from tests import engines
from tests.cli.homes import Terminal


def test_a_node_makes_its_tables_where_there_are_none(tmp_path: Path, terminal: Terminal) -> None:
    home = tmp_path / "home"
    epoch = terminal.value(home, "node", "init", "--database", engines.empty_url())["epoch"]
    call_command("migrate", database=open_node(home).database, check_unapplied=True, verbosity=0)
    assert terminal.value(home, "node", "init", "--database", "")["epoch"] == epoch


@pytest.mark.sqlite  # The tests' server does not wait for the disk, and the doctor says so.
def test_a_fresh_node_is_told_its_next_steps_and_is_not_broken(tmp_path: Path, terminal: Terminal) -> None:
    home = tmp_path / "home"
    assert terminal.run(home, "node", "init") == 0
    findings = {each["check"]: each for each in terminal.value(home, "node", "doctor")}
    broken = [each for each in findings.values() if each["state"] == "fail" and each["check"] != "disk"]
    assert broken == []
    assert {name for name in ("credential", "worker", "tls", "mirrors") if findings[name]["next"]} == {
        "credential",
        "worker",
        "tls",
        "mirrors",
    }


def test_a_home_that_others_can_read_ends_with_exit_code_1(tmp_path: Path, terminal: Terminal) -> None:
    home = tmp_path / "home"
    assert terminal.run(home, "node", "init") == 0
    home.chmod(0o755)
    assert terminal.run(home, "node", "doctor") == 1
    assert "fail  home" in terminal.out
    assert "→ chmod" in terminal.out


def test_a_home_that_was_never_made_is_explained(tmp_path: Path, terminal: Terminal) -> None:
    assert terminal.refusal(tmp_path / "nowhere", "node", "doctor") == "node-not-initialised"


def test_what_others_wrote_steers_no_terminal_from_inside_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    report_error(UsageError("recipient-not-found", given="\x1b[2J\u202eXD"), as_json=False)
    assert "'\ufffd[2J\ufffdXD'" in capsys.readouterr().err
