"""Is a request drafted, sent, watched and answered at a terminal, with every refusal in plain words?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.node.cooperation.dossier import PRESERVATION, central_register

FIELDS = [f"{name}={value['text'] if isinstance(value, dict) else value}" for name, value in PRESERVATION.items()]


@pytest.fixture
def desk(tmp_path: Path, terminal: Terminal) -> Desk:
    found = Desk(tmp_path, terminal)
    seed_node(found.node, central_register("XC", "XD"), "XC")
    return found


def sent(desk: Desk) -> str:
    given = [part for field in FIELDS for part in ("--field", field.replace("=True", "=yes"))]
    (made,) = desk.value("request", "send", "preservation-request", "--to", "XD", *given)
    return str(made["id"])


def test_a_request_is_drafted_sent_listed_shown_and_withdrawn(desk: Desk, tmp_path: Path) -> None:
    drafted = desk.value("request", "draft", "preservation-request")
    assert {"instrument", "necessity", "data"} <= drafted.keys()
    name = sent(desk)
    (listed,) = desk.value("request", "list")
    assert (listed["id"], listed["state"], listed["ours"]) == (name, "sent", True)
    shown = desk.value("request", "show", listed["root"][:12])
    assert (shown["side"], shown["instrument"]) == ("requesting", "un-cybercrime-2024")
    assert "withdrawn" in shown["next"]
    desk.value("request", "withdraw", name, "--release")
    assert desk.value("request", "show", name)["state"] == "withdrawn"
    assert desk.value("request", "list") == []
    assert [each["state"] for each in desk.value("request", "list", "--all")] == ["withdrawn"]


def test_the_next_request_begins_with_what_the_earlier_one_said(desk: Desk) -> None:
    name = sent(desk)
    drafted = desk.value("request", "draft", "assistance-request-mla", "--after", name)
    assert drafted["previous_reference"] == "XC-2026-17"
    assert drafted["linked"] == desk.value("request", "show", name)["root"]


def test_what_is_missing_and_what_is_not_this_sides_step_is_refused(desk: Desk, terminal: Terminal) -> None:
    home = desk.node.home
    bare = ("--field", "instrument=un-cybercrime-2024", "--field", "basis=courtesy")
    send = ("request", "send", "preservation-request", "--to", "XD", *bare)
    assert terminal.refusal(home, *send) == "request-incomplete"
    name = sent(desk)
    assert terminal.refusal(home, "request", "decide", name, "accepted") == "request-not-yours"
    assert terminal.refusal(home, "request", "close", name) == "request-no-such-step"
    assert terminal.refusal(home, "request", "step", name, "ordered") == "request-no-steps-at-home"
    assert terminal.refusal(home, "request", "show", "0000") == "request-not-found"
    assert terminal.refusal(home, "request", "step", name, "ordered", "--at", "yesterday") == "instant-not-read"


def test_a_call_is_put_on_record_and_its_date_stands_in_the_calendar(desk: Desk, tmp_path: Path) -> None:
    said = ("--summary", "Please preserve the account at once.", "--instrument", "un-cybercrime-2024")
    desk.value("request", "oral", "preservation-request", "--to", "XD", *said)
    (due,) = desk.value("request", "calendar")
    assert (due["clock"], due["ours"], due["root"]) == ("confirmation", True, "")
    out = tmp_path / "dates.ics"
    desk.value("request", "calendar", "-o", str(out))
    assert out.read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert desk.value("request", "figures") == []
