"""Does a real node that came back from its backup get from its peers, over HTTPS, what it said since?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.scenarios.processes import Processes
from tests.scenarios.test_processes import NOTICE, until

pytestmark = pytest.mark.sqlite


def put_back(world: Processes, folder: Path) -> None:
    """The home is lost and comes back from the backup; its mirror is up to date."""
    home = world.home("XC")
    gone = home.rename(folder / "gone")
    world.run("XC", "node", "restore", str(folder / "backup"), "--credential", str(gone / "credential"))
    with closing(sqlite3.connect(home / "liaison.sqlite3")) as tables:
        tables.execute("update node_followedregister set checked_at = '2099-01-01 00:00:00'")
        tables.commit()


def test_restore_done_asks_the_peers_and_names_the_silent(tmp_path: Path) -> None:
    with Processes(tmp_path, "XC", "XD", server="") as world:
        world.start("XD")
        world.run("XC", "message", "send", "--to", "XD", *NOTICE)
        world.run("XC", "node", "backup", str(tmp_path / "backup"))
        sent = world.run("XC", "message", "send", "--to", "XD", *NOTICE)[0]
        assert [copy["state"] for copy in sent["copies"]] == ["received"]
        put_back(world, tmp_path)
        world.stop("XD")
        world.run("XC", "node", "restore", "--done", exits=2)
        world.start("XD")
        opened = world.run("XC", "node", "restore", "--done")
        assert (opened["read_only"], opened["silent"], opened["lost"]) == (False, [], [])
        shown = world.run("XC", "message", "show", sent["id"])
        assert [copy["state"] for copy in shown["copies"]] == ["received"]
        answered = world.run("XD", "message", "show", sent["id"])
        assert answered["id"] == sent["id"]
        world.run("XD", "message", "ack", sent["id"])
        world.start("XC")
        until(lambda: world.run("XC", "message", "show", sent["id"])["copies"][0]["state"] == "acknowledged")
