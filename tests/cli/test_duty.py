"""Does the terminal say who is on duty, and put somebody on duty as the pages do?"""

from __future__ import annotations

from pathlib import Path

from liaison.messages.parties import DeskRef
from liaison.node.models import AuditRow
from liaison.node.services.people.officers import add_officer, grant
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import Role
from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.register.registry import small_register


def test_who_is_on_duty_is_told_and_changed_at_the_terminal(tmp_path: Path, terminal: Terminal) -> None:
    desk, registry = Desk(tmp_path, terminal), small_register("XC", "XD")
    seed_node(desk.node, registry, "XC")
    at = DeskRef(registry.ids["XC"], "main", "duty")
    assert desk.value("duty", "now")["officers"] == []
    for login in ("a.n", "b.m"):
        grant(desk.node, add_officer(desk.node, login=login, name=login), registry.entries[0].leaf, at, Role.OFFICER)
    assert desk.value("duty", "now")["officers"] == ["a.n", "b.m"]
    assert desk.value("duty", "show") == []
    assert desk.value("duty", "override", "b.m", "--hours", "4")["officer"] == "b.m"
    found = desk.value("duty", "now")
    assert (found["officers"], found["rota"]) == (["b.m"], True)
    first, rest = desk.value("duty", "show", "--days", "1")
    assert (first["officers"], first["ends"], rest["officers"]) == (["b.m"], found["until"], [])
    assert terminal.refusal(desk.node.home, "duty", "override", "c.d", "--hours", "4") == "officer-not-found"
    with reading(desk.node):
        assert AuditRow.objects.filter(action="duty-override-made", officer=0).count() == 1
