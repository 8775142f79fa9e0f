"""Does `liaison case` tell what is due without changing it, and let an auditor read one case for a time?"""

from __future__ import annotations

from pathlib import Path

from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.register.registry import small_register
from tests.scenarios.test_processes import NOTICE


def test_a_node_without_rules_keeps_everything_and_looks_ahead_in_a_dry_run_only(
    tmp_path: Path, terminal: Terminal
) -> None:
    home = tmp_path / "home"
    assert terminal.run(home, "node", "init") == 0
    assert terminal.value(home, "case", "retention", "--dry-run", "--ahead", "365") == []
    assert terminal.run(home, "case", "retention") == 0
    assert "Nothing is due" in terminal.out
    assert terminal.refusal(home, "case", "retention", "--ahead", "30") == "retention-ahead"


def test_leave_for_an_auditor_is_given_listed_and_ended_at_the_terminal(tmp_path: Path, terminal: Terminal) -> None:
    desk = Desk(tmp_path, terminal)
    seed_node(desk.node, small_register("XC", "XD"), "XC")
    case = desk.value("message", "send", "--to", "XD", *NOTICE)[0]["case"]
    desk.value("officer", "add", "e.v", "--name", "Eve", "--role", "auditor")
    desk.value("officer", "add", "o.f", "--name", "Ann", "--role", "officer")
    asked = ("case", "grant", case[:18], "--reason", "Complaint 4/2026", "--days", "2", "--auditor")
    assert terminal.refusal(desk.home, *asked, "o.f") == "audit-grant-auditor"
    assert desk.value(*asked, "e.v")["case"] == case
    (found,) = desk.value("case", "grants", case)
    assert (found["auditor"], found["reason"], found["by"], found["counts"]) == ("Eve", "Complaint 4/2026", None, True)
    assert terminal.refusal(desk.home, "case", "end-grant", case, "999") == "audit-grant-none"
    desk.value("case", "end-grant", case, str(found["number"]))
    assert [each["counts"] for each in desk.value("case", "grants", case)] == [False]
