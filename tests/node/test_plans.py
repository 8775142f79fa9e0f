"""Does a notice cost the same however many came before it? By the way in which SQLite means to find each row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections

from liaison.node.services.line.receiving import Arrival, receive_message
from tests.world import World

GROWING = (
    "node_(case|outgoingmessage|outgoingcopy|senthead|delivery|takenreceipt|incomingcopy|givenreceipt|recoveredreceipt)"
)
WALKS = re.compile(rf"SCAN {GROWING}|SEARCH {GROWING} .*\((register|participant|from_participant)=\?\)")
NOTHING = re.compile(r"(?!)")

pytestmark = pytest.mark.sqlite  # PostgreSQL chooses by what is in the tables.


@contextmanager
def statements(alias: str) -> Iterator[list[str]]:
    """Every statement on a database while the block runs, with its values."""
    connections[alias].ensure_connection()
    driver, seen = connections[alias].connection, []
    driver.set_trace_callback(seen.append)
    try:
        yield seen
    finally:
        driver.set_trace_callback(None)


def walks(alias: str, seen: list[str], *, also: re.Pattern[str] = WALKS, but: re.Pattern[str] = NOTHING) -> list[str]:
    """The steps of their plans that look at more rows the more there are, by these patterns too."""
    cursor = connections[alias].cursor()
    looked = [each for each in seen if each.split(" ", 1)[0] in ("SELECT", "UPDATE", "DELETE")]
    assert len(looked) > 2
    steps = [row[3] for each in looked for row in cursor.execute(f"EXPLAIN QUERY PLAN {each}").fetchall()]
    return [step for step in steps if (WALKS.search(step) or also.search(step)) and not but.search(step)]


def test_nothing_on_the_way_of_a_notice_walks_through_a_table_that_grows(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        xc, xd = world.nodes["XC"].database, world.nodes["XD"].database
        with statements(xc) as sent, statements(xd) as received:
            (first,) = world.send("XC", "XD")
            world.send("XC", "XD", case=first.case)
        assert (walks(xc, sent), walks(xd, received)) == ([], [])


def test_nothing_on_the_way_of_bytes_that_do_not_open_walks_through_a_table_that_grows(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, desk, sender = world.nodes["XD"], world.desk("XD"), world.desk("XC")
        place = {"register": world.register, "participant": desk.participant, "desk": desk.desk, "way": "peer"}
        arrival = Arrival(sealed=b"junk", from_participant=sender.participant, from_node=sender.node, **place)
        with statements(node.database) as received:
            receipt = receive_message(node, arrival=arrival)
            assert receive_message(node, arrival=arrival) == receipt
        assert walks(node.database, received) == []
