"""Do the pages say where a message lies, who keeps it, and how its receipt came?"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.node.config import LetterBox
from liaison.node.models import KeptLetter
from liaison.node.services.letterbox.keeping import expire_letters
from liaison.node.unit_of_work import unit_of_work
from tests.letterbox.boxes import behind_nat, settle_down
from tests.web.visiting import visit
from tests.world import World

pytestmark = pytest.mark.engine
SEES = "sees who writes and when, never what"


def words(page: str) -> str:
    """What is read on a page, without its marks."""
    return re.sub(r"<[^>]+>", "", page)


def test_a_case_says_where_its_message_lies_until_the_receipt_is_here_and_then_how_that_came(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        case = world.send("XC", "XD")[0].case
        officer = visit(world, "XC")
        page = words(officer.see(f"cases/{case}/"))
        assert "left in the letter box of State XE" in page
        assert SEES in page
        assert "It lies in the other desk" in words(officer.see())
        settle_down(world)
        page = words(officer.see(f"cases/{case}/"))
        assert "letter box of State XE" not in page
        assert "The receipt was brought to this node" in page


def test_a_desk_is_told_that_nobody_fetched_its_message_in_time(tmp_path: Path) -> None:
    with behind_nat(tmp_path, keeps=LetterBox(days=1)) as world:
        case = world.send("XC", "XD", urgency="urgent")[0].case
        world.advance(days=1, minutes=1)
        expire_letters(world.nodes["XE"])
        world.work("XC")
        officer = visit(world, "XC")
        assert "nobody fetched it; it is left again by itself" in words(officer.see(f"cases/{case}/"))
        world.advance(minutes=6)
        world.work("XC")
        assert "nobody fetched it the time before" in words(officer.see(f"cases/{case}/"))


def test_a_desk_reads_that_the_letter_box_is_full_since_when_and_what_to_do(tmp_path: Path) -> None:
    with behind_nat(tmp_path, keeps=LetterBox(letters=4)) as world:
        world.send("XC", "XD")
        case = world.send("XC", "XD")[0].case
        world.advance(minutes=6)
        world.work("XC")
        officer = visit(world, "XC")
        for page in (words(officer.see(f"cases/{case}/")), words(officer.see())):
            said = page[page.index("letter box is full") :]
            assert re.match(r"letter box is full\s+since 22 Nov 2026, 03:02", said)
            assert "It is tried again by itself. If it cannot wait, telephone." in said
            assert "next try" in said


def test_what_expired_in_a_letter_box_that_is_full_since_says_both(tmp_path: Path) -> None:
    with behind_nat(tmp_path, keeps=LetterBox(days=1, letters=4)) as world:
        case = world.send("XC", "XD")[0].case
        world.advance(days=1, minutes=1)
        expire_letters(world.nodes["XE"])
        world.work("XC")
        fill(world)
        world.advance(minutes=6)
        world.work("XC")
        page = words(visit(world, "XC").see(f"cases/{case}/"))
        assert "nobody fetched it; it is left again by itself" in page
        assert "letter box is full" in page


def fill(world: World) -> None:
    """Somebody else takes all the room that XE gives."""
    node = world.nodes["XE"]
    with unit_of_work(node):
        found = KeptLetter.objects.order_by("pk").values().first()
        assert found is not None
        for number in range(4):
            again = {"id": None, "sealed": f"{number:064x}", "state": "kept", "until": world.clock.now() + timedelta(1)}
            KeptLetter.objects.create(**found | again | {"size": 1, "from_participant": "ff" * 32})


def test_who_writes_is_told_before_and_the_owner_sees_it_in_its_own_entry(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        participant = world.registry.ids["XD"][:16]
        page = words(visit(world, "XC").see(f"centres/{participant}/duty/"))
        assert "Nobody can call its node" in page
        assert SEES in page
        own = words(visit(world, "XD").see("entry/"))
        assert "They leave them in the letter box of State XE" in own
        assert "Other nodes call this node" in visit(world, "XE").see("entry/")
