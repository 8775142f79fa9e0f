"""Does the first page say what needs the desk now, and to its own officers only?"""

from __future__ import annotations

from pathlib import Path

from liaison.officers.permissions import Role
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
