"""Does a log grow, read and verify as its entries say, and is every damage found?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError, UsageError, VerificationError
from liaison.tlog.bundles import ENTRY_LIMIT
from liaison.tlog.log import (
    LogReader,
    append_entries,
    follow_entries,
    load_edge,
    proved_entries,
    read_entries,
    verify_log,
)
from liaison.tlog.merkle import leaf_hash, root_of
from liaison.tlog.proofs import EMPTY_HEAD, TreeHead, verify_consistency, verify_inclusion
from liaison.tlog.tiles import tiles_for
from tests.tlog.memory import MemoryTiles

ENTRIES = [b"entry %d" % number for number in range(1500)]
STEPS = st.lists(st.integers(0, 400), min_size=1, max_size=4)


def grown(*steps: int) -> tuple[MemoryTiles, TreeHead]:
    store, head = MemoryTiles(), EMPTY_HEAD
    for step in steps:
        growth = append_entries(store, head, ENTRIES[head.size : head.size + step])
        store.write(growth.items)
        head = growth.head
    return store, head


@settings(max_examples=30)
@given(STEPS)
def test_a_log_has_the_root_of_its_entries_however_it_grew(steps: list[int]) -> None:
    store, head = grown(*steps)
    assert head == TreeHead(sum(steps), root_of([leaf_hash(entry) for entry in ENTRIES[: sum(steps)]]))
    assert verify_log(store, head) == head


@settings(max_examples=30)
@given(STEPS, st.data())
def test_entries_are_read_back_in_order(steps: list[int], data: st.DataObject) -> None:
    store, head = grown(*steps)
    end = data.draw(st.integers(0, head.size))
    start = data.draw(st.integers(0, end))
    assert list(read_entries(store, start, end, size=head.size)) == ENTRIES[start:end]


@settings(max_examples=30)
@given(STEPS, st.data())
def test_every_proof_out_of_tiles_verifies(steps: list[int], data: st.DataObject) -> None:
    store, head = grown(*steps, 1)
    reader = LogReader(store, head)
    index, old = data.draw(st.integers(0, head.size - 1)), data.draw(st.integers(0, head.size))
    verify_inclusion(leaf_hash(ENTRIES[index]), index=index, proof=reader.inclusion(index), head=head)
    verify_consistency(reader.earlier(old), head, reader.consistency(old))


def test_growing_writes_only_what_changed() -> None:
    store, head = grown(300)
    growth = append_entries(store, head, ENTRIES[300:301])
    assert sorted(growth.items) == ["tile/0/001.p/45", "tile/entries/001.p/45"]


def test_a_log_of_256_has_a_full_tile_and_the_first_hash_of_the_next_level() -> None:
    store, _ = grown(256)
    assert sorted(store.files) == ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]


def test_appending_nothing_writes_nothing() -> None:
    store, head = grown(300)
    growth = append_entries(store, head, [])
    assert (growth.head, growth.items) == (head, {})


def test_the_full_file_serves_where_the_partial_one_is_gone() -> None:
    store, head = grown(300, 400)
    earlier = TreeHead(300, root_of([leaf_hash(entry) for entry in ENTRIES[:300]]))
    for path in ("tile/0/001.p/44", "tile/entries/001.p/44"):
        del store.files[path]
    assert verify_log(store, earlier) == earlier
    assert head.size == 700


def test_a_mirror_follows_to_the_signed_root() -> None:
    _, target = grown(700)
    store, head = grown(300)
    growth = follow_entries(store, head, ENTRIES[300:700], target)
    store.write(growth.items)
    assert verify_log(store, growth.head) == target


@settings(max_examples=30)
@given(STEPS, STEPS)
def test_two_mirrors_that_followed_in_other_steps_hold_the_same_full_files(first: list[int], second: list[int]) -> None:
    one, head = grown(*first)
    if sum(second) < head.size:
        second = [*second, head.size - sum(second)]
    other, longer = grown(*second)
    assert LogReader(other, longer).earlier(head.size) == head
    full = [path for path in one.files if ".p/" not in path]
    assert {path: one.files[path] for path in full} == {path: other.files[path] for path in full}


@pytest.mark.parametrize("old", [-1, 301])
def test_a_tree_was_never_larger_than_it_is(old: int) -> None:
    with pytest.raises(UsageError, match="proof-out-of-range"):
        LogReader(*grown(300)).earlier(old)


def test_a_mirror_refuses_entries_that_lead_elsewhere() -> None:
    _, target = grown(700)
    store, head = grown(300)
    with pytest.raises(VerificationError, match="log-not-the-same"):
        follow_entries(store, head, [*ENTRIES[300:699], b"another"], target)


def test_a_mirror_refuses_a_history_that_was_rewritten() -> None:
    store, head = grown(300)
    other = MemoryTiles()
    rewritten = append_entries(other, EMPTY_HEAD, [b"rewritten", *ENTRIES[1:700]])
    with pytest.raises(VerificationError, match="log-not-the-same"):
        follow_entries(store, head, ENTRIES[300:700], rewritten.head)


@settings(max_examples=60)
@given(st.data())
def test_a_flipped_bit_anywhere_is_found(data: st.DataObject) -> None:
    store, head = grown(600)
    path = data.draw(st.sampled_from(sorted(store.files)))
    damaged = bytearray(store.files[path])
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    store.files[path] = bytes(damaged)
    with pytest.raises((MalformedError, VerificationError)):
        verify_log(store, head)


@settings(max_examples=30)
@given(STEPS)
def test_a_log_is_verified_by_whoever_reads_it_to_its_end(steps: list[int]) -> None:
    store, head = grown(*steps)
    assert list(proved_entries(store, head)) == ENTRIES[: head.size]
    reading, given = proved_entries(store, TreeHead(head.size, bytes(32))), list[bytes]()
    with pytest.raises(VerificationError, match="log-not-the-same"):
        given.extend(reading)
    assert given == ENTRIES[: max(head.size - 1, 0) // 256 * 256]


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/001", "tile/entries/002.p/88", "tile/1/000.p/2"])
def test_no_entry_is_given_before_its_bundle_was_compared(path: str) -> None:
    store, head = grown(600)
    store.files[path] = store.files[path][:-1] + bytes([store.files[path][-1] ^ 1])
    given: list[bytes] = []
    with pytest.raises(VerificationError, match="log-file-different"):
        given.extend(proved_entries(store, head))
    assert given == ENTRIES[: 256 if "001" in path else 512]


def test_a_missing_file_is_named() -> None:
    store, head = grown(600)
    for path in sorted(store.files):
        lacking = MemoryTiles()
        lacking.files = {name: data for name, data in store.files.items() if name != path}
        with pytest.raises(VerificationError, match="log-file-missing") as caught:
            verify_log(lacking, head)
        assert caught.value.params == {"path": path}


def test_nothing_is_built_upon_a_damaged_tile() -> None:
    store, head = grown(300)
    store.files["tile/0/001.p/44"] = bytes(44 * 32)
    with pytest.raises(VerificationError, match="log-damaged"):
        append_entries(store, head, [b"next"])


def test_nothing_is_built_upon_a_damaged_bundle() -> None:
    store, head = grown(300)
    bundle = store.files["tile/entries/001.p/44"]
    store.files["tile/entries/001.p/44"] = bundle[:-1] + b"?"
    with pytest.raises(VerificationError, match="log-damaged"):
        append_entries(store, head, [b"next"])


def test_a_damaged_tile_never_becomes_a_proof() -> None:
    store, head = grown(600)
    store.files["tile/0/000"] = bytes(8192)
    with pytest.raises(VerificationError, match="inclusion-proof-wrong"):
        LogReader(store, head).inclusion(3)
    with pytest.raises(VerificationError, match="consistency-proof-wrong"):
        LogReader(store, head).consistency(3)


def test_an_entry_that_is_too_large_is_refused() -> None:
    store, head = grown(3)
    append_entries(store, head, [bytes(ENTRY_LIMIT)])
    with pytest.raises(UsageError, match="log-entry-too-large"):
        append_entries(store, head, [bytes(ENTRY_LIMIT + 1)])


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 1), (0, 4)])
def test_a_range_outside_the_log_is_refused(start: int, end: int) -> None:
    store, head = grown(3)
    with pytest.raises(UsageError, match="log-range"):
        list(read_entries(store, start, end, size=head.size))


def test_a_damaged_bundle_raises_only_our_errors() -> None:
    store, head = grown(3)
    for cut in range(len(store.files["tile/entries/000.p/3"])):
        short = MemoryTiles()
        short.files = store.files | {"tile/entries/000.p/3": store.files["tile/entries/000.p/3"][:cut]}
        with pytest.raises(LiaisonError):
            verify_log(short, head)


def test_the_edge_of_a_log_is_its_unfinished_tiles() -> None:
    store, head = grown(1200)
    edge = load_edge(store, head)
    assert [len(row) for row in edge.rows] == [1200 % 256, 1200 // 256]


@settings(max_examples=50)
@given(st.integers(0, 1400), st.data())
def test_the_files_written_are_those_the_format_names(old: int, data: st.DataObject) -> None:
    new = data.draw(st.integers(old, 1400))
    store, head = grown(old)
    written = append_entries(store, head, ENTRIES[old:new]).items
    tiles = {tile.path for tile in tiles_for(old, new)}
    assert tiles == {path for path in written if not path.startswith("tile/entries/")}
