"""Does the command line look at the other nodes, ask for persons, and say what was found?"""

from __future__ import annotations

import json
from pathlib import Path

from liaison.node.models import OutgoingMessage
from liaison.node.unit_of_work import reading
from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.register.registry import small_register


def test_nodes_are_looked_at_and_what_does_not_answer_ends_with_exit_code_3(tmp_path: Path, terminal: Terminal) -> None:
    desk = Desk(tmp_path, terminal)
    seed_node(desk.node, small_register("XC", "XD", "XE"), "XC")
    assert desk.value("check", "show") == []
    assert terminal.run(desk.home, "check", "run", "--to", "XD", "--json") == 3
    (found,) = json.loads(terminal.out)
    assert (found["desk"], found["outcome"], found["answered"]) == ("State XD / duty", "not-reached", False)
    (shown,) = desk.value("check", "show")
    assert shown["outcome"] == "not-reached"
    assert shown["freshness"] in ("fresh", "due", "stale")
    assert desk.value("check", "ask", "--to", "XD") == {"asked": 1, "failed": []}
    with reading(desk.node):
        assert OutgoingMessage.objects.get().form == "line-test"
    for asked in ("run", "ask", "show"):
        assert terminal.refusal(desk.home, "check", asked, "--to", "XQ") == "recipient-not-found"
