"""Are networks measured, told of, disputed, reviewed and agreed to at the terminal?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liaison.node.reads.memory import forget
from liaison.node.unit_of_work import unit_of_work
from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import hold_keys, seed_node
from tests.node.conduct.networks import SEEN, keep_allocation, register_of_networks


class TwoDesks:
    """XC's desk, which measures, and XD's `noc`; what one sends is carried to the other as a file."""

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        registry = register_of_networks()
        self.file, self.seen = folder / "sealed.tar", folder / "seen.csv"
        self.seen.write_bytes(SEEN)
        self.desks = {}
        for code in ("XC", "XD"):
            (folder / code).mkdir()
            desk = self.desks[code] = Desk(folder / code, terminal)
            seed_node(desk.node, registry, code)
        with unit_of_work(self.desks["XD"].node):
            hold_keys(self.desks["XD"].node, registry, "XD", "noc")
        forget(self.desks["XD"].node)
        keep_allocation(self.desks["XC"].node)

    def run(self, code: str, *words: str) -> Any:
        own = ("--desk", "noc") if code == "XD" and words[1] != "shown" else ()
        return self.desks[code].value("conduct", *words, *own)

    def carry(self, code: str, sent: list[dict[str, Any]]) -> None:
        (message,) = sent
        other = {"XC": "XD", "XD": "XC"}[code]
        self.desks[code].value("message", "export", message["id"], "--sealed", "-o", str(self.file))
        self.desks[other].value("message", "import", str(self.file))


@pytest.fixture
def desks(tmp_path: Path, terminal: Terminal) -> TwoDesks:
    return TwoDesks(tmp_path, terminal)


def test_the_two_sides_go_the_whole_way_at_the_terminal(desks: TwoDesks) -> None:
    taken = desks.run("XC", "measure", str(desks.seen), "--source", "Collector of XC")
    assert taken["left_out"] == {"nobody-claims": [64511], "not-a-provider": [64500]}
    listed = desks.run("XC", "measured")
    number = next(str(each["number"]) for each in listed if (each["asn"], each["measure"]) == (64496, "route-origin"))
    desks.carry("XC", desks.run("XC", "notify", number))
    (told,) = desks.run("XD", "measured", "--own")
    assert told["state"] == "notified" and told["rows"] == ["198.51.100.0/24 invalid 2026-11-20T07:00:00Z"]
    own = str(told["number"])
    desks.carry("XD", desks.run("XD", "dispute", own, "--ground", "repaired", "--say", "Since May."))
    counts = [part for each in ("valid=2", "invalid=0", "not_found=0") for part in ("--count", each)]
    given = ("review", number, "--result", "corrected", "--say", "So it is.")
    assert desks.desks["XC"].terminal.refusal(desks.desks["XC"].home, "conduct", *given) == "measured-unfit"
    desks.carry("XC", desks.run("XC", *given, *counts))
    desks.carry("XD", desks.run("XD", "consent", own, "--to", "public"))
    assert desks.run("XC", "shown") == []
    (state,) = [each for each in desks.run("XC", "measured") if str(each["number"]) == number]
    assert (state["state"], state["counts"]) == ("consented", {"valid": 2, "invalid": 0, "not_found": 0})
    assert desks.desks["XC"].terminal.refusal(desks.desks["XC"].home, "conduct", "drop", number) == "measured-not-now"
    desks.carry("XD", desks.run("XD", "consent", own, "--withdraw"))
    (state,) = [each for each in desks.run("XC", "measured") if str(each["number"]) == number]
    assert state["state"] == "withheld"


def test_consent_is_either_given_or_taken_back(desks: TwoDesks) -> None:
    home, terminal = desks.desks["XD"].home, desks.desks["XD"].terminal
    assert terminal.run(home, "conduct", "consent", "1", "--desk", "noc") == 2
    assert terminal.refusal(home, "conduct", "consent", "1", "--withdraw", "--desk", "noc") == "measurement-not-found"


def test_what_is_dropped_is_listed_no_more(desks: TwoDesks) -> None:
    desks.run("XC", "measure", str(desks.seen), "--no-bogons")
    first, second = (str(each["number"]) for each in desks.run("XC", "measured"))
    desks.run("XC", "drop", first)
    assert [str(each["number"]) for each in desks.run("XC", "measured")] == [second]
