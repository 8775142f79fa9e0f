"""Do the commands on help show what meets, send an introduction, and tell what came of it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.node import homes
from liaison.node.config import Config
from tests.cli.homes import Terminal
from tests.node.conduct import reported
from tests.world import World

pytestmark = pytest.mark.sqlite


def test_help_is_listed_introduced_and_noted_at_the_terminal(terminal: Terminal, tmp_path: Path) -> None:
    with World(tmp_path, registry=reported.helping_register()) as world:
        home = prepared(world, "XC")
        board = terminal.value(home, "conduct", "help", "list")
        (match,) = board["matches"]
        assert match["theirs"]["text"][0]["text"] == reported.OFFERS and match["norms"] == "same"
        assert terminal.value(home, "conduct", "help", "list", "--language", "fr")["matches"] == []
        assert terminal.run(home, "conduct", "help", "list") == 0
        assert "State XD offers un-norms-2015 norm-j" in terminal.out and "8 working hours in common" in terminal.out
        fields = terminal.value(home, "conduct", "help", "introduce", match["match"], "--dry-run")
        assert fields["quoted"] == {"lang": "en", "text": reported.OFFERS}
        assert terminal.value(home, "conduct", "help", "introductions") == []
        assert terminal.refusal(home, "conduct", "help", "introduce", "0" * 16) == "help-match-gone"
        sent = terminal.value(home, "conduct", "help", "introduce", match["match"])
        (listed,) = terminal.value(home, "conduct", "help", "introductions")
        assert (listed["case"], listed["way"]) == (sent[0]["case"], "sought")
        assert terminal.run(home, "conduct", "help", "introductions") == 0 and "no answer yet" in terminal.out
        (found,) = terminal.value(home, "conduct", "help", "practices", "finder")
        assert found["text"][0]["text"] == reported.PRACTICE
        case = sent[0]["case"]
        assert terminal.run(home, "conduct", "help", "note", case, "budapest-2001 art-29") == 0
        assert {each["norm"] for each in terminal.value(home, "conduct", "help", "cases")["cases"][0]["norms"]} == {
            "budapest-2001 art-29",
            "un-norms-2015 norm-j",
        }
        assert terminal.refusal(home, "conduct", "help", "note", case, "budapest-2001") == "norm-not-known"


def prepared(world: World, code: str) -> Path:
    """The home of a node as commands open it."""
    home = world.nodes[code].home
    homes.create_folders(home)
    homes.write_config(home, Config())
    homes.write_credential(home / "credential", b"0" * 32)
    return home
