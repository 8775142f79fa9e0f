"""Can an operator let people in from the command line, and check what was done since?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.cli.session import open_node
from liaison.node.models import Officer
from liaison.node.unit_of_work import reading
from tests.cli.homes import Terminal


@pytest.mark.engine
def test_the_trail_is_printed_checked_and_checked_again_from_its_file(tmp_path: Path, terminal: Terminal) -> None:
    home, file = tmp_path / "home", tmp_path / "trail.jsonl"
    assert terminal.run(home, "node", "init") == 0
    assert terminal.run(home, "officer", "add", "a.n", "--name", "A. N.") == 0
    assert terminal.run(home, "officer", "leave", "a.n") == 0
    assert terminal.run(home, "officer", "audit") == 0
    text = terminal.out
    file.write_text(text, encoding="utf-8")
    assert terminal.value(home, "officer", "audit", "--verify") == {"lines": 3}
    assert terminal.value(home, "officer", "audit", "--file", str(file)) == {"lines": 3}
    file.write_text(text.replace("officer-invited", "officer-praised"), encoding="utf-8")
    assert terminal.refusal(home, "officer", "audit", "--file", str(file)) == "audit-broken"
    file.write_text("number,at\n", encoding="utf-8")
    assert terminal.run(home, "officer", "audit", "--file", str(file)) != 0


def test_the_address_by_which_a_provider_names_an_officer_is_given_and_changed(
    tmp_path: Path, terminal: Terminal
) -> None:
    home, person = tmp_path / "home", ("--name", "A. N.", "--email")
    assert terminal.run(home, "node", "init") == 0
    assert terminal.refusal(home, "officer", "add", "a.n", *person, "a.n") == "person-email-malformed"
    assert terminal.value(home, "officer", "list") == []
    assert terminal.run(home, "officer", "add", "a.n", *person, "a.n@xc.example") == 0
    assert addresses(home) == ["a.n@xc.example"]
    assert terminal.refusal(home, "officer", "email", "a.n", "a.n@") == "person-email-malformed"
    assert addresses(home) == ["a.n@xc.example"]
    told = terminal.value(home, "officer", "email", "a.n", "a.m@xc.example")
    assert told == {"login": "a.n", "email": "a.m@xc.example"}
    assert addresses(home) == ["a.m@xc.example"]
    assert terminal.run(home, "officer", "email", "a.n", "") == 0
    assert addresses(home) == [""]
    assert terminal.run(home, "officer", "audit") == 0
    assert terminal.out.count("officer-address-changed") == 2
    assert "xc.example" not in terminal.out


def addresses(home: Path) -> list[str]:
    with reading(open_node(home)):
        return list(Officer.objects.values_list("email", flat=True))
