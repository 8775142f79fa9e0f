"""Is a list of leaving made, said and ticked as it stands?"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from liaison.duty.rota import Layer
from liaison.node.models import CaseAccess, DutyLayer, EscalationPlan, Officer, OwnDesk, RecordPart
from liaison.node.services.duty.rotas import keep_layer
from liaison.node.services.escalation.planning import make_plan_of
from liaison.node.services.people.case_access import close_case
from liaison.node.services.people.officers import Seat, grant
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from liaison.register.records import Contact, Person, encode_record, make_record
from tests.mirrored import START
from tests.web.visiting import visit
from tests.world import World

pytestmark = pytest.mark.engine

ADMIN = "administration/"


def test_leaving_ends_access_at_once_and_leaves_a_list_to_tick(world: World) -> None:
    admin, officer = visit(world, "XC", Role.ADMINISTRATOR), visit(world, "XC", Role.OFFICER)
    where = f"{ADMIN}officers/{officer.officer}"
    assert "at once and for good" in admin.see(f"{where}/leave")
    officer.see()
    admin.send(f"{where}/leave")
    assert officer.get(officer.base).headers["Location"].startswith("/sign-in")
    page = admin.see(where)
    assert page.count("Tick as done") == 5
    admin.send(f"{where}/leave/letter")
    page = admin.see(where)
    assert page.count("Tick as done") == 4
    assert page.count("A Person</bdi>") >= 5


def test_the_list_of_leaving_says_what_still_names_the_officer_and_is_ticked_when_nothing_does(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        admin, officer = visit(world, "XC", Role.ADMINISTRATOR), visit(world, "XC", Role.OFFICER)
        node, desk, me = world.nodes["XC"], world.desk("XC"), officer.officer
        (sent,) = world.send("XC", "XD")
        seat = Seat(world.register, desk, frozenset({Role.OFFICER, Role.DIRECTORY, Role.ADMINISTRATOR}))
        with unit_of_work(node):
            Officer.objects.filter(pk=me).update(name="A Leaver")
        close_case(node, seat, sent.case, officers=[me], by=me)
        keep_in_record(world, "A Leaver")
        layer = Layer("Nights", "UTC", datetime.fromisoformat("2026-11-01T20:00"), 24, (str(me),))
        keep_layer(node, seat, layer, by=me)
        told = {"steps": [{"tell": [f"officer:{me}"], "minutes": 10}], "last": ["desk"]}
        make_plan_of(node, seat, "urgent", told, by=me)
        where = f"{ADMIN}officers/{me}"
        admin.send(f"{where}/leave")
        page = admin.see(where)
        assert page.count("Tick as done") == 2, (
            "the letter and the share of the root key, of which the node knows nothing"
        )
        for link in (f"cases/{sent.case}/readers", "duty/rota", "administration/escalation?change=urgent", "entry/"):
            assert f'href="{admin.at(link)}"' in page
        for step, said in (("cases", "name the officer (1)"), ("duty", "plans (2)"), ("record", "(desks: 1)")):
            refused = admin.send(f"{where}/leave/{step}", status=400).content.decode()
            assert said in refused
            assert f'href="{admin.at("entry/")}"' in refused, "the list stands below what was refused"
        with unit_of_work(node):
            for table in (CaseAccess, DutyLayer, EscalationPlan):
                table.objects.all().delete()
        keep_in_record(world, "A Stayer")
        for step in ("cases", "duty", "record"):
            admin.send(f"{where}/leave/{step}")
        assert admin.see(where).count("Tick as done") == 2
        keep_in_record(world, "A Leaver")
        assert "Still named in the record of" in admin.see(where), "what comes back opens its step again"


def test_a_name_that_a_colleague_has_too_does_not_hold_the_list_open(world: World) -> None:
    admin, officer = visit(world, "XC", Role.ADMINISTRATOR), visit(world, "XC", Role.OFFICER)
    keep_in_record(world, "A Person")
    where = f"{ADMIN}officers/{officer.officer}"
    admin.send(f"{where}/leave")
    assert "Still named" not in admin.see(where), "both are called so, and the administrator stays"
    admin.send(f"{where}/leave/record")


def test_who_came_back_and_leaves_again_has_a_list_of_their_own(world: World) -> None:
    node, desk = world.nodes["XC"], world.desk("XC")
    admin, officer = visit(world, "XC", Role.ADMINISTRATOR), visit(world, "XC", Role.OFFICER)
    where = f"{ADMIN}officers/{officer.officer}"
    admin.send(f"{where}/leave")
    admin.send(f"{where}/leave/letter")
    admin.send(f"{where}/leave")
    assert admin.see(where).count("Tick as done") == 4, "pressed twice, what was ticked stays"
    with world.at("XC"):
        person = Officer.objects.get(pk=officer.officer)
    grant(node, person, world.register, desk, Role.OFFICER)
    assert "Has a role again at" in admin.see(where)
    admin.send(f"{where}/leave")
    assert admin.see(where).count("Tick as done") == 5


def keep_in_record(world: World, name: str) -> None:
    """The published record of XC's desk names this person alone."""
    person = Person(name=name, position=None, mailbox=None, telephone=None)
    contact = Contact("Office", None, None, "+000 555 0100", "UTC", "24/7", (person,))
    record = make_record(contact, "states", salt=b"1" * 32)
    with unit_of_work(world.nodes["XC"]):
        kept = {"part": encode_record(record), "state": "current", "stored_at": START}
        found = {"register": world.register, "digest": record.digest, "audience": "states"}
        RecordPart.objects.update_or_create(**found, defaults=kept)
        OwnDesk.objects.update(parts=[{"audience": "states", "digest": record.digest}])


def test_nobody_ends_their_own_access(world: World) -> None:
    visit(world, "XC", Role.ADMINISTRATOR)
    admin = visit(world, "XC", Role.ADMINISTRATOR)
    assert b"your own access" in admin.send(f"{ADMIN}officers/{admin.officer}/leave", status=400).content
