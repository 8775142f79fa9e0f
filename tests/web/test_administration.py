"""Does an administrator manage the people of their own participant, and see nothing of any other?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.node import homes
from liaison.node.config import Config
from liaison.node.models import (
    AuditRow,
    Membership,
    Officer,
    OfficerSession,
)
from liaison.node.services.people.audit import check_lines, check_trail, note
from liaison.node.services.people.exported_trail import read_json_lines
from liaison.node.services.people.officers import invite
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from liaison.wire.identifiers import format_instant
from tests.mirrored import seed_node
from tests.web.visiting import Visitor, sign_in_again, visit, visit_desk
from tests.world import World

pytestmark = pytest.mark.engine


ADMIN, ME = "administration/", {"name": "A New Person", "login": "new", "language": "en", "zone": "UTC"}


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[World]:
    """One node that serves XC and XD."""
    with World(tmp_path, codes=("XC", "XD")) as made:
        seed_node(made.nodes["XC"], made.registry, "XC", "XD")
        yield made


def add(visitor: Visitor, *roles: str, **changes: str) -> str:
    """Add an officer from the page; the link of the invitation."""
    answer = visitor.send(f"{ADMIN}officers/add", status=200, role=roles or ("duty:officer",), **(ME | changes))
    return str(answer.content.decode().partition('<code dir="ltr">http://testserver')[2].partition("<")[0])


def number(world: World, login: str) -> int:
    with world.at("XC"):
        return int(Officer.objects.get(login=login).pk)


def test_an_added_officer_gets_in_by_the_link_and_has_the_roles(world: World) -> None:
    admin = visit(world, "XC", Role.ADMINISTRATOR)
    link = add(admin, "duty:officer", "duty:approver")
    newcomer = Visitor(world.nodes["XC"])
    assert newcomer.post(link).headers["Location"] == "/account/first"
    page = admin.see(f"{ADMIN}officers/{number(world, 'new')}")
    assert 'value="duty:approver" checked' in page
    assert 'value="duty:auditor" checked' not in page


def test_what_was_typed_is_kept_when_a_login_is_taken(world: World) -> None:
    admin = visit(world, "XC", Role.ADMINISTRATOR)
    add(admin)
    again = admin.send(f"{ADMIN}officers/add", status=400, role=("duty:auditor",), **ME).content.decode()
    assert "There is an officer with the login" in again
    assert 'value="A New Person"' in again
    assert 'value="duty:auditor" checked' in again


def test_a_mail_address_is_entered_later_and_taken_away_and_the_trail_holds_no_address(world: World) -> None:
    admin = visit(world, "XC", Role.ADMINISTRATOR)
    add(admin)
    where = f"{ADMIN}officers/{number(world, 'new')}"
    assert admin.send(f"{where}/email", email=" new@xc.example ").headers["Location"].endswith("?said=saved")
    assert 'value="new@xc.example"' in admin.see(where)
    for wrong in ("new@", f"new@{'x.' * 130}example"):
        page = admin.send(f"{where}/email", status=400, email=wrong).content.decode()
        assert "This is not an address of mail." in page
        assert f'value="{wrong}"' in page, "what was typed is kept"
        person = ME | {"email": wrong, "role": "duty:officer"}
        assert b"not an address" in admin.send(f"{ADMIN}officers/add", status=400, **person).content
    for _ in range(2):
        admin.send(f"{where}/email", email="")
    with world.at("XC"):
        assert Officer.objects.get(login="new").email == ""
        lines = AuditRow.objects.filter(action="officer-address-changed", officer=admin.officer)
        assert [(row.subject, row.params) for row in lines] == [(str(number(world, "new")), {})] * 2


def test_nobody_gives_a_role_to_themselves(world: World) -> None:
    admin = visit(world, "XC", Role.ADMINISTRATOR)
    me = f"{ADMIN}officers/{admin.officer}/roles"
    assert b"to themselves" in admin.send(me, status=400, role=("duty:administrator", "duty:officer")).content


def test_the_last_administrator_stays(world: World) -> None:
    admin = visit(world, "XC", Role.ADMINISTRATOR, Role.AUDITOR)
    answer = admin.send(f"{ADMIN}officers/{admin.officer}/roles", status=400, role="duty:auditor")
    assert b"Nobody would be left" in answer.content


def test_a_stolen_device_lets_nobody_in_from_the_press_of_a_button_and_an_invitation_lets_its_owner_back(
    world: World,
) -> None:
    admin, officer = visit(world, "XC", Role.ADMINISTRATOR), visit(world, "XC", Role.OFFICER)
    with world.at("XC"):
        invitation = invite(world.nodes["XC"], Officer.objects.get(pk=officer.officer))
    where = f"{ADMIN}officers/{officer.officer}"
    officer.see()
    assert "End every session, key and code now" in admin.see(where)
    assert admin.send(f"{where}/lost").headers["Location"].endswith("?said=lost-ended")
    assert officer.get(officer.base).headers["Location"].startswith("/sign-in")
    assert Visitor(world.nodes["XC"]).post(f"/join/{invitation}").status_code == 400
    with world.at("XC"):
        assert AuditRow.objects.filter(action="lost-access-ended", officer=admin.officer).exists()
        assert Membership.objects.filter(officer=officer.officer).exists()
    sign_in_again(officer).see()
    assert b"your own account page" in admin.send(f"{ADMIN}officers/{admin.officer}/lost", status=400).content


def test_people_of_another_participant_are_not_there(shared: World) -> None:
    node = shared.nodes["XC"]
    here = visit_desk(node, shared.register, shared.desk("XC"), Role.ADMINISTRATOR)
    there = visit_desk(node, shared.register, shared.desk("XD"), Role.ADMINISTRATOR)
    with shared.at("XC"):
        login = Officer.objects.get(pk=there.officer).login
    assert login not in here.see(ADMIN)
    for tail in ("", "/roles", "/email", "/invite", "/lost", "/deputy", "/deputy/end", "/leave", "/leave/letter"):
        where = here.at(f"{ADMIN}officers/{there.officer}{tail}")
        assert (here.post(where) if tail else here.get(where)).status_code == 404


def test_an_officer_of_two_participants_is_invited_and_named_by_the_operator_only(shared: World) -> None:
    node = shared.nodes["XC"]
    admin = visit_desk(node, shared.register, shared.desk("XC"), Role.ADMINISTRATOR)
    both = visit_desk(node, shared.register, shared.desk("XC"), Role.OFFICER)
    with unit_of_work(node):
        row = Membership.objects.get(officer=both.officer)
        row.pk, row.participant = None, shared.desk("XD").participant
        row.save(force_insert=True)
    assert b"would sign in there too" in admin.send(f"{ADMIN}officers/{both.officer}/invite", status=400).content
    given = {"email": "a.n@xc.example"}
    assert (
        b"would sign in there too" in admin.send(f"{ADMIN}officers/{both.officer}/email", status=400, **given).content
    )
    assert "lost-sessions-ended" in admin.send(f"{ADMIN}officers/{both.officer}/lost").headers["Location"]
    admin.send(f"{ADMIN}officers/{both.officer}/leave")
    assert "Remove passkeys" not in admin.see(f"{ADMIN}officers/{both.officer}")
    with shared.at("XC"):
        officer = Officer.objects.get(pk=both.officer)
        assert (officer.is_active, officer.email) == (True, "")
        assert Membership.objects.get(officer=both.officer).participant == shared.desk("XD").participant


def test_the_trail_of_another_participant_is_not_told_but_the_chain_can_be_checked(shared: World) -> None:
    node = shared.nodes["XC"]
    here = visit_desk(node, shared.register, shared.desk("XC"), Role.ADMINISTRATOR)
    there = visit_desk(node, shared.register, shared.desk("XD"), Role.ADMINISTRATOR)
    add(there, login="secret.person")
    seen = number(shared, "secret.person")
    assert "officer-invited" not in here.see(f"{ADMIN}audit", officer=str(there.officer))
    text = here.get(here.at(f"{ADMIN}audit.jsonl")).content
    lines = list(read_json_lines(text.splitlines()))
    assert check_lines(lines) == check_trail(node)
    assert str(seen) not in {line.subject for line in lines if line.action}
    assert all(line.participant == shared.desk("XC").participant for line in lines if line.action)


def test_a_changed_line_is_found_by_the_page_and_in_the_file(world: World) -> None:
    admin = visit(world, "XC", Role.ADMINISTRATOR, Role.AUDITOR)
    assert "lines were checked" in admin.send(f"{ADMIN}audit/verify", status=200).content.decode()
    with unit_of_work(world.nodes["XC"]):
        row = AuditRow.objects.filter(action="role-granted").first()
        AuditRow.objects.filter(pk=row.pk).update(params={"desk": "duty", "role": "officer"})
    answer = admin.send(f"{ADMIN}audit/verify", status=409)
    assert f"broken at line {row.pk}" in answer.content.decode()


def test_the_filter_of_the_trail_narrows_it(world: World) -> None:
    admin = visit(world, "XC", Role.ADMINISTRATOR)
    page = admin.see(f"{ADMIN}audit", action="role-granted")
    assert page.count("<td>A role was given</td>") == 1
    assert "role:" in page and "Administrator</span>" in page
    assert "<td>Signed in</td>" not in page
    assert "No line fits." in admin.see(f"{ADMIN}audit", until="2020-01-01")


def test_a_table_for_spreadsheets_starts_no_formula(world: World) -> None:

    admin = visit(world, "XC", Role.AUDITOR)
    with unit_of_work(world.nodes["XC"]):
        note(
            world.nodes["XC"],
            "=cmd",
            subject='=HYPERLINK("http://bad.example")',
            participant=world.desk("XC").participant,
        )
    rows = admin.get(admin.at(f"{ADMIN}audit.csv")).content.decode().splitlines()
    assert any("'=cmd" in row and '"\'=HYPERLINK(""http://bad.example"")"' in row for row in rows)


def test_health_tells_what_to_do(world: World) -> None:
    node = world.nodes["XC"]
    homes.create_folders(node.home)
    homes.write_config(node.home, Config())
    homes.write_credential(node.home / "credential", b"0" * 32)
    page = visit(world, "XC", Role.ADMINISTRATOR).see(f"{ADMIN}health")
    assert "To be looked at" in page
    assert "<strong>" in page


def test_settings_are_shown_and_cannot_be_changed(world: World) -> None:
    page = visit(world, "XC", Role.ADMINISTRATOR).see(f"{ADMIN}settings")
    assert "https://xc.example:8443" in page
    assert page.count("<form") == 2, "language and sign-out"


def test_every_change_is_a_line_of_the_participants_trail(world: World) -> None:
    admin = visit(world, "XC", Role.ADMINISTRATOR)
    add(admin)
    text = admin.get(admin.at(f"{ADMIN}audit.jsonl")).content.decode()
    told = [json.loads(line) for line in text.splitlines()]
    mine = [line for line in told if line.get("officer") == admin.officer and line["subject"] != str(admin.officer)]
    assert [line["action"] for line in mine] == ["officer-added", "role-granted", "officer-invited", "audit-exported"]
    assert {line["participant"] for line in mine} == {world.desk("XC").participant}


def test_an_administrator_ends_one_session_of_an_officer_and_no_other(world: World) -> None:
    left, kept = visit(world, "XC", Role.OFFICER), visit(world, "XC", Role.OFFICER)
    administrator = visit(world, "XC", Role.ADMINISTRATOR)
    where = f"administration/officers/{left.officer}"
    assert "Where this officer is signed in" in administrator.see(where)
    with world.at("XC"):
        session = OfficerSession.objects.get(officer=left.officer).pk
    administrator.send(f"administration/officers/{kept.officer}/sessions/{session}/end")
    assert left.get(left.base).status_code == 200, "named with another officer it ends nothing"
    administrator.send(f"{where}/sessions/{session}/end")
    assert left.get(left.base).headers["Location"].startswith("/sign-in")
    assert kept.get(kept.base).status_code == 200
    with world.at("XC"):
        line = AuditRow.objects.filter(action="session-ended").latest("pk")
    assert (line.officer, line.subject) == (administrator.officer, str(left.officer))


def test_last_seen_is_told_by_the_nodes_clock_and_outlives_the_session(world: World) -> None:
    admin, officer = visit(world, "XC", Role.ADMINISTRATOR), visit(world, "XC", Role.OFFICER)
    page = f"{ADMIN}officers/{officer.officer}"
    world.advance(minutes=5)
    seen = format_instant(world.clock.now())
    officer.see()
    assert officer.post("/sign-out").status_code == 302
    world.advance(minutes=5)
    assert last_seen(admin.see(page)) == [seen]


def last_seen(page: str) -> list[str]:
    return re.findall(r'datetime="([^"]+)"', page.partition("<dt>Last seen</dt>")[2].partition("</dd>")[0])
