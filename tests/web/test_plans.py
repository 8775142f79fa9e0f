"""Does a page cost the same however many messages a node keeps? By the way in which SQLite means to find each row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.node.test_plans import statements, walks
from tests.web.visiting import visit
from tests.world import World

pytestmark = pytest.mark.sqlite  # PostgreSQL chooses by what is in the tables.

DESK = r"\(participant=\? AND node=\? AND desk=\?"
# In order, so that a page stops after the few it shows, or within a year.
ORDERED = re.compile(
    rf"case_by_desk_last|COVERING INDEX case_by_desk_opened {DESK}\)|opened_at>\? AND opened_at<\?|incoming_owed"
)
ALL_OF_A_DESK = re.compile(rf"SEARCH node_(case|incomingcopy|outgoingmessage) .*{DESK}")


def test_neither_the_desk_nor_its_year_walks_through_a_table_that_grows(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.send("XD", "XC")
        world.send("XC", "XD")
        visitor, alias = visit(world, "XC"), world.nodes["XC"].database
        for page in ("", "year/"):
            with statements(alias) as seen:
                visitor.see(page)
            assert walks(alias, seen, also=ALL_OF_A_DESK, but=ORDERED) == [], page
