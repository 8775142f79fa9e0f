"""Is a list of positions read as it is written, and refused with its place where it is not sound?"""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.instruments import positions_file
from liaison.instruments.catalogue import load_instruments
from liaison.instruments.positions_file import decode_positions
from liaison.register.vocabulary import Act

PAGE = """\
format = "liaison-positions"
version = 1
source = "Treaty office, status of ETS 185"
as_of = 2026-11-20
organisations = ["XU"]

[groups]
council-of-europe = ["XC", "XD"]

[[positions]]
party = "XC"
instrument = "budapest-2001"
act = "ratification"
on = 2020-03-18
evidence = "https://depositary.example/185/XC"

[[positions]]
party = "XC"
instrument = "budapest-2001"
act = "reservation"
on = 2020-03-18
clauses = ["art-29-4"]
note = "Refuses preservation where dual criminality will fail."

[[positions]]
party = "XD"
instrument = "budapest-2001"
act = "objection"
on = 2020-06-01
clauses = ["art-29-4"]
about = "XC"
"""


def test_what_a_list_says_keeps_its_source_and_its_day() -> None:
    page = decode_positions(PAGE.encode(), load_instruments())
    first, reserved, objected = page.statements()
    assert (first.party, first.act, first.on) == ("XC", Act.RATIFICATION, date(2020, 3, 18))
    assert first.source == "Treaty office, status of ETS 185, 2026-11-20"
    assert (reserved.clauses, reserved.lang) == (("art-29-4",), "en")
    assert (objected.about, page.groups["council-of-europe"], page.organisations) == ("XC", ("XC", "XD"), ("XU",))


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("budapest-2001", "budapest-1991", "instrument"),
        ('"ratification"', '"definitive-signature"', "act"),
        ("on = 2020-06-01", "on = 2026-11-21", "on"),
        ('"art-29-4"]\nnote', '"art-299"]\nnote', "clauses"),
        ('["art-29-4"]\nnote', '["art-29-4", "art-29-4"]\nnote', "clauses"),
        ('about = "XC"', "", "about"),
        ('about = "XC"', 'about = "XD"', "about"),
        ('act = "reservation"', 'act = "reservation"\nabout = "XD"', "about"),
        ("Refuses", "Refuses \\u0007", "note"),
    ],
)
def test_a_position_that_does_not_hold_together_is_refused_with_its_place(old: str, new: str, place: str) -> None:
    assert old in PAGE
    with pytest.raises(MalformedError) as refused:
        decode_positions(PAGE.replace(old, new).encode(), load_instruments())
    assert (refused.value.code, refused.value.params["place"]) == ("positions-inconsistent", place)


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.replace("liaison-positions", "other-positions"),
        lambda page: page.replace("version = 1", "version = 2"),
        lambda page: page.replace('party = "XC"', 'party = "XCX"'),
        lambda page: page.replace('party = "XC"', 'party = "XC"\nrank = 3', 1),
        lambda page: page.replace("on = 2020-03-18", 'on = "yesterday"', 1),
        lambda page: page.replace("https://depositary", "javascript://depositary").replace("://", ":"),
        lambda page: page + "[[[",
        lambda page: page.replace("as_of = 2026-11-20\n", ""),
    ],
)
def test_what_is_no_list_is_refused(change: object) -> None:
    with pytest.raises(MalformedError) as refused:
        decode_positions(change(PAGE).encode(), load_instruments())  # type: ignore[operator]
    assert refused.value.code == "positions-unreadable"


def test_the_same_position_stands_once() -> None:
    twice = PAGE + PAGE[PAGE.rindex("[[positions]]") :]
    with pytest.raises(MalformedError) as refused:
        decode_positions(twice.encode(), load_instruments())
    assert refused.value.code == "positions-inconsistent"


def test_a_list_that_is_too_large_is_not_read() -> None:
    with pytest.raises(MalformedError) as refused:
        decode_positions(b"#" * (positions_file.MOST_BYTES + 1), load_instruments())
    assert refused.value.code == "positions-too-large"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(PAGE)), st.integers(0, 20), st.binary(max_size=8))
def test_changed_bytes_are_read_or_refused_and_nothing_else(place: int, removed: int, added: bytes) -> None:
    data = PAGE.encode()
    with contextlib.suppress(MalformedError):
        decode_positions(data[:place] + added + data[place + removed :], load_instruments())
