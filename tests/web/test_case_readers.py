"""Is a case that was closed to named officers closed to everybody else?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.errors import UsageError
from liaison.node.services.people.case_access import closed_to_others, require_case_access
from liaison.node.services.people.officers import Seat, seats
from liaison.officers.permissions import Role
from tests.web.visiting import Visitor, visit
from tests.world import NOTICE, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as made:
        yield made


def seat_of(world: World, visitor: Visitor) -> Seat:
    return seats(world.nodes["XD"], visitor.officer)[0]


def may_read(world: World, visitor: Visitor, case: str) -> bool:
    try:
        require_case_access(world.nodes["XD"], seat_of(world, visitor), visitor.officer, case)
    except UsageError as error:
        assert error.code == "case-closed"
        return False
    return True


def test_a_closed_case_is_read_by_the_named_only_until_one_of_them_opens_it(world: World) -> None:
    case = world.send("XC", "XD")[0].case
    named, other = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.OFFICER)
    assert may_read(world, other, case)
    named.send(f"cases/{case}/readers/close", officer=str(named.officer))
    assert may_read(world, named, case)
    assert not may_read(world, other, case)
    assert closed_to_others(world.nodes["XD"], seat_of(world, other), other.officer) == {case}
    assert closed_to_others(world.nodes["XD"], seat_of(world, named), named.officer) == frozenset()
    assert b"closed to named officers" in other.send(f"cases/{case}/readers/open", status=400).content
    named.send(f"cases/{case}/readers/open")
    assert may_read(world, other, case)


def test_whoever_closes_a_case_is_named_too(world: World) -> None:
    case = world.send("XC", "XD")[0].case
    officer, other = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.OFFICER)
    answer = officer.send(f"cases/{case}/readers/close", status=400, officer=str(other.officer))
    assert b"must be among the named" in answer.content
    assert may_read(world, officer, case)


def test_only_officers_who_read_cases_are_named(world: World) -> None:
    case = world.send("XC", "XD")[0].case
    officer, auditor = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.AUDITOR)
    both = [str(officer.officer), str(auditor.officer)]
    assert b"no role at this desk" in officer.send(f"cases/{case}/readers/close", status=400, officer=both).content


def test_administrators_and_auditors_see_that_it_is_closed_and_no_more(world: World) -> None:
    case = world.send("XC", "XD")[0].case
    officer, admin = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.ADMINISTRATOR)
    officer.send(f"cases/{case}/readers/close", officer=str(officer.officer))
    page = admin.see(f"cases/{case}/readers")
    assert "Closed" in page
    assert "<fieldset" not in page
    assert admin.post(admin.at(f"cases/{case}/readers/open")).status_code == 403


def test_a_case_whose_readers_all_left_gets_another_by_the_administrator(world: World) -> None:
    case = world.send("XC", "XD")[0].case
    admin, officer, other = (visit(world, "XD", role) for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.OFFICER))
    officer.send(f"cases/{case}/readers/close", officer=str(officer.officer))
    assert b"have all left" in admin.send(f"cases/{case}/readers/name", status=400, officer=str(other.officer)).content
    admin.send(f"administration/officers/{officer.officer}/leave")
    admin.send(f"cases/{case}/readers/name", officer=str(other.officer))
    assert may_read(world, other, case)


def test_a_case_of_another_desk_is_not_there(world: World) -> None:
    officer = visit(world, "XD", Role.OFFICER)
    officer.see("cases/01920000-0000-7000-8000-000000000000/readers", status=404)


def test_a_closed_case_says_nothing_on_its_page_in_lists_and_files(world: World) -> None:
    case = world.send("XC", "XD")[0].case
    named, other = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.OFFICER)
    assert "Scanning of port 22" in other.see(f"cases/{case}/")
    named.send(f"cases/{case}/readers/close", officer=str(named.officer))
    for tail in ("", "cases/", f"cases/{case}/", "cases/export"):
        assert "Scanning of port 22" not in other.see(tail)
    assert case[:8] in other.see("cases/")
    other.see(f"cases/{case}/transcript", status=404)
    other.see(f"cases/{case}/say/reply", status=404)
    assert "Scanning of port 22" in named.see(f"cases/{case}/")


def test_a_search_for_its_reference_finds_a_closed_case_for_the_named_only(world: World) -> None:
    case = world.send("XC", "XD", fields=NOTICE | {"own_reference": "XC-CERT-7"})[0].case
    named, other = visit(world, "XD", Role.OFFICER), visit(world, "XD", Role.OFFICER)
    assert case in other.see("cases/", text="xc-cert")
    named.send(f"cases/{case}/readers/close", officer=str(named.officer))
    auditor = visit(world, "XD", Role.AUDITOR)
    for page in ("cases/", "cases/export"):
        assert case not in other.see(page, text="xc-cert"), page
    assert case not in auditor.see("cases/", text="xc-cert")
    assert case in named.see("cases/", text="xc-cert")
    assert case in other.see("cases/", text=case[:13]), "that it is there is no secret"


def test_an_auditor_reads_a_case_by_leave_alone_and_each_reading_is_in_the_trail(world: World) -> None:
    case = world.send("XC", "XD")[0].case
    giver, auditor = visit(world, "XD", Role.APPROVER), visit(world, "XD", Role.AUDITOR)
    words = "Scanning"
    assert words in giver.see(f"cases/{case}/") and words not in auditor.see(f"cases/{case}/")
    where = f"cases/{case}/readers"
    given = {"auditor": str(auditor.officer), "days": "7", "reason": "Complaint 4/2026"}
    page = giver.send(f"{where}/grant", status=400, **(given | {"reason": " "})).content.decode()
    assert "needs a reason" in page and f'value="{auditor.officer}" dir="auto" selected' in page
    assert giver.send(f"{where}/grant", status=400, **(given | {"auditor": str(giver.officer)})).status_code == 400
    auditor.send(f"{where}/grant", status=403, **given)
    giver.send(f"{where}/grant", **given)
    page = auditor.see(f"cases/{case}/")
    assert words in page and "by leave that was given to you" in page and "say/reply" not in page
    assert auditor.get(auditor.at(f"cases/{case}/transcript")).status_code == 403
    assert "Complaint 4/2026" in auditor.see(where)
    number = re.findall(rf"{where}/grant/(\d+)/end", giver.see(where))[0]
    giver.send(f"{where}/grant/{number}/end")
    assert words not in auditor.see(f"cases/{case}/")
    trail = auditor.see("administration/audit")
    for told in ("An auditor was given leave to read a case", "An auditor read a case by such leave"):
        assert told in trail


def test_leave_for_a_closed_case_is_given_by_a_named_officer_only(world: World) -> None:
    case = world.send("XC", "XD")[0].case
    named, other = visit(world, "XD", Role.APPROVER), visit(world, "XD", Role.APPROVER)
    auditor = visit(world, "XD", Role.AUDITOR)
    named.send(f"cases/{case}/readers/close", officer=str(named.officer))
    given = {"auditor": str(auditor.officer), "days": "1", "reason": "Complaint"}
    assert "Give leave" not in other.see(f"cases/{case}/readers")
    other.send(f"cases/{case}/readers/grant", status=400, **given)
    assert "Scanning" not in auditor.see(f"cases/{case}/")
    named.send(f"cases/{case}/readers/grant", **given)
    assert "Scanning" in auditor.see(f"cases/{case}/")
