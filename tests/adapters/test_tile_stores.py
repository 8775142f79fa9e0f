"""Does every place where tiles lie keep the same promises?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import tests.with_django  # noqa: F401
from liaison.adapters.tiles import FolderTileStore
from liaison.errors import MalformedError
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.tlog.log import LogReader, append_entries, read_entries, verify_log
from liaison.tlog.ports import TileStore
from liaison.tlog.proofs import EMPTY_HEAD
from tests.node.stories import Story

REGISTER = "5c" * 32


@dataclass
class MemoryTileStore:
    """Tiles in memory."""

    items: dict[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        return self.items.get(path)

    def write(self, items: Mapping[str, bytes]) -> None:
        self.items |= items


@dataclass
class Committing:
    """A `DatabaseTileStore` whose every call is a unit of work of its own."""

    story: Story
    register: str = REGISTER

    def read(self, path: str) -> bytes | None:
        with reading(self.story.reg):
            return DatabaseTileStore(self.register).read(path)

    def write(self, items: Mapping[str, bytes]) -> None:
        with unit_of_work(self.story.reg):
            DatabaseTileStore(self.register).write(items)


@pytest.fixture(params=["memory", "folder", pytest.param("tables", marks=pytest.mark.engine)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TileStore]:
    with contextlib.ExitStack() as stack:
        if request.param == "memory":
            yield MemoryTileStore()
        elif request.param == "folder":
            yield FolderTileStore(tmp_path / "log")
        else:
            story = Story(tmp_path)
            stack.callback(story.close)
            yield Committing(story)


def grow(store: TileStore, *counts: int) -> object:
    head, number = EMPTY_HEAD, 0
    for count in counts:
        growth = append_entries(store, head, [b"entry %d" % each for each in range(number, number + count)])
        store.write(growth.items)
        head, number = growth.head, number + count
    return head


def test_what_was_never_written_is_none(store: TileStore) -> None:
    assert store.read("tile/0/000") is None
    assert store.read("tile/entries/000.p/5") is None


def test_what_was_written_is_read_back(store: TileStore) -> None:
    head = grow(store, 300)
    assert verify_log(store, head) == head  # type: ignore[arg-type]
    assert list(read_entries(store, 254, 258, size=300)) == [b"entry %d" % each for each in range(254, 258)]


def test_a_log_grown_in_steps_is_the_log_grown_at_once(store: TileStore) -> None:
    stepwise = grow(store, 1, 2, 253, 1, 300, 5)
    assert stepwise == grow(MemoryTileStore(), 562)
    assert verify_log(store, stepwise) == stepwise  # type: ignore[arg-type]


def test_a_reader_with_an_older_checkpoint_still_finds_its_tiles(store: TileStore) -> None:
    older = grow(store, 3)
    for path in ("tile/0/000.p/3", "tile/entries/000.p/3"):
        assert store.read(path) is not None
    growth = append_entries(store, older, [b"more"] * 400)  # type: ignore[arg-type]
    store.write(growth.items)
    assert LogReader(store, older).inclusion(2)  # type: ignore[arg-type]
    assert len(list(read_entries(store, 0, 3, size=3))) == 3


def test_a_path_that_exists_is_replaced(store: TileStore) -> None:
    first = append_entries(MemoryTileStore(), EMPTY_HEAD, [b"one"])
    second = append_entries(MemoryTileStore(), EMPTY_HEAD, [b"two"])
    store.write(first.items)
    store.write(second.items)
    assert {path: store.read(path) for path in second.items} == dict(second.items)


def test_a_path_that_names_no_tile_is_refused_and_never_becomes_a_file(tmp_path: Path) -> None:
    store = FolderTileStore(tmp_path / "log")
    for path in ("../x", "tile/0/../../x", "/etc/passwd", "tile/0/0", "tile/entries/000.p/0", "checkpoint"):
        with pytest.raises(MalformedError):
            store.write({path: b"x"})
    assert list(tmp_path.iterdir()) == []
