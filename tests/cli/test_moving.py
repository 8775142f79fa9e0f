"""Does `liaison node migrate-database` move a node that stands still, name the new place, and refuse otherwise?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.adapters.waking import SocketListener
from liaison.node.config import read_config
from tests import engines
from tests.cli.homes import Terminal

pytestmark = pytest.mark.sqlite


@pytest.fixture
def home(tmp_path: Path, terminal: Terminal) -> Path:
    assert terminal.run(tmp_path / "home", "node", "init") == 0
    return tmp_path / "home"


def test_the_configuration_names_the_new_database_for_its_owner_only(
    home: Path, terminal: Terminal, server: str
) -> None:
    url = engines.empty_url(server)
    moved = terminal.value(home, "node", "migrate-database", url)
    assert {each["table"]: each["rows"] for each in moved["tables"]}["Epoch"] == 1
    assert read_config(home).database.url == url
    assert (home / "liaison.toml").stat().st_mode & 0o077 == 0
    assert terminal.refusal(home, "node", "migrate-database", url) == "move-already-there"


def test_the_configuration_is_left_alone_when_asked_for(home: Path, terminal: Terminal, server: str) -> None:
    terminal.value(home, "node", "migrate-database", engines.empty_url(server), "--keep-config")
    assert read_config(home).database.url == ""


def test_a_node_that_is_served_is_not_moved(home: Path, terminal: Terminal) -> None:
    listener = SocketListener(home / "worker.socket")
    assert terminal.refusal(home, "node", "migrate-database", "postgresql://x/y") == "move-while-served"
    listener.close()


def test_a_database_chosen_by_the_environment_is_not_moved_to(
    home: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://x/y")
    assert terminal.refusal(home, "node", "migrate-database", "postgresql://x/y") == "move-other-database"


def test_several_processes_on_a_file_are_refused(home: Path, terminal: Terminal) -> None:
    path = home / "liaison.toml"
    path.write_text(path.read_text().replace("workers = 1", "workers = 2"))
    assert terminal.run(home, "node", "serve") == 2
    assert "processes-need-postgresql" in terminal.err
