"""Does the terminal say who is on duty, and put somebody on duty as the pages do?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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
    assert (first["gap"], rest["gap"]) == (False, False)
    assert terminal.run(desk.node.home, "duty", "show", "--days", "1") == 0
    assert "every officer of the desk" in terminal.out
    assert "nobody" not in terminal.out
    assert terminal.refusal(desk.node.home, "duty", "override", "c.d", "--hours", "4") == "officer-not-found"
    with reading(desk.node):
        assert AuditRow.objects.filter(action="duty-override-made", officer=0).count() == 1


def test_a_rota_is_made_at_the_terminal_and_what_is_none_is_refused(tmp_path: Path, terminal: Terminal) -> None:
    desk, registry = Desk(tmp_path, terminal), small_register("XC", "XD")
    seed_node(desk.node, registry, "XC")
    at = DeskRef(registry.ids["XC"], "main", "duty")
    for login in ("a.n", "b.m"):
        grant(desk.node, add_officer(desk.node, login=login, name=login), registry.entries[0].leaf, at, Role.OFFICER)
    daily = ("--first", "2026-01-05T08:00", "--hours", "24", "--zone", "Europe/Berlin")
    desk.value("duty", "layer", "Days", "a.n", "b.m", *daily)
    desk.value(
        "duty", "layer", "Nights", "b.m", *daily, "--from", "20:00", "--to", "08:00", "--days", "sat,sun", "--rests"
    )
    shifts = desk.value("duty", "show", "--days", "2")
    assert {tuple(each["officers"]) for each in shifts} >= {("a.n",), ("b.m",)}
    desk.value("duty", "away", "a.n", "--from", "2026-01-01T00:00", "--to", "2027-02-01T00:00")
    assert {tuple(each["officers"]) for each in desk.value("duty", "show", "--days", "2")} == {("b.m",)}
    desk.value("duty", "drop", "Days")
    home = desk.node.home
    for words, code in (
        (("layer", "Days", "c.d", *daily), "officer-not-found"),
        (("layer", " ", "a.n", *daily), "duty-layer-name"),
        (("layer", "Days", "a.n", *daily, "--zone", "Mars/Olympus"), "duty-zone"),
        (("layer", "Days", "a.n", *daily, "--hours", "0"), "duty-turn-length"),
        (("layer", "Days", "a.n", "--first", "soon"), "duty-first-turn"),
        (("layer", "Days", "a.n", "--first", "9999-01-01T08:00"), "duty-first-turn"),
        (("layer", "Days", "a.n", *daily, "--from", "8"), "duty-hours"),
        (("layer", "Days", "a.n", *daily, "--from", "08:00", "--to", "18:00", "--days", "someday"), "duty-weekdays"),
        (("drop", "Days"), "duty-layer-not-found"),
        (("away", "a.n", "--from", "now", "--to", "2027-02-01T00:00"), "instant-not-read"),
        (("away", "a.n", "--from", "2026-12-24T08:00", "--to", "2026-12-24T08:00"), "duty-spell"),
    ):
        assert terminal.refusal(home, "duty", *words) == code
    with reading(desk.node):
        assert set(AuditRow.objects.values_list("action", flat=True)) >= {"duty-layer-kept", "duty-layer-dropped"}


def test_planned_work_is_said_shown_and_ended_at_the_terminal(tmp_path: Path, terminal: Terminal) -> None:
    desk = Desk(tmp_path, terminal)
    seed_node(desk.node, small_register("XC", "XD"), "XC")
    assert desk.value("duty", "planned-work") == []
    now = datetime.now(UTC)
    begins, ends = (f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%M}" for hours in (1, 3))
    (said,) = desk.value("duty", "planned-work", "--from", begins, "--to", ends)
    assert (said["begins"], said["ends"], said["whole_node"]) == (f"{begins}:00Z", f"{ends}:00Z", False)
    both = desk.value("duty", "planned-work", "--from", begins, "--to", ends, "--whole-node")
    assert [each["whole_node"] for each in both] == [False, True]
    number = str(both[1]["number"])
    home = desk.node.home
    for unknown in (number, "99"):  # That of the whole node is not this desk's.
        refused = terminal.refusal(home, "duty", "planned-work", "--end", unknown)
        assert refused == "planned-work-not-there"
    assert len(desk.value("duty", "planned-work")) == 2
    assert desk.value("duty", "planned-work", "--end", number, "--whole-node") == [said]
    again = ("--end", number, "--whole-node")
    assert terminal.refusal(home, "duty", "planned-work", *again) == "planned-work-not-there"
    assert terminal.refusal(home, "duty", "planned-work", "--from", ends, "--to", begins) == "planned-work-times"
    assert terminal.refusal(home, "duty", "planned-work", "--from", begins) == "instant-not-read"
