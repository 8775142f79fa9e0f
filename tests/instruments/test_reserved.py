"""May a State refuse on a ground that its text opens only to those that reserved it?"""

from __future__ import annotations

from datetime import date

import pytest

from liaison.instruments.catalogue import load_instruments
from liaison.instruments.positions import Positions, Statement
from liaison.instruments.reserved import Between, Right, find_right
from liaison.register.vocabulary import Act

TEXT = load_instruments()["budapest-2001"]
DAY = date(2026, 11, 27)


def made(party: str, act: Act, on: date, *clauses: str, about: str | None = None) -> Statement:
    return Statement(party, TEXT.id, act, on, clauses, about)


BOUND = (made("XC", Act.RATIFICATION, date(2020, 3, 18)), made("XD", Act.RATIFICATION, date(2021, 5, 4)))
OWN = made("XD", Act.RESERVATION, date(2021, 5, 4), "art-29-4")


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ((*BOUND, OWN), Right.RESERVED),
        (BOUND, Right.NOT_RESERVED),
        ((*BOUND, made("XD", Act.RESERVATION, date(2021, 5, 4), "art-9-4")), Right.NOT_RESERVED),
        ((*BOUND, made("XC", Act.RESERVATION, date(2020, 3, 18), "art-29-4")), Right.MUTUAL),
        ((*BOUND, OWN, made("XC", Act.OBJECTION, date(2021, 9, 1), "art-29-4", about="XD")), Right.OBJECTED),
        ((*BOUND, OWN, made("XC", Act.OBJECTION, date(2021, 9, 1), about="XD")), Right.OBJECTED),
        ((*BOUND, OWN, made("XC", Act.OBJECTION, date(2021, 9, 1), "art-9-4", about="XD")), Right.RESERVED),
        ((*BOUND, OWN, made("XC", Act.OBJECTION, date(2021, 9, 1), "art-29-4", about="XE")), Right.RESERVED),
        ((*BOUND, OWN, made("XD", Act.RESERVATION_WITHDRAWAL, date(2025, 2, 1), "art-29-4")), Right.NOT_RESERVED),
        ((*BOUND, OWN, made("XD", Act.RESERVATION_WITHDRAWAL, date(2027, 2, 1), "art-29-4")), Right.RESERVED),
        ((*BOUND, made("XD", Act.DECLARATION, date(2021, 5, 4), "art-29-4")), Right.NOT_RESERVED),
        ((BOUND[0],), Right.UNKNOWN),
        ((BOUND[0], OWN), Right.UNKNOWN),
        ((), Right.UNKNOWN),
    ],
)
def test_a_right_is_there_for_who_reserved_it_and_stands_on_the_day(said: tuple[Statement, ...], right: Right) -> None:
    assert find_right(TEXT, Positions(said), "art-29-4", Between("XD", "XC", DAY)) is right
