"""Does a page of the API ask the database as often for many rows as for few?"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.api.calling import Program, call
from tests.world import World

PATHS = ("/cases", "/messages", "/messages?direction=out", "/events", "/register/desks", "/register/participants")


def queries(program: Program, path: str) -> int:
    with CaptureQueriesContext(connections[program.node.database]) as asked:
        assert program.ask("GET", path).status_code == 200
    return len(asked)


@pytest.mark.sqlite
def test_a_list_asks_the_database_no_more_often_for_more_rows(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        program = call(world, "XC")
        program.read("/token")  # The first request notes that the token was used.
        world.send("XD", "XC"), world.send("XC", "XD")
        few = {path: queries(program, path) for path in PATHS}
        for _ in range(5):
            world.send("XD", "XC"), world.send("XC", "XD")
        assert len(program.read("/cases")["cases"]) == 12
        assert {path: queries(program, path) for path in PATHS} == few
        assert max(few.values()) <= 6
