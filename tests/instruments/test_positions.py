"""Does each instrument enter into force by its own clause, and does a State stand to it as what it did says?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from liaison.instruments.catalogue import load_instruments
from liaison.instruments.positions import Positions, Statement, Status, count_consents, entry_into_force, standing
from liaison.instruments.texts import Instrument
from liaison.register.vocabulary import Act

LATE = date(2100, 1, 1)
UN = load_instruments()["un-cybercrime-2024"]
PROTOCOL = load_instruments()["budapest-2022-p2"]


def without_known_day() -> Instrument:
    """The Budapest Convention as if nobody knew since when it is in force."""
    from msgspec.structs import replace

    return replace(load_instruments()["budapest-2001"], entered=None)


BUDAPEST = without_known_day()
FIVE = ["2002-06-20", "2002-10-17", "2003-05-12", "2003-12-04", "2004-03-18"]
"""The days on which ETS 185 had its first five ratifications, as its depositary lists them."""


def deposits(text: Instrument, *days: str, act: Act = Act.RATIFICATION) -> list[Statement]:
    return [Statement(f"X{number}", text.id, act, date.fromisoformat(day)) for number, day in enumerate(days)]


def members(*parties: str) -> dict[str, frozenset[str]]:
    return {"council-of-europe": frozenset(parties)}


def test_the_budapest_convention_enters_into_force_on_the_day_it_did() -> None:
    known = Positions(tuple(deposits(BUDAPEST, *FIVE)), members("X0", "X2", "X4"))
    assert entry_into_force(BUDAPEST, known, on=LATE) == date(2004, 7, 1)
    shipped = load_instruments()["budapest-2001"].entered
    assert shipped is not None and shipped.on == date(2004, 7, 1)


def test_five_with_two_members_are_not_enough_and_a_sixth_that_is_one_is() -> None:
    said = deposits(BUDAPEST, *FIVE, "2004-08-31")
    assert entry_into_force(BUDAPEST, Positions(tuple(said[:5]), members("X0", "X2")), on=LATE) is None
    assert entry_into_force(BUDAPEST, Positions(tuple(said), members("X0", "X2", "X5")), on=LATE) == date(2004, 12, 1)


def test_an_accession_does_not_count_before_the_budapest_convention_is_in_force() -> None:
    said = [*deposits(BUDAPEST, *FIVE[:4]), Statement("X9", BUDAPEST.id, Act.ACCESSION, date(2003, 1, 1))]
    known = Positions(tuple(said), members("X0", "X1", "X2", "X3", "X9"))
    assert (entry_into_force(BUDAPEST, known, on=LATE), count_consents(BUDAPEST, known, on=LATE)) == (None, 4)


def test_a_member_is_found_by_a_code_of_a_participant() -> None:
    groups = members("XC", "X2", "X4")
    known = Positions(tuple(deposits(BUDAPEST, *FIVE)), groups, codes={"X0": frozenset({"XC"})})
    assert entry_into_force(BUDAPEST, known, on=LATE) == date(2004, 7, 1)


def test_the_second_protocol_takes_five_and_a_definitive_signature_is_one() -> None:
    said = deposits(PROTOCOL, "2023-02-09", "2023-08-10", "2026-02-05", "2026-03-01")
    assert entry_into_force(PROTOCOL, Positions(tuple(said)), on=LATE) is None
    said.append(Statement("X9", PROTOCOL.id, Act.DEFINITIVE_SIGNATURE, date(2026, 11, 30)))
    assert entry_into_force(PROTOCOL, Positions(tuple(said)), on=LATE) == date(2027, 3, 1)


def forty(last: str = "2027-12-01", count: int = 40) -> list[Statement]:
    return deposits(UN, *["2026-05-01"] * (count - 1), last)


def test_the_un_convention_enters_into_force_on_the_ninetieth_day_after_the_fortieth() -> None:
    assert entry_into_force(UN, Positions(tuple(forty(count=39))), on=LATE) is None
    # Over the leap day of 2028: thirty days of December, thirty-one of January, twenty-nine of February.
    assert entry_into_force(UN, Positions(tuple(forty())), on=LATE) == date(2028, 2, 29)


def test_what_is_deposited_later_is_not_known_earlier_but_the_day_ahead_is() -> None:
    known = Positions(tuple(forty()))
    assert entry_into_force(UN, known, on=date(2027, 11, 30)) is None
    assert entry_into_force(UN, known, on=date(2027, 12, 1)) == date(2028, 2, 29)
    assert standing(UN, known, "X0", on=date(2028, 2, 28)).status is Status.WAITING
    assert standing(UN, known, "X0", on=date(2028, 2, 29)).status is Status.PARTY


def test_an_organisation_is_not_counted_on_top_but_is_bound_all_the_same() -> None:
    said = [*forty(count=39), Statement("XU", UN.id, Act.APPROVAL, date(2026, 6, 1))]
    known = Positions(tuple(said), organisations=frozenset({"XU"}))
    assert entry_into_force(UN, known, on=LATE) is None
    more = Positions((*said, Statement("XZ", UN.id, Act.ACCESSION, date(2027, 12, 1))), organisations=frozenset({"XU"}))
    assert entry_into_force(UN, more, on=LATE) == date(2028, 2, 29)
    assert standing(UN, more, "XU", on=date(2028, 2, 29)).status is Status.PARTY


def test_one_state_counts_once_however_often_it_consents() -> None:
    again = [Statement("X0", UN.id, Act.RATIFICATION, date(2026, 7, 1))] * 5
    known = Positions((*forty(count=39), *again))
    assert (entry_into_force(UN, known, on=LATE), count_consents(UN, known, on=LATE)) == (None, 39)


def test_a_consent_taken_back_before_the_fortieth_counts_no_more() -> None:
    back = Statement("X0", UN.id, Act.WITHDRAWAL, date(2027, 1, 1))
    assert entry_into_force(UN, Positions((*forty(), back)), on=LATE) is None
    found = standing(UN, Positions((*forty(), back)), "X0", on=date(2027, 1, 1))
    assert (found.status, found.ends) == (Status.LEFT, date(2027, 1, 1))


def test_a_withdrawal_after_the_entry_into_force_leaves_the_text_in_force() -> None:
    back = Statement("X0", UN.id, Act.WITHDRAWAL, date(2028, 2, 29))
    known = Positions((*forty(), back))
    assert entry_into_force(UN, known, on=LATE) == date(2028, 2, 29)
    assert standing(UN, known, "X0", on=date(2029, 2, 27)).status is Status.PARTY
    assert standing(UN, known, "X0", on=date(2029, 2, 28)).status is Status.LEFT


@pytest.mark.parametrize(
    ("day", "since"),
    [("2027-12-02", "2028-03-01"), ("2028-06-01", "2028-08-30"), ("2026-05-01", "2028-02-29")],
)
def test_a_later_state_waits_for_its_own_ninety_days_an_earlier_one_for_the_text(day: str, since: str) -> None:
    own = Statement("XZ", UN.id, Act.RATIFICATION, date.fromisoformat(day))
    others = forty(count=40 if day > "2027-12-01" else 39)
    found = standing(UN, Positions((*others, own)), "XZ", on=LATE)
    assert found.since is not None and found.since.isoformat() == since


def test_a_state_is_none_signed_waiting_party_and_gone_in_this_order() -> None:
    acts = [("2026-01-01", Act.SIGNATURE), ("2027-06-01", Act.RATIFICATION), ("2030-05-01", Act.WITHDRAWAL)]
    own = [Statement("XZ", UN.id, act, date.fromisoformat(day)) for day, act in acts]
    known = Positions((*own, *forty(count=39)))
    days = ["2025-12-31", "2026-01-01", "2027-06-01", "2028-02-28", "2028-02-29", "2031-04-30", "2031-05-01"]
    found = [standing(UN, known, "XZ", on=date.fromisoformat(day)).status.value for day in days]
    assert found == ["none", "signed", "waiting", "waiting", "party", "party", "left"]


def test_provisional_application_ends_when_the_text_is_in_force_and_when_it_is_ended() -> None:
    own = [
        Statement("XZ", UN.id, Act.PROVISIONAL_APPLICATION, date(2026, 2, 1)),
        Statement("XZ", UN.id, Act.RATIFICATION, date(2027, 6, 1)),
    ]
    known = Positions((*own, *forty(count=39)))
    assert standing(UN, known, "XZ", on=date(2028, 2, 28)).status is Status.PROVISIONAL
    assert standing(UN, known, "XZ", on=date(2028, 2, 29)).status is Status.PARTY
    ended = Positions((own[0], Statement("XZ", UN.id, Act.PROVISIONAL_END, date(2026, 3, 1))))
    assert standing(UN, ended, "XZ", on=date(2026, 3, 1)).status is Status.NONE


def test_on_one_day_the_order_they_are_given_in_decides() -> None:
    day = date(2026, 2, 1)
    made = Statement("XZ", UN.id, Act.RESERVATION, day, ("art-46",))
    back = Statement("XZ", UN.id, Act.RESERVATION_WITHDRAWAL, day, ("art-46",))
    assert standing(UN, Positions((made, back)), "XZ", on=day).reservations == ()
    assert standing(UN, Positions((back, made)), "XZ", on=day).reservations == (made,)


def test_taking_back_without_a_clause_takes_everything_back() -> None:
    day = date(2026, 2, 1)
    said = [Statement("XZ", UN.id, Act.DECLARATION, day, (clause,)) for clause in ("art-37", "art-40")]
    back = Statement("XZ", UN.id, Act.DECLARATION_WITHDRAWAL, day + timedelta(days=1))
    assert standing(UN, Positions((*said, back)), "XZ", on=LATE).declarations == ()
