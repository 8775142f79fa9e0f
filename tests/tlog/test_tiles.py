"""Are tiles and bundles where the format puts them, and is every other path or file refused?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.tlog.bundles import Bundle, bundles_for, decode_bundle, encode_bundle, parse_bundle_path
from liaison.tlog.tiles import WIDTH, Tile, parse_tile_path, split_tile, tile_at, tiles_for

INDEXES = st.integers(0, 10**18)
WIDTHS = st.integers(1, WIDTH)


def test_the_paths_of_the_specification() -> None:
    assert Tile(0, 1234067).path == "tile/0/x001/x234/067"
    assert Tile(3, 5, 112).path == "tile/3/005.p/112"
    assert Bundle(1000).path == "tile/entries/x001/000"


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    tiles = tiles_for(0, 70_000)
    partial = [(tile.level, tile.width) for tile in tiles if tile.width < WIDTH]
    full = [tile.level for tile in tiles if tile.width == WIDTH]
    assert (full.count(0), full.count(1), len(tiles)) == (273, 1, 277)
    assert partial == [(0, 112), (1, 17), (2, 1)]


@given(st.builds(Tile, st.integers(0, 63), INDEXES, WIDTHS))
def test_a_tile_is_read_back_from_its_path(tile: Tile) -> None:
    assert parse_tile_path(tile.path) == tile


@given(st.builds(Bundle, INDEXES, WIDTHS))
def test_a_bundle_is_read_back_from_its_path(bundle: Bundle) -> None:
    assert parse_bundle_path(bundle.path) == bundle


@given(st.text(max_size=40) | st.from_regex(r"tile/(entries|[0-9]{1,2})/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?"))
def test_random_text_is_a_path_that_reprints_or_our_error(text: str) -> None:
    for parse in (parse_tile_path, parse_bundle_path):
        try:
            found = parse(text)
        except MalformedError:
            continue
        assert found.path == text


@pytest.mark.parametrize(
    "path",
    [
        "tile/64/000",
        "tile/00/000",
        "tile/0/0",
        "tile/0/1000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/../000",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/\u0660\u0660\u0660",
        "tile/-1/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ],
)
def test_another_spelling_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(MalformedError, match="tile-path-malformed"):
        parse_tile_path(path)


@given(st.integers(0, 200_000), st.integers(0, 3_000))
def test_the_tiles_to_write_are_those_whose_hashes_changed(old: int, more: int) -> None:
    new = old + more
    expected = []
    for level in range(8):
        before, after = old >> 8 * level, new >> 8 * level
        changed = sorted({number // WIDTH for number in range(before, after)})
        expected += [Tile(level, index, min(WIDTH, after - index * WIDTH)) for index in changed]
    assert list(tiles_for(old, new)) == expected
    assert [(tile.index, tile.width) for tile in tiles_for(old, new) if tile.level == 0] == [
        (bundle.index, bundle.width) for bundle in bundles_for(old, new)
    ]


@given(st.integers(1, 10**12))
def test_a_tile_at_the_edge_holds_what_the_size_leaves(size: int) -> None:
    assert tile_at(0, (size - 1) // WIDTH, size).width == (size - 1) % WIDTH + 1


@pytest.mark.parametrize("length", [0, 31, 63, 65])
def test_a_tile_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(MalformedError, match="tile-length"):
        split_tile(bytes(length), 2)


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_is_read_back_as_it_was_written(entries: list[bytes]) -> None:
    assert list(decode_bundle(encode_bundle(entries), len(entries))) == entries


@given(st.binary(max_size=60), st.integers(0, 6))
def test_random_bytes_are_a_bundle_that_reprints_or_our_error(data: bytes, width: int) -> None:
    try:
        entries = decode_bundle(data, width)
    except MalformedError:
        return
    assert encode_bundle(entries) == data


def test_a_bundle_with_more_behind_it_is_refused() -> None:
    with pytest.raises(MalformedError, match="bundle-overlong"):
        decode_bundle(encode_bundle([b"one", b"two"]), 1)


def test_a_bundle_cut_anywhere_is_refused() -> None:
    data = encode_bundle([b"one", b"two"])
    for cut in range(len(data)):
        with pytest.raises(MalformedError, match="bundle-truncated"):
            decode_bundle(data[:cut], 2)
