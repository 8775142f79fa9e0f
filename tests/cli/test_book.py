"""Does the address book take a list in at the terminal, and tell of everybody that they are not in the register?"""

from __future__ import annotations

from pathlib import Path

from liaison.exchange.contacts.files import KINDS, decode_contacts
from liaison.node.models import AuditRow
from liaison.node.unit_of_work import reading
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
    done = {"taken": 1, "replaced": 0, "refused": [3], "left": []}
    assert desk.value("book", "import", str(file), *given) == done
    (found,) = desk.value("book", "list", "cert", "example")
    assert (found["mailbox"], found["standing"]) == ("cert@cert.example.xj", "not in the register")
    assert found["sources"] == [{"source": "List of teams", "dated": "2026-11-01"}]
    assert desk.value("book", "list", "nobody") == []
    assert desk.value("book", "import", str(file), *given)["replaced"] == 1
    file.write_text(LIST.replace("email", "fax"))
    assert desk.value("book", "import", str(file), *given)["left"] == ["fax"]
    file.write_text(LIST)
    desk.value("book", "import", str(file), *given)
    file.write_text("name,country,email\n,XJ,nobody@example.xj\n")
    assert terminal.refusal(desk.home, "book", "import", str(file), *given) == "book-names-nobody"
    assert len(desk.value("book", "list", "cert", "example")) == 1


def test_the_book_is_written_out_as_every_kind_of_file_and_the_trail_says_so(
    tmp_path: Path, terminal: Terminal
) -> None:
    desk = Desk(tmp_path, terminal)
    seed_node(desk.node, small_register("XC", "XD"), "XC")
    file, out = tmp_path / "teams.csv", tmp_path / "book"
    file.write_text(LIST + "=Team of XD,XD,team@team.example.xd\n")
    desk.value("book", "import", str(file), "--source", "List of teams", "--dated", "2026-11-01")
    for kind in KINDS:
        told = desk.value("book", "export", "--as", kind, "-o", str(out))
        data = out.read_bytes()
        assert told == {"kind": kind, "contacts": 2, "bytes": len(data), "file": str(out)}
        assert b"not in the register" in data
        assert {each.name for each in decode_contacts(data).cards} == {"CERT Example", "=Team of XD"}, kind
    text = desk.text("book", "export", "cert", "-o", "-")
    assert text.splitlines()[0].startswith("name,organisation,country")
    assert "CERT Example" in text
    assert "XD" not in text
    with reading(desk.node):
        trail = AuditRow.objects.filter(action="book-exported", officer=0).order_by("pk")
        assert list(trail.values_list("subject", flat=True)) == [*KINDS, "csv"]
