"""What becomes of a served node whose files were put back by hand, as by a snapshot of its machine? It notices."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.facts import inspect
from tests.crash.invariants import nothing_lost_nothing_twice
from tests.lines.notices import queue_notices, until_quiet
from tests.scenarios.processes import Processes
from tests.scenarios.test_failing_disk import SECONDS, eventually
from tests.scenarios.test_processes import NOTICE

pytestmark = pytest.mark.sqlite


def is_closed(home: Path) -> bool:
    with closing(sqlite3.connect(home / "liaison.sqlite3")) as tables:
        return tables.execute("select count(*) from node_setting where name = 'read-only'").fetchone() == (1,)


def let_go(world: Processes, code: str) -> None:
    """No connection of this process to the node's tables stays open, so that they may be exchanged."""
    from django.db import connections

    connections[world.nodes[code].database].close()


def test_a_served_node_whose_whole_home_was_put_back_stops_sending_and_recovers_as_it_says(tmp_path: Path) -> None:
    with Processes(tmp_path, "XC", "XD", server="") as world:
        for code in ("XC", "XD"):
            world.start(code)
        accepted = queue_notices(world, "XC", "XD", 1)
        until_quiet(world, "XC", seconds=SECONDS)
        world.stop("XC")
        let_go(world, "XC")
        shutil.copytree(world.home("XC"), tmp_path / "snapshot", ignore=shutil.ignore_patterns("*.socket"))
        world.start("XC")
        accepted += queue_notices(world, "XC", "XD", 1) + queue_notices(world, "XD", "XC", 1)
        for code in ("XC", "XD"):
            until_quiet(world, code, seconds=SECONDS)
        world.stop("XC")
        let_go(world, "XC")
        world.home("XC").rename(tmp_path / "gone")
        (tmp_path / "snapshot").rename(world.home("XC"))
        world.start("XC")
        eventually(lambda: is_closed(world.home("XC")), "it does not notice")
        world.run("XC", "message", "send", "--to", "XD", *NOTICE, exits=3)
        with closing(sqlite3.connect(world.home("XC") / "liaison.sqlite3")) as tables:
            tables.execute("update node_followedregister set checked_at = '2099-01-01 00:00:00'")
            tables.commit()
        opened = world.run("XC", "node", "restore", "--done")
        assert (opened["read_only"], opened["silent"], opened["lost"]) == (False, [], [])
        accepted.append(world.run("XC", "message", "send", "--to", "XD", *NOTICE)[0]["id"])
        for code in ("XC", "XD"):
            until_quiet(world, code, seconds=SECONDS)
        nothing_lost_nothing_twice(inspect(world.nodes["XC"]), inspect(world.nodes["XD"]), accepted)
