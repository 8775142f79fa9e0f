"""Does the first page say what needs the desk now, and to its own officers only?"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections

from liaison.node.reads.desk.present import KINDS
from liaison.officers.permissions import Role
from liaison.web.pages.desk import SECTIONS
from tests.web.visiting import Visitor, visit
from tests.world import World


def test_a_received_notice_is_on_the_desk_of_its_recipient(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.send("XC", "XD")
        assert "Incident notice" in visit(world, "XD").see()


def test_a_reply_that_waits_says_which_case_it_is_about(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        typed = {"re": sent.message_id, "field.answer": "accepted"}
        visit(world, "XD").send(f"cases/{sent.case}/say/reply", **typed)
        world.work()
        waits = visit(world, "XC").see().partition('id="s-owed"')[2].partition("</section>")[0]
        assert "Scanning of port 22" in waits
        assert "Reply ·" in waits
        assert "Scanning" not in visit(world, "XC", Role.ADMINISTRATOR).see()


def test_a_stranger_is_sent_to_the_sign_in_page(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        stranger = Visitor(world.nodes["XC"])
        answer = stranger.get("/")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in")


def test_a_desk_where_an_officer_has_no_role_is_not_there(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC", Role.OFFICER)
        other = world.desk("XD")
        assert visitor.get(f"/d/{other.participant[:12]}.duty/").status_code == 404


def test_an_arabic_reader_gets_a_page_from_right_to_left(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        assert '<html lang="ar" dir="rtl">' in visit(world, "XC", language="ar").see()


def test_no_page_allows_an_inline_script(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        policy = visit(world, "XC").get("/", follow=True).headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def asked(visitor: Visitor, world: World, tail: str = "") -> list[str]:
    """Every statement of a page at its second look, those too that are not Django's: what SQLite itself was given."""
    connection, found = connections[world.nodes["XC"].database], list[str]()
    visitor.see(tail)
    connection.connection.set_trace_callback(found.append)
    visitor.see(tail)
    connection.connection.set_trace_callback(None)
    return found


PEOPLE = "node_membership"
"""Who has which role on a node: a table that does not grow with what is said."""


@pytest.mark.sqlite
def test_a_case_is_found_without_looking_at_all_of_what_was_ever_said(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        visitor = visit(world, "XC")
        (came,), (went,) = world.send("XD", "XC"), world.send("XC", "XD")
        world.work()
        connection = connections[world.nodes["XC"].database].connection
        for case in (came.case, went.case):
            statements = [each for each in asked(visitor, world, f"cases/{case}/") if each.startswith("SELECT")]
            steps = [row[3] for each in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {each}")]
            assert any("node_outgoingmessage" in step for step in steps)
            grow = [step for step in steps if step.startswith("SCAN node_") and PEOPLE not in step]
            assert grow == []


@pytest.mark.sqlite
def test_the_first_page_asks_little_where_nothing_is_and_no_more_often_for_more_of_the_same(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        visitor = visit(world, "XC")
        assert len(asked(visitor, world)) <= 18
        world.send("XD", "XC"), world.send("XC", "XD")
        few = len(asked(visitor, world))
        for _ in range(5):
            world.send("XD", "XC"), world.send("XC", "XD")
        assert len(asked(visitor, world)) == few <= 30


@pytest.mark.sqlite
def test_a_case_and_the_form_of_a_reply_ask_no_more_often_for_more_messages(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        visitor = visit(world, "XC")
        (sent,) = world.send("XD", "XC")
        pages = (f"cases/{sent.case}/", f"cases/{sent.case}/say/reply")
        visitor.send("acknowledge", message=sent.message_id)
        few = [len(asked(visitor, world, page)) for page in pages]
        for _ in range(3):
            typed = {"re": sent.message_id, "field.answer": "accepted"}
            visitor.send(f"cases/{sent.case}/say/reply", **typed)
        assert [len(asked(visitor, world, page)) for page in pages] == few
        assert few[0] <= 31
        assert few[1] <= 20


def test_every_kind_that_a_section_waits_for_is_asked_for() -> None:
    waited = {kind for _, _, kinds in SECTIONS for kind in kinds}
    assert waited <= KINDS.keys()
