"""Do periods end on the day that the words of the instruments name, in leap years and at the ends of months?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.instruments.periods import Wait, add_months, after

NINETY, THREE, YEAR = Wait("c", days=90), Wait("c", months=3, first_of_month=True), Wait("c", months=12)


@pytest.mark.parametrize(
    ("wait", "day", "ends"),
    [
        (NINETY, "2027-01-01", "2027-04-01"),
        (NINETY, "2028-01-01", "2028-03-31"),
        (NINETY, "2027-12-01", "2028-02-29"),
        (NINETY, "2026-12-01", "2027-03-01"),
        (THREE, "2004-03-18", "2004-07-01"),
        (THREE, "2021-03-31", "2021-07-01"),
        (THREE, "2021-03-01", "2021-07-01"),
        (THREE, "2023-11-30", "2024-03-01"),
        (THREE, "2022-11-30", "2023-03-01"),
        (THREE, "2022-11-01", "2023-03-01"),
        (THREE, "2022-12-01", "2023-04-01"),
        (YEAR, "2028-02-29", "2029-02-28"),
        (YEAR, "2027-02-28", "2028-02-28"),
        (YEAR, "2027-06-15", "2028-06-15"),
    ],
)
def test_a_period_ends_on_its_day(wait: Wait, day: str, ends: str) -> None:
    assert after(date.fromisoformat(day), wait).isoformat() == ends


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_the_first_of_the_month_comes_after_three_months_and_before_five(day: date) -> None:
    found = after(day, THREE)
    assert found.day == 1
    assert add_months(day, 3) < found <= add_months(day, 3) + timedelta(days=31)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 240))
def test_months_are_added_without_leaving_the_month(day: date, months: int) -> None:
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found + timedelta(days=1)).day == 1
