"""Does a page of a draft keep to the national markings that the node may hold?"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from liaison.errors import UsageError
from liaison.node.config import Config, Markings
from liaison.node.models import ClearanceRequest, Draft, OutgoingMessage
from liaison.node.services.inside.clearance import keep_deadlines
from liaison.officers.clearance import Demand, Silence
from liaison.officers.permissions import Role
from tests.node.inside.desks import rule
from tests.web.test_write import HOW, begin, fill, send, written
from tests.web.visiting import visit
from tests.world import World

pytestmark = pytest.mark.engine


def limit(world: World, highest: str) -> None:
    """XC may hold what is marked up to this step of its ladder."""
    limits, node = Markings(ladder=("XC RESTRICTED", "XC SECRET"), highest=highest), world.nodes["XC"]
    object.__setattr__(node, "config", msgspec.structs.replace(node.config, markings=limits))


def test_a_marking_above_the_limit_is_not_offered_and_a_draft_that_has_it_loses_it_by_a_choice_alone(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        limit(world, "XC RESTRICTED")
        visitor = visit(world, "XC")
        number = begin(visitor)
        page = visitor.see(f"write/{number}/how")
        assert 'value="XC RESTRICTED"' in page
        assert "XC SECRET" not in page
        limit(world, "XC SECRET")
        assert 'value="XC SECRET"' in visitor.see(f"write/{number}/how")
        fill(visitor, number, "how", **(HOW | {"marking": "XC SECRET"}))
        limit(world, "XC RESTRICTED")
        assert 'value="XC SECRET" checked' in visitor.see(f"write/{number}/how")
        fill(visitor, number, "how", status=400, **(HOW | {"marking": "XC SECRET"}))
        fill(visitor, number, "how", **(HOW | {"marking": "XC RESTRICTED"}))
        assert "XC SECRET" not in visitor.see(f"write/{number}/how")


def test_a_marking_above_the_limit_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        limit(world, "XC RESTRICTED")
        visitor = visit(world, "XC")
        number = begin(visitor)
        answer = fill(visitor, number, "how", status=400, **(HOW | {"marking": "XC SECRET", "urgency": "emergency"}))
        page = answer.content.decode()
        assert "is above what this node may hold" in page
        assert "Do not type it here" in page
        with world.at("XC"):
            assert Draft.objects.get().typed == {}
        fill(visitor, number, "how", **(HOW | {"marking": "XC RESTRICTED"}))


def test_a_draft_that_was_begun_before_the_limit_was_lowered_is_neither_sent_nor_cleared(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        limit(world, "XC SECRET")
        writer, approver = visit(world, "XC", Role.OFFICER), visit(world, "XC", Role.APPROVER)
        number = written(writer, "XD", marking="XC SECRET", urgency="routine")
        open_before = re.search(r'name="seen" value="([0-9a-f]{64})"', writer.see(f"write/{number}/check"))
        limit(world, "XC RESTRICTED")
        assert open_before is not None
        assert 'name="seen"' not in writer.see(f"write/{number}/check"), "no button that would be refused"
        page = writer.send(f"write/{number}/send", status=400, seen=open_before[1]).content.decode()
        assert "is above what this node may hold" in page
        assert "use the system that your rules name for this marking" in page
        limit(world, "XC SECRET")
        rule(world, "XC", Demand.NEEDED, silence=Silence.PASSES)
        where = send(writer, number).headers["Location"].split("?")[0].removeprefix(writer.base)
        limit(world, "XC RESTRICTED")
        refused = approver.send(f"{where}/decide", status=400, what="clear").content.decode()
        assert "is above what this node may hold" in refused
        world.advance(hours=2)
        keep_deadlines(world.nodes["XC"])
        page = visit(world, "XC", Role.OFFICER).see(where)
        assert "is above what this node may hold" in page
        assert "marking-above-limit" not in page, "a code says nothing to its writer"
        with world.at("XC"):
            assert not OutgoingMessage.objects.exists()


def test_what_was_cleared_on_another_node_and_cannot_be_sent_any_more_says_why(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        limit(world, "XC SECRET")
        rule(world, "XC", Demand.NEEDED)
        writer = visit(world, "XC", Role.OFFICER)
        number = written(writer, "XD", marking="XC SECRET", urgency="routine")
        send(writer, number)
        with world.at("XC"):
            ClearanceRequest.objects.update(answer="cleared", answered_by="second/ministry")
        limit(world, "XC RESTRICTED")
        keep_deadlines(world.nodes["XC"])
        page = writer.see(f"write/{number}/check").partition("Not cleared")[2].partition("</div>")[0]
        assert "is above what this node may hold" in page
        assert "Nobody decided" not in page and "marking-above-limit" not in page


def test_no_way_out_goes_round_the_limit(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        limit(world, "XC RESTRICTED")
        for marking, code in (("XC SECRET", "marking-above-limit"), ("Odd", "marking-unknown")):
            with pytest.raises(UsageError, match=code):
                world.send("XC", "XD", marking=marking)
        world.send("XC", "XD", marking="XC RESTRICTED")


def test_a_ladder_of_markings_names_its_highest_step() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"markings": {"ladder": ["A"], "highest": "B"}}, Config)
