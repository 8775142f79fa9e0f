"""Is the beginning of a stored bundle what a reader with an older checkpoint asks for, byte for byte?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import tests.with_django  # noqa: F401

# isort: split
from liaison.node.log.tiles import narrowed
from liaison.tlog.bundles import Bundle, encode_bundle


@given(entries=st.lists(st.binary(max_size=300), min_size=1, max_size=20), data=st.data())
def test_a_narrower_bundle_is_its_first_entries_and_a_wider_one_or_one_cut_short_is_not_there(
    entries: list[bytes], data: st.DataObject
) -> None:
    whole = encode_bundle(entries)
    for width in range(1, len(entries) + 1):
        assert narrowed(Bundle(0, width), whole) == encode_bundle(entries[:width])
    assert narrowed(Bundle(0, len(entries) + 1), whole) is None
    cut = data.draw(st.integers(0, len(whole) - 1))
    assert narrowed(Bundle(0, len(entries)), whole[:cut]) is None
