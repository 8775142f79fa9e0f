"""Is a request drafted, sent, watched and answered at a terminal, with every refusal in plain words?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.messages.parties import DeskRef
from liaison.node.services.instruments.importing import import_file
from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.node.cooperation.dossier import PRESERVATION, central_register
from tests.node.cooperation.test_reserved_grounds import BOUND, HEAD, PARTIES, position

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


class Both(Desk):
    """One installation with a node of XC and one of XD."""

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        super().__init__(folder, terminal)
        registry = central_register("XC", "XD")
        seed_node(self.node, registry, "XC", "XD")
        self.ids = {who: str(DeskRef(registry.ids[who], "main", "duty")) for who in ("XC", "XD")}


@pytest.fixture
def both(tmp_path: Path, terminal: Terminal) -> Both:
    return Both(tmp_path, terminal)


def asked(desk: Both, said: bytes) -> str:
    """XC asks XD under a text of which this is known; the identifier of the request."""
    import_file(desk.node, HEAD + said, name="positions", taken_from="positions.toml")
    given = [f"{name}={value['text'] if isinstance(value, dict) else value}" for name, value in BOUND.items()]
    fields = [part for field in given for part in ("--field", field.replace("=True", "=yes"))]
    ours = ("--desk", desk.ids["XC"])
    (made,) = desk.value("request", "send", "preservation-request", "--to", "XD", *fields, *ours)
    return str(made["id"])


def test_what_has_to_be_reserved_is_said_and_refused_where_it_was_not(both: Both, terminal: Terminal) -> None:
    name, theirs = asked(both, PARTIES), ("--desk", both.ids["XD"])
    (told,) = both.value("request", "show", name, *theirs)["reserved"]
    assert told == {"ground": "dual-criminality", "article": "29(4)", "right": "not-reserved", "refused": True}
    assert "(29(4)), open only by reservation: not-reserved" in both.text("request", "show", name, *theirs)
    decide = ("request", "decide", name, "refused", "--field", "grounds=dual-criminality", *theirs)
    assert terminal.refusal(both.home, *decide) == "request-ground-not-reserved"


def test_a_ground_that_is_open_by_the_reservation_of_the_other_side_is_named_with_a_warning(
    both: Both, terminal: Terminal
) -> None:
    name = asked(both, PARTIES + position("XC", "reservation", "2020-03-18", "art-29-4"))
    both.text("request", "decide", name, "refused", "--field", "grounds=dual-criminality", "--desk", both.ids["XD"])
    assert "(29(4)), open only by reservation: mutual. The official text decides." in terminal.err


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("decide", "postponed", "--field", "postponed_until=soon"), "field-unfit"),
        (("answer", "--field", "preserved_until=2026-02-30"), "field-unfit"),
        (("extend", "--until", "tomorrow"), "field-unfit"),
        (("decide", "refused", "--field", "grounds=nonsense"), "field-unfit"),
    ],
)
def test_what_is_no_value_of_a_field_is_refused_in_words(
    both: Both, terminal: Terminal, command: tuple[str, ...], code: str
) -> None:
    name, (verb, *given) = asked(both, PARTIES), command
    assert terminal.refusal(both.home, "request", verb, name, *given, "--desk", both.ids["XD"]) == code


def test_a_form_that_is_none_of_requests_is_neither_drafted_nor_sent(desk: Desk, terminal: Terminal) -> None:
    assert terminal.refusal(desk.node.home, "request", "draft", "nonsense") == "request-unknown-type"
    assert terminal.refusal(desk.node.home, "request", "send", "nonsense", "--to", "XD") == "request-unknown-type"


def test_the_grounds_of_the_text_stand_with_the_request(both: Both) -> None:
    name, theirs = asked(both, PARTIES), ("--desk", both.ids["XD"])
    told = both.value("request", "show", name, *theirs)["grounds_of_the_text"]
    assert told == {"political-offence": "29(5)(a)", "essential-interests": "29(5)(b)", "dual-criminality": "29(4)"}
    assert "essential-interests (29(5)(b))" in both.text("request", "show", name, *theirs)


def test_a_calendar_that_cannot_be_written_is_not_said_to_be_unreadable(desk: Desk, terminal: Terminal) -> None:
    assert terminal.refusal(desk.node.home, "request", "calendar", "-o", "/nonexistent/x.ics") == "file-not-writable"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (("--wanted-by", "2026-13-45T00:00:00Z"), "instant-not-read"),
        (("--wanted-by", "2026-12-01"), "instant-not-read"),
        (("--wanted-by", "2020-01-01T00:00:00Z"), "wanted-by-passed"),
        (("--field", f"facts={'é' * 1_000_000}"), "field-too-long"),
        (("--field", "data_from=2026-02-30T00:00:00Z"), "field-unfit"),
        (("--field", "instrument=budapest-2011"), "request-text"),
    ],
)
def test_what_no_request_can_say_is_refused_in_words_that_name_it(
    desk: Desk, terminal: Terminal, given: tuple[str, ...], code: str
) -> None:
    said = [part for field in FIELDS for part in ("--field", field.replace("=True", "=yes"))]
    send = ("request", "send", "preservation-request", "--to", "XD", *said, *given)
    assert terminal.refusal(desk.node.home, *send) == code
    assert desk.value("request", "list") == []


@pytest.mark.parametrize("text", ["", "nope", "[]", "[" * 100_000, "\udcff"])
def test_a_file_of_fields_that_is_none_says_so_and_where_it_breaks(
    desk: Desk, terminal: Terminal, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "fields.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    send = ("request", "send", "preservation-request", "--to", "XD", "--fields", str(path))
    assert terminal.refusal(desk.node.home, *send) == "fields-not-json"
