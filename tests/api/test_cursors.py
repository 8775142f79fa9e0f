"""Is a cursor good for the list it came from, and for nothing else?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.api.cursors import DIGITS, LONGEST, next_cursor, read_cursor
from liaison.errors import UsageError

NAMES = st.sampled_from(["cases", "messages-in", "messages-out", "entries", "desks", "participants"])
PLACES = st.integers(0, 10**DIGITS - 1)


@given(NAMES, PLACES)
def test_a_cursor_names_its_place_in_its_list_and_fits_where_it_is_given(name: str, place: int) -> None:
    cursor = next_cursor(name, place)
    assert read_cursor(name, cursor) == place
    assert len(cursor) <= LONGEST and cursor.replace("-", "").replace("_", "").isalnum()


@given(NAMES, NAMES, PLACES)
def test_a_cursor_of_one_list_is_refused_by_another(name: str, other: str, place: int) -> None:
    if name != other:
        with pytest.raises(UsageError, match="cursor-not-understood"):
            read_cursor(other, next_cursor(name, place))


@given(NAMES, st.text(alphabet=st.characters(codec="ascii"), min_size=1, max_size=LONGEST))
def test_what_is_no_cursor_is_refused_and_never_a_defect(name: str, text: str) -> None:
    try:
        found = read_cursor(name, text)
    except UsageError as error:
        assert error.code == "cursor-not-understood"
    else:
        assert found is not None and read_cursor(name, next_cursor(name, found)) == found
