"""Do two honest mirrors ever disagree, whatever each saw of the log, in which pieces and with which interruptions?

Each example follows one log with its own history of synchronisations: checkpoints of any size in any order, with a
quorum or without, answers that stop coming in the middle, projections rebuilt in between. It holds, row by row,
what a mirror holds that went straight to the same sizes, and in the end what one holds that followed once.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.adapters.blobs import FolderBlobStore
from liaison.adapters.clock import SystemEntropy
from liaison.errors import LiaisonError, UnreachableError
from liaison.node.config import Address, Config
from liaison.node.log.projections import rebuild
from liaison.node.log.remote import BUNDLE_LIMIT
from liaison.node.log.tiles import full_path, narrowed, parse_place
from liaison.node.models import Alarm, FactRow, FollowedRegister, LoggedEntry, Tile
from liaison.node.node import Node
from liaison.node.peering import SignedLink
from liaison.node.services import mirror
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.register.anchor import Anchor, format_anchor
from liaison.register.state import Void
from liaison.register.vocabulary import REGISTER
from liaison.tlog.log import append_entries
from liaison.tlog.proofs import EMPTY_HEAD
from liaison.wire.byte_ranges import ByteRange, format_content_range, parse_range
from liaison.wire.http import HttpAddress, HttpAnswer, HttpRequest
from liaison.wire.note import format_note
from tests import engines
from tests.register.registry import RegisterBuilder, small_register
from tests.tlog.memory import MemoryTiles
from tests.world import CountingWaker, HandClock, HandStorage, SeededVault, World

WITNESSES = ("XC", "XD", "XE")
NOMINATED = 260  # More entries than one tile holds.
AT = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
PIN = "5c" * 32
__all__ = ["World"]  # The name by which tests are told on every engine.
_numbers = itertools.count()


@functools.cache
def log() -> RegisterBuilder:
    """Three witnesses, a policy in the middle, void entries, and as many nominations as need a second tile."""
    registry = small_register(*WITNESSES)
    registry.set_policy(2, *WITNESSES)
    for number in range(NOMINATED):
        registry.nominate("XF", nomination=f"n-{number}")
        if number % 50 == 7:
            registry.append(registry.leaves[-1], expected=Void)
            forged = registry.drafted(registry.nomination("XG"), REGISTER, "office")
            registry.append(registry.signed(forged, "XC/main/entry"), expected=Void)
    registry.note(registry.checkpoint(times=dict.fromkeys(WITNESSES, AT)))
    registry.revoke("XE/main/message", "XE")
    return registry


@functools.cache
def tiles() -> dict[str, bytes]:
    store = MemoryTiles()
    store.write(append_entries(store, EMPTY_HEAD, log().leaves).items)
    widest: dict[str, bytes] = {}
    for path, data in store.files.items():
        key = full_path(parse_place(path))
        widest[key] = max(widest.get(key, b""), data, key=len)
    return widest


@dataclass
class Source:
    """A `Carrier` to one mirror that is as far as it is told, and answers no more than so many requests."""

    size: int = 0
    quorum: bool = True
    left: int | None = None
    ranges: bool = False

    def carry(self, address: HttpAddress, request: HttpRequest) -> HttpAnswer:
        if self.left is not None:
            if self.left == 0:
                raise UnreachableError("peer-hung-up", url=address.url)
            self.left -= 1
        what = request.path.split("/", 3)[3]
        if what == "checkpoint":
            times = dict.fromkeys(WITNESSES[:2], AT + self.size) if self.quorum and self.size > 30 else {}
            return HttpAnswer(200, format_note(log().checkpoint(self.size, times=times)))
        data = tiles().get(full_path(parse_place(what))) if what.startswith("tile/") else None
        found = narrowed(parse_place(what), data) if data is not None else None
        if found is None:
            return HttpAnswer(404, b"")
        return self.part(found, request.headers["range"]) if "range" in request.headers else HttpAnswer(200, found)

    def part(self, data: bytes, text: str) -> HttpAnswer:
        """The answer to one who asks for a range, by a server that knows ranges or by one that does not."""
        asked = parse_range(text, most=BUNDLE_LIMIT)
        if not self.ranges:
            return HttpAnswer(200, data)
        given = ByteRange(asked.start, min(asked.end, len(data)))
        headers = {"content-range": format_content_range(given, len(data))}
        return HttpAnswer(206, data[given.start : given.end], headers)


def register() -> str:
    return log().entries[0].leaf


@contextlib.contextmanager
def follower(folder: Path, source: Source) -> Iterator[Node]:
    """A new node that follows the log at this source."""
    home = folder / f"follower-{next(_numbers)}"
    home.mkdir()
    clock = HandClock()
    node = Node(
        home=home,
        database=engines.fresh_database(home),
        config=Config(address=Address("https://follower.example")),
        clock=clock,
        entropy=SystemEntropy(),
        vault=SeededVault(),
        blobs=FolderBlobStore(home / "blobs"),
        storage=HandStorage(),
        waker=CountingWaker(),
        link=SignedLink(source, clock),
    )
    mirror.follow_register(
        node, anchor=format_anchor(Anchor(log().origin, register(), (f"https://source.example#{PIN}",)))
    )
    try:
        yield node
    finally:
        engines.forget_database(node.database)


class Held(dict[str, list[Any]]):
    """The rows of a mirror by table; long, so it is compared and shown by the names of the tables only."""

    def __repr__(self) -> str:
        return f"Held({sorted(self)})"

    def unlike(self, other: Held) -> list[str]:
        """The tables that differ."""
        return [name for name in self if self[name] != other[name]]


def held(node: Node) -> Held:
    """Everything the node holds of the log."""
    with reading(node):
        columns = ("size", "applied", "trusted_size", "trusted_checkpoint", "stopped", "title", "rehearsal")
        found = {
            "register": list(FollowedRegister.objects.values_list(*columns)),
            "facts": list(FactRow.objects.order_by("kind", "name", "pending").values_list()),
            "entries": list(LoggedEntry.objects.order_by("index").values_list()),
            "tiles": list(Tile.objects.order_by("path").values_list()),
            "alarms": list(Alarm.objects.order_by("code", "subject").values_list("code", "subject")),
        }
    return Held({name: [tuple(map(_bytes, row)) for row in rows] for name, rows in found.items()})


def _bytes(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def finished(node: Node, source: Source) -> Held:
    """What the node holds once it has the whole log under a quorum."""
    source.size, source.quorum, source.left = len(log().leaves), True, None
    mirror.sync_register(node, register=register())
    return held(node)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """What a mirror holds that followed once."""
    source = Source()
    with follower(tmp_path_factory.mktemp("once"), source) as node:
        return finished(node, source)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mirrors")


def steps() -> st.SearchStrategy[list[tuple[int, bool, int | None, bool]]]:
    """Size of the checkpoint, whether a quorum cosigned it, how many answers come, whether to rebuild afterwards."""
    sizes = st.integers(1, len(log().leaves)) | st.sampled_from([255, 256, 257, 30, 31])
    answers = st.none() | st.integers(0, 5)
    return st.lists(st.tuples(sizes, st.booleans(), answers, st.sampled_from([False, False, True])), max_size=6)


def agrees(folder: Path, once: Held, history: list[tuple[int, bool, int | None, bool]]) -> None:
    source = Source()
    with follower(folder, source) as node:
        for source.size, source.quorum, source.left, again in history:
            source.ranges = not source.ranges
            with contextlib.suppress(LiaisonError):
                mirror.sync_register(node, register=register())
            if again:
                with unit_of_work(node):
                    rebuild(register())
        mine = held(node)
        size, applied, trusted = mine["register"][0][:3]
        if size and size == applied:
            assert mine.unlike(direct(folder, size, trusted)) == []
        assert finished(node, source).unlike(once) == []


def direct(folder: Path, size: int, trusted: int) -> Held:
    """What a mirror holds that went straight to these sizes."""
    source = Source()
    with follower(folder, source) as node:
        for source.size, source.quorum in ((trusted, True), (size, False)):
            if source.size:
                mirror.sync_register(node, register=register())
        return held(node)


def test_the_log_of_these_tests_has_what_mirrors_could_disagree_about(once: Held) -> None:
    verdicts = {row[5] for row in once["entries"]} | {row[6] for row in once["entries"]}
    assert {"applied", "void"} < {str(verdict) for verdict in verdicts}
    assert once["register"][0][:3] == (len(log().leaves),) * 3
    assert len(once["alarms"]) == sum(1 for row in once["entries"] if "void" in map(str, row))
    assert log().ids[REGISTER] == REGISTER


@settings(max_examples=10)
@given(st.deferred(steps))
def test_two_honest_mirrors_never_disagree(
    folder: Path, once: Held, history: list[tuple[int, bool, int | None, bool]]
) -> None:
    agrees(folder, once, history)


@pytest.mark.soak
@settings(max_examples=300)
@given(st.deferred(steps))
def test_two_honest_mirrors_never_disagree_for_long(
    folder: Path, once: Held, history: list[tuple[int, bool, int | None, bool]]
) -> None:
    agrees(folder, once, history)
