"""Do officers of two nodes of one State share, clear and hand over on their pages, and does nobody else see it?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from liaison.messages.message import open_message
from liaison.node.models import ClearanceRequest, IncomingCopy, InternalCase, OutgoingMessage
from liaison.node.services.inside.clearance import keep_deadlines
from liaison.node.services.people.case_access import close_case
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Role
from liaison.web.pages.write.cards import desk_key
from tests.node.inside.two_nodes import TwoNodes
from tests.web.test_inside import NEEDED
from tests.web.visiting import Visitor, visit
from tests.world import World


def share(visitor: Visitor, world: World, case: str, purpose: str) -> str:
    """The duty desk lets the ministry on the other node have a case; the page of what is shared there."""
    page = visitor.see(f"cases/{case}/")
    assert "on another node" in page
    key = desk_key(world.desk("XD2"))
    visitor.send(f"cases/{case}/share", desk=key, purpose=purpose, minutes="60", silence="stays")
    world.work()
    with world.at("XD2"):
        return f"cases/{InternalCase.objects.get(about=case).internal}/"


def offers(visitor: Visitor) -> str:
    """What the first page says of cases that were offered to another desk."""
    return visitor.see().partition('id="s-offered"')[2].partition("</section>")[0]


def test_a_case_is_read_on_the_other_node_and_says_who_shared_it_and_what_for(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        duty, ministry = visit(world, "XD", Role.OFFICER), visit(world, "XD2", Role.OFFICER)
        internal = share(duty, world, sent.case, "information")
        assert "Shared with this desk" in ministry.see()
        page = ministry.see(f"{internal}shared")
        assert "EXERCISE. Nothing in this case is real." in page
        assert re.search(r"Shared by <bdi[^>]*>State XD / duty</bdi>, a desk of this participant on another node", page)
        assert "For information." in page
        assert "Scanning of port 22" in page
        assert "Verified by this node" in page
        assert "Take it over" not in page
        assert "say/" not in page
        assert "Read the case that was shared" in ministry.see(internal)
        ministry.see(f"cases/{sent.case}/", status=404)
        for ask in (ministry.get, ministry.post):
            assert ask(ministry.at(f"{internal}transcript"), {"what": "download"}).status_code == 404
        assert f"{internal}transcript" not in ministry.see(internal)
        ministry.send(f"{internal}shared/answer", what="give", reason="Not ours.")
        ministry.see(f"{internal}shared", status=400)
        world.work()
        assert "On another node" not in duty.see(f"cases/{sent.case}/")


def test_roles_other_desks_and_participants_see_nothing_of_what_was_shared(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        duty, ministry = visit(world, "XD", Role.OFFICER), visit(world, "XD2", Role.OFFICER)
        internal = share(duty, world, sent.case, "handed-over")
        for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.DIRECTORY):
            visit(world, "XD2", role).see(f"{internal}shared", status=403)
        cabinet = visit(world, "XD2", Role.OFFICER, desk="cabinet")
        cabinet.see(f"{internal}shared", status=404)
        cabinet.send(f"{internal}shared/answer", status=404, what="take")
        assert "Shared with this desk" not in cabinet.see()
        duty.see(f"{internal}shared", status=404)
        seat = Seat(world.register, world.desk("XD2"), frozenset({Role.OFFICER}))
        name = internal.split("/")[1]
        close_case(world.nodes["XD2"], seat, name, officers=[ministry.officer], by=ministry.officer)
        visit(world, "XD2", Role.OFFICER).see(f"{internal}shared", status=404)
        ministry.see(f"{internal}shared")


def test_a_case_is_handed_over_and_both_sides_read_where_it_went(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        duty, ministry = visit(world, "XD", Role.OFFICER), visit(world, "XD2", Role.OFFICER)
        internal = share(duty, world, sent.case, "handed-over")
        assert "Offered, and not taken over yet" in duty.see(f"cases/{sent.case}/")
        assert "waiting for" in offers(duty)
        assert "Telephone them" not in offers(duty)
        assert "To be taken over by" in ministry.see()
        for _ in range(3):
            world.advance(minutes=25)
            ministry.see()
            late = offers(duty)
        assert "Telephone them" in late
        assert offers(visit(world, "XD2", Role.OFFICER)) == ""
        assert "say/reply" in duty.see(f"cases/{sent.case}/")
        assert "Take it over" in ministry.see(f"{internal}shared")
        where = ministry.send(f"{internal}shared/answer", what="take").headers["Location"]
        assert "Another desk goes on with a case" in ministry.see(where.split("?")[0].removeprefix(ministry.base))
        ministry.send(f"{internal}shared/answer", status=400, what="take")
        assert "This desk took it over" in ministry.see(f"{internal}shared")
        world.work()
        assert offers(duty) == ""
        page = duty.see(f"cases/{sent.case}/")
        assert "This case is handed over" in page
        assert "say/reply" not in page
        other = visit(world, "XC", Role.OFFICER)
        with world.at("XC"):
            case = IncomingCopy.objects.get(form="continuation").case
        page = other.see(f"cases/{case}/")
        assert sent.case in page
        assert "Acknowledge" in page
        duty.send(f"cases/{sent.case}/unshare", desk=desk_key(world.desk("XD2")))
        world.work()
        assert "say/reply" in duty.see(f"cases/{sent.case}/")
        ministry.see(f"{internal}shared", status=400)


def test_an_answer_is_cleared_on_the_other_node_and_one_is_returned_with_the_reason(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        visit(world, "XD", Role.ADMINISTRATOR).send("administration/clearance", **NEEDED)
        duty, approver = visit(world, "XD", Role.OFFICER), visit(world, "XD2", Role.APPROVER)
        share(duty, world, sent.case, "clearance")
        typed: dict[str, Any] = {
            "re": sent.message_id,
            "field.answer": "accepted",
            "field.nature": "We look <today>.",
            "field.nature.lang": "en",
        }
        for what, reason in (("return", "Say by when."), ("clear", "")):
            duty.send(f"cases/{sent.case}/say/reply", **typed)
            world.work()
            row = re.search(r"clearance/elsewhere/\d+", approver.see("clearance/"))
            assert row is not None
            assert row[0] in approver.see()
            page = approver.see(row[0])
            assert "We look &lt;today&gt;." in page
            assert "Without a decision it goes back then." in page
            visit(world, "XD2", Role.OFFICER).send(f"{row[0]}/decide", status=403, what="clear")
            if what == "return":
                approver.send(f"{row[0]}/decide", status=400, what=what, reason="")
            approver.send(f"{row[0]}/decide", what=what, reason=reason)
            assert row[0] not in approver.see("clearance/")
            world.work()
            keep_deadlines(world.nodes["XD"])
            with world.at("XD"):
                number = ClearanceRequest.objects.order_by("-pk").values_list("pk", flat=True)[0]
            page = duty.see(f"clearance/{number}")
            assert re.search(r"Shown also to</dt>.*ministry", page)
            assert ("Say by when." in page) == (what == "return")
        world.work()
        with world.at("XD"):
            assert OutgoingMessage.objects.get(form="reply").cleared == "approved"
        with world.at("XC"):
            reply = open_message(bytes(IncomingCopy.objects.get(form="reply").plaintext))
        assert reply.fields["nature"] == {"lang": "en", "text": "We look <today>."}


def test_a_strict_case_goes_to_a_hosted_desk_only_when_the_officer_agrees_that_the_host_reads_it(
    tmp_path: Path,
) -> None:
    with TwoNodes(tmp_path, host="XC") as world:
        (sent,) = world.send("XC", "XD", tlp="amber-strict")
        duty, ministry = visit(world, "XD", Role.OFFICER), visit(world, "XD2", Role.OFFICER)
        given = {"desk": desk_key(world.desk("XD2")), "purpose": "information"}
        asked = duty.send(f"cases/{sent.case}/share", status=400, **given).content.decode()
        assert "A host would read it" in asked
        assert re.search(r"hosted by <bdi[^>]*>State XC", asked)
        assert 'role="alert"' not in asked
        again = duty.send(f"cases/{sent.case}/share", status=400, host_asked="yes", **given).content.decode()
        assert 'href="#host_may_read"' in again
        world.work()
        assert "Shared with this desk" not in ministry.see(), "nothing has left"
        duty.send(f"cases/{sent.case}/share", host_asked="yes", host_may_read="yes", **given)
        world.work()
        assert "Shared with this desk" in ministry.see()
        duty.send(f"cases/{sent.case}/unshare", desk=given["desk"])
        world.work()
        assert "Shared with this desk" not in ministry.see(), "what belongs to the share needs no second word"


def test_what_has_not_come_yet_is_told_as_that(tmp_path: Path) -> None:
    with TwoNodes(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        duty, ministry = visit(world, "XD", Role.OFFICER), visit(world, "XD2", Role.OFFICER)
        duty.send(f"cases/{sent.case}/share", desk=desk_key(world.desk("XD2")), purpose="information")
        world.work("XD")
        world.network.down.add("XD")
        with world.at("XD2"):
            internal = InternalCase.objects.get().internal
        page = ministry.see(f"cases/{internal}/shared", status=400)
        assert "has not come yet" in page
        assert "Scanning" not in page
