"""Do range tables say what a naive walk over the same spans says?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.routing.ranges import NOTHING, Ranges32, Ranges128, Span

EDGES = [0, 1, 2**64 - 1, 2**64, 2**64 + 1, 2**127, 2**128 - 2, 2**128 - 1]


def spans(limit: int) -> st.SearchStrategy[list[Span]]:
    """Overlapping spans near each other and near the edges."""
    number = st.integers(0, 40) | st.sampled_from([edge % limit for edge in EDGES]) | st.integers(0, limit - 1)
    pair = st.tuples(number, number, st.integers(0, 5)).map(lambda span: (min(span[:2]), max(span[:2]), span[2]))
    return st.lists(pair, max_size=8)


def naive(table: list[Span], number: int) -> int:
    """The smallest span that holds the number, of equal ones the last."""
    holding = [
        (last - first, -order, value) for order, (first, last, value) in enumerate(table) if first <= number <= last
    ]
    return min(holding)[2] if holding else NOTHING


def probes(table: list[Span], limit: int) -> list[int]:
    near = {border + step for first, last, _ in table for border in (first, last) for step in (-1, 0, 1)}
    return sorted(number for number in near | {0, limit - 1} if 0 <= number < limit)


def find128(table: Ranges128, numbers: list[int]) -> list[int]:
    high = np.array([number >> 64 for number in numbers], dtype=np.uint64)
    low = np.array([number & (2**64 - 1) for number in numbers], dtype=np.uint64)
    found: list[int] = table.find(high, low).tolist()
    return found


@given(spans(2**32))
def test_ipv4_ranges_agree_with_a_naive_walk(table: list[Span]) -> None:
    ranges = Ranges32.of(table)
    numbers = probes(table, 2**32)
    expected = [naive(table, number) for number in numbers]
    assert expected == ranges.find(np.array(numbers, dtype=np.uint32)).tolist()


@given(spans(2**128))
def test_ipv6_ranges_are_exact_to_the_last_bit(table: list[Span]) -> None:
    ranges = Ranges128.of(table)
    numbers = probes(table, 2**128)
    expected = [naive(table, number) for number in numbers]
    assert expected == find128(ranges, numbers)


@given(spans(2**128), spans(2**128))
def test_a_table_laid_over_another_hides_it_where_it_speaks(top: list[Span], base: list[Span]) -> None:
    numbers = probes(top + base, 2**128)
    expected = [naive(base, number) if naive(top, number) == NOTHING else naive(top, number) for number in numbers]
    assert expected == find128(Ranges128.of(top).over(Ranges128.of(base)), numbers)
    narrow_top, narrow_base = ([span for span in table if span[1] < 2**32] for table in (top, base))
    low = [number for number in numbers if number < 2**32]
    laid = Ranges32.of(narrow_top).over(Ranges32.of(narrow_base))
    found = Ranges128.of(narrow_top).over(Ranges128.of(narrow_base))
    assert find128(found, low) == laid.find(np.array(low, dtype=np.uint32)).tolist()


@given(spans(2**128), st.permutations(range(6)))
def test_mapping_values_maps_every_answer(table: list[Span], numbers: list[int]) -> None:
    places = probes(table, 2**128)
    mapped = Ranges128.of(table).mapped(numbers)
    expected = [value if (value := naive(table, place)) == NOTHING else numbers[value] for place in places]
    assert expected == find128(mapped, places)


@pytest.mark.parametrize("kind", [Ranges32, Ranges128])
def test_the_rows_a_stretch_touches_are_named(kind: type[Ranges32 | Ranges128]) -> None:
    ranges = kind.of([(10, 19, 1), (20, 29, 2), (40, 49, 1)])
    touched = {stretch: ranges.values[ranges.covers(*stretch)].tolist() for stretch in [(10, 19), (19, 20), (25, 45)]}
    assert touched == {(10, 19): [1], (19, 20): [1, 2], (25, 45): [2, NOTHING, 1]}
