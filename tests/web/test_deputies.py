"""Has a deputy the roles on the named days, and is that shown as it was typed?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.node.models import Officer
from liaison.node.reads.inside.rules import approvers
from liaison.node.services.people.case_access import readers
from liaison.node.services.people.officers import Seat, who_may
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, Role
from tests.web.visiting import plain, sign_in_again, visit
from tests.world import World

pytestmark = pytest.mark.engine

ADMIN = "administration/"


def test_a_deputy_has_the_roles_on_the_named_days_only(world: World) -> None:
    admin, officer, other = (
        visit(world, "XC", Role.ADMINISTRATOR),
        visit(world, "XC", Role.OFFICER),
        visit(world, "XC", Role.AUDITOR),
    )
    where = f"{ADMIN}officers/{officer.officer}/deputy"
    admin.send(where, deputy=str(other.officer), first="2026-11-23", last="2026-11-23")
    reads = f"cases/{world.desk('XC').desk}/readers/close"
    assert other.post(other.at(reads)).status_code == 403
    world.advance(hours=21)
    other = sign_in_again(other)
    assert other.post(other.at(reads)).status_code == 400
    world.advance(hours=24)
    other = sign_in_again(other)
    assert other.post(other.at(reads)).status_code == 403


def test_a_deputy_is_named_for_one_officer_and_one_time_until_that_is_over_or_ended(world: World) -> None:
    admin, ada, chi = (visit(world, "XC", role) for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.OFFICER))
    bo = visit(world, "XC", Role.AUDITOR)
    page = f"{ADMIN}officers/{ada.officer}"
    days = {"first": "2026-11-22", "last": "2026-11-24"}
    past = admin.send(f"{page}/deputy", status=400, deputy=str(bo.officer), first="2026-11-19", last="2026-11-21")
    assert b"The last of these days is over." in past.content
    admin.send(f"{page}/deputy", deputy=str(bo.officer), **days)
    assert f"officers/{bo.officer}" in admin.see(page).partition("A deputy</h2>")[2].partition("<form")[0]
    other = {"deputy": str(bo.officer), "first": "2026-11-25", "last": "2026-11-26"}
    refused = admin.send(f"{ADMIN}officers/{chi.officer}/deputy", status=400, **other)
    assert b"has been named to stand in for A Person on other days" in refused.content
    assert b'value="2026-11-26"' in refused.content, "what was typed is kept"
    apart = {"deputy": str(bo.officer), "first": "2026-12-01", "last": "2026-12-02"}
    admin.send(f"{page}/deputy", status=400, **apart)
    assert bo.get(bo.at("write/")).status_code == 200, "Ada's days stand"
    admin.send(f"{page}/deputy", deputy=str(bo.officer), first="2026-11-22", last="2026-11-23")
    admin.send(f"{ADMIN}officers/{bo.officer}/deputy/end")
    admin.send(f"{ADMIN}officers/{chi.officer}/deputy", **other)


def test_a_deputys_last_day_is_the_day_that_was_typed_wherever_it_is_read(world: World) -> None:
    admin, ada, bo = (visit(world, "XC", role) for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.AUDITOR))
    with unit_of_work(world.nodes["XC"]):
        Officer.objects.filter(pk=admin.officer).update(zone="Asia/Tokyo")
    days = {"first": "2026-11-23", "last": "2026-11-25"}
    admin.send(f"{ADMIN}officers/{ada.officer}/deputy", deputy=str(bo.officer), **days)
    told = "from 23 Nov 2026 until and including 25 Nov 2026"
    for officer in (ada.officer, bo.officer):
        assert told in plain(admin.see(f"{ADMIN}officers/{officer}"))
    trail = f"{ADMIN}audit"
    assert "from: 23 Nov 2026 · last day: 25 Nov 2026" in plain(admin.see(trail, action="deputy-named"))
    with unit_of_work(world.nodes["XC"]):
        Officer.objects.filter(pk=admin.officer).update(zone="Europe/Paris")
    elsewhere = "22 Nov 2026, 16:00 CET", "25 Nov 2026, 16:00 CET"
    assert "from {} until {}".format(*elsewhere) in plain(admin.see(f"{ADMIN}officers/{ada.officer}"))
    assert "from: {} · until: {}".format(*elsewhere) in plain(admin.see(trail, action="deputy-named"))


def test_who_has_the_roles_already_is_not_said_to_be_named(world: World) -> None:
    admin, ada, bo = (visit(world, "XC", role) for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.OFFICER))
    days = {"deputy": str(bo.officer), "first": "2026-11-23", "last": "2026-11-25"}
    refused = admin.send(f"{ADMIN}officers/{ada.officer}/deputy", status=400, **days)
    assert b"has every one of these roles already" in refused.content
    assert "No line fits." in admin.see(f"{ADMIN}audit", action="deputy-named")


def test_a_deputy_whose_days_are_over_is_counted_nowhere(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        node, desk = world.nodes["XC"], world.desk("XC")
        admin, manager = visit(world, "XC", Role.ADMINISTRATOR), visit(world, "XC", Role.DIRECTORY, Role.APPROVER)
        bo = visit(world, "XC", Role.AUDITOR)
        case = world.send("XC", "XD")[0].case
        where = f"{ADMIN}officers/{manager.officer}/deputy"
        admin.send(where, deputy=str(bo.officer), first="2026-11-23", last="2026-11-23")

        def counted() -> list[bool]:
            seat = Seat(world.register, desk, frozenset())
            found = (
                who_may(node, world.register, desk, Action.PUBLISH),
                approvers(node, world.register, desk),
                {each.id for each in readers(node, seat, case)},
            )
            return [bo.officer in each for each in found]

        assert counted() == [False] * 3
        world.advance(hours=21)
        assert counted() == [True] * 3
        sign_in_again(bo).send(f"cases/{case}/readers/close", officer=str(bo.officer))
        world.advance(hours=24)
        assert counted() == [False] * 3
        page = sign_in_again(admin).see(f"cases/{case}/readers")
        assert "Every officer who was named has left." in page, "nobody would ever read the case again"
