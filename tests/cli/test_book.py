"""Does the address book take a list in at the terminal, and tell of everybody that they are not in the register?"""

from __future__ import annotations

from pathlib import Path

from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.register.registry import small_register

LIST = "name,country,email\nCERT Example,XJ,cert@cert.example.xj\n,XJ,nobody@example.xj\n"


def test_a_list_is_taken_in_found_again_and_replaced_by_a_newer_one(tmp_path: Path, terminal: Terminal) -> None:
    desk = Desk(tmp_path, terminal)
    seed_node(desk.node, small_register("XC", "XD"), "XC")
    file = tmp_path / "teams.csv"
    file.write_text(LIST)
    given = ("--source", "List of teams", "--dated", "2026-11-01")
    assert desk.value("book", "import", str(file), *given) == {"taken": 1, "replaced": 0, "refused": [3]}
    (found,) = desk.value("book", "list", "cert", "example")
    assert (found["mailbox"], found["standing"]) == ("cert@cert.example.xj", "not in the register")
    assert found["sources"] == [{"source": "List of teams", "dated": "2026-11-01"}]
    assert desk.value("book", "list", "nobody") == []
    assert desk.value("book", "import", str(file), *given)["replaced"] == 1
    file.write_text("name,country,email\n,XJ,nobody@example.xj\n")
    assert terminal.refusal(desk.home, "book", "import", str(file), *given) == "book-names-nobody"
    assert len(desk.value("book", "list", "cert", "example")) == 1
