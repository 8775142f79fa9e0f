"""Does the command line make a node without a door, agree to keep for others, and keep what the operator decided?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from liaison.cli.message.screen import trial_line, trial_value
from liaison.node.config import Config, LetterBox, Markings, read_config
from liaison.node.homes import replace_config, write_config
from liaison.node.reads.line import Trial
from tests.cli.homes import Terminal


def test_a_node_without_a_door_is_made_and_published_nowhere(terminal: Terminal, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert (
        terminal.refusal(home, "node", "init", "--no-door", "--url", "https://xd.example:8443")
        == "address-without-door"
    )
    terminal.value(home, "node", "init", "--no-door")
    config = read_config(home)
    assert (config.listen.port, config.address.url) == (0, "")
    assert terminal.value(home, "node", "letter-box", "show") == {"own": [], "kept": []}
    assert terminal.value(home, "node", "letter-box", "fetch") == {"taken": 0, "left": 0}
    assert terminal.refusal(home, "node", "letter-box", "keep", "aa" * 32) == "letter-box-needs-a-door"


def test_a_configuration_that_is_written_again_loses_nothing(tmp_path: Path) -> None:
    """The markings of a node were lost when its database moved."""
    markings = Markings(("XC RESTRICTED", "XC SECRET"), "XC RESTRICTED")
    config = Config(markings=markings, letter_box=LetterBox(("aa" * 32,), 7, 12, 34, 56))
    write_config(tmp_path, Config())
    replace_config(tmp_path, config)
    assert read_config(tmp_path) == config


def test_the_terminal_says_what_keeps_a_message_from_a_letter_box_and_what_to_do() -> None:
    since = datetime(2026, 11, 22, 3, 2, tzinfo=UTC)
    told = trial_value(Trial(3, "letter-box-full", since, since + timedelta(minutes=5)))
    assert told is not None and told["since"] == "2026-11-22T03:02:00Z" and told["refused"]
    line = trial_line(told).strip()
    assert line.startswith("The other desk's letter box is full since ")
    assert "If it cannot wait, telephone. Tried 3 times, next at " in line
    assert trial_value(Trial(0, "", None, since)) is None
