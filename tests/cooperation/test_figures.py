"""Do a desk's figures hide every small number, and whatever would give one away?"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from liaison.cooperation.figures import LEAST, Ended, figures, hide

COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 12), max_size=8)


@given(COUNTS)
def test_no_number_below_five_is_shown_or_can_be_computed_from_what_is(counts: dict[str, int]) -> None:
    found, total = hide(counts)
    assert all(each is None or each >= LEAST for each in (*found.values(), total))
    hidden = [counts[name] for name, each in found.items() if each is None]
    if total is not None and hidden:
        assert len(hidden) > 1
        assert sum(hidden) >= LEAST


@given(COUNTS)
def test_what_is_shown_is_true(counts: dict[str, int]) -> None:
    found, total = hide(counts)
    assert all(each is None or each == counts[name] for name, each in found.items())
    assert total is None or total == sum(counts.values())


def test_where_every_number_is_large_all_are_shown() -> None:
    assert hide({"answered": 7, "refused": 5}) == ({"answered": 7, "refused": 5}, 12)


def test_a_type_has_its_outcomes_its_grounds_and_the_median_of_its_times() -> None:
    made = [Ended("preservation-request", "answered", took=timedelta(days=day)) for day in (1, 2, 3, 4, 10)]
    made += [Ended("preservation-request", "refused", ("political-offence",))] * 5
    made += [Ended("location-query", "answered", took=timedelta(days=1))] * 4
    few, many = figures(made)
    assert (many.count, many.outcomes, many.median_days) == (10, {"answered": 5, "refused": 5}, 3.0)
    assert many.grounds == {"political-offence": 5}
    assert (few.count, few.outcomes, few.median_days) == (None, {"answered": None}, None)
