"""Does an exercise of many nodes, and one of nodes in processes of their own, end with a report?"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

import pytest

from liaison.duty.exercises.course import Outcome
from liaison.duty.exercises.report import after_action
from liaison.duty.exercises.scenario import decode_scenario
from liaison.messages.parties import DeskRef
from liaison.node.models import IncomingCopy
from liaison.node.reads.duty.exercises import desk_key, read_control
from liaison.node.unit_of_work import reading
from tests.rehearsing import Rehearsal
from tests.scenarios.processes import Processes
from tests.scenarios.test_processes import until
from tests.web.visiting import visit

# Codes that ISO 3166 leaves to its users, fictional all.
FIFTY = ("XC", *(a + b for a, b in itertools.product("XQ", "DEFGHIJLMNOPQRSTUVWXYZ")))[:44] + tuple(
    f"Z{letter}" for letter in "XYZQJK"
)
QUICK = """
id = "quick"
version = 1
en = "A quick one"
purpose = "Practise what takes a minute."
[roles.reporter]
kind = "technical"
en = "Who sees it"
[roles.others]
kind = "technical"
en = "Who is told"
[injects.seen]
to = ["reporter"]
en = "Something is seen"
text = "Something is seen. Tell the others."
expected = [
    { action = "acknowledged", within = 30 },
    { action = "told", to = "others", within = 30 },
]
[injects.asked]
after = { inject = "seen", action = "told" }
at_latest = 5
to = ["others"]
en = "You are asked"
text = "Say that you have it."
expected = [{ action = "acknowledged", within = 30 }]
"""


@pytest.mark.soak
def test_an_exercise_of_fifty_nodes_ends_with_a_report_of_each_expectation(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path, codes=FIFTY)
    rehearsal.go_on(60)
    rehearsal.acknowledge("XD", "logins")
    rehearsal.go_on(40)
    players = FIFTY[3:]
    for code in players[::2]:
        rehearsal.acknowledge(code, "seen-elsewhere")
    for _ in range(3):
        rehearsal.go_on(60)
    control = rehearsal.control()
    assert control.failed == {}
    judged = control.judged(rehearsal.world.clock.now())
    heard = [each for each in judged if each.inject == "seen-elsewhere" and each.expected.action == "acknowledged"]
    in_time = {each.desk for each in heard if each.outcome is Outcome.IN_TIME}
    assert in_time == {desk_key(rehearsal.world.desk(code)) for code in players[::2]}
    assert {each.desk for each in heard if each.outcome is Outcome.MISSED} == {
        desk_key(rehearsal.world.desk(code)) for code in players[1::2]
    }
    visitor = visit(rehearsal.world, "XC")
    assert "<svg" in visitor.see(f"exercises/{rehearsal.exercise}/report")
    pdf = visitor.get(visitor.at(f"exercises/{rehearsal.exercise}/report.pdf")).content
    assert pdf.startswith(b"%PDF-") and after_action(judged).whole.expected == len(judged)


@pytest.mark.soak
def test_an_exercise_of_four_nodes_in_processes_of_their_own_ends_with_a_report(tmp_path: Path) -> None:
    scenario = tmp_path / "quick.toml"
    scenario.write_text(QUICK)
    decode_scenario(QUICK.encode())
    with Processes(tmp_path, "XC", "XD", "XE", "XF") as world:
        for code in world.ports:
            world.start(code)
        register = world.registry.entries[0].leaf
        roles = ("--role", "reporter=XD", "--role", "others=XE XF")
        planned = world.run("XC", "exercise", "plan", str(scenario), *roles)
        seen = until(lambda: inbox(world, "XD", "exercise-inject"))
        world.run("XD", "message", "ack", seen[0])
        told = ("--to", "XE", "--to", "XF", "--to", "XC", "--together", "--exercise", "--stage", "notification")
        fields = ("--field", "title=Something is seen", "--field", "incident_type=availability:outage")
        world.run("XD", "message", "send", *told, *fields, "--field", "expectation=for-information")
        asked = until(lambda: inbox(world, "XF", "exercise-inject"))
        world.run("XF", "message", "ack", asked[0])

        def report() -> list[tuple[str, str, str]]:
            desk = DeskRef(world.registry.ids["XC"], "main", "duty")
            control = read_control(world.nodes["XC"], register, desk, planned["exercise"])
            judged = control.judged(datetime.now(UTC))
            return [(each.inject, each.expected.action.value, each.outcome.value) for each in judged]

        until(lambda: ("asked", "acknowledged", "in-time") in report())
        world.run("XC", "exercise", "end", planned["exercise"])
        assert sorted(report()) == [
            ("asked", "acknowledged", "in-time"),
            ("asked", "acknowledged", "open"),
            ("seen", "acknowledged", "in-time"),
            ("seen", "told", "in-time"),
        ]


def inbox(world: Processes, code: str, form: str) -> list[str]:
    """The messages of one form that a node has got."""
    with reading(world.nodes[code]):
        return list(IncomingCopy.objects.filter(form=form).values_list("message_id", flat=True))
