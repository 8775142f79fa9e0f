"""Do the commands route by a register they built, and send what they routed?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.cli.main import main
from tests.cli.homes import closing_databases
from tests.cli.test_register_commands import Terminal
from tests.routing.world import DEMO_ALLOCATION

FEED = "ip,port\n192.0.2.7,1\n198.51.100.7,2\n198.51.100.7,2\n203.0.113.9,3\n10.0.0.1,4\n193.48.96.10,5\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a home `reg` that runs the register and hosts XC (desk duty) and XD (desk abuse)."""
    return tmp_path_factory.mktemp("route")


@pytest.fixture
def terminal(built: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    with closing_databases():
        made = Terminal(built, capsys)
        if not (built / "feed.csv").exists():
            build(made)
            (built / "feed.csv").write_text(FEED)
        yield made


def build(terminal: Terminal) -> None:
    terminal.found()
    for name, desk in (("xc", "duty"), ("xd", "abuse")):
        admit(terminal, name, desk)
    head = "nomination,code,kind,letter,date,mission,withdrawn,institution\n"
    row = f"fr-technical,FR,technical,{'5c' * 32},2026-10-01,Permanent Mission,,National CSIRT\n"
    (terminal.folder / "nominated.csv").write_text(head + row)
    terminal.run("reg", "register", "nominate", terminal.path("nominated.csv"))
    terminal.run("reg", "resources", "import", str(DEMO_ALLOCATION))


def admit(terminal: Terminal, name: str, desk: str) -> None:
    """A State whose node is hosted here, with one technical desk that answers for its code."""
    terminal.roots(name)
    who = ["--name", f"State {name.upper()}", "--code", name.upper(), "--letter", terminal.path("letter")]
    terminal.run(
        "reg", "register", "draft", "admission", *who, "--out", terminal.path(f"{name}.in"), *terminal.publics(name)
    )
    terminal.sign(f"{name}.in", name, "a", "b", "c")
    participant = terminal.run("reg", "register", "submit", terminal.path(f"{name}.in"))["payload"]
    keys = ["--participant", participant, "--kind", "technical", "--out", terminal.path(f"{name}.keys")]
    terminal.run("reg", "register", "draft", "keys", *keys)
    terminal.sign(f"{name}.keys", name)
    terminal.run("reg", "register", "submit", terminal.path(f"{name}.keys"))
    (terminal.folder / "contact.json").write_text('{"institution": "National CSIRT"}')
    contact = ["--contact", "participants", terminal.path("contact.json")]
    place = ["--participant", participant]
    terminal.run("reg", "register", "desk", "--desk", desk, *place, "--kind", "technical", "--language", "en", *contact)
    terminal.run("reg", "register", "resources", *place, "--code", name.upper())


def fates(value: dict[str, Any]) -> dict[str, str]:
    return {each["file"]: each["fate"] for each in value["sending"]}


def test_an_address_leads_to_the_desk_in_the_register(terminal: Terminal) -> None:
    (answer,) = terminal.run("reg", "route", "198.51.100.7", "--rehearsal")
    desk = answer["desk"]
    assert (desk["name"], desk["desk"], desk["standing"], desk["rehearsal"]) == ("State XD", "abuse", "confirmed", True)


def test_search_finds_the_contact_centre_of_an_address(terminal: Terminal) -> None:
    found = terminal.run("reg", "register", "search", "198.51.100.0/24")
    assert [(each["desk"], each["codes"]) for each in found] == [("abuse", ["XD"])]


def test_a_rehearsal_takes_no_part_unasked(terminal: Terminal) -> None:
    (answer,) = terminal.run("reg", "route", "198.51.100.7")
    assert (answer["desk"]["desk"], answer["desk"]["standing"]) == ("XD", "unknown")


def test_what_nobody_answers_for_is_a_reject_with_its_code(terminal: Terminal) -> None:
    out = terminal.path("counted")
    value = terminal.run("reg", "route", terminal.path("feed.csv"), "--rehearsal", "--out", out)
    assert [value[name] for name in ("rows", "routed", "rejected", "duplicate")] == [6, 3, 2, 1]
    assert value["reasons"] == {"code-unanswered": 1, "special-purpose": 1}
    assert '5,code-unanswered,XE,"203.0.113.9,3"' in Path(out, "rejects.csv").read_text().splitlines()


def test_the_sending_desk_must_be_clear_before_the_feed_is_read(terminal: Terminal) -> None:
    refused = terminal.run("reg", "route", terminal.path("feed.csv"), "--rehearsal", "--send", code=2)
    assert refused["error"] == "sending-desk-not-clear"


def test_reports_are_sent_once_kept_and_told(terminal: Terminal) -> None:
    words = ["reg", "route", terminal.path("feed.csv"), "--rehearsal", "--send", "--from", "duty"]
    first = terminal.run(*words, "--out", terminal.path("sent"))
    assert fates(first) == {"XC-duty.csv": "own", "XD-abuse.csv": "sent", "fr-technical.csv": "nominated"}
    assert fates({"sending": json.loads((terminal.folder / "sent" / "sent.json").read_text())}) == fates(first)
    listed = terminal.run("reg", "message", "list")
    assert {each["id"] for each in listed if each["form"] == "resource-report"} == {
        each["message"] for each in first["sending"] if each["message"]
    }
    again = terminal.run(*words)
    assert (again["already_sent"], fates(again)) == (1, {"XC-duty.csv": "own", "fr-technical.csv": "nominated"})
    assert Path(again["out"]).parent == terminal.folder / "reg" / "reports"


def test_people_read_what_became_of_each_report(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", terminal.path("reg"), "route", terminal.path("feed.csv"), "--rehearsal"]
    assert main.run_command([*home, "--send", "--from", "duty", "--window", "0"]) == 0  # type: ignore[attr-defined]
    out = capsys.readouterr().out
    assert "feed.csv: 6 rows = 3 routed + 2 rejected + 1 duplicate" in out
    assert "Sent as sealed messages: 1\n  XD-abuse.csv  State XD  1 rows" in out
    assert "1: only nominated by letter: there is no key to seal to" in out
